#include "egress/destination.h"

#include <gtest/gtest.h>

namespace linkgate::egress {
namespace {

TEST(Destination, HostsAreReadAsBrowsersReadThem) {
  struct Case {
    const char *authority, *text;  // empty: none
  };
  const Case cases[] = {
      {"Example.COM:443", "example.com:443"},
      {"example.com.:80", "example.com:80"},
      {"127.1:80", "127.0.0.1:80"},
      {"0x7f.1:80", "127.0.0.1:80"},
      {"0177.0.0.01:80", "127.0.0.1:80"},
      {"2130706433:80", "127.0.0.1:80"},
      {"0x7f000001:80", "127.0.0.1:80"},
      {"[::1]:80", "[::1]:80"},
      {"[::ffff:7f00:1]:80", "127.0.0.1:80"},
      {"bücher.example:80", "xn--bcher-kva.example:80"},
      {"example.com", ""},
      {"example.com:0", ""},
      {"example.com:65536", ""},
      {"example.com:80x", ""},
      {":80", ""},
      {"a..b:80", ""},
      {"example.com..:80", ""},
      {"1.2.3.4.5:80", ""},
      {"256.256.256.256:80", ""},
      {"user@example.com:80", ""},
      {"exa mple.com:80", ""},
      {"[::1%25lo]:80", ""},
      {"::1:80", ""},
  };
  for (const Case& one : cases) {
    const auto to = parse_authority(one.authority);
    EXPECT_EQ(to ? to->text() : "", one.text) << one.authority;
  }
}

TEST(Destination, NamesOfTheNeighbourhoodAreNotLookedUp) {
  for (const char* name :
       {"localhost", "a.localhost", "printer.local", "metadata.google.internal", "router.lan", "intranet",
        "wpad", "x.home.arpa", "a.b.corp", "abc.onion", "localhost.localdomain"})
    EXPECT_NE(special_name(name), "") << name;
  for (const char* name :
       {"example.com", "local.example", "notlocalhost.com", "xlocal.net", "lan.example.org"})
    EXPECT_EQ(special_name(name), "") << name;
}

TEST(Route, TheFirstThatMatchesCounts) {
  std::vector<Route> routes;
  for (const char* text :
       {"*.lab.example:443=127.0.0.1:8443", "*.lab.example=127.0.0.1", "one.example=[::1]:81"})
    routes.push_back(*parse_route(text));
  const auto found = [&](const char* authority) {
    const auto to = *parse_authority(authority);
    const Route* route = find_route(routes, to);
    return route == nullptr ? "" : route->address.text() + " " + std::to_string(route->to_port);
  };
  EXPECT_EQ(found("a.b.lab.example:443"), "127.0.0.1 8443");
  EXPECT_EQ(found("lab.example:443"), "127.0.0.1 8443");
  EXPECT_EQ(found("a.lab.example:80"), "127.0.0.1 0");
  EXPECT_EQ(found("one.example:80"), "::1 81");
  EXPECT_EQ(found("xlab.example:80"), "");
  EXPECT_EQ(found("two.example:80"), "");
  for (const char* bad : {"", "x", "x=", "=127.0.0.1", "x=localhost", "x:0=127.0.0.1", "x=127.0.0.1:70000"})
    EXPECT_FALSE(parse_route(bad).has_value()) << bad;
}

}  // namespace
}  // namespace linkgate::egress
