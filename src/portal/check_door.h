#pragma once
// POST /api/v1/check and GET /api/v1/check/ID: what Linkgate thinks of a URL, for programs of others. The
// organisation's lists come first, then linkgate-scan is asked, as at a click. docs/portal.md is the manual.

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/io_context.hpp>
#include <list>
#include <map>
#include <memory>
#include <string>

#include "base/clock.h"
#include "net/http.h"
#include "portal/access.h"
#include "portal/callback.h"
#include "state/poller.h"
#include "verdict/verdict.h"

namespace linkgate::portal {

inline constexpr std::string_view kCheckPath = "/api/v1/check";
inline constexpr std::chrono::seconds kDefaultCheckWait{10}, kMaxCheckWait{60};
inline constexpr std::chrono::hours kCheckKept{1};  // an answer can be asked for this long
inline constexpr size_t kMaxChecksKept = 10'000;    // of all callers
inline constexpr size_t kMaxChecksUnderWay = 20;    // of one token; beyond it 429

// Used on the thread of `io` alone; asks who somebody is on `blocking`, since that waits for state.
class CheckDoor {
 public:
  struct Sources {
    Access& access;
    const state::PolicySnapshots& policies;
    CallbackSender* callbacks;  // null: none are configured
    const Clock& clock;
    std::string scan_socket;
  };
  CheckDoor(net::asio::io_context& io, net::asio::any_io_executor blocking, Sources sources);
  ~CheckDoor();
  // Whether this door is the one that the target means.
  static bool is_meant(std::string_view target);
  net::asio::awaitable<net::HttpResponse> answer(net::HttpRequest& request);

 private:
  struct Job;
  using JobPtr = std::shared_ptr<Job>;  // shared by the table, whoever waits and the coroutine that asks
  struct Asked;
  net::asio::awaitable<net::HttpResponse> begin(const net::HttpRequest& request, std::string caller);
  net::asio::awaitable<net::HttpResponse> wait_for(JobPtr job, std::chrono::seconds wait);
  net::asio::awaitable<void> judge(JobPtr job);
  Result<Asked> parse(const std::string& body) const;
  std::optional<verdict::Verdict> by_own_list(const std::string& url) const;
  bool has_room(const std::string& caller);
  JobPtr find(std::string_view id, const std::string& caller) const;

  net::asio::io_context& io_;
  const net::asio::any_io_executor blocking_;
  const Sources sources_;
  const std::unique_ptr<net::HttpClient> scan_;
  std::list<JobPtr> order_;  // oldest first
  std::map<std::string, JobPtr, std::less<>> by_id_;
};

}  // namespace linkgate::portal
