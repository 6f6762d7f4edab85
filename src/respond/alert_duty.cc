#include "respond/alert_duty.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "kql/json.h"
#include "kql/kql.h"
#include "respond/alert_rows.h"
#include "respond/alert_rules.h"
#include "respond/alert_showing.h"
#include "respond/ask_events.h"
#include "state/alert_store.h"
#include "state/notice_store.h"
#include "state/scan_store.h"
#include "store/client.h"
#include "store/open.h"
#include "url/canonical_key.h"
#include "url/url.h"
#include "views/event_catalog.h"

namespace linkgate::respond {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kPause{500};
constexpr std::chrono::minutes kLook{10};       // how far back it looks at every step
constexpr std::chrono::hours kFarLook{3 * 24};  // and every kFarPause: rows come late, clicks are of before
constexpr std::chrono::minutes kFarPause{1};
constexpr std::chrono::seconds kFreshFlip{30};  // visits that nodes let through meanwhile are on their way
constexpr size_t kHostsAtOnce = 500;            // in a question
constexpr size_t kFlipsAtOnce = 1000;
constexpr size_t kMailsAtOnce = 1000;

Time time_of(const std::string& text) { return from_iso8601(text).value_or(Time{}); }

// Everything of a flip that a visit can be held against.
struct BadUrl {
  std::string canonical, host;
  Time at{};
  Time until = Time::max();  // it turned back
};

std::vector<std::string> urls_of(const AlertEvent& event) {
  std::vector<std::string> urls = {event.url};
  for (const std::string& hop : kql::json_elements(event.url_chain).value_or(std::vector<std::string>())) {
    const auto value = kql::scalar_of_json(hop, kql::Type::kString);
    const auto* text = value ? std::get_if<std::string>(&*value) : nullptr;
    if (text != nullptr) urls.push_back(*text);
  }
  return urls;
}

class AlertDuty final : public Duty {
 public:
  AlertDuty(const Surroundings& surroundings, std::unique_ptr<state::AlertStore> alerts,
            std::unique_ptr<state::ScanStore> scans, std::unique_ptr<state::NoticeStore> notices)
      : config_(surroundings.config),
        clock_(surroundings.clock),
        spool_(surroundings.spool),
        alerts_(std::move(alerts)),
        scans_(std::move(scans)),
        notices_(std::move(notices)),
        catalog_(views::event_catalog(config_.events.database)),
        showing_(surroundings, *alerts_, *notices_) {}

  std::string_view name() const override { return "alerts"; }

  Result<milliseconds> step() override {
    TRY_ASSIGN(store::StoreOptions options, store::store_options(config_));
    store::StoreClient client(std::move(options));
    client_ = &client;
    now_ = clock_.now();
    const bool far = looked_far_ == Time{} || now_ - looked_far_ >= kFarPause;
    auto looked = raise(now_ - (far ? Ticks(kFarLook) : Ticks(kLook)), far);
    if (looked)
      looked = showing_.show([&](const std::string& kql) { return ask(kql); }, now_ - kFarLook,
                             find_alert_rule, now_);
    // On a first start linkgate-ship makes the tables a few seconds later: until then there is nothing to
    // raise.
    if (!looked && looked.error().code() == ErrorCode::kNotFound) return kPause;
    TRY(std::move(looked));
    if (far) looked_far_ = now_;
    forget();
    return kPause;
  }

 private:
  // ---- asking
  Result<Table> ask(const std::string& kql) { return ask_events(*client_, catalog_, config_, now_, kql); }

  Result<std::vector<AlertEvent>> events_of(const std::string& kql) {
    TRY_ASSIGN(const Table rows, ask(kql));
    std::vector<AlertEvent> events;
    for (const auto& row : rows) {
      events.push_back({time_of(row[0]), time_of(row[1]), row[2] == "True", row[3], row[4], "", row[5],
                        row[6], row[7], row[8]});
    }
    return events;
  }

  // ---- evidence
  Result<void> raise(Time since, bool far) {
    for (const AlertRule& rule : alert_rules()) {
      TRY_ASSIGN(auto events, events_of(rule_query(rule, since)));
      TRY(write(rule, std::move(events)));
    }
    return raise_for_flips(far);
  }

  Result<void> write(const AlertRule& rule, std::vector<AlertEvent> events) {
    std::erase_if(events, [&](const AlertEvent& event) { return is_on_its_way(rule, event); });
    TRY(add_subjects(events));
    TRY(add_chains(events));
    std::map<std::string, std::vector<const AlertEvent*>> by_alert;
    for (const AlertEvent& event : events) by_alert[alert_id(rule, event)].push_back(&event);
    for (const auto& [id, of_alert] : by_alert) {
      Time first = of_alert.front()->alert_time;
      Rows rows;
      for (const AlertEvent* event : of_alert) {
        first = std::min(first, event->alert_time);
        Rows more = evidence_rows(rule, id, *event);
        std::move(more.begin(), more.end(), std::back_inserter(rows));
      }
      TRY(alerts_->raise(id, first));
      TRY(spool_.append_all(rows));
      showing_.expect(id, rows.size());
      for (const AlertEvent* event : of_alert) on_its_way_[{rule.title, event->report_id}] = now_;
    }
    return {};
  }

  bool is_on_its_way(const AlertRule& rule, const AlertEvent& event) {
    const auto found = on_its_way_.find({rule.title, event.report_id});
    return found != on_its_way_.end() && now_ - found->second < kShipTime;
  }

  Result<void> add_subjects(std::vector<AlertEvent>& events) {
    std::set<std::string> mails;
    for (const AlertEvent& event : events) {
      if (!event.mail.empty()) mails.insert(event.mail);
    }
    std::map<std::string, std::string> subjects;
    std::vector<std::string> some;
    for (auto mail = mails.begin(); mail != mails.end();) {
      some.push_back(*mail++);
      if (some.size() < kMailsAtOnce && mail != mails.end()) continue;
      TRY_ASSIGN(const Table rows, ask(subjects_query(some)));
      for (const auto& row : rows) subjects[row[0]] = row[1];
      some.clear();
    }
    for (AlertEvent& event : events) {
      if (const auto found = subjects.find(event.mail); found != subjects.end())
        event.subject = found->second;
    }
    return {};
  }

  // A visit of before its page was looked at leads where the page was found to lead since.
  Result<void> add_chains(std::vector<AlertEvent>& events) {
    for (AlertEvent& event : events) {
      const auto url = url::Url::parse(event.url);
      if (!url || kql::json_elements(event.url_chain).value_or(std::vector<std::string>()).size() > 1)
        continue;
      TRY_ASSIGN(const auto chain, scans_->chain_of(url::canonical_hash(url::canonical_key(*url))));
      if (chain.size() > 1) event.url_chain = nlohmann::json(chain).dump();
    }
    return {};
  }

  // ---- verdicts that turned
  // New ones at once; all of the last days every so often, since rows of visits come late.
  Result<void> raise_for_flips(bool far) {
    const size_t known = flips_.size();
    for (;;) {
      TRY_ASSIGN(const auto flips, scans_->flips_since(last_flip_, kFlipsAtOnce));
      for (const state::Flip& flip : flips) {
        last_flip_ = flip.id;
        const bool bad =
            flip.is == verdict::Disposition::kPhishing || flip.is == verdict::Disposition::kMalware;
        const auto url = url::Url::parse(flip.url);
        if (!url || flip.at <= now_ - kFarLook) continue;
        if (bad)
          flips_.push_back({url::canonical_key(*url), std::string(url->hostname()), flip.at});
        else
          turn_back(url::canonical_key(*url), flip.at);
      }
      if (flips.size() < kFlipsAtOnce) break;
    }
    std::vector<BadUrl> asked;
    for (size_t i = 0; i < flips_.size(); ++i) {
      if (far || i >= known || flips_[i].at > now_ - kFreshFlip) asked.push_back(flips_[i]);
    }
    for (size_t at = 0; at < asked.size(); at += kHostsAtOnce) {
      const size_t end = std::min(asked.size(), at + kHostsAtOnce);
      TRY(raise_for({asked.begin() + static_cast<std::ptrdiff_t>(at),
                     asked.begin() + static_cast<std::ptrdiff_t>(end)}));
    }
    if (far) std::erase_if(flips_, [&](const BadUrl& flip) { return flip.at <= now_ - kFarLook; });
    return {};
  }

  void turn_back(const std::string& canonical, Time at) {
    for (BadUrl& flip : flips_) {
      if (flip.canonical == canonical && flip.until == Time::max()) flip.until = at;
    }
  }

  Result<void> raise_for(const std::vector<BadUrl>& flips) {
    std::set<std::string> hosts;
    Flips turned;
    Time from = now_, to{};
    for (const BadUrl& flip : flips) {
      hosts.insert(flip.host);
      turned.emplace(flip.canonical, &flip);
      from = std::min(from, flip.at - Ticks(kVisitsBeforeFlip));
      to = std::max(to, flip.at + Ticks(kVisitsAfterFlip));
    }
    TRY_ASSIGN(auto events, events_of(visits_query({hosts.begin(), hosts.end()}, from, to)));
    std::erase_if(events, [&](AlertEvent& event) { return !reached_what_turned(event, turned); });
    return write(malicious_click_rule(), std::move(events));
  }

  // Sets alert_time to the first moment at which the visit had been made and the verdict on one of its URLs
  // had turned.
  using Flips = std::multimap<std::string, const BadUrl*>;  // by canonical key
  static bool reached_what_turned(AlertEvent& event, const Flips& turned) {
    std::optional<Time> first;
    for (const std::string& url : urls_of(event)) {
      const auto parsed = url::Url::parse(url);
      if (!parsed) continue;
      const auto [begin, end] = turned.equal_range(url::canonical_key(*parsed));
      for (auto flip = begin; flip != end; ++flip) {
        const BadUrl& bad = *flip->second;
        const bool fits = event.time >= bad.at - Ticks(kVisitsBeforeFlip) && event.time < bad.until &&
                          event.time <= bad.at + Ticks(kVisitsAfterFlip);
        const Time both = std::max(event.time, bad.at);
        if (fits && (!first || both < *first)) first = both;
      }
    }
    if (first) event.alert_time = *first;
    return first.has_value();
  }

  void forget() {
    std::erase_if(on_its_way_, [&](const auto& one) { return now_ - one.second >= 2 * kShipTime; });
  }

  const Config& config_;
  const Clock& clock_;
  events::SpoolWriter& spool_;
  const std::unique_ptr<state::AlertStore> alerts_;
  const std::unique_ptr<state::ScanStore> scans_;
  const std::unique_ptr<state::NoticeStore> notices_;
  const kql::Catalog catalog_;
  AlertShowing showing_;
  // Of one step.
  store::StoreClient* client_ = nullptr;
  Time now_{};
  // Only to ask and write less than a start would.
  Time looked_far_{};
  int64_t last_flip_ = 0;
  std::vector<BadUrl> flips_;
  std::map<std::pair<std::string_view, std::string>, Time> on_its_way_;  // title, ReportId: written then
};

}  // namespace

Result<std::unique_ptr<Duty>> make_alert_duty(const Surroundings& surroundings) {
  const Config& config = surroundings.config;
  state::StateOptions options;
  options.location =
      config.state.location.empty() ? "sqlite:" + DataPaths(config.data).state() : config.state.location;
  TRY_ASSIGN(auto alerts, state::open_alert_store(options));
  TRY_ASSIGN(auto notices, state::open_notice_store(options));
  options.read_only = true;
  TRY_ASSIGN(auto scans, state::open_scan_store(options));
  return std::make_unique<AlertDuty>(surroundings, std::move(alerts), std::move(scans), std::move(notices));
}

}  // namespace linkgate::respond
