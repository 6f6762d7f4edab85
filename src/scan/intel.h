#pragma once
// What is known about URLs from feeds, as a snapshot that follows the intel store: whoever wrote it, this
// process or another scan node, the index is swapped within a poll period.

#include <atomic>
#include <memory>

#include "scan/feed_index.h"
#include "state/poller.h"

namespace linkgate::scan {

class Intel {
 public:
  // Reads the store once before it returns.
  static Result<std::unique_ptr<Intel>> start(std::unique_ptr<state::IntelStore> store);
  // Never null, never waits; thread-safe.
  std::shared_ptr<const FeedIndex> current() const { return current_.load(); }
  bool in_trouble() const { return poller_->in_trouble(); }
  // Reads the store now where it changed; returns when current() has it. Thread-safe.
  Result<void> look();

 private:
  explicit Intel(std::unique_ptr<state::IntelStore> store) : store_(std::move(store)) {}
  std::unique_ptr<state::IntelStore> store_;
  std::mutex mutex_;  // of look()
  std::optional<state::Version> version_;
  std::atomic<std::shared_ptr<const FeedIndex>> current_;
  std::unique_ptr<state::Poller> poller_;
};

}  // namespace linkgate::scan
