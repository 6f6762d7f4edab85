#pragma once
// How fresh the event store is, for whoever answers from it: DATA/run/freshness holds one ISO 8601 time.
// Everything that was recorded before it can be queried.

#include <chrono>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/config.h"
#include "base/file_system.h"

namespace linkgate::store {

class FreshnessFile {
 public:
  FreshnessFile(const DataPaths& paths, FileSystem& files);
  // Writes at most a few times a second, and nothing for Time{}. Trouble is not told: the file then says
  // itself how old it is.
  void tell(Time fresh_until, Time now);

 private:
  std::string path_;
  FileSystem& files_;
  Time told_{};
};

// What the file says; nullopt where it says nothing.
std::optional<Time> read_freshness(const DataPaths& paths, FileSystem& files);

}  // namespace linkgate::store
