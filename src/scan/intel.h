#pragma once
// What is known about URLs from feeds, as a snapshot that follows the intel store: whoever wrote it, this
// process or another scan node, the index is swapped within a poll period, or when the filter of what changed
// is built.

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>

#include "scan/feed_index.h"
#include "state/poller.h"

namespace linkgate::scan {

class Intel {
 public:
  // Reads which feeds there are before it returns, and builds their filters in the background; until then the
  // store is asked. Two connections to one store: `exact` for lookups.
  static Result<std::unique_ptr<Intel>> start(std::unique_ptr<state::IntelStore> store,
                                              std::unique_ptr<state::IntelStore> exact);
  // For who asks little: as the store is now, without filters, and without following it.
  static Result<std::unique_ptr<Intel>> open(std::unique_ptr<state::IntelStore> store,
                                             std::unique_ptr<state::IntelStore> exact);
  // Never null, never waits; thread-safe. Lives no longer than this object.
  std::shared_ptr<const FeedIndex> current() const { return current_.load(); }
  bool in_trouble() const { return exact_.in_trouble() || (poller_ != nullptr && poller_->in_trouble()); }
  // Reads the store now where it changed; returns when current() has it, filters and all. Thread-safe.
  Result<void> look();

 private:
  Intel(std::unique_ptr<state::IntelStore> store, std::unique_ptr<state::IntelStore> exact)
      : store_(std::move(store)), exact_(std::move(exact)) {}
  Result<void> load(bool with_filters);
  std::unique_ptr<state::IntelStore> store_;
  ExactListings exact_;
  std::mutex mutex_;  // of look()
  std::optional<state::Version> version_;
  std::atomic<std::shared_ptr<const FeedIndex>> current_;
  std::unique_ptr<state::Poller> poller_;
};

}  // namespace linkgate::scan
