// What people do with alerts, on each engine.
#include "state/alert_store.h"
#include "state/contract_for_test.h"

namespace linkgate::state {
namespace {

class AlertContract : public ContractTest {
 protected:
  std::unique_ptr<AlertStore> alerts() { return opened(open_alert_store(options_)); }
};

TEST_P(AlertContract, AnAlertThatIsRaisedAgainKeepsItsFirstMomentAndItsWork) {
  const auto store = alerts();
  ASSERT_NE(store, nullptr);
  EXPECT_EQ(*store->raise("a", kNoon), kNoon);
  const auto before = store->version();
  expect_ok(store->change("a", {.status = "inProgress", .assigned_to = "ada"}, kNoon));
  EXPECT_NE(*before, *store->version());
  EXPECT_EQ(*alerts()->raise("a", kNoon - std::chrono::hours(1)), kNoon);
  const auto found = store->find("a");
  expect_ok(found);
  ASSERT_TRUE(*found);
  EXPECT_EQ((*found)->raised, kNoon);
  EXPECT_EQ((*found)->status, "inProgress");
  EXPECT_EQ((*found)->assigned_to, "ada");
  EXPECT_FALSE(*store->find("b"));
}

TEST_P(AlertContract, WorkGoesFromNewToResolvedAndBackWithItsComments) {
  const auto store = alerts();
  ASSERT_NE(store, nullptr);
  expect_ok(store->raise("a", kNoon));
  expect_ok(store->raise("b", kNoon + std::chrono::seconds(1)));
  const Time later = kNoon + std::chrono::minutes(5);
  const auto done = store->change(
      "a", {.status = "resolved", .classification = "truePositive", .comment = "caf\xC3\xA9", .by = "ada"},
      later);
  expect_ok(done);
  EXPECT_EQ(done->resolved, later);
  EXPECT_EQ(done->updated, later);
  expect_ok(store->change("a", {.status = "new", .comment = "again", .by = "bob"}, later));
  const auto all = alerts()->list(kNoon);
  expect_ok(all);
  ASSERT_EQ(all->size(), 2U);
  const AlertWork expected{"a",
                           kNoon,
                           later,
                           "new",
                           "truePositive",
                           "",
                           std::nullopt,
                           {{"ada", "caf\xC3\xA9", later}, {"bob", "again", later}}};
  EXPECT_EQ((*all)[0], expected);
  EXPECT_EQ(store->list(kNoon + std::chrono::seconds(1))->size(), 1U);
}

TEST_P(AlertContract, WhatWasDeterminedStaysUntilItIsChanged) {
  const auto store = alerts();
  ASSERT_NE(store, nullptr);
  expect_ok(store->raise("a", kNoon));
  EXPECT_EQ((*store->find("a"))->determination, "unknown");
  expect_ok(store->change("a", {.determination = "phishing"}, kNoon));
  expect_ok(store->change("a", {.status = "resolved"}, kNoon));
  EXPECT_EQ((*alerts()->find("a"))->determination, "phishing");
  EXPECT_EQ(error_of(store->change("a", {.determination = "bad"}, kNoon)), ErrorCode::kInvalidArgument);
}

TEST_P(AlertContract, WordsThatThereAreNotAndTextsThatAreTooLongAreRefused) {
  const auto store = alerts();
  ASSERT_NE(store, nullptr);
  expect_ok(store->raise("a", kNoon));
  EXPECT_EQ(error_of(store->change("a", {.status = "open"}, kNoon)), ErrorCode::kInvalidArgument);
  EXPECT_EQ(error_of(store->change("a", {.classification = "x"}, kNoon)), ErrorCode::kInvalidArgument);
  EXPECT_EQ(error_of(store->change("a", {.comment = ""}, kNoon)), ErrorCode::kInvalidArgument);
  EXPECT_EQ(error_of(store->change("a", {.comment = std::string(kMaxAlertText + 1, 'x')}, kNoon)),
            ErrorCode::kLimit);
  EXPECT_EQ(error_of(store->change("none", {.status = "new"}, kNoon)), ErrorCode::kNotFound);
  const auto reader = open_alert_store(read_only());
  ASSERT_TRUE(reader.has_value()) << reader.error().message();
  EXPECT_EQ(error_of((*reader)->raise("b", kNoon)), ErrorCode::kPermission);
}

INSTANTIATE_TEST_SUITE_P(Engines, AlertContract, testing::Values("sqlite", "postgresql"),
                         [](const auto& info) { return info.param; });

}  // namespace
}  // namespace linkgate::state
