#include "net/peer.h"

#include <gtest/gtest.h>

namespace linkgate::net {
namespace {

TEST(IpAddress, BothSpellingsOfOneHostAreEqual) {
  EXPECT_EQ(IpAddress::parse("192.0.2.1"), IpAddress::parse("::ffff:192.0.2.1"));
  EXPECT_EQ(IpAddress::parse("::ffff:192.0.2.1")->text(), "192.0.2.1");
  EXPECT_EQ(IpAddress::parse("2001:DB8::0001")->text(), "2001:db8::1");
  for (const char* bad :
       {"", "1.2.3", "1.2.3.4.5", "01.2.3.4.5", "[::1]", "::1%eth0", "localhost", "1.2.3.4 "}) {
    EXPECT_FALSE(IpAddress::parse(bad)) << bad;
  }
}

TEST(AddressSet, NetworksHoldWhatTheirPrefixSays) {
  auto set = AddressSet::parse({"10.0.0.0/8", "192.0.2.1", "2001:db8::/33", "0.0.0.0/32"});
  ASSERT_TRUE(set) << set.error().message();
  struct {
    const char* address;
    bool contained;
  } cases[] = {
      {"10.255.0.1", true},       {"11.0.0.1", false},
      {"192.0.2.1", true},        {"192.0.2.2", false},
      {"::ffff:10.1.1.1", true},  {"2001:db8::1", true},
      {"2001:db8:7fff::1", true}, {"2001:db8:8000::1", false},
      {"nonsense", false},        {"", false},
  };
  for (const auto& one : cases) EXPECT_EQ(set->contains(one.address), one.contained) << one.address;
  for (const char* bad : {"10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/", "10.0.0.0/8x", "host", "", "::/129"}) {
    EXPECT_FALSE(AddressSet::parse({bad})) << bad;
  }
  EXPECT_TRUE(AddressSet::parse({"0.0.0.0/0"})->contains("203.0.113.1"));
  EXPECT_FALSE(AddressSet::parse({"0.0.0.0/0"})->contains("2001:db8::1"));
  EXPECT_TRUE(AddressSet::parse({"unix:"})->contains(""));
}

TEST(ForwardedClient, IsTheFirstFromTheRightThatNoTrustedProxyHas) {
  auto trusted = *AddressSet::parse({"10.0.0.0/8", "127.0.0.1"});
  struct {
    const char* peer;
    const char* header;
    const char* client;
  } cases[] = {
      {"127.0.0.1", "198.51.100.7", "198.51.100.7"},
      {"127.0.0.1", "6.6.6.6, 198.51.100.7, 10.0.0.9", "198.51.100.7"},
      {"203.0.113.1", "198.51.100.7", "203.0.113.1"},
      {"127.0.0.1", "", "127.0.0.1"},
      {"127.0.0.1", "10.0.0.1, 10.0.0.2", "10.0.0.1"},
      {"127.0.0.1", "198.51.100.7:4711", "198.51.100.7"},
      {"127.0.0.1", "[2001:db8::7]:4711", "2001:db8::7"},
      {"127.0.0.1", "198.51.100.7, unknown", "127.0.0.1"},
      {"127.0.0.1", " , ,", "127.0.0.1"},
  };
  for (const auto& one : cases)
    EXPECT_EQ(forwarded_client(one.peer, one.header, trusted), one.client) << one.header;
}

// Feeds a header as a connection does: only as many bytes as were asked for.
Result<ProxyHeader> feed(std::string_view all, size_t* taken) {
  *taken = 0;
  for (;;) {
    TRY_ASSIGN(size_t needs, proxy_header_needs(all.substr(0, *taken)));
    if (needs == *taken) return parse_proxy_header(all.substr(0, *taken));
    if (needs > all.size()) return Error(ErrorCode::kIo, "ends early");
    *taken = needs;
  }
}

std::string v2(std::string_view rest) { return std::string("\r\n\r\n\0\r\nQUIT\n", 12) + std::string(rest); }

TEST(ProxyProtocol, TakesTheHeaderAndNotAByteMore) {
  using namespace std::string_literals;
  struct {
    std::string header;
    const char* client;
  } cases[] = {
      {"PROXY TCP4 203.0.113.9 127.0.0.1 1 2\r\n", "203.0.113.9"},
      {"PROXY TCP6 2001:db8::9 ::1 1 2\r\n", "2001:db8::9"},
      {"PROXY UNKNOWN\r\n", ""},
      {"PROXY UNKNOWN ffff::1 ffff::2 1 2\r\n", ""},
      {v2("\x21\x11\0\x0c\xcb\0\x71\x0a\x7f\0\0\1\0\1\0\2"s), "203.0.113.10"},
      {v2("\x21\x21\0\x24"s + "\x20\x01\x0d\xb8"s + std::string(11, '\0') + "\x09" + std::string(20, '\0')),
       "2001:db8::9"},
      {v2("\x20\0\0\0"s), ""},
      {v2("\x21\0\0\x03zzz"s), ""},
      {v2("\x21\x11\0\x0f\xcb\0\x71\x0a\x7f\0\0\1\0\1\0\2tlv"s), "203.0.113.10"},
  };
  for (const auto& one : cases) {
    size_t taken = 0;
    auto header = feed(one.header + "GET / HTTP/1.1\r\n", &taken);
    ASSERT_TRUE(header) << header.error().message();
    EXPECT_EQ(header->client, one.client);
    EXPECT_EQ(taken, one.header.size());
  }
}

TEST(ProxyProtocol, RefusesWhatIsNoHeader) {
  using namespace std::string_literals;
  for (const std::string& bad :
       {"GET / HTTP/1.1\r\nHost: a\r\n"s, "PROXY TCP4 203.0.113.9 127.0.0.1 1\r\n"s,
        "PROXY TCP5 a b 1 2\r\n    "s, "PROXY TCP4 nonsense 127.0.0.1 1 2\r\n"s,
        "PROXY TCP4 203.0.113.9 127.0.0.1 1 2\n"s, "PROXY " + std::string(200, 'x') + "\r\n",
        v2("\x31\x11\0\x0c............"s), v2("\x21\x11\0\x02zz"s),
        v2("\x21\x11\xff\xff"s + std::string(65535, 'z'))}) {
    size_t taken = 0;
    EXPECT_FALSE(feed(bad, &taken)) << bad.substr(0, 40);
  }
}

}  // namespace
}  // namespace linkgate::net
