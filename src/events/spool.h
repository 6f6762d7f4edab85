#pragma once
// The hand-over between programs and the event store: append-only segments of JSON lines on local disk.
// docs/spool.md is the format note, events/spool_format.h its code. A segment is one batch for the store;
// sent twice it is there once, since every row has a key of its own (events/row.h).

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/file_system.h"
#include "base/result.h"

namespace linkgate::events {

struct SpoolOptions {
  std::string directory;  // of this program alone, e.g. DATA/spool/click
  std::string program;    // "click", also told apart by node; letters, digits, '.', '_', '-'
  size_t max_segment_bytes = 4 * 1024 * 1024;
  std::chrono::milliseconds max_segment_age{200};  // then it is sealed, so that ship sees it
  std::chrono::milliseconds sync_interval{5};      // group commit: what a power cut can take
  size_t min_free_bytes = 64 * 1024 * 1024;  // below this append() fails with kIo: disk full is said early
  std::chrono::milliseconds probe_interval{250};  // how often a disk that failed is tried again
  std::chrono::milliseconds lock_wait{2000};
};

// Thread-safe. append() returns once write(2) has taken the line: it survives the process, not yet the
// machine. One writer a directory: open() waits up to 2 s for another process to leave it, then fails with
// kUnavailable. The destructor seals what is open.
class SpoolWriter {
 public:
  // Seals what an earlier process left open (a torn last line is cut off and counted).
  static Result<std::unique_ptr<SpoolWriter>> open(const SpoolOptions& options, FileSystem& files);
  virtual ~SpoolWriter() = default;
  // `json` is what Row::finish() gave. Errors: kIo, and nothing of the row will ever be shipped.
  virtual Result<void> append(std::string_view table, std::string_view json) = 0;
  // Several rows {table, json} that belong together (one mail): all in one segment, in order, or none.
  virtual Result<void> append_all(const std::vector<std::pair<std::string, std::string>>& rows) = 0;
  // False after a failing fsync or write: the owner answers 4xx or its fail mode until it is true again,
  // which it becomes by itself once a probe file could be written and synced. append() still tries meanwhile.
  virtual bool healthy() const = 0;
  virtual std::string trouble() const = 0;  // why not, for the log and /healthz; empty while healthy
};

struct SpoolSegment {
  std::string path;
  struct Line {
    std::string table, json;
  };
  std::vector<Line> lines;
  int damaged_lines = 0;  // bad checksum: set aside in path + ".damaged", counted, never silently dropped
};

// What ship reads: sealed segments of one spool directory, oldest first.
class SpoolReader {
 public:
  SpoolReader(std::string directory, FileSystem& files);
  Result<std::vector<std::string>> sealed();  // paths
  Result<SpoolSegment> read(const std::string& path);
  // Keeps lines that the store will never take in path + ".rejected". The first call for a path counts.
  Result<void> reject(const std::string& path, std::string_view lines);
  Result<void> remove(const std::string& path);  // after the store confirmed; lasting when it returns

 private:
  std::string directory_;
  FileSystem& files_;
};

// Seals what a process that is gone for good left open in `directory`. Does nothing where a writer is at work
// there. Returns how many segments it sealed. For ship: a program may not come back (a click node taken out).
Result<int> seal_orphans(const std::string& directory, FileSystem& files);

}  // namespace linkgate::events
