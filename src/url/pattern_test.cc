#include "url/pattern.h"

#include <gtest/gtest.h>

#include "base/ascii.h"
#include "url/test_data.h"

namespace linkgate::url {
namespace {

TEST(TablPattern, EveryRowOfDefendersTable) {
  READ_TEST_DATA_OR_SKIP(table, "safelinks/tabl_url_cases.tsv");
  int rows = 0;
  for (const auto line : ascii::split(table, '\n')) {
    if (line.empty() || line[0] == '#') continue;
    const auto fields = ascii::split(line, '\t');
    ASSERT_GE(fields.size(), 2u) << line;
    ++rows;
    const auto pattern = TablPattern::parse(fields[1]);
    if (fields[0] == "invalid") {
      EXPECT_FALSE(pattern) << line;
      if (pattern) continue;
      EXPECT_NE(pattern.error().message().find(fields[1]), std::string::npos);
      continue;
    }
    ASSERT_TRUE(pattern) << line << ": " << pattern.error().message();
    const auto action = fields[0] == "allow" ? ListAction::kAllow : ListAction::kBlock;
    EXPECT_EQ(pattern->matches(fields[2], action), fields[3] == "1") << line;
    // The same link as the parser gives it: with a scheme, and another spelling of the host.
    if (fields[2].find('\\') == std::string_view::npos && fields[2].find('/') != std::string_view::npos) {
      const std::string typed = "hTTps://" + std::string(fields[2]);
      EXPECT_EQ(pattern->matches(typed, action), fields[3] == "1") << line;
    }
  }
  EXPECT_GE(rows, 125 + 22) << "rows are lost";
}

struct MatchCase {
  std::string_view entry;
  std::string_view url;
  bool allowed;
  bool blocked;
};

TEST(TablPattern, ReadsTheHostThatABrowserWouldOpen) {
  const MatchCase cases[] = {
      {"*.good.com", "https://evil.com\\.good.com/", false, true},
      {"*.good.com/*", "https://evil.com\\.good.com/x", false, true},
      {"evil.com", "https://evil.com\\.good.com/", false, true},
      {"good.com", "https://good.com@evil.com/", false, false},
      {"evil.com", "https://good.com@evil.com/", true, true},
      {"evil.com", "https://evil.com:8443/", true, true},
      {"evil.com", "https://EVIL.com./", true, true},
      {"127.0.0.1", "http://0x7f.1/", true, true},
      {"127.0.0.1", "http://2130706433/", true, true},
      {"2001:db8::1", "http://[2001:DB8:0::1]/", true, true},
      {"xn--bcher-kva.example.com", "https://bücher.example.com/", true, true},
      {"contoso.com", "https://contoso.com.evil.org/", false, false},
      {"contoso.com/a", "https://contoso.com/a", true, true},
      {"contoso.com/a", "https://contoso.com/a/b?c", false, true},
      {"contoso.com/a", "https://contoso.com/ab", false, false},
      {"contoso.com/a", "https://contoso.com/A", false, false},
      {"contoso.com", "https://contoso.com/#fragment", true, true},
  };
  for (const auto& c : cases) {
    const auto pattern = TablPattern::parse(c.entry);
    ASSERT_TRUE(pattern) << c.entry << ": " << pattern.error().message();
    EXPECT_EQ(pattern->matches(c.url, ListAction::kAllow), c.allowed) << c.entry << " allow " << c.url;
    EXPECT_EQ(pattern->matches(c.url, ListAction::kBlock), c.blocked) << c.entry << " block " << c.url;
  }
}

TEST(TablPattern, SaysWhyAnEntryIsRefused) {
  const std::pair<std::string, std::string_view> cases[] = {
      {"", "empty"},
      {std::string(247, 'a') + ".com", "250"},
      {"https://contoso.com", "protocol"},
      {"contoso.com:443", "ports"},
      {"user@contoso.com", "user and password"},
      {"\"contoso.com\"", "quotes"},
      {"bücher.com", "Punycode"},
      {"con toso.com", "spaces"},
      {"test.pdf", "file name"},
      {"*1.2.3.4", "wildcard"},
      {"*.1.2.3.4", "wildcard"},
      {"conto~so.com", "'~'"},
      {"contoso.com~", "'~'"},
      {"a..com", "label"},
  };
  for (const auto& [entry, why] : cases) {
    const auto pattern = TablPattern::parse(entry);
    ASSERT_FALSE(pattern) << entry;
    EXPECT_EQ(pattern.error().code(), ErrorCode::kInvalidArgument);
    EXPECT_NE(pattern.error().message().find(why), std::string::npos) << pattern.error().message();
  }
}

TEST(TablPattern, AWholeTopLevelDomainIsForBlocksAlone) {
  const auto all = TablPattern::parse("*.xyz/*"), one = TablPattern::parse("*.contoso.xyz/*");
  ASSERT_TRUE(all && one);
  EXPECT_TRUE(all->check(ListAction::kBlock));
  EXPECT_TRUE(one->check(ListAction::kAllow));
  const auto allowed = all->check(ListAction::kAllow);
  ASSERT_FALSE(allowed);
  EXPECT_EQ(allowed.error().code(), ErrorCode::kInvalidArgument);
}

struct RewriteCase {
  std::string_view entry;
  std::string_view url;
  bool matches;
};

TEST(DoNotRewritePattern, FollowsTheTableOfSafeLinks) {
  const RewriteCase cases[] = {
      {"contoso.com", "https://contoso.com", true},
      {"contoso.com", "http://contoso.com/", true},
      {"contoso.com", "https://www.contoso.com", false},
      {"contoso.com", "https://contoso.com/a", false},
      {"contoso.com", "https://contoso.com/?a", false},
      {"*.contoso.com/*", "https://www.contoso.com", true},
      {"*.contoso.com/*", "https://maps.contoso.com/", true},
      {"*.contoso.com/*", "https://www.contoso.com/a?b=c", true},
      {"*.contoso.com/*", "https://a.b.contoso.com/a", true},
      {"*.contoso.com/*", "https://contoso.com/a", false},
      {"*.contoso.com/*", "https://falsecontoso.com/a", false},
      {"https://contoso.com/a", "https://contoso.com/a", true},
      {"https://contoso.com/a", "http://contoso.com/a", false},
      {"https://contoso.com/a", "https://contoso.com/a/b", false},
      {"https://contoso.com/a/*", "https://contoso.com/a", true},
      {"https://contoso.com/a/*", "https://contoso.com/a/b", true},
      {"https://contoso.com/a/*", "https://contoso.com/ab", false},
      {"*.contoso.com", "https://www.contoso.com", true},
      {"*.contoso.com", "https://www.contoso.com/a", false},
      {"*.contoso.com", "https://contoso.com", false},
      {"contoso.com/*", "https://contoso.com", true},
      {"contoso.com/*", "https://contoso.com/vdir1", true},
      {"contoso.com/*", "https://www.contoso.com/vdir1", false},
      {"contoso.com/*/x/*", "https://contoso.com/abc/x/y", true},
      {"contoso.com/*", "https://contoso.com@evil.com/", false},
      {"contoso.com/*", "https://evil.com\\@contoso.com/", false},
      {"contoso.com/*", "https://contoso.com:8443/", false},
      {"contoso.com:8443/*", "https://contoso.com:8443/", true},
      {"contoso.com/*", "ftp://contoso.com/x", false},
      {"ftp://contoso.com/*", "ftp://contoso.com/x", true},
      {"CONTOSO.com/A", "https://contoso.COM/A", true},
      {"intranet/*", "http://intranet/x", true},
  };
  for (const auto& c : cases) {
    const auto pattern = DoNotRewritePattern::parse(c.entry);
    ASSERT_TRUE(pattern) << c.entry << ": " << pattern.error().message();
    EXPECT_EQ(pattern->matches(c.url), c.matches) << c.entry << " on " << c.url;
  }
}

TEST(DoNotRewritePattern, RefusesWhatWouldLeaveTooMuchOut) {
  for (const std::string_view entry : {"", "*contoso.com", "con*so.com", "*.com/*", "*", "a.com/*/*/*/*",
                                       "mailto:x", "javascript://a.com/", "u@a.com", "a b.com"}) {
    EXPECT_FALSE(DoNotRewritePattern::parse(entry)) << entry;
  }
}

}  // namespace
}  // namespace linkgate::url
