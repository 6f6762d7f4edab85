// What rules ask, and the rows of what they find.
#include <gmock/gmock.h>

#include <set>

#include "kql/kql.h"
#include "respond/alert_rows.h"
#include "respond/alert_rules.h"
#include "views/event_catalog.h"

namespace linkgate::respond {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

const Time kNoon = from_iso8601("2026-11-22T12:00:00Z").value();

std::vector<std::string> columns_of(const std::string& text) {
  const auto compiled = kql::compile(text, views::event_catalog("linkgate"), {});
  if (!compiled) return {kql::render(compiled.error(), text)};
  std::vector<std::string> names;
  for (const auto& column : compiled->columns) names.push_back(column.name);
  return names;
}

TEST(AlertRules, EveryQuestionCompilesToTheColumnsThatAreRead) {
  const auto event = testing::ElementsAre("EventTime", "AlertTime", "IsRemoval", "User", "Mail", "Url",
                                          "UrlChain", "IPAddress", "ReportId");
  for (const AlertRule& rule : alert_rules()) {
    EXPECT_THAT(columns_of(rule_query(rule, kNoon)), event) << rule.title;
    EXPECT_EQ(find_alert_rule(rule.title), &rule);
  }
  EXPECT_THAT(columns_of(visits_query({"evil.example"}, kNoon, kNoon)), event);
  EXPECT_THAT(columns_of(pending_query(kNoon)), testing::ElementsAre("AlertId", "Title", "First", "Rows"));
  EXPECT_THAT(columns_of(subjects_query({"a\"b"})), testing::ElementsAre("NetworkMessageId", "Subject"));
}

AlertEvent click(Time at, std::string user = "ada@corp.test", std::string mail = "m1",
                 std::string id = "c1") {
  return {at,
          at,
          false,
          std::move(user),
          std::move(mail),
          "Invoice",
          "https://Short.example/a",
          R"(["https://short.example/a","https://end.example/b"])",
          "192.0.2.1",
          std::move(id)};
}

TEST(AlertRows, WhichEventsAreOneAlert) {
  const AlertRule& each = malicious_click_rule();
  ASSERT_EQ(each.gathering, Gathering::kUserAndMessage);
  const auto hour = std::chrono::hours(1);
  EXPECT_EQ(alert_id(each, click(kNoon)), alert_id(each, click(kNoon + hour, "ADA@corp.test", "m1", "c2")));
  EXPECT_NE(alert_id(each, click(kNoon)), alert_id(each, click(kNoon, "bob@corp.test")));
  EXPECT_NE(alert_id(each, click(kNoon)), alert_id(each, click(kNoon, "ada@corp.test", "m2")));
  EXPECT_NE(alert_id(each, click(kNoon, "ada@corp.test", "", "c1")),
            alert_id(each, click(kNoon, "ada@corp.test", "", "c2")))
      << "links of no message";
  const AlertRule& minute = *find_alert_rule("A user clicked through to a potentially malicious URL");
  const auto seconds = [](int n) { return kNoon + std::chrono::seconds(n); };
  EXPECT_EQ(alert_id(minute, click(seconds(0))), alert_id(minute, click(seconds(59), "bob@corp.test", "m2")));
  EXPECT_NE(alert_id(minute, click(seconds(0))), alert_id(minute, click(seconds(60))));
  EXPECT_NE(alert_id(minute, click(kNoon)), alert_id(each, click(kNoon)));
}

TEST(AlertRows, EvidenceOfAClickNamesMailLinkEndUserAndClientAndIsTheSameAgain) {
  const AlertRule& rule = malicious_click_rule();
  const Rows rows = evidence_rows(rule, "id", click(kNoon));
  ASSERT_THAT(rows, SizeIs(5));
  EXPECT_EQ(rows, evidence_rows(rule, "id", click(kNoon)));
  for (const auto& [table, json] : rows) {
    EXPECT_EQ(table, "AlertEvidence");
    for (const char* part :
         {R"("ReportId":"c1")", R"("AccountUpn":"ada@corp.test")", R"("NetworkMessageId":"m1")"})
      EXPECT_THAT(json, HasSubstr(part));
  }
  EXPECT_THAT(rows[1].second, HasSubstr("https://Short.example/a"));
  EXPECT_THAT(rows[2].second, HasSubstr("https://end.example/b"));
  AlertEvent straight = click(kNoon);
  straight.url_chain = R"(["https://short.example/a"])";
  EXPECT_THAT(evidence_rows(rule, "id", straight), SizeIs(4)) << "the same URL in another spelling";
  straight.mail = straight.address = straight.url_chain = "";
  EXPECT_THAT(evidence_rows(rule, "id", straight), SizeIs(2));
}

TEST(AlertRows, ARemovalNamesMessageAndMailbox) {
  AlertEvent removal = click(kNoon);
  removal.is_removal = true;
  const Rows rows = evidence_rows(*find_alert_rule("Email messages removed after delivery"), "id", removal);
  ASSERT_THAT(rows, SizeIs(2));
  EXPECT_THAT(rows[1].second, HasSubstr(R"("EntityType":"Mailbox")"));
  EXPECT_THAT(rows[0].second, Not(HasSubstr("short.example")));
}

}  // namespace
}  // namespace linkgate::respond
