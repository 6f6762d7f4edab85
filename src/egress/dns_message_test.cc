#include "egress/dns_message.h"

#include <gtest/gtest.h>

namespace linkgate::egress {
namespace {

using Kind = DnsAnswer::Kind;

std::string bytes(std::initializer_list<int> values) {
  std::string out;
  for (const int value : values) out += static_cast<char>(value);
  return out;
}

std::string question(DnsType type = DnsType::kA) { return *dns_question(0x1234, "www.example.com", type); }

// `question` as an answer with these records (their count in `count`) behind it.
std::string answer(std::string question, int flags, int count, const std::string& records) {
  question[2] = static_cast<char>(0x80 | (flags >> 8));
  question[3] = static_cast<char>(flags & 0xff);
  question[7] = static_cast<char>(count);
  return question + records;
}

const std::string kOwner = bytes({0xc0, 12});  // a pointer to the name in the question
std::string record(const std::string& owner, int type, int ttl, const std::string& data) {
  return owner + bytes({0, type, 0, 1, 0, 0, 0, ttl, 0, static_cast<int>(data.size())}) + data;
}

TEST(Dns, AddressesAreFoundBehindAliases) {
  // www.example.com -> a.example.com -> 1.2.3.4
  const std::string alias = bytes({1, 'a', 0xc0, 16});
  const size_t at = question().size() + 12;
  const std::string target = bytes({0xc0, static_cast<int>(at)});
  const auto found = read_dns_answer(
      question(), answer(question(), 0, 3,
                         record(kOwner, 5, 30, alias) + record(target, 1, 60, bytes({1, 2, 3, 4})) +
                             record(bytes({5, 'o', 't', 'h', 'e', 'r', 0}), 1, 60, bytes({9, 9, 9, 9}))));
  ASSERT_EQ(found.kind, Kind::kFound);
  ASSERT_EQ(found.addresses.size(), 1U);
  EXPECT_EQ(found.addresses[0].text(), "1.2.3.4");
  EXPECT_EQ(found.ttl.count(), 30);
}

TEST(Dns, OnlyAnAnswerToThisQuestionCounts) {
  const std::string good = answer(question(), 0, 1, record(kOwner, 1, 9, bytes({1, 2, 3, 4})));
  EXPECT_EQ(read_dns_answer(question(), good).kind, Kind::kFound);
  std::string other = good;
  other[0] = 0;
  EXPECT_EQ(read_dns_answer(question(), other).kind, Kind::kOther) << "another id";
  EXPECT_EQ(read_dns_answer(question(DnsType::kAaaa), good).kind, Kind::kOther) << "another type";
  EXPECT_EQ(read_dns_answer(*dns_question(0x1234, "www.example.org", DnsType::kA), good).kind, Kind::kOther);
  EXPECT_EQ(read_dns_answer(question(), question()).kind, Kind::kOther) << "a question";
  for (size_t size = 0; size < good.size(); ++size)
    EXPECT_EQ(read_dns_answer(question(), good.substr(0, size)).kind, Kind::kOther) << size;
}

TEST(Dns, WhatAServerSaysInsteadOfAnAddress) {
  EXPECT_EQ(read_dns_answer(question(), answer(question(), 3, 0, "")).kind, Kind::kNotFound);
  EXPECT_EQ(read_dns_answer(question(), answer(question(), 0, 0, "")).kind, Kind::kNotFound);
  EXPECT_EQ(read_dns_answer(question(), answer(question(), 2, 0, "")).kind, Kind::kFailed);
  EXPECT_EQ(read_dns_answer(question(), answer(question(), 0x200, 0, "")).kind, Kind::kTruncated);
  // An alias that leads to itself.
  EXPECT_EQ(read_dns_answer(question(), answer(question(), 0, 1, record(kOwner, 5, 9, kOwner))).kind,
            Kind::kNotFound);
}

TEST(Dns, APointerThatPointsToItselfEnds) {
  const size_t at = question().size();
  const std::string loop = bytes({0xc0 | static_cast<int>(at >> 8), static_cast<int>(at & 0xff)});
  EXPECT_EQ(
      read_dns_answer(question(), answer(question(), 0, 1, record(loop, 1, 9, bytes({1, 2, 3, 4})))).kind,
      Kind::kOther);
}

TEST(Dns, WhatIsNoNameIsNotAskedFor) {
  EXPECT_FALSE(dns_question(1, "", DnsType::kA).has_value());
  EXPECT_FALSE(dns_question(1, "a..b", DnsType::kA).has_value());
  EXPECT_FALSE(dns_question(1, std::string(64, 'a') + ".com", DnsType::kA).has_value());
  std::string longest;
  for (int i = 0; i < 127; ++i) longest += "a.";
  EXPECT_FALSE(dns_question(1, longest + "a", DnsType::kA).has_value());
}

}  // namespace
}  // namespace linkgate::egress
