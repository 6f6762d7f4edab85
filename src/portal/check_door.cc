#include "portal/check_door.h"

#include <sodium.h>

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <charconv>
#include <nlohmann/json.hpp>

#include "api/check.h"
#include "api/token.h"
#include "url/sealed_link.h"
#include "url/url.h"

namespace linkgate::portal {

namespace asio = net::asio;
using net::HttpRequest;
using net::HttpResponse;
using nlohmann::json;

namespace {

constexpr std::chrono::seconds kScanTimeout{120};
constexpr int kOwnListConfidence = 100;

HttpResponse json_answer(unsigned status, const json& body) {
  return {status,
          {{"Content-Type", "application/json; charset=utf-8"}},
          body.dump(-1, ' ', false, json::error_handler_t::replace),
          {}};
}

HttpResponse refusal(unsigned status, std::string_view code, const std::string& message) {
  HttpResponse response = json_answer(status, {{"error", {{"code", code}, {"message", message}}}});
  if (status == 401) response.headers.emplace_back("WWW-Authenticate", "Bearer");
  if (status == 429) response.headers.emplace_back("Retry-After", "5");
  return response;
}

HttpResponse access_refusal(const Error& error) {
  if (error.code() == ErrorCode::kPermission) return refusal(401, "Unauthorized", error.message());
  if (error.code() == ErrorCode::kInvalidArgument) return refusal(403, "Forbidden", error.message());
  return refusal(503, "ServiceUnavailable", error.message());
}

asio::awaitable<Result<Caller>> look(Access& access, const HttpRequest& request) {
  co_return access.look(request, api::kCheckScope);
}

std::string new_id() {
  std::array<uint8_t, 16> id;
  randombytes_buf(id.data(), id.size());
  return url::uuid_text(id);
}

// "wait=N" of a query; nullopt for what is no number of seconds.
std::optional<std::chrono::seconds> wait_of(std::string_view query) {
  if (query.empty()) return std::chrono::seconds(0);
  if (!query.starts_with("wait=")) return std::nullopt;
  query.remove_prefix(5);
  int seconds = 0;
  const auto [end, error] = std::from_chars(query.data(), query.data() + query.size(), seconds);
  if (error != std::errc() || end != query.data() + query.size() || seconds < 0) return std::nullopt;
  return std::min(std::chrono::seconds(seconds), kMaxCheckWait);
}

}  // namespace

struct CheckDoor::Job {
  std::string id, caller, url, callback;
  std::chrono::steady_clock::time_point begun;
  std::optional<verdict::Verdict> verdict;
  std::string trouble;  // why there is no verdict and will be none
  std::list<asio::steady_timer*> waiting;

  bool is_done() const { return verdict || !trouble.empty(); }
  json to_json() const {
    json out = {{"id", id}, {"url", url}, {"status", verdict ? "done" : is_done() ? "failed" : "pending"}};
    if (!trouble.empty()) out["error"] = {{"code", "ServiceUnavailable"}, {"message", trouble}};
    if (!verdict) return out;
    const json said = json::parse(api::to_json(*verdict), nullptr, false);
    for (const char* name :
         {"disposition", "confidence", "evidence", "url_chain", "judged_at", "valid_until"})
      out[name] = said.at(name);
    return out;
  }
};

struct CheckDoor::Asked {
  std::string url, callback;
  std::chrono::seconds wait = kDefaultCheckWait;
};

CheckDoor::CheckDoor(asio::io_context& io, asio::any_io_executor blocking, Sources sources)
    : io_(io),
      blocking_(std::move(blocking)),
      sources_(std::move(sources)),
      scan_(net::HttpClient::create(io, {.endpoint = "unix:" + sources_.scan_socket,
                                         .timeout = kScanTimeout,
                                         .max_response_bytes = api::kMaxCheckBytes})) {}

CheckDoor::~CheckDoor() = default;

bool CheckDoor::is_meant(std::string_view target) {
  const std::string_view path = target.substr(0, target.find('?'));
  return path == kCheckPath || path.starts_with(std::string(kCheckPath) + "/");
}

asio::awaitable<HttpResponse> CheckDoor::answer(HttpRequest& request) {
  const std::string_view target = request.target;
  const size_t question = std::min(target.find('?'), target.size());
  const std::string_view path = target.substr(0, question);
  const auto caller = co_await asio::co_spawn(blocking_, look(sources_.access, request), asio::use_awaitable);
  if (!caller) co_return access_refusal(caller.error());
  if (path == kCheckPath) {
    if (request.method != "POST") co_return refusal(405, "MethodNotAllowed", "a check is asked for by POST");
    HttpResponse begun = co_await begin(request, caller->name);
    co_return begun;
  }
  if (request.method != "GET") co_return refusal(405, "MethodNotAllowed", "an answer is asked for by GET");
  const auto wait = wait_of(target.substr(std::min(target.size(), question + 1)));
  if (!wait) co_return refusal(400, "BadRequest", "the query is wait=SECONDS or nothing");
  JobPtr job = find(path.substr(kCheckPath.size() + 1), caller->name);
  if (!job) co_return refusal(404, "NotFound", "there is no such check of yours, or it is over an hour old");
  HttpResponse found = co_await wait_for(std::move(job), *wait);
  co_return found;
}

// A check is its caller's own: others are not told that it exists.
CheckDoor::JobPtr CheckDoor::find(std::string_view id, const std::string& caller) const {
  const auto at = by_id_.find(id);
  const bool is_own = at != by_id_.end() && at->second->caller == caller &&
                      sources_.clock.steady_now() - at->second->begun <= kCheckKept;
  return is_own ? at->second : nullptr;
}

Result<CheckDoor::Asked> CheckDoor::parse(const std::string& body) const {
  const auto wrong = [](std::string what) { return Error(ErrorCode::kInvalidArgument, std::move(what)); };
  const json given = json::parse(body, nullptr, false);
  if (!given.is_object()) return wrong("the body is not a JSON object");
  for (const auto& [name, value] : given.items()) {
    const bool is_text = name == "url" || name == "callback";
    if (!is_text && name != "wait") return wrong("there is no \"" + name + "\" here");
    if (is_text ? !value.is_string() : !value.is_number_unsigned())
      return wrong("\"" + name + "\" is " + (is_text ? "no text" : "no number of seconds"));
  }
  Asked asked;
  asked.url = given.value("url", "");
  asked.callback = given.value("callback", "");
  const auto url = url::Url::parse(asked.url);
  if (!url || !url->is_http()) return wrong("\"url\" is no http or https URL");
  if (given.contains("wait")) {
    const auto most = static_cast<uint64_t>(kMaxCheckWait.count());
    asked.wait = std::chrono::seconds(std::min(given["wait"].get<uint64_t>(), most));
  }
  if (asked.callback.empty()) return asked;
  asked.wait = std::chrono::seconds(0);
  if (sources_.callbacks == nullptr)
    return wrong("callbacks are not configured here (portal.callback_hosts)");
  TRY(sources_.callbacks->check(asked.callback));
  return asked;
}

bool CheckDoor::has_room(const std::string& caller) {
  const auto now = sources_.clock.steady_now();
  while (!order_.empty() && order_.front()->is_done() &&
         (now - order_.front()->begun > kCheckKept || order_.size() >= kMaxChecksKept)) {
    by_id_.erase(order_.front()->id);
    order_.pop_front();
  }
  size_t under_way = 0;
  for (auto at = order_.rbegin(); at != order_.rend(); ++at) {
    if (now - (*at)->begun > kScanTimeout) break;
    under_way += (*at)->caller == caller && !(*at)->is_done() ? 1 : 0;
  }
  return under_way < kMaxChecksUnderWay && order_.size() < kMaxChecksKept;
}

asio::awaitable<HttpResponse> CheckDoor::begin(const HttpRequest& request, std::string caller) {
  const auto asked = parse(request.body);
  if (!asked) co_return refusal(400, "BadRequest", asked.error().message());
  if (!has_room(caller)) co_return refusal(429, "TooManyRequests", "too many checks are under way");
  const auto job = std::make_shared<Job>();
  job->id = new_id();
  job->caller = std::move(caller);
  job->url = asked->url;
  job->callback = asked->callback;
  job->begun = sources_.clock.steady_now();
  order_.push_back(job);
  by_id_[job->id] = job;
  asio::co_spawn(io_, judge(job), asio::detached);
  HttpResponse response = co_await wait_for(job, asked->wait);
  co_return response;
}

asio::awaitable<HttpResponse> CheckDoor::wait_for(JobPtr job, std::chrono::seconds wait) {
  asio::steady_timer timer(io_, wait);
  const auto place = job->waiting.insert(job->waiting.end(), &timer);
  if (!job->is_done() && wait.count() > 0) co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
  job->waiting.erase(place);
  HttpResponse response = json_answer(job->verdict ? 200 : job->is_done() ? 503 : 202, job->to_json());
  if (response.status == 202)
    response.headers.emplace_back("Location", std::string(kCheckPath) + "/" + job->id);
  co_return response;
}

std::optional<verdict::Verdict> CheckDoor::by_own_list(const std::string& url) const {
  const auto view = sources_.policies.current();
  const Time now = sources_.clock.now();
  const auto* entry = view->url_lists.match(url, now);
  if (entry == nullptr) return std::nullopt;
  const bool is_block = entry->action == url::ListAction::kBlock;
  verdict::Verdict verdict;
  verdict.disposition = is_block ? verdict::Disposition::kPhishing : verdict::Disposition::kClean;
  verdict.confidence = kOwnListConfidence;
  verdict.url_chain = {url};
  verdict.judged_at = verdict.valid_until = now;
  verdict.evidence.push_back({is_block ? "list.block" : "list.allow",
                              std::string("The organisation's ") + (is_block ? "block" : "allow") +
                                  " list has the entry " + entry->pattern.text() + ".",
                              ""});
  return verdict;
}

asio::awaitable<void> CheckDoor::judge(JobPtr job) {
  job->verdict = by_own_list(job->url);
  if (!job->verdict) {
    api::CheckRequest question;
    question.url = job->url;
    const std::string body = api::to_json(question);
    const net::Headers headers = {{"Content-Type", "application/json"}};
    const auto said = co_await scan_->request("POST", "/check", headers, body);
    auto verdict =
        said && said->status == 200
            ? api::parse_verdict(said->body)
            : Result<verdict::Verdict>(Error(ErrorCode::kUnavailable, "linkgate-scan does not answer"));
    if (verdict) {
      job->verdict = *std::move(verdict);
    } else {
      job->trouble = verdict.error().message();
    }
  }
  for (asio::steady_timer* timer : job->waiting) timer->cancel();
  if (!job->callback.empty() && sources_.callbacks != nullptr) {
    const std::string body = job->to_json().dump(-1, ' ', false, json::error_handler_t::replace);
    sources_.callbacks->send(job->callback, body);
  }
}

}  // namespace linkgate::portal
