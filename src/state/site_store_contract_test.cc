// What is remembered of sites, on each engine.
#include "state/contract_for_test.h"
#include "state/site_store.h"

namespace linkgate::state {
namespace {

using namespace std::chrono_literals;

class SiteContract : public ContractTest {
 protected:
  std::unique_ptr<SiteStore> sites() { return opened(open_site_store(options_)); }
};

TEST_P(SiteContract, ASiteIsMetOnceAndForgottenWhenItIsNotMetForLong) {
  const auto store = sites();
  ASSERT_NE(store, nullptr);
  EXPECT_EQ(*store->begin(), std::nullopt);
  EXPECT_EQ(*store->meet("a.example", kNoon), kNoon);
  EXPECT_EQ(*store->meet("b.example", kNoon + 1h), kNoon + 1h);
  EXPECT_EQ(*sites()->meet("a.example", kNoon + 2h), kNoon);
  EXPECT_EQ(*store->begin(), kNoon);
  EXPECT_EQ(*store->drop_before(kNoon + 90min), 1U);
  EXPECT_EQ(*store->meet("b.example", kNoon + 3h), kNoon + 3h);
  EXPECT_EQ(*store->meet("a.example", kNoon + 3h), kNoon);
}

TEST_P(SiteContract, LooksAreKeptOnceEach) {
  const auto store = sites();
  ASSERT_NE(store, nullptr);
  const StoredLook look{"Northgate", "login.corp.example", "screen", "00ff"};
  StoredLook icon = look;
  icon.part = "icon";
  expect_ok(store->put_look(look, kNoon));
  expect_ok(store->put_look(icon, kNoon + 1s));
  expect_ok(store->put_look(look, kNoon + 2s));
  EXPECT_EQ(*sites()->looks(), (std::vector<StoredLook>{look, icon}));
}

INSTANTIATE_TEST_SUITE_P(Engines, SiteContract, testing::Values("sqlite", "postgresql"),
                         [](const auto& info) { return info.param; });

}  // namespace
}  // namespace linkgate::state
