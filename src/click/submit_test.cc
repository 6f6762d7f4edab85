// Reporting a message from a page about one of its links.
#include <gmock/gmock.h>

#include "click/world_for_test.h"

namespace linkgate::click {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using verdict::Disposition;

constexpr const char* kPhish = "http://northgate-voicemail.com/listen?a=1";
constexpr const char* kPlain = "https://docs.example.org/report";

TEST_F(World, AMessageCanBeReportedFromAPageAndItsSubmissionNamesMessageRecipientAndLink) {
  scan_.verdicts[kPhish] = listed(Disposition::kPhishing);
  const auto page = get(link(kPhish));
  EXPECT_THAT(press(page, "submit").body, HasSubstr("the message is reported"));
  press(page, "submit");
  auto submissions = rows("UserSubmissions");
  ASSERT_EQ(submissions.size(), 1U) << "pressed twice it is one";
  EXPECT_EQ(submissions[0]["Url"], kPhish);
  EXPECT_EQ(submissions[0]["ReportedBy"], "ann@corp.test");
  EXPECT_EQ(submissions[0]["NetworkMessageId"], "01020304-0506-0708-090a-0b0c0d0e0f10");
  EXPECT_EQ(submissions[0]["Category"], "Phish");
  EXPECT_EQ(submissions[0]["ReportId"], clicks().back()["ReportId"]);
  press(page, "report");
  submissions = rows("UserSubmissions");
  ASSERT_EQ(submissions.size(), 2U);
  EXPECT_EQ(submissions[1]["Category"], "Clean");
  EXPECT_NE(submissions[1]["SubmissionId"], submissions[0]["SubmissionId"]);
}

TEST_F(World, TheMessageOfALinkThatOpensIsReportedOnAPageOfItsOwnThatOpensNothing) {
  policy_.TrackClicks = false;
  set_policy(policy_);
  const auto page = get("/submit" + link(kPlain));
  EXPECT_EQ(page.status, 200U);
  EXPECT_THAT(page.body, HasSubstr("Report this message?"));
  EXPECT_THAT(spool_.taken, IsEmpty()) << "looking changes nothing";
  EXPECT_EQ(scan_.asked, 0);
  EXPECT_EQ(press(page, "submit").status, 200U);
  EXPECT_EQ(rows("UserSubmissions").size(), 1U) << "who reports is heard, tracked or not";
  EXPECT_EQ(clicks().size(), 0U);
}

TEST_F(World, AReportNeedsATokenOfItsOwnLinkAndIsRateLimited) {
  const auto page = get("/submit" + link(kPlain));
  auto [target, body] = button_of(page, "submit");
  EXPECT_THAT(post("/submit" + link(kPhish), body).body, HasSubstr("Report this message?"));
  EXPECT_THAT(post(target, "token=AAAA").body, HasSubstr("Report this message?"));
  EXPECT_THAT(rows("UserSubmissions"), IsEmpty());
  config_.reports_per_hour = 2;
  restart();
  for (const unsigned status : {200U, 200U, 429U})
    EXPECT_EQ(press(get("/submit" + link(kPlain)), "submit").status, status);
  EXPECT_EQ(rows("UserSubmissions").size(), 2U);
}

}  // namespace
}  // namespace linkgate::click
