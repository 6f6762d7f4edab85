#include "scan/fetch.h"

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <future>

#include "base/ascii.h"
#include "base/check.h"
#include "scan/fetch_loop.h"

namespace linkgate::scan {
namespace {

namespace asio = boost::asio;

constexpr size_t kMaxCookies = 16 * 1024;  // that are told

bool may_visit(const std::vector<std::string>& hosts, std::string_view host) {
  for (const std::string& pattern : hosts) {
    const std::string_view suffix = pattern.starts_with("*.") ? std::string_view(pattern).substr(1) : "";
    if (ascii::iequals(pattern, host) || (!suffix.empty() && ascii::iends_with(host, suffix))) return true;
  }
  return hosts.empty();
}

}  // namespace

std::string_view to_string(FetchTrouble trouble) {
  switch (trouble) {
    case FetchTrouble::kNone:
      return "none";
    case FetchTrouble::kRefused:
      return "refused";
    case FetchTrouble::kInward:
      return "inward";
    case FetchTrouble::kNoName:
      return "no name";
    case FetchTrouble::kUnreachable:
      return "unreachable";
    case FetchTrouble::kTls:
      return "tls";
    case FetchTrouble::kTimeout:
      return "timeout";
    case FetchTrouble::kTooLarge:
      return "too large";
    case FetchTrouble::kBroken:
      return "broken";
    case FetchTrouble::kNoProxy:
      return "no proxy";
    case FetchTrouble::kOurs:
      return "ours";
  }
  CHECK(false);
}

std::string_view FetchResult::header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (key == name) return value;
  }
  return "";
}

Visit::Visit(std::shared_ptr<FetchLoop> loop, std::shared_ptr<FetchHandle> handle)
    : loop_(std::move(loop)), handle_(std::move(handle)) {}
Visit::~Visit() = default;

const Identity& Visit::identity() const { return handle_->identity; }

void Visit::start(FetchRequest request, std::function<void(FetchResult)> done) {
  CHECK(handle_->done == nullptr);
  FetchResult refused;
  refused.trouble = FetchTrouble::kRefused;
  if (!request.url.is_http()) {
    refused.details = "only http and https are fetched, not " + std::string(request.url.protocol());
    return done(std::move(refused));
  }
  if (!may_visit(handle_->hosts, request.url.hostname())) {
    refused.details = std::string(request.url.hostname()) + " is not on the list of hosts";
    return done(std::move(refused));
  }
  handle_->prepare(std::move(request));
  handle_->done = std::move(done);
  loop_->run(handle_);
}

asio::awaitable<FetchResult> Visit::fetch(FetchRequest request) {
  const auto initiate = [this](auto handler, FetchRequest asked) {
    auto executor = asio::get_associated_executor(handler);
    // Shared because std::function copies; the handler itself is called once.
    auto shared = std::make_shared<decltype(handler)>(std::move(handler));
    start(std::move(asked), [shared, work = asio::make_work_guard(executor)](FetchResult result) {
      asio::post(work.get_executor(),
                 [shared, result = std::move(result)]() mutable { (*shared)(std::move(result)); });
    });
  };
  return asio::async_initiate<const asio::use_awaitable_t<>, void(FetchResult)>(initiate, asio::use_awaitable,
                                                                                std::move(request));
}

FetchResult Visit::fetch_and_wait(FetchRequest request) {
  std::promise<FetchResult> promise;
  start(std::move(request), [&promise](FetchResult result) { promise.set_value(std::move(result)); });
  return promise.get_future().get();
}

void Visit::set_cookie(const url::Url& url, std::string_view cookie) {
  std::string line = "Set-Cookie: " + std::string(cookie.substr(0, cookie.find_first_of("\r\n")));
  // Without a domain of its own curl would send it to every host.
  if (ascii::to_lower(line).find("domain=") == line.npos) line += "; domain=" + std::string(url.hostname());
  curl_easy_setopt(handle_->curl.get(), CURLOPT_COOKIELIST, line.c_str());
}

std::string Visit::cookies() const {
  curl_slist* list = nullptr;
  std::string all;
  if (curl_easy_getinfo(handle_->curl.get(), CURLINFO_COOKIELIST, &list) != CURLE_OK) return all;
  for (const curl_slist* one = list; one != nullptr && all.size() < kMaxCookies; one = one->next)
    all.append(one->data).append("\n");
  curl_slist_free_all(list);
  return all;
}

Result<std::unique_ptr<Fetcher>> Fetcher::start(FetcherOptions options) {
  TRY_ASSIGN(auto trust, TrustStore::load(options.trust));
  auto loop = std::make_shared<FetchLoop>();
  loop->trust = std::move(trust);
  loop->egress_socket = std::move(options.egress_socket);
  return std::unique_ptr<Fetcher>(new Fetcher(std::move(loop)));
}

Fetcher::~Fetcher() { stop(); }

void Fetcher::stop() { loop_->stop(); }

std::unique_ptr<Visit> Fetcher::visit(Identity identity, std::string client, std::vector<std::string> hosts) {
  auto handle = std::make_shared<FetchHandle>(std::move(identity), std::move(client), std::move(hosts),
                                              loop_->egress_socket, loop_->trust, ++loop_->visits);
  return std::unique_ptr<Visit>(new Visit(loop_, std::move(handle)));
}

}  // namespace linkgate::scan
