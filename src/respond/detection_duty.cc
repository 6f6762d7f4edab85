#include "respond/detection_duty.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <map>

#include "base/log.h"
#include "base/metrics.h"
#include "kql/stored_functions.h"
#include "respond/alert_showing.h"
#include "respond/ask_events.h"
#include "respond/detection_query.h"
#include "state/function_store.h"
#include "store/open.h"
#include "views/event_catalog.h"

namespace linkgate::respond {
namespace {

using state::DetectionRule;
using std::chrono::milliseconds;

constexpr milliseconds kPause{500};
constexpr std::chrono::minutes kLease{10};    // longer than a query may take
constexpr std::chrono::minutes kFarPause{1};  // alerts of before a crash, and of rows that came late
constexpr std::chrono::seconds kNoTables{1};  // until a store that is new is asked again
constexpr std::chrono::minutes kRetry{1};     // of a run that met no store
constexpr std::chrono::hours kHousekeeping{1};
constexpr std::chrono::hours kRemembered{2 * kLongestLookBack};
constexpr size_t kMaxTrouble = 1000;

// What became of a run.
struct Outcome {
  size_t alerts = 0;
  std::string trouble;
};

class DetectionDuty final : public Duty {
 public:
  DetectionDuty(const Surroundings& surroundings, std::unique_ptr<state::DetectionStore> rules,
                std::unique_ptr<state::AlertStore> alerts, std::unique_ptr<state::NoticeStore> notices,
                std::unique_ptr<state::FunctionStore> functions)
      : config_(surroundings.config),
        clock_(surroundings.clock),
        spool_(surroundings.spool),
        rules_(std::move(rules)),
        alerts_(std::move(alerts)),
        notices_(std::move(notices)),
        functions_(std::move(functions)),
        catalog_(views::event_catalog(config_.events.database)),
        showing_(surroundings, *alerts_, *notices_),
        broken_(
            metrics::process().gauge("linkgate_alert_rules_broken",
                                     "Alert rules of the organisation's own whose last run had trouble")) {}

  std::string_view name() const override { return "alert rules"; }
  void stop() override { stopping_ = true; }

  Result<milliseconds> step() override {
    const Time now = clock_.now();
    if (now - cleaned_ >= kHousekeeping) {
      TRY(rules_->forget_before(now - Ticks(kRemembered)).map([](size_t) {}));
      cleaned_ = now;
    }
    TRY_ASSIGN(auto due, rules_->claim(now, now + Ticks(kLease)));
    if (due) {
      TRY(run(*due, now));
      TRY(count_broken());
    }
    if (showing_.is_waiting() || now - looked_ >= kFarPause) {
      auto shown = show(now);
      if (!shown && shown.error().code() == ErrorCode::kNotFound) return kPause;  // no tables yet
      TRY(std::move(shown));
      looked_ = now;
    }
    return due ? milliseconds(0) : kPause;
  }

 private:
  Result<void> run(DetectionRule& rule, Time now) {
    const auto outcome = detect(rule, now);
    if (outcome) {
      rule.last = now;
      rule.last_alerts = static_cast<int64_t>(outcome->alerts);
      rule.trouble = outcome->trouble;
      rule.next = now + Ticks(rule.every);
    } else if (stopping_ || outcome.error().code() == ErrorCode::kNotFound) {
      rule.next = now + Ticks(kNoTables);
    } else {
      const bool is_away = outcome.error().code() == ErrorCode::kUnavailable;
      rule.last = now;
      rule.last_alerts = 0;
      rule.trouble = outcome.error().message().substr(0, kMaxTrouble);
      rule.next = now + (is_away ? std::min<Ticks>(kRetry, rule.every) : Ticks(rule.every));
      log::warn("alert rule {}: {}", rule.name, rule.trouble);
    }
    metrics::process()
        .counter("linkgate_alert_rule_runs_total", "Runs of the organisation's own alert rules",
                 {{"result", outcome ? "done" : "failed"}})
        .add();
    auto finished = rules_->finish(rule);
    if (!finished && finished.error().code() == ErrorCode::kNotFound) return {};  // it was removed meanwhile
    return finished;
  }

  Result<Outcome> detect(const DetectionRule& rule, Time now) {
    TRY_ASSIGN(store::StoreOptions options, store::store_options(config_));
    store::StoreClient store(std::move(options));
    Outcome outcome;
    TRY_ASSIGN(const auto rows, ask(rule, now, store, outcome));
    std::vector<std::string> names;
    for (const DetectedRow& row : rows) names.push_back(row.name);
    TRY_ASSIGN(const auto known, rules_->known(rule.name, names));
    const Gathered gathered = gather(rule, rows, known, now);
    TRY(write(rule, gathered, now));
    outcome.alerts = gathered.alerts;
    if (gathered.left > 0)
      outcome.trouble = fmt::format("a run raises at most {} alerts: {} events are left for the next",
                                    kMaxDetectionAlerts, gathered.left);
    return outcome;
  }

  Result<std::vector<DetectedRow>> ask(const DetectionRule& rule, Time now, store::StoreClient& store,
                                       Outcome& outcome) {
    TRY_ASSIGN(const auto stored, functions_->list());
    std::vector<kql::StoredFunction> functions;
    for (const auto& one : stored) functions.push_back({one.name, one.parameters, one.body});
    kql::CompileOptions options;
    options.now = now;
    options.row_limit = kMaxDetectionRows + 1;
    options.timespan = kql::TimeRange{now - Ticks(rule.look_back), now};
    store::QueryLimits limits;
    limits.max_memory = config_.kql.query_memory_bytes;
    limits.cancelled = [this] { return stopping_.load(); };
    const auto question = [&](const std::string& sql) -> Result<std::vector<std::string>> {
      TRY_ASSIGN(store::QueryResult found, store.query(sql, limits));
      return std::move(found.rows);
    };
    TRY_ASSIGN(const auto compiled, kql::compile_asking(rule.query, functions, catalog_, options, question));
    if (!compiled) return Error(ErrorCode::kInvalidArgument, kql::render(compiled.error(), rule.query));
    TRY(check_detection_columns(compiled->columns));
    TRY_ASSIGN(std::vector<std::string> lines, question(compiled->sql));
    if (lines.size() > kMaxDetectionRows) {
      lines.resize(kMaxDetectionRows);
      outcome.trouble =
          fmt::format("the query finds more than {} rows: only these are looked at", lines.size());
    }
    return read_detected(rule, compiled->columns, lines);
  }

  Result<void> write(const DetectionRule& rule, const Gathered& gathered, Time now) {
    if (gathered.entries.empty()) return {};
    std::vector<state::DetectedEvent> events;
    std::map<std::string, Rows> by_alert;
    const AlertRule alerts = alerts_of(rule);
    for (const auto& [row, alert] : gathered.entries) {
      events.push_back({row->name, alert, false});
      Rows rows = detection_evidence(alerts, alert, *row);
      std::move(rows.begin(), rows.end(), std::back_inserter(by_alert[alert]));
    }
    TRY(rules_->remember(rule.name, events, now));
    for (const auto& [alert, rows] : by_alert) {
      TRY(alerts_->raise(alert, now).map([](Time) {}));
      TRY(spool_.append_all(rows));
      showing_.expect(alert, rows.size());
    }
    for (auto& event : events) event.is_written = true;
    return rules_->remember(rule.name, events, now);
  }

  Result<void> show(Time now) {
    TRY_ASSIGN(const auto rules, rules_->list());
    if (rules.empty()) return {};
    std::map<std::string_view, AlertRule> by_title;
    for (const DetectionRule& rule : rules) by_title.emplace(rule.name, alerts_of(rule));
    TRY_ASSIGN(store::StoreOptions options, store::store_options(config_));
    store::StoreClient store(std::move(options));
    return showing_.show(
        [&](const std::string& kql) { return ask_events(store, catalog_, config_, now, kql); },
        now - Ticks(kLongestLookBack),
        [&](std::string_view title) {
          const auto found = by_title.find(title);
          return found == by_title.end() ? nullptr : &found->second;
        },
        now);
  }

  Result<void> count_broken() {
    TRY_ASSIGN(const auto rules, rules_->list());
    broken_.set(static_cast<double>(std::count_if(rules.begin(), rules.end(), [](const DetectionRule& rule) {
      return rule.is_enabled && !rule.trouble.empty();
    })));
    return {};
  }

  const Config& config_;
  const Clock& clock_;
  events::SpoolWriter& spool_;
  const std::unique_ptr<state::DetectionStore> rules_;
  const std::unique_ptr<state::AlertStore> alerts_;
  const std::unique_ptr<state::NoticeStore> notices_;
  const std::unique_ptr<state::FunctionStore> functions_;
  const kql::Catalog catalog_;
  AlertShowing showing_;
  metrics::Gauge& broken_;
  Time cleaned_{}, looked_{};
  std::atomic<bool> stopping_{false};
};

}  // namespace

Result<std::unique_ptr<Duty>> make_detection_duty(const Surroundings& surroundings) {
  const Config& config = surroundings.config;
  state::StateOptions options;
  options.location =
      config.state.location.empty() ? "sqlite:" + DataPaths(config.data).state() : config.state.location;
  TRY_ASSIGN(auto rules, state::open_detection_store(options));
  // With SQLite there is one node, and it was gone a moment ago.
  if (config.state.location.empty()) TRY(rules->end_leases());
  TRY_ASSIGN(auto alerts, state::open_alert_store(options));
  TRY_ASSIGN(auto notices, state::open_notice_store(options));
  options.read_only = true;
  TRY_ASSIGN(auto functions, state::open_function_store(options));
  return std::make_unique<DetectionDuty>(surroundings, std::move(rules), std::move(alerts),
                                         std::move(notices), std::move(functions));
}

}  // namespace linkgate::respond
