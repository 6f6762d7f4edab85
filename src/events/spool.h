#pragma once
// The hand-over between programs and the event store: append-only segments of JSON lines on local disk.
// docs/spool.md is the format note. A line is "<crc32c, 8 hex> <table> <json>\n"; a segment is one batch for the store and is
// never cut anew; its insert token is program, boot id, segment number and a hash of its bytes.

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/file_system.h"
#include "base/result.h"

namespace linkgate::events {

struct SpoolOptions {
  std::string directory;                 // of this program alone, e.g. DATA/spool/click
  std::string program;                   // "click", also told apart by node
  size_t max_segment_bytes = 4 * 1024 * 1024;
  std::chrono::milliseconds max_segment_age{100};   // then it is sealed, so that ship sees it
  std::chrono::milliseconds sync_interval{5};       // group commit: what a power cut can take
  size_t min_free_bytes = 64 * 1024 * 1024;         // below this append() fails with kIo: disk full is said early
};

// Thread-safe. append() returns once write(2) has taken the line: it survives the process, not yet the machine.
class SpoolWriter {
 public:
  // Seals what an earlier process left open (a torn last line is cut off and counted).
  static Result<std::unique_ptr<SpoolWriter>> open(const SpoolOptions& options, FileSystem& files);
  virtual ~SpoolWriter() = default;
  virtual Result<void> append(std::string_view table, std::string_view json) = 0;
  // Several rows that belong together (one mail): all in one segment, in order.
  virtual Result<void> append_all(const std::vector<std::pair<std::string, std::string>>& rows) = 0;
  // False after a failing fsync or write: the owner answers 4xx or its fail mode until it is true again.
  virtual bool healthy() const = 0;
  virtual std::string trouble() const = 0;
};

struct SpoolSegment {
  std::string path;
  std::string token;
  struct Line { std::string table, json; };
  std::vector<Line> lines;
  int damaged_lines = 0;     // bad checksum: set aside to a file beside, counted, never silently dropped
};

// What ship reads: sealed segments of one spool directory, oldest first.
class SpoolReader {
 public:
  SpoolReader(std::string directory, FileSystem& files);
  Result<std::vector<std::string>> sealed();
  Result<SpoolSegment> read(const std::string& path);
  Result<void> remove(const std::string& path);     // after the store confirmed

 private:
  std::string directory_;
  FileSystem& files_;
};

}  // namespace linkgate::events
