// The store's lines as KQL values.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kql/kql.h"

namespace linkgate::kql {
namespace {

std::string json(std::string_view line, std::vector<Type> types) {
  std::vector<ResultColumn> columns;
  for (Type type : types) columns.push_back({"c", type});
  const auto row = row_to_json(line, columns);
  return row ? *row : "error: " + row.error().message();
}

TEST(Rows, BecomeKqlValues) {
  EXPECT_EQ(json(R"([1, true, "0", null])", {Type::kBool, Type::kBool, Type::kBool, Type::kBool}),
            "[true,true,false,null]");
  EXPECT_EQ(json(R"(["-5", 7, 3])", {Type::kLong, Type::kLong, Type::kInt}), "[-5,7,3]");
  EXPECT_EQ(json(R"([1, 2.5, "nan", "-inf", "inf", null])",
                 {Type::kReal, Type::kReal, Type::kReal, Type::kReal, Type::kReal, Type::kReal}),
            R"([1.0,2.5,"NaN","-Infinity","Infinity",null])");
  EXPECT_EQ(json(R"(["639308983331234567", null])", {Type::kDateTime, Type::kDateTime}),
            R"(["2026-11-21T22:52:13.1234567Z",null])");
  EXPECT_EQ(json(R"(["937840000000", "-1", "0"])", {Type::kTimeSpan, Type::kTimeSpan, Type::kTimeSpan}),
            R"(["1.02:03:04","-00:00:00.0000001","00:00:00"])");
  EXPECT_EQ(json(R"(["a\"b\u00e9\n"])", {Type::kString}), "[\"a\\\"b\u00e9\\n\"]");
}

// JSON is nested, not quoted; a column that was filled with something else shows it as the text it is.
TEST(Rows, NestDynamics) {
  EXPECT_EQ(json(R"(["{\"a\": [1, null]}", "null", null, "\"x\"", "no json"])",
                 {Type::kDynamic, Type::kDynamic, Type::kDynamic, Type::kDynamic, Type::kDynamic}),
            R"([{"a":[1,null]},null,null,"x","no json"])");
}

TEST(Rows, OtherLinesAreCorrupt) {
  for (const char* line : {"", "{}", "[1", "[\"x\"]", "[1,2]", "[]"}) {
    const auto row = row_to_json(line, {{"c", Type::kLong}});
    ASSERT_FALSE(row) << line;
    EXPECT_EQ(row.error().code(), ErrorCode::kCorrupt) << line;
  }
}

TEST(Rows, BecomeTextForTables) {
  const std::vector<ResultColumn> columns = {
      {"a", Type::kBool},     {"b", Type::kReal},   {"c", Type::kDynamic}, {"d", Type::kDynamic},
      {"e", Type::kTimeSpan}, {"f", Type::kString}, {"g", Type::kLong}};
  const auto cells = row_to_text(R"([1, 3, "\"x\"", "[1]", "10", "y", null])", columns);
  ASSERT_TRUE(cells);
  EXPECT_THAT(*cells, ::testing::ElementsAre("True", "3", "x", "[1]", "00:00:00.0000010", "y", ""));
}

}  // namespace
}  // namespace linkgate::kql
