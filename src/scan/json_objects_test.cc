#include "scan/json_objects.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace linkgate::scan {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

std::vector<JsonObject> objects(std::string_view text) {
  std::vector<JsonObject> all;
  const auto read = for_each_json_object(text, [&](const JsonObject& object) -> Result<void> {
    all.push_back(object);
    return {};
  });
  EXPECT_TRUE(read.has_value()) << read.error().message();
  return all;
}

std::string trouble(std::string_view text) {
  const auto read = for_each_json_object(text, [](const JsonObject&) -> Result<void> { return {}; });
  return read ? "" : read.error().message();
}

TEST(JsonObjects, EachComesWhenItEndsWithItsWordsAndLists) {
  const auto all = objects(R"([{"a":"x","n":-1,"u":7,"f":1.50,"t":true,"z":null,
                               "Attribute":[{"type":"url"},{"type":"ip"}],"tags":["p","q"]}])");
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[0].name, "Attribute");
  EXPECT_EQ(all[1]["type"], "ip");
  EXPECT_EQ(all[2].name, "");
  EXPECT_THAT(all[2].members, ElementsAre(Pair("a", "x"), Pair("n", "-1"), Pair("u", "7"), Pair("f", "1.50"),
                                          Pair("t", "true")));
  EXPECT_THAT(all[2].listed, ElementsAre(Pair("tags", "p"), Pair("tags", "q")));
  EXPECT_EQ(all[2]["none"], "");
}

TEST(JsonObjects, WhatIsNoJsonOrTooMuchOfItIsRefused) {
  EXPECT_THAT(trouble("{\"a\":"), HasSubstr("no JSON"));
  EXPECT_THAT(trouble("<html>"), HasSubstr("no JSON"));
  EXPECT_THAT(trouble(""), HasSubstr("no JSON"));
  EXPECT_THAT(trouble("{} {}"), HasSubstr("no JSON"));
  EXPECT_THAT(trouble(std::string(100, '[')), HasSubstr("nested"));
  EXPECT_THAT(trouble("\"" + std::string(kMaxJsonString + 2, 'a') + "\""), HasSubstr("1 MiB"));
  EXPECT_THAT(trouble("[" + std::string(kMaxJsonString + 2, '1') + "]"), HasSubstr("1 MiB"));
  EXPECT_EQ(trouble("[1,\"\\\"\\\\\",{}]"), "");
}

TEST(JsonObjects, AnErrorOfWhoTakesThemEndsIt) {
  const auto read = for_each_json_object(
      "[{},{}]", [](const JsonObject&) -> Result<void> { return Error(ErrorCode::kLimit, "enough"); });
  EXPECT_EQ(read.error().message(), "enough");
}

}  // namespace
}  // namespace linkgate::scan
