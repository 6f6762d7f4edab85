#pragma once
// What feeds say of a key, from the intel store itself: asked where a filter says "perhaps", and what
// decides.

#include <atomic>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "state/stores.h"

namespace linkgate::scan {

// Thread-safe. The latest answers are remembered, for one generation of a feed's entries.
class ExactListings {
 public:
  static constexpr size_t kMaxRemembered = 4096;

  // A connection of its own, so that an answer waits for no writer and no reader of whole feeds.
  explicit ExactListings(std::unique_ptr<state::IntelStore> store) : store_(std::move(store)) {}

  // Absent also where the store cannot be read: in_trouble() says so, and so does the log when it begins and
  // ends.
  std::optional<state::FeedEntry> find(std::string_view feed, uint64_t generation, std::string_view key);
  bool in_trouble() const { return in_trouble_.load(std::memory_order_relaxed); }

 private:
  using Answer = std::pair<std::string, std::optional<state::FeedEntry>>;
  void note(const Result<std::optional<state::FeedEntry>>& found);

  const std::unique_ptr<state::IntelStore> store_;
  std::atomic<bool> in_trouble_ = false;
  std::mutex mutex_;
  std::list<Answer> order_;                                                       // most recently asked first
  std::unordered_map<std::string_view, std::list<Answer>::iterator> remembered_;  // keys lie in order_
};

}  // namespace linkgate::scan
