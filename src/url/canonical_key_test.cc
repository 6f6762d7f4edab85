#include "url/canonical_key.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

#include "base/ascii.h"
#include "url/domain.h"
#include "url/test_data.h"

namespace linkgate::url {
namespace {

std::string key_of(std::string_view text) {
  const auto url = Url::parse(text);
  EXPECT_TRUE(url) << text;
  return url ? canonical_key(*url) : "";
}

struct KeyCase {
  std::string_view url;
  std::string_view key;
};

TEST(CanonicalKey, SpellingsOfOneDestinationShareOneKey) {
  const KeyCase cases[] = {
      {"http://example.com", "example.com/"},
      {"https://EXAMPLE.com./", "example.com/"},
      {"https://user:pass@example.com:443/#top", "example.com/"},
      {"http://example.com:80/", "example.com/"},
      {"http://example.com:443/", "example.com/"},
      {"http://example.com:8080/x", "example.com:8080/x"},
      {"http://example.com/a/../b/./c", "example.com/b/c"},
      {"http://example.com//a///b//", "example.com/a/b/"},
      {"http://example.com/%2e%2e/%2E/b", "example.com/b"},
      {"http://example.com/%252e%252e/b", "example.com/b"},
      {"http://example.com/a%2fb", "example.com/a/b"},
      {"http://example.com/a%2f%2e%2e%2fb", "example.com/b"},
      {"http://example.com/%25%32%35", "example.com/%25"},
      {"http://example.com/%2525252541", "example.com/A"},
      {"http://example.com/%%341", "example.com/A"},
      {"http://example.com/a%20b", "example.com/a%20b"},
      {"http://example.com/a b?c d", "example.com/a%20b?c%20d"},
      {"http://example.com/\xc3\xbc", "example.com/%C3%BC"},
      {"http://example.com/%c3%bc", "example.com/%C3%BC"},
      {"http://example.com/%fc", "example.com/%FC"},
      {"http://example.com/%3Fq", "example.com/%3Fq"},
      {"http://example.com/?%3Fq%23x", "example.com/??q%23x"},
      {"http://example.com/?", "example.com/"},
      {"http://example.com/?a//b/../c", "example.com/?a//b/../c"},
      {"http://example.com/%00%0a%7f", "example.com/%00%0A%7F"},
      {"http://example.com/a\\b", "example.com/a/b"},
      {"http://example.com/a%5cb", "example.com/a%5Cb"},
      {"http://0x7f.1/", "127.0.0.1/"},
      {"http://2130706433/", "127.0.0.1/"},
      {"http://[0:0::1]/", "[::1]/"},
      {"http://b\xc3\xbc"
       "cher.example/",
       "xn--bcher-kva.example/"},
      {"http://example.com/A", "example.com/A"},
      {"http://example.com/a+b", "example.com/a+b"},
      {"ftp://example.com/a/../b", "ftp://example.com/b"},
      {"mailto:a@example.com", "mailto:a@example.com"},
  };
  for (const auto& c : cases) EXPECT_EQ(key_of(c.url), c.key) << c.url;
}

void expect_key_is_its_own_key(const Url& url) {
  const std::string key = canonical_key(url);
  if (!url.is_http()) return;
  const auto again = Url::parse("http://" + key);
  ASSERT_TRUE(again) << key;
  EXPECT_EQ(canonical_key(*again), key) << url.href();
  EXPECT_EQ(again->href(), "http://" + key) << url.href();
}

TEST(CanonicalKey, IsItsOwnKey) {
  std::mt19937 random(5);
  constexpr std::string_view kBytes = "ab%25%2f%2e./\\?#&=;+ \xc3\xbc{}|^`\"<>'%0a%00%41:@[]";
  for (int i = 0; i < 20'000; ++i) {
    std::string text = "http://a.example/";
    for (size_t j = random() % 30; j > 0; --j) text.push_back(kBytes[random() % kBytes.size()]);
    const auto url = Url::parse(text);
    ASSERT_TRUE(url) << text;
    expect_key_is_its_own_key(*url);
  }
}

TEST(CanonicalKey, HashesTo16Bytes) {
  EXPECT_EQ(canonical_hash("example.com/").size(), 16u);
  EXPECT_EQ(canonical_hash("example.com/"), canonical_hash("example.com/"));
  EXPECT_NE(canonical_hash("example.com/"), canonical_hash("example.com/a"));
}

std::vector<std::string> keys_of(std::string_view text) { return lookup_keys(*Url::parse(text)); }

TEST(LookupKeys, RunFromTheUrlToTheRegistrableDomain) {
  EXPECT_EQ(keys_of("http://a.b.example.co.uk/1/2.html?q=1"),
            (std::vector<std::string>{"a.b.example.co.uk/1/2.html?q=1", "a.b.example.co.uk/1/2.html",
                                      "a.b.example.co.uk/1/", "a.b.example.co.uk/",
                                      "b.example.co.uk/1/2.html?q=1", "b.example.co.uk/1/2.html",
                                      "b.example.co.uk/1/", "b.example.co.uk/", "example.co.uk/1/2.html?q=1",
                                      "example.co.uk/1/2.html", "example.co.uk/1/", "example.co.uk/"}));
  EXPECT_EQ(keys_of("http://1.2.3.4/a"), (std::vector<std::string>{"1.2.3.4/a", "1.2.3.4/"}));
  EXPECT_EQ(
      keys_of("http://example.com:8080/a"),
      (std::vector<std::string>{"example.com:8080/a", "example.com:8080/", "example.com/a", "example.com/"}));
  EXPECT_EQ(keys_of("http://alice.github.io/"), (std::vector<std::string>{"alice.github.io/"}));
  EXPECT_EQ(keys_of("http://localhost/"), (std::vector<std::string>{"localhost/"}));
}

TEST(LookupKeys, StayAtMostThirtyAndKeepTheEndsOfTheScale) {
  std::string host;
  for (int i = 0; i < 100; ++i) host += "x.";
  std::string path;
  for (int i = 0; i < 100; ++i) path += "/y";
  const auto keys = keys_of("http://" + host + "example.com:81" + path + "?q");
  EXPECT_LE(keys.size(), 30u);
  EXPECT_EQ(keys.front(), host + "example.com:81" + path + "?q");
  EXPECT_EQ(std::set<std::string>(keys.begin(), keys.end()).size(), keys.size()) << "no key twice";
  // Neither labels, nor directories, nor a port may push out the domain that a feed names.
  EXPECT_EQ(keys.back(), "example.com/");
}

TEST(RegistrableDomain, AnswersForEveryHost) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"www.example.com", "example.com"},
      {"example.com", "example.com"},
      {"a.b.example.co.uk", "example.co.uk"},
      {"co.uk", "co.uk"},
      {"com", "com"},
      {"localhost", "localhost"},
      {"1.2.3.4", "1.2.3.4"},
      {"[::1]", "[::1]"},
      {"alice.github.io", "alice.github.io"},
      {"github.io", "github.io"},
      {"a.b.unknowntld", "b.unknowntld"},
      {"www.example.com.", "example.com"},
      {"WWW.Example.COM", "example.com"},
      {"www.xn--fiqs8s", "www.xn--fiqs8s"},
      {"", ""},
  };
  for (const auto& [host, domain] : cases) EXPECT_EQ(registrable_domain(host), domain) << host;
}

TEST(HasKnownSuffix, IsAboutNamesInPublicDns) {
  for (const std::string_view host : {"example.com", "args.to", "x.co.uk", "xn--e1afmkfd.xn--p1ai"}) {
    EXPECT_TRUE(has_known_suffix(host)) << host;
  }
  for (const std::string_view host :
       {"com", "node.js", "report.pdf", "a.invalid", "1.2.3.4", "", ".com", "host.local"}) {
    EXPECT_FALSE(has_known_suffix(host)) << host;
  }
}

// "host domain" a line, "null" for none. Where there is none we answer with the host itself.
TEST(RegistrableDomain, AgreesWithThePublicSuffixListsOwnTests) {
  READ_TEST_DATA_OR_SKIP(tests, "lists/publicsuffix/tests/tests.txt");
  int cases = 0;
  for (const auto line : ascii::split(tests, '\n')) {
    if (line.empty() || line.starts_with("//")) continue;
    const auto fields = ascii::split(line, ' ');
    if (fields.size() != 2 || fields[0] == "null" || fields[0].starts_with('.')) continue;
    const auto url = Url::parse("http://" + std::string(fields[0]));
    ASSERT_TRUE(url) << line;
    const auto domain = Url::parse("http://" + std::string(fields[1]));
    ++cases;
    EXPECT_EQ(registrable_domain(url->hostname()), fields[1] == "null" ? url->hostname() : domain->hostname())
        << line;
  }
  EXPECT_GT(cases, 60);
}

}  // namespace
}  // namespace linkgate::url
