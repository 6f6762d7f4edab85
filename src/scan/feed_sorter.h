#pragma once
// Brings a feed's entries into the order in which the intel store takes them, with a fixed amount of memory:
// runs are sorted there, written to an unnamed file and merged while they are read.

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "scan/feed_bytes.h"
#include "state/stores.h"

namespace linkgate::scan {

class FeedSorter {
 public:
  // `folder`: where the file is made, where one is needed.
  explicit FeedSorter(std::string folder, size_t max_memory = kMemory)
      : folder_(std::move(folder)), max_memory_(max_memory) {}
  static constexpr size_t kMemory = 32 << 20;

  // kIo.
  Result<void> add(std::string_view key, verdict::Disposition disposition, std::string_view detail);
  size_t added() const { return added_; }
  // After the last add(): the next entry by (listing_hash(key), key), nullptr at the end. Of a key that was
  // added more than once the last counts.
  Result<const state::FeedEntry*> next();

 private:
  struct Position {
    uint64_t hash;
    uint32_t at;  // in records_
  };
  struct Head {  // the next record of a run
    uint64_t hash = 0;
    std::string_view key, detail;
    verdict::Disposition disposition{};
  };
  // A run under way: a window over its part of the file, or all of memory.
  struct Run {
    uint64_t at, end;    // in the file, behind the window
    std::string window;  // bytes from the file
    size_t used = 0;     // of the window
    std::optional<Head> head;
  };

  void sort_records();
  Result<void> spill();
  Result<void> begin();
  Result<void> advance(Run* run);
  static size_t parse(std::string_view bytes, Head* head);

  const std::string folder_;
  const size_t max_memory_;
  size_t added_ = 0;
  std::string records_;
  std::vector<Position> positions_;
  std::optional<SpillFile> file_;
  std::vector<std::unique_ptr<Run>> runs_;  // in the order in which they were added
  bool has_begun_ = false;
  state::FeedEntry entry_;
};

}  // namespace linkgate::scan
