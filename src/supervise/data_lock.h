#pragma once
// One command at a time owns a data directory: two `linkgate up` would hand the same spool to two writers,
// two event stores would write over each other.

#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"

namespace linkgate::supervise {

// Holds until destruction or the end of the process, however it ends (flock).
class DataLock {
 public:
  enum class Holder { kStays, kGivesWay };  // the second looks at wanted() now and then, and ends

  // `path` is a file in the data directory, made where it is missing; `command` says in the errors of others
  // who we are ("up", "kql"). Error kUnavailable names the process that holds it.
  static Result<DataLock> take(const std::string& path, std::string_view command,
                               Holder holder = Holder::kStays);
  // The same for what must not wait for people: a holder that gives way is told, and waited for.
  static Result<DataLock> claim(const std::string& path, std::string_view command);
  DataLock(DataLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)), path_(std::move(other.path_)) {}
  DataLock& operator=(DataLock&&) = delete;
  ~DataLock();

  // Somebody claims what we hold.
  bool wanted() const;

 private:
  DataLock(int fd, std::string path) : fd_(fd), path_(std::move(path)) {}
  int fd_;
  std::string path_;
};

}  // namespace linkgate::supervise
