#include "click/link_request.h"

#include <gtest/gtest.h>

namespace linkgate::click {
namespace {

TEST(LinkRequest, TargetsAreReadByTheirShapeAlone) {
  struct {
    const char* target;
    Asked asked;
    const char* link;
    const char* token;
    bool form;
  } cases[] = {
      {"/?url=a&data=b", Asked::kLink, "/?url=a&data=b", "", false},
      {"/?", Asked::kLink, "/?", "", false},
      {"/%3Furl%3Da%26data%3Db", Asked::kLink, "/%3Furl%3Da%26data%3Db", "", false},
      {"/?url=a&data=b#top", Asked::kLink, "/?url=a&data=b", "", false},
      {"https://links.corp.test/?url=a&data=b", Asked::kLink, "/?url=a&data=b", "", false},
      {"HTTP://links.corp.test?url=a", Asked::kNothing, "", "", false},
      {"/f/AAAA", Asked::kLink, "/f/AAAA", "", true},
      {"/f/AAAA?password=hunter2", Asked::kLink, "/f/AAAA", "", true},
      {"/f/", Asked::kNothing, "", "", true},
      {"/scan/TOKEN/?url=a", Asked::kFollow, "/?url=a", "TOKEN", false},
      {"/scan/TOKEN/f/AAAA", Asked::kFollow, "/f/AAAA", "TOKEN", true},
      {"/scan/TOKEN", Asked::kNothing, "", "", false},
      {"/continue/?url=a", Asked::kContinue, "/?url=a", "", false},
      {"/continue/f/AAAA", Asked::kContinue, "/f/AAAA", "", true},
      {"/continue", Asked::kNothing, "", "", false},
      {"/continue/continue/?url=a", Asked::kNothing, "", "", false},
      {"/back/?url=a", Asked::kBack, "/?url=a", "", false},
      {"/report/?url=a", Asked::kReport, "/?url=a", "", false},
      {"/submit/?url=a", Asked::kSubmit, "/?url=a", "", false},
      {"/robots.txt", Asked::kRobots, "", "", false},
      {"/favicon.ico", Asked::kIcon, "", "", false},
      {"/robots.txt?x", Asked::kNothing, "", "", false},
      {"/", Asked::kRoot, "", "", false},
      {"https://links.corp.test", Asked::kRoot, "", "", false},
      {"", Asked::kNothing, "", "", false},
      {"*", Asked::kNothing, "", "", false},
      {"links.corp.test:443", Asked::kNothing, "", "", false},
  };
  for (const auto& one : cases) {
    LinkRequest request = read_request(one.target);
    EXPECT_EQ(request.asked, one.asked) << one.target;
    EXPECT_EQ(request.token, one.token) << one.target;
    if (one.asked == Asked::kNothing) continue;
    EXPECT_EQ(request.link, one.link) << one.target;
    EXPECT_EQ(request.form, one.form) << one.target;
  }
}

TEST(LinkRequest, ALinkThatIsCutBeforeItsSealIsKnown) {
  struct {
    const char* link;
    bool cut;
  } cases[] = {
      {"/?url=https%3A%2F%2Fa.example%2F", true},
      {"/?url=https%3A%2F%2Fa.example%2Fp&dat", true},
      {"/?url=https%3A%2F%2Fa.example%2F%3Fdata%3D1", true},
      {"/%3Furl%3Dhttps%253A%252F%252Fa.example%252F%253Fdata%253D1", true},
      {"/?url=a&data=b", false},
      {"/?url=a&amp;data=b", false},
      {"/%3Furl%3Da%26data%3Db", false},
      {"/?url=", false},
      {"/?", false},
      {"/?q=1", false},
      {"/f/AAAA", false},
      {"", false},
  };
  for (const auto& one : cases) EXPECT_EQ(lost_its_seal(one.link), one.cut) << one.link;
}

TEST(LinkRequest, TheTokenIsFoundAmongOtherFields) {
  EXPECT_EQ(token_of_form("token=abc"), "abc");
  EXPECT_EQ(token_of_form("a=b&token=abc&c=d"), "abc");
  EXPECT_EQ(token_of_form("mytoken=x&token=abc"), "abc");
  EXPECT_EQ(token_of_form("token=&token=abc"), "");
  EXPECT_EQ(token_of_form("a=b"), "");
  EXPECT_EQ(token_of_form("&&&"), "");
  EXPECT_EQ(token_of_form(""), "");
}

}  // namespace
}  // namespace linkgate::click
