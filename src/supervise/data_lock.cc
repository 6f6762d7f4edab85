#include "supervise/data_lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace linkgate::supervise {

Result<DataLock> DataLock::take(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (fd < 0) return Error(ErrorCode::kIo, fmt::format("{}: {}", path, std::strerror(errno)));
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    char holder[32] = {};
    const ssize_t size = ::pread(fd, holder, sizeof holder - 1, 0);
    ::close(fd);
    const std::string who =
        size > 0 ? fmt::format("process {}", std::strtol(holder, nullptr, 10)) : "another process";
    return Error(ErrorCode::kUnavailable,
                 fmt::format("this data directory is in use: {} runs `linkgate up` on it ({})", who, path));
  }
  const std::string pid = fmt::format("{}\n", ::getpid());
  // The number is for the message above only; the lock does not depend on it.
  if (::ftruncate(fd, 0) != 0 || ::pwrite(fd, pid.data(), pid.size(), 0) < 0) {
    ::close(fd);
    return Error(ErrorCode::kIo, fmt::format("{}: {}", path, std::strerror(errno)));
  }
  return DataLock(fd);
}

DataLock::~DataLock() {
  if (fd_ >= 0) ::close(fd_);
}

}  // namespace linkgate::supervise
