// geo_info_from_ip_address on a database that is written here, in MaxMind's format, version 2.0
// (https://maxmind.github.io/MaxMind-DB/).
#include "functions/places.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <bit>
#include <filesystem>
#include <fstream>

#include "functions/function.h"

namespace linkgate::functions {
namespace {

std::string text(const std::string& s) { return static_cast<char>(2 << 5 | s.size()) + s; }
std::string map(std::initializer_list<std::pair<std::string, std::string>> members) {
  std::string out(1, static_cast<char>(7 << 5 | members.size()));
  for (const auto& [name, value] : members) out += text(name) + value;
  return out;
}
std::string list(const std::string& one) { return std::string("\x01\x04", 2) + one; }
std::string whole(int type, unsigned value) {  // of two bytes
  const std::string bytes = {static_cast<char>(value >> 8), static_cast<char>(value)};
  return type < 7 ? static_cast<char>(type << 5 | 2) + bytes
                  : std::string{2, static_cast<char>(type - 7)} + bytes;
}
std::string real(double value) {
  std::string out(1, static_cast<char>(3 << 5 | 8));
  const auto bits = std::bit_cast<uint64_t>(value);
  for (int shift = 56; shift >= 0; shift -= 8) out += static_cast<char>(bits >> shift);
  return out;
}
std::string named(const std::string& name) { return map({{"names", map({{"en", text(name)}})}}); }

// A tree of `prefix` nodes that leads along the first bits of `address` to the one entry.
std::string database_of(const std::vector<unsigned char>& address, unsigned prefix,
                        const std::string& entry) {
  std::string tree;
  const auto record = [&tree](unsigned value) {
    for (int shift = 16; shift >= 0; shift -= 8) tree += static_cast<char>(value >> shift);
  };
  for (unsigned i = 0; i < prefix; ++i) {
    const bool right = (address[i / 8] >> (7 - i % 8) & 1) != 0;
    const unsigned next = i + 1 < prefix ? i + 1 : prefix + 16;
    record(right ? prefix : next);
    record(right ? next : prefix);
  }
  const std::string about = map({{"node_count", whole(6, prefix)},
                                 {"record_size", whole(5, 24)},
                                 {"ip_version", whole(5, 6)},
                                 {"database_type", text("Test")},
                                 {"languages", list(text("en"))},
                                 {"binary_format_major_version", whole(5, 2)},
                                 {"binary_format_minor_version", whole(5, 0)},
                                 {"build_epoch", whole(9, 1)},
                                 {"description", map({{"en", text("Test")}})}});
  return tree + std::string(16, '\0') + entry + "\xab\xcd\xefMaxMind.com" + about;
}

class Places : public testing::Test {
 protected:
  void open(const std::string& bytes) {
    char name[] = "/tmp/linkgate-places-XXXXXX";
    folder_ = mkdtemp(name);
    std::ofstream(folder_ + "/p.mmdb") << bytes;
    opened_ = open_places(folder_ + "/p.mmdb");
  }
  ~Places() override { std::filesystem::remove_all(folder_); }
  static Value ask(const std::string& ip) {
    return evaluate({.name = "geo_info_from_ip_address", .arguments = {ip}});
  }

  std::string folder_;
  Result<void> opened_;
};

TEST_F(Places, AreFoundByAddress) {
  // 192.0.2.0/24 is ::192.0.2.0/120 in the tree.
  std::vector<unsigned char> address(16, 0);
  address[12] = 192, address[14] = 2;
  open(database_of(address, 120,
                   map({{"country", named("Utopia")},
                        {"city", named("Amaurot")},
                        {"subdivisions", list(named("Middle"))},
                        {"location", map({{"latitude", real(-33.5)}, {"longitude", real(151.25)}})}})));
  ASSERT_TRUE(opened_) << opened_.error().message();
  EXPECT_EQ(ask("192.0.2.7").value_or(""),
            R"({"country":"Utopia","state":"Middle","city":"Amaurot","latitude":-33.5,"longitude":151.25})");
  for (const char* nowhere : {"192.0.3.7", "2001:db8::1", "", "192.0.2", "host.example", "192.0.2.7/24"}) {
    EXPECT_EQ(ask(nowhere), std::nullopt) << nowhere;
  }
}

TEST_F(Places, HaveOnlyWhatTheDatabaseKnows) {
  std::vector<unsigned char> address(16, 0);
  address[0] = 0x20, address[1] = 0x01, address[2] = 0x0d, address[3] = 0xb8;
  open(database_of(address, 32, map({{"country", named("Utopia")}, {"city", text("no map")}})));
  ASSERT_TRUE(opened_) << opened_.error().message();
  EXPECT_EQ(ask("2001:db8::1").value_or(""), R"({"country":"Utopia"})");
}

TEST_F(Places, OfADamagedFileAreRefused) {
  open("not a database");
  EXPECT_FALSE(opened_);
}

}  // namespace
}  // namespace linkgate::functions
