#include "url/hash_expressions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace linkgate::url {
namespace {

using testing::Contains;
using testing::IsEmpty;
using testing::IsSupersetOf;
using testing::Not;
using testing::UnorderedElementsAre;

std::vector<std::string> expressions(std::string_view text) { return hash_expressions(*Url::parse(text)); }

TEST(HashExpressions, OfHostsAndPathsAsTheSpecificationsCombineThem) {
  EXPECT_THAT(expressions("http://a.b.com/1/2.html?param=1"),
              UnorderedElementsAre("a.b.com/1/2.html?param=1", "a.b.com/1/2.html", "a.b.com/", "a.b.com/1/",
                                   "b.com/1/2.html?param=1", "b.com/1/2.html", "b.com/", "b.com/1/"));
  const auto deep = expressions("http://a.b.c.d.e.f.com/1.html");
  EXPECT_THAT(deep, IsSupersetOf({"a.b.c.d.e.f.com/1.html", "a.b.c.d.e.f.com/", "c.d.e.f.com/1.html",
                                  "c.d.e.f.com/", "d.e.f.com/1.html", "e.f.com/", "f.com/1.html"}));
  EXPECT_THAT(deep, Not(Contains("b.c.d.e.f.com/")));
  EXPECT_THAT(deep, Not(Contains("com/")));
  EXPECT_THAT(expressions("http://1.2.3.4/1/"), UnorderedElementsAre("1.2.3.4/1/", "1.2.3.4/"));
  EXPECT_THAT(expressions("http://example.co.uk/1"), IsSupersetOf({"example.co.uk/1", "example.co.uk/"}));
  EXPECT_THAT(expressions("https://host.example/a/b/c/d/e.html"),
              UnorderedElementsAre("host.example/a/b/c/d/e.html", "host.example/", "host.example/a/",
                                   "host.example/a/b/", "host.example/a/b/c/"));
  EXPECT_THAT(expressions("mailto:a@b.example"), IsEmpty());
}

TEST(HashExpressions, OfTheCanonicalForm) {
  const std::pair<std::string_view, std::string> cases[] = {
      {"http://host/%25%32%35", "host/%25"},
      {"http://host/%2525252525252525", "host/%25"},
      {"http://host/asdf%25%32%35asd", "host/asdf%25asd"},
      {"http://www.GOOgle.com/", "www.google.com/"},
      {"http://www.evil.com/blah#frag", "www.evil.com/blah"},
      {"http://3279880203/blah", "195.127.0.11/blah"},
      {"http://www.google.com/blah/..", "www.google.com/"},
      {"http://host.com//twoslashes?more//slashes", "host.com/twoslashes?more//slashes"},
      {"http://host.com/a/./b/%2e%2e/c/", "host.com/a/c/"},
      {"https://host.com:8443/x", "host.com/x"},
      {"http://host.com/ab%23cd", "host.com/ab%23cd"},
      {"http://[::ffff:1.2.3.4]/x", "1.2.3.4/x"},
  };
  for (const auto& [text, first] : cases) EXPECT_EQ(expressions(text).at(0), first) << text;
}

}  // namespace
}  // namespace linkgate::url
