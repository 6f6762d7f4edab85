// Who was told of which alert, on each engine.
#include "state/contract_for_test.h"
#include "state/notice_store.h"

namespace linkgate::state {
namespace {

using std::chrono::seconds;

class NoticeContract : public ContractTest {
 protected:
  std::unique_ptr<NoticeStore> notices() { return opened(open_notice_store(options_)); }
};

TEST_P(NoticeContract, EachReceiverIsClaimedOnceForEachAlertHoweverOftenItIsAnnounced) {
  const auto store = notices();
  ASSERT_NE(store, nullptr);
  expect_ok(store->announce("a", {"mail", "hook"}, kNoon));
  expect_ok(notices()->announce("a", {"mail", "hook"}, kNoon + seconds(1)));
  const auto claimed = store->claim("mail", kNoon, kNoon + seconds(60), 10);
  expect_ok(claimed);
  ASSERT_EQ(claimed->size(), 1U);
  EXPECT_EQ((*claimed)[0].since, kNoon);
  EXPECT_TRUE(notices()->claim("mail", kNoon + seconds(59), kNoon + seconds(90), 10)->empty());
  Notice told = (*claimed)[0];
  told.state = NoticeState::kTold;
  expect_ok(store->finish(told));
  expect_ok(store->announce("a", {"mail"}, kNoon + seconds(2)));
  EXPECT_TRUE(store->claim("mail", kNoon + seconds(99), kNoon + seconds(120), 10)->empty());
  EXPECT_EQ(*store->waiting("hook"), 1U);
  const auto all = store->of_alert("a");
  expect_ok(all);
  ASSERT_EQ(all->size(), 2U);
  EXPECT_EQ((*all)[1].state, NoticeState::kTold);
}

TEST_P(NoticeContract, AClaimThatRanOutIsSomebodyElses) {
  const auto store = notices();
  ASSERT_NE(store, nullptr);
  expect_ok(store->announce("a", {"mail"}, kNoon));
  const auto first = store->claim("mail", kNoon, kNoon + seconds(60), 10);
  const auto second = notices()->claim("mail", kNoon + seconds(60), kNoon + seconds(120), 10);
  ASSERT_EQ(second->size(), 1U);
  EXPECT_EQ(error_of(store->finish((*first)[0])), ErrorCode::kNotFound);
  Notice later = (*second)[0];
  later.attempts = 1;
  later.trouble = "nobody there";
  later.due = kNoon + seconds(300);
  expect_ok(store->finish(later));
  EXPECT_TRUE(store->claim("mail", kNoon + seconds(299), kNoon + seconds(400), 10)->empty());
  const auto third = store->claim("mail", kNoon + seconds(300), kNoon + seconds(400), 10);
  ASSERT_EQ(third->size(), 1U);
  EXPECT_EQ((*third)[0].trouble, "nobody there");
  expect_ok(store->end_leases());
  EXPECT_EQ(store->claim("mail", kNoon + seconds(300), kNoon + seconds(400), 10)->size(), 1U);
}

TEST_P(NoticeContract, OnlyWhatIsOverIsDropped) {
  const auto store = notices();
  ASSERT_NE(store, nullptr);
  expect_ok(store->announce("a", {"mail", "hook"}, kNoon));
  auto claimed = store->claim("mail", kNoon, kNoon + seconds(60), 10);
  (*claimed)[0].state = NoticeState::kGivenUp;
  expect_ok(store->finish((*claimed)[0]));
  EXPECT_EQ(*store->drop_asked_before(kNoon), 0U);
  EXPECT_EQ(*store->drop_asked_before(kNoon + seconds(1)), 1U);
  EXPECT_EQ(store->of_alert("a")->size(), 1U);
}

INSTANTIATE_TEST_SUITE_P(Engines, NoticeContract, testing::Values("sqlite", "postgresql"),
                         [](const auto& info) { return info.param; });

}  // namespace
}  // namespace linkgate::state
