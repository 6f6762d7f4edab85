#include "state/sql.h"

#include <charconv>

#include "base/ascii.h"

namespace linkgate::state {
namespace {

const SystemClock kSystemClock;

}  // namespace

const std::string& SqlRows::text(size_t row, size_t column) const {
  static const std::string empty;
  const auto& value = rows_[row][column];
  return value ? *value : empty;
}

int64_t SqlRows::integer(size_t row, size_t column) const {
  const std::string& digits = text(row, column);
  int64_t value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return value;
}

std::string fill_in(std::string_view script, std::string_view id, std::string_view clustered,
                    std::string_view bytewise) {
  std::string text(script);
  for (const auto& [name, value] :
       {std::pair(std::string_view("{ID}"), id), {"{CLUSTERED}", clustered}, {"{BYTEWISE}", bytewise}}) {
    for (size_t at = text.find(name); at != text.npos; at = text.find(name, at + value.size()))
      text.replace(at, name.size(), value);
  }
  return text;
}

Result<std::unique_ptr<Sql>> open_sql(const StateOptions& options, const StoreSchema& schema) {
  const std::string_view location = options.location;
  if (location.starts_with("sqlite:")) {
    return open_sqlite(std::string(location.substr(7)), schema, options.read_only);
  }
  if (location.starts_with("postgresql://") || location.starts_with("postgres://")) {
    return open_postgres(options.location, schema, options.read_only);
  }
  return Error(ErrorCode::kInvalidArgument, "state: location is neither sqlite:DIR nor postgresql://...");
}

Result<void> migrate(Sql& sql, const StoreSchema& schema) {
  const auto ours = static_cast<int64_t>(schema.migrations.size());
  TRY_ASSIGN(const int64_t seen, sql.schema_version());
  if (seen == ours) return {};
  TRY(sql.begin_migration());
  auto migrated = [&]() -> Result<void> {
    TRY_ASSIGN(const int64_t from, sql.schema_version());  // another process may have been faster
    if (from > ours) {
      return Error(ErrorCode::kCorrupt, std::string(schema.name) + ": schema " + std::to_string(from) +
                                            " was made by a newer release, this one knows " +
                                            std::to_string(ours));
    }
    for (int64_t i = from; i < ours; ++i) TRY(sql.run_script(schema.migrations[static_cast<size_t>(i)]));
    TRY(sql.set_schema_version(ours));
    return sql.commit();
  }();
  if (!migrated) sql.rollback();
  return migrated;
}

SqlStore::SqlStore(std::unique_ptr<Sql> sql, const StateOptions& options)
    : sql_(std::move(sql)),
      clock_(options.clock != nullptr ? options.clock : &kSystemClock),
      read_only_(options.read_only) {}

Result<Version> SqlStore::read_version() {
  const std::lock_guard lock(mutex_);
  TRY_ASSIGN(const bool changed, sql_->maybe_changed());
  if (changed) version_.reset();
  if (!version_) {
    TRY_ASSIGN(const SqlRows rows, run("SELECT value FROM version"));
    if (rows.size() != 1) return Error(ErrorCode::kCorrupt, "state: the version row is missing");
    version_ = static_cast<Version>(rows.integer(0, 0));
  }
  return *version_;
}

Result<SqlRows> SqlStore::query(std::string_view statement, std::initializer_list<SqlValue> values) {
  const std::lock_guard lock(mutex_);
  return run(statement, values);
}

Result<void> SqlStore::write(Bump bump, const std::function<Result<void>()>& body) {
  if (read_only_) return Error(ErrorCode::kPermission, "state: this store was opened read-only");
  const std::lock_guard lock(mutex_);
  TRY(sql_->begin_write());
  auto done = [&]() -> Result<void> {
    // First, so that it is also the lock that keeps writers in line where the engine has no other.
    if (bump == Bump::kVersion) TRY(bump_version());
    TRY(body());
    return sql_->commit();
  }();
  if (!done) sql_->rollback();
  return done;
}

Result<void> SqlStore::bump_version() {
  version_.reset();
  TRY(run("UPDATE version SET value = value + 1"));
  return {};
}

}  // namespace linkgate::state
