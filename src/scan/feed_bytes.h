#pragma once
// The bytes of a feed, in a file of our own that has no name: however large the feed, it takes no memory, and
// nobody else can change or cut it while it is read.

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace linkgate::scan {

// An unnamed file in a folder, gone when it is closed. Not thread-safe.
class SpillFile {
 public:
  // kIo, kNotFound, kPermission. "" is the system's folder for such files.
  static Result<SpillFile> create(const std::string& folder);
  SpillFile(SpillFile&& other) noexcept;
  SpillFile& operator=(SpillFile&& other) noexcept;
  ~SpillFile();

  Result<void> append(std::string_view bytes);
  // Up to bytes->size() of them from `at`; what was read is the new size.
  Result<void> read(uint64_t at, std::string* bytes) const;
  uint64_t size() const { return size_; }
  int fd() const { return fd_; }

 private:
  explicit SpillFile(int fd) : fd_(fd) {}
  int fd_ = -1;
  uint64_t size_ = 0;
};

class FeedBytes {
 public:
  static Result<FeedBytes> create(const std::string& folder);
  FeedBytes(FeedBytes&& other) noexcept;
  FeedBytes& operator=(FeedBytes&& other) noexcept;
  ~FeedBytes();

  // Before the first view() only.
  Result<void> append(std::string_view bytes) { return file_.append(bytes); }
  uint64_t size() const { return file_.size(); }
  // All of them, mapped; valid as long as this object is.
  Result<std::string_view> view();
  // Gives the memory of pages that were looked at back; a look at them brings them in again.
  void release_pages() const;

 private:
  explicit FeedBytes(SpillFile file) : file_(std::move(file)) {}
  SpillFile file_;
  void* mapping_ = nullptr;
};

}  // namespace linkgate::scan
