#include "net/imap_response.h"

#include <gmock/gmock.h>

namespace linkgate::net {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(ImapFramer, TakesLiteralsWhateverIsInThem) {
  ImapFramer framer;
  framer.feed("* 1 FETCH (BODY[] {7}\r\na\r\n{3}");
  EXPECT_FALSE(framer.next().value().has_value());
  framer.feed(")\r\n* OK x\r\n");
  EXPECT_EQ(framer.next().value().value(), "* 1 FETCH (BODY[] {7}\r\na\r\n{3})");
  EXPECT_EQ(framer.next().value().value(), "* OK x");
  EXPECT_TRUE(framer.empty());
}

TEST(ImapFramer, RefusesWhatIsTooMuch) {
  ImapFramer large(100);
  large.feed("* X {101}\r\n");
  EXPECT_EQ(large.next().error().code(), ErrorCode::kLimit);
  ImapFramer huge;
  huge.feed("* X {99999999999999999999}\r\n");
  EXPECT_EQ(huge.next().error().code(), ErrorCode::kLimit);
  ImapFramer line;
  line.feed(std::string(kMaxImapLine + 1, 'x'));
  EXPECT_EQ(line.next().error().code(), ErrorCode::kLimit);
  ImapFramer bare;
  bare.feed("* OK\n");
  EXPECT_EQ(bare.next().error().code(), ErrorCode::kInvalidArgument);
}

TEST(ImapResponse, ReadsWhatServersSay) {
  const auto fetch =
      parse_imap_response("* 12 FETCH (UID 7 FLAGS (\\Seen $X) BODY[HEADER.FIELDS (A B)] {4}\r\nA: b X NIL)")
          .value();
  EXPECT_EQ(fetch.number, 12U);
  ASSERT_EQ(fetch.values.size(), 1U);
  EXPECT_EQ(fetch.values[0].items[4].text, "BODY[HEADER.FIELDS (A B)]");
  EXPECT_EQ(fetch.values[0].items[5].text, "A: b");
  const auto moved = parse_imap_response("A3 OK [COPYUID 9 1:3 7,9:10] Done").value();
  EXPECT_TRUE(moved.has_code("copyuid"));
  EXPECT_EQ(moved.text, "Done");
  EXPECT_THAT(*parse_imap_set(moved.code[3].text, 10), ElementsAre(7, 9, 10));
}

TEST(ImapResponse, RefusesWhatIsNone) {
  const std::string deep(kMaxImapDepth + 1, '(');
  const std::vector<std::string> none = {"",           "* ",        "* 1 2 3",        "* LIST (\\A",
                                         "* LIST )",   "* X \"abc", "* X {9}\r\nabc", "* OK [] x",
                                         "* X " + deep};
  for (const std::string& text : none) {
    EXPECT_FALSE(parse_imap_response(text).has_value()) << text;
  }
}

TEST(ImapSet, AnswersNoMoreThanWasAskedFor) {
  EXPECT_FALSE(parse_imap_set("1:4294967295", 1000).has_value());
  EXPECT_FALSE(parse_imap_set("1,2,3", 2).has_value());
  EXPECT_FALSE(parse_imap_set("1:", 9).has_value());
  EXPECT_EQ(print_imap_set({1, 2, 3, 7, 9, 10}), "1:3,7,9:10");
}

}  // namespace
}  // namespace linkgate::net
