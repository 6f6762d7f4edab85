#include "gateway/gateway.h"

#include <gtest/gtest.h>

#include <set>

#include "gateway/test_world.h"

namespace linkgate::gateway {
namespace {

TEST(Gateway, SealsEachRecipientsLinksAndRecordsTheMail) {
  World world;
  auto client = world.connect();
  const auto replies =
      client->deliver("ada@ext.test", {"bob@corp.test", "eve@corp.test"}, link_mail(), "4ABC");
  ASSERT_EQ(replies.size(), 2U);
  EXPECT_EQ(replies[0], "250 2.0.0 kept\r\n");
  EXPECT_EQ(replies[1], "250 2.0.0 kept\r\n");
  for (const std::string recipient : {"bob@corp.test", "eve@corp.test"}) {
    const std::string message = world.script.message_for(recipient);
    const url::OpenedLink opened = open_link(world, href(message));
    EXPECT_EQ(opened.claims.recipient, recipient);
    EXPECT_EQ(opened.claims.url, "https://plans.example.org/a");
    const auto stamped = url::verify_message_stamp(header(message, "X-Linkgate-Id"), world.keys());
    ASSERT_TRUE(stamped) << message;
    EXPECT_EQ(url::uuid_text(opened.claims.network_message_id), *stamped);
  }
  const auto events = world.rows("EmailEvents", 2);
  EXPECT_EQ(member(events[0], "DeliveryAction"), "Delivered");
  EXPECT_EQ(member(events[0], "SenderIPv4"), "192.0.2.7");
  EXPECT_EQ(member(events[0], "Subject"), "plans");
  EXPECT_EQ(member(events[0], "UrlCount"), "1");
  const auto urls = world.rows("EmailUrlInfo", 1);
  EXPECT_EQ(member(urls[0], "Url"), "https://plans.example.org/a");
  EXPECT_EQ(member(urls[0], "UrlDomain"), "plans.example.org");
}

TEST(Gateway, ARetryIsAnsweredWithoutASecondCopyAndWithoutASecondRow) {
  World world;
  auto client = world.connect();
  world.script.reply = [](const std::string& recipient) {
    return recipient == "slow@corp.test" ? net::SmtpReply(451, "4.2.1 later")
                                         : net::SmtpReply(250, "2.0.0 kept");
  };
  const auto first =
      client->deliver("ada@ext.test", {"bob@corp.test", "slow@corp.test"}, link_mail(), "4ABC");
  EXPECT_EQ(code(first[0]), "250");
  EXPECT_EQ(first[1], "451 4.2.1 later\r\n");
  world.script.reply = nullptr;
  const auto second =
      client->deliver("ada@ext.test", {"bob@corp.test", "slow@corp.test"}, link_mail(), "4ABC");
  EXPECT_EQ(code(second[0]), "250");
  EXPECT_EQ(code(second[1]), "250");
  EXPECT_EQ(world.script.received().size(), 2U);
  std::set<std::string> ids;
  for (const Received& one : world.script.received()) ids.insert(header(one.data, "X-Linkgate-Id"));
  EXPECT_EQ(ids.size(), 1U);
  world.rows("EmailEvents", 2);
}

TEST(Gateway, APermanentRefusalOfTheNextHopIsPassedOnAndRecorded) {
  World world;
  world.script.reply = [](const std::string&) { return net::SmtpReply(550, "5.1.1 nobody here"); };
  auto client = world.connect();
  const auto replies = client->deliver("ada@ext.test", {"nobody@corp.test"}, link_mail());
  EXPECT_EQ(replies[0], "550 5.1.1 nobody here\r\n");
  const auto rows = world.rows("EmailEvents", 1);
  EXPECT_EQ(member(rows[0], "DeliveryAction"), "Blocked");
  EXPECT_EQ(member(rows[0], "DeliveryLocation"), "Failed");
}

TEST(Gateway, ANextHopThatIsDownDefersEachRecipient) {
  World world;
  auto client = world.connect();
  world.stop_next_hop();
  const auto replies = client->deliver("ada@ext.test", {"a@corp.test", "b@corp.test"}, link_mail());
  ASSERT_EQ(replies.size(), 2U);
  for (const std::string& reply : replies) EXPECT_EQ(code(reply), "451") << reply;
}

TEST(Gateway, OffersWhatTheNextHopOffersAndNoMore) {
  World world;
  world.script.extensions = {.pipelining = true, .dsn = true};
  world.start_gateway();
  RawClient client(world.address());
  client.reply();
  const std::string offered = client.command("LHLO mta.test");
  EXPECT_NE(offered.find("PIPELINING"), std::string::npos);
  EXPECT_NE(offered.find("DSN"), std::string::npos);
  EXPECT_NE(offered.find("XFORWARD"), std::string::npos);
  for (const char* absent : {"8BITMIME", "SIZE", "SMTPUTF8", "CHUNKING", "ENHANCEDSTATUSCODES"}) {
    EXPECT_EQ(offered.find(absent), std::string::npos) << absent;
  }
  EXPECT_EQ(code(client.command("MAIL FROM:<a@b.test> RET=HDRS ENVID=e1")), "250");
  EXPECT_EQ(code(client.command("RCPT TO:<c@corp.test> NOTIFY=FAILURE ORCPT=rfc822;c@corp.test")), "250");
  EXPECT_EQ(code(client.command("DATA")), "354");
  client.send(link_mail() + ".\r\n");
  EXPECT_EQ(code(client.reply()), "250");
  const net::SmtpEnvelope envelope = world.script.received().front().envelope;
  EXPECT_EQ(envelope.ret, "HDRS");
  EXPECT_EQ(envelope.envid, "e1");
  EXPECT_EQ(envelope.recipients.front().notify, "FAILURE");
  EXPECT_EQ(envelope.recipients.front().orcpt, "rfc822;c@corp.test");
}

TEST(Gateway, RefusesAmbiguousEndsOfData) {
  World world;
  auto client = world.connect();
  for (const std::string smuggled : {"\n.\n", "\n.\r\n", "\r.\r", "\r\n.\n", "\r\n.\r"}) {
    const auto replies = client->deliver("ada@ext.test", {"bob@corp.test"},
                                         "Subject: x\r\n\r\na" + smuggled + "MAIL FROM:<evil@x>\r\n");
    EXPECT_EQ(code(replies[0]), "554") << testing::PrintToString(smuggled);
  }
  EXPECT_TRUE(world.script.received().empty());
  const auto rows = world.rows("EmailEvents", 5);
  EXPECT_NE(rows[0].find("AmbiguousEndOfData"), std::string::npos);
}

TEST(Gateway, ALoopingMailIsRefused) {
  World world;
  auto client = world.connect();
  std::string hops;
  for (int i = 0; i < 51; ++i) hops += "Received: from a by b; Sat, 21 Nov 2026 10:00:00 +0000\r\n";
  EXPECT_EQ(client->deliver("ada@ext.test", {"bob@corp.test"}, hops + link_mail())[0].substr(0, 9),
            "554 5.4.6");
}

TEST(Gateway, StripsHeadersThatClaimToBeOurs) {
  World world;
  auto client = world.connect();
  client->deliver(
      "ada@ext.test", {"bob@corp.test"},
      html_mail("<a href=\"https://e.test/\">x</a>", "X-Linkgate-Id: forged\r\nX-Linkgate-Action: junk\r\n"));
  const std::string message = world.script.message_for("bob@corp.test");
  EXPECT_EQ(message.find("forged"), std::string::npos);
  EXPECT_EQ(message.find("X-Linkgate-Action"), std::string::npos);
}

TEST(Gateway, AMailSealedForAliceIsSealedAnewForBob) {
  World world;
  auto client = world.connect();
  client->deliver("ada@ext.test", {"alice@corp.test"}, link_mail("https://plans.example.org/q?x=1"));
  const std::string for_alice = href(world.script.message_for("alice@corp.test"));
  client->deliver("alice@corp.test", {"bob@corp.test"}, link_mail(for_alice));
  const std::string for_bob = href(world.script.message_for("bob@corp.test"));
  EXPECT_NE(for_alice, for_bob);
  EXPECT_EQ(open_link(world, for_bob).claims.recipient, "bob@corp.test");
  EXPECT_EQ(open_link(world, for_bob).claims.url, "https://plans.example.org/q?x=1");
}

TEST(Gateway, OutboundTakesTheWrappersOffAndStampsNothing) {
  World world;
  auto client = world.connect();
  client->deliver("ada@ext.test", {"alice@corp.test"}, link_mail());
  const std::string sealed = world.script.message_for("alice@corp.test");
  world.stop_gateway();
  world.options.outbound = true;
  auto submission = world.connect();
  const size_t body = sealed.find("X-Linkgate-Id");
  const auto replies =
      submission->deliver("alice@corp.test", {"x@ext.test", "y@ext.test"}, sealed.substr(body));
  EXPECT_EQ(code(replies[0]), "250");
  EXPECT_EQ(href(world.script.message_for("x@ext.test")), "https://plans.example.org/a");
  EXPECT_EQ(world.script.message_for("x@ext.test").find("X-Linkgate"), std::string::npos);
  EXPECT_EQ(world.script.received().back().envelope.recipients.size(), 2U)
      << "one rendering, one transaction";
}

TEST(Gateway, WithoutASealingKeyMailWaits) {
  World world({.sealing_key = false});
  auto client = world.connect();
  EXPECT_EQ(code(client->deliver("ada@ext.test", {"bob@corp.test"}, link_mail())[0]), "451");
  EXPECT_TRUE(world.script.received().empty());
}

TEST(Gateway, SmtpHasOneAnswerAndARetryBringsNoSecondCopy) {
  World world({.protocol = "smtp", .next_hop_protocol = net::SmtpProtocol::kSmtp});
  std::atomic<bool> later = true;
  world.script.reply = [&](const std::string& recipient) {
    return recipient == "slow@corp.test" && later ? net::SmtpReply(451, "4.2.1 later")
                                                  : net::SmtpReply(250, "2.0.0 kept");
  };
  auto client = world.connect();
  EXPECT_EQ(code(client->deliver("a@ext.test", {"bob@corp.test", "slow@corp.test"}, link_mail(), "Q1", 1)[0]),
            "451");
  later = false;
  EXPECT_EQ(code(client->deliver("a@ext.test", {"bob@corp.test", "slow@corp.test"}, link_mail(), "Q1", 1)[0]),
            "250");
  EXPECT_EQ(world.script.received().size(), 2U);
}

}  // namespace
}  // namespace linkgate::gateway
