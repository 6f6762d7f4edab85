#pragma once
// The event engine as values: a Database a process, a Session a query. No HTTP here.
//
// Errors carry the engine's own text ("Code: 60. DB::Exception: ... (UNKNOWN_TABLE)") as message and
// kInternal as code; exception_code() reads the number back.

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace linkgate::engine {

struct DatabaseOptions {
  std::string data;             // folder of the engine
  std::string backups;          // the only folder that BACKUP and RESTORE see
  std::string config_file;      // written at start
  std::string function_file;    // likewise: function_program.h
  std::string function_folder;  // where linkgate-functions lies; empty: there is no linkgate_call()
  std::string geoip_file;       // absolute; empty: none
  uint64_t max_memory_bytes = 4ULL << 30;  // of the whole engine
  int background_threads = 2;              // merges
};

constexpr uint64_t kMinFreeBytes = 64ULL << 20;

using Parameters = std::vector<std::pair<std::string, std::string>>;

struct Answer {
  std::string body;
  uint64_t result_rows = 0;
  uint64_t read_rows = 0, read_bytes = 0;
  uint64_t written_rows = 0, written_bytes = 0;
};

// One connection, for one query: SETs, then the query, then it goes. Blocking; one thread at a time.
class Session {
 public:
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  Result<Answer> query(std::string_view sql, std::string_view format = "TabSeparated",
                       const Parameters& parameters = {});

  // The same in pieces, for formats whose pieces can simply be put one after another. fetch() is empty at the
  // end.
  Result<void> start_stream(std::string_view sql, std::string_view format, const Parameters& parameters);
  Result<Answer> fetch();

 private:
  friend class Database;
  struct Impl;
  explicit Session(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// At most one a process and one folder a process: the engine holds both. Thread-safe.
class Database {
 public:
  // kUnavailable where another process has the folder. The process's working folder is then that of the
  // settings.
  static Result<std::unique_ptr<Database>> open(const DatabaseOptions& options);
  ~Database();
  Result<std::unique_ptr<Session>> connect();
  // NOT_ENOUGH_SPACE where the disk of the data has less than kMinFreeBytes left. To be asked before anything
  // is written: an ALTER on a full disk leaves the table's definition empty, and the next start drops the
  // table.
  Result<void> check_space() const;
  // Ends the running queries whose log_comment is `comment`, from a connection of its own; 10 ms. No such
  // query is fine.
  Result<void> kill(std::string_view comment);

 private:
  explicit Database(DatabaseOptions options);
  const DatabaseOptions options_;
  std::mutex control_mutex_;
  std::unique_ptr<Session> control_;  // stays open: with the last connection the engine would go
};

// 60 of "Code: 60. DB::Exception: ..."; 0 where the text has none.
int exception_code(std::string_view message);
// A string literal of the engine's SQL.
std::string sql_string(std::string_view text);

}  // namespace linkgate::engine
