// Rules of an organisation's own, on each engine.
#include "state/contract_for_test.h"
#include "state/detection_store.h"

namespace linkgate::state {
namespace {

using std::chrono::hours;

DetectionRule rule_named(std::string name) {
  DetectionRule rule;
  rule.name = std::move(name);
  rule.query = "UrlClickEvents | where Url has 'é'";
  rule.severity = "High";
  rule.category = "InitialAccess";
  rule.every = hours(1);
  rule.look_back = hours(4);
  rule.is_gathered = true;
  rule.changed_by = "ada";
  rule.changed = rule.next = kNoon;
  return rule;
}

class DetectionContract : public ContractTest {
 protected:
  std::unique_ptr<DetectionStore> detections() { return opened(open_detection_store(options_)); }
};

TEST_P(DetectionContract, RulesAreThereAsTheyWereKept) {
  const auto store = detections();
  ASSERT_NE(store, nullptr);
  const DetectionRule rule = rule_named("b");
  expect_ok(store->add(rule));
  expect_ok(store->add(rule_named("a")));
  EXPECT_EQ(error_of(store->add(rule)), ErrorCode::kInvalidArgument);
  EXPECT_EQ(error_of(store->add(rule_named(""))), ErrorCode::kInvalidArgument);
  const auto all = detections()->list();
  ASSERT_TRUE(all.has_value());
  ASSERT_EQ(all->size(), 2U);
  EXPECT_EQ((*all)[1], rule);
  expect_ok(store->remove("a"));
  EXPECT_EQ(error_of(store->remove("a")), ErrorCode::kNotFound);
  EXPECT_EQ(error_of(store->enable("a", true, kNoon)), ErrorCode::kNotFound);
  EXPECT_EQ(error_of(store->run_at("a", kNoon)), ErrorCode::kNotFound);
  const auto reader = open_detection_store(read_only());
  ASSERT_TRUE(reader.has_value()) << reader.error().message();
  EXPECT_EQ(error_of((*reader)->remove("b")), ErrorCode::kPermission);
}

TEST_P(DetectionContract, ADueRuleIsClaimedByOneNodeAndRunsAgainWhenItIsDueAgain) {
  const auto store = detections(), other = detections();
  expect_ok(store->add(rule_named("r")));
  EXPECT_FALSE(store->claim(kNoon - hours(1), kNoon)->has_value()) << "not due yet";
  auto claimed = store->claim(kNoon, kNoon + hours(1));
  ASSERT_TRUE(claimed && *claimed);
  EXPECT_FALSE(other->claim(kNoon, kNoon + hours(1))->has_value()) << "somebody runs it";
  DetectionRule done = **claimed;
  done.last = kNoon;
  done.last_alerts = 3;
  done.trouble = "line 1: no";
  done.next = kNoon + hours(1);
  expect_ok(store->finish(done));
  EXPECT_EQ(error_of(store->finish(done)), ErrorCode::kNotFound) << "its claim is over";
  EXPECT_EQ(other->list()->front().trouble, "line 1: no");
  EXPECT_EQ(other->list()->front().next, done.next);
  EXPECT_FALSE(store->claim(kNoon + hours(1) - Ticks(1), kNoon + hours(2))->has_value());
  ASSERT_TRUE(store->claim(kNoon + hours(1), kNoon + hours(2))->has_value());
  expect_ok(store->end_leases());
  ASSERT_TRUE(store->claim(kNoon + hours(1), kNoon + hours(2))->has_value()) << "its runner is gone";
}

TEST_P(DetectionContract, WhoAsksForARunWhileOneGoesOnGetsOne) {
  const auto store = detections();
  expect_ok(store->add(rule_named("r")));
  auto claimed = store->claim(kNoon, kNoon + hours(1));
  ASSERT_TRUE(claimed && *claimed);
  expect_ok(store->run_at("r", kNoon));
  (*claimed)->next = kNoon + hours(24);
  expect_ok(store->finish(**claimed));
  EXPECT_TRUE(store->claim(kNoon, kNoon + hours(1))->has_value());
}

TEST_P(DetectionContract, WhatIsDisabledIsNotClaimedAndRunsWhenItIsEnabled) {
  const auto store = detections();
  expect_ok(store->add(rule_named("r")));
  expect_ok(store->enable("r", false, kNoon));
  EXPECT_FALSE(store->claim(kNoon + hours(9), kNoon + hours(10))->has_value());
  expect_ok(store->enable("r", true, kNoon + hours(9)));
  EXPECT_TRUE(store->claim(kNoon + hours(9), kNoon + hours(10))->has_value());
}

TEST_P(DetectionContract, AnEventKeepsTheAlertThatItWasGivenFirst) {
  const auto store = detections();
  expect_ok(store->remember("r", {{"e1", "a1", false}, {"e2", "a1", false}}, kNoon));
  expect_ok(store->remember("r", {{"e1", "a2", true}}, kNoon + hours(1)));
  EXPECT_EQ(*detections()->known("r", {"e0", "e1", "e2"}),
            (std::vector<DetectedEvent>{{"e1", "a1", true}, {"e2", "a1", false}}));
  EXPECT_TRUE(store->known("other", {"e1"})->empty());
  EXPECT_EQ(*store->forget_before(kNoon), 0U);
  EXPECT_EQ(*store->forget_before(kNoon + Ticks(1)), 2U);
}

INSTANTIATE_TEST_SUITE_P(Engines, DetectionContract, testing::Values("sqlite", "postgresql"),
                         [](const auto& info) { return info.param; });

}  // namespace
}  // namespace linkgate::state
