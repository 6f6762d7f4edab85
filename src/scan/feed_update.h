#pragma once
// From what was fetched to entries that may replace those of before: proven where the feed has a proof,
// unpacked, parsed, and refused where it looks like something that went wrong at its publisher's.

#include <atomic>
#include <functional>
#include <string>

#include "base/clock.h"
#include "base/config.h"
#include "scan/feed_bytes.h"
#include "scan/feed_parser.h"
#include "scan/feed_sorter.h"

namespace linkgate::scan {

// Feeds smaller than this grow and shrink as they like, and updates of fewer records have as many bad ones as
// they like.
inline constexpr size_t kGuardedEntries = 1000;
inline constexpr size_t kGuardedRecords = 100;
inline constexpr size_t kMaxProofBytes = 1 << 20;

struct FeedUpdateContext {
  const FeedConfig& config;
  std::string folder;  // for files without a name
  Time now{};
  size_t entries_before = 0;
  // What stands at config.checksum or config.signature.
  std::function<Result<FeedBytes>(const std::string& source)> fetch_proof;
  const std::atomic<bool>& stop;  // becomes true: given up
};

// Puts the entries into `sorter`. Errors: those of check_sha256(), check_minisign(), unpack() and
// parse_feed(); kCorrupt where it has less than config.min_percent of the entries of before, or more than
// config.max_bad_percent of its records are none; what fetch_proof says.
Result<FeedSummary> read_update(const FeedUpdateContext& context, FeedBytes bytes, FeedSorter* sorter);

}  // namespace linkgate::scan
