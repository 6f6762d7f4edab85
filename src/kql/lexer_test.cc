#include "kql/lexer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kql/limits.h"

namespace linkgate::kql {
namespace {

// Words and punctuation as they are, literals in KQL's canonical spelling, in angle brackets.
std::string tokens(std::string_view text) {
  const auto found = tokenize(text);
  if (!found) return "error: " + found.error().message;
  std::string out;
  for (const Token& token : *found) {
    if (token.kind == TokenKind::kEnd) break;
    if (!out.empty()) out += " ";
    out += token.kind == TokenKind::kLiteral ? "<" + literal_text(token.type, token.value) + ">"
                                             : std::string(token.text);
  }
  return out;
}

struct Case {
  const char* text;
  const char* want;
};

class Lexer : public ::testing::TestWithParam<Case> {};
TEST_P(Lexer, SplitsText) { EXPECT_EQ(tokens(GetParam().text), GetParam().want); }

INSTANTIATE_TEST_SUITE_P(Punctuation, Lexer,
                         ::testing::Values(Case{"a|where b==1", "a | where b == <1>"},
                                           Case{"a!=b !~ c=~d", "a != b !~ c =~ d"},
                                           Case{"(1..5)", "( <1> .. <5> )"},
                                           Case{"x in~ (1)", "x in ~ ( <1> )"},
                                           Case{"a <> b // the rest\n| c", "a <> b | c"},
                                           Case{"$left.a", "$left . a"}, Case{"", ""}));

INSTANTIATE_TEST_SUITE_P(
    Numbers, Lexer,
    ::testing::Values(
        Case{"0x1F 12 1.5 1e3 2.", "<31> <12> <1.5> <1000.0> <2.0>"},
        Case{"9223372036854775807", "<9223372036854775807>"},
        Case{"9223372036854775808", "error: '9223372036854775808' is neither a number nor a timespan"},
        Case{"12abc", "error: '12abc' is neither a number nor a timespan"},
        Case{"int(3) long(-4) real(nan) int(null)", "<int(3)> <long(-4)> <real(nan)> <int(null)>"},
        Case{"true bool(true)", "true <true>"}));

// What comes with queries that were written for something else, or pasted from a document.
INSTANTIATE_TEST_SUITE_P(
    Foreign, Lexer,
    ::testing::Values(
        Case{"a\u00A0b\u2009c\u200Bd\u3000e", "a b c d e"},
        Case{"a && b", "error: '&&' has no meaning in KQL; write 'and'"},
        Case{"a || b", "error: '||' has no meaning in KQL; write 'or'"},
        Case{"a & b",
             "error: '&' has no meaning in KQL; bits are combined by binary_and(a, b), and conditions by "
             "'and'"},
        Case{"\u201Cx\u201D",
             "error: this is a typographic quote, as word processors make them; write \"...\" or '...'"},
        Case{"\"x\u201D",
             "error: this string does not end on its line: a typographic quote ends none; write \""},
        Case{"'\u201Cx\u201D'", "<\"\u201Cx\u201D\">"},
        Case{"project\u2013away", "error: '\u2013' is a typographic dash; write '-'"},
        Case{"a \u2265 5", "error: '\u2265' has no meaning in KQL; write '>='"},
        Case{"`a`", "error: '`' has no meaning in KQL; a name is quoted as ['two words']"},
        Case{"# a", "error: '#' has no meaning in KQL; a comment begins with '//'"}));

INSTANTIATE_TEST_SUITE_P(
    Times, Lexer,
    ::testing::Values(
        Case{"7d 1.5h 90m 30s 10ms 2microseconds 1tick",
             "<time(7.00:00:00)> <time(01:30:00)> <time(01:30:00)> <time(00:00:30)> <time(00:00:00.0100000)> "
             "<time(00:00:00.0000020)> <time(00:00:00.0000001)>"},
        Case{"time(1.02:03:04.5)", "<time(1.02:03:04.5000000)>"},
        Case{"datetime(2026-11-21)", "<datetime(2026-11-21T00:00:00.0000000Z)>"},
        Case{"datetime(2026-11-21 10:11:12.5 )", "<datetime(2026-11-21T10:11:12.5000000Z)>"},
        Case{"datetime(null)", "<datetime(null)>"},
        Case{"datetime(x)",
             "error: this is not a literal of type datetime; to convert a value write todatetime(...)"},
        Case{"datetime(2026", "error: this literal has no ')'"}));

INSTANTIATE_TEST_SUITE_P(
    Strings, Lexer,
    ::testing::Values(
        Case{R"("a\"b" 'c"d' "\u00e9\t")", R"(<"a\"b"> <"c\"d"> <"é\t">)"},
        Case{R"(@"C:\x""y" h"secret" H@'s')", R"(<"C:\\x\"y"> <"secret"> <"s">)"},
        Case{"```two\nlines```", R"(<"two\nlines">)"}, Case{R"("\ud83d\ude00")", "<\"\xF0\x9F\x98\x80\">"},
        Case{R"("\ud83d")", R"(error: unknown escape in a string; write \\ for a backslash, or @'...')"},
        Case{R"("\d+")", R"(error: unknown escape in a string; write \\ for a backslash, or @'...')"},
        Case{"\"open\n\"", "error: this string does not end on its line"},
        Case{"```open", "error: this string does not end"}));

TEST(Lexer, RefusesWhatIsNotText) {
  EXPECT_EQ(tokens("a \xFF"), "error: the query is not UTF-8");
  EXPECT_EQ(tokens("a \x01"), "error: a character that is not seen stands here (U+0001); delete it");
  EXPECT_EQ(tokens("a \xE2\x80\x8E"), "error: a character that is not seen stands here (U+200E); delete it");
  EXPECT_EQ(tokens("a \xE2\x82\xAC"), "error: this character has no meaning in KQL");
}

TEST(Lexer, TakesTheSpacesOfWebPages) { EXPECT_EQ(tokens("\xEF\xBB\xBFT\xC2\xA0| count"), "T | count"); }

TEST(Lexer, LimitsTextAndTokens) {
  const auto long_text = tokenize(std::string(kMaxTextBytes + 1, ' '));
  ASSERT_FALSE(long_text);
  EXPECT_EQ(long_text.error().code, DiagnosticCode::kTooLarge);
  const auto many = tokenize(std::string(kMaxTokens + 1, ','));
  ASSERT_FALSE(many);
  EXPECT_EQ(many.error().code, DiagnosticCode::kTooLarge);
}

TEST(Lexer, KnowsWhereATokenStands) {
  const auto found = tokenize("ab \"c\"");
  ASSERT_TRUE(found);
  EXPECT_EQ((*found)[1].span.begin, 3U);
  EXPECT_EQ((*found)[1].span.end, 6U);
}

}  // namespace
}  // namespace linkgate::kql
