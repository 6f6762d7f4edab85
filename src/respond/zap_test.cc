// Taking mail back, on a real Dovecot and a real event store.
#include <algorithm>

#include "respond/zap_world_for_test.h"
#include "state/held_seal.h"
#include "state/held_store.h"

namespace linkgate::respond {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;

constexpr char kBad[] = "https://bad.example/login";

class ZapTest : public ZapWorld {
 protected:
  void SetUp() override {
    if (!start(4)) GTEST_SKIP() << "NOT run: " << why_;
  }
  std::vector<std::string> post_delivery() {
    return ask(
        "SELECT RecipientEmailAddress, Action, ActionType, ActionResult, DeliveryLocation, SourceLocation "
        "FROM "
        "EmailPostDeliveryEvents FINAL ORDER BY RecipientEmailAddress, Timestamp");
  }
};

TEST_F(ZapTest, EveryFormOfALinkThatTurnedBadIsTakenBackFromEveryFolder) {
  deliver({.id = 1, .recipient = address(0), .url = "HTTP://BAD.example:80/x/../login#top", .flags = "S"});
  dovecot_->put(address(0), octets({.id = 1, .recipient = address(0), .url = kBad}), "", ".Later");
  deliver(
      {.id = 2, .recipient = "User0+news@corp.test", .url = "https://hop.example/a", .mailbox = address(0)});
  deliver(
      {.id = 3,
       .recipient = address(1),
       .url =
           "https://emea01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fbad.example%2Flogin&data=x"});
  deliver({.id = 4, .recipient = address(1), .url = "https://bad.example/another"});
  deliver({.id = 5, .recipient = address(1), .url = kBad, .ago = std::chrono::hours(49)});
  events::Row click(*events::find_table("UrlClickLog"), now(), "click", 1);
  click.set("UrlChain", R"(["https://hop.example/a","https://bad.example/login"])");
  rows_["UrlClickLog"].push_back(click.finish());
  settle_mail();
  turn_bad(kBad);
  work();
  EXPECT_THAT(lying(address(0)), IsEmpty());
  EXPECT_THAT(lying(address(1)), UnorderedElementsAre("INBOX 4", "INBOX 5")) << "another page, and too old";
  EXPECT_THAT(quarantine_->list({}).value(), SizeIs(4)) << "the copy too";
  EXPECT_THAT(
      post_delivery(),
      ElementsAre(
          R"(["User0+news@corp.test", "Moved to quarantine", "Phish ZAP", "Success", "Quarantine", "Inbox/Folder"])",
          R"(["user0@corp.test", "Moved to quarantine", "Phish ZAP", "Success", "Quarantine", "Inbox/Folder"])",
          R"(["user1@corp.test", "Moved to quarantine", "Phish ZAP", "Success", "Quarantine", "Inbox/Folder"])"));
  EXPECT_THAT(
      ask("SELECT Subject, LatestDeliveryLocation, LatestDeliveryAction, DeliveryLocation, UrlCount, To FROM "
          "EmailEvents FINAL WHERE LatestDeliveryLocation != 'Inbox/Folder' ORDER BY Subject LIMIT 1"),
      ElementsAre(R"(["Message 1", "Quarantine", "Moved to quarantine", "Inbox/Folder", 1, "[\"a@b.c\"]"])"));
}

TEST_F(ZapTest, APolicyThatSwitchesZapOffForAThreatKeepsItsRecipientsMail) {
  const auto policies = state::open_policy_store(options_).value();
  verdict::SafeLinksPolicy policy;
  policy.Name = "No phish ZAP";
  policy.PhishZapEnabled = false;
  ASSERT_TRUE(policies->put_policy(policy).has_value());
  verdict::SafeLinksRule rule;
  rule.Name = rule.SafeLinksPolicy = policy.Name;
  rule.SentTo = {address(0)};
  ASSERT_TRUE(policies->put_rule(rule).has_value());
  for (int user = 0; user < 2; ++user) {
    deliver({.id = 2 * user + 1, .recipient = address(user), .url = kBad});
    deliver({.id = 2 * user + 2, .recipient = address(user), .url = "https://worse.example/run.exe"});
  }
  settle_mail();
  turn_bad(kBad);
  turn_bad("https://worse.example/run.exe", verdict::Disposition::kMalware);
  work();
  EXPECT_THAT(lying(address(0)), UnorderedElementsAre("INBOX 1")) << "malware is another switch";
  EXPECT_THAT(lying(address(1)), IsEmpty()) << "whom the rule does not name";
}

TEST_F(ZapTest, AStampThatIsNotOursMovesNothing) {
  deliver({.id = 1, .recipient = address(0), .url = kBad, .stamp = uuid(1) + ".AAAAAQAAAAAAAAAAAAAAAAAAAAA"});
  settle_mail();
  turn_bad(kBad);
  work();
  EXPECT_THAT(lying(address(0)), ElementsAre("INBOX 1"));
  const auto jobs = jobs_->jobs({}).value();
  ASSERT_THAT(jobs, SizeIs(1));
  EXPECT_EQ(jobs[0].trouble, "not in its mailbox");
  EXPECT_GT(jobs[0].due, now()) << "it may be on its way, so it is looked for again";
}

TEST_F(ZapTest, WhatIsUndoneIsBackAsItWas) {
  deliver({.id = 1, .recipient = address(0), .url = kBad, .flags = "FS", .folder = ".Later"});
  deliver({.id = 2, .recipient = address(1), .url = kBad});
  settle_mail();
  config_.zap.phishing = "quarantine";
  turn_bad(kBad);
  work();
  EXPECT_THAT(lying(address(0)), IsEmpty());
  const auto held = quarantine_->list({.recipient = address(0)}).value();
  ASSERT_THAT(held, SizeIs(1));
  EXPECT_EQ(held[0].folder, "Later");
  EXPECT_EQ(held[0].subject, "Message 1");
  EXPECT_THAT(quarantine_->sealed(held[0].id).value(), Not(HasSubstr("Message")));
  std::vector<int64_t> ids;
  const auto done = jobs_->jobs({}).value();
  for (const auto& job : done) ids.push_back(job.id);
  EXPECT_EQ(jobs_->undo(ids, now(), now() + std::chrono::hours(1)).value(), 2U);
  work();
  EXPECT_THAT(lying(address(0)), ElementsAre(".Later 1"));
  EXPECT_THAT(lying(address(1)), ElementsAre("INBOX 2"));
  for (const auto& entry :
       std::filesystem::directory_iterator(dovecot_->home(address(0)) + "/Maildir/.Later/cur"))
    EXPECT_THAT(entry.path().string(), testing::EndsWith(":2,FS"));
  EXPECT_THAT(ask("SELECT count() FROM EmailEvents FINAL WHERE LatestDeliveryLocation = 'Inbox/Folder'"),
              ElementsAre("[\"2\"]"));
}

TEST_F(ZapTest, JunkIsMovedToJunkAndSpamOnlyWhereItWasNotRead) {
  config_.zap.phishing = "junk";
  deliver({.id = 1, .recipient = address(0), .url = kBad, .flags = "S"});
  deliver({.id = 2, .recipient = address(1), .url = kBad, .folder = ".Junk"});
  settle_mail();
  turn_bad(kBad);
  work();
  EXPECT_THAT(lying(address(0)), ElementsAre(".Junk 1"));
  EXPECT_THAT(lying(address(1)), ElementsAre(".Junk 2"));
  deliver({.id = 3, .recipient = address(2), .url = kBad, .flags = "S"});
  deliver({.id = 4, .recipient = address(3), .url = kBad});
  settle_mail();
  state::ZapJob spam;
  spam.threat = "Spam";
  spam.cause = "verdict";
  spam.action = state::ZapAction::kJunk;
  spam.unread_only = true;
  spam.created = spam.due = now();
  spam.give_up = now() + std::chrono::hours(1);
  for (int i = 2; i < 4; ++i) {
    spam.network_message_id = uuid(i + 1);
    spam.recipient = spam.mailbox = address(i);
    ASSERT_TRUE(jobs_->put_jobs({spam}));
  }
  work();
  EXPECT_THAT(lying(address(2)), ElementsAre("INBOX 3")) << "it was read";
  EXPECT_THAT(lying(address(3)), ElementsAre(".Junk 4"));
  EXPECT_EQ(jobs_->undo({jobs_->jobs({.network_message_id = uuid(4)}).value()[0].id}, now(), now()).value(),
            1U);
  work();
  EXPECT_THAT(lying(address(3)), ElementsAre("INBOX 4"));
}

TEST_F(ZapTest, AMailboxThatIsGoneOrLockedIsReportedAndHoldsUpNoOther) {
  for (int i = 0; i < 4; ++i) deliver({.id = i + 1, .recipient = address(i), .url = kBad});
  settle_mail();
  dovecot_->set_users({address(1), address(2), address(3)});
  std::filesystem::permissions(dovecot_->home(address(1)) + "/Maildir/cur", std::filesystem::perms::none);
  turn_bad(kBad);
  work();
  EXPECT_THAT(lying(address(2)), IsEmpty());
  EXPECT_THAT(lying(address(3)), IsEmpty());
  EXPECT_THAT(jobs_->jobs({.state = state::ZapState::kWaiting}).value(), SizeIs(2));
  const auto rows = post_delivery();
  ASSERT_THAT(rows, SizeIs(4));
  EXPECT_THAT(rows[0], HasSubstr("Error: mailbox user0@corp.test"));
  EXPECT_THAT(rows[1], HasSubstr("Error: "));
  std::filesystem::permissions(dovecot_->home(address(1)) + "/Maildir/cur", std::filesystem::perms::all);
}

class ZapQuotaTest : public ZapTest {
 protected:
  // Every mailbox may hold one message.
  void SetUp() override {
    const std::string quota =
        "mail_plugins = $mail_plugins quota\n"
        "plugin {\n quota = count:User quota\n quota_vsizes = yes\n quota_rule = *:messages=1\n}\n";
    if (!start(3, quota)) GTEST_SKIP() << "NOT run: " << why_;
  }
};

TEST_F(ZapQuotaTest, MailIsTakenOutOfAMailboxThatIsOverQuotaAndOneThatTakesNothingBackHoldsUpNoOther) {
  for (int i = 0; i < 3; ++i) deliver({.id = i + 1, .recipient = address(i), .url = kBad});
  deliver({.id = 8, .recipient = address(0), .url = "https://good.example/"});
  settle_mail();
  turn_bad(kBad);
  work();
  EXPECT_THAT(lying(address(0)), ElementsAre("INBOX 8")) << "over quota, and taken out all the same";
  EXPECT_THAT(quarantine_->list({}).value(), SizeIs(3));
  std::vector<int64_t> ids;
  const auto done = jobs_->jobs({}).value();
  for (const auto& job : done) ids.push_back(job.id);
  ASSERT_EQ(jobs_->undo(ids, now(), now() + std::chrono::hours(1)).value(), 3U);
  work();
  EXPECT_THAT(lying(address(0)), ElementsAre("INBOX 8")) << "it is full";
  EXPECT_THAT(lying(address(1)), ElementsAre("INBOX 2"));
  EXPECT_THAT(lying(address(2)), ElementsAre("INBOX 3"));
  const auto stuck = jobs_->jobs({.state = state::ZapState::kUndoing}).value();
  ASSERT_THAT(stuck, SizeIs(1));
  EXPECT_EQ(stuck[0].recipient, address(0));
  EXPECT_THAT(stuck[0].trouble, testing::ContainsRegex("[Qq]uota"));
  EXPECT_GT(stuck[0].due, now()) << "it is tried again";
  EXPECT_THAT(post_delivery(),
              testing::Contains(testing::ContainsRegex("user0@corp.test.*Error: .*[Qq]uota")));
}

TEST_F(ZapTest, AMessageIsReleasedFromQuarantine) {
  deliver({.id = 1, .recipient = address(0), .url = kBad});
  settle_mail();
  turn_bad(kBad);
  work();
  const auto held = quarantine_->list({}).value();
  ASSERT_THAT(held, SizeIs(1));
  ASSERT_TRUE(quarantine_->set_state(held[0].id, state::HeldState::kHeld, state::HeldState::kReleasing, "ada",
                                     now()));
  work();
  EXPECT_THAT(lying(address(0)), ElementsAre("INBOX 1"));
  EXPECT_EQ(quarantine_->find(held[0].id).value().state, state::HeldState::kReleased);
  EXPECT_THAT(post_delivery(), testing::Contains(HasSubstr("Quarantine release")));
}

TEST_F(ZapTest, WhatAGatewayHeldBackIsInQuarantineAndReleasedIntoTheInbox) {
  work();  // offers the key
  const std::string folder = DataPaths(config_.data).state();
  const auto text = real_file_system().read(state::held_key_file(folder));
  ASSERT_TRUE(text);
  const auto held_back = state::open_held_store(options_).value();
  const std::string message = octets({.id = 1, .recipient = address(0), .url = kBad});
  const auto key = state::parse_held_key(*text).value();
  ASSERT_TRUE(held_back->put({uuid(1), address(0), now(), state::seal_held(key, message)}));
  work();
  EXPECT_TRUE(held_back->oldest(1)->empty());
  const auto held = quarantine_->list({}).value();
  ASSERT_THAT(held, SizeIs(1));
  EXPECT_EQ(held[0].subject, "Message 1");
  EXPECT_THAT(lying(address(0)), ElementsAre());
  ASSERT_TRUE(quarantine_->set_state(held[0].id, state::HeldState::kHeld, state::HeldState::kReleasing, "ada",
                                     now()));
  work();
  EXPECT_THAT(lying(address(0)), ElementsAre("INBOX 1"));
  EXPECT_EQ(quarantine_->find(held[0].id).value().state, state::HeldState::kReleased);
}

TEST_F(ZapTest, AReleaseThatFailsSaysWhyAndHoldsUpNoOther) {
  for (int i = 0; i < 2; ++i) deliver({.id = i + 1, .recipient = address(i), .url = kBad});
  settle_mail();
  turn_bad(kBad);
  work();
  dovecot_->set_users({address(1)});
  const auto held = quarantine_->list({}).value();
  ASSERT_THAT(held, SizeIs(2));
  for (const auto& one : held)
    ASSERT_TRUE(
        quarantine_->set_state(one.id, state::HeldState::kHeld, state::HeldState::kReleasing, "ada", now()));
  work();
  EXPECT_THAT(lying(address(1)), ElementsAre("INBOX 2"));
  const auto stuck = quarantine_->list({.state = state::HeldState::kReleasing}).value();
  ASSERT_THAT(stuck, SizeIs(1));
  EXPECT_THAT(stuck[0].trouble, HasSubstr("user0@corp.test"));
}

}  // namespace
}  // namespace linkgate::respond
