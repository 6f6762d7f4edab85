// What rules of an organisation's own must answer, and which alerts become of it.
#include "respond/detection_query.h"

#include <gmock/gmock.h>

namespace linkgate::respond {
namespace {

using kql::Type;
using std::chrono::hours;
using testing::HasSubstr;

const Time kNoon = from_iso8601("2026-11-22T12:00:00Z").value();

state::DetectionRule rule_of(bool is_gathered) {
  state::DetectionRule rule;
  rule.name = "mine";
  rule.severity = "Low";
  rule.category = "InitialAccess";
  rule.is_gathered = is_gathered;
  return rule;
}

std::vector<DetectedRow> rows_of(size_t count) {
  std::vector<DetectedRow> rows(count);
  for (size_t i = 0; i < count; ++i) rows[i].name = "e" + std::to_string(i);
  return rows;
}

TEST(DetectionQuery, AQueryWithoutAMomentOrAnEntityIsRefusedWithTheReason) {
  const struct {
    std::vector<kql::ResultColumn> columns;
    const char* reason;  // null: it is taken
  } cases[] = {
      {{{"Timestamp", Type::kDateTime}, {"AccountUpn", Type::kString}}, nullptr},
      {{{"TimeGenerated", Type::kDateTime}, {"NetworkMessageId", Type::kString}}, nullptr},
      {{{"Timestamp", Type::kDateTime}, {"RecipientEmailAddress", Type::kString}}, nullptr},
      {{{"AccountUpn", Type::kString}}, "no Timestamp"},
      {{{"Timestamp", Type::kString}, {"AccountUpn", Type::kString}}, "no Timestamp"},
      {{{"Timestamp", Type::kDateTime}, {"Url", Type::kString}}, "none of NetworkMessageId"},
      {{{"Timestamp", Type::kDateTime}, {"AccountUpn", Type::kLong}}, "none of NetworkMessageId"},
  };
  for (const auto& one : cases) {
    const auto checked = check_detection_columns(one.columns);
    ASSERT_EQ(checked.has_value(), one.reason == nullptr);
    if (!checked) {
      EXPECT_THAT(std::string(checked.error().message()), HasSubstr(one.reason));
    }
  }
  EXPECT_FALSE(check_detection_name("Email messages removed after delivery").has_value());
  EXPECT_TRUE(check_detection_name("mine").has_value());
}

TEST(DetectionQuery, LooksBackAsDefenderDoes) {
  EXPECT_EQ(ordinary_look_back(hours(1)), hours(4));
  EXPECT_EQ(ordinary_look_back(hours(3)), hours(12));
  EXPECT_EQ(ordinary_look_back(hours(12)), hours(48));
  EXPECT_EQ(ordinary_look_back(hours(24)), hours(30 * 24));
  EXPECT_EQ(ordinary_look_back(std::chrono::minutes(5)), hours(1));
}

TEST(DetectionQuery, AnEventIsItsReportIdAndElseItsMomentAndEntities) {
  const std::vector<kql::ResultColumn> columns = {
      {"Timestamp", Type::kDateTime}, {"AccountUpn", Type::kString}, {"ReportId", Type::kString}};
  const auto rows = read_detected(
      rule_of(false), columns,
      {R"(["639309456000000000","ada@corp.test","r1"])", R"(["639309492000000000","ADA@corp.test","r1"])",
       R"(["639309456000000000","ada@corp.test",""])", R"(["639309492000000000","ada@corp.test",""])",
       R"(["639309492000000000","","r2"])"});
  ASSERT_TRUE(rows.has_value()) << rows.error().message();
  ASSERT_EQ(rows->size(), 3U) << "one event twice, one about nobody";
  EXPECT_EQ((*rows)[0].event.time, kNoon);
  EXPECT_EQ((*rows)[0].event.report_id, "r1");
  EXPECT_NE((*rows)[1].name, (*rows)[2].name);
}

TEST(DetectionQuery, WhatWasAlertedIsNotAlertedAgainAndWhatWasNotWrittenKeepsItsAlert) {
  const auto rows = rows_of(3);
  const Gathered each = gather(rule_of(false), rows, {{"e0", "a", true}, {"e1", "b", false}}, kNoon);
  ASSERT_EQ(each.entries.size(), 2U);
  EXPECT_EQ(each.entries[0].alert, "b");
  EXPECT_EQ(each.entries[1].row, &rows[2]);
  EXPECT_EQ(each.alerts, 1U);
}

TEST(DetectionQuery, ARunRaisesAtMostSoManyAlertsAndLeavesTheRest) {
  const auto rows = rows_of(kMaxDetectionAlerts + 7);
  const Gathered each = gather(rule_of(false), rows, {}, kNoon);
  EXPECT_EQ(each.alerts, kMaxDetectionAlerts);
  EXPECT_EQ(each.left, 7U);
  const Gathered one = gather(rule_of(true), rows, {}, kNoon);
  EXPECT_EQ(one.alerts, 1U);
  EXPECT_EQ(one.entries.size(), rows.size());
  EXPECT_NE(one.entries[0].alert, gather(rule_of(true), rows, {}, kNoon + hours(1)).entries[0].alert);
}

TEST(DetectionQuery, EvidenceNamesWhatTheRowHas) {
  const auto rule = rule_of(false);
  DetectedRow row;
  row.name = "e";
  row.event.time = kNoon;
  row.event.mail = "m1";
  row.mailbox = "ada@corp.test";
  const Rows two = detection_evidence(alerts_of(rule), "id", row);
  ASSERT_EQ(two.size(), 2U);
  EXPECT_THAT(two[0].second, HasSubstr(R"("EntityType":"MailMessage")"));
  EXPECT_THAT(two[1].second, HasSubstr(R"("EntityType":"Mailbox")"));
  for (const char* part : {R"("AccountUpn":"ada@corp.test")", R"("DetectionSource":"Custom detection")",
                           R"("Severity":"Low")", "InitialAccess"})
    EXPECT_THAT(two[1].second, HasSubstr(part));
  row.event.user = "bob@corp.test";
  row.event.url = "https://evil.example/";
  row.event.address = "192.0.2.1";
  EXPECT_EQ(detection_evidence(alerts_of(rule), "id", row).size(), 5U);
}

}  // namespace
}  // namespace linkgate::respond
