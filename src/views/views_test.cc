// Every query that a view can ask compiles against the event tables, and says what the table of click
// outcomes says.
#include <gmock/gmock.h>

#include <set>
#include <tuple>

#include "kql/kql.h"
#include "verdict/click_outcome.h"
#include "views/event_catalog.h"
#include "views/filter.h"
#include "views/kql_text.h"
#include "views/report.h"

namespace linkgate::views {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string compiled(const std::string& text) {
  const auto found = kql::compile(text, event_catalog("linkgate"), {});
  return found ? found->sql : kql::render(found.error(), text) + "\n" + text;
}

Filter everything() {
  Filter filter;
  filter.from = from_iso8601("2026-11-01");
  filter.to = from_iso8601("2026-11-22");
  filter.users = {"ada@corp.test", "o'neil@corp.test"};
  filter.mails = {"<a\"b@x>"};
  filter.subjects = {"100% \\free"};
  filter.domains = {"EVIL.Example.",
                    "b\xC3\xBC"
                    "cher.example"};
  filter.urls = {"https://evil.example/A?\"b"};
  filter.alerts = {"da-1"};
  filter.clicks = {"c"};
  filter.policies = {"Strict"};
  filter.addresses = {"192.0.2.1"};
  filter.actions = {"pending SCAN"};
  return filter;
}

TEST(Filter, EveryMemberAloneAndAllTogetherNameRowsOfEveryTable) {
  const Filter all = everything();
  std::vector<Filter> filters(12);
  filters[0].from = all.from;
  filters[1].users = all.users;
  filters[2].mails = all.mails;
  filters[3].subjects = all.subjects;
  filters[4].domains = all.domains;
  filters[5].urls = all.urls;
  filters[6].alerts = all.alerts;
  filters[7].clicks = all.clicks;
  filters[8].policies = all.policies;
  filters[9].addresses = all.addresses;
  filters[10].actions = all.actions;
  filters[11] = all;
  for (const Filter& one : filters) {
    const auto filter = checked(one);
    ASSERT_TRUE(filter) << filter.error().message();
    for (const Rows rows : {Rows::kClicks, Rows::kMessages, Rows::kLinks, Rows::kRemovals})
      EXPECT_THAT(compiled(rows_of(rows, *filter)), HasSubstr("SELECT")) << in_words(*filter);
  }
}

TEST(Filter, DomainsAreHostsAsRowsSpellThem) {
  const std::pair<std::string, std::string> cases[] = {{"EVIL.Example", "evil.example"},
                                                       {"evil.example.", "evil.example"},
                                                       {"*.evil.example", "evil.example"},
                                                       {"https://Evil.example/x?y", "evil.example"},
                                                       {"b\xC3\xBC"
                                                        "cher.example",
                                                        "xn--bcher-kva.example"},
                                                       {"0x7f.1", "127.0.0.1"}};
  for (const auto& [given, host] : cases) {
    Filter filter;
    filter.domains = {given};
    const auto found = checked(filter);
    ASSERT_TRUE(found) << given;
    EXPECT_EQ(found->domains[0], host);
  }
  for (const std::string_view wrong : {"", " ", "a b", "a/b", "a@b", "evil.example:443", "a..b/", "[::1"}) {
    Filter filter;
    filter.domains = {std::string(wrong)};
    EXPECT_FALSE(checked(filter)) << wrong;
  }
}

TEST(Filter, WhatNoSeriesIsCalledAndPeriodsThatEndBeforeTheyBeginAreRefused) {
  Filter filter;
  filter.actions = {"blocked AND clicked through"};
  EXPECT_EQ(checked(filter)->actions[0], "Blocked and clicked through");
  filter.actions = {"Block"};
  EXPECT_THAT(checked(filter).error().message(), HasSubstr("Blocked by tenant admin and clicked through"));
  filter.actions.clear();
  filter.from = from_iso8601("2026-11-22");
  filter.to = filter.from;
  EXPECT_FALSE(checked(filter));
}

TEST(Filter, TextsOfPeopleReachTheQueryAsLiteralsOnly) {
  EXPECT_EQ(kql_list({"a\"b", "c\\d"}), R"(("a\"b", "c\\d"))");
  EXPECT_EQ(alternation_of({"a.b", "c|d"}), R"((a\.b|c\|d))");
}

TEST(Report, EverySectionCompilesWithAndWithoutAFilter) {
  std::vector<Report> all(reports().begin(), reports().end());
  all.push_back(*what_if("AllowClickThrough=false"));
  all.insert(all.end(), explorer_views().begin(), explorer_views().end());
  EXPECT_THAT(compiled(story_query("00000000-0000-0000-0000-000000000000")), HasSubstr("SELECT"));
  for (const Report& report : all) {
    for (const Section& section : report.sections) {
      for (const Filter& filter : {Filter(), *checked(everything())}) {
        const std::string sql = compiled(section_query(report, section, filter));
        EXPECT_THAT(sql, HasSubstr("SELECT")) << report.name << " " << section.name;
      }
    }
  }
}

TEST(Report, TheDefaultFilterStepsAsideForWhateverNamesSomething) {
  const Report* report = find_report("url-protection");
  ASSERT_NE(report, nullptr);
  Filter filter;
  filter.from = from_iso8601("2026-11-01");
  const auto found = default_filter(*report, filter);
  ASSERT_TRUE(found);
  EXPECT_THAT(compiled(found->hidden), HasSubstr("SELECT"));
  EXPECT_THAT(section_query(*report, report->sections[2], filter), HasSubstr("AlertEvidence"));
  filter.users = {"ada@corp.test"};
  EXPECT_FALSE(default_filter(*report, filter));
  EXPECT_THAT(section_query(*report, report->sections[2], filter), HasSubstr("let Shown = Clicks;"));
  EXPECT_FALSE(default_filter(*find_report("click-through"), Filter()));
}

TEST(Report, WhatIfKnowsOneSettingAndSaysSo) {
  EXPECT_TRUE(what_if("allowclickthrough = False"));
  for (const std::string_view wrong : {"AllowClickThrough=true", "AllowClickThrough", "ScanUrls=false", ""})
    EXPECT_FALSE(what_if(wrong)) << wrong;
}

TEST(Report, ARowOfClicksHasOneWordOfTheExplorerAndOneSeries) {
  std::set<std::tuple<std::string_view, std::string_view, bool, std::string_view>> words;
  std::set<std::tuple<std::string_view, std::string_view, bool>> rows;
  for (const verdict::ClickOutcome& outcome : verdict::all_click_outcomes()) {
    rows.insert({outcome.page_shown, outcome.action_type, outcome.is_clicked_through});
    words.insert(
        {outcome.page_shown, outcome.action_type, outcome.is_clicked_through, outcome.explorer_action});
  }
  EXPECT_EQ(rows.size(), words.size())
      << "two outcomes look the same in a row, and the Explorer's word differs";
  EXPECT_THAT(compiled("UrlClickEvents | extend Word = " + explorer_action()), HasSubstr("SELECT"));
}

}  // namespace
}  // namespace linkgate::views
