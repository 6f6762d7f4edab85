#include <fmt/format.h>

#include <charconv>
#include <map>

#include "base/ascii.h"
#include "base/clock.h"
#include "base/log.h"
#include "events/schema.h"
#include "store/client.h"
#include "store/sql.h"

namespace linkgate::store {
namespace {

constexpr std::string_view kVersionTable = "_LinkgateSchema";
const QueryLimits kLimits{.time = std::chrono::seconds(30)};

// Rows of one column of text: each line is ["..."].
Result<std::vector<std::string>> column_of(StoreClient& store, const std::string& sql) {
  TRY_ASSIGN(const QueryResult result, store.query(sql, kLimits));
  std::vector<std::string> values;
  for (const std::string& row : result.rows) {
    TRY_ASSIGN(auto cells, parse_string_array(row));
    if (!cells.empty()) values.push_back(std::move(cells[0]));
  }
  return values;
}

Result<int> stored_version(StoreClient& store) {
  TRY_ASSIGN(const auto values, column_of(store, fmt::format("SELECT toString(max(Version)) FROM {}",
                                                             qualified(store.database(), kVersionTable))));
  int version = 0;
  if (!values.empty()) std::from_chars(values[0].data(), values[0].data() + values[0].size(), version);
  return version;
}

// Name to type, as the store has them. Empty: there is no such table.
Result<std::map<std::string, std::string>> stored_columns(StoreClient& store, std::string_view table) {
  TRY_ASSIGN(
      const QueryResult result,
      store.query(fmt::format("SELECT name, type FROM system.columns WHERE database = {} AND table = {}",
                              text_literal(store.database()), text_literal(table)),
                  kLimits));
  std::map<std::string, std::string> columns;
  for (const std::string& row : result.rows) {
    TRY_ASSIGN(auto cells, parse_string_array(row));
    if (cells.size() == 2) columns[cells[0]] = cells[1];
  }
  return columns;
}

// Schema changes add tables and columns; rows of before have a new column's default. Other changes need a
// step of their own here, beside the new kSchemaVersion.
Result<void> bring_up_to_date(StoreClient& store, const events::Table& table, int retention_days) {
  TRY_ASSIGN(const auto columns, stored_columns(store, table.name));
  if (columns.empty()) {
    TRY(store.command(create_table(store.database(), table, retention_days)));
    return {};
  }
  for (const events::Column& column : table.columns) {
    const std::string_view wanted = events::clickhouse_type(column.type, column.nullable);
    const auto found = columns.find(std::string(column.name));
    if (found == columns.end()) {
      log::info("store: adding {}.{}", table.name, column.name);
      TRY(store.command(fmt::format("ALTER TABLE {} ADD COLUMN IF NOT EXISTS {}",
                                    qualified(store.database(), table.name),
                                    column_definition(table, column))));
    } else if (found->second != wanted) {
      return Error(ErrorCode::kCorrupt, fmt::format("event store: {}.{} is {} and should be {}", table.name,
                                                    column.name, found->second, wanted));
    }
  }
  return {};
}

Result<bool> holds_rows(StoreClient& store) {
  TRY_ASSIGN(
      const auto values,
      column_of(store,
                fmt::format("SELECT toString(sum(total_rows)) FROM system.tables WHERE database = {} AND "
                            "name != {}",
                            text_literal(store.database()), text_literal(kVersionTable))));
  return !values.empty() && values[0] != "0" && !values[0].empty();
}

Result<void> check_backup_name(std::string_view name) {
  bool good = !name.empty() && name[0] != '.' && name.size() <= 200;
  for (const char c : name) good &= ascii::is_alnum(c) || c == '.' || c == '_' || c == '-';
  if (good) return {};
  return Error(ErrorCode::kInvalidArgument, "a backup's name is letters, digits, '.', '_' and '-'");
}

}  // namespace

Result<void> migrate(StoreClient& store, int retention_days) {
  const std::string versions = qualified(store.database(), kVersionTable);
  TRY(store.command("CREATE DATABASE IF NOT EXISTS " + quoted_name(store.database())));
  TRY(store.command(
      fmt::format("CREATE TABLE IF NOT EXISTS {} (Version Int32, AppliedAt DateTime64(7, 'UTC')) "
                  "ENGINE = MergeTree ORDER BY Version SETTINGS fsync_after_insert = 1, "
                  "fsync_part_directory = 1",
                  versions)));
  TRY_ASSIGN(const int version, stored_version(store));
  if (version > events::kSchemaVersion) {
    return Error(ErrorCode::kCorrupt,
                 fmt::format("event store: schema version {} is newer than this program's {}", version,
                             events::kSchemaVersion));
  }
  for (const events::Table& table : events::tables()) TRY(bring_up_to_date(store, table, retention_days));
  if (version == events::kSchemaVersion) return {};
  const std::string row = fmt::format("{{\"Version\":{},\"AppliedAt\":\"{}\"}}", events::kSchemaVersion,
                                      to_iso8601(SystemClock().now()));
  TRY(store.insert(kVersionTable, {row}));
  log::info("store: schema version {} (was {})", events::kSchemaVersion, version);
  return {};
}

Result<void> apply_retention(StoreClient& store, int days) {
  for (const events::Table& table : events::tables()) {
    TRY_ASSIGN(
        const auto stored,
        column_of(store, fmt::format(
                             "SELECT create_table_query FROM system.tables WHERE database = {} AND name = {}",
                             text_literal(store.database()), text_literal(table.name))));
    // The store prints the clause its own way: "toIntervalDay(30)".
    if (!stored.empty() && stored[0].find(fmt::format("toIntervalDay({})", days)) != std::string::npos)
      continue;
    TRY(store.command(
        fmt::format("ALTER TABLE {} MODIFY {}", qualified(store.database(), table.name), ttl_clause(days))));
  }
  return {};
}

Result<void> backup(StoreClient& store, std::string_view directory_name) {
  TRY(check_backup_name(directory_name));
  TRY(store.command(fmt::format("BACKUP DATABASE {} TO File({})", quoted_name(store.database()),
                                text_literal(directory_name))));
  return {};
}

Result<void> restore(StoreClient& store, std::string_view directory_name) {
  TRY(check_backup_name(directory_name));
  TRY_ASSIGN(const bool occupied, holds_rows(store));
  if (occupied)
    return Error(ErrorCode::kInvalidArgument,
                 "the event store holds events; a backup is restored into an empty one");
  TRY(store.command("DROP DATABASE IF EXISTS " + quoted_name(store.database())));
  TRY(store.command(fmt::format("RESTORE DATABASE {} FROM File({})", quoted_name(store.database()),
                                text_literal(directory_name))));
  return {};
}

}  // namespace linkgate::store
