// What a saved search keeps.
#include "cli/saved_search.h"

#include <gtest/gtest.h>

namespace linkgate::cli {
namespace {

TEST(SavedSearch, KeepsEveryFilterAsItWasGiven) {
  ViewOptions options;
  options.from = "7d";
  options.to = "2026-11-22";
  views::Filter& named = options.named;
  named.users = {"ada@corp.test", "b\"ö"};
  for (auto* values : {&named.mails, &named.subjects, &named.domains, &named.urls, &named.alerts,
                       &named.clicks, &named.policies, &named.addresses, &named.actions})
    *values = {std::to_string(values - &named.users)};
  const std::string text = filters_to_json(options);
  const auto read = filters_from_json(text);
  ASSERT_TRUE(read.has_value()) << text;
  EXPECT_EQ(filters_to_json(*read), text);
  EXPECT_EQ(read->named.users, named.users);
  EXPECT_EQ(read->named.actions, named.actions);
  EXPECT_EQ(read->from, "7d");
}

TEST(SavedSearch, WhatNobodyWroteIsRefused) {
  for (const char* text : {"", "[]", R"({"user":"ada"})", R"({"user":[1]})", R"({"from":7})"})
    EXPECT_FALSE(filters_from_json(text).has_value()) << text;
}

TEST(SavedSearch, WhatIsGivenReplacesWhatWasSavedOfTheSameOption) {
  ViewOptions saved, given;
  saved.from = "7d";
  saved.named.users = {"ada"};
  saved.named.domains = {"evil.example"};
  given.from = "1d";
  given.named.users = {"bob", "cy"};
  EXPECT_EQ(filters_to_json(overlaid(saved, given)),
            R"({"domain":["evil.example"],"from":"1d","user":["bob","cy"]})");
}

}  // namespace
}  // namespace linkgate::cli
