#include "gateway/contacts.h"

#include <openssl/sha.h>

#include "base/ascii.h"

namespace linkgate::gateway {
namespace {

constexpr size_t kKeySize = 16;

std::string digest(std::string_view text) {
  unsigned char bytes[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), bytes);
  return {reinterpret_cast<const char*>(bytes), kKeySize};
}

}  // namespace

std::string contact_key(std::string_view sender, bool is_authenticated, std::string_view recipient) {
  std::string text = is_authenticated ? "proved " : "said ";
  text.append(std::to_string(sender.size())).append(" ").append(ascii::to_lower(sender));
  return digest(text.append(" ").append(ascii::to_lower(recipient)));
}

std::string domain_contact_key(std::string_view domain) {
  return digest("domain " + ascii::to_lower(domain));
}

}  // namespace linkgate::gateway
