#pragma once
// Authentication-Results (RFC 8601) as our own MTA wrote it, and Defender's AuthenticationDetails made from
// it. Pure.

#include <string>
#include <string_view>
#include <vector>

namespace linkgate::gateway {

inline constexpr size_t kMaxAuthenticationResults = 16 * 1024;  // octets of a field that are read

struct AuthenticationResult {
  std::string method, result;  // lower case: "spf", "pass"
  friend bool operator==(const AuthenticationResult&, const AuthenticationResult&) = default;
};

struct AuthenticationResults {
  std::string authserv_id;  // lower case
  std::vector<AuthenticationResult> results;
  friend bool operator==(const AuthenticationResults&, const AuthenticationResults&) = default;
};

// Reads one field's value as far as it follows the grammar: what comes after the first thing that does not is
// ignored, and a field that has no authserv-id gives an empty one. Comments, quoted strings and version
// numbers are understood.
AuthenticationResults parse_authentication_results(std::string_view value);

// The verdicts that count: of the topmost of `values` (topmost first) whose authserv-id is one of `trusted`.
// All other fields were written by somebody else and are not looked at.
struct AuthenticationDetails {
  std::string spf, dkim, dmarc, compauth;  // "pass", "fail", ...; empty: not told
  bool known() const { return !(spf + dkim + dmarc + compauth).empty(); }
  std::string json()
      const;  // {"SPF":"pass","DKIM":"none","DMARC":"pass","CompAuth":"none"}, or "" where nothing is known
};
AuthenticationDetails authentication_details(const std::vector<std::string>& values,
                                             const std::vector<std::string>& trusted);

}  // namespace linkgate::gateway
