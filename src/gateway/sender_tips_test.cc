// What recipients are told of a sender, through a gateway and its next hop.
#include "gateway/sender_tips.h"

#include <gtest/gtest.h>

#include "gateway/contacts.h"
#include "gateway/test_world.h"
#include "gateway/tip_texts.h"

namespace linkgate::gateway {
namespace {

using std::chrono::hours;

void put_policy(World& world, verdict::SafeLinksPolicy policy, const std::vector<std::string>& recipients) {
  verdict::SafeLinksRule rule;
  rule.Name = rule.SafeLinksPolicy = policy.Name;
  rule.SentTo = recipients;
  ASSERT_TRUE(world.policies->put_policy(policy));
  const auto put = world.policies->put_rule(rule);
  ASSERT_TRUE(put) << put.error().message();
}

WorldOptions with_proofs() {
  WorldOptions options;
  options.config.accepted_domains = {"corp.test"};
  options.config.authserv_ids = {"mx.corp.test"};
  return options;
}

std::string text_mail(const std::string& from, const std::string& extra = "") {
  return "From: " + from + "\r\nSubject: plans\r\n" + extra + "\r\nhello\r\n";
}

std::string body_of(const std::string& message) {
  const size_t at = message.find("\r\n\r\n");
  return at == message.npos ? "" : message.substr(at + 4);
}

// As if there had been mail for longer than learning takes.
void let_it_know_others(World& world) {
  ASSERT_TRUE(
      world.deliveries->put_contacts({{"somebody else", world.clock.now() - kContactLearning - hours(1)}}));
}

TEST(SenderTips, MailFromOutsideIsTaggedWhereThePolicySaysSo) {
  World world(with_proofs());
  put_policy(world,
             {.Name = "tag",
              .ExternalInOutlookEnabled = true,
              .ExternalInOutlookAllowList = {"friend.test"},
              .ExternalSubjectPrefix = "[External]",
              .SafetyTipLanguage = verdict::TipLanguage::kGerman},
             {"a@corp.test"});
  auto client = world.connect();
  client->deliver("x@ext.test", {"a@corp.test", "b@corp.test"},
                  text_mail("Ada <ada@ext.test>", "X-Linkgate-Tips: forged\r\n"));
  const std::string tagged = world.script.message_for("a@corp.test");
  EXPECT_EQ(header(tagged, "Subject"), "[External] plans");
  EXPECT_EQ(header(tagged, "X-Linkgate-Tips"), "External");
  EXPECT_EQ(body_of(tagged), "[!] Diese Nachricht kommt von ausserhalb Ihrer Organisation.\r\n\r\nhello\r\n");
  const std::string other = world.script.message_for("b@corp.test");
  EXPECT_EQ(header(other, "Subject"), "plans");
  EXPECT_EQ(header(other, "X-Linkgate-Tips"), "");
  EXPECT_EQ(body_of(other), "hello\r\n");
  client->deliver("x@ext.test", {"a@corp.test"}, text_mail("m@mail.friend.test"));
  EXPECT_EQ(header(world.script.message_for("a@corp.test"), "Subject"), "plans") << "on the allow list";
  std::string of_a;  // recipients are served side by side, in no order
  for (const std::string& row : world.rows("EmailEvents", 3)) {
    if (member(row, "RecipientEmailAddress") == "a@corp.test" && of_a.empty()) of_a = row;
  }
  EXPECT_NE(of_a.find(R"(\"SafetyTips\":[\"External\"],\"SafetyTipsInText\":true)"), std::string::npos)
      << of_a;
}

TEST(SenderTips, WhoProvedToBeOneOfUsIsNotFromOutside) {
  World world(with_proofs());
  put_policy(world, {.Name = "tag", .ExternalInOutlookEnabled = true}, {"a@corp.test"});
  auto client = world.connect();
  const auto is_tagged = [&](const std::string& from, const std::string& extra) {
    client->deliver("x@corp.test", {"a@corp.test"}, text_mail(from, extra));
    return header(world.script.message_for("a@corp.test"), "X-Linkgate-Tips") == "External";
  };
  EXPECT_TRUE(is_tagged("boss@corp.test", "X-Try: 1\r\n"));
  EXPECT_FALSE(is_tagged("boss@corp.test",
                         "Authentication-Results: mx.corp.test; dmarc=pass header.from=corp.test\r\n"));
  EXPECT_TRUE(is_tagged("eve@evil.test",
                        "Authentication-Results: mx.corp.test; dmarc=pass header.from=evil.test\r\n"))
      << "the envelope alone makes nobody one of us";
}

TEST(SenderTips, AFirstContactIsToldOnceAndIsTheRecipientsOwn) {
  World world(with_proofs());
  let_it_know_others(world);
  put_policy(world, {.Name = "first", .EnableFirstContactSafetyTips = true}, {"a@corp.test", "b@corp.test"});
  auto client = world.connect();
  const std::string tip = "[!] You don't often get email from ada@ext.test.\r\n\r\nhello\r\n";
  const auto got = [&](const std::string& recipient, const std::string& extra) {
    client->deliver("x@ext.test", {recipient}, text_mail("Ada <ada@ext.test>", extra));
    return body_of(world.script.message_for(recipient));
  };
  EXPECT_EQ(got("a@corp.test", "X-Try: 1\r\n"), tip);
  EXPECT_EQ(got("a@corp.test", "X-Try: 2\r\n"), "hello\r\n");
  EXPECT_EQ(got("b@corp.test", "X-Try: 3\r\n"), tip);
  EXPECT_EQ(got("a@corp.test", "Authentication-Results: mx.corp.test; dmarc=pass\r\n"), tip)
      << "who proves himself is another than who did not";
  world.stop_gateway();
  world.start_gateway();
  client = world.connect();
  EXPECT_EQ(got("a@corp.test", "X-Try: 4\r\n"), "hello\r\n") << "also after a restart";
  const auto rows = world.rows("EmailEvents", 5);
  EXPECT_NE(rows[0].find("\"IsFirstContact\":true"), std::string::npos) << rows[0];
  EXPECT_NE(rows[1].find("\"IsFirstContact\":false"), std::string::npos) << rows[1];
}

TEST(SenderTips, AYoungMemoryCallsNobodyAFirstContact) {
  World world;
  put_policy(world, {.Name = "first", .EnableFirstContactSafetyTips = true}, {"a@corp.test"});
  world.connect()->deliver("x@ext.test", {"a@corp.test"}, text_mail("ada@ext.test"));
  EXPECT_EQ(body_of(world.script.message_for("a@corp.test")), "hello\r\n");
  EXPECT_EQ(world.rows("EmailEvents", 1)[0].find("\"IsFirstContact\":true"), std::string::npos);
}

TEST(SenderTips, JunkMakesNobodyKnown) {
  World world;
  let_it_know_others(world);
  ASSERT_TRUE(world.policies->put_entry({.kind = state::EntryKind::kSender, .value = "ext.test"}));
  world.connect()->deliver("x@ext.test", {"a@corp.test"}, text_mail("ada@ext.test"));
  const auto seen =
      world.deliveries->contacts_seen({contact_key("ada@ext.test", false, "a@corp.test")}, Time{});
  EXPECT_FALSE(seen.value()[0]);
}

TEST(SenderTips, WhoLooksLikeOneOfUsIsNamed) {
  World world(with_proofs());
  ASSERT_TRUE(world.policies->put_group({.name = "all", .members = {"erika.muster@corp.test"}}));
  put_policy(world, {.Name = "alike", .EnableSimilarUsersSafetyTips = true}, {"a@corp.test"});
  world.connect()->deliver("x@ext.test", {"a@corp.test"}, text_mail("Erika Muster <erika@ext.test>"));
  const std::string message = world.script.message_for("a@corp.test");
  EXPECT_EQ(header(message, "X-Linkgate-Tips"), "OwnUser");
  EXPECT_NE(
      message.find("the name of erika.muster@corp.test, but writes from another address: erika@ext.test."),
      message.npos)
      << message;
  EXPECT_NE(
      world.rows("EmailEvents", 1)[0].find(R"(\"SenderLooksLike\":[\"OwnUser erika.muster@corp.test\"])"),
      std::string::npos);
}

TEST(SenderTips, EveryLanguageHasEveryText) {
  for (const TipTexts& texts : tip_texts()) {
    for (const std::string_view name :
         {"External", "FirstContact", "OwnUser", "OwnDomain", "Brand", "UnusualCharacters"})
      EXPECT_GT(text_of(texts, name).size(), 20U) << name;
    EXPECT_NE(texts.first_contact.find("{address}"), std::string_view::npos);
  }
}

}  // namespace
}  // namespace linkgate::gateway
