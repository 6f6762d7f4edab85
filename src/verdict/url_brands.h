#pragma once
// Names that phishing borrows: banks, wallets, shops, carriers, offices, in many countries.

#include <cstdint>
#include <span>
#include <string_view>

namespace linkgate::verdict {

enum class BrandKind : uint8_t { kMoney, kCrypto, kShop, kTech, kSocial, kPost, kTelecom, kMedia, kState };

struct Brand {
  std::string_view name;  // letters and digits, lower case
  BrandKind kind;
  // Its own registrable domains, separated by commas: "com,co.jp" are name.com and name.co.jp, "citi.com"
  // itself.
  std::string_view domains;
};

// Sorted by name.
std::span<const Brand> brands();
bool is_own_domain(const Brand& brand, std::string_view registrable_domain);

}  // namespace linkgate::verdict
