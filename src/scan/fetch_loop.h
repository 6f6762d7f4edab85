#pragma once
// Inside fetching: the thread on which all transfers run. For fetch.cc.

#include <curl/curl.h>

#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <vector>

#include "scan/fetch_handle.h"

namespace linkgate::scan {

// Connections that are kept for a next request; a visit of many hops uses one host several times.
inline constexpr long kIdleConnections = 32;

class FetchLoop {
 public:
  FetchLoop();
  ~FetchLoop() { stop(); }
  FetchLoop(const FetchLoop&) = delete;
  FetchLoop& operator=(const FetchLoop&) = delete;

  // `handle` is prepared; its `done` is called once, on the loop's thread (or this one, where it has
  // stopped).
  void run(std::shared_ptr<FetchHandle> handle);
  // What is under way gets kOurs. Thread-safe; returns when the thread has ended.
  void stop();

  std::shared_ptr<const TrustStore> trust;  // set before the first visit
  std::string egress_socket;
  std::atomic<unsigned> visits = 0;

 private:
  void serve();
  void take_new();
  void end_finished();
  void end(CURL* easy, CURLcode code);
  static void fail(FetchHandle& handle);

  CURLM* const multi_;
  std::unordered_map<CURL*, std::shared_ptr<FetchHandle>> running_;  // of the thread
  std::mutex mutex_;
  std::vector<std::shared_ptr<FetchHandle>> new_;
  bool stopping_ = false;
  std::thread thread_;  // last: it uses all above
};

}  // namespace linkgate::scan
