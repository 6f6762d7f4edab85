// Result columns with their types, and refusals with their carets.
#include <gtest/gtest.h>

#include "kql/limits.h"
#include "kql/testing.h"

namespace linkgate::kql {
namespace {

using testing::columns_of;

struct Case {
  const char* text;
  const char* want;
};

class Binder : public ::testing::TestWithParam<Case> {};
TEST_P(Binder, GivesColumns) { EXPECT_EQ(columns_of(GetParam().text), GetParam().want); }

INSTANTIATE_TEST_SUITE_P(
    Types, Binder,
    ::testing::Values(
        Case{"T | project a=Small+Small, b=Count/Small, c=Count*1.0, d=-Small, e=Count%2",
             "a:long b:long c:real d:long e:long"},
        Case{"T | project a=Timestamp-Timestamp, b=Timestamp+1d, c=1d/1h, d=1d*2.5, e=Timestamp%1d",
             "a:timespan b:datetime c:real d:timespan e:timespan"},
        Case{"T | project a=iff(Flag,Small,Count), b=iff(Flag,1,2.0), c=case(Flag,Name,Flag,'x','y'), "
             "d=coalesce(Maybe,1)",
             "a:long b:real c:string d:long"},
        Case{"T | project a=Data.x, b=tostring(Data.x), c=toint(Data[0]), d=array_length(Data)",
             "a:dynamic b:string c:int d:long"},
        Case{"T | project a=iff(Flag,Data,Name)", "a:string"},
        Case{"print now(), ago(1h), startofday(now())", "print_0:datetime print_1:datetime print_2:datetime"},
        Case{"T | where Timestamp between (ago(7d) .. 3d) | count", "Count:long"}));

// What nobody names is named as the official language service names it.
INSTANTIATE_TEST_SUITE_P(
    Names, Binder,
    ::testing::Values(
        Case{"T | project tostring(Count), Data.x.y, Data['k z'], Data[0], bin(Timestamp,1h), "
             "strcat(Name,'x'), Count+1",
             "Count:string Data_x_y:dynamic Data_k z:dynamic Data_0:dynamic Timestamp:datetime "
             "Column1:string Column2:long"},
        Case{"T | project bin(Timestamp,1h), startofday(Timestamp), parse_json(Name).a",
             "Timestamp:datetime Timestamp1:datetime Name_a:dynamic"},
        Case{
            "T | summarize count(), dcount(Name), sum(Count), avg(Count+1), make_set(Name), "
            "make_list(Count), percentile(Count,95), "
            "percentiles(Count,5,99.9) by bin(Timestamp,1d), tolower(Name)",
            "Timestamp:datetime Column1:string count_:long dcount_Name:long sum_Count:long avg_:real "
            "set_Name:dynamic "
            "list_Count:dynamic percentile_Count_95:long percentile_Count_5:long percentile_Count_99_9:long"},
        Case{"T | summarize max(Count), max(Count), round(avg(Share),2), sum(Count)/count()",
             "max_Count:long max_Count1:long avg_Share:real Column1:long"},
        Case{"U | summarize arg_max(Rank, *) by Name", "Name:string Rank:int"},
        Case{"U | summarize arg_max(Rank, *), x=arg_min(Rank, Name)",
             "Rank:int Name:string x:int Name1:string"},
        Case{"T | summarize arg_max(Timestamp, Name) by bin(Timestamp, 1h)",
             "Timestamp:datetime Timestamp1:datetime Name:string"},
        Case{"U | summarize take_any(*), any(Rank), take_any(Name, Rank)",
             "Name:string Rank:int any_Rank:int Name1:string Rank1:int"},
        Case{"U | extend Rank=1, x=Rank | extend tostring(Rank)", "Name:string Rank:string x:int"},
        Case{"U | distinct tolower(Name), r=Rank", "Column1:string r:int"},
        Case{"print 1, x=2, strcat('a')", "print_0:long x:long print_2:string"},
        Case{"U | getschema", "ColumnName:string ColumnOrdinal:long DataType:string ColumnType:string"}));

INSTANTIATE_TEST_SUITE_P(
    Columns, Binder,
    ::testing::Values(Case{"U | project-rename N=Name", "N:string Rank:int"},
                      Case{"U | project-reorder Rank", "Rank:int Name:string"},
                      Case{"T | project-keep S*, Name", "Name:string Small:int Share:real Seen:datetime"},
                      Case{"T | project-away S*, Data, Time*, Flag, Maybe", "Name:string Count:long"},
                      Case{"U | project-reorder * desc", "Rank:int Name:string"}));

INSTANTIATE_TEST_SUITE_P(
    Joins, Binder,
    ::testing::Values(
        Case{"U | join U on Name", "Name:string Rank:int Name1:string Rank1:int"},
        Case{"U | join kind=leftsemi (U) on Name", "Name:string Rank:int"},
        Case{"U | project N=Name | join kind=rightanti U on $left.N==$right.Name", "Name:string Rank:int"},
        Case{"U | lookup (U | project Name, Extra=Rank) on Name", "Name:string Rank:int Extra:int"},
        Case{"U | as X | join kind=inner X on Name, Rank", "Name:string Rank:int Name1:string Rank1:int"},
        Case{"U | union (datatable(Name:long)[1])", "Name_string:string Rank:int Name_long:long"},
        Case{"U | union kind=inner withsource=S (datatable(Name:string)[''])", "S:string Name:string"},
        Case{"union isfuzzy=true Nowhere, U", "Name:string Rank:int"},
        Case{"database('DB').U", "Name:string Rank:int"},
        Case{"let T = database(\"db\").U; T | take 1", "Name:string Rank:int"},
        Case{"let U = T; database('db').U", "Name:string Rank:int"},
        Case{"U | join kind=leftsemi database('db').['U'] on Name", "Name:string Rank:int"},
        Case{"U | where Name in (database('db').U)", "Name:string Rank:int"},
        Case{"union isfuzzy=true database('other').U, database('db').Nowhere, U", "Name:string Rank:int"},
        Case{"union withsource=S database('db').U", "S:string Name:string Rank:int"},
        Case{"U | as hint.materialized=true X | join kind=inner X on Name, Rank",
             "Name:string Rank:int Name1:string Rank1:int"}));

INSTANTIATE_TEST_SUITE_P(
    Lets, Binder,
    ::testing::Values(
        Case{"let n = 5; let R = U | take n; R | extend m = n", "Name:string Rank:int m:long"},
        Case{"let Rank = 'x'; U | project Rank", "Rank:int"},  // a column hides a let
        Case{"let f = (x:long, y:long = 2) { x + y }; U | project a=f(Rank), b=f(y=1, x=2)", "a:long b:long"},
        Case{"let f = (t:(*)) { t | count }; f(U)", "Count:long"},
        Case{"let words = () { pack_array('a', 'b') }; U | where Name has_any (words) | count", "Count:long"},
        Case{"U | extend c = toscalar(U | count), i = Name in (U)", "Name:string Rank:int c:long i:bool"},
        Case{"U | extend column_ifexists('Nope', 'x')", "Name:string Rank:int Column1:string"}));

INSTANTIATE_TEST_SUITE_P(
    LooseLiterals, Binder,
    ::testing::Values(
        Case{"T | where Flag == 1 and Flag != '0' and Flag == 'true' | count", "Count:long"},
        Case{"T | where Count == '5' and Timestamp == '2026-01-01' and Data.x == 5 and Data == 'a' | count",
             "Count:long"}));

INSTANTIATE_TEST_SUITE_P(
    Refusals, Binder,
    ::testing::Values(
        Case{"SigninLogs | count",
             "1:1: UnknownName: 'SigninLogs' is a table of Microsoft Sentinel; Linkgate has the tables of "
             "mail and "
             "clicks only: T, U\n  SigninLogs | count\n  ^~~~~~~~~~\n"},
        Case{"U | join DeviceNetworkEvents on Name",
             "1:10: UnknownName: 'DeviceNetworkEvents' is a table of Microsoft Defender; Linkgate has the "
             "tables of "
             "mail and clicks only: T, U\n  U | join DeviceNetworkEvents on Name\n           "
             "^~~~~~~~~~~~~~~~~~~\n"},
        Case{"database('other').U",
             "1:1: UnknownName: no database 'other'; there is 'db'\n  database('other').U\n  "
             "^~~~~~~~~~~~~~~~~\n"},
        Case{"database('db').Tt",
             "1:1: UnknownName: no table or let statement 'Tt'\n  database('db').Tt\n  ^~~~~~~~~~~~~~~~~\n"},
        Case{"cluster('c').database('db').U",
             "1:1: NotSupported: there is no other cluster to ask: leave cluster(...) and database(...) "
             "out\n  "
             "cluster('c').database('db').U\n  ^~~~~~~~~~~~\n"},
        Case{"U | mv-expand Name",
             "1:15: WrongType: a dynamic is needed here, and this is a string; where it holds JSON as text, "
             "write "
             "Name = parse_json(Name)\n  U | mv-expand Name\n                ^~~~\n"},
        Case{"Tt | count", "1:1: UnknownName: no table or let statement 'Tt'\n  Tt | count\n  ^~\n"},
        Case{"U | where Nam == 'x'",
             "1:11: UnknownName: no column 'Nam' here; did you mean 'Name'?\n  U | where Nam == 'x'\n        "
             "    ^~~\n"},
        Case{"U\n| extend x = substrin(Name, 1)",
             "2:14: UnknownName: no function 'substrin'; did you mean 'substring'?\n  | extend x = "
             "substrin(Name, 1)\n               ^~~~~~~~\n"},
        Case{"U | extend x = current_principal_is_member_of(1,2,3,4)",
             "1:16: NotSupported: the function 'current_principal_is_member_of' is not supported\n  U | "
             "extend x = "
             "current_principal_is_member_of(1,2,3,4)\n      "
             "           ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~\n"},
        Case{"U | where Name > 5",
             "1:11: WrongType: '>' takes (number, number) or (datetime, datetime) or (timespan, timespan) or "
             "(decimal, decimal), not (string, string)\n  U | where Name > 5\n            ^~~~~~~~\n"},
        Case{"U | where Rank",
             "1:11: WrongType: a condition is needed here, and this is an int\n  U | where Rank\n            "
             "^~~~\n"},
        Case{"U | where Name.x == 1",
             "1:11: WrongType: a string has no members; if it holds JSON, write parse_json(...) around it\n  "
             "U | where Name.x == 1\n            ^~~~~~\n"},
        Case{"U | where count() > 1",
             "1:11: WrongUse: 'count' stands only in summarize, and not inside another aggregate\n  U | "
             "where count() > 1\n            ^~~~~~~\n"},
        Case{"T | summarize count() by Data",
             "1:26: WrongType: rows cannot be grouped by a dynamic; convert it first, as with tostring()\n  "
             "T | summarize count() by Data\n                           ^~~~\n"},
        Case{"U | project Rank, Rank",
             "1:19: WrongUse: a column 'Rank' is there already\n  U | project Rank, Rank\n                   "
             " ^~~~\n"},
        Case{"U | where Name matches regex '(?=x)'",
             "1:30: WrongUse: this regular expression is not supported: invalid perl operator: (?=\n  U | "
             "where Name matches regex '(?=x)'\n   "
             "                            ^~~~~~~\n"},
        Case{"U | join U on $left.Name == $right.Rank",
             "1:15: WrongType: a string and an int cannot be the keys of a join\n  U | join U on $left.Name "
             "== $right.Rank\n                ^~~~~~~~~~~~~~~~~~~~~~~~~\n"},
        Case{"T | where Flag == 2",
             "1:19: WrongType: this long is no bool\n  T | where Flag == 2\n                    ^\n"},
        Case{"U | take -1",
             "1:10: WrongUse: the number of rows is a constant that is not negative\n  U | take -1\n         "
             "  ^~\n"},
        Case{"let a = b; U",
             "1:9: UnknownName: no table or let statement 'b'\n  let a = b; U\n          ^\n"}));

std::string repeated(std::string_view text, int times) {
  std::string out;
  for (int i = 0; i < times; ++i) out += text;
  return out;
}

// A let is put in place at each of its uses: what grows without bound there is refused, and quickly.
TEST(Binder, RefusesWhatGrows) {
  std::string doubled = "let a0 = strcat('x', now()); ", chained = "let f0 = (x:long) { x }; ",
              tables = "let T0 = U; ";
  for (int i = 1; i <= 60; ++i) {
    const std::string n = std::to_string(i), p = std::to_string(i - 1);
    doubled += "let a" + n + " = strcat(a" + p + ", a" + p + "); ";
    tables += "let T" + n + " = union T" + p + ", T" + p + "; ";
  }
  for (int i = 1; i <= 3000; ++i) {
    const std::string n = std::to_string(i), p = std::to_string(i - 1);
    chained += "let f" + n + " = (x:long) { f" + p + "(x) + 1 }; ";
  }
  for (const std::string& text :
       {doubled + "print a60", tables + "T60", chained + "U | extend f3000(Rank)",
        "U" + repeated(" | extend Rank = Rank + 1", 1000), "U" + repeated(" | take 5", 5000)}) {
    const auto compiled = testing::compile(text);
    ASSERT_FALSE(compiled) << text.substr(0, 60);
    EXPECT_EQ(compiled.error().code, DiagnosticCode::kTooLarge) << text.substr(0, 60);
  }
}

TEST(Binder, TakesLongPipelines) {
  EXPECT_TRUE(testing::compile("U" + repeated(" | extend Rank = Rank + 1", 90)));
  EXPECT_TRUE(testing::compile("U | where " + repeated("Name has 'x' or ", 500) + "Name has 'y'"));
}

TEST(Binder, KeepsWhatRenderSays) {
  const auto compiled = testing::compile("U | render timechart with (title='A B', ycolumns=a, b)");
  ASSERT_TRUE(compiled);
  EXPECT_EQ(compiled->visualization.kind, "timechart");
  ASSERT_EQ(compiled->visualization.properties.size(), 2U);
  EXPECT_EQ(compiled->visualization.properties[0].second, "A B");
  EXPECT_EQ(compiled->visualization.properties[1].second, "a,b");
}

}  // namespace
}  // namespace linkgate::kql
