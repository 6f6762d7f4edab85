#include "respond/link_duty.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <map>
#include <unordered_set>

#include "api/check.h"
#include "base/log.h"
#include "base/metrics.h"
#include "net/http.h"
#include "state/scan_store.h"
#include "store/mail_history.h"
#include "store/open.h"
#include "url/canonical_key.h"
#include "url/url.h"

namespace linkgate::respond {
namespace {

namespace asio = net::asio;
using std::chrono::milliseconds;

constexpr milliseconds kPause{5'000};
constexpr std::chrono::minutes kWindow{10};  // the last one at every step, and the next one of the sweep
constexpr std::chrono::minutes kSweepPause{10};
constexpr std::chrono::seconds kWriteTime{2};  // scan writes down what it was asked every 0.3 s
constexpr size_t kMostSettled = 500'000;
constexpr size_t kAskedAtOnce = 500;

class LinkDuty final : public Duty {
 public:
  LinkDuty(const Surroundings& surroundings, std::unique_ptr<state::ScanStore> scans)
      : config_(surroundings.config),
        clock_(surroundings.clock),
        scans_(std::move(scans)),
        asked_(metrics::process().counter("linkgate_missed_links_total",
                                          "Delivered links of which linkgate-scan knew nothing")) {}

  std::string_view name() const override { return "links"; }

  // Rows may come late, so that all of zap.look_back is gone through, a window at each step.
  Result<milliseconds> step() override {
    const Time now = clock_.now() - Ticks(kWriteTime);
    TRY_ASSIGN(bool more, look(now - Ticks(kWindow), now));
    if (sweep_ == Time{}) sweep_ = now - config_.zap.look_back;
    if (sweep_ >= now) {
      if (now - sweep_ended_ < kSweepPause) return more ? milliseconds(0) : kPause;
      sweep_ = now - config_.zap.look_back;
    }
    const Time end = std::min(now, sweep_ + Ticks(kWindow));
    TRY_ASSIGN(const bool more_of_before, look(sweep_, end));
    if (!more_of_before) sweep_ = end;
    if (sweep_ >= now) sweep_ended_ = now;
    return more || more_of_before ? milliseconds(0) : kPause;
  }

 private:
  struct Link {
    std::string url, message;
  };

  // Whether there is more to ask.
  Result<bool> look(Time from, Time to) {
    TRY_ASSIGN(store::StoreOptions options, store::store_options(config_));
    store::StoreClient client(std::move(options));
    auto links = store::MailHistory(client).links_between(from, to);
    // On a first start linkgate-ship makes the tables a few seconds later.
    if (!links && links.error().code() == ErrorCode::kNotFound) return false;
    TRY(links);
    if (settled_.size() > kMostSettled) settled_.clear();
    std::map<std::string, Link> unsettled;  // by canonical hash
    for (auto& [message, text] : *links) {
      const auto url = url::Url::parse(text);
      if (!url) continue;
      std::string hash = url::canonical_hash(url::canonical_key(*url));
      if (!settled_.contains(hash))
        unsettled.emplace(std::move(hash), Link{std::move(text), std::move(message)});
    }
    std::vector<std::string> hashes;
    for (const auto& [hash, link] : unsettled) hashes.push_back(hash);
    TRY_ASSIGN(std::vector<std::string> unknown, scans_->missed(hashes));
    const bool more = unknown.size() > kAskedAtOnce;
    if (more) unknown.resize(kAskedAtOnce);
    std::vector<Link> missed;
    for (const std::string& hash : unknown) missed.push_back(unsettled.at(hash));
    TRY(ask(missed));
    if (!more) settled_.insert(hashes.begin(), hashes.end());
    return more;
  }

  Result<void> ask(const std::vector<Link>& missed) {
    if (missed.empty()) return {};
    asio::io_context io(1);
    net::HttpClientOptions options;
    options.endpoint = "unix:" + DataPaths(config_.data).scan_socket();
    const auto http = net::HttpClient::create(io, options);
    Result<void> outcome;
    asio::co_spawn(io, ask_each(*http, missed), [&](std::exception_ptr, Result<void> result) {
      outcome = std::move(result);
      io.stop();
    });
    io.run();
    if (outcome)
      log::info("{} delivered links were unknown to scan, which was asked about them", missed.size());
    return outcome;
  }

  asio::awaitable<Result<void>> ask_each(net::HttpClient& http, const std::vector<Link>& missed) {
    const net::Headers headers = {{"Content-Type", "application/json"}};
    for (const Link& link : missed) {
      api::CheckRequest request;
      request.url = link.url;
      request.moment = api::CheckMoment::kMissed;
      request.network_message_id = link.message;
      const std::string body = api::to_json(request);
      auto answer = co_await http.request("POST", "/check", headers, body);
      if (!answer) co_return std::move(answer).error();
      if (answer->status != 200)
        co_return Error(ErrorCode::kUnavailable, "scan answered " + std::to_string(answer->status));
      asked_.add();
    }
    co_return Result<void>();
  }

  const Config& config_;
  const Clock& clock_;
  const std::unique_ptr<state::ScanStore> scans_;
  metrics::Counter& asked_;
  Time sweep_{}, sweep_ended_{};
  std::unordered_set<std::string> settled_;  // canonical hashes that scan remembers, or was asked about
};

}  // namespace

Result<std::unique_ptr<Duty>> make_link_duty(const Surroundings& surroundings) {
  const Config& config = surroundings.config;
  state::StateOptions options;
  options.location =
      config.state.location.empty() ? "sqlite:" + DataPaths(config.data).state() : config.state.location;
  options.read_only = true;
  TRY_ASSIGN(auto scans, state::open_scan_store(options));
  return std::make_unique<LinkDuty>(surroundings, std::move(scans));
}

}  // namespace linkgate::respond
