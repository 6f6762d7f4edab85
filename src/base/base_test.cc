#include <gtest/gtest.h>

#include "base/ascii.h"
#include "base/base64.h"
#include "base/clock.h"
#include "base/markup.h"
#include "base/result.h"

namespace linkgate {
namespace {

struct TimeCase {
  std::string_view text;
  std::string_view printed;  // empty: refused
};

TEST(Clock, ReadsIso8601AndPrintsSevenDigits) {
  const TimeCase cases[] = {
      {"2026-11-21T22:52:13.1234567Z", "2026-11-21T22:52:13.1234567Z"},
      {"2026-11-21T22:52:13Z", "2026-11-21T22:52:13.0000000Z"},
      {"2026-11-21 22:52", "2026-11-21T22:52:00.0000000Z"},
      {"2026-11-21", "2026-11-21T00:00:00.0000000Z"},
      {"2026-11-21T00:30:00+01:00", "2026-11-20T23:30:00.0000000Z"},
      {"2026-11-21T00:30:00.123456789Z", "2026-11-21T00:30:00.1234567Z"},
      {"1969-12-31T23:59:59.9999999Z", "1969-12-31T23:59:59.9999999Z"},
      {"2026-02-29", ""},
      {"2026-11-21T24:00:00Z", ""},
      {"2026-11-21T22:52:13.Z", ""},
      {"2026-11-21T22:52:13Zx", ""},
      {"-026-11-21", ""},
  };
  for (const auto& c : cases) {
    const auto time = from_iso8601(c.text);
    EXPECT_EQ(time ? to_iso8601(*time) : "", c.printed) << c.text;
  }
}

TEST(Base64, EveryByteStringHasOneAcceptedSpelling) {
  EXPECT_EQ(base64_encode("f"), "Zg==");
  EXPECT_EQ(base64_decode("Zg=="), "f");
  EXPECT_EQ(base64_decode("Zg"), "f");
  EXPECT_EQ(base64_decode("Zg="), std::nullopt);
  EXPECT_EQ(base64_decode("Zh=="), std::nullopt) << "spare bits must be zero";
  EXPECT_EQ(base64url_encode("\xfb\xff"), "-_8");
  EXPECT_EQ(base64url_decode("-_8"), "\xfb\xff");
  EXPECT_EQ(base64url_decode("+/8"), std::nullopt);
  EXPECT_EQ(base64url_decode("-_8="), std::nullopt);
  EXPECT_EQ(hex_decode(hex_encode("\x01\xfe")), "\x01\xfe");
}

TEST(Markup, ForeignTextBecomesNoMarkup) {
  EXPECT_EQ(escape_markup("a<b>&\"'\x1b\tc\n\xC3\xA9"), "a&lt;b&gt;&amp;&quot;&#39;\tc\n\xC3\xA9");
  EXPECT_EQ(escape_markup(""), "");
}

TEST(Ascii, SplitKeepsEmptyPieces) {
  EXPECT_EQ(ascii::split("a,,b", ','), (std::vector<std::string_view>{"a", "", "b"}));
  EXPECT_EQ(ascii::split("", ','), (std::vector<std::string_view>{""}));
  EXPECT_EQ(ascii::trim(" \r\na b\t"), "a b");
  EXPECT_TRUE(ascii::iends_with("mail.EXAMPLE.com", ".example.COM"));
}

Result<int> half(int n) {
  if (n % 2 != 0) return Error(ErrorCode::kInvalidArgument, "odd");
  return n / 2;
}
Result<int> quarter(int n) {
  TRY_ASSIGN(const int h, half(n));
  TRY(half(h));
  return h / 2;
}

TEST(Result, TryReturnsTheErrorOfTheInnerCall) {
  EXPECT_EQ(quarter(8).value(), 2);
  EXPECT_EQ(quarter(6).error().message(), "odd");
  EXPECT_EQ(std::move(half(1)).error().with_context("half").message(), "half: odd");
}

}  // namespace
}  // namespace linkgate
