#pragma once
// One `linkgate up` a data directory: two would hand the same spool to two writers.

#include <string>

#include "base/result.h"

namespace linkgate::supervise {

// Holds until destruction or the end of the process, however it ends (flock).
class DataLock {
 public:
  // `path` is a file in the data directory, made where it is missing. Error kUnavailable names the process
  // that holds it.
  static Result<DataLock> take(const std::string& path);
  DataLock(DataLock&& other) noexcept : fd_(other.fd_) { other.fd_ = -1; }
  DataLock& operator=(DataLock&&) = delete;
  ~DataLock();

 private:
  explicit DataLock(int fd) : fd_(fd) {}
  int fd_;
};

}  // namespace linkgate::supervise
