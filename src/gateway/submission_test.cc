// Mail to the address for reports: what is recognised, and that it is delivered all the same.
#include <gtest/gtest.h>

#include "gateway/test_world.h"

namespace linkgate::gateway {
namespace {

WorldOptions with_mailbox() {
  WorldOptions options;
  options.config.accepted_domains = {"corp.test"};
  options.report_mailbox = "Phishing@corp.test";
  return options;
}

std::string reporting_mail(const std::string& body, const std::string& type) {
  return "From: ann@corp.test\r\nSubject: Fwd: invoice\r\nMIME-Version: 1.0\r\n" + type + "\r\n" + body;
}

std::string attached(const std::string& original) {
  return reporting_mail(
      "--b\r\nContent-Type: text/plain\r\n\r\nlook at this\r\n--b\r\n"
      "Content-Type: message/rfc822\r\n\r\n" +
          original + "\r\n--b--\r\n",
      "Content-Type: multipart/mixed; boundary=b\r\n");
}

// What ann got of a mail with one link.
std::string delivered_to_ann(World& world) {
  world.connect()->deliver("ada@ext.test", {"ann@corp.test"},
                           link_mail("https://evil.example.org/login?id=7"));
  return world.script.message_for("ann@corp.test");
}

TEST(GatewaySubmission, AnAttachedMessageIsRecognisedByItsStampAndDeliveredToTheMailbox) {
  World world(with_mailbox());
  const std::string original = delivered_to_ann(world);
  const auto replies = world.connect()->deliver("Ann@corp.test", {"phishing@corp.test"}, attached(original));
  EXPECT_EQ(code(replies.at(0)), "250");
  EXPECT_NE(world.script.message_for("phishing@corp.test").find("look at this"), std::string::npos);
  const auto rows = world.rows("UserSubmissions", 1);
  ASSERT_EQ(rows.size(), 1U);
  const std::string stamp = header(original, "X-Linkgate-Id");
  EXPECT_EQ(member(rows[0], "NetworkMessageId"), stamp.substr(0, stamp.find('.')));
  EXPECT_EQ(member(rows[0], "ReportedBy"), "ann@corp.test");
  EXPECT_EQ(member(rows[0], "RecipientEmailAddress"), "ann@corp.test");
  EXPECT_EQ(member(rows[0], "Url"), "https://evil.example.org/login?id=7");
  EXPECT_EQ(member(rows[0], "Source"), "Mailbox");
}

TEST(GatewaySubmission, AMessageForwardedInlineIsRecognisedByItsSealedLink) {
  World world(with_mailbox());
  const std::string link = href(delivered_to_ann(world));
  world.connect()->deliver("ann@corp.test", {"phishing@corp.test"},
                           reporting_mail("what is this? " + link + "\r\n", "Content-Type: text/plain\r\n"));
  const auto rows = world.rows("UserSubmissions", 1);
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(member(rows[0], "Url"), "https://evil.example.org/login?id=7");
  EXPECT_EQ(member(rows[0], "NetworkMessageId"),
            url::uuid_text(open_link(world, link).claims.network_message_id));
}

TEST(GatewaySubmission, WhatIsForgedForeignOrFromOutsideIsDeliveredAndIsNoSubmission) {
  World world(with_mailbox());
  const std::string original = delivered_to_ann(world);
  std::string forged = original;
  const size_t at = forged.find("X-Linkgate-Id: ");
  ASSERT_NE(at, std::string::npos);
  forged[at + 15] = forged[at + 15] == '0' ? '1' : '0';
  const size_t link = forged.find("data=");
  forged.replace(link + 30, 4, "AAAA");
  auto client = world.connect();
  client->deliver("ann@corp.test", {"phishing@corp.test"}, attached(forged));
  client->deliver("x@ext.test", {"phishing@corp.test"}, attached(original));
  client->deliver("ann@corp.test", {"bob@corp.test"}, attached(original));
  EXPECT_EQ(world.script.received().size(), 4U);
  client->deliver("ann@corp.test", {"phishing@corp.test"}, attached(original));
  EXPECT_EQ(world.rows("UserSubmissions", 1).size(), 1U) << "the last one alone";
}

}  // namespace
}  // namespace linkgate::gateway
