// PostgreSQL behind Sql: one schema a store, one connection a store object.
#include <libpq-fe.h>

#include <cctype>

#include "state/sql.h"

namespace linkgate::state {
namespace {

constexpr Oid kInt8 = 20, kBytea = 17, kText = 25;  // pg_type.dat; fixed since PostgreSQL 7
// All migrations of all stores take turns; any number will do as long as it stays.
constexpr std::string_view kMigrationLock = "SELECT pg_advisory_xact_lock(5495046)";

struct ClearResult {
  void operator()(PGresult* result) const { PQclear(result); }
};
using ResultPtr = std::unique_ptr<PGresult, ClearResult>;
struct FinishConnection {
  void operator()(PGconn* connection) const { PQfinish(connection); }
};
struct FreeMemory {
  void operator()(void* memory) const { PQfreemem(memory); }
};

std::string trimmed(const char* message) {
  std::string text = message == nullptr ? "" : message;
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back()))) text.pop_back();
  return text;
}

// By the classes of SQLSTATE (PostgreSQL manual, appendix A).
ErrorCode code_of(std::string_view state) {
  if (state.empty() || state.starts_with("08") || state.starts_with("57") || state.starts_with("40")) {
    return ErrorCode::kUnavailable;
  }
  if (state == "25006" || state.starts_with("42501") || state.starts_with("28"))
    return ErrorCode::kPermission;
  if (state.starts_with("22") || state.starts_with("23")) return ErrorCode::kInvalidArgument;
  if (state.starts_with("53") || state.starts_with("58")) return ErrorCode::kIo;
  if (state.starts_with("XX")) return ErrorCode::kCorrupt;
  return ErrorCode::kInternal;
}

class Postgres final : public Sql {
 public:
  Postgres(std::string conninfo, const StoreSchema& schema, bool read_only)
      : conninfo_(std::move(conninfo)),
        schema_("linkgate_" + std::string(schema.name)),
        full_sync_(schema.full_sync),
        read_only_(read_only) {}

  Result<void> connect() {
    connection_.reset(PQconnectdb(conninfo_.c_str()));
    if (PQstatus(connection_.get()) != CONNECTION_OK) return lost();
    PQsetNoticeProcessor(
        connection_.get(), [](void*, const char*) {}, nullptr);
    // client_encoding is of the connection string's making otherwise.
    TRY(script("SET client_encoding = 'UTF8'; SET standard_conforming_strings = on; SET search_path = " +
               schema_ + "; SET lock_timeout = '5s'"));
    if (!full_sync_) TRY(script("SET synchronous_commit = off"));
    if (read_only_) TRY(script("SET default_transaction_read_only = on"));
    return {};
  }

  Result<SqlRows> run(std::string_view statement, std::span<const SqlValue> values) override {
    const bool may_repeat = !in_transaction_ && statement.starts_with("SELECT");
    auto rows = run_once(statement, values);
    // That the server was restarted shows only when something is sent.
    if (!rows && may_repeat && PQstatus(connection_.get()) != CONNECTION_OK)
      return run_once(statement, values);
    return rows;
  }

  Result<SqlRows> run_once(std::string_view statement, std::span<const SqlValue> values) {
    TRY(ensure_connected());
    Parameters parameters(values);
    const ResultPtr result(PQexecParams(connection_.get(), to_dollars(statement).c_str(),
                                        static_cast<int>(values.size()), parameters.types.data(),
                                        parameters.pointers.data(), parameters.lengths.data(),
                                        parameters.formats.data(), /*resultFormat=*/0));
    TRY(check(result.get()));
    return rows_of(result.get());
  }

  Result<void> run_script(std::string_view text) override {
    return script(fill_in(text, "BIGSERIAL PRIMARY KEY", "", "COLLATE \"C\""));
  }

  Result<void> begin_write() override {
    TRY(ensure_connected());
    auto begun = script("BEGIN");
    if (!begun && PQstatus(connection_.get()) != CONNECTION_OK) {
      TRY(connect());
      begun = script("BEGIN");
    }
    in_transaction_ = begun.has_value();
    return begun;
  }
  Result<void> begin_migration() override {
    TRY(begin_write());
    return script(std::string(kMigrationLock));
  }
  std::string_view row_lock() const override { return " FOR UPDATE"; }
  std::string_view skip_locked() const override { return " FOR UPDATE SKIP LOCKED"; }
  Result<void> commit() override {
    in_transaction_ = false;
    // A transaction that a failed statement had aborted answers COMMIT with ROLLBACK and no error.
    const ResultPtr result(PQexec(connection_.get(), "COMMIT"));
    TRY(check(result.get()));
    if (std::string_view(PQcmdStatus(result.get())) != "COMMIT") {
      return Error(ErrorCode::kInternal, "state: the transaction had failed already");
    }
    return {};
  }
  void rollback() override {
    in_transaction_ = false;
    if (PQtransactionStatus(connection_.get()) != PQTRANS_IDLE) (void)script("ROLLBACK");
  }

  // Reading one row five times a second costs less than keeping track of notifications over reconnects, and
  // is exact.
  Result<bool> maybe_changed() override { return true; }

  Result<int64_t> schema_version() override {
    TRY_ASSIGN(const SqlRows exists, run("SELECT to_regclass(?1) IS NOT NULL",
                                         std::initializer_list<SqlValue>{std::string_view(schema_table())}));
    if (exists.text(0, 0) != "t") return 0;
    TRY_ASSIGN(const SqlRows rows, run("SELECT value FROM schema_version", {}));
    return rows.size() == 0 ? 0 : rows.integer(0, 0);
  }
  Result<void> set_schema_version(int64_t version) override {
    return script("DELETE FROM schema_version; INSERT INTO schema_version VALUES (" +
                  std::to_string(version) + ")");
  }

  // In a transaction of its own: two programs that start at once must not both create it.
  Result<void> create_schema() {
    TRY_ASSIGN(const int64_t version, schema_version());
    if (version > 0) return {};
    TRY(begin_migration());
    auto created = [&]() -> Result<void> {
      TRY(script("CREATE SCHEMA IF NOT EXISTS " + schema_ + "; CREATE TABLE IF NOT EXISTS " + schema_table() +
                 " (value BIGINT NOT NULL)"));
      return commit();
    }();
    if (!created) rollback();
    return created;
  }

 private:
  // What PQexecParams wants: texts and bytes in binary (they may hold anything), integers as text.
  struct Parameters {
    explicit Parameters(std::span<const SqlValue> values) {
      digits.reserve(values.size());
      for (const SqlValue& value : values) {
        if (const auto* integer = std::get_if<int64_t>(&value)) {
          digits.push_back(std::to_string(*integer));
          add(kInt8, digits.back().c_str(), 0, 0);
        } else if (const auto* text = std::get_if<std::string_view>(&value)) {
          add(kText, text->data() == nullptr ? "" : text->data(), text->size(), 1);
        } else if (const auto* blob = std::get_if<Blob>(&value)) {
          add(kBytea, blob->bytes.data() == nullptr ? "" : blob->bytes.data(), blob->bytes.size(), 1);
        } else {
          add(0, nullptr, 0, 0);
        }
      }
    }
    void add(Oid type, const char* data, size_t size, int format) {
      types.push_back(type);
      pointers.push_back(data);
      lengths.push_back(static_cast<int>(size));
      formats.push_back(format);
    }
    std::vector<std::string> digits;
    std::vector<Oid> types;
    std::vector<const char*> pointers;
    std::vector<int> lengths, formats;
  };

  std::string schema_table() const { return schema_ + ".schema_version"; }

  // Our statements hold no question marks but those of parameters.
  static std::string to_dollars(std::string_view statement) {
    std::string text(statement);
    for (char& c : text) {
      if (c == '?') c = '$';
    }
    return text;
  }

  Error lost() const {
    return Error(ErrorCode::kUnavailable, "state: PostgreSQL: " + trimmed(PQerrorMessage(connection_.get())));
  }

  // A statement that finds the connection gone fails, and so does its transaction; the next one connects
  // anew.
  Result<void> ensure_connected() {
    if (PQstatus(connection_.get()) == CONNECTION_OK) return {};
    return connect();
  }

  Result<void> script(const std::string& text) {
    const ResultPtr result(PQexec(connection_.get(), text.c_str()));
    return check(result.get());
  }

  Result<void> check(const PGresult* result) const {
    const ExecStatusType status = PQresultStatus(result);
    if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) return {};
    const char* state = result == nullptr ? nullptr : PQresultErrorField(result, PG_DIAG_SQLSTATE);
    return Error(code_of(state == nullptr ? "" : state),
                 "state: PostgreSQL: " + trimmed(PQerrorMessage(connection_.get())));
  }

  static Result<SqlRows> rows_of(const PGresult* result) {
    SqlRows rows;
    const int columns = PQnfields(result);
    for (int r = 0; r < PQntuples(result); ++r) {
      std::vector<std::optional<std::string>> row(static_cast<size_t>(columns));
      for (int c = 0; c < columns; ++c) {
        if (PQgetisnull(result, r, c) != 0) continue;
        const char* data = PQgetvalue(result, r, c);
        auto& value = row[static_cast<size_t>(c)];
        if (PQftype(result, c) != kBytea) {
          value.emplace(data, static_cast<size_t>(PQgetlength(result, r, c)));
          continue;
        }
        size_t size = 0;
        const std::unique_ptr<unsigned char, FreeMemory> bytes(
            PQunescapeBytea(reinterpret_cast<const unsigned char*>(data), &size));
        if (bytes == nullptr) return Error(ErrorCode::kInternal, "state: PostgreSQL: bytes do not decode");
        value.emplace(reinterpret_cast<const char*>(bytes.get()), size);
      }
      rows.add(std::move(row));
    }
    return rows;
  }

  std::string conninfo_, schema_;
  bool full_sync_, read_only_;
  bool in_transaction_ = false;
  std::unique_ptr<PGconn, FinishConnection> connection_;
};

}  // namespace

Result<std::unique_ptr<Sql>> open_postgres(const std::string& conninfo, const StoreSchema& schema,
                                           bool read_only) {
  {
    auto owner = std::make_unique<Postgres>(conninfo, schema, false);
    TRY(owner->connect());
    // A read-only role cannot create anything, and need not where everything is there.
    TRY_ASSIGN(const int64_t version, owner->schema_version());
    if (version != static_cast<int64_t>(schema.migrations.size())) {
      TRY(owner->create_schema());
      TRY(migrate(*owner, schema));
    }
    if (!read_only) return std::unique_ptr<Sql>(std::move(owner));
  }
  auto reader = std::make_unique<Postgres>(conninfo, schema, true);
  TRY(reader->connect());
  return std::unique_ptr<Sql>(std::move(reader));
}

}  // namespace linkgate::state
