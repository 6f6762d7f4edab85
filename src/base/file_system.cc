#include "base/file_system.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

namespace linkgate {
namespace {

constexpr mode_t kFileMode = 0640;  // events and spools hold people's addresses
constexpr mode_t kDirectoryMode = 0750;

Error errno_error(std::string_view what, const std::string& path, int error = errno) {
  const ErrorCode code = error == ENOENT ? ErrorCode::kNotFound : ErrorCode::kIo;
  return Error(code, std::string(what) + " " + path + ": " + std::generic_category().message(error));
}

// A descriptor with one owner.
class Fd {
 public:
  explicit Fd(int fd) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd(const Fd&) = delete;
  Fd& operator=(Fd&&) = delete;
  ~Fd() {
    if (fd_ >= 0) close(fd_);
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

Result<void> sync_path(const std::string& path, int flags) {
  Fd fd(open(path.c_str(), flags | O_CLOEXEC));
  if (fd.get() < 0) return errno_error("cannot open", path);
  if (fsync(fd.get()) != 0) return errno_error("cannot sync", path);
  return {};
}

class PosixAppendFile final : public AppendFile {
 public:
  PosixAppendFile(Fd fd, std::string path) : fd_(std::move(fd)), path_(std::move(path)) {}

  Result<void> append(std::string_view bytes) override {
    size_t written = 0;
    while (written < bytes.size()) {
      const ssize_t n = write(fd_.get(), bytes.data() + written, bytes.size() - written);
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) {
        const int error = errno;
        // Half a record must not stay in front of the next one. Where even this fails, the checksum tells.
        if (written > 0 && ftruncate(fd_.get(), static_cast<off_t>(size_)) != 0) size_ += written;
        return errno_error("cannot write", path_, error);
      }
      written += static_cast<size_t>(n);
    }
    size_ += bytes.size();
    return {};
  }

  Result<void> sync() override {
    if (fdatasync(fd_.get()) != 0) return errno_error("cannot sync", path_);
    return {};
  }

  uint64_t size() const override { return size_; }

 private:
  Fd fd_;
  std::string path_;
  uint64_t size_ = 0;
};

class PosixFileLock final : public FileLock {
 public:
  explicit PosixFileLock(Fd fd) : fd_(std::move(fd)) {}

 private:
  Fd fd_;  // flock goes with the last descriptor, also of a process that was killed
};

class PosixFileSystem final : public FileSystem {
 public:
  Result<std::unique_ptr<AppendFile>> create(const std::string& path) override {
    Fd fd(open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, kFileMode));
    if (fd.get() < 0) {
      if (errno == EEXIST) return Error(ErrorCode::kInvalidArgument, path + " exists already");
      return errno_error("cannot create", path);
    }
    return std::unique_ptr<AppendFile>(std::make_unique<PosixAppendFile>(std::move(fd), path));
  }

  Result<std::string> read(const std::string& path) override {
    Fd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (fd.get() < 0) return errno_error("cannot open", path);
    struct stat info = {};
    if (fstat(fd.get(), &info) != 0) return errno_error("cannot stat", path);
    std::string bytes(static_cast<size_t>(info.st_size), '\0');
    size_t have = 0;
    while (have < bytes.size()) {
      const ssize_t n = ::read(fd.get(), bytes.data() + have, bytes.size() - have);
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return errno_error("cannot read", path);
      if (n == 0) break;  // became shorter meanwhile
      have += static_cast<size_t>(n);
    }
    bytes.resize(have);
    return bytes;
  }

  Result<void> rename(const std::string& from, const std::string& to) override {
    if (::rename(from.c_str(), to.c_str()) != 0) return errno_error("cannot rename", from);
    return {};
  }

  Result<void> remove(const std::string& path) override {
    if (unlink(path.c_str()) != 0) return errno_error("cannot remove", path);
    return {};
  }

  Result<void> truncate(const std::string& path, uint64_t size) override {
    if (::truncate(path.c_str(), static_cast<off_t>(size)) != 0) return errno_error("cannot truncate", path);
    return {};
  }

  Result<void> make_directories(const std::string& path) override {
    for (size_t end = path.find('/', 1);; end = path.find('/', end + 1)) {
      const std::string prefix = path.substr(0, end);
      if (mkdir(prefix.c_str(), kDirectoryMode) != 0 && errno != EEXIST)
        return errno_error("cannot make", prefix);
      if (end == std::string::npos) break;
    }
    struct stat info = {};
    if (stat(path.c_str(), &info) != 0) return errno_error("cannot stat", path);
    if (!S_ISDIR(info.st_mode)) return Error(ErrorCode::kIo, path + " is not a directory");
    return {};
  }

  Result<void> sync_file(const std::string& path) override { return sync_path(path, O_RDONLY); }

  Result<void> sync_directory(const std::string& path) override {
    return sync_path(path, O_RDONLY | O_DIRECTORY);
  }

  Result<std::vector<std::string>> list(const std::string& path) override {
    DIR* directory = opendir(path.c_str());
    if (directory == nullptr) return errno_error("cannot list", path);
    std::vector<std::string> names;
    while (const dirent* entry = readdir(directory)) {
      const std::string_view name = entry->d_name;
      if (name != "." && name != "..") names.emplace_back(name);
    }
    closedir(directory);
    std::sort(names.begin(), names.end());
    return names;
  }

  Result<Time> modified_at(const std::string& path) override {
    struct stat info = {};
    if (stat(path.c_str(), &info) != 0) return errno_error("cannot stat", path);
    return Time(std::chrono::seconds(info.st_mtim.tv_sec)) + Ticks(info.st_mtim.tv_nsec / 100);
  }

  Result<uint64_t> free_bytes(const std::string& path) override {
    struct statvfs info = {};
    if (statvfs(path.c_str(), &info) != 0) return errno_error("cannot ask the free space of", path);
    return static_cast<uint64_t>(info.f_bavail) * info.f_frsize;
  }

  Result<std::unique_ptr<FileLock>> lock(const std::string& path) override {
    Fd fd(open(path.c_str(), O_RDONLY | O_CREAT | O_CLOEXEC, kFileMode));  // reading suffices for a lock
    if (fd.get() < 0) return errno_error("cannot open", path);
    if (flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
      if (errno == EWOULDBLOCK) return Error(ErrorCode::kUnavailable, path + " is locked by another process");
      return errno_error("cannot lock", path);
    }
    return std::unique_ptr<FileLock>(std::make_unique<PosixFileLock>(std::move(fd)));
  }
};

}  // namespace

FileSystem& real_file_system() {
  static PosixFileSystem files;  // stateless
  return files;
}

}  // namespace linkgate
