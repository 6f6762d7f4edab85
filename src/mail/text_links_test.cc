#include "mail/text_links.h"

#include <gtest/gtest.h>

namespace linkgate::mail {
namespace {

TEST(TextLinks, WhatFollowsASealedLinkIsKnownToRunOn) {
  const std::string stars(1000, '*');
  const struct {
    std::string after;
    bool runs_on;
  } cases[] = {
      {"", false},     {" x", false},       {":$PORT", true},           {".", false},
      {".x", true},    {"\u3002x", false},  {"\u3042", true},           {")", false},
      {stars, false},  {stars + "x", true}, {stars + " x", false},      {stars + "\u3042", true},
      {"&lt;x", true}, {"&lt;", false},     {stars + "\u3002x", false}, {"&lt;" + stars + "x", true},
  };
  for (const auto& c : cases) EXPECT_EQ(would_run_on(c.after), c.runs_on) << c.after.substr(0, 20);
}

// One word of many links, which each look at what is behind them.
TEST(TextLinks, AreFoundInTimeThatGrowsWithTheText) {
  std::string text;
  for (int i = 0; i < 20'000; ++i) text += "http://a.example,***********************************************";
  EXPECT_EQ(find_plain_links(text, Charset::utf8(), false).size(), 20'000U);
}

}  // namespace
}  // namespace linkgate::mail
