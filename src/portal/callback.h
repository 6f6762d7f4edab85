#pragma once
// Telling somebody's server that a check has an answer: a signed POST (notify/post.h) through
// linkgate-egress, to hosts that the administrator named and nobody else.

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace linkgate::portal {

// After a failure; then it is given up. A server is given up at once where it answers 4xx, but 408 and 429.
inline constexpr std::chrono::seconds kCallbackPauses[] = {std::chrono::seconds(2), std::chrono::seconds(15),
                                                           std::chrono::seconds(120)};
inline constexpr size_t kMaxCallbacksWaiting = 1000;  // further ones are lost, and counted

class CallbackSender {
 public:
  struct Options {
    std::vector<std::string> hosts;  // "HOST" or "HOST:PORT", https; and for tests "http://127.0.0.1:PORT"
    std::string key;                 // of the signatures; never empty
    std::string egress_socket;
    std::vector<std::chrono::seconds> pauses{std::begin(kCallbackPauses), std::end(kCallbackPauses)};
  };
  CallbackSender(Options options, const Clock& clock);
  ~CallbackSender();  // what is not sent by then is not
  CallbackSender(const CallbackSender&) = delete;
  CallbackSender& operator=(const CallbackSender&) = delete;

  // kInvalidArgument, with why: an address to which nothing is sent.
  Result<void> check(const std::string& address) const;
  // Returns at once; thread-safe.
  void send(std::string address, std::string body);

 private:
  struct Item {
    std::string address, body;
    size_t tries = 0;
    std::chrono::steady_clock::time_point due{};
  };
  void run();
  // True: it is over, well or not.
  bool try_once(const Item& item) const;

  const Options options_;
  const Clock& clock_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Item> items_;
  bool stop_ = false;
  std::thread thread_;  // last: it uses all above
};

}  // namespace linkgate::portal
