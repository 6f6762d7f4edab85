#pragma once
// API tokens: what `linkgate token create` hands out and portal asks for as "Authorization: Bearer ...".
// Whoever holds one is its user; what is kept of it is a hash.

#include <optional>
#include <string>
#include <string_view>

namespace linkgate::api {

inline constexpr std::string_view kHuntingScope = "hunting.read";  // KQL over the event tables
// The same, and stored functions made, changed and dropped.
inline constexpr std::string_view kFunctionsScope = "hunting.write";
// POST /api/v1/check: what Linkgate thinks of a URL.
inline constexpr std::string_view kCheckScope = "url.check";
// Microsoft Graph's alerts_v2: to read them; and to say what became of them, which includes that.
inline constexpr std::string_view kAlertsScope = "alerts.read";
inline constexpr std::string_view kAlertsWriteScope = "alerts.write";

// "lg_" and 43 letters: 32 octets from the system's random source in base64url.
std::string new_token();
// 32 octets of BLAKE2b.
std::string token_hash(std::string_view token);
// The token of an Authorization header's value; nullopt: none, or another scheme (RFC 6750, 2.1).
std::optional<std::string_view> bearer_token(std::string_view authorization);

}  // namespace linkgate::api
