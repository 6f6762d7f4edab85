#include "base/config_checks.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <numeric>

#include "base/ascii.h"

namespace linkgate {
namespace {

constexpr size_t kMaxUnixPath = 107;  // sockaddr_un.sun_path with its NUL
constexpr size_t kMaxHostName = 253;
constexpr size_t kMaxUserPrefix = 20;  // a user name has 32 characters at most, "-gateway" follows

bool is_ipv4(const std::string& text) {
  in_addr address{};
  return ::inet_pton(AF_INET, text.c_str(), &address) == 1;
}
bool is_ipv6(const std::string& text) {
  in6_addr address{};
  return ::inet_pton(AF_INET6, text.c_str(), &address) == 1;
}

template <typename T>
std::optional<T> whole(std::string_view text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// Splits "HOST:PORT" or "[V6]:PORT"; empty host where it is neither.
struct HostPort {
  std::string host;
  std::optional<uint16_t> port;
  bool bracketed = false;
};
HostPort split_host_port(std::string_view text) {
  const size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return {};
  HostPort out{std::string(text.substr(0, colon)), whole<uint16_t>(text.substr(colon + 1))};
  if (out.host.size() > 2 && out.host.front() == '[' && out.host.back() == ']') {
    out.host = out.host.substr(1, out.host.size() - 2);
    out.bracketed = true;
  }
  return out;
}

Trouble check_unix_path(std::string_view path) {
  if (!path.starts_with('/')) return fmt::format("the socket path \"{}\" is not absolute", path);
  if (path.size() > kMaxUnixPath) return fmt::format("a socket path has at most {} characters", kMaxUnixPath);
  return std::nullopt;
}

bool is_host(const HostPort& at) {
  return at.bracketed ? is_ipv6(at.host) : !at.host.empty() && !check_host_name(at.host);
}

}  // namespace

Trouble check_language(std::string_view value) {
  const size_t dash = std::min(value.find('-'), value.size());
  const std::string_view base = value.substr(0, dash),
                         region = value.substr(std::min(dash + 1, value.size()));
  const auto is_letters = [](std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return ascii::is_alpha(c); });
  };
  const bool is_good = (base.size() == 2 || base.size() == 3) && is_letters(base) && is_letters(region) &&
                       (dash == value.size() || region.size() == 2);
  if (is_good) return std::nullopt;
  return "is no language such as \"de\" or \"pt-BR\"";
}

Trouble check_not_empty(std::string_view value) {
  if (value.empty()) return "must not be empty";
  return std::nullopt;
}

Trouble check_listen(std::string_view value) {
  if (value.starts_with("unix:")) return check_unix_path(value.substr(5));
  const HostPort at = split_host_port(value);
  const bool word = at.host == "localhost" || at.host == "*";  // "*": every IPv4 address of the machine
  const bool address = at.bracketed ? is_ipv6(at.host) : word || is_ipv4(at.host);
  if (address && at.port) return std::nullopt;
  return fmt::format("\"{}\" is none of ADDRESS:PORT, [IPV6]:PORT, unix:/PATH", value);
}

Trouble check_next_hop(std::string_view value) {
  const std::string form =
      fmt::format("\"{}\" is none of lmtp:HOST:PORT, smtp:HOST:PORT, lmtp:unix:/PATH", value);
  const bool lmtp = value.starts_with("lmtp:");
  if (!lmtp && !value.starts_with("smtp:")) return form;
  const std::string_view peer = value.substr(5);
  if (lmtp && peer.starts_with("unix:")) return check_unix_path(peer.substr(5));
  const HostPort at = split_host_port(peer);
  if (!is_host(at) || !at.port || *at.port == 0) return form;
  return std::nullopt;
}

Trouble check_network(std::string_view value) {
  const size_t slash = value.find('/');
  const std::string address(value.substr(0, slash));
  const int most = is_ipv4(address) ? 32 : is_ipv6(address) ? 128 : -1;
  if (most < 0) return fmt::format("\"{}\" is neither an IP address nor a network such as 10.0.0.0/8", value);
  if (slash == std::string_view::npos) return std::nullopt;
  const auto bits = whole<uint16_t>(value.substr(slash + 1));
  if (!bits || *bits > most) return fmt::format("\"{}\": the length after the slash is 0 to {}", value, most);
  return std::nullopt;
}

Trouble check_name_server(std::string_view value) {
  const std::string text(value);
  if (is_ipv4(text) || is_ipv6(text)) return std::nullopt;
  const HostPort at = split_host_port(value);
  const bool address = at.bracketed ? is_ipv6(at.host) : is_ipv4(at.host);
  if (address && at.port && *at.port != 0) return std::nullopt;
  return fmt::format("\"{}\" is none of ADDRESS, ADDRESS:PORT, [IPV6]:PORT", value);
}

Trouble check_route(std::string_view value) {
  Trouble bad =
      fmt::format("\"{}\" is not HOST[:PORT]=ADDRESS[:PORT], such as *.lab.example=127.0.0.1:8443", value);
  const size_t equals = value.find('=');
  if (equals == std::string_view::npos) return bad;
  std::string_view host = value.substr(0, equals);
  if (const size_t colon = host.rfind(':'); colon != std::string_view::npos) {
    const auto port = whole<uint16_t>(host.substr(colon + 1));
    if (!port || *port == 0) return bad;
    host = host.substr(0, colon);
  }
  if (host.starts_with("*.")) host.remove_prefix(2);
  if (host != "*" && check_host_name(host)) return bad;
  std::string to(value.substr(equals + 1));
  if (to.starts_with('[') && to.ends_with(']')) to = to.substr(1, to.size() - 2);
  return check_name_server(to) ? bad : std::nullopt;
}

Trouble check_feed_auth(std::string_view value) {
  if (value.empty() || value == "bearer" || value == "basic") return std::nullopt;
  const size_t colon = value.find(':');
  const std::string_view kind = value.substr(0, colon),
                         name = value.substr(std::min(colon, value.size() - 1) + 1);
  bool is_name = !name.empty();
  for (const char c : name) is_name = is_name && (ascii::is_alnum(c) || c == '-' || c == '_');
  if (is_name && (kind == "header" || kind == "query")) return std::nullopt;
  return fmt::format("\"{}\" is not \"bearer\", \"basic\", \"header:NAME\" or \"query:NAME\"", value);
}

Trouble check_host_name(std::string_view value) {
  Trouble bad = fmt::format("\"{}\" is not a host name", value);
  if (value.empty() || value.size() > kMaxHostName) return bad;
  for (const std::string_view label : ascii::split(value, '.')) {
    if (label.empty() || label.size() > 63 || label.front() == '-' || label.back() == '-') return bad;
    for (const char c : label) {
      if (!ascii::is_alnum(c) && c != '-' && c != '_') return bad;
    }
  }
  return std::nullopt;
}

Trouble check_origin(std::string_view value) {
  const size_t skip = value.starts_with("https://") ? 8 : value.starts_with("http://") ? 7 : 0;
  if (skip == 0) return fmt::format("\"{}\" does not begin with https:// or http://", value);
  const std::string_view rest = value.substr(skip);
  const HostPort at = split_host_port(rest);
  const bool good = !check_host_name(rest) || (is_host(at) && at.port && *at.port != 0);
  if (!good)
    return fmt::format("\"{}\" is not SCHEME://HOST or SCHEME://HOST:PORT, without anything after it", value);
  return std::nullopt;
}

Trouble check_external_host(std::string_view value) {
  constexpr std::string_view kHttp = "http://";
  const bool plain = value.starts_with(kHttp);
  const HostPort at = split_host_port(plain ? value.substr(kHttp.size()) : value);
  if (plain) {
    const bool loopback = at.bracketed ? at.host == "::1" : is_ipv4(at.host) && at.host.starts_with("127.");
    if (loopback && at.port && *at.port != 0) return std::nullopt;
    return fmt::format("\"{}\": http is for http://127.0.0.1:PORT and http://[::1]:PORT alone", value);
  }
  const bool address = value.size() > 2 && value.starts_with('[') && value.ends_with(']') &&
                       is_ipv6(std::string(value.substr(1, value.size() - 2)));
  if (!check_host_name(value) || address || (is_host(at) && at.port && *at.port != 0)) return std::nullopt;
  return fmt::format("\"{}\" is none of HOST, HOST:PORT, http://127.0.0.1:PORT", value);
}

Trouble check_mail_address(std::string_view value) {
  const size_t at = value.rfind('@');
  const bool is_plain = std::all_of(value.begin(), value.end(), [](char c) {
    return c > ' ' && c < '\x7f' && std::string_view("<>()[],;:\\\"").find(c) == std::string_view::npos;
  });
  if (is_plain && at != std::string_view::npos && at > 0 && !check_host_name(value.substr(at + 1)))
    return std::nullopt;
  return fmt::format("\"{}\" is not the address of a mailbox", value);
}

Trouble check_webhook(std::string_view value) {
  constexpr std::string_view kHttps = "https://", kHttp = "http://";
  const bool plain = value.starts_with(kHttp);
  if (!plain && !value.starts_with(kHttps)) return fmt::format("\"{}\" does not begin with https://", value);
  const size_t begin = plain ? 0 : kHttps.size();
  const size_t end = std::min(value.find_first_of("/?#", (plain ? kHttp : kHttps).size()), value.size());
  if (value.find_first_of(" \t\r\n") != std::string_view::npos) return "has blanks";
  return check_external_host(value.substr(begin, end - begin));
}

Trouble check_syslog_address(std::string_view value) {
  const bool known = value.starts_with("udp:") || value.starts_with("tcp:");
  const HostPort at = split_host_port(known ? value.substr(4) : value);
  if (known && is_host(at) && at.port && *at.port != 0) return std::nullopt;
  return fmt::format("\"{}\" is neither udp:HOST:PORT nor tcp:HOST:PORT", value);
}

Trouble check_event_url(std::string_view value) {
  if (value.empty()) return std::nullopt;
  if (value.find('@') != std::string_view::npos)
    return "holds a user or password; give events.user and events.password_file";
  return check_origin(value);
}

Trouble check_state_location(std::string_view value) {
  if (value.empty()) return std::nullopt;
  const size_t scheme = value.find("://");
  const std::string_view name = value.substr(0, scheme);
  if (scheme == std::string_view::npos || (name != "postgresql" && name != "postgres")) {
    return fmt::format("\"{}\" is not postgresql://...; leave it empty for SQLite in the data directory",
                       value);
  }
  // A secret is never in this file: libpq reads it from the file that passfile= names, or from ~/.pgpass.
  const std::string_view rest = value.substr(scheme + 3);
  const size_t at = rest.substr(0, rest.find('/')).rfind('@');
  const bool in_authority =
      at != std::string_view::npos && rest.substr(0, at).find(':') != std::string_view::npos;
  if (in_authority || rest.find("password=") != std::string_view::npos) {
    return "holds a password; put it into a file and add ?passfile=FILE (libpq's format)";
  }
  return std::nullopt;
}

Trouble check_identifier(std::string_view value) {
  const bool good =
      !value.empty() && value.size() <= 63 && !ascii::is_digit(value.front()) &&
      std::all_of(value.begin(), value.end(), [](char c) { return ascii::is_alnum(c) || c == '_'; });
  if (!good) return fmt::format("\"{}\" is not a name of letters, digits and underscores", value);
  return std::nullopt;
}

Trouble check_word(std::string_view value) {
  if (std::none_of(value.begin(), value.end(), [](char c) { return ascii::is_space(c); }))
    return std::nullopt;
  return "must not have blanks";
}

Trouble check_user_prefix(std::string_view value) {
  if (value.empty()) return std::nullopt;
  const bool good =
      value.size() <= kMaxUserPrefix && (ascii::is_lower(value.front()) || value.front() == '_') &&
      std::all_of(value.begin(), value.end(),
                  [](char c) { return ascii::is_lower(c) || ascii::is_digit(c) || c == '_' || c == '-'; });
  if (!good) return fmt::format("\"{}\" cannot begin the name of a Unix user", value);
  return std::nullopt;
}

std::optional<uint64_t> parse_quantity(std::string_view text, std::span<const Unit> units) {
  const size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  const auto count = whole<uint64_t>(text.substr(0, digits));
  const std::string_view suffix = text.substr(digits);
  const auto unit =
      std::find_if(units.begin(), units.end(), [&](const Unit& u) { return u.suffix == suffix; });
  uint64_t value = 0;
  if (!count || unit == units.end() || __builtin_mul_overflow(*count, unit->size, &value))
    return std::nullopt;
  return value;
}

std::string print_quantity(uint64_t value, std::span<const Unit> units) {
  for (auto unit = units.rbegin(); unit != units.rend(); ++unit) {
    if (value >= unit->size && value % unit->size == 0)
      return fmt::format("{}{}", value / unit->size, unit->suffix);
  }
  return fmt::format("{}{}", value, units.front().suffix);
}

std::string describe_units(std::span<const Unit> units) {
  const std::string_view larger = units[2].suffix;
  return units.front().size == 1 && units.front().suffix.empty()
             ? fmt::format("a number of bytes or a string such as \"50{}\"", larger)
             : fmt::format("a number of seconds or a string such as \"15{}\"", units[1].suffix);
}

std::string nearest(std::string_view word, const std::vector<std::string>& words) {
  std::string best;
  size_t best_distance = std::max<size_t>(word.size() / 2, 2) + 1;
  for (const std::string& candidate : words) {
    if (word.size() >= 3 && candidate.starts_with(word)) return candidate;
    // Levenshtein, one row at a time.
    std::vector<size_t> row(candidate.size() + 1);
    std::iota(row.begin(), row.end(), size_t{0});
    for (size_t i = 0; i < word.size(); ++i) {
      size_t diagonal = row[0];
      row[0] = i + 1;
      for (size_t j = 0; j < candidate.size(); ++j) {
        const size_t changed = diagonal + (ascii::to_lower(word[i]) == ascii::to_lower(candidate[j]) ? 0 : 1);
        diagonal = row[j + 1];
        row[j + 1] = std::min({changed, diagonal + 1, row[j] + 1});
      }
    }
    if (row.back() < best_distance) {
      best_distance = row.back();
      best = candidate;
    }
  }
  return best;
}

}  // namespace linkgate
