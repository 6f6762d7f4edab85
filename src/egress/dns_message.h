#pragma once
// Questions to a name server and what it answers (RFC 1035, 3596): the little of DNS that finding addresses
// takes. Pure; answers are hostile.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "net/peer.h"

namespace linkgate::egress {

enum class DnsType : uint16_t { kA = 1, kAaaa = 28 };

// A question with recursion desired. nullopt: `name` is no name that DNS can ask for (a label of more than 63
// bytes, more than 253 in all).
std::optional<std::string> dns_question(uint16_t id, std::string_view name, DnsType type);

struct DnsAnswer {
  enum class Kind {
    kOther,      // no answer to this question: another id or name, malformed
    kFound,      // with at least one address
    kNotFound,   // the name does not exist, or has no address of this type
    kFailed,     // the server could not or would not tell
    kTruncated,  // ask again by TCP
  };
  Kind kind = Kind::kOther;
  std::vector<net::IpAddress> addresses;
  std::chrono::seconds ttl{0};  // the least of all records that led here
};

inline constexpr size_t kMaxDnsAddresses = 32;  // of one answer; more are left out

// Reads what came for `question` (as dns_question() made it). Follows aliases within the answer.
DnsAnswer read_dns_answer(std::string_view question, std::string_view message);

}  // namespace linkgate::egress
