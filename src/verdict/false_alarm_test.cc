#include "verdict/false_alarm.h"

#include <gtest/gtest.h>

namespace linkgate::verdict {
namespace {

Page page_of(const std::string& text, const std::string& script) {
  Page page;
  page.visible_text = text;
  page.inline_scripts.push_back(script);
  return page;
}

constexpr const char* kCry =
    "Your computer has been blocked. A virus was found. Call support: +1 (555) 010-4477";
constexpr const char* kHeld = "document.onkeydown=f;onbeforeunload=g;document.body.requestFullscreen()";

TEST(FalseAlarms, AreToldByAlarmNumberAndHold) {
  ASSERT_TRUE(false_alarm_of(page_of(kCry, kHeld)));
  EXPECT_TRUE(false_alarm_of(page_of(kCry, kHeld))->is_sure);
  EXPECT_FALSE(false_alarm_of(page_of(kCry, "alert('Call us')"))->is_sure);
  Page dialog = page_of("Windows Security Alert", kHeld);
  dialog.dialogs.push_back("Your PC is infected. Call 0800 555 010 44 now");
  EXPECT_TRUE(false_alarm_of(dialog));
  EXPECT_TRUE(false_alarm_of(
      page_of("Ihr Computer wurde gesperrt: infiziert. Rufen Sie an: 030 5550 104477", kHeld)));
}

TEST(FalseAlarms, OneOfThemAloneIsNone) {
  EXPECT_FALSE(false_alarm_of(page_of(kCry, "go()")));
  EXPECT_FALSE(false_alarm_of(page_of("Your computer has been blocked by a virus", kHeld)));
  EXPECT_FALSE(
      false_alarm_of(page_of("Call our support: +1 (555) 010-4477. We mend every computer.", kHeld)));
  EXPECT_FALSE(false_alarm_of(page_of(
      "How to remove a virus from an infected computer. Order 4471 2291, error code 12. Call us.", kHeld)));
}

}  // namespace
}  // namespace linkgate::verdict
