#pragma once
// One URL, asked of whoever serves it, through the egress proxy and nothing else. What a hostile server can
// do (hang, drip, flood, break off, send headers without end) ends in a result within the budget, with what
// came until then.
//
// All transfers of a program run on one thread, which waits for all of them at once (a curl multi handle):
// pages are waited for, not computed, and a thread for each of hundreds would be stacks and switches for
// nothing. Whoever asks parses the answer, on a thread of its own.

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "scan/identity.h"
#include "url/url.h"
#include "verdict/page.h"

namespace linkgate::scan {

inline constexpr size_t kMaxFetchBody = 8ULL << 20;       // decoded; what follows is not read
inline constexpr size_t kMaxFetchHeaders = 256ULL << 10;  // of one answer, interim ones included
inline constexpr size_t kMaxFetchFields = 400;            // header fields that are kept
inline constexpr std::chrono::seconds kMaxFetchTime{60};

struct FetchRequest {
  url::Url url;  // http or https; user name and password in it are not sent, as browsers do not
  std::string method = "GET";
  std::string body, body_type;  // of a POST
  std::string referrer;         // absolute, or empty: nobody sent us
  std::chrono::milliseconds budget{10'000};
  size_t max_body = kMaxFetchBody;
};

enum class FetchTrouble {
  kNone,
  kRefused,      // by the egress proxy or the visit's list of hosts: leads where nobody is let
  kInward,       // by the egress proxy: leads to what is not public
  kNoName,       // the name has no address, or no name server tells
  kUnreachable,  // nobody answers there
  kTls,          // no TLS can be spoken with it; a bad certificate is none of this
  kTimeout,      // the budget ended first
  kTooLarge,     // more than the limit; the body is its start
  kBroken,       // broke off, or is no HTTP
  kNoProxy,      // the egress proxy does not run; it may a moment later
  kOurs,         // the egress proxy failed, or we are stopping
};
std::string_view to_string(FetchTrouble trouble);  // "refused", "no name", ...

struct FetchResult {
  FetchTrouble trouble = FetchTrouble::kNone;
  std::string details;                                       // a sentence for people where there is trouble
  int status = 0;                                            // 0: no answer
  std::vector<std::pair<std::string, std::string>> headers;  // names in lower case
  std::string body;                                          // may be there in spite of trouble
  std::string alpn;                                          // "h2", "http/1.1"; empty where it was not TLS
  std::optional<verdict::Certificate> certificate;
  std::chrono::milliseconds took{0};

  // The first of that name (lower case); empty where absent.
  std::string_view header(std::string_view name) const;
};

class FetchLoop;
struct FetchHandle;

// One visitor: an identity, cookies and connections that no other visit shares. One fetch at a time.
class Visit {
 public:
  // Never fails; see FetchTrouble. Resumes on the coroutine's executor.
  boost::asio::awaitable<FetchResult> fetch(FetchRequest request);
  // The same, waiting in this thread.
  FetchResult fetch_and_wait(FetchRequest request);
  // document.cookie as a page's script sets it, for the host of `url`.
  void set_cookie(const url::Url& url, std::string_view cookie);
  // All cookies that would be sent to `url`'s host, in no particular order: to tell whether asking again is
  // asking the same.
  std::string cookies() const;
  const Identity& identity() const;
  ~Visit();

 private:
  friend class Fetcher;
  Visit(std::shared_ptr<FetchLoop> loop, std::shared_ptr<FetchHandle> handle);
  void start(FetchRequest request, std::function<void(FetchResult)> done);
  std::shared_ptr<FetchLoop> loop_;      // shared with the fetcher and its other visits
  std::shared_ptr<FetchHandle> handle_;  // shared with the loop while a transfer runs
};

struct FetcherOptions {
  std::string egress_socket;
  std::string trust;  // a PEM file of more certificate authorities; empty: the system's alone
};

class Fetcher {
 public:
  // Errors: kNotFound, kInvalidArgument for the file of authorities.
  static Result<std::unique_ptr<Fetcher>> start(FetcherOptions options);
  ~Fetcher();
  void stop();  // what is under way, and what is asked of visits from now on, gets kOurs

  // `client`: what the proxy's request log calls it, letters, digits, ".", "_", "-". `hosts`: where this
  // visit may go ("example.com", "*.example.com"), empty: wherever the proxy lets it. Thread-safe.
  std::unique_ptr<Visit> visit(Identity identity, std::string client, std::vector<std::string> hosts = {});

 private:
  explicit Fetcher(std::shared_ptr<FetchLoop> loop) : loop_(std::move(loop)) {}
  std::shared_ptr<FetchLoop> loop_;  // shared with the visits
};

}  // namespace linkgate::scan
