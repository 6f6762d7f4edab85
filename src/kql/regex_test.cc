#include "kql/regex.h"

#include <gtest/gtest.h>

namespace linkgate::kql {
namespace {

TEST(Regex, ClassesBecomeUnicode) {
  EXPECT_EQ(to_engine_regex(R"(\d+[\w.]\\d)").pattern, R"((?-s)\p{Nd}+[\p{L}\p{M}\p{Nd}\p{Pc}.]\\d)");
  EXPECT_EQ(to_engine_regex(R"([]\d][^]\s])").pattern, R"((?-s)[]\p{Nd}][^]\t-\r\x{85}\p{Z}])");
  EXPECT_EQ(to_engine_regex("(?<x>a)").pattern, "(?-s)(?P<x>a)");
  EXPECT_EQ(to_engine_regex("(?<x>a)(b)").group_names.at("x"), 1);
  EXPECT_EQ(to_engine_regex("(?<x>a)(b)").groups, 2);
  EXPECT_EQ(to_engine_regex(R"([\s\S])").problem, "");
  EXPECT_EQ(to_engine_regex("a.b").pattern, "(?-s)a.b");
}

TEST(Regex, WhatTheEngineDoesNotHaveIsRefused) {
  for (const char* pattern : {"(?=x)", "(?<!x)y", R"((a)\1)", "(", "[a", R"([\W])"}) {
    const EngineRegex regex = to_engine_regex(pattern);
    EXPECT_FALSE(regex.problem.empty()) << pattern;
    EXPECT_TRUE(regex.pattern.empty()) << pattern;
  }
  EXPECT_FALSE(to_engine_regex(std::string(100'000, 'a')).problem.empty());
}

}  // namespace
}  // namespace linkgate::kql
