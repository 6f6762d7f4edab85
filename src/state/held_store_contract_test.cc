// Mail on its way into quarantine, on each engine.
#include <gmock/gmock.h>

#include "state/contract_for_test.h"
#include "state/held_seal.h"
#include "state/held_store.h"

namespace linkgate::state {
namespace {

class HeldStoreContract : public ContractTest {};

TEST_P(HeldStoreContract, AMessageIsHeldOnceForARecipientUntilItIsTaken) {
  const auto store = opened(open_held_store(options_)), other = opened(open_held_store(options_));
  expect_ok(store->put({"m1", "b\xff@corp.test", kNoon, std::string("\0\xff", 2)}));
  expect_ok(store->put({"m1", "b\xff@corp.test", kNoon, "another"}));
  expect_ok(store->put({"m1", "a@corp.test", kNoon - Ticks(1), "first"}));
  const auto held = other->oldest(10).value();
  ASSERT_EQ(held.size(), 2U);
  EXPECT_EQ(held[0].sealed, "first");
  EXPECT_EQ(held[1].recipient, "b\xff@corp.test");
  EXPECT_EQ(held[1].sealed, std::string("\0\xff", 2));
  EXPECT_EQ(other->oldest(1)->size(), 1U);
  expect_ok(other->remove("m1", "a@corp.test"));
  EXPECT_EQ(store->oldest(10)->size(), 1U);
}

TEST(HeldSeal, OpensWithTheKeyOfTheQuarantineAlone) {
  HeldKey key{}, other{};
  key[0] = 1;
  const HeldKey open = held_public_key(key);
  EXPECT_EQ(parse_held_key(held_key_text(open)).value(), open);
  EXPECT_FALSE(parse_held_key("abc"));
  std::string sealed = seal_held(open, "message");
  EXPECT_EQ(sealed.find("message"), sealed.npos);
  EXPECT_EQ(open_held(key, sealed).value(), "message");
  EXPECT_EQ(open_held(key, seal_held(open, "")).value(), "");
  EXPECT_FALSE(open_held(other, sealed)) << "another key";
  EXPECT_FALSE(open_held(open, sealed)) << "what sealed it opens nothing";
  sealed.back() ^= 1;
  EXPECT_FALSE(open_held(key, sealed));
  EXPECT_FALSE(open_held(key, "short"));
}

INSTANTIATE_TEST_SUITE_P(Engines, HeldStoreContract, testing::Values("sqlite", "postgresql"),
                         [](const auto& info) { return std::string(info.param); });

}  // namespace
}  // namespace linkgate::state
