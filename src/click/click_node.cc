#include "click/click_node.h"

#include <utility>

#include "base/log.h"
#include "url/url.h"

namespace linkgate::click {
namespace {

std::string host_of(const std::string& origin) {
  auto parsed = url::Url::parse(origin);
  return parsed ? std::string(parsed->hostname()) : std::string();
}

}  // namespace

ClickMetrics::ClickMetrics(metrics::Registry& registry)
    : unrecorded(registry.counter("linkgate_click_unrecorded_total",
                                  "Answers whose rows could not be written to the spool")),
      suppressed(registry.counter("linkgate_click_suppressed_rows_total",
                                  "Rows about forged or foreign links left out under their rate limit")),
      limited(registry.counter("linkgate_click_limited_total", "Requests refused with 429")),
      automated(registry.counter("linkgate_click_automated_total", "HEAD and prefetch requests")),
      reports(registry.counter("linkgate_click_reports_total", "Sites reported as safe")),
      submissions(registry.counter("linkgate_click_submissions_total", "Messages reported as phishing")),
      seconds(registry.histogram("linkgate_click_seconds", "Time from request to answer",
                                 metrics::latency_buckets())),
      spool_healthy(registry.gauge("linkgate_click_spool_healthy", "1 while clicks can be recorded")) {
  for (const verdict::ClickOutcome& outcome : verdict::all_click_outcomes()) {
    outcomes_.push_back(&registry.counter("linkgate_clicks_total", "Answers to clicks",
                                          {{"page", std::string(outcome.page_shown)},
                                           {"action", std::string(outcome.action_type)},
                                           {"continued", outcome.continued ? "true" : "false"}}));
  }
}

void ClickMetrics::shown(const verdict::ClickOutcome& outcome) {
  auto all = verdict::all_click_outcomes();
  outcomes_[static_cast<size_t>(&outcome - all.data())]->add();
}

ClickNode::ClickNode(const ClickConfig& click_config, std::string node_name, ClickSources click_sources,
                     Branding click_branding, events::SpoolWriter& writer, const Clock& node_clock,
                     metrics::Registry& registry)
    : config(click_config),
      host(host_of(click_config.origin)),
      https(click_config.origin.starts_with("https://")),
      node(std::move(node_name)),
      sources(std::move(click_sources)),
      branding(std::move(click_branding)),
      spool(writer),
      clock(node_clock),
      metrics(registry),
      verdicts(node_clock),
      clicks_limit(click_config.clicks_per_minute, std::chrono::minutes(1)),
      reports_limit(click_config.reports_per_hour, std::chrono::hours(1)),
      unvouched_limit(kUnvouchedRowsPerMinute, std::chrono::minutes(1)),
      trouble_log_limit_(6, std::chrono::minutes(1)) {}

bool ClickNode::record(const Rows& rows) {
  auto appended = spool.append_all(rows);
  if (appended) return true;
  metrics.unrecorded.add();
  if (trouble_log_limit_.allow({}, clock.steady_now())) {
    log::error("a click was answered by its policy's fail mode: {}", appended.error().message());
  }
  return false;
}

}  // namespace linkgate::click
