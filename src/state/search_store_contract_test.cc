// Saved searches, on each engine.
#include "state/contract_for_test.h"
#include "state/search_store.h"

namespace linkgate::state {
namespace {

class SearchContract : public ContractTest {
 protected:
  std::unique_ptr<SearchStore> searches() { return opened(open_search_store(options_)); }
};

TEST_P(SearchContract, SearchesAreThereAsTheyWereSavedUntilTheyAreRemoved) {
  const auto store = searches();
  ASSERT_NE(store, nullptr);
  const SavedSearch search{"b", "clicks", R"({"user":["é"]})", "ada", kNoon};
  expect_ok(store->save(search));
  expect_ok(store->save({"a", "urls", "{}", "bob", kNoon}));
  EXPECT_EQ(error_of(store->save({"b", "urls", "{}", "bob", kNoon})), ErrorCode::kInvalidArgument);
  EXPECT_EQ(error_of(store->save({"", "urls", "{}", "bob", kNoon})), ErrorCode::kInvalidArgument);
  EXPECT_EQ(error_of(store->save({"c", "urls", std::string(kMaxSearchFilters + 1, 'x'), "bob", kNoon})),
            ErrorCode::kLimit);
  const auto all = searches()->list();
  ASSERT_TRUE(all.has_value());
  ASSERT_EQ(all->size(), 2U);
  EXPECT_EQ((*all)[1], search);
  EXPECT_EQ(*store->find("b"), search);
  expect_ok(store->remove("a"));
  EXPECT_EQ(error_of(store->remove("a")), ErrorCode::kNotFound);
  EXPECT_EQ(error_of(store->find("a")), ErrorCode::kNotFound);
  const auto reader = open_search_store(read_only());
  ASSERT_TRUE(reader.has_value()) << reader.error().message();
  EXPECT_EQ(error_of((*reader)->remove("b")), ErrorCode::kPermission);
}

INSTANTIATE_TEST_SUITE_P(Engines, SearchContract, testing::Values("sqlite", "postgresql"),
                         [](const auto& info) { return info.param; });

}  // namespace
}  // namespace linkgate::state
