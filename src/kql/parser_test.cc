#include "kql/parser.h"

#include <gtest/gtest.h>

#include "kql/limits.h"

namespace linkgate::kql {
namespace {

// The tree as canonical KQL on one line, or the message.
std::string tree(std::string_view text) {
  const auto ast = parse(text);
  if (!ast) return "error: " + ast.error().message;
  const std::string printed = print((*ast)->query);
  const auto again = parse(printed);
  EXPECT_TRUE(again) << printed;
  if (again) {
    EXPECT_EQ(print((*again)->query), printed);  // a fixed point
  }
  std::string line;
  for (char c : printed) line += c == '\n' ? ' ' : c;
  return line;
}

struct Case {
  const char* text;
  const char* want;
};

class Parser : public ::testing::TestWithParam<Case> {};
TEST_P(Parser, BuildsTheTree) { EXPECT_EQ(tree(GetParam().text), GetParam().want); }

INSTANTIATE_TEST_SUITE_P(
    Precedence, Parser,
    ::testing::Values(Case{"T|where a or b and c==1", "T | where a or (b and (c == 1))"},
                      Case{"T|where a==1 or b==2 or c==3", "T | where (a == 1) or (b == 2) or (c == 3)"},
                      Case{"print 1+2*3-4", "print (1 + (2 * 3)) - 4"},
                      Case{"print (1+2)*3", "print (1 + 2) * 3"}, Case{"print -a.b[0]", "print -a.b[0]"},
                      Case{"T|where s has 'x' == true", "T | where (s has \"x\") == true"},
                      Case{"T|where a+1>b*2", "T | where (a + 1) > (b * 2)"},
                      Case{"T|where not(a) and s !contains 'x'",
                           "T | where not(a) and (s !contains \"x\")"}));

INSTANTIATE_TEST_SUITE_P(
    Predicates, Parser,
    ::testing::Values(Case{"T|where s in ('a','b')", "T | where s in (\"a\", \"b\")"},
                      Case{"T|where s !in~ (U|project n)", "T | where s !in~ (U | project n)"},
                      Case{"T|where s has_any ('a')", "T | where s has_any (\"a\")"},
                      Case{"T|where n between (1..5)", "T | where n between (1 .. 5)"},
                      Case{"T|where n !between (ago(1d) .. now())",
                           "T | where n !between (ago(time(1.00:00:00)) .. now())"},
                      Case{"T|where s matches regex 'x'", "T | where s matches regex \"x\""},
                      Case{"T|where s =~ 'A' 'b'", "T | where s =~ \"Ab\""},
                      Case{"T|where a <> b", "T | where a != b"},
                      Case{"T|where * has 'x' or * == 1", "T | where (* has \"x\") or (* == 1)"},
                      Case{"search 'a' and not(n:'b*')", "search (* has \"a\") and not(n hasprefix \"b\")"},
                      Case{"T|search kind=case_sensitive in (U) 'a*b'",
                           R"(T | search kind=case_sensitive in (U) * matches regex "\\ba.*b\\b")"}));

INSTANTIATE_TEST_SUITE_P(
    Operators, Parser,
    ::testing::Values(Case{"T|filter a|limit 5", "T | where a | take 5"},
                      Case{"T|extend x=1,y|project-away a*,b|project-reorder c desc, *",
                           "T | extend x = 1, y | project-away a*, b | project-reorder c desc, *"},
                      Case{"T|summarize n=count(),sum(x) by bin(t,1h), k",
                           "T | summarize n = count(), sum(x) by bin(t, time(01:00:00)), k"},
                      Case{"T|summarize by k", "T | summarize by k"},
                      Case{"T|summarize hint.strategy=shuffle count() by k",
                           "T | summarize hint.strategy=shuffle count() by k"},
                      Case{"T|order by a asc nulls last, b", "T | sort by a asc nulls last, b"},
                      Case{"T|top 3 by a", "T | top 3 by a"},
                      Case{"T|distinct *|count", "T | distinct * | count"},
                      Case{"T|join kind=leftouter (U|where b) on k, $left.x==$right.y",
                           "T | join kind=leftouter (U | where b) on k, $left.x == $right.y"},
                      Case{"T|lookup U on k|union V,W", "T | lookup U on k | union V, W"},
                      Case{"union isfuzzy=true withsource=S T, (U|take 1)",
                           "union isfuzzy=true withsource=S T, (U | take 1)"},
                      Case{"T|render timechart with (title='a b', ycolumns=x, y)",
                           "T | render timechart with (title=\"a b\", ycolumns=x, ycolumns=y)"},
                      Case{"T|as X|getschema|serialize", "T | as X | getschema | serialize"}));

INSTANTIATE_TEST_SUITE_P(
    Groups, Parser,
    ::testing::Values(
        Case{"T|reduce kind=source by a with threshold=0.2,characters='-'",
             "T | reduce kind=source by a with threshold=0.2, characters=\"-\""},
        Case{"T|partition by k {U|where x==toscalar(k)}", "T | partition by k {U | where x == toscalar(k)}"},
        Case{"T|partition hint.strategy=native by k (top 1 by v|count)",
             "T | partition hint.strategy=native by k (top 1 by v | count)"},
        Case{"T|top-nested 2 of a by b=sum(c) asc, top-nested of d=e by count()",
             "T | top-nested 2 of a by b = sum(c) asc, top-nested of d = e by count()"},
        Case{"T|top-hitters 2 of a by b|sample-distinct 3 of c|sample 4",
             "T | top-hitters 2 of a by b | sample-distinct 3 of c | sample 4"},
        Case{"T|parse-kv s as (a:long, ['b c']:string) with (pair_delimiter=';', greedy=true)",
             "T | parse-kv s as (a:long, [\"b c\"]:string) with (pair_delimiter=\";\", greedy=true)"},
        Case{"T|parse-kv s as (a:long)", "T | parse-kv s as (a:long)"}));

INSTANTIATE_TEST_SUITE_P(
    Series, Parser,
    ::testing::Values(
        Case{"T|make-series kind=nonempty n=count() default=1, sum(x) on t from 0 to 5 step 1 by k,l",
             "T | make-series kind=nonempty n = count() default = 1, sum(x) on t from 0 to 5 step 1 by k, l"},
        Case{"T|make-series count() on a=bin(t,5) in range(0,5,1)",
             "T | make-series count() on a = bin(t, 5) in range(0, 5, 1)"},
        Case{"T|make-series count() on t step 1", "T | make-series count() on t step 1"},
        Case{"T|make-series count() on t from 1",
             "error: expected 'step' after the axis of make-series, but the "
             "query ends here"}));

INSTANTIATE_TEST_SUITE_P(
    ColumnsOfAText, Parser,
    ::testing::Values(Case{"T|parse a.b with * 'x' ['y z']:long 'w' v *",
                           "T | parse a.b with * \"x\" [\"y z\"]:long \"w\" v *"},
                      Case{"T|parse-where kind=regex flags=Ui s with 'x' y",
                           "T | parse-where kind=regex flags=Ui s with \"x\" y"},
                      Case{"T|parse s with",
                           "error: expected '*', a text or a column's name after with, but the "
                           "query ends here"}));

INSTANTIATE_TEST_SUITE_P(
    SeveralRowsOfOne, Parser,
    ::testing::Values(
        Case{"T|mvexpand a", "T | mv-expand a"},
        Case{"T|mv-expand kind=array with_itemindex=i x=a.b to typeof(long), c limit 5",
             "T | mv-expand kind=array with_itemindex=i x = a.b to typeof(long), c limit 5"},
        Case{"T|mv-apply ItemIndex=i x=a to typeof(string) limit 3 on (where x=='b'|top 1 by i)|count",
             "T | mv-apply ItemIndex=i x = a to typeof(string) limit 3 on (where x == \"b\" | top 1 by i) | "
             "count"},
        Case{"T|mv-expand a to long", "error: expected 'typeof' after to, but found 'long'"},
        Case{"T|mv-apply a limit 2",
             "error: expected 'on' after what mv-apply expands, but the query ends here"}));

INSTANTIATE_TEST_SUITE_P(
    Sources, Parser,
    ::testing::Values(Case{"datatable(a:long,['b c']:string)[1,'x',2,'y',]",
                           "datatable(a:long, [\"b c\"]:string)[1, \"x\", 2, \"y\"]"},
                      Case{"range i from 1 to 5 step 2|count", "range i from 1 to 5 step 2 | count"},
                      Case{"print x=1,2", "print x = 1, 2"},
                      Case{"let a=1;let f=(x:long,y:long=2){let z=x;z+y};print f(a,y=3)",
                           "let a = 1; let f = (x:long, y:long = 2) { let z = x; z + y }; print f(a, y = 3)"},
                      Case{"let T=view(){print 1};T", "let T = view () { print 1 }; T"},
                      Case{
                          "print dynamic({'a':[1,-2.5,true,null],\"b\":datetime(2026-01-02)})",
                          "print dynamic({\"a\":[1,-2.5,true,null],\"b\":\"2026-01-02T00:00:00.0000000Z\"})"},
                      Case{"print d.a['b c'][-1].['d e']", "print d.a[\"b c\"][-1].[\"d e\"]"},
                      Case{"T | project ['by'], by", "T | project [\"by\"], [\"by\"]"}));

INSTANTIATE_TEST_SUITE_P(
    Refusals, Parser,
    ::testing::Values(
        Case{"T | were a", "error: no operator 'were'; did you mean 'where'?"},
        Case{"T | project-way a", "error: no operator 'project-way'; did you mean 'project-away'?"},
        Case{"T | consume", "error: the operator 'consume' is not supported"},
        Case{"T | where a = 1", "error: '=' does not compare; write '=='"},
        Case{"T | where a !has_any ('b', 'c')", "error: there is no '!has_any'; write not(... has_any ...)"},
        Case{"T | where a !matches regex 'b'", "error: there is no '!matches'; write not(... matches ...)"},
        Case{"T | where", "error: expected an expression, but the query ends here"},
        Case{"T | where (a", "error: this '(' is never closed"},
        Case{"T where a",
             "error: expected '|' or the end of the query, but found 'where'; is a '|' missing "
             "before 'where'?"},
        Case{"T | take", "error: expected an expression, but the query ends here"},
        Case{"set x;T", "set x; T"}, Case{"T|count as n", "T | count as n"},
        Case{"alias database x = y;T", "error: the statement 'alias' is not supported"},
        Case{"let a = 1 T", "error: expected ';' after the let statement, but found 'T'"},
        Case{"T | where a in ()", "error: expected a value, but found ')'"},
        Case{"T | extend (a, b) = f()", "T | extend (a, b) = f()"},
        Case{"T | extend (['flags'], b) = f()", "T | extend ([\"flags\"], b) = f()"},
        Case{"print a = f((T | project b, c), 1), (print d, e), 2",
             "print a = f((T | project b, c), 1), (print d, e), 2"},
        Case{"search a == 1 and not('b')", "search (a == 1) and not((* has \"b\"))"},
        Case{"T | as hint.materialized=true X", "T | as hint.materialized=true X"},
        Case{"-- a comment\nT", "error: a comment begins with '//', not with '--'"},
        Case{"// a comment", "error: the query is empty: there is nothing but comments"},
        Case{"", "error: the query is empty: there is nothing but comments"}));

INSTANTIATE_TEST_SUITE_P(
    Brackets, Parser,
    ::testing::Values(
        Case{"T | where f(a", "error: this '(' is never closed"},
        Case{"T | where f(", "error: this '(' is never closed"},
        Case{"print a[1", "error: this '[' is never closed"},
        Case{"print dynamic([1", "error: this '[' is never closed"},
        Case{"let f = () { T", "error: this '{' is never closed"},
        Case{"T | where (a; T", "error: this '(' is never closed"},
        Case{"T | where (a ==", "error: expected an expression, but the query ends here"},
        Case{"T | where a)",
             "error: expected '|' or the end of the query, but found ')': this bracket was never opened"}));

INSTANTIATE_TEST_SUITE_P(
    Habits, Parser,
    ::testing::Values(
        Case{"T | where a AND b",
             "error: expected '|' or the end of the query, but found 'AND'; did you mean 'and'?"},
        Case{"T | where a HAS b",
             "error: expected '|' or the end of the query, but found 'HAS'; did you mean 'has'?"},
        Case{"T | where a contain b",
             "error: expected '|' or the end of the query, but found 'contain'; did you mean 'contains'?"},
        Case{"T | where a !contain b",
             "error: expected '|' or the end of the query, but found '!'; did you mean '!contains'?"},
        Case{"T | Where a", "error: no operator 'Where'; did you mean 'where'?"},
        Case{"T | summarize count() BY a",
             "error: expected '|' or the end of the query, but found 'BY'; did you mean 'by'?"},
        Case{"T | where !a",
             "error: '!' has a meaning only in operators such as '!=' and '!has'; what is denied is written "
             "not(...)"},
        Case{"T | where not a",
             "error: expected '|' or the end of the query, but found 'a'; what is denied stands in brackets: "
             "not(...)"},
        Case{"T | where a NOT IN (1)",
             "error: expected '|' or the end of the query, but found 'NOT'; did you mean '!in'?"},
        Case{"T | where a LIKE 'x'",
             "error: expected '|' or the end of the query, but found 'LIKE'; KQL has no LIKE: say contains, "
             "startswith, endswith or matches regex"},
        Case{"T | where a IS NOT NULL",
             "error: expected '|' or the end of the query, but found 'IS'; KQL has no IS NOT NULL: say "
             "isnotempty(x) of a text, isnotnull(x) of all else"},
        Case{"T | project a AS b",
             "error: expected '|' or the end of the query, but found 'AS'; a new name stands before its "
             "value: "
             "Name = value"},
        Case{"T | group by a", "error: no operator 'group'; KQL calls it 'summarize ... by'"},
        Case{"T | autocluster()",
             "error: no operator 'autocluster'; KQL calls it 'evaluate autocluster(...)'"},
        Case{"SELECT * FROM T",
             "error: KQL has no SELECT: the table comes first, as in Table | where Condition | project "
             "Column"},
        Case{"from T", "error: KQL has no FROM: the table's name comes first, alone"},
        Case{"LIMIT 10", "error: a query begins with a table, as in Table | limit ..."},
        Case{"where a", "error: a query begins with a table, as in Table | where ..."},
        Case{"where has 'x'", "where has \"x\""},
        Case{"T /* c */",
             "error: expected an expression, but found '*'; a comment begins with '//' and goes up to the "
             "end of its line"},
        Case{"/* c */ T", "error: a comment begins with '//' and goes up to the end of its line"}));

std::string repeated(std::string_view text, int times) {
  std::string out;
  for (int i = 0; i < times; ++i) out += text;
  return out;
}

// Whatever nests is refused before it can exhaust the stack.
TEST(Parser, RefusesHostileDepth) {
  const int many = 30'000;
  for (const std::string& text :
       {"print " + repeated("(", many), "print " + repeated("-", many) + "1", "print " + repeated("[", many),
        "print dynamic(" + repeated("[", many), "print f(" + repeated("f(", many),
        "T | where a" + repeated(".b", many), "T | where a" + repeated("[0]", many),
        "print 1" + repeated("+1", many), "T | union (" + repeated("T | union (", many),
        "let f = " + repeated("(){ let g = ", 10'000)}) {
    const auto ast = parse(text);
    ASSERT_FALSE(ast) << text.substr(0, 40);
    EXPECT_TRUE(ast.error().code == DiagnosticCode::kTooLarge || ast.error().code == DiagnosticCode::kSyntax)
        << text.substr(0, 40) << ": " << ast.error().message;
  }
}

TEST(Parser, LongChainsOfAndAreNotDeep) {
  const auto ast = parse("T | where a" + repeated(" and a", 5'000) + repeated(" or b", 5'000));
  EXPECT_TRUE(ast);
}

}  // namespace
}  // namespace linkgate::kql
