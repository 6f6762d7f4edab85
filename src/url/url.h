#pragma once
// A URL as browsers understand it: the WHATWG URL Standard (https://url.spec.whatwg.org/), parser and
// serializer. Immutable value; copying copies one string. Thread-safe to read.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace linkgate::url {

// Inputs and results longer than this are refused by parse(): Chromium's limit, beyond which no browser opens
// a link.
inline constexpr size_t kMaxUrlLength = 2 * 1024 * 1024;

// The special schemes of the standard; everything else is kOther.
enum class SchemeKind : uint8_t { kOther, kHttp, kHttps, kWs, kWss, kFtp, kFile };

class Url {
 public:
  Url() = default;  // the empty value, which no parse gives

  // The basic URL parser without state override. `base` resolves relative references and may be absent.
  // nullopt is the standard's "failure". Input is UTF-8; leading and trailing C0 controls and spaces, tabs
  // and newlines are removed as the standard says.
  static std::optional<Url> parse(std::string_view input, const Url* base = nullptr);

  const std::string& href() const { return href_; }
  // The getters of the URL class of the standard (section 6.1), same shapes: protocol() is "https:", search()
  // is "" or
  // "?q", hash() is "" or "#f", port() is "" for the default one, host() includes the port.
  std::string_view protocol() const;
  std::string_view username() const;
  std::string_view password() const;
  std::string_view host() const;
  std::string_view hostname() const;
  std::string_view port() const;
  std::string_view pathname() const;
  std::string_view search() const;
  std::string_view hash() const;
  std::string origin() const;  // "null" for schemes without one

  std::string_view scheme() const;  // "https", without colon
  bool is_http() const;             // http or https: what Linkgate seals
  bool is_special() const;          // http(s), ws(s), ftp, file
  SchemeKind scheme_kind() const { return scheme_; }
  bool has_authority() const {
    return at_.host_start != at_.protocol_end;
  }                                                      // "//host", with an empty host too
  bool has_opaque_path() const { return opaque_path_; }  // mailto:, data:, ...: a path that is not a list
  bool host_is_ip() const;          // IPv4 or IPv6 literal, in whatever notation it was typed
  uint16_t effective_port() const;  // the scheme's default where none is given; 0 where there is none

  friend bool operator==(const Url&, const Url&) = default;

 private:
  // Offsets into href_, after Ada's url_aggregator: one string, no allocation a component.
  //   https://user:pass@example.com:1234/foo/bar?baz#quux
  //         |     |    |          | ^^^^|       |   `- hash_start
  //         |     |    |          | |   |       `----- search_start
  //         |     |    |          | |   `------------- pathname_start
  //         |     |    |          | `----------------- port (a number)
  //         |     |    |          `------------------- host_end
  //         |     |    `------------------------------ host_start, behind the '@'
  //         |     `----------------------------------- username_end
  //         `----------------------------------------- protocol_end
  // Without credentials username_end equals host_start; without authority both, and host_end, equal
  // protocol_end.
  struct Components {
    uint32_t protocol_end = 0;
    uint32_t username_end = 0;
    uint32_t host_start = 0;
    uint32_t host_end = 0;
    uint32_t port = UINT32_MAX;  // UINT32_MAX: none
    uint32_t pathname_start = 0;
    uint32_t search_start = UINT32_MAX;
    uint32_t hash_start = UINT32_MAX;
    friend bool operator==(const Components&, const Components&) = default;
  };
  friend class UrlParser;

  std::string href_;
  Components at_;
  SchemeKind scheme_ = SchemeKind::kOther;
  bool opaque_path_ = false;
  bool host_is_ip_ = false;
};

}  // namespace linkgate::url
