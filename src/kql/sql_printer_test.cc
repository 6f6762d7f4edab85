#include <gtest/gtest.h>

#include <limits>

#include "kql/limits.h"
#include "kql/sql.h"

namespace linkgate::kql::sql {
namespace {

TEST(SqlPrinter, QuotesStrings) {
  Tree t;
  EXPECT_EQ(print(*t.text("a'b\\c\"d`e")), R"('a\'b\\c"d`e')");
  EXPECT_EQ(print(*t.text(std::string_view("\0\n\x7F", 3))), R"('\x00\x0A\x7F')");
  EXPECT_EQ(print(*t.text("é'; DROP TABLE x --")), "'é\\'; DROP TABLE x --'");
}

TEST(SqlPrinter, QuotesNames) {
  Tree t;
  EXPECT_EQ(print(*t.column("t1", "plain_Name2")), "t1.plain_Name2");
  EXPECT_EQ(print(*t.column("t1", "two words")), "t1.`two words`");
  EXPECT_EQ(print(*t.column("t1", "a`b\\c")), "t1.`a\\`b\\\\c`");
  EXPECT_EQ(print(*t.column("", "1st")), "`1st`");
}

TEST(SqlPrinter, PrintsNumbersThatReadBack) {
  Tree t;
  EXPECT_EQ(print(*t.integer(-5)), "-5");
  EXPECT_EQ(print(*t.integer(std::numeric_limits<int64_t>::min())), "(-9223372036854775807 - 1)");
  EXPECT_EQ(print(*t.real(0.1)), "0.1");
  EXPECT_EQ(print(*t.real(-2)), "(-2.0)");
  EXPECT_EQ(print(*t.real(1e300)), "1e+300");
  EXPECT_EQ(print(*t.real(std::numeric_limits<double>::infinity())), "inf");
}

TEST(SqlPrinter, PutsParenthesesAroundOperators) {
  Tree t;
  const Ref a = t.column("", "a"), b = t.integer(1);
  EXPECT_EQ(print(*t.call("and", {t.call("less", {a, b}), t.call("isNull", {a}), t.call("or", {a, b})})),
            "((a < 1) AND (a IS NULL) AND (a OR 1))");
  EXPECT_EQ(print(*t.call("minus", {t.call("minus", {a, b}), t.integer(-1)})), "((a - 1) - -1)");
  EXPECT_EQ(print(*t.call("arrayMap", {t.lambda("v1", a), t.call("array", {b})})),
            "arrayMap(v1 -> a, array(1))");
  EXPECT_EQ(print(*t.aggregate("quantileExact", {t.real(0.5)}, {a})), "quantileExact(0.5)(a)");
}

TEST(SqlPrinter, RefusesWhatSharingMadeTooLarge) {
  Tree t;
  Ref doubled = t.column("t1", "a");
  for (int i = 0; i < 40; ++i) doubled = t.call("concat", {doubled, doubled});
  Select& select = t.select();
  select.items.push_back({doubled, "x"});
  const auto printed = print(select, {0, 5});
  ASSERT_FALSE(printed);
  EXPECT_EQ(printed.error().code, DiagnosticCode::kTooLarge);
  EXPECT_EQ(printed.error().span.end, 5U);
}

TEST(SqlPrinter, RefusesDepth) {
  Tree t;
  Ref deep = t.column("t1", "a");
  for (int i = 0; i <= kMaxSqlDepth; ++i) deep = t.call("negate", {deep});
  Select& select = t.select();
  select.items.push_back({deep, "x"});
  EXPECT_FALSE(print(select, {}));
}

}  // namespace
}  // namespace linkgate::kql::sql
