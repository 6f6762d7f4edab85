#pragma once
// The disk behind one interface, so that tests can fill it, make fsync fail and lose unsynced data on
// purpose. Paths are absolute or relative to the working directory. All errors are kIo unless said; kNotFound
// where it is missing.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace linkgate {

class AppendFile {
 public:
  virtual ~AppendFile() = default;
  virtual Result<void> append(
      std::string_view bytes) = 0;  // one write; all or an error (a short write is cut off again)
  virtual Result<void> sync() = 0;  // fdatasync
  virtual uint64_t size() const = 0;
};

// Held until destroyed, or until the process ends in whatever way.
class FileLock {
 public:
  virtual ~FileLock() = default;
};

// Thread-safe, the files too as long as one thread appends.
class FileSystem {
 public:
  virtual ~FileSystem() = default;
  virtual Result<std::unique_ptr<AppendFile>> create(
      const std::string& path) = 0;  // kInvalidArgument where it exists
  virtual Result<std::string> read(const std::string& path) = 0;
  virtual Result<void> rename(const std::string& from, const std::string& to) = 0;
  virtual Result<void> remove(const std::string& path) = 0;
  virtual Result<void> truncate(const std::string& path, uint64_t size) = 0;
  virtual Result<void> make_directories(const std::string& path) = 0;
  virtual Result<void> sync_file(const std::string& path) = 0;  // what an earlier process wrote
  virtual Result<void> sync_directory(const std::string& path) = 0;
  virtual Result<std::vector<std::string>> list(const std::string& path) = 0;  // names, sorted
  virtual Result<Time> modified_at(const std::string& path) = 0;
  virtual Result<uint64_t> free_bytes(const std::string& path) = 0;
  // An exclusive lock on a file (made where missing). kUnavailable where somebody has it; never waits.
  virtual Result<std::unique_ptr<FileLock>> lock(const std::string& path) = 0;
};

FileSystem& real_file_system();

}  // namespace linkgate
