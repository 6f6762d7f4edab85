// What is taken out of mailboxes, and what became of it, on each engine.
#include <gmock/gmock.h>

#include "state/contract_for_test.h"
#include "state/quarantine_store.h"
#include "state/zap_store.h"

namespace linkgate::state {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using namespace std::chrono_literals;

class ZapStoreContract : public ContractTest {
 protected:
  std::unique_ptr<ZapStore> zap() { return opened(open_zap_store(options_)); }
  std::unique_ptr<QuarantineStore> quarantine() { return opened(open_quarantine_store(options_)); }
  static ZapJob job(const std::string& message, const std::string& mailbox,
                    ZapAction action = ZapAction::kJunk) {
    ZapJob job;
    job.network_message_id = message;
    job.recipient = "\xff@corp.example";
    job.mailbox = mailbox;
    job.action = action;
    job.threat = "Phish";
    job.url = "https://bad.example/\xff";
    job.created = job.due = kNoon;
    job.give_up = kNoon + 48h;
    return job;
  }
  static ZapJob finished(ZapJob job, ZapState state) {
    job.state = state;
    job.finished = kNoon;
    return job;
  }
  static HeldMessage held(const std::string& id) {
    HeldMessage held;
    held.id = id;
    held.network_message_id = "m1";
    held.recipient = "ada@corp.example";
    held.mailbox = "ada";
    held.folder = "Later/\xff";
    held.flags = {"\\Seen", "$Work"};
    held.internal_date = "17-Jul-1996 02:44:25 +0000";
    held.subject = "\xff subject";
    held.size = 5;
    held.stored = kNoon;
    held.expires = kNoon + 24h;
    return held;
  }
};

TEST_P(ZapStoreContract, OneMailboxIsOneWorkersUntilItsLeaseEnds) {
  const auto store = zap(), other = zap();
  EXPECT_EQ(store->put_jobs({job("m1", "ada"), job("m2", "bob"), job("m3", "ada")}).value(), 3u);
  const auto mine = store->take_mailbox(kNoon, kNoon + 1min, 10).value();
  ASSERT_THAT(mine, SizeIs(2));
  EXPECT_EQ(mine[0].mailbox, "ada");
  EXPECT_EQ(mine[0].recipient, "\xff@corp.example");
  EXPECT_EQ(mine[0].url, "https://bad.example/\xff");
  EXPECT_EQ(other->put_jobs({job("m4", "ada")}).value(), 1u);
  const auto theirs = other->take_mailbox(kNoon, kNoon + 1min, 10).value();
  ASSERT_THAT(theirs, SizeIs(1));
  EXPECT_EQ(theirs[0].mailbox, "bob") << "the other's mailbox is left alone, also with what came since";
  EXPECT_THAT(other->take_mailbox(kNoon, kNoon + 1min, 10).value(), IsEmpty());
  EXPECT_THAT(other->take_mailbox(kNoon + 1min, kNoon + 2min, 10).value(), SizeIs(3)) << "its worker died";
  EXPECT_EQ(error_of(store->finish(finished(mine[0], ZapState::kDone))), ErrorCode::kNotFound);
  expect_ok(store->end_leases());
  EXPECT_THAT(other->take_mailbox(kNoon, kNoon + 1min, 10).value(), SizeIs(3));
}

TEST_P(ZapStoreContract, AJobThatDoesMoreReplacesOneThatDidLess) {
  const auto store = zap();
  expect_ok(store->put_jobs({job("m1", "ada")}));
  EXPECT_EQ(store->put_jobs({job("m1", "ada")}).value(), 0u) << "it waits already";
  auto taken = store->take_mailbox(kNoon, kNoon + 1min, 10).value();
  taken[0].folders = {"INBOX", "\xc3\xbc"};
  expect_ok(store->note(taken[0]));
  expect_ok(store->finish(finished(taken[0], ZapState::kDone)));
  EXPECT_EQ(store->put_jobs({job("m1", "ada")}).value(), 0u) << "done is done";
  EXPECT_THAT(store->jobs({}).value()[0].folders, ElementsAre("INBOX", "\xc3\xbc"));
  EXPECT_EQ(store->put_jobs({job("m1", "ada", ZapAction::kQuarantine)}).value(), 1u)
      << "junk becomes quarantine";
  taken = store->take_mailbox(kNoon, kNoon + 1min, 10).value();
  EXPECT_THAT(taken[0].folders, IsEmpty());
  expect_ok(store->finish(finished(taken[0], ZapState::kNotFound)));
  EXPECT_EQ(store->put_jobs({job("m1", "ada")}).value(), 1u) << "who asks again is looked for again";
}

TEST_P(ZapStoreContract, AFailureIsTriedAgainAndWhatIsDoneCanBeUndone) {
  const auto store = zap();
  expect_ok(store->put_jobs({job("m1", "ada")}));
  auto taken = store->take_mailbox(kNoon, kNoon + 1min, 10).value();
  taken[0].attempts = 1;
  taken[0].trouble = "locked";
  taken[0].due = kNoon + 30s;
  expect_ok(store->finish(taken[0]));
  EXPECT_THAT(store->take_mailbox(kNoon, kNoon + 1min, 10).value(), IsEmpty());
  EXPECT_EQ(store->next_due().value(), kNoon + 30s);
  taken = store->take_mailbox(kNoon + 30s, kNoon + 1min, 10).value();
  ASSERT_THAT(taken, SizeIs(1));
  EXPECT_EQ(taken[0].trouble, "locked");
  EXPECT_EQ(store->undo({taken[0].id}, kNoon, kNoon + 1h).value(), 0u) << "nothing was done yet";
  expect_ok(store->finish(finished(taken[0], ZapState::kDone)));
  EXPECT_EQ(store->undo({taken[0].id}, kNoon, kNoon + 1h).value(), 1u);
  EXPECT_EQ(store->take_mailbox(kNoon, kNoon + 1min, 10).value()[0].state, ZapState::kUndoing);
  ZapFilter filter;
  filter.recipient = "\xff@corp.example";
  EXPECT_THAT(store->jobs(filter).value(), SizeIs(1));
  EXPECT_EQ(store->waiting().value(), 1u);
  EXPECT_EQ(store->drop_finished_before(kNoon + 1h).value(), 0u) << "open jobs stay";
}

TEST_P(ZapStoreContract, RemembersHowFarASourceWasRead) {
  const auto store = zap();
  EXPECT_EQ(store->cursor("flips").value(), std::nullopt);
  expect_ok(store->set_cursor("flips", 7));
  expect_ok(store->set_cursor("flips", 9));
  EXPECT_EQ(zap()->cursor("flips").value(), 9);
}

TEST_P(ZapStoreContract, AHeldMessageIsThereOnceWithAllThatPutsItBack) {
  const auto store = quarantine();
  const std::string sealed("\0\xff sealed", 9);
  expect_ok(store->put({{held("a"), sealed}}));
  expect_ok(store->put({{held("a"), "again"}}));
  const auto listed = store->list({}).value();
  ASSERT_THAT(listed, SizeIs(1));
  EXPECT_EQ(listed[0].folder, "Later/\xff");
  EXPECT_THAT(listed[0].flags, ElementsAre("\\Seen", "$Work"));
  EXPECT_EQ(listed[0].internal_date, "17-Jul-1996 02:44:25 +0000");
  EXPECT_EQ(listed[0].subject, "\xff subject");
  EXPECT_EQ(store->sealed("a").value(), sealed);
  EXPECT_EQ(error_of(store->find("b")), ErrorCode::kNotFound);
}

TEST_P(ZapStoreContract, ContentGoesWhenAMessageIsReleasedDeletedOrOld) {
  const auto store = quarantine();
  for (const char* id : {"a", "b", "c"}) expect_ok(store->put({{held(id), "sealed"}}));
  expect_ok(store->set_state("a", HeldState::kHeld, HeldState::kReleasing, "ada", kNoon));
  EXPECT_TRUE(store->sealed("a").has_value());
  EXPECT_EQ(error_of(store->set_state("a", HeldState::kHeld, HeldState::kDeleted, "bob", kNoon)),
            ErrorCode::kNotFound)
      << "it is on its way back";
  expect_ok(store->set_state("a", HeldState::kReleasing, HeldState::kReleased, "", kNoon));
  EXPECT_EQ(store->find("a").value().changed_by, "ada");
  expect_ok(store->set_state("b", HeldState::kHeld, HeldState::kDeleted, "bob", kNoon));
  EXPECT_EQ(store->drop_expired(kNoon + 23h, 48h).value(), 0u);
  EXPECT_EQ(store->drop_expired(kNoon + 24h, 48h).value(), 1u);
  for (const char* id : {"a", "b", "c"}) EXPECT_EQ(error_of(store->sealed(id)), ErrorCode::kNotFound) << id;
  EXPECT_THAT(store->list({}).value(), SizeIs(3)) << "what was done is still told";
  expect_ok(store->put({{held("a"), "taken again"}}));
  EXPECT_EQ(store->find("a").value().state, HeldState::kHeld);
}

INSTANTIATE_TEST_SUITE_P(Engines, ZapStoreContract, testing::Values("sqlite", "postgresql"),
                         [](const auto& info) { return info.param; });

}  // namespace
}  // namespace linkgate::state
