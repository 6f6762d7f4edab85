// What SQL is made: the properties that answers and speed stand on. What the SQL answers is tested against
// the engine.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "kql/testing.h"

namespace linkgate::kql {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using testing::sql_of;

// The primary key and the partitions are of Timestamp: a comparison with a constant must reach the engine
// bare.
TEST(Sql, ComparesStoredTimesAsTheyAreStored) {
  for (const char* text :
       {"T | where Timestamp > ago(7d) | count", "T | where TimeGenerated > ago(7d) | count",
        "let since = now() - 7d; T | where Timestamp > since | count",
        "T | extend x = tolower(Name) | where Timestamp > ago(7d) | count",
        "T | take 5 | where Timestamp > ago(7d) | project Timestamp",
        "T | project t = Timestamp | where t > ago(7d) | count",
        "U | join (T) on Name | where Timestamp > ago(7d) | count",
        "union T, (T | where Count > 1) | where Timestamp > ago(7d) | count",
        "union withsource=S * | where Timestamp > ago(7d) | project S"}) {
    const std::string sql = sql_of(text);
    EXPECT_THAT(sql, ::testing::ContainsRegex("> toDateTime64\\('2026-11-14 22:52:13.0000000', 7, 'UTC'\\)"))
        << text;
    EXPECT_THAT(sql, Not(HasSubstr("ifNull"))) << text;
  }
  EXPECT_THAT(
      sql_of("T | where Timestamp between (datetime(2026-01-01) .. 1d) | count"),
      HasSubstr(
          "((t1.Timestamp >= toDateTime64('2026-01-01 00:00:00.0000000', 7, 'UTC')) AND (t1.Timestamp <= "
          "toDateTime64('2026-01-02 00:00:00.0000000', 7, 'UTC')))"));
  EXPECT_THAT(sql_of("T | where Timestamp >= startofday(ago(1d)) | count"),
              HasSubstr("t1.Timestamp >= toDateTime64('2026-11-20 00:00:00.0000000'"));
}

// A timespan of the request is what where would be at each table: bare, and beside what the query says.
TEST(Sql, HoldsEveryTableToTheTimespan) {
  const Time now(Ticks(testing::kNowTicks - kUnixEpochTicks));
  const auto sql = [&](std::string_view text) {
    const auto compiled = compile(text, testing::catalog(),
                                  {.now = now, .timespan = TimeRange{now - std::chrono::hours(1), now}});
    return compiled ? compiled->sql : render(compiled.error(), text);
  };
  const std::string inside =
      "(t1.Timestamp >= toDateTime64('2026-11-21 21:52:13.0000000', 7, 'UTC')) AND (t1.Timestamp <= "
      "toDateTime64('2026-11-21 22:52:13.0000000', 7, 'UTC'))";
  const auto times = [&](const std::string& text) {
    size_t count = 0;
    for (size_t at = 0; (at = text.find("toDateTime64('2026-11-21 21:52:13.0000000'", at)) != text.npos; ++at)
      ++count;
    return count;
  };
  EXPECT_THAT(sql("T | count"), HasSubstr(inside));
  EXPECT_THAT(sql("T | where Timestamp > ago(7d) | count"),
              ::testing::AllOf(HasSubstr(inside), HasSubstr("2026-11-14 22:52:13.0000000")));
  EXPECT_EQ(times(sql("T | join kind=inner T on Name | count")), 2u);
  EXPECT_EQ(times(sql("union T, (T | project Timestamp) | count")), 2u);
  EXPECT_EQ(times(sql("search 'x'")), 1u) << "U has no Timestamp";
  EXPECT_EQ(times(sql("let x = toscalar(T | count); database('db').T | where Count > x | count")), 2u);
  EXPECT_EQ(times(sql("U | count")), 0u);
}

TEST(Compile, NamesTheStepAtWhichThereAreTooMany) {
  const auto refusal = [](int steps) {
    std::string text = "T";
    for (int i = 0; i < steps; ++i) text += "\n| where Count > 1";
    const auto compiled = testing::compile(text);
    return compiled ? "" : std::to_string(compiled.error().line) + ": " + compiled.error().message;
  };
  EXPECT_EQ(refusal(kMaxPlanDepth - 2), "");
  for (int steps : {kMaxPlanDepth + 1, 5'000})
    EXPECT_THAT(refusal(steps), ::testing::MatchesRegex("20[0-9]: more than 200 steps follow one another.*"));
}

TEST(Compile, WarnsOfWhatHasNoEffect) {
  const auto warnings = [](std::string_view text) {
    const auto compiled = testing::compile(text);
    std::string out;
    if (!compiled) return render(compiled.error(), text);
    for (const Diagnostic& one : compiled->warnings)
      out += std::to_string(one.line) + ":" + std::to_string(one.column) + ": " + one.message + "\n";
    return out;
  };
  EXPECT_EQ(warnings("set notruncate; set query_python_debug; T | count"),
            "1:5: there is no option 'notruncate', and this has no effect; did you mean 'notruncation'?\n");
  EXPECT_EQ(warnings("T | summarize count() by Name | render barchart with (titel='x', xtitle='y', ymin=0)"),
            "1:55: render has no property 'titel', and this has no effect; did you mean 'title'?\n");
  EXPECT_EQ(warnings("set notruncation; T | summarize count() by Name | render piechart with (title='x')"),
            "");
}

// Outside of what DateTime64 holds a constant would be saturated silently, so both sides become ticks.
TEST(Sql, ComparesTimesBeyondTheStoredRangeAsTicks) {
  EXPECT_THAT(sql_of("T | where Timestamp > datetime(1850-01-01) | count"),
              HasSubstr("(reinterpretAsInt64(t1.Timestamp) + toInt64(621355968000000000)) > toInt64("));
}

// In a cluster a select from one sharded table runs on each shard, with all that stands in it. A join of two
// selects does not: both are answered first. So only IN is left to distributed_product_mode
// (store/client.cc).
TEST(Sql, JoinsNothingButSelects) {
  for (const char* kind : {"innerunique", "inner", "leftouter", "rightouter", "fullouter", "leftsemi",
                           "rightsemi", "leftanti", "rightanti"}) {
    const std::string sql = sql_of("T | where Flag | join kind=" + std::string(kind) +
                                   " (U | join (T | where Name in ((U | project Name))) on Name) on Name "
                                   "| lookup U on Name | where Count > toscalar(T | count)");
    std::istringstream lines(sql);
    int joins = 0;
    for (std::string line; std::getline(lines, line);) {
      if (line.find(" JOIN ") == std::string::npos) continue;
      ++joins;
      EXPECT_TRUE(line.ends_with(" JOIN (")) << sql;
      EXPECT_EQ(line.find("FROM"), std::string::npos) << sql;
    }
    EXPECT_EQ(joins, 3) << sql;
  }
}

TEST(Sql, GuardsOnlyWhatCanBeNull) {
  EXPECT_THAT(sql_of("T | where Count == 5 | count"), HasSubstr("WHERE (t1.Count = toInt64(5))"));
  EXPECT_THAT(sql_of("T | where Maybe == 5 | count"), HasSubstr("WHERE ifNull((t1.Maybe = toInt64(5)), 0)"));
  EXPECT_THAT(sql_of("T | where Maybe != 5 | count"), HasSubstr("WHERE ifNull((t1.Maybe != toInt64(5)), 1)"));
  EXPECT_THAT(sql_of("T | where Maybe == Small | count"),
              HasSubstr("ifNull((t1.Maybe = toInt64(t1.Small)), 0)"));
  EXPECT_THAT(sql_of("T | where Maybe == Maybe | count"),
              HasSubstr("if(((t1.Maybe IS NULL) AND (t1.Maybe IS NULL)), NULL, "));
  EXPECT_THAT(sql_of("T | where Maybe > 5 | count"), HasSubstr("WHERE (t1.Maybe > toInt64(5))"));
}

// What filters a union filters each of its tables; columns that nobody asks for are not read.
TEST(Sql, FiltersTheTablesOfAUnion) {
  const std::string sql = sql_of("union (T | where Small > 1), T | where Count > 5 | project Name");
  EXPECT_THAT(sql,
              ::testing::ContainsRegex("Small > .*t1.Count > (.|\n)*UNION ALL(.|\n)*WHERE \\(t2.Count > "));
  EXPECT_THAT(sql, Not(HasSubstr("Maybe")));
}

TEST(Sql, TheOrderReachesTheResult) {
  EXPECT_THAT(sql_of("T | sort by Count | project Name"),
              ::testing::EndsWith("ORDER BY t1.Count DESC NULLS LAST"));
  EXPECT_THAT(sql_of("T | sort by Count asc | extend a = Count * Count * Count * Count * Count * Count * "
                     "Count | where a > 5 | project a"),
              ::testing::ContainsRegex("ORDER BY t[0-9]+.s[0-9]+ ASC NULLS FIRST$"));
  const std::string top = sql_of("T | top 5 by Count | where Flag");
  EXPECT_THAT(top, HasSubstr("ORDER BY t1.Count DESC NULLS LAST\n  LIMIT 5"));
  EXPECT_THAT(top, ::testing::ContainsRegex("ORDER BY t[0-9]+.s[0-9]+ DESC NULLS LAST$"));
}

TEST(Sql, ReadsReplacingTablesWithFinalAndOthersWithout) {
  EXPECT_THAT(sql_of("T | count"), HasSubstr("FROM db.T AS t1 FINAL"));
  EXPECT_THAT(sql_of("U | count"), Not(HasSubstr("FINAL")));
}

// Nothing that a query names or quotes stands in the SQL outside of a quoted literal.
TEST(Sql, HoldsNoNameOfTheQuery) {
  const std::string sql = sql_of(
      "U | extend ['x` y; DROP'] = 'a\\'b\\\\c\\n' | summarize ['select'] = count() by ['x` y; DROP']");
  EXPECT_THAT(sql, Not(HasSubstr("DROP'")));
  EXPECT_THAT(sql, Not(HasSubstr(";")));
  EXPECT_THAT(sql, HasSubstr("'a\\'b\\\\c\\x0A'"));
  EXPECT_THAT(sql, HasSubstr("AS c4_x__y__DROP"));
}

TEST(Sql, ExpressionsDoNotGrowWithTheirUses) {
  std::string text = "U | extend a = strcat(Name, 'x', Name)";
  for (int i = 0; i < 30; ++i) text += " | extend a = strcat(a, 'x', a)";
  EXPECT_LT(sql_of(text).size(), 30'000U);
}

TEST(Sql, LimitsTheRowsThatComeBack) {
  const Time now(Ticks(testing::kNowTicks - kUnixEpochTicks));
  const auto limited = [&](std::string_view text) {
    return compile(text, testing::catalog(), {.now = now, .row_limit = 100})->sql;
  };
  EXPECT_THAT(limited("U"), ::testing::EndsWith("LIMIT 100"));
  EXPECT_THAT(limited("U | take 5"), ::testing::EndsWith("LIMIT 5"));
  EXPECT_THAT(limited("U | take 500"), ::testing::EndsWith("LIMIT 100"));
}

// A scan holds its rows in memory; what is too many is refused by the engine, which alone knows.
TEST(Sql, ScanCountsItsRows) {
  const std::string sql = sql_of("U | sort by Rank | scan with (step s: true)");
  EXPECT_THAT(sql, ::testing::HasSubstr("groupArray(100001)"));
  EXPECT_THAT(sql, ::testing::HasSubstr("throwIf("));
}

TEST(RequestedLimits, AreThoseOfSetStatements) {
  const RequestedLimits found = requested_limits(
      "set notruncation; set truncationmaxrecords = 5; set truncationmaxsize=1000; set servertimeout=2m; T");
  EXPECT_TRUE(found.no_truncation);
  EXPECT_EQ(found.max_rows, 5U);
  EXPECT_EQ(found.max_bytes, 1000U);
  EXPECT_EQ(found.time, std::chrono::seconds(120));
  EXPECT_EQ(requested_limits("set servertimeout='00:00:30'; T").time, std::chrono::seconds(30));
  for (const char* text :
       {"T", "set notruncation=false; T", "set truncationmaxrecords='many'; T",
        "set truncationmaxrecords=-1; T", "set servertimeout=-1m; T", "set notruncation; T |"}) {
    const RequestedLimits none = requested_limits(text);
    EXPECT_FALSE(none.no_truncation || none.max_rows || none.max_bytes || none.time) << text;
  }
}

TEST(Sql, TooLargeAQueryIsRefused) {
  std::string text = "U | where Name in (";
  for (int i = 0; i < 60'000; ++i) text += "'x',";
  text += "'y')";
  const auto compiled = testing::compile(text);
  ASSERT_FALSE(compiled);
  EXPECT_EQ(compiled.error().code, DiagnosticCode::kTooLarge);
}

// examples/ holds queries that must stay what the documentation says they are.
TEST(Examples, Compile) {
  Catalog clicks;
  clicks.tables.push_back({"UrlClickEvents",
                           "linkgate",
                           "UrlClickEvents",
                           {{"Timestamp", Type::kDateTime},
                            {"TimeGenerated", Type::kDateTime},
                            {"ActionType", Type::kString},
                            {"IsClickedThrough", Type::kBool},
                            {"UrlDomain", Type::kString},
                            {"ThreatTypes", Type::kString}},
                           true});
  for (const char* name : {"click-tracking.kql", "click-through.kql"}) {
    std::ifstream file(std::string(LINKGATE_SOURCE_DIR) + "/examples/" + name);
    std::stringstream text;
    text << file.rdbuf();
    const auto compiled =
        compile(text.str(), clicks, {.now = Time(Ticks(testing::kNowTicks - kUnixEpochTicks))});
    ASSERT_TRUE(compiled) << render(compiled.error(), text.str());
    EXPECT_EQ(compiled->columns.size(), 5U);
    EXPECT_EQ(compiled->columns[3].name, "WarningShown");
  }
}

}  // namespace
}  // namespace linkgate::kql
