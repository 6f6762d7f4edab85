#include "gateway/scan_client.h"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include "api/check.h"
#include "base/log.h"

namespace linkgate::gateway {
namespace {

using std::chrono::steady_clock;

constexpr std::chrono::milliseconds kAnswerTimeout{2'000};
constexpr std::chrono::seconds kDownPause{2};  // after an unanswered question nobody is asked for this long
constexpr std::string_view kBlockedMethod = "URL block list";

net::HttpClientOptions client_options(const std::string& socket) {
  net::HttpClientOptions options;
  options.endpoint = "unix:" + socket;
  options.connect_timeout = std::chrono::milliseconds(500);
  options.timeout = kAnswerTimeout;
  options.max_response_bytes = 1 << 20;
  return options;
}

void keep_worst(verdict::Disposition disposition, std::string_view method, const std::string& url,
                MessageVerdict* worst) {
  if (disposition <= worst->worst) return;
  worst->worst = disposition;
  worst->detection_method = method;
  worst->worst_url = url;
}

}  // namespace

ScanClient::ScanClient(asio::io_context& io, const std::string& socket)
    : http_(net::HttpClient::create(io, client_options(socket))) {}
ScanClient::~ScanClient() = default;

asio::awaitable<Result<verdict::Verdict>> ScanClient::ask(std::string url, std::string network_message_id,
                                                          std::string sender_domain, bool sender_is_known) {
  api::CheckRequest request;
  request.url = std::move(url);
  request.moment = api::CheckMoment::kDelivery;
  request.network_message_id = std::move(network_message_id);
  request.sender_domain = std::move(sender_domain);
  request.sender_is_known = sender_is_known;
  const std::string body = api::to_json(request);
  const net::Headers headers = {{"Content-Type", "application/json"}};
  auto response = co_await http_->request("POST", "/check", headers, body);
  if (!response) co_return std::move(response).error();
  if (response->status != 200) {
    co_return Error(ErrorCode::kUnavailable, "scan answered " + std::to_string(response->status));
  }
  auto verdict = api::parse_verdict(response->body);
  co_return verdict;
}

asio::awaitable<MessageVerdict> ScanClient::judge(const std::vector<MessageFacts::Location>& urls,
                                                  const state::PolicyView& policies,
                                                  std::string network_message_id, std::string sender_domain,
                                                  bool sender_is_known, Time now,
                                                  std::chrono::milliseconds patience) {
  MessageVerdict worst;
  const auto end = steady_clock::now() + patience;
  size_t asked = 0;
  for (const MessageFacts::Location& link : urls) {
    const verdict::TenantUrlEntry* entry = policies.url_lists.match(link.url, now);
    if (entry != nullptr && entry->action == url::ListAction::kBlock) {
      keep_worst(verdict::Disposition::kPhishing, kBlockedMethod, link.url, &worst);
      worst.blocked_by_organisation = true;
    }
    if (entry != nullptr || ++asked > kMaxAsked || steady_clock::now() >= end ||
        steady_clock::now() < down_until_)
      continue;
    std::string url = link.url;
    std::string id = network_message_id;
    std::string domain = sender_domain;
    auto verdict = co_await ask(std::move(url), std::move(id), std::move(domain), sender_is_known);
    if (verdict) {
      keep_worst(verdict->disposition, verdict->detection_method, link.url, &worst);
    } else {
      log::warn("scan does not answer, mail goes on without it: {}", verdict.error().message());
      down_until_ = steady_clock::now() + kDownPause;
    }
  }
  co_return worst;
}

}  // namespace linkgate::gateway
