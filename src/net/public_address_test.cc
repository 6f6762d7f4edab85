#include "net/public_address.h"

#include <gtest/gtest.h>

namespace linkgate::net {
namespace {

IpAddress address(const char* text) {
  const auto parsed = IpAddress::parse(text);
  EXPECT_TRUE(parsed.has_value()) << text;
  return parsed.value_or(IpAddress());
}

TEST(SpecialPurpose, WhatIsNotThePublicInternetHasAName) {
  struct Case {
    const char *text, *what;
  };
  const Case cases[] = {
      {"0.0.0.0", "this network"},
      {"0.1.2.3", "this network"},
      {"10.0.0.1", "private"},
      {"10.255.255.255", "private"},
      {"100.64.0.1", "shared by carriers"},
      {"100.127.255.255", "shared by carriers"},
      {"100.100.100.200", "cloud metadata"},
      {"127.0.0.1", "loopback"},
      {"127.255.255.254", "loopback"},
      {"169.254.1.1", "link-local"},
      {"169.254.169.254", "cloud metadata"},
      {"169.254.170.2", "cloud metadata"},
      {"168.63.129.16", "cloud metadata"},
      {"172.16.0.1", "private"},
      {"172.31.255.255", "private"},
      {"192.0.0.1", "protocol assignments"},
      {"192.0.0.192", "cloud metadata"},
      {"192.0.2.1", "documentation"},
      {"192.88.99.1", "6to4 relays"},
      {"192.168.0.1", "private"},
      {"198.18.0.1", "benchmarking"},
      {"198.19.255.255", "benchmarking"},
      {"198.51.100.1", "documentation"},
      {"203.0.113.1", "documentation"},
      {"224.0.0.1", "multicast"},
      {"239.255.255.255", "multicast"},
      {"240.0.0.1", "reserved"},
      {"255.255.255.255", "reserved"},
      {"::", "this network"},
      {"::1", "loopback"},
      {"::ffff:127.0.0.1", "loopback"},
      {"::ffff:10.0.0.1", "private"},
      {"::ffff:0:127.0.0.1", "loopback"},
      {"::10.0.0.1", "private"},
      {"::127.0.0.1", "loopback"},
      {"64:ff9b::7f00:1", "loopback"},
      {"64:ff9b::a9fe:a9fe", "cloud metadata"},
      {"64:ff9b:1::1", "translated"},
      {"64:ff9b:1:7f00::1", "translated"},
      {"100::1", "discarded"},
      {"2001::1", "Teredo"},
      {"2001:0:7f00:1::", "Teredo"},
      {"2001:db8::1", "documentation"},
      {"2001:10::1", "protocol assignments"},
      {"2002:7f00:1::", "6to4"},
      {"2002:808:808::", "6to4"},
      {"3fff::1", "documentation"},
      {"5f00::1", "reserved"},
      {"fc00::1", "private"},
      {"fd12:3456::1", "private"},
      {"fd00:ec2::254", "cloud metadata"},
      {"fe80::1", "link-local"},
      {"fec0::1", "site-local"},
      {"ff02::1", "multicast"},
      {"4000::1", "reserved"},
      {"2a00:1450:4001::5efe:10.0.0.1", "private"},
      {"2a00:1450:4001:0:200:5efe:7f00:1", "loopback"},
  };
  for (const Case& one : cases) EXPECT_EQ(special_purpose(address(one.text)), one.what) << one.text;
}

TEST(SpecialPurpose, ThePublicInternetHasNone) {
  for (const char* text : {"8.8.8.8",          "1.1.1.1",
                           "9.255.255.255",    "11.0.0.0",
                           "100.63.255.255",   "100.128.0.0",
                           "126.255.255.255",  "128.0.0.0",
                           "169.253.255.255",  "169.255.0.0",
                           "172.15.255.255",   "172.32.0.0",
                           "192.0.1.0",        "192.167.1.1",
                           "192.169.0.0",      "198.17.255.255",
                           "198.20.0.0",       "223.255.255.255",
                           "2606:4700::1111",  "2a00:1450:4001::1",
                           "64:ff9b::808:808", "::ffff:8.8.8.8",
                           "2001:200::1",      "2001:4860::8888",
                           "2003::1",          "2a00:1450:4001::5efe:8.8.8.8"}) {
    EXPECT_EQ(special_purpose(address(text)), "") << text;
  }
}

}  // namespace
}  // namespace linkgate::net
