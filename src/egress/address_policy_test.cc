#include "egress/address_policy.h"

#include <gtest/gtest.h>

namespace linkgate::egress {
namespace {

net::IpAddress address(const char* text) {
  const auto parsed = net::IpAddress::parse(text);
  EXPECT_TRUE(parsed.has_value()) << text;
  return parsed.value_or(net::IpAddress());
}

TEST(Refusal, ConfigurationAndOwnAddressesComeOnTop) {
  AddressRules rules;
  rules.allowed = *net::AddressSet::parse({"10.1.0.0/16"});
  rules.refused = *net::AddressSet::parse({"10.1.2.0/24", "8.8.4.0/24"});
  const std::vector<net::IpAddress> own = {address("8.8.8.8"), address("2606:4700::1")};
  EXPECT_EQ(refusal_of(address("10.1.1.1"), rules, own), "");
  EXPECT_EQ(refusal_of(address("::ffff:10.1.1.1"), rules, own), "");
  EXPECT_EQ(refusal_of(address("10.1.2.1"), rules, own), "refused by the configuration");
  EXPECT_EQ(refusal_of(address("10.2.0.1"), rules, own), "private");
  EXPECT_EQ(refusal_of(address("8.8.4.4"), rules, own), "refused by the configuration");
  EXPECT_EQ(refusal_of(address("64:ff9b::808:404"), rules, own), "refused by the configuration");
  EXPECT_EQ(refusal_of(address("8.8.8.8"), rules, own), "own address");
  EXPECT_EQ(refusal_of(address("64:ff9b::808:808"), rules, own), "own address");
  EXPECT_EQ(refusal_of(address("2606:4700::1"), rules, own), "own address");
  EXPECT_EQ(refusal_of(address("8.8.8.9"), rules, own), "");
}

TEST(OwnAddresses, LoopbackIsAmongThem) {
  const auto own = own_addresses();
  EXPECT_NE(std::find(own.begin(), own.end(), address("127.0.0.1")), own.end());
}

}  // namespace
}  // namespace linkgate::egress
