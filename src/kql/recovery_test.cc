// Several errors of one query: each is said once, and none that only follows from another.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kql/testing.h"

namespace linkgate::kql {
namespace {

// "1:5 1:20": the places of all diagnostics.
std::string places(std::string_view text) {
  const auto compiled = testing::compile(text);
  if (compiled) return "none";
  std::string out;
  for (const Diagnostic* one : all_of(compiled.error())) {
    out += (out.empty() ? "" : " ") + std::to_string(one->line) + ":" + std::to_string(one->column);
  }
  return out;
}

struct Case {
  const char* query;
  const char* places;
};

TEST(Recovery, NamesAllThatIsWrongWithExpressions) {
  const Case cases[] = {
      {"T | where Nam == 'x' and Cuont > 5", "1:11 1:26"},
      {"T | where Nam == 'x' | project Nmae, Count | where Cuont > 1", "1:11 1:32 1:52"},
      {"T | extend a = tolowr(Nam), b = Name2", "1:16 1:23 1:33"},
      {"T | summarize count() by Nam, bin(Tmestamp, 1h) | where Cunt > 1", "1:26 1:35 1:57"},
      {"T | where strlen(Nam) > strlen(Nom) or Flag == Flog", "1:18 1:32 1:48"},
      {"T | where Count > 'x' and Timestamp > 5", "1:19 1:39"},
      {"T | sort by Nam, Cuont", "1:13 1:18"},
      {"T | project-away Nam, Cuont", "1:18 1:23"},
      {"T | summarize arg_max(Tim, *) by Nam", "1:23 1:34"},
      {"let a = Foo; let b = tolowr('x'); T | where Nam == b", "1:9 1:22 1:45"},
      {"T | where Nam == 1; X; T | fork (where Cuont > 1) (project Nmae)", "1:11 1:21 1:40 1:60"},
      {"T | where foo(Name) and bar(Name)", "1:11 1:25"},
  };
  for (const Case& one : cases) EXPECT_EQ(places(one.query), one.places) << one.query;
}

TEST(Recovery, IsSilentAboutWhatStandsOnAnError) {
  const Case cases[] = {
      {"T | extend a = Nam | where a > 5 | summarize max(a) by a", "1:16"},
      {"X | where a > 5 | project b, c | sort by b", "1:1"},
      {"let x = Foo; x | where a > 1 | project b", "1:9"},
      {"let x = tolowr('a'); T | where Name == x and x > 5", "1:9"},
      {"T | join (X) on Name | where c > 1 | project-away d", "1:11"},
      {"T | join kind=inner X on Name | where Zed > 1", "1:21"},
      {"T | where Name in ((X | project a))", "1:21"},
      {"T | where Count == toscalar(X | count) and Small > toscalar(X | project q)", "1:29 1:61"},
      {"union X, T | where a > 1", "1:7"},
      {"T | project a = Nam, b = Count | extend c = a + b | where c > 'x'", "1:17"},
      {"T | mv-expand Dta | where Dta > 5", "1:15"},
      {"T | project Nmae, Count | where Name == 'x' and Count > 'x'", "1:13 1:57"},
      {"T | facet2 by Name | where Foo > 1", "1:5"},
      {"T | project-rename a = Nam | where a > 1", "1:24"},
      {"T | summarize arg_max(Tim, *) by Name | where Cuont > 1", "1:23"},
  };
  for (const Case& one : cases) EXPECT_EQ(places(one.query), one.places) << one.query;
}

TEST(Recovery, ReadsOnBehindWhatIsNoSyntax) {
  const Case cases[] = {
      {"T | where == 5 | project Nam", "1:11 1:26"},
      {"T | extend a = , b = Nam, c = 1 + | where a > b and c > d", "1:16 1:22 1:35 1:57"},
      {"T | whre x == 1 | where y > 2 | sumarize count()", "1:5 1:33"},
      {"let a = ; let b = 5; T | where Nam == b and a > 1", "1:9 1:32"},
      {"T | where Name = 'x' | take -", "1:16 1:30"},
      {"T | where (Count > ) | where Nam == 1", "1:20 1:30"},
      {"T | join (U | where ) on Name | project Nam", "1:21 1:41"},
      {"T | where Name == 'a' Name == 'b' | where Nam == 'c'", "1:23 1:43"},
      {"T | find 'x' | where Foo > 1", "1:5"},
  };
  for (const Case& one : cases) EXPECT_EQ(places(one.query), one.places) << one.query;
}

TEST(Recovery, ReadsOnBehindWhatIsNoToken) {
  const Case cases[] = {
      {"T | where Name == 'x and Cuont > 5\n| where Nam == 1", "1:19 2:9"},
      {"T | where Name == '\\q\\z' and Nam == 'a' | project Cuont", "1:20 1:22 1:30 1:51"},
      {"T | where Count > 5x and Nam == 'a'", "1:19 1:26"},
      {"T | where Timestamp > datetime(soon) and Nam == 'a'", "1:23 1:42"},
      {"T | where Count # 5 | where Nam == 'a'", "1:17 1:29"},
      {"T | where Count > 5 § 6 and § | where Nam == 'a'", "1:21 1:29 1:39"},
      {"T | where Name == datetime(2026-01-01 | where Nam", "1:19"},
      {"T | parse Name with 'a\\q' b | where Nam == 'a'", "1:23 1:37"},
      {"print dynamic({'a': 5x}) | where Nam == 'a'", "1:21"},
      {"T | where Name == ```x", "1:19"},
  };
  for (const Case& one : cases) EXPECT_EQ(places(one.query), one.places) << one.query;
}

// What stands before a word that is no operator is half an expression, and nothing is said of its type.
TEST(Recovery, IsSilentAboutTheHalfOfAnExpression) {
  const Case cases[] = {
      {"T | where Name like 'x' | where Nam == 1", "1:16 1:33"},
      {"T | where Name == 'x' AND Cuont > 1 | project Nam", "1:23 1:47"},
      {"T | where not(Name like 'x') | where Nam == 1", "1:20 1:38"},
      {"T | extend a = Name like 'x' | where a | where Nam == 1", "1:21 1:48"},
      {"T | summarize count() BY Name | where Nam == 1", "1:23"},
      {"T | take 5 of | where Nam == 1", "1:12 1:23"},
  };
  for (const Case& one : cases) EXPECT_EQ(places(one.query), one.places) << one.query;
}

// As what they were meant for: both sides of && are looked at.
TEST(Recovery, ReadsForeignCharactersAsWhatTheyStandFor) {
  const Case cases[] = {
      {"T | where Nam == 'x' && Cuont > 5 || Flog", "1:11 1:22 1:25 1:35 1:38"},
      {"T | where Name == \u201Cx y\u201D and Cuont > 5", "1:19 1:29"},
      {"T | project\u2013away Name | where Nam == 'x'", "1:12 1:31"},
  };
  for (const Case& one : cases) EXPECT_EQ(places(one.query), one.places) << one.query;
}

// Refusing a bracket looks at all brackets before it, which must not be done for each of them.
TEST(Recovery, IsNotQuadraticInBrackets) {
  std::string text = "T | where Flag";
  for (int i = 0; i < 15'000; ++i) text += " or f(#)";
  EXPECT_FALSE(testing::compile(text));
}

TEST(Recovery, EndsAtALimit) {
  std::string text = "T";
  for (int i = 0; i < 1'000; ++i) text += " | where a" + std::to_string(i) + " == 1";
  const auto compiled = testing::compile(text);
  ASSERT_FALSE(compiled);
  EXPECT_LE(all_of(compiled.error()).size(), kMaxDiagnostics);
}

// What a limit stops is not looked at again: it costs what it cost once.
TEST(Recovery, DoesNotLookOnBehindALimit) {
  std::string text = "T | where Nam == ";
  for (int i = 0; i < 1'000; ++i) text += "(";
  const auto compiled = testing::compile(text);
  ASSERT_FALSE(compiled);
  EXPECT_EQ(compiled.error().code, DiagnosticCode::kTooLarge);
  EXPECT_TRUE(compiled.error().others.empty());
}

TEST(Recovery, SaysItAsTheServiceDoes) {
  const auto said = [](std::string_view text) {
    const auto compiled = testing::compile(text);
    std::string out;
    for (const Diagnostic* one : all_of(compiled.error()))
      out += std::string(kusto_code(*one)) + ": " + kusto_message(*one, text) + "\n";
    return out;
  };
  EXPECT_EQ(
      said("T | where Nmae == tolowr(Name)"),
      "SEM0100: 'where' operator: Failed to resolve column or scalar expression named 'Nmae'; did you mean "
      "'Name'?\nSEM0260: Unknown function: 'tolowr'; did you mean 'tolower'?\n");
  EXPECT_EQ(said("TT | count"), "SEM0100: Failed to resolve table or column expression named 'TT'\n");
  EXPECT_EQ(said("T | where Timestamp == Name"),
            "SEM0064: a datetime is not compared with a string; convert one of them\n");
  EXPECT_EQ(said("T | where"), "SYN0002: expected an expression, but the query ends here\n");
}

}  // namespace
}  // namespace linkgate::kql
