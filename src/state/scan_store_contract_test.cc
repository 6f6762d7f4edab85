// Remembered URLs, flips and jobs, on each engine.
#include <gmock/gmock.h>

#include <thread>

#include "state/contract_for_test.h"
#include "state/scan_store.h"

namespace linkgate::state {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using verdict::Disposition;
using namespace std::chrono_literals;

Judgement said(const std::string& hash, std::optional<Disposition> disposition, Time at,
               bool by_page = true) {
  Judgement judgement;
  judgement.canonical_hash = hash;
  judgement.url = "https://" + std::string(hash == "\xff" ? "x" : hash) + ".example/";
  judgement.url_chain = {judgement.url};
  judgement.disposition = disposition;
  judgement.by_page = by_page;
  judgement.came_by = true;
  judgement.at = at;
  judgement.cause = "rescan";
  judgement.reason = "because";
  return judgement;
}

class ScanStoreContract : public ContractTest {
 protected:
  std::unique_ptr<ScanStore> scan() { return opened(open_scan_store(options_)); }
  static RescanJob job(const std::string& hash, Time due, const std::string& group = "") {
    RescanJob job;
    job.canonical_hash = hash;
    job.group = group;
    job.sender_domain = "sender.example";
    job.recipient = "\xff@corp.example";
    job.sender_is_known = true;
    job.base = kNoon;
    job.due = due;
    return job;
  }
  static std::vector<std::string> hashes(const Result<std::vector<RescanJob>>& jobs) {
    std::vector<std::string> found;
    for (const RescanJob& job : jobs.value()) found.push_back(job.canonical_hash);
    return found;
  }
};

TEST_P(ScanStoreContract, AVerdictThatBecomesAnotherIsAFlipAndEverybodySeesIt) {
  const auto store = scan(), other = scan();
  const Version before = other->version().value();
  EXPECT_THAT(store->record({said("a", std::nullopt, kNoon), said("b", Disposition::kClean, kNoon)}).value(),
              IsEmpty());
  EXPECT_THAT(store->record({said("a", Disposition::kClean, kNoon + 1s)}).value(), IsEmpty())
      << "nobody would do anything else";
  EXPECT_EQ(other->version().value(), before);
  const auto flips = store->record({said("a", Disposition::kPhishing, kNoon + 2s)}).value();
  ASSERT_EQ(flips.size(), 1u);
  EXPECT_EQ(flips[0], (Flip{flips[0].id, "a", "https://a.example/", Disposition::kClean,
                            Disposition::kPhishing, kNoon + 2s, "rescan", "because"}));
  EXPECT_NE(other->version().value(), before);
  EXPECT_NE(store->version().value(), before) << "also whoever wrote it";
  EXPECT_EQ(other->flips_since(0, 10).value(), flips);
  EXPECT_EQ(other->last_flip().value(), flips[0].id);
  EXPECT_THAT(other->flips_since(flips[0].id, 10).value(), IsEmpty());
  EXPECT_THAT(store->record({said("a", Disposition::kPhishing, kNoon + 3s)}).value(), IsEmpty());
  EXPECT_THAT(store->record({said("a", Disposition::kClean, kNoon + 2s)}).value(), IsEmpty())
      << "it is older";
  EXPECT_THAT(store->record({said("a", Disposition::kUnknown, kNoon + 4s)}).value(), IsEmpty())
      << "not to be seen is not to be acquitted";
  EXPECT_THAT(store->record({said("a", std::nullopt, kNoon + 4s)}).value(), IsEmpty()) << "nothing was said";
  EXPECT_THAT(store->record({said("a", Disposition::kUnknown, kNoon + 4s, false)}).value(), SizeIs(1))
      << "taken off a list";
  const auto last =
      store
          ->record({said("a", Disposition::kClean, kNoon + 5s), said("b", Disposition::kMalware, kNoon + 5s)})
          .value();
  ASSERT_EQ(last.size(), 1u);
  EXPECT_THAT(store->flips_since(flips[0].id, 1).value(), SizeIs(1));
}

TEST_P(ScanStoreContract, OnlyWhatCameByIsRemembered) {
  const auto store = scan();
  Judgement asked = said("a", Disposition::kClean, kNoon);
  asked.came_by = false;
  expect_ok(store->record({asked}));
  std::vector<RememberedUrl> all;
  expect_ok(store->for_each_url([&](const RememberedUrl& url) { all.push_back(url); }));
  EXPECT_THAT(all, IsEmpty());
  expect_ok(store->record(
      {said("\xff", Disposition::kSuspicious, kNoon), said("b", Disposition::kPhishing, kNoon, false)}));
  expect_ok(store->for_each_url([&](const RememberedUrl& url) { all.push_back(url); }));
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].canonical_hash, "b");
  EXPECT_EQ(all[0].by_page, Disposition::kUnknown);
  EXPECT_EQ(all[0].stands, Disposition::kPhishing);
  EXPECT_EQ(all[1].canonical_hash, "\xff");
  EXPECT_EQ(all[1].by_page, Disposition::kSuspicious);
  EXPECT_THAT(all[1].url_chain, ElementsAre("https://x.example/"));
  EXPECT_THAT(store->chain_of("\xff").value(), ElementsAre("https://x.example/"));
  EXPECT_THAT(store->chain_of("a").value(), IsEmpty());
}

TEST_P(ScanStoreContract, WhatIsNotRememberedOrWasHarmfulFromTheFirstWasMissed) {
  const auto store = scan();
  expect_ok(
      store->record({said("clean", Disposition::kClean, kNoon), said("bad", Disposition::kPhishing, kNoon),
                     said("turned", Disposition::kUnknown, kNoon),
                     said("turned", Disposition::kPhishing, kNoon + Ticks(1))}));
  EXPECT_THAT(store->missed({"bad", "clean", "nobody", "turned"}).value(), ElementsAre("bad", "nobody"));
}

TEST_P(ScanStoreContract, AJobIsTakenOnceClickedOnesFirstAndAgainWhenItsLeaseEnds) {
  const auto store = scan(), other = scan();
  expect_ok(store->record({said("a", Disposition::kClean, kNoon), said("b", Disposition::kClean, kNoon),
                           said("c", Disposition::kClean, kNoon), said("d", Disposition::kClean, kNoon)}));
  RescanJob clicked = job("b", kNoon + 3min);
  clicked.is_clicked = true;
  clicked.fingerprint = std::string("\x00\xff", 2);
  expect_ok(store->put_jobs({job("a", kNoon + 2min), clicked, job("c", kNoon + 1min), job("d", kNoon + 9min),
                             job("nobody", kNoon)}));
  EXPECT_THAT(hashes(store->take_jobs(kNoon, kNoon + 1min, 10)), IsEmpty());
  const Time now = kNoon + 5min;
  EXPECT_EQ(store->count_jobs(now)->due, 3u);
  EXPECT_EQ(store->count_jobs(now)->scheduled, 4u);
  const auto first = store->take_jobs(now, now + 1min, 2).value();
  EXPECT_THAT(hashes(first), ElementsAre("b", "c"));
  clicked.url = "https://b.example/";
  clicked.lease = now + 1min;
  clicked.stands = Disposition::kClean;
  EXPECT_EQ(first[0], clicked);
  EXPECT_THAT(hashes(other->take_jobs(now, now + 1min, 10)), ElementsAre("a"));
  EXPECT_THAT(hashes(other->take_jobs(now, now + 1min, 10)), IsEmpty());
  expect_ok(store->finish_job(first[0], kNoon + 1h, "fp"));
  expect_ok(store->finish_job(first[1], std::nullopt, ""));
  const Time later = now + 2min;
  EXPECT_THAT(hashes(store->take_jobs(later, later + 1min, 10)), ElementsAre("a"))
      << "its lease ended: whoever had it is gone";
  EXPECT_EQ(error_of(store->finish_job(first[0], std::nullopt, "")), ErrorCode::kNotFound);
  EXPECT_THAT(hashes(store->take_jobs(kNoon + 1h, kNoon + 2h, 10)), ElementsAre("b", "a", "d"));
}

TEST_P(ScanStoreContract, AClickBringsAJobForwardAndAnotherMailDoesNotPushItAway) {
  const auto store = scan();
  expect_ok(store->record({said("a", Disposition::kClean, kNoon)}));
  expect_ok(store->put_jobs({job("a", kNoon + 10min)}));
  RescanJob again = job("a", kNoon + 20min);
  again.base = kNoon + 15min;
  expect_ok(store->put_jobs({again}));
  auto taken = store->take_jobs(kNoon + 10min, kNoon + 11min, 1).value();
  ASSERT_EQ(taken.size(), 1u);
  EXPECT_EQ(taken[0].base, kNoon);
  RescanJob click = job("a", kNoon + 14min);
  click.base = kNoon + 9min;
  click.is_clicked = true;
  expect_ok(store->put_jobs({click}));
  expect_ok(store->finish_job(taken[0], kNoon + 1h, ""));
  taken = store->take_jobs(kNoon + 14min, kNoon + 15min, 1).value();
  ASSERT_EQ(taken.size(), 1u) << "the click came while the job was under way";
  EXPECT_TRUE(taken[0].is_clicked);
  EXPECT_EQ(taken[0].base, kNoon + 9min);
}

TEST_P(ScanStoreContract, OneLinkOfAGroupRepresentsTheOthersUntilTheyAreClickedOrWoken) {
  const auto store = scan();
  for (const char* hash : {"a", "b", "c", "d"}) {
    expect_ok(store->record({said(hash, Disposition::kClean, kNoon)}));
    expect_ok(store->put_jobs({job(hash, kNoon + 5min, "g\xff")}));
  }
  EXPECT_EQ(store->count_jobs(kNoon)->represented, 3u);
  RescanJob click = job("c", kNoon + 5min, "g\xff");
  click.is_clicked = true;
  expect_ok(store->put_jobs({click}));
  EXPECT_THAT(hashes(store->take_jobs(kNoon + 5min, kNoon + 6min, 10)), ElementsAre("c", "a"));
  EXPECT_EQ(store->wake_group("g\xff", kNoon + 5min).value(), 2u);
  EXPECT_EQ(store->wake_group("g\xff", kNoon + 5min).value(), 0u);
  EXPECT_THAT(hashes(store->take_jobs(kNoon + 5min, kNoon + 6min, 10)),
              testing::UnorderedElementsAre("b", "d"));
}

TEST_P(ScanStoreContract, WhatIsOldIsDroppedUnlessAJobWaits) {
  const auto store = scan();
  expect_ok(store->record({said("a", Disposition::kClean, kNoon), said("b", Disposition::kClean, kNoon),
                           said("c", Disposition::kClean, kNoon + 2h)}));
  expect_ok(store->record({said("a", Disposition::kPhishing, kNoon + 1min)}));
  expect_ok(store->put_jobs({job("b", kNoon + 48h)}));
  EXPECT_EQ(store->drop_before(kNoon + 1h).value(), 1u);
  EXPECT_THAT(store->flips_since(0, 10).value(), IsEmpty());
  EXPECT_EQ(store->count_jobs(kNoon)->scheduled, 1u);
}

TEST_P(ScanStoreContract, NodesThatTakeAtOnceNeverTakeTheSameJob) {
  const auto store = scan();
  std::vector<Judgement> came;
  std::vector<RescanJob> jobs;
  for (int i = 0; i < 200; ++i) {
    came.push_back(said("u" + std::to_string(i), Disposition::kClean, kNoon));
    jobs.push_back(job("u" + std::to_string(i), kNoon));
  }
  expect_ok(store->record(came));
  expect_ok(store->put_jobs(jobs));
  std::vector<std::vector<std::string>> taken(3);
  std::vector<std::thread> nodes;
  for (auto& mine : taken) {
    nodes.emplace_back([this, &mine] {
      const auto node = scan();
      for (auto got = hashes(node->take_jobs(kNoon, kNoon + 1h, 7)); !got.empty();
           got = hashes(node->take_jobs(kNoon, kNoon + 1h, 7)))
        mine.insert(mine.end(), got.begin(), got.end());
    });
  }
  for (auto& node : nodes) node.join();
  std::vector<std::string> all;
  for (const auto& mine : taken) all.insert(all.end(), mine.begin(), mine.end());
  std::sort(all.begin(), all.end());
  EXPECT_EQ(all.size(), 200u);
  EXPECT_EQ(std::unique(all.begin(), all.end()), all.end());
}

INSTANTIATE_TEST_SUITE_P(Engines, ScanStoreContract, testing::Values("sqlite", "postgresql"),
                         [](const auto& info) { return info.param; });

}  // namespace
}  // namespace linkgate::state
