#include "portal/callback.h"

#include <algorithm>

#include "base/ascii.h"
#include "base/log.h"
#include "base/metrics.h"
#include "notify/post.h"
#include "url/url.h"

namespace linkgate::portal {
namespace {

using std::chrono::steady_clock;

constexpr std::string_view kPlain = "http://";

void count(const char* result) {
  metrics::process()
      .counter("linkgate_portal_callbacks_total", "Answers to checks that were sent, by what came of it",
               {{"result", result}})
      .add();
}

std::string origin_of(const url::Url& url) {
  const std::string port(url.port());
  return ascii::to_lower(url.hostname()) + (port.empty() ? "" : ":" + port);
}

}  // namespace

CallbackSender::CallbackSender(Options options, const Clock& clock)
    : options_(std::move(options)), clock_(clock), thread_([this] { run(); }) {}

CallbackSender::~CallbackSender() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

Result<void> CallbackSender::check(const std::string& address) const {
  const auto url = url::Url::parse(address);
  if (!url || !url->is_http()) return Error(ErrorCode::kInvalidArgument, "\"callback\" is no http(s) URL");
  if (!url->username().empty() || !url->password().empty())
    return Error(ErrorCode::kInvalidArgument, "\"callback\" has a user name or password");
  const bool is_plain = url->scheme() == "http";
  const std::string origin = (is_plain ? std::string(kPlain) : "") + origin_of(*url);
  if (std::find(options_.hosts.begin(), options_.hosts.end(), origin) == options_.hosts.end()) {
    return Error(ErrorCode::kInvalidArgument,
                 "\"callback\" leads to " + origin + ", which portal.callback_hosts does not name");
  }
  return {};
}

void CallbackSender::send(std::string address, std::string body) {
  const std::lock_guard lock(mutex_);
  if (items_.size() >= kMaxCallbacksWaiting) return count("lost");
  items_.push_back({std::move(address), std::move(body), 0, steady_clock::now()});
  wake_.notify_all();
}

void CallbackSender::run() {
  std::unique_lock lock(mutex_);
  while (!stop_) {
    const auto next = std::min_element(items_.begin(), items_.end(),
                                       [](const Item& a, const Item& b) { return a.due < b.due; });
    if (next == items_.end()) {
      wake_.wait(lock);
      continue;
    }
    if (next->due > steady_clock::now()) {
      wake_.wait_until(lock, next->due);
      continue;
    }
    Item item = std::move(*next);
    items_.erase(next);
    lock.unlock();
    const bool is_over = try_once(item);
    lock.lock();
    if (is_over) continue;
    if (item.tries >= options_.pauses.size()) {
      count("given up");
      continue;
    }
    item.due = steady_clock::now() + options_.pauses[item.tries++];
    items_.push_back(std::move(item));
  }
}

bool CallbackSender::try_once(const Item& item) const {
  const auto status =
      notify::post({item.address, item.body, options_.key, options_.egress_socket}, clock_.now());
  if (status && *status / 100 == 2) {
    count("taken");
    return true;
  }
  log::info("a callback was not taken: {}",
            status ? "status " + std::to_string(*status) : status.error().message());
  const bool is_final = status && *status / 100 == 4 && *status != 408 && *status != 429;
  if (is_final) count("refused");
  return is_final;
}

}  // namespace linkgate::portal
