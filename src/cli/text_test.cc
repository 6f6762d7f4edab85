// The pure parts: rows, JSON lines, assignments, message bytes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/assignments.h"
#include "cli/json_lines.h"
#include "cli/message_bytes.h"
#include "cli/rows.h"

namespace linkgate::cli {
namespace {

using testing::ElementsAre;

const Rows& example() {
  static const Rows rows{{"name", "n", "ok"}, {{"a,\"b\"", 1, true}, {"z\x1b[31m\xff", 22, false}}};
  return rows;
}

TEST(Rows, TableAlignsAndDisarmsControlCharacters) {
  EXPECT_EQ(print({{"a", "b"}, {{"x", 10}, {"long", 2}}}, "table"), "a     b\nx     10\nlong  2\n");
  EXPECT_EQ(print({{"a"}, {{"\x1b[31m"}, {"\xC2\x9B"}, {"\xE2\x80\xAE!"}, {"\xC3\xA9"}}}, "table"),
            "a\n\\x1b[31m\n\\xc2\\x9b\n\\xe2\\x80\\xae!\n\xC3\xA9\n");
}
TEST(Rows, CellsOfATableAreCutBetweenLettersWhereASizeIsGiven) {
  const Rows rows{{"a", "b"}, {{"\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9", "x"}, {"abc", "\x1b[31m"}}};
  EXPECT_EQ(print(rows, "table", 3), "a    b\n\xC3\xA9\xC3\xA9…  x\nabc  \\x…\n");
  EXPECT_EQ(print(rows, "table", 4), "a     b\n\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9  x\nabc   \\x1…\n");
  EXPECT_EQ(print(rows, "csv", 3), print(rows, "csv"));
}

TEST(Rows, CsvQuotesWhatNeedsIt) {
  EXPECT_EQ(print_records({{"a", "long"}, {{"x", "1"}, {"\x1b", ""}, {"abcd", "2"}}}, 3),
            "a:    x\nlong: 1\n\na:    \\x…\n\na:    ab…\nlong: 2\n");
  EXPECT_EQ(longest_line("a\n\xC3\xA9\xC3\xA9\xC3\xA9\nbb"), 3U);
  EXPECT_EQ(longest_line(""), 0U);
  EXPECT_EQ(print({{"a"}, {{"x,\"y\"\nz"}}}, "csv"), "a\r\n\"x,\"\"y\"\"\nz\"\r\n");
}
TEST(Rows, JsonKeepsTypesAndReplacesWhatIsNoUtf8) {
  EXPECT_EQ(print(example(), "json"),
            "[\n{\"name\":\"a,\\\"b\\\"\",\"n\":1,\"ok\":true},\n{\"name\":\"z\\u001b[31m\xEF\xBF\xBD\","
            "\"n\":22,\"ok\":false}\n]\n");
  EXPECT_EQ(print({{"a"}, {}}, "json"), "[\n]\n");
}

TEST(JsonLines, ALineIsAnObjectOrRefused) {
  const auto object = parse_json_object(R"({"id":[1,{"a":null}],"url":"x\u00e9"})");
  ASSERT_TRUE(object);
  EXPECT_EQ(object->raw.at("id"), R"([1,{"a":null}])");
  EXPECT_EQ(*object->text("url"), "x\xC3\xA9");
  EXPECT_FALSE(object->text("id"));
  EXPECT_FALSE(object->text("none"));
  for (const char* wrong : {"", "[1]", "1", "{", "{\"a\":1}x", "{\"a\":\"\xff\"}"})
    EXPECT_FALSE(parse_json_object(wrong)) << wrong;
  EXPECT_FALSE(parse_json_object("{\"a\":\"" + std::string(kMaxJsonLine, 'x') + "\"}"));
  EXPECT_FALSE(parse_json_object(std::string(100'000, '['))) << "deep nesting must not exhaust the stack";
}

TEST(JsonLines, ASurrogateWithoutItsOtherHalfIsAReplacementCharacter) {
  const std::pair<std::string, std::string_view> cases[] = {
      {R"(\ud83d\ude00)", "\U0001F600"},
      {R"(\uD83Dx)", "\uFFFDx"},
      {R"(x\udE00)", "x\uFFFD"},
      {R"(\ude00\ud83d)", "\uFFFD\uFFFD"},
      {R"(\ud83d\ud83d\ude00)", "\uFFFD\U0001F600"},
      {R"(\\ud83d)", "\\ud83d"},
      {R"(\\\ud83d)", "\\\uFFFD"},
      {R"(\ud83d\\ude00)", "\uFFFD\\ude00"},
  };
  for (const auto& [written, meant] : cases) {
    const auto object = parse_json_object("{\"a\":\"" + written + "\"}");
    ASSERT_TRUE(object) << written;
    EXPECT_EQ(*object->text("a"), meant) << written;
  }
  for (const char* wrong : {R"({"a":"\ud83"})", R"({"a":"\ud83 "})", R"({"a":"\ud83d\u"})", R"({"a":"\)"})
    EXPECT_FALSE(parse_json_object(wrong)) << wrong;
}

TEST(Assignments, SplitAtTheFirstEqualsSign) {
  const auto parsed = parse_assignments({"A=b=c", "D="});
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->at(0).text, "b=c");
  EXPECT_EQ(parsed->at(1).text, "");
  EXPECT_FALSE(parse_assignments({"A"}));
  EXPECT_FALSE(parse_assignments({"=x"}));
  EXPECT_THAT(split_list(" a, b,,c "), ElementsAre("a", "b", "c"));
  EXPECT_TRUE(split_list("").empty());
}

TEST(Assignments, AListNamedTwiceGetsBothAndAValueDoesNot) {
  verdict::SafeLinksRule rule;
  ASSERT_TRUE(assign(rule, {{"SentTo", "a@x.test,b@x.test"}, {"sentto", "c@x.test"}, {"Enabled", "no"}},
                     verdict::rule_parameters()));
  EXPECT_THAT(rule.SentTo, ElementsAre("a@x.test", "b@x.test", "c@x.test"));
  EXPECT_FALSE(rule.Enabled);
  ASSERT_TRUE(assign(rule, {{"SentTo", ""}}, verdict::rule_parameters()));
  EXPECT_TRUE(rule.SentTo.empty());
  EXPECT_FALSE(assign(rule, {{"Enabled", "yes"}, {"Enabled", "no"}}, verdict::rule_parameters()));
}

TEST(MessageBytes, LineEndsOfEveryKindBecomeCrlfAndGoBack) {
  EXPECT_EQ(with_crlf("a\nb\r\nc\rd"), "a\r\nb\r\nc\r\nd\r\n");
  EXPECT_EQ(with_crlf(""), "");
  EXPECT_EQ(with_lf("a\r\nb\r\n"), "a\nb\n");
  EXPECT_TRUE(has_bare_lf("a\n"));
  EXPECT_FALSE(has_bare_lf("a\r\n"));
}

TEST(MessageBytes, AnMboxIsSplitAtFromLinesAfterEmptyOnesOnly) {
  const std::string file = "From a\nS: 1\n\nbody\nFrom here\n\nFrom b\nS: 2\n\n>From x\n";
  const auto pieces = split_mbox(file);
  ASSERT_EQ(pieces.size(), 2U);
  EXPECT_EQ(std::string(pieces[0]) + std::string(pieces[1]), file);
  EXPECT_TRUE(pieces[1].starts_with("From b\n"));
  EXPECT_EQ(without_mbox_line(pieces[1]), "S: 2\n\n>From x\n");
  EXPECT_TRUE(split_mbox("").empty());
}

TEST(MessageBytes, FromQuotingIsUndoneExactly) {
  for (const char* text : {"From x\n>From y\n>>From z\n", "a\n\nb", ">Fro\n", ""}) {
    EXPECT_EQ(unquote_from(quote_from(text)), text);
  }
  EXPECT_EQ(quote_from("From x\n"), ">From x\n");
}

}  // namespace
}  // namespace linkgate::cli
