#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "state/audit_store.h"
#include "state/contract_for_test.h"
#include "state/sql.h"

namespace linkgate::state {
namespace {

class AuditContract : public ContractTest {
 protected:
  std::unique_ptr<AuditStore> audit() { return opened(open_audit_store(options_)); }
};

TEST_P(AuditContract, WhatIsAppendedIsReadNewestFirst) {
  const auto store = audit();
  expect_ok(store->append({.who = "ann", .action = "policy set", .details = "'A' x=\xff \u00e4\xc3"}));
  clock_.advance(std::chrono::hours(1));
  expect_ok(store->append({.who = "bob", .action = "list add", .details = std::string(100'000, 'x')}));
  const auto all = audit()->since(kNoon, 10).value();
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].who, "bob");
  EXPECT_LT(all[0].details.size(), 70'000u);
  EXPECT_TRUE(all[0].details.ends_with(" (cut off)"));
  EXPECT_EQ(all[1].action, "policy set");
  EXPECT_EQ(all[1].details, "'A' x=? \u00e4?") << "what is no text keeps no record from being written";
  EXPECT_EQ(all[1].at, kNoon);
  EXPECT_LT(all[1].id, all[0].id);
  EXPECT_EQ(store->since(kNoon + std::chrono::minutes(1), 10)->size(), 1u);
  EXPECT_EQ(store->since(kNoon, 1)->size(), 1u);
}

TEST_P(AuditContract, NoRecordIsChangedOrDeletedByWhoeverHasTheDatabase) {
  expect_ok(audit()->append({.who = "ann", .action = "policy delete", .details = "A"}));
  constexpr std::string_view kNone[] = {"", ""};
  const auto sql = open_sql(options_, {"audit", kNone});
  expect_ok(sql);
  for (const char* statement :
       {"UPDATE audit SET who = 'nobody'", "DELETE FROM audit", "DELETE FROM audit WHERE id = 1"}) {
    EXPECT_FALSE((*sql)->run(statement, {}).has_value()) << statement;
  }
  if (GetParam() == "postgresql") {
    EXPECT_FALSE((*sql)->run("TRUNCATE audit", {}).has_value());
  }
  EXPECT_EQ(audit()->since(kNoon, 10)->at(0).who, "ann");
}

INSTANTIATE_TEST_SUITE_P(Engines, AuditContract, testing::Values("sqlite", "postgresql"),
                         [](const auto& engine) { return engine.param; });

}  // namespace
}  // namespace linkgate::state
