#pragma once
// One connection to one store's database, with just enough SQL for the four stores to be written once: SQLite
// and PostgreSQL differ behind this interface only, and contract_test.cc holds both to the same answers.
//
// Dialect: what both understand. Parameters are ?1, ?2, ...; integers are BIGINT, texts TEXT, bytes BYTEA;
// {ID} in DDL is the engine's "integer primary key that counts up by itself", {CLUSTERED} after a table "rows
// lie in the order of the key" where the engine can, {BYTEWISE} after TEXT "ordered by bytes"; upserts are
// INSERT ... ON CONFLICT. Not thread-safe: SqlStore locks. Private to state/.

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "state/stores.h"

namespace linkgate::state {

// Bytes that need not be text.
struct Blob {
  explicit Blob(std::string_view bytes_) : bytes(bytes_) {}
  std::string_view bytes;
};
// What a parameter may be; views must live until run() returns.
using SqlValue = std::variant<std::nullptr_t, int64_t, std::string_view, Blob>;

class SqlRows {
 public:
  size_t size() const { return rows_.size(); }
  bool is_null(size_t row, size_t column) const { return !rows_[row][column]; }
  const std::string& text(size_t row, size_t column) const;  // "" for null
  int64_t integer(size_t row, size_t column) const;          // 0 for null and for what is no integer
  void add(std::vector<std::optional<std::string>> row) { rows_.push_back(std::move(row)); }

 private:
  std::vector<std::vector<std::optional<std::string>>> rows_;
};

class Sql {
 public:
  virtual ~Sql() = default;
  // One statement. Errors: kUnavailable (locked too long, connection lost), kIo, kCorrupt, kPermission
  // (read-only), kInvalidArgument where a constraint or the engine refuses a value.
  virtual Result<SqlRows> run(std::string_view statement, std::span<const SqlValue> values) = 0;
  virtual Result<void> run_script(
      std::string_view script) = 0;        // several statements, with {ID} and the like replaced
  virtual Result<void> begin_write() = 0;  // waits for other writers
  // The same for migrate(): two programs that open a new store at once take turns.
  virtual Result<void> begin_migration() { return begin_write(); }
  virtual Result<void> commit() = 0;
  virtual void rollback() = 0;  // never fails: the engine rolls back by itself where it is gone
  // May another connection have written since the last call? Costs microseconds where nothing did.
  virtual Result<bool> maybe_changed() = 0;
  // What a SELECT within a write transaction ends with, so that others wait for its rows, or pass them by.
  // Empty where a transaction has the whole database anyway.
  virtual std::string_view row_lock() const { return ""; }
  virtual std::string_view skip_locked() const { return ""; }
  virtual Result<int64_t> schema_version() = 0;
  virtual Result<void> set_schema_version(int64_t version) = 0;
};

// DDL with {ID}, {CLUSTERED} and {BYTEWISE} replaced, for the engines.
std::string fill_in(std::string_view script, std::string_view id, std::string_view clustered,
                    std::string_view bytewise);

// What a store is made of.
struct StoreSchema {
  std::string_view name;  // "policy": policy.db, schema linkgate_policy
  std::span<const std::string_view>
      migrations;         // script i brings version i to i + 1; never changed once released
  bool secret = false;    // file mode 0600
  bool full_sync = true;  // a commit survives a power cut, not only the process
};

Result<std::unique_ptr<Sql>> open_sqlite(const std::string& directory, const StoreSchema& schema,
                                         bool read_only);
Result<std::unique_ptr<Sql>> open_postgres(const std::string& conninfo, const StoreSchema& schema,
                                           bool read_only);
// By StateOptions::location, brought up to date.
Result<std::unique_ptr<Sql>> open_sql(const StateOptions& options, const StoreSchema& schema);
// Runs the migrations that are missing, in one write transaction. kCorrupt where the schema is newer than
// ours.
Result<void> migrate(Sql& sql, const StoreSchema& schema);

// What all stores share: the lock, transactions, the version counter (table `version`, one row).
class SqlStore {
 public:
  SqlStore(std::unique_ptr<Sql> sql, const StateOptions& options);

 protected:
  enum class Bump { kVersion, kNothing };

  Result<Version> read_version();
  Result<SqlRows> query(std::string_view statement, std::initializer_list<SqlValue> values = {});
  // Runs `body` in a write transaction; rolled back where it returns an error. Inside, use run().
  Result<void> write(Bump bump, const std::function<Result<void>()>& body);
  // One statement, within write() or under a lock that the caller holds.
  Result<SqlRows> run(std::string_view statement, std::initializer_list<SqlValue> values = {}) {
    return sql_->run(statement, {values.begin(), values.size()});
  }
  Result<SqlRows> run_all(std::string_view statement, std::span<const SqlValue> values) {
    return sql_->run(statement, values);
  }
  // Within write(): for what turns out to be news only then.
  Result<void> bump_version();
  std::string_view row_lock() const { return sql_->row_lock(); }
  std::string_view skip_locked() const { return sql_->skip_locked(); }
  Time now() const { return clock_->now(); }

  std::mutex mutex_;

 private:
  std::unique_ptr<Sql> sql_;
  const Clock* clock_;
  bool read_only_;
  std::optional<Version> version_;  // absent: must be read
};

inline int64_t to_sql(Time time) { return time.time_since_epoch().count(); }
inline Time from_sql(int64_t ticks) { return Time(Ticks(ticks)); }

}  // namespace linkgate::state
