#include "scan/stix_pattern.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace linkgate::scan {
namespace {

using Values = std::vector<std::string>;

TEST(StixPattern, AlternativesAreListedEachByItself) {
  const std::pair<std::string_view, Values> cases[] = {
      {"[url:value = 'https://evil.example/a']", {"https://evil.example/a"}},
      {"[ url:value='https://evil.example/a' ]", {"https://evil.example/a"}},
      {"[url:value = 'a' OR domain-name:value = 'b']", {"a", "b"}},
      {"[url:value = 'a'] OR [ipv4-addr:value = '192.0.2.1']", {"a", "192.0.2.1"}},
      {"([url:value = 'a'] OR ([domain-name:value = 'b']))", {"a", "b"}},
      {"[(url:value = 'a' OR (url:value = 'b'))]", {"a", "b"}},
      {"[url:value IN ('a', 'b', 'c')]", {"a", "b", "c"}},
      {"[ipv4-addr:value = '192.0.2.1/32']", {"192.0.2.1"}},
      {"[ipv6-addr:value = '2001:db8::1/128']", {"2001:db8::1"}},
      {R"([url:value = 'it\'s\\'])", {R"(it's\)"}},
  };
  for (const auto& [pattern, values] : cases) EXPECT_EQ(listed_by_stix_pattern(pattern), values) << pattern;
}

TEST(StixPattern, WhatIsBadOnlyTogetherOrAtTimesListsNothing) {
  for (const std::string_view pattern : {
           "[url:value = 'a' AND domain-name:value = 'b']",
           "[url:value = 'a'] AND [url:value = 'b']",
           "[url:value = 'a'] FOLLOWEDBY [url:value = 'b']",
           "[url:value = 'a'] WITHIN 5 SECONDS",
           "[url:value = 'a'] REPEATS 5 TIMES",
           "[url:value = 'a'] START t'2026-01-01T00:00:00Z' STOP t'2026-01-02T00:00:00Z'",
           "[url:value != 'a']",
           "[NOT url:value = 'a']",
           "[url:value LIKE '%evil%']",
           "[url:value MATCHES 'evil']",
           "[file:hashes.'SHA-256' = 'a']",
           "[url:value = 'a' OR file:name = 'b']",
           "[url:value = 'a'",
           "url:value = 'a'",
           "[url:value = 'a]",
           "[(url:value = 'a']",
           "([url:value = 'a']",
           "[]",
           "",
       })
    EXPECT_EQ(listed_by_stix_pattern(pattern), std::nullopt) << pattern;
}

}  // namespace
}  // namespace linkgate::scan
