// What employees reported, on each engine.
#include "state/contract_for_test.h"
#include "state/submission_store.h"

namespace linkgate::state {
namespace {

class SubmissionContract : public ContractTest {
 protected:
  std::unique_ptr<SubmissionStore> submissions() { return opened(open_submission_store(options_)); }
};

Submission one_of(std::string id, Time at) {
  Submission one;
  one.id = std::move(id);
  one.reported = at;
  one.source = "Page";
  one.category = "Phish";
  one.reporter = one.recipient = "ada@corp.test";
  one.verified = true;
  one.network_message_id = "m";
  one.url = std::string("https://evil.example/\xff\0", 23);
  return one;
}

TEST_P(SubmissionContract, ASubmissionThatComesAgainKeepsItsVerdict) {
  const auto store = submissions();
  const Submission first = one_of("a", kNoon);
  EXPECT_EQ(*store->put({first, first}), 1U);
  EXPECT_EQ(*store->find("a"), first) << "octets of strangers come back as they were";
  expect_ok(store->decide("a", "phish", "ticket 'é'", "eve", kNoon));
  EXPECT_EQ(*store->put({first}), 0U);
  const auto found = submissions()->find("a");
  expect_ok(found);
  EXPECT_EQ(found->verdict, "phish");
  EXPECT_EQ(found->note, "ticket 'é'");
  EXPECT_EQ(found->decided_by, "eve");
  expect_ok(store->decide("a", "clean", "", "eve", kNoon));
  EXPECT_EQ(store->find("a")->verdict, "clean") << "people change their minds";
}

TEST_P(SubmissionContract, OnlyWhatThereIsIsDecidedAndOnlyByItsWords) {
  const auto store = submissions();
  expect_ok(store->put({one_of("a", kNoon)}));
  EXPECT_EQ(error_of(store->decide("b", "phish", "", "eve", kNoon)), ErrorCode::kNotFound);
  EXPECT_EQ(error_of(store->decide("a", "evil", "", "eve", kNoon)), ErrorCode::kInvalidArgument);
  EXPECT_EQ(error_of(store->decide("a", "phish", std::string(kMaxSubmissionNote + 1, 'x'), "eve", kNoon)),
            ErrorCode::kLimit);
  EXPECT_EQ(store->find("a")->verdict, "");
  EXPECT_EQ(error_of(store->find("b")), ErrorCode::kNotFound);
}

TEST_P(SubmissionContract, TheNewestComeFirstAndTheOldestGo) {
  const auto store = submissions();
  Submission other = one_of("c", kNoon + Ticks(2));
  other.reporter = "bob@corp.test";
  expect_ok(store->put({one_of("a", kNoon), one_of("b", kNoon + Ticks(1)), other}));
  expect_ok(store->decide("b", "spam", "", "eve", kNoon));
  const auto ids = [&](const SubmissionFilter& filter) {
    std::string text;
    const auto found = store->list(filter);
    expect_ok(found);
    for (const Submission& one : *found) text += one.id;
    return text;
  };
  EXPECT_EQ(ids({}), "cba");
  EXPECT_EQ(ids({.most = 1}), "c");
  EXPECT_EQ(ids({.open_only = true}), "ca");
  EXPECT_EQ(ids({.reporter = "ada@corp.test"}), "ba");
  EXPECT_EQ(*store->drop_reported_before(kNoon + Ticks(1)), 1U);
  EXPECT_EQ(ids({}), "cb");
}

INSTANTIATE_TEST_SUITE_P(Engines, SubmissionContract, testing::Values("sqlite", "postgresql"),
                         [](const auto& info) { return info.param; });

}  // namespace
}  // namespace linkgate::state
