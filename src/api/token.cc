#include "api/token.h"

#include <sodium.h>

#include <array>

#include "base/ascii.h"
#include "base/base64.h"

namespace linkgate::api {
namespace {

constexpr std::string_view kPrefix = "lg_";
constexpr std::string_view kScheme = "Bearer ";
constexpr size_t kOctets = 32;

std::string_view text(const std::array<unsigned char, kOctets>& octets) {
  return {reinterpret_cast<const char*>(octets.data()), octets.size()};
}

}  // namespace

std::string new_token() {
  std::array<unsigned char, kOctets> octets;
  randombytes_buf(octets.data(), octets.size());
  return std::string(kPrefix) + base64url_encode(text(octets));
}

std::string token_hash(std::string_view token) {
  std::array<unsigned char, kOctets> hash;
  crypto_generichash(hash.data(), hash.size(), reinterpret_cast<const unsigned char*>(token.data()),
                     token.size(), nullptr, 0);
  return std::string(text(hash));
}

std::optional<std::string_view> bearer_token(std::string_view authorization) {
  if (!ascii::istarts_with(authorization, kScheme)) return std::nullopt;
  const std::string_view token = ascii::trim(authorization.substr(kScheme.size()));
  if (token.empty()) return std::nullopt;
  return token;
}

}  // namespace linkgate::api
