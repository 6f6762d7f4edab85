#include "base/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace linkgate::metrics {
namespace {

using testing::HasSubstr;

TEST(Metrics, TheSameNameAndLabelsAreOneMetric) {
  Registry registry;
  Counter& a = registry.counter("linkgate_clicks_total", "Clicks", {{"page", "none"}, {"node", "0"}});
  Counter& b = registry.counter("linkgate_clicks_total", "Clicks", {{"node", "0"}, {"page", "none"}});
  Counter& other = registry.counter("linkgate_clicks_total", "Clicks", {{"page", "phishing"}, {"node", "0"}});
  a.add();
  b.add(2);
  EXPECT_EQ(&a, &b);
  EXPECT_EQ(a.value(), 3);
  EXPECT_EQ(other.value(), 0);
  EXPECT_THAT(registry.exposition(), HasSubstr("linkgate_clicks_total{node=\"0\",page=\"none\"} 3"));
}

TEST(Metrics, TheTextSaysKindHelpAndBuckets) {
  Registry registry;
  registry.gauge("linkgate_spool_bytes", "Waiting for the store").set(12);
  Histogram& latency = registry.histogram("linkgate_click_seconds", "Answer time", {0.1, 1});
  latency.observe(0.05);
  latency.observe(5);
  const std::string text = registry.exposition();
  EXPECT_THAT(
      text,
      HasSubstr("# HELP linkgate_spool_bytes Waiting for the store\n# TYPE linkgate_spool_bytes gauge\n"));
  EXPECT_THAT(text, HasSubstr("linkgate_spool_bytes 12\n"));
  EXPECT_THAT(text, HasSubstr("linkgate_click_seconds_bucket{le=\"0.1\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("linkgate_click_seconds_bucket{le=\"+Inf\"} 2\n"));
}

TEST(MetricsDeathTest, OneNameIsOneKind) {
  Registry registry;
  registry.counter("linkgate_x", "x");
  EXPECT_DEATH(registry.gauge("linkgate_x", "x"), "CHECK");
}

}  // namespace
}  // namespace linkgate::metrics
