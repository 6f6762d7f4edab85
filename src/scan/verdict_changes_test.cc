// Flips by pages, feeds and lists, and how fast everybody who keeps verdicts hears of them.
#include "scan/verdict_changes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "base/folder_for_test.h"
#include "url/canonical_key.h"

namespace linkgate::scan {
namespace {

using testing::HasSubstr;
using verdict::Disposition;
using namespace std::chrono_literals;

constexpr Time kNoon{Ticks(17'000'000'000'000'000)};
constexpr const char* kShop = "https://shop.example/";
const std::string kShopHash = url::canonical_hash("shop.example/");

template <typename Condition>
bool comes_true(Condition condition, std::chrono::milliseconds within = 10s) {
  const auto deadline = std::chrono::steady_clock::now() + within;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(2ms);
  }
  return true;
}

verdict::Verdict verdict_on(Disposition disposition) {
  verdict::Verdict verdict;
  verdict.disposition = disposition;
  verdict.url_chain = {kShop};
  verdict.judged_at = kNoon;
  verdict.valid_until = kNoon + 1h;
  return verdict;
}

class Changes : public FolderTest {
 protected:
  // What one linkgate-scan has; two of them are two nodes on one store.
  struct Node {
    std::unique_ptr<Intel> intel;
    std::unique_ptr<state::PolicySnapshots> policies;
    std::unique_ptr<VerdictCache> cache;
    std::unique_ptr<UrlLedger> ledger;
    std::unique_ptr<VerdictChanges> changes;
  };
  state::StateOptions options() const { return {.location = "sqlite:" + folder_, .clock = &clock_}; }
  std::unique_ptr<Intel> intel() {
    return Intel::start(state::open_intel_store(options()).value(),
                        state::open_intel_store(options()).value())
        .value();
  }
  void list(state::IntelStore& store, std::vector<state::FeedEntry> entries) {
    const auto listed = store.replace_feed({.name = "f", .source = "s", .loaded = kNoon}, std::move(entries));
    ASSERT_TRUE(listed.has_value());
  }
  std::unique_ptr<Node> node() {
    auto node = std::make_unique<Node>();
    node->intel = intel();
    node->policies = state::PolicySnapshots::start(state::open_policy_store(options()).value()).value();
    node->cache = std::make_unique<VerdictCache>(state::open_intel_store(options()).value(),
                                                 state::open_intel_store(options()).value(), clock_);
    node->ledger = std::make_unique<UrlLedger>(state::open_scan_store(options()).value(), clock_,
                                               [raw = node.get()] { raw->cache->flush(); });
    node->changes = VerdictChanges::start(state::open_scan_store(options()).value(), *node->intel,
                                          node->policies.get(), *node->cache, *node->ledger, clock_)
                        .value();
    return node;
  }
  void judged(Node& node, Disposition disposition) {
    const auto verdict = verdict_on(disposition);
    node.cache->put(kShopHash, verdict);
    node.ledger->add(
        {{kShopHash, kShop, {kShop}, disposition, true, true, kNoon, "delivery", "seen", ""}, {}});
  }
  std::vector<state::Flip> flips() {
    return state::open_scan_store(options()).value()->flips_since(0, 100).value();
  }

  FakeClock clock_{kNoon};
};

TEST_F(Changes, AFlipReachesTheOtherNodesMemoryAndTheClickNodesWithinASecond) {
  const auto here = node(), there = node();
  judged(*here, Disposition::kClean);
  here->ledger->flush();
  here->cache->flush();
  ASSERT_EQ(there->cache->find(kShopHash)->disposition, Disposition::kClean) << "and it is in its memory now";
  const uint64_t before = there->changes->count();
  judged(*here, Disposition::kPhishing);
  EXPECT_TRUE(comes_true(
      [&] {
        return there->changes->count() != before &&
               there->cache->find(kShopHash)->disposition == Disposition::kPhishing;
      },
      1s));
  ASSERT_EQ(flips().size(), 1u);
  EXPECT_EQ(flips()[0].was, Disposition::kClean);
  EXPECT_EQ(flips()[0].is, Disposition::kPhishing);
}

TEST_F(Changes, AFeedThatListsAUrlWhichCameByIsAFlipAndSoIsItsEnd) {
  const auto here = node();
  judged(*here, Disposition::kClean);
  here->ledger->flush();
  const auto store = state::open_intel_store(options()).value();
  const uint64_t before = here->changes->count();
  ASSERT_TRUE(store
                  ->replace_feed({.name = "f", .source = "s", .loaded = kNoon},
                                 {{"shop.example/", Disposition::kPhishing, ""}})
                  .has_value());
  EXPECT_TRUE(comes_true([&] { return here->changes->count() != before; }, 1s));
  ASSERT_TRUE(comes_true([&] { return flips().size() == 1; }));
  EXPECT_EQ(flips()[0].cause, "list");
  EXPECT_THAT(flips()[0].reason, HasSubstr("\"f\""));
  list(*store, {{"shop.example/", Disposition::kPhishing, ""}});
  EXPECT_TRUE(comes_true([&] { return here->changes->count() != before; }, 1s));
  ASSERT_TRUE(comes_true([&] { return flips().size() == 1; }));
  EXPECT_EQ(flips()[0].cause, "list");
  EXPECT_THAT(flips()[0].reason, HasSubstr("\"f\""));
  list(*store, {});
  ASSERT_TRUE(comes_true([&] { return flips().size() == 2; }));
  EXPECT_EQ(flips()[1].was, Disposition::kPhishing);
  EXPECT_EQ(flips()[1].is, Disposition::kClean) << "what its page showed";
}

TEST_F(Changes, AnEntryOfTheOrganisationsListIsAFlip) {
  const auto here = node();
  judged(*here, Disposition::kClean);
  here->ledger->flush();
  state::ListEntry entry;
  entry.value = "shop.example";
  ASSERT_TRUE(state::open_policy_store(options()).value()->put_entry(entry).has_value());
  ASSERT_TRUE(comes_true([&] { return flips().size() == 1; }));
  EXPECT_EQ(flips()[0].is, Disposition::kPhishing);
  EXPECT_THAT(flips()[0].reason, HasSubstr("block list has the entry shop.example"));
}

TEST_F(Changes, AListThatChangedWhileNobodyLookedIsFoundAtTheStart) {
  {
    const auto here = node();
    judged(*here, Disposition::kClean);
  }
  list(*state::open_intel_store(options()).value(), {{"shop.example/", Disposition::kMalware, ""}});
  const auto again = node();
  ASSERT_TRUE(comes_true([&] { return flips().size() == 1; }));
  EXPECT_EQ(flips()[0].is, Disposition::kMalware);
}

TEST_F(Changes, AUrlThatLedOverAListedOneIsJudgedByThat) {
  state::RememberedUrl known{
      kShopHash, kShop, {kShop, "https://evil.example/x"}, Disposition::kClean, Disposition::kClean};
  list(*state::open_intel_store(options()).value(), {{"evil.example/", Disposition::kPhishing, ""}});
  const auto feeds = intel();
  ASSERT_TRUE(feeds->look().has_value());
  const auto index = feeds->current();
  EXPECT_EQ(VerdictChanges::judge_by_lists(known, *index, nullptr, kNoon).disposition,
            Disposition::kPhishing);
  EXPECT_EQ(VerdictChanges::judge_by_lists(known, FeedIndex(), nullptr, kNoon).disposition,
            Disposition::kClean);
}

}  // namespace
}  // namespace linkgate::scan
