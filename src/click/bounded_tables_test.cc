#include "click/bounded_tables.h"

#include <gtest/gtest.h>

namespace linkgate::click {
namespace {

using namespace std::chrono_literals;
constexpr SteadyTime kStart{};

Id key(std::string_view name) { return click_key({}, name, "agent"); }

TEST(RecentClicks, AKeyKeepsItsIdentityForTheWindowFromItsFirstUse) {
  RecentClicks recent;
  ClickIdentity first{random_id(), Time{}}, second{random_id(), Time{}};
  EXPECT_EQ(recent.find_or_begin(key("a"), first, kStart), first);
  EXPECT_EQ(recent.find_or_begin(key("a"), second, kStart + 2s), first);
  EXPECT_EQ(recent.find_or_begin(key("b"), second, kStart + 2s), second);
  EXPECT_EQ(recent.find_or_begin(key("a"), second, kStart + 2001ms), second) << "a window does not slide";
}

TEST(RecentClicks, AFullTableForgetsTheOldest) {
  RecentClicks recent;
  ClickIdentity first{random_id(), Time{}};
  recent.find_or_begin(key("first"), first, kStart);
  for (size_t i = 0; i < kMaxRecentClicks; ++i) {
    recent.find_or_begin(key(std::to_string(i)), ClickIdentity{random_id(), Time{}}, kStart);
  }
  ClickIdentity again{random_id(), Time{}};
  EXPECT_EQ(recent.find_or_begin(key("first"), again, kStart), again);
}

TEST(UsedTokens, AreGoodOnceUntilTheTableIsFull) {
  UsedTokens used;
  EXPECT_TRUE(used.use_once(1));
  EXPECT_FALSE(used.use_once(1));
  for (uint64_t i = 2; i < kMaxUsedTokens + 2; ++i) EXPECT_TRUE(used.use_once(i));
  EXPECT_TRUE(used.use_once(1)) << "forgotten, not grown";
}

TEST(RateLimit, AllowsABurstAndRefillsEvenly) {
  RateLimit limit(60, 60s);
  for (int i = 0; i < 60; ++i) EXPECT_TRUE(limit.allow(key("a"), kStart)) << i;
  EXPECT_FALSE(limit.allow(key("a"), kStart));
  EXPECT_TRUE(limit.allow(key("b"), kStart));
  EXPECT_FALSE(limit.allow(key("a"), kStart + 900ms));
  EXPECT_TRUE(limit.allow(key("a"), kStart + 1100ms));
  EXPECT_FALSE(limit.allow(key("a"), kStart + 1200ms));
}

TEST(RateLimit, NoneMeansNone) {
  RateLimit limit(0, 60s);
  for (int i = 0; i < 1000; ++i) ASSERT_TRUE(limit.allow(key("a"), kStart));
}

TEST(RateLimit, AFullTableForgetsWhoWasQuietLongest) {
  RateLimit limit(1, 60s);
  EXPECT_TRUE(limit.allow(key("quiet"), kStart));
  EXPECT_TRUE(limit.allow(key("busy"), kStart));
  for (size_t i = 0; i < kMaxRateKeys - 1; ++i) {
    const SteadyTime later = kStart + std::chrono::microseconds(i + 1);
    limit.allow(key(std::to_string(i)), later);
    EXPECT_FALSE(limit.allow(key("busy"), later));
  }
  EXPECT_TRUE(limit.allow(key("quiet"), kStart + 1s));
}

TEST(RateLimit, WhoWasQuietForTheWindowHasAllOfItAgain) {
  RateLimit limit(2, 60s);
  for (int turn = 0; turn < 3; ++turn) {
    const SteadyTime now = kStart + turn * 60s;
    EXPECT_TRUE(limit.allow(key("a"), now));
    EXPECT_TRUE(limit.allow(key("a"), now));
    EXPECT_FALSE(limit.allow(key("a"), now));
    EXPECT_TRUE(limit.allow(key("b"), now));
  }
}

TEST(RateKey, IsTheAddressOrTheNetworkOfASubscriber) {
  EXPECT_EQ(rate_key("192.0.2.1"), rate_key("::ffff:192.0.2.1"));
  EXPECT_NE(rate_key("192.0.2.1"), rate_key("192.0.2.2"));
  EXPECT_EQ(rate_key("2001:db8:1:2::1"), rate_key("2001:db8:1:2:ffff::9"));
  EXPECT_NE(rate_key("2001:db8:1:2::1"), rate_key("2001:db8:1:3::1"));
  EXPECT_NE(rate_key(""), rate_key("unix"));
}

}  // namespace
}  // namespace linkgate::click
