#pragma once
// What pages looked like, kept by what the picture is: DATA/screenshots/<SHA-256>.png, so many bytes in all,
// the longest unseen gone first. A picture that cannot be kept is none; nothing else depends on it.

#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace linkgate::scan {

class ScreenshotStore {
 public:
  // Takes over what an earlier process kept. kIo, kPermission where the folder cannot be made or read.
  static Result<std::unique_ptr<ScreenshotStore>> open(std::string folder, uint64_t max_bytes);
  // Its name, 64 hexadecimal digits. The picture is checked first (scan/plain_png.h). Thread-safe.
  Result<std::string> put(std::string_view png);
  // kNotFound: never kept, or gone; kInvalidArgument: not such a name. Thread-safe.
  Result<std::string> get(std::string_view name);
  uint64_t bytes() const;

 private:
  ScreenshotStore(std::string folder, uint64_t max_bytes)
      : folder_(std::move(folder)), max_bytes_(max_bytes) {}
  std::string path_of(std::string_view name) const;
  void use(const std::string& name, uint64_t bytes);
  void drop_some();

  const std::string folder_;
  const uint64_t max_bytes_;
  mutable std::mutex mutex_;
  std::list<std::pair<std::string, uint64_t>> order_;  // most recently used first
  std::map<std::string, std::list<std::pair<std::string, uint64_t>>::iterator, std::less<>> by_name_;
  uint64_t bytes_ = 0;
};

}  // namespace linkgate::scan
