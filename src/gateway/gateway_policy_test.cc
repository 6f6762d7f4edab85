// What policies, lists and unreadable messages do to a mail.
#include <gtest/gtest.h>

#include <fstream>

#include "gateway/test_world.h"
#include "state/held_seal.h"
#include "state/held_store.h"
#include "url/url.h"

namespace linkgate::gateway {
namespace {

// A policy and a rule that gives it to `recipients`.
void put_policy(World& world, verdict::SafeLinksPolicy policy, const std::vector<std::string>& recipients) {
  verdict::SafeLinksRule rule;
  rule.Name = policy.Name;
  rule.SafeLinksPolicy = policy.Name;
  rule.SentTo = recipients;
  rule.Priority = 0;
  ASSERT_TRUE(world.policies->put_policy(policy));
  const auto put = world.policies->put_rule(rule);
  ASSERT_TRUE(put) << put.error().message();
}

std::string partial_mail() {
  return "From: ada@ext.test\r\nSubject: part one\r\nMIME-Version: 1.0\r\nContent-Type: message/partial; "
         "id=\"a\"; number=1; "
         "total=2\r\n\r\nFrom: x@y.test\r\n\r\nhttps://evil.example.org/\r\n";
}

TEST(GatewayPolicy, RecipientsWithoutRewritingShareOneTransaction) {
  World world;
  put_policy(world, {.Name = "api only", .DisableUrlRewrite = true}, {"a@corp.test", "b@corp.test"});
  auto client = world.connect();
  client->deliver("ada@ext.test", {"a@corp.test", "b@corp.test", "c@corp.test"}, html_mail("<p>no link</p>"));
  EXPECT_EQ(world.script.received().size(), 1U) << "nothing differs";
  client->deliver("ada@ext.test", {"a@corp.test"}, link_mail());
  EXPECT_EQ(href(world.script.message_for("a@corp.test")), "https://plans.example.org/a");
  EXPECT_NE(header(world.script.message_for("a@corp.test"), "X-Linkgate-Id"), "");
}

TEST(GatewayPolicy, LinksOnTheDoNotRewriteListStayAndAreRecorded) {
  World world;
  put_policy(world, {.Name = "keep", .DoNotRewriteUrls = {"*.example.org/*"}}, {"a@corp.test"});
  auto client = world.connect();
  client->deliver("ada@ext.test", {"a@corp.test", "b@corp.test"}, link_mail());
  EXPECT_EQ(href(world.script.message_for("a@corp.test")), "https://plans.example.org/a");
  EXPECT_EQ(open_link(world, href(world.script.message_for("b@corp.test"))).claims.url,
            "https://plans.example.org/a");
  world.rows("EmailUrlInfo", 1);
}

// Whether a mail from `sender` with one attachment is asked into the junk folder.
bool is_junked(World& world, const std::string& sender, const std::string& from,
               const std::string& recipient) {
  auto client = world.connect();
  client->deliver(
      sender, {recipient},
      "From: " + from +
          "\r\nSubject: s\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n"
          "Content-Type: text/plain\r\n\r\nhello\r\n--b\r\nContent-Type: application/octet-stream\r\n"
          "Content-Disposition: attachment; filename=a.bin\r\nContent-Transfer-Encoding: base64\r\n\r\n"
          "YWJj\r\n--b--\r\n");
  return header(world.script.message_for(recipient), "X-Spam-Flag") == "YES";
}

TEST(GatewayPolicy, ABlockedSenderIsJunkedByEnvelopeAndFromAndSubdomain) {
  World world;
  for (const char* value : {"eve@one.test", "two.test"})
    ASSERT_TRUE(world.policies->put_entry({.kind = state::EntryKind::kSender, .value = value}));
  ASSERT_TRUE(world.policies->put_entry(
      {.kind = state::EntryKind::kSender, .action = state::EntryAction::kAllow, .value = "three.test"}));
  put_policy(world, {.Name = "no links", .EnableSafeLinksForEmail = false}, {"off@corp.test"});
  EXPECT_TRUE(is_junked(world, "Eve@one.test", "a@fine.test", "a@corp.test"));
  EXPECT_TRUE(is_junked(world, "a@fine.test", "Eve <eve@ONE.test>", "b@corp.test"));
  EXPECT_TRUE(is_junked(world, "x@mail.two.test", "a@fine.test", "c@corp.test"));
  EXPECT_TRUE(is_junked(world, "x@two.test", "a@fine.test", "off@corp.test")) << "whatever is said of links";
  EXPECT_FALSE(is_junked(world, "adam@one.test", "a@fine.test", "d@corp.test"));
  EXPECT_FALSE(is_junked(world, "x@nottwo.test", "a@fine.test", "e@corp.test"));
  EXPECT_FALSE(is_junked(world, "x@three.test", "a@fine.test", "f@corp.test"));
  const std::string row = world.rows("EmailEvents", 7)[0];
  EXPECT_EQ(member(row, "ThreatTypes"), "Phish");
  EXPECT_EQ(member(row, "OrgLevelAction"), "Block");
  EXPECT_EQ(member(row, "DetectionMethods").find("URL"), std::string::npos);
}

TEST(GatewayPolicy, ABlockedFileIsJunkedAsMalware) {
  World world;
  ASSERT_TRUE(world.policies->put_entry(
      {.kind = state::EntryKind::kFileHash,
       .value = "BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD"}));  // of "abc"
  EXPECT_TRUE(is_junked(world, "x@fine.test", "x@fine.test", "a@corp.test"));
  EXPECT_EQ(member(world.rows("EmailEvents", 1)[0], "ThreatTypes"), "Malware");
}

TEST(GatewayPolicy, ABlockedLinkAsksForTheJunkFolder) {
  World world;
  ASSERT_TRUE(world.policies->put_entry({.value = "evil.example.org"}));
  auto client = world.connect();
  client->deliver("ada@ext.test", {"a@corp.test"}, link_mail("https://evil.example.org/login"));
  const std::string message = world.script.message_for("a@corp.test");
  EXPECT_EQ(header(message, "X-Spam-Flag"), "YES");
  EXPECT_EQ(open_link(world, href(message)).claims.url, "https://evil.example.org/login")
      << "and it is sealed all the same";
  const std::string row = world.rows("EmailEvents", 1)[0];
  EXPECT_EQ(member(row, "DeliveryAction"), "Junked");
  EXPECT_EQ(member(row, "ThreatTypes"), "Phish");
  EXPECT_EQ(member(row, "OrgLevelAction"), "Block");
}

TEST(GatewayPolicy, UnscannableActionIsEachRecipientsOwn) {
  World world;
  using Action = verdict::UnscannableAction;
  const std::pair<const char*, Action> kPolicies[] = {{"pass", Action::kPass},
                                                      {"tip", Action::kPassWithTip},
                                                      {"junk", Action::kJunk},
                                                      {"quarantine", Action::kQuarantine},
                                                      {"defer", Action::kDefer}};
  for (const auto& [name, action] : kPolicies) {
    put_policy(world, {.Name = name, .OnUnscannable = action}, {std::string(name) + "@corp.test"});
  }
  auto client = world.connect();
  const auto replies = client->deliver(
      "ada@ext.test",
      {"pass@corp.test", "tip@corp.test", "junk@corp.test", "quarantine@corp.test", "defer@corp.test"},
      partial_mail());
  ASSERT_EQ(replies.size(), 5U);
  for (int i = 0; i < 4; ++i) EXPECT_EQ(code(replies[static_cast<size_t>(i)]), "250");
  EXPECT_EQ(replies[4].substr(0, 9), "451 4.7.1");
  EXPECT_EQ(header(world.script.message_for("pass@corp.test"), "Subject"), "part one");
  EXPECT_EQ(header(world.script.message_for("tip@corp.test"), "Subject"), "[Links not checked] part one");
  EXPECT_EQ(header(world.script.message_for("quarantine@corp.test"), "Subject"),
            "[Links not checked] part one");
  EXPECT_EQ(header(world.script.message_for("junk@corp.test"), "X-Spam-Flag"), "YES");
  const auto rows = world.rows("EmailEvents", 5);
  for (const std::string& row : rows) EXPECT_NE(row.find("Unscannable"), std::string::npos) << row;
}

TEST(GatewayPolicy, WhatCannotBeReadIsHeldBackOnceThereIsAQuarantine) {
  World world;
  put_policy(world, {.Name = "hold", .OnUnscannable = verdict::UnscannableAction::kQuarantine},
             {"a@corp.test", "b@corp.test"});
  state::HeldKey key{};
  key[0] = 7;
  const std::string folder = DataPaths(world.data()).state();
  std::ofstream(state::held_key_file(folder)) << state::held_key_text(state::held_public_key(key));
  auto client = world.connect();
  for (int tries = 0; tries < 2; ++tries) {
    const auto replies = client->deliver("ada@ext.test", {"a@corp.test", "b@corp.test"}, partial_mail());
    ASSERT_EQ(replies.size(), 2U);
    for (const std::string& reply : replies) EXPECT_EQ(code(reply), "250") << reply;
  }
  EXPECT_TRUE(world.script.received().empty()) << "the next hop has nothing";
  const auto store = state::open_held_store({.location = "sqlite:" + folder}).value();
  const auto held = store->oldest(10).value();
  ASSERT_EQ(held.size(), 2U) << "once for each recipient";
  const std::string message = state::open_held(key, held[0].sealed).value();
  EXPECT_EQ(header(message, "Subject"), "[Links not checked] part one");
  EXPECT_TRUE(header(message, "X-Linkgate-Id").starts_with(held[0].network_message_id));
  for (const std::string& row : world.rows("EmailEvents", 2)) {
    EXPECT_EQ(member(row, "DeliveryAction"), "Blocked");
    EXPECT_EQ(member(row, "DeliveryLocation"), "Quarantine");
  }
}

TEST(GatewayPolicy, ALinkTooLongToSealIsKeptAndOpens) {
  World world;
  const std::string url = "https://long.example.org/" + std::string(9000, 'x');
  auto client = world.connect();
  client->deliver("ada@ext.test", {"a@corp.test"}, link_mail(url));
  const url::OpenedLink opened = open_link(world, href(world.script.message_for("a@corp.test")));
  ASSERT_TRUE(opened.needs_lookup);
  EXPECT_EQ(*world.deliveries->url(opened.url_hash), url);
}

TEST(GatewayPolicy, OtherVendorsWrappersAreTakenOffBeforeSealing) {
  World world;
  auto client = world.connect();
  client->deliver("ada@ext.test", {"a@corp.test"},
                  link_mail("https://nam01.safelinks.protection.outlook.com/"
                            "?url=https%3A%2F%2Ftarget.example.org%2Fx&amp;data=05&amp;sdata=x"));
  EXPECT_EQ(open_link(world, href(world.script.message_for("a@corp.test"))).claims.url,
            "https://target.example.org/x");
}

TEST(GatewayPolicy, OurReceivedFieldIsFoldedBeforeItsDate) {
  World world;
  auto client = world.connect();
  client->deliver("ada@ext.test", {"a@corp.test"}, link_mail("https://plans.example.org/a"));
  const std::string data = world.script.message_for("a@corp.test");
  const size_t at = data.find("Received: by ");
  ASSERT_NE(at, data.npos);
  const std::string first = data.substr(at, data.find("\r\n", at) - at);
  EXPECT_TRUE(first.ends_with(";")) << first;
  EXPECT_EQ(data[at + first.size() + 2], '\t');
}

TEST(GatewayPolicy, AnInternalSenderCountsOnlyWithProof) {
  WorldOptions options;
  options.config.accepted_domains = {"corp.test"};
  options.config.authserv_ids = {"mx.corp.test"};
  World world(options);
  put_policy(world, {.Name = "outside only", .EnableForInternalSenders = false}, {"a@corp.test"});
  auto client = world.connect();
  const auto delivered = [&](const std::string& extra, const std::string& xforward,
                             const std::string& sender = "boss@corp.test",
                             const std::string& from = "boss@corp.test") {
    if (!xforward.empty()) client->command("XFORWARD " + xforward);
    std::string mail = html_mail("<a href=\"https://plans.example.org/a\">x</a>", extra);
    mail.replace(mail.find("ada@ext.test"), std::string_view("ada@ext.test").size(), from);
    client->deliver(sender, {"a@corp.test"}, mail);
    return href(world.script.message_for("a@corp.test")).starts_with("https://links.test/");
  };
  EXPECT_TRUE(delivered("X-Try: 1\r\n", "")) << "anybody can write our domain into MAIL FROM";
  EXPECT_TRUE(delivered("Authentication-Results: evil.test; dmarc=pass\r\n", ""));
  EXPECT_FALSE(delivered("Authentication-Results: mx.corp.test; dmarc=pass header.from=corp.test\r\n", ""));
  EXPECT_TRUE(delivered("Authentication-Results: mx.corp.test; dmarc=pass header.from=evil.test\r\n", "",
                        "boss@corp.test", "eve@evil.test"))
      << "DMARC passed, but for a domain of the sender's own";
  EXPECT_FALSE(delivered("X-Try: 2\r\n", "SOURCE=LOCAL"));
  EXPECT_FALSE(delivered("X-Try: 2\r\n", "SOURCE=LOCAL", "boss@Sales.corp.test"));
  EXPECT_TRUE(delivered("X-Try: 2\r\n", "SOURCE=LOCAL", "boss@evilcorp.test"));
  EXPECT_TRUE(delivered("X-Try: 3\r\n", "SOURCE=REMOTE"));
}

}  // namespace
}  // namespace linkgate::gateway
