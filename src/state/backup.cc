#include "state/backup.h"

#include <SQLiteCpp/Backup.h>
#include <SQLiteCpp/SQLiteCpp.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

namespace linkgate::state {
namespace {

constexpr int kBusyTimeoutMs = 5000;
constexpr int kAllPages = -1;

// Made before SQLite opens it, so that it never has another mode.
Result<void> make_private_file(const std::string& path) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) {
    return Error(errno == EEXIST ? ErrorCode::kInvalidArgument : ErrorCode::kIo,
                 path + ": " + std::strerror(errno));
  }
  ::close(fd);
  return {};
}

Result<void> copy_one(const std::string& from, const std::string& to) {
  TRY(make_private_file(to));
  try {
    SQLite::Database source(from, SQLite::OPEN_READONLY, kBusyTimeoutMs);
    SQLite::Database copy(to, SQLite::OPEN_READWRITE, kBusyTimeoutMs);
    SQLite::Backup backup(copy, source);
    backup.executeStep(kAllPages);
    const std::string verdict = copy.execAndGet("PRAGMA integrity_check").getString();
    if (verdict == "ok") return {};
    return Error(ErrorCode::kCorrupt, from + ": " + verdict);
  } catch (const SQLite::Exception& error) {
    return Error(error.getErrorCode() == SQLite::OK ? ErrorCode::kInternal : ErrorCode::kIo,
                 from + ": " + error.what());
  }
}

}  // namespace

Result<std::vector<std::string>> copy_databases(const std::string& from, const std::string& to) {
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(from, error)) {
    if (entry.path().extension() == ".db") names.push_back(entry.path().filename().string());
  }
  if (error || names.empty()) return Error(ErrorCode::kNotFound, from + ": holds no databases");
  std::sort(names.begin(), names.end());
  for (const std::string& name : names) TRY(copy_one(from + "/" + name, to + "/" + name));
  return names;
}

}  // namespace linkgate::state
