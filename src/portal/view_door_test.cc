// What the parameters of an address ask for.
#include "portal/view_door.h"

#include <gtest/gtest.h>

namespace linkgate::portal {
namespace {

const Time kNoon = from_iso8601("2026-11-22T12:00:00Z").value();

TEST(ViewQuestion, ParametersAreTheOptionsOfTheCommand) {
  const auto asked = parse_view_question(
      "from=7d&user=ada%40corp.test&user=bob%2Bx@corp.test&subject=two+words&section=details&rows=5&all=true",
      kNoon);
  ASSERT_TRUE(asked.has_value()) << asked.error().message();
  EXPECT_EQ(asked->filter.from, kNoon - std::chrono::hours(7 * 24));
  EXPECT_EQ(asked->filter.users, (std::vector<std::string>{"ada@corp.test", "bob+x@corp.test"}));
  EXPECT_EQ(asked->filter.subjects, std::vector<std::string>{"two words"});
  EXPECT_EQ(asked->section, "details");
  EXPECT_EQ(asked->rows, 5U);
  EXPECT_TRUE(asked->all);
}

TEST(ViewQuestion, ThePeriodIsTheReportsWhereNobodySaysOne) {
  const auto asked = parse_view_question("", kNoon);
  ASSERT_TRUE(asked.has_value());
  EXPECT_EQ(asked->filter.from, kNoon - Ticks(views::kOrdinaryPeriod));
  EXPECT_FALSE(asked->filter.to.has_value());
}

TEST(ViewQuestion, WhatCannotBeMeantIsRefused) {
  for (const char* query : {"form=7d", "from=x", "rows=0", "rows=5x", "rows=500001", "all=1", "action=none"})
    EXPECT_FALSE(parse_view_question(query, kNoon).has_value()) << query;
}

}  // namespace
}  // namespace linkgate::portal
