#include "url/url.h"

#include <gtest/gtest.h>

#include "url/idna.h"
#include "url/ip_address.h"

namespace linkgate::url {
namespace {

std::string href_of(std::string_view text, std::string_view base = {}) {
  std::optional<Url> base_url;
  if (!base.empty()) base_url = Url::parse(base);
  const auto url = Url::parse(text, base_url ? &*base_url : nullptr);
  return url ? url->href() : "failure";
}

TEST(Url, GivesTheSamePartsAsABrowser) {
  const auto url = Url::parse("HTTPS://User:Pa%20ss@WWW.Example.com:8443/a/b%20c;d?q=1&r=2#frag");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->href(), "https://User:Pa%20ss@www.example.com:8443/a/b%20c;d?q=1&r=2#frag");
  EXPECT_EQ(url->protocol(), "https:");
  EXPECT_EQ(url->scheme(), "https");
  EXPECT_EQ(url->username(), "User");
  EXPECT_EQ(url->password(), "Pa%20ss");
  EXPECT_EQ(url->host(), "www.example.com:8443");
  EXPECT_EQ(url->hostname(), "www.example.com");
  EXPECT_EQ(url->port(), "8443");
  EXPECT_EQ(url->pathname(), "/a/b%20c;d");
  EXPECT_EQ(url->search(), "?q=1&r=2");
  EXPECT_EQ(url->hash(), "#frag");
  EXPECT_EQ(url->origin(), "https://www.example.com:8443");
  EXPECT_EQ(url->effective_port(), 8443);
  EXPECT_TRUE(url->is_http());
  EXPECT_TRUE(url->is_special());
  EXPECT_FALSE(url->host_is_ip());
}

struct ParseCase {
  std::string_view text;
  std::string_view href;
  std::string_view base = {};
};

TEST(Url, ReadsWhatAttackersWriteAsABrowserDoes) {
  const ParseCase cases[] = {
      {"http://good.example\\@evil.example/", "http://good.example/@evil.example/"},
      {"http://good.example@evil.example/", "http://good.example@evil.example/"},
      {"http:evil.example", "http://evil.example/"},
      {"https:\\\\evil.example\\x", "https://evil.example/x"},
      {"http:///evil.example", "http://evil.example/"},
      {"\x01 http://evil.example/\r\n ", "http://evil.example/"},
      {"ht\ntp://ev\til.exa\rmple/", "http://evil.example/"},
      {"http://0x7f000001/", "http://127.0.0.1/"},
      {"http://0177.0.0.01", "http://127.0.0.1/"},
      {"http://127.1", "http://127.0.0.1/"},
      {"http://4294967296/", "failure"},
      {"http://1.2.3.4.5/", "failure"},
      {"http://1.2.3.08/", "failure"},
      {"http://\xef\xbc\x91\xef\xbc\x92\xef\xbc\x97.1/", "http://127.0.0.1/"},
      {"http://[::FFFF:1.2.3.4]/", "http://[::ffff:102:304]/"},
      {"http://[fe80::1%25eth0]/", "failure"},
      {"http://ex\xe2\x81\xa1"
       "ample.com/",
       "http://example.com/"},
      {"http://\xef\xbd\x85xample.com/", "http://example.com/"},
      {"http://exa%6Dple.com/", "http://example.com/"},
      {"http://xn--8i7caa.example/", "http://xn--8i7caa.example/"},
      {"http://\xff/", "failure"},
      {"http://a b/", "failure"},
      {"http://a%00b/", "failure"},
      {"http://:80/", "failure"},
      {"http://a:65536/", "failure"},
      {"javascript:alert(1)", "javascript:alert(1)"},
      {"//evil.example/x", "https://evil.example/x", "https://good.example/a"},
      {"\\\\evil.example\\x", "https://evil.example/x", "https://good.example/a"},
      {"../../../x", "https://good.example/x", "https://good.example/a/b"},
      {"?q", "https://good.example/a?q", "https://good.example/a?p#f"},
      {"#g", "https://good.example/a?p#g", "https://good.example/a?p#f"},
      {"", "https://good.example/a?p", "https://good.example/a?p#f"},
      {"/x", "failure"},
      {"x", "failure", "mailto:a@b.example"},
      {"file:///C|/x/..", "file:///C:/"},
      {"web+demo:/..//not-a-host/", "web+demo:/.//not-a-host/"},
  };
  for (const auto& c : cases) EXPECT_EQ(href_of(c.text, c.base), c.href) << c.text;
}

TEST(Url, KnowsAddressesInEveryNotation) {
  for (const std::string_view text :
       {"http://127.1/", "http://0x7f.0.0.1/", "https://[::1]:8/", "http://1/"}) {
    EXPECT_TRUE(Url::parse(text)->host_is_ip()) << text;
  }
  for (const std::string_view text : {"http://a.1e/", "http://example.com/", "foo://1.2.3.4/"}) {
    EXPECT_FALSE(Url::parse(text)->host_is_ip()) << text;
  }
  const auto base = Url::parse("http://127.0.0.1/a");
  EXPECT_TRUE(Url::parse("b", &*base)->host_is_ip());
}

TEST(Url, RefusesMoreThanTheLimit) {
  const std::string host = "http://example.com/";
  EXPECT_TRUE(Url::parse(host + std::string(kMaxUrlLength - host.size(), 'x')));
  EXPECT_FALSE(Url::parse(host + std::string(kMaxUrlLength - host.size() + 1, 'x')));
  EXPECT_FALSE(Url::parse(host + std::string(kMaxUrlLength / 2, ' ') + "x")) << "too long once escaped";
}

TEST(Url, ComparesByHref) {
  EXPECT_EQ(*Url::parse("HTTP://example.com:80"), *Url::parse("http://EXAMPLE.com/"));
  EXPECT_NE(*Url::parse("http://example.com/a"), *Url::parse("http://example.com/b"));
}

TEST(DomainToUnicode, IsTheReadableFormWhereThereIsOne) {
  EXPECT_EQ(domain_to_unicode("xn--bcher-kva.example"), "bücher.example");
  EXPECT_EQ(domain_to_unicode("example.com"), "example.com");
  EXPECT_EQ(domain_to_unicode("xn--zn7c.com"), "xn--zn7c.com");
}

TEST(Ipv6, PrintsTheShortestForm) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"::", "::"},
      {"::1", "::1"},
      {"1::", "1::"},
      {"1:0:0:2:0:0:0:3", "1:0:0:2::3"},
      {"1:0:2:0:3:0:4:0", "1:0:2:0:3:0:4:0"},
      {"0:0:0:0:0:0:0:0", "::"},
      {"A:B::1.2.3.4", "a:b::102:304"},
      {"1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"},
  };
  for (const auto& [text, printed] : cases) {
    const auto pieces = parse_ipv6(text);
    ASSERT_TRUE(pieces) << text;
    std::string out;
    append_ipv6(out, *pieces);
    EXPECT_EQ(out, printed) << text;
  }
  for (const std::string_view bad :
       {"", ":", "1", ":::", "1::2::3", "1:2:3:4:5:6:7:8:9", "::1.2.3", "::1.2.3.04", "::1.2.3.4:5",
        "12345::", "::g", "1:", "1:2:3:4:5:6:7:1.2.3.4", "::1.2.3.256", "::1.2.3.4 "}) {
    EXPECT_FALSE(parse_ipv6(bad)) << bad;
  }
}

}  // namespace
}  // namespace linkgate::url
