// Stored functions of KQL, on each engine.
#include "state/contract_for_test.h"
#include "state/function_store.h"

namespace linkgate::state {
namespace {

class FunctionContract : public ContractTest {
 protected:
  std::unique_ptr<FunctionStore> functions() { return opened(open_function_store(options_)); }
};

TEST_P(FunctionContract, FunctionsAreThereAsTheyWereKept) {
  using Put = FunctionStore::Put;
  const auto store = functions();
  ASSERT_NE(store, nullptr);
  const QueryFunction f{"f", "(a:long)", "{ 'é' }", "Mail", "what it does", "ada", kNoon};
  expect_ok(store->put(f, Put::kNew));
  EXPECT_EQ(error_of(store->put(f, Put::kNew)), ErrorCode::kInvalidArgument);
  const auto before = store->version();
  QueryFunction changed = f;
  changed.body = "{ 2 }";
  changed.changed_by = "bob";
  expect_ok(store->put(changed, Put::kExisting));
  EXPECT_NE(*before, *store->version());
  expect_ok(store->put({"a", "()", "{ 1 }", "", "", "ada", kNoon}, Put::kEither));
  EXPECT_EQ(error_of(store->put({"none", "()", "{ 1 }", "", "", "ada", kNoon}, Put::kExisting)),
            ErrorCode::kNotFound);
  const auto all = functions()->list();
  expect_ok(all);
  ASSERT_EQ(all->size(), 2U);
  EXPECT_EQ((*all)[0].name, "a");
  EXPECT_EQ((*all)[1], changed);
  expect_ok(store->drop("a"));
  EXPECT_EQ(error_of(store->drop("a")), ErrorCode::kNotFound);
  QueryFunction large = f;
  large.body.assign(kMaxFunctionBytes + 1, 'x');
  EXPECT_EQ(error_of(store->put(large, Put::kEither)), ErrorCode::kLimit);
  const auto reader = open_function_store(read_only());
  ASSERT_TRUE(reader.has_value()) << reader.error().message();
  EXPECT_EQ(error_of((*reader)->drop("f")), ErrorCode::kPermission);
}

INSTANTIATE_TEST_SUITE_P(Engines, FunctionContract, testing::Values("sqlite", "postgresql"),
                         [](const auto& info) { return info.param; });

}  // namespace
}  // namespace linkgate::state
