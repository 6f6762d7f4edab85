#pragma once
// What single values of the configuration must look like. Each check answers what is wrong with a value, in
// words that follow "key: ", or nothing. Private to config.cc.

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace linkgate {

using Trouble = std::optional<std::string>;

Trouble check_not_empty(std::string_view value);
Trouble check_listen(std::string_view value);       // "127.0.0.1:8080", "[::1]:0", "unix:/path"
Trouble check_next_hop(std::string_view value);     // "lmtp:HOST:PORT", "smtp:HOST:PORT", "lmtp:unix:/path"
Trouble check_network(std::string_view value);      // an address or CIDR
Trouble check_name_server(std::string_view value);  // an address, with or without a port
Trouble check_route(std::string_view value);        // "HOST[:PORT]=ADDRESS[:PORT]"
Trouble check_language(std::string_view value);     // "de", "pt-BR"
Trouble check_host_name(std::string_view value);
Trouble check_feed_auth(std::string_view value);  // "bearer", "basic", "header:NAME", "query:NAME" or nothing
Trouble check_origin(std::string_view value);     // "https://HOST[:PORT]", nothing after it
// "HOST", "HOST:PORT" or "http://ADDRESS:PORT" of loopback
Trouble check_external_host(std::string_view value);
Trouble check_mail_address(std::string_view value);    // LOCAL@DOMAIN, in ASCII
Trouble check_webhook(std::string_view value);         // "https://HOST[:PORT]/..."; http of loopback
Trouble check_syslog_address(std::string_view value);  // "udp:HOST:PORT", "tcp:HOST:PORT"
Trouble check_event_url(std::string_view value);       // an http(s) origin without a password
Trouble check_state_location(std::string_view value);  // empty or postgresql://... without a password
Trouble check_identifier(std::string_view value);      // [A-Za-z_][A-Za-z0-9_]*
Trouble check_word(std::string_view value);  // without blanks, which an argument of a program has none of
Trouble check_user_prefix(std::string_view value);  // empty or the start of a Unix user name

struct Unit {
  std::string_view suffix;
  uint64_t size;
};
inline constexpr std::array<Unit, 4> kTimeUnits = {{{"s", 1}, {"m", 60}, {"h", 3600}, {"d", 86400}}};
inline constexpr std::array<Unit, 4> kByteUnits = {
    {{"", 1}, {"KiB", 1ULL << 10}, {"MiB", 1ULL << 20}, {"GiB", 1ULL << 30}}};

// "15m" in the units given; nullopt for anything else, also what does not fit 64 bits.
std::optional<uint64_t> parse_quantity(std::string_view text, std::span<const Unit> units);
// The largest unit that divides it: 5400 seconds are "90m".
std::string print_quantity(uint64_t value, std::span<const Unit> units);
std::string describe_units(std::span<const Unit> units);

// The word of `words` that `word` was probably meant to be, by edit distance; empty where none is near.
std::string nearest(std::string_view word, const std::vector<std::string>& words);

}  // namespace linkgate
