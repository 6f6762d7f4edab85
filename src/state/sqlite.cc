// SQLite behind Sql: one file a store, WAL, one connection a store object.
#include <SQLiteCpp/SQLiteCpp.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <unordered_map>

#include "state/sql.h"

namespace linkgate::state {
namespace {

constexpr int kMaxIdleLogBytes = 16 << 20;
constexpr int kBusyTimeoutMs = 5000;  // a writer waits this long for another process's transaction

Error to_error(const SQLite::Exception& e, std::string_view name) {
  const std::string message = "state: " + std::string(name) + ".db: " + e.what();
  switch (e.getErrorCode()) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return Error(ErrorCode::kUnavailable, message);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return Error(ErrorCode::kCorrupt, message);
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return Error(ErrorCode::kPermission, message);
    case SQLITE_CONSTRAINT:
    case SQLITE_TOOBIG:
    case SQLITE_MISMATCH:
      return Error(ErrorCode::kInvalidArgument, message);
    case SQLITE_ERROR:
    case SQLITE_MISUSE:
    case SQLITE_RANGE:
      return Error(ErrorCode::kInternal, message);
    default:
      return Error(ErrorCode::kIo, message);
  }
}

class Sqlite final : public Sql {
 public:
  Sqlite(const std::string& file, const StoreSchema& schema, bool read_only)
      : name_(schema.name),
        database_(file, read_only ? SQLite::OPEN_READONLY : SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE,
                  kBusyTimeoutMs) {
    // The -wal and -shm files stay when the last connection closes: without them a reader that may not write
    // into the directory could not open the database at all.
    int persist = 1;
    sqlite3_file_control(database_.getHandle(), "main", SQLITE_FCNTL_PERSIST_WAL, &persist);
    if (!read_only) database_.exec("PRAGMA journal_mode=WAL");
    database_.exec(schema.full_sync ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=NORMAL");
    database_.exec("PRAGMA temp_store=MEMORY");
    // A log that a large transaction made long is cut again, although it stays.
    database_.exec("PRAGMA journal_size_limit=" + std::to_string(kMaxIdleLogBytes));
    database_.exec("PRAGMA trusted_schema=OFF");
  }

  Result<SqlRows> run(std::string_view text, std::span<const SqlValue> values) override {
    return guard([&]() -> Result<SqlRows> {
      SQLite::Statement& statement = prepared(text);
      const Rewind rewind{statement};  // also where a step throws: a statement under way would hold its lock
      bind(statement, values);
      SqlRows rows;
      while (statement.executeStep()) {
        std::vector<std::optional<std::string>> row(static_cast<size_t>(statement.getColumnCount()));
        for (size_t i = 0; i < row.size(); ++i) {
          const SQLite::Column column = statement.getColumn(static_cast<int>(i));
          if (!column.isNull()) row[i] = column.getString();
        }
        rows.add(std::move(row));
      }
      return rows;
    });
  }

  Result<void> run_script(std::string_view script) override {
    return execute(fill_in(script, "INTEGER PRIMARY KEY AUTOINCREMENT", "WITHOUT ROWID", ""));
  }

  Result<void> begin_write() override { return execute("BEGIN IMMEDIATE"); }
  Result<void> commit() override { return execute("COMMIT"); }
  void rollback() override {
    if (sqlite3_get_autocommit(database_.getHandle()) == 0) (void)execute("ROLLBACK");
  }

  Result<bool> maybe_changed() override {
    // data_version changes with other connections' commits only; SqlStore forgets its version at its own.
    TRY_ASSIGN(const SqlRows rows, run("PRAGMA data_version", {}));
    const int64_t now = rows.integer(0, 0);
    return std::exchange(data_version_, now) != now;
  }

  Result<int64_t> schema_version() override {
    TRY_ASSIGN(const SqlRows rows, run("PRAGMA user_version", {}));
    return rows.integer(0, 0);
  }
  Result<void> set_schema_version(int64_t version) override {
    return execute("PRAGMA user_version = " + std::to_string(version));
  }

 private:
  struct Rewind {
    SQLite::Statement& statement;
    ~Rewind() { statement.tryReset(); }
  };

  template <typename Body>
  auto guard(Body body) -> decltype(body()) {
    try {
      return body();
    } catch (const SQLite::Exception& e) {
      return to_error(e, name_);
    }
  }

  Result<void> execute(const std::string& text) {
    return guard([&]() -> Result<void> {
      database_.exec(text);
      return {};
    });
  }

  SQLite::Statement& prepared(std::string_view text) {
    const auto [at, is_new] = statements_.try_emplace(std::string(text));
    if (is_new) {
      try {
        at->second = std::make_unique<SQLite::Statement>(database_, at->first);
      } catch (...) {
        statements_.erase(at);
        throw;
      }
    }
    return *at->second;
  }

  static void bind(SQLite::Statement& statement, std::span<const SqlValue> values) {
    for (size_t i = 0; i < values.size(); ++i) {
      const int index = static_cast<int>(i) + 1;
      if (const auto* integer = std::get_if<int64_t>(&values[i])) {
        statement.bind(index, *integer);
      } else if (const auto* text = std::get_if<std::string_view>(&values[i])) {
        statement.bind(index, std::string(*text));
      } else if (const auto* blob = std::get_if<Blob>(&values[i])) {
        // A null pointer would bind NULL.
        const char* bytes = blob->bytes.empty() ? "" : blob->bytes.data();
        statement.bind(index, bytes, static_cast<int>(blob->bytes.size()));
      } else {
        statement.bind(index);
      }
    }
  }

  std::string name_;
  SQLite::Database database_;
  std::unordered_map<std::string, std::unique_ptr<SQLite::Statement>>
      statements_;  // texts are ours: a fixed few
  int64_t data_version_ = -1;
};

// Creates the file with its mode before SQLite would with the umask's; -wal and -shm take the mode over from
// it.
Result<void> create_file(const std::string& file, const StoreSchema& schema) {
  const int fd = ::open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, schema.secret ? 0600 : 0640);
  if (fd >= 0) {
    ::close(fd);
    return {};
  }
  if (errno == EEXIST) return {};
  const ErrorCode code = errno == ENOENT   ? ErrorCode::kNotFound
                         : errno == EACCES ? ErrorCode::kPermission
                                           : ErrorCode::kIo;
  return Error(code, "state: cannot create " + file + ": " + std::strerror(errno));
}

Result<std::unique_ptr<Sql>> open_file(const std::string& file, const StoreSchema& schema, bool read_only) {
  try {
    return std::make_unique<Sqlite>(file, schema, read_only);
  } catch (const SQLite::Exception& e) {
    return to_error(e, schema.name);
  }
}

}  // namespace

Result<std::unique_ptr<Sql>> open_sqlite(const std::string& directory, const StoreSchema& schema,
                                         bool read_only) {
  const std::string file = directory + "/" + std::string(schema.name) + ".db";
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  const bool is_there = std::filesystem::exists(file, error);
  // SQLite would only say that it cannot open it, and whoever may not look into the folder finds nothing
  // there.
  const bool readable = ::faccessat(AT_FDCWD, file.c_str(), R_OK, AT_EACCESS) == 0;
  if (error == std::errc::permission_denied || (is_there && !readable && errno == EACCES))
    return Error(ErrorCode::kPermission, "state: " + file + ": access is denied to this user");
  if (!read_only || !is_there) {
    if (auto created = create_file(file, schema); !created) {
      if (!read_only) return std::move(created).error();
      return Error(ErrorCode::kNotFound, "state: " + file + " does not exist yet");
    }
    TRY_ASSIGN(auto sql, open_file(file, schema, false));
    TRY(migrate(*sql, schema));
    if (!read_only) return sql;
  }
  TRY_ASSIGN(auto sql, open_file(file, schema, true));
  TRY_ASSIGN(const int64_t version, sql->schema_version());
  if (version < static_cast<int64_t>(schema.migrations.size())) {
    // Its owner has not opened it since the upgrade, or is making it this moment. Where we may, we do it for
    // them.
    TRY_ASSIGN(auto writer, open_file(file, schema, false));
    if (auto migrated = migrate(*writer, schema); !migrated) {
      return Error(ErrorCode::kUnavailable,
                   "state: " + file + " is not up to date yet: " + migrated.error().message());
    }
  }
  if (version > static_cast<int64_t>(schema.migrations.size())) {
    return Error(ErrorCode::kCorrupt, "state: " + file + " was made by a newer release");
  }
  return sql;
}

}  // namespace linkgate::state
