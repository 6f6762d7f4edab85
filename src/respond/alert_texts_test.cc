// What receivers of alerts read.
#include "respond/alert_texts.h"

#include <gmock/gmock.h>

#include "base/base64.h"
#include "base/config.h"
#include "respond/alert_receivers.h"
#include "respond/notice_duty.h"

namespace linkgate::respond {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

const Time kNoon = from_iso8601("2026-11-22T12:00:00Z").value();

views::AlertFacts alert(int users = 1) {
  views::AlertFacts facts{"11111111-0000-8000-8000-000000000001",
                          "A user clicked through to a potentially malicious URL",
                          "High",
                          "Threat management",
                          "",
                          "",
                          kNoon};
  for (int i = 0; i < users; ++i) {
    facts.evidence.push_back({"Url", "Related", "user" + std::to_string(i) + "@corp.test", "mail-1",
                              "Invoice\r\nBcc: x@y.example", "https://bad.example/?a=b", "192.0.2.1", "c"});
  }
  return facts;
}

std::string body_of(const std::string& message) {
  std::string base64 = message.substr(message.find("\r\n\r\n") + 4);
  std::erase(base64, '\r');
  std::erase(base64, '\n');
  return base64_decode(base64).value_or("no base64");
}

TEST(AlertMail, NamesItAllAndLeavesNothingToClickOn) {
  const std::string mail = alert_mail(alert(), {"linkgate@corp.test", "soc@corp.test", "soc"}, kNoon);
  EXPECT_THAT(mail, HasSubstr("To: <soc@corp.test>\r\nSubject: [Linkgate] High: A user clicked through"));
  EXPECT_THAT(mail, HasSubstr("Date: Sun, 22 Nov 2026 12:00:00 +0000\r\n"));
  EXPECT_THAT(mail, HasSubstr("Message-ID: <11111111-0000-8000-8000-000000000001.soc@corp.test>\r\n"));
  EXPECT_THAT(mail, Not(HasSubstr("Bcc:")));
  const std::string body = body_of(mail);
  EXPECT_THAT(body, HasSubstr("1 user, 1 message, 1 link"));
  EXPECT_THAT(body, HasSubstr("hxxps://bad[.]example/?a=b"));
  EXPECT_THAT(body, Not(HasSubstr("https://")));
  EXPECT_THAT(body, HasSubstr("\"Invoice Bcc: x@y[.]example\" (mail-1)"));
  for (size_t at = 0, end = 0; (end = mail.find("\r\n", at)) != mail.npos; at = end + 2)
    EXPECT_LE(end - at, 998U);
}

TEST(AlertMail, OfManyUsersSaysHowManyAreNotShown) {
  const std::string body = body_of(alert_mail(alert(30), {"a@b.test", "c@d.test", "x"}, kNoon));
  EXPECT_THAT(body, HasSubstr("and 10 more"));
  EXPECT_THAT(body, HasSubstr("30 users"));
}

TEST(AlertMail, ATitleBeyondAsciiIsEncodedWords) {
  views::AlertFacts facts = alert();
  facts.title = "Gef\xC3\xA4hrlich \xE2\x80\x94 und ein langer Titel, der nicht in eines der Worte passt";
  const std::string mail = alert_mail(facts, {"a@b.test", "c@d.test", "x"}, kNoon);
  EXPECT_THAT(mail, HasSubstr("Subject: =?UTF-8?B?"));
  EXPECT_TRUE(std::all_of(mail.begin(), mail.end(), [](char c) { return static_cast<signed char>(c) >= 0; }));
}

TEST(AlertSyslog, IsACefEventWithWhoAndWhat) {
  const std::string line = alert_syslog(alert(2), "mx1");
  EXPECT_THAT(
      line, HasSubstr("<131>1 2026-11-22T12:00:00.000000Z mx1 linkgate - alert - CEF:0|Linkgate|Linkgate|"));
  EXPECT_THAT(line,
              HasSubstr("|a-user-clicked-through-to-a-potentially-malicious-url|A user clicked through to a "
                        "potentially malicious URL|8|rt=1795348800000 externalId=11111111-"));
  EXPECT_THAT(line, HasSubstr("duser=user0@corp.test src=192.0.2.1 request=https://bad.example/?a\\=b "));
  EXPECT_THAT(line, HasSubstr("cs2Label=Users cs2=user0@corp.test,user1@corp.test"));
  EXPECT_THAT(line, Not(HasSubstr("\n")));
}

TEST(AlertReceivers, AreThoseWhoseThresholdAndCategoryItMeets) {
  AlertsConfig config;
  config.receivers.push_back(
      {.name = "soc", .kind = "mail", .severity = "Medium", .to = {"a@b.test", "c@d.test"}});
  config.receivers.push_back({.name = "siem", .kind = "syslog", .categories = {"Threat management"}});
  EXPECT_THAT(receivers_of(config, "High", "Threat management"),
              ElementsAre("soc a@b.test", "soc c@d.test", "siem"));
  EXPECT_THAT(receivers_of(config, "Medium", "Mail flow"), ElementsAre("soc a@b.test", "soc c@d.test"));
  EXPECT_THAT(receivers_of(config, "Low", "Threat management"), ElementsAre("siem"));
  EXPECT_THAT(receivers_of(config, "Informational", "Mail flow"), IsEmpty());
}

TEST(Notices, AreTriedLaterAndLaterUpToAQuarterOfAnHour) {
  using std::chrono::seconds;
  EXPECT_EQ(notice_pause(1), seconds(2));
  EXPECT_EQ(notice_pause(2), seconds(4));
  EXPECT_EQ(notice_pause(6), seconds(64));
  EXPECT_EQ(notice_pause(100), kLongestNoticePause);
}

}  // namespace
}  // namespace linkgate::respond
