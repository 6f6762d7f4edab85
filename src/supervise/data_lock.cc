#include "supervise/data_lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <thread>

#include "base/ascii.h"

namespace linkgate::supervise {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kClaimPatience{15'000}, kClaimPause{50};
constexpr std::string_view kFirstCommand = "up";  // of lock files that only say a number
constexpr mode_t kMode = 0644;

// Held, by flock too, while somebody claims the lock itself.
std::string claim_path(const std::string& path) { return path + ".wanted"; }

Error trouble(const std::string& path) {
  return Error(ErrorCode::kIo, fmt::format("{}: {}", path, std::strerror(errno)));
}

// What a holder writes into the file, for others to read; the lock does not depend on it:
// "PID COMMAND\n" or "PID COMMAND gives way\n".
constexpr std::string_view kGivesWay = " gives way";

std::string text_of(int fd) {
  char text[64] = {};
  return ::pread(fd, text, sizeof text - 1, 0) > 0 ? std::string(ascii::trim(text)) : "";
}

std::string named(std::string text) {
  if (text.empty()) return "another process";
  if (text.ends_with(kGivesWay)) text.resize(text.size() - kGivesWay.size());
  const size_t end = text.find(' ');
  return fmt::format("process {}, `linkgate {}`", text.substr(0, end),
                     end == text.npos ? kFirstCommand : std::string_view(text).substr(end + 1));
}

bool gives_way(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  const bool gives = fd >= 0 && text_of(fd).ends_with(kGivesWay);
  if (fd >= 0) ::close(fd);
  return gives;
}

}  // namespace

Result<DataLock> DataLock::take(const std::string& path, std::string_view command, Holder holder) {
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, kMode);
  if (fd < 0) return trouble(path);
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    const std::string who = named(text_of(fd));
    ::close(fd);
    return Error(ErrorCode::kUnavailable, fmt::format("this data directory is in use by {} ({})", who, path));
  }
  const std::string us =
      fmt::format("{} {}{}\n", ::getpid(), command, holder == Holder::kGivesWay ? kGivesWay : "");
  if (::ftruncate(fd, 0) != 0 || ::pwrite(fd, us.data(), us.size(), 0) < 0) {
    const Error error = trouble(path);
    ::close(fd);
    return error;
  }
  return DataLock(fd, path);
}

Result<DataLock> DataLock::claim(const std::string& path, std::string_view command) {
  auto lock = take(path, command);
  if (lock || lock.error().code() != ErrorCode::kUnavailable || !gives_way(path)) return lock;
  const std::string claim = claim_path(path);
  const int fd = ::open(claim.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, kMode);
  if (fd < 0) return trouble(claim);
  bool claimed = false;
  const auto end = std::chrono::steady_clock::now() + kClaimPatience;
  while (std::chrono::steady_clock::now() < end) {
    claimed = claimed || ::flock(fd, LOCK_EX | LOCK_NB) == 0;  // the holder's look at it may be in the way
    std::this_thread::sleep_for(kClaimPause);
    auto given = take(path, command);
    if (!given) continue;
    ::close(fd);
    return given;
  }
  ::close(fd);
  return lock;
}

DataLock::~DataLock() {
  if (fd_ >= 0) ::close(fd_);
}

bool DataLock::wanted() const {
  const int fd = ::open(claim_path(path_).c_str(), O_RDWR | O_CLOEXEC);
  if (fd < 0) return false;
  const bool held = ::flock(fd, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
  ::close(fd);
  return held;
}

}  // namespace linkgate::supervise
