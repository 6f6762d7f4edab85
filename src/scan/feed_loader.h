#pragma once
// Keeps the intel store as the configured feeds say. Files are looked at every second, URLs asked at their
// refresh interval, each kind on a thread of its own, so that a slow download delays no file. A feed that
// fails keeps its old entries; the trouble is in the store, in a metric and in the log.

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/config.h"
#include "scan/feed_parser.h"
#include "scan/feed_sorter.h"
#include "scan/feed_source.h"
#include "state/stores.h"

namespace linkgate::scan {

struct FeedLoaderOptions {
  std::string egress_socket;                    // through which URLs are fetched
  std::string folder;                           // for what is fetched while it is read; empty: the system's
  std::chrono::milliseconds file_period{1000};  // how often files are looked at
  std::chrono::seconds first_retry{30};  // after a failure of a URL; doubles up to its refresh interval
};

// The feeds of one kind and their thread. Private to FeedLoader.
class FeedWorker {
 public:
  FeedWorker(state::IntelStore& store, const Clock& clock, std::function<void()> loaded, bool http,
             FeedLoaderOptions options);
  ~FeedWorker();
  FeedWorker(const FeedWorker&) = delete;
  FeedWorker& operator=(const FeedWorker&) = delete;
  uint64_t configure(std::vector<FeedConfig> feeds);
  uint64_t request_refresh();
  bool wait_for(uint64_t request, std::chrono::milliseconds timeout);

 private:
  struct Feed {
    FeedConfig config;
    std::unique_ptr<FeedSource> source;
    std::chrono::steady_clock::time_point due{};   // next time it is asked, where it is a URL
    std::chrono::steady_clock::time_point read{};  // when its bytes were looked at last
    std::chrono::seconds retry{0};                 // 0: the last attempt went well
    std::string trouble;                           // of the last attempt, empty where it went well
    bool is_unreadable = false;  // what was fetched last does not parse: unchanged is no good news
  };
  void run();
  void apply_configuration();
  void ask(Feed& feed);
  Result<bool> load(Feed& feed);
  FeedClientOptions client_options(const FeedConfig& config) const;
  std::unique_ptr<FeedSource> source_of(const FeedConfig& config) const;
  Result<FeedSummary> read(const FeedConfig& config, FeedBytes bytes, FeedSorter* sorter);
  static void tell(Feed& feed, const FeedSummary& parsed);
  void note_trouble(Feed& feed, std::string_view trouble);

  state::IntelStore& store_;
  const Clock& clock_;
  const std::function<void()> loaded_;
  const bool http_;
  const FeedLoaderOptions options_;
  std::vector<Feed> feeds_;  // of the thread alone
  std::atomic<bool> stop_ = false;
  std::mutex mutex_;
  std::condition_variable wake_, done_;
  std::optional<std::vector<FeedConfig>> wanted_;
  uint64_t requested_ = 0, completed_ = 0;
  std::thread thread_;  // last: it uses all above
};

class FeedLoader {
 public:
  // `loaded` is called on one of the loader's threads after a feed's entries changed in the store.
  FeedLoader(std::unique_ptr<state::IntelStore> store, const Clock& clock, std::function<void()> loaded,
             FeedLoaderOptions options = {});

  // Takes these feeds from now on; what the store holds of others is removed. Feeds whose configuration did
  // not change go on undisturbed. Call once before anything else, again when the configuration was read anew.
  // Thread-safe, as all below.
  void configure(const std::vector<FeedConfig>& feeds);
  // Asks all feeds now, whatever their interval.
  struct Request {
    uint64_t files, urls;
  };
  Request request_refresh();
  // Whether all feeds have been asked since the request; waits for it up to `timeout`.
  bool wait_for(Request request, std::chrono::milliseconds timeout);
  // The same for the file feeds of the last configure().
  bool wait_for_files(std::chrono::milliseconds timeout);
  Result<std::vector<state::FeedStatus>> status() { return store_->feeds(); }

 private:
  void remove_others(const std::vector<FeedConfig>& feeds);
  const std::unique_ptr<state::IntelStore> store_;
  const std::function<void()> loaded_;
  std::atomic<uint64_t> configured_ = 0;
  FeedWorker files_, urls_;
};

}  // namespace linkgate::scan
