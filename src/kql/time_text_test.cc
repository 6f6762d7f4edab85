#include "kql/time_text.h"

#include <gtest/gtest.h>

namespace linkgate::kql {
namespace {

std::string read_datetime(std::string_view text) {
  const auto ticks = parse_datetime(text);
  return ticks ? datetime_text(*ticks) : "none";
}
std::string read_timespan(std::string_view text) {
  const auto ticks = parse_timespan(text);
  return ticks ? timespan_text(*ticks) : "none";
}

struct Case {
  const char* text;
  const char* want;
};

class DateTime : public ::testing::TestWithParam<Case> {};
TEST_P(DateTime, IsRead) { EXPECT_EQ(read_datetime(GetParam().text), GetParam().want); }
INSTANTIATE_TEST_SUITE_P(
    Texts, DateTime,
    ::testing::Values(Case{"2026-11-21T22:52:13.1234567Z", "2026-11-21T22:52:13.1234567Z"},
                      Case{"2026-11-21", "2026-11-21T00:00:00.0000000Z"},
                      Case{"2026-1-2 3:04", "2026-01-02T03:04:00.0000000Z"},
                      Case{"2026", "2026-01-01T00:00:00.0000000Z"},
                      Case{"2026-02", "2026-02-01T00:00:00.0000000Z"},
                      Case{"2026-11-21T22:52:13+02:00", "2026-11-21T20:52:13.0000000Z"},
                      Case{"0001-01-01", "0001-01-01T00:00:00.0000000Z"},
                      Case{"9999-12-31 23:59:59.9999999", "9999-12-31T23:59:59.9999999Z"},
                      Case{"2024-02-29", "2024-02-29T00:00:00.0000000Z"}, Case{"2026-02-29", "none"},
                      Case{"11/21/2026 22:52", "2026-11-21T22:52:00.0000000Z"},
                      Case{"2026, 11, 21", "2026-11-21T00:00:00.0000000Z"},
                      Case{"Sat, 21 Nov 2026 22:52:13 GMT", "2026-11-21T22:52:13.0000000Z"},
                      Case{"2026-11-21T25:00", "none"}, Case{"x", "none"}, Case{"", "none"},
                      Case{"2026-11-21 22:52:13.1234567890", "none"},
                      Case{"9999-12-31T23:00:00-02:00", "none"}));

class TimeSpan : public ::testing::TestWithParam<Case> {};
TEST_P(TimeSpan, IsRead) { EXPECT_EQ(read_timespan(GetParam().text), GetParam().want); }
INSTANTIATE_TEST_SUITE_P(Texts, TimeSpan,
                         ::testing::Values(Case{"1.02:03:04.5", "1.02:03:04.5000000"},
                                           Case{"-02:03", "-02:03:00"}, Case{"7d", "7.00:00:00"},
                                           Case{"1.5h", "01:30:00"}, Case{"100ms", "00:00:00.1000000"},
                                           Case{"2", "2.00:00:00"}, Case{"0", "00:00:00"},
                                           Case{"25:00", "none"}, Case{"1 year", "none"}, Case{"", "none"},
                                           Case{"99999999999999d", "none"}, Case{"99999999.00:00", "none"}));

TEST(TimeSpan, TheLeastHasAText) { EXPECT_EQ(timespan_text(INT64_MIN), "-10675199.02:48:05.4775808"); }

}  // namespace
}  // namespace linkgate::kql
