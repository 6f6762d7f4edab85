#pragma once
// The event store over the ClickHouse HTTP protocol: the same for linkgate-store and for a ClickHouse
// cluster. The only place outside engine/ that knows it.

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace linkgate::store {

struct StoreOptions {
  std::string url;  // "http://127.0.0.1:8123" or "unix:/path/to/socket"
  std::string user = "linkgate";
  std::string password;  // the shared secret; never logged
  std::string database = "linkgate";
};

struct QueryLimits {
  std::chrono::seconds time{180};
  uint64_t max_rows = 500'000;
  uint64_t max_bytes = 64ULL << 20;
  uint64_t max_memory = 4ULL << 30;
  // Asked a few times a second while the query runs; true ends it, also in the store, with kUnavailable. May
  // be empty.
  std::function<bool()> cancelled;
};

// Of errors with kLimit: whether the query would have taken more memory than max_memory, or its answer is
// larger than max_bytes or max_rows.
bool is_out_of_memory(const Error& error);
bool is_answer_too_large(const Error& error);

struct QueryResult {
  std::vector<std::string> columns;
  std::vector<std::string> types;  // ClickHouse's names
  // Each row one line of JSONCompactEachRow, 64-bit integers quoted, denormals quoted.
  std::vector<std::string> rows;
};

// What the store has read for a query that runs.
struct ReadSoFar {
  uint64_t rows = 0;
  uint64_t of_rows = 0;  // its estimate of all; 0 where it has none
};

// Blocking; one call at a time per object. Errors, for all calls: kUnavailable (nobody there, overloaded,
// broke off), kTimeout, kPermission (wrong secret, refused statement), kNotFound (no such table or database),
// kLimit (of the query), kInvalidArgument (the statement or the rows themselves are wrong: the same again
// would fail again), kInternal.
class StoreClient {
 public:
  explicit StoreClient(StoreOptions options);
  ~StoreClient();
  // Lines are JSONEachRow objects, of one block: all or none. A row is there once however often it is
  // inserted, for whoever reads with FINAL: its key is (Timestamp, row id).
  Result<void> insert(std::string_view table, const std::vector<std::string_view>& lines);
  Result<QueryResult> query(std::string_view sql, const QueryLimits& limits, std::string_view query_id = "");
  // The same, row by row as the store finds them, so that an answer of any size takes no memory: max_rows and
  // max_bytes do not count. `take` gets QueryResult::rows' lines and says whether it wants more (else
  // kUnavailable). What it took stands where the query fails half-way, which is an error.
  Result<void> stream(std::string_view sql, const QueryLimits& limits,
                      const std::function<bool(std::string_view line)>& take);
  // Of the query with this id, which another client of the store waits for. kNotFound where none runs.
  Result<ReadSoFar> read_so_far(std::string_view query_id);
  // Of the same store, for another thread.
  std::unique_ptr<StoreClient> another() const;
  Result<std::string> command(std::string_view sql);  // DDL of ours; the answer as tab-separated text
  Result<void> ping();

  const std::string& database() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Creates what is missing and migrates what is old, by the schema version kept in the store. Idempotent; rows
// stay. kCorrupt where the store is of a newer version than this program, or a column has a type that it
// should not have.
// `retention_days` is for tables that are created, see apply_retention(); 0 keeps events for ever.
Result<void> migrate(StoreClient& store, int retention_days = 0);
// Events older than `days` go, a day at a time, within hours. Idempotent.
Result<void> apply_retention(StoreClient& store, int days);
// Writes all tables to a folder of this name in the store's backup folder. The name is one word of letters,
// digits, '.',
// '_' and '-'; it must be new.
Result<void> backup(StoreClient& store, std::string_view directory_name);
// The reverse. kInvalidArgument where a table of the store holds rows: a backup is not mixed into what is
// there.
Result<void> restore(StoreClient& store, std::string_view directory_name);

}  // namespace linkgate::store
