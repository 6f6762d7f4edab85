// Feeds over HTTP, by libcurl.
#include <arpa/inet.h>
#include <curl/curl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <mutex>
#include <utility>

#include "base/ascii.h"
#include "scan/feed_parser.h"
#include "scan/feed_source.h"
#include "url/url.h"

namespace linkgate::scan {
namespace {

constexpr size_t kMaxTagBytes = 1024;  // of ETag and Last-Modified, which are sent back

struct Cidr {
  std::array<uint8_t, 16> address;
  int bits;
};

// IANA's special-purpose registries (IPv4, IPv6), as one list of IPv6 prefixes; IPv4 stands in ::ffff:0:0/96.
constexpr Cidr v4(uint8_t a, uint8_t b, uint8_t c, uint8_t d, int bits) {
  return {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, a, b, c, d}, 96 + bits};
}
constexpr Cidr v6(uint8_t a, uint8_t b, int bits, uint8_t c = 0, uint8_t d = 0) {
  return {{a, b, c, d}, bits};
}
constexpr Cidr kPrivate[] = {
    v4(0, 0, 0, 0, 8),
    v4(10, 0, 0, 0, 8),
    v4(100, 64, 0, 0, 10),
    v4(127, 0, 0, 0, 8),
    v4(169, 254, 0, 0, 16),
    v4(172, 16, 0, 0, 12),
    v4(192, 0, 0, 0, 24),
    v4(192, 0, 2, 0, 24),
    v4(192, 88, 99, 0, 24),
    v4(192, 168, 0, 0, 16),
    v4(198, 18, 0, 0, 15),
    v4(198, 51, 100, 0, 24),
    v4(203, 0, 113, 0, 24),
    v4(224, 0, 0, 0, 3),
    v6(0, 0, 127),  // ::/127: unspecified and loopback
    v6(0xfc, 0, 7),
    v6(0xfe, 0x80, 9),
    v6(0xff, 0, 8),
    v6(0x01, 0, 64),
    v6(0x20, 0x01, 32, 0x0d, 0xb8),
    v6(0x20, 0x01, 23),
    v6(0x20, 0x02, 16),
};

bool is_within(const std::array<uint8_t, 16>& address, const Cidr& block) {
  for (int bit = 0; bit < block.bits; bit += 8) {
    const auto byte = static_cast<size_t>(bit / 8);
    const int left = block.bits - bit;
    const auto mask = static_cast<uint8_t>(left >= 8 ? 0xff : 0xff << (8 - left));
    if (((address[byte] ^ block.address[byte]) & mask) != 0) return false;
  }
  return true;
}

bool is_private(std::array<uint8_t, 16> address) {
  // NAT64 (64:ff9b::/96) and the deprecated IPv4-compatible form (::/96) lead to the IPv4 address within.
  static constexpr std::array<uint8_t, 12> kNat64 = {0, 0x64, 0xff, 0x9b}, kCompatible = {};
  const bool is_nat64 = std::equal(kNat64.begin(), kNat64.end(), address.begin());
  const bool is_compatible = std::equal(kCompatible.begin(), kCompatible.end(), address.begin());
  if (is_nat64 || (is_compatible && (address[12] | address[13] | address[14]) != 0)) {
    std::fill_n(address.begin(), 10, uint8_t{0});
    address[10] = address[11] = 0xff;
  }
  return std::any_of(std::begin(kPrivate), std::end(kPrivate),
                     [&](const Cidr& block) { return is_within(address, block); });
}

std::optional<std::array<uint8_t, 16>> parse_address(const std::string& text) {
  std::array<uint8_t, 16> address{};
  if (::inet_pton(AF_INET6, text.c_str(), address.data()) == 1) return address;
  address = v4(0, 0, 0, 0, 0).address;
  if (::inet_pton(AF_INET, text.c_str(), address.data() + 12) == 1) return address;
  return std::nullopt;
}

std::optional<std::array<uint8_t, 16>> address_of(const sockaddr* socket_address) {
  if (socket_address->sa_family == AF_INET6) {
    std::array<uint8_t, 16> address{};
    std::memcpy(address.data(), &reinterpret_cast<const sockaddr_in6*>(socket_address)->sin6_addr, 16);
    return address;
  }
  if (socket_address->sa_family != AF_INET) return std::nullopt;
  std::array<uint8_t, 16> address = v4(0, 0, 0, 0, 0).address;
  std::memcpy(address.data() + 12, &reinterpret_cast<const sockaddr_in*>(socket_address)->sin_addr, 4);
  return address;
}

struct CloseCurl {
  void operator()(CURL* curl) const { curl_easy_cleanup(curl); }
};
struct FreeHeaders {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

class HttpSource final : public FeedSource {
 public:
  HttpSource(std::string url, const std::atomic<bool>& cancelled, HttpSourceLimits limits)
      : url_(std::move(url)), cancelled_(cancelled), limits_(limits) {
    static std::once_flag once;
    std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
    if (const auto parsed = url::Url::parse(url_)) {
      std::string host(parsed->hostname());
      if (host.starts_with('[')) host = host.substr(1, host.size() - 2);
      named_address_ = parse_address(host);
      names_localhost_ = host == "localhost";
    }
  }

  void forget() override {
    etag_.clear();
    last_modified_.clear();
  }

  Result<std::optional<std::string>> fetch_if_changed() override {
    const std::unique_ptr<CURL, CloseCurl> curl(curl_easy_init());
    if (curl == nullptr) return Error(ErrorCode::kInternal, "libcurl cannot start");
    Transfer transfer{this};
    configure(curl.get(), &transfer);
    const std::unique_ptr<curl_slist, FreeHeaders> headers(conditional_headers());
    curl_easy_setopt(curl.get(), CURLOPT_HTTPHEADER, headers.get());
    const CURLcode code = curl_easy_perform(curl.get());
    if (transfer.refused) return Error(ErrorCode::kPermission, "leads to an address that is not public");
    if (transfer.too_large || code == CURLE_FILESIZE_EXCEEDED) {
      return Error(ErrorCode::kLimit, "is larger than 256 MiB");
    }
    if (code != CURLE_OK) return error_of(code, transfer);
    long status = 0;
    curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &status);
    if (status == 304) return std::optional<std::string>();
    if (status != 200) return Error(ErrorCode::kUnavailable, "answers " + std::to_string(status));
    if (transfer.body.empty()) return Error(ErrorCode::kUnavailable, "answers 200 with nothing in it");
    etag_ = std::move(transfer.etag);
    last_modified_ = std::move(transfer.last_modified);
    return std::optional<std::string>(std::move(transfer.body));
  }

 private:
  struct Transfer {
    HttpSource* source;
    std::string body, etag, last_modified;
    bool refused = false, too_large = false;
    std::array<char, CURL_ERROR_SIZE> message{};
  };

  void configure(CURL* curl, Transfer* transfer) const {
    const bool is_secure = ascii::istarts_with(url_, "https://");
    curl_easy_setopt(curl, CURLOPT_URL, url_.c_str());
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS_STR, is_secure ? "https" : "http,https");
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 1L);
    curl_easy_setopt(curl, CURLOPT_MAXREDIRS, limits_.max_redirects);
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, limits_.connect_timeout_s);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, limits_.total_timeout_s);
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, limits_.slowest_bytes_per_s);
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, 60L);
    curl_easy_setopt(curl, CURLOPT_ACCEPT_ENCODING, "");
    curl_easy_setopt(curl, CURLOPT_USERAGENT, "Linkgate");
    curl_easy_setopt(curl, CURLOPT_MAXFILESIZE_LARGE, static_cast<curl_off_t>(kMaxFeedBytes));
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, transfer->message.data());
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &HttpSource::on_body);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, transfer);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, &HttpSource::on_header);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, transfer);
    curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, &HttpSource::on_open_socket);
    curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, transfer);
    curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, &HttpSource::on_progress);
    curl_easy_setopt(curl, CURLOPT_XFERINFODATA, transfer);
  }

  curl_slist* conditional_headers() const {
    curl_slist* headers = nullptr;
    if (!etag_.empty()) headers = curl_slist_append(headers, ("If-None-Match: " + etag_).c_str());
    if (!last_modified_.empty())
      headers = curl_slist_append(headers, ("If-Modified-Since: " + last_modified_).c_str());
    return headers;
  }

  // Decompressed bytes: what bounds a compression bomb too.
  static size_t on_body(char* data, size_t, size_t size, void* user) {
    auto* transfer = static_cast<Transfer*>(user);
    if (transfer->body.size() + size > kMaxFeedBytes) {
      transfer->too_large = true;
      return 0;
    }
    transfer->body.append(data, size);
    return size;
  }

  static size_t on_header(char* data, size_t, size_t size, void* user) {
    auto* transfer = static_cast<Transfer*>(user);
    const std::string_view line(data, size);
    if (line.starts_with("HTTP/")) {  // of the answer behind a redirect
      transfer->etag.clear();
      transfer->last_modified.clear();
    }
    const auto value_of = [&](std::string_view name) -> std::string {
      if (size > kMaxTagBytes || !ascii::istarts_with(line, name)) return "";
      return std::string(ascii::trim(line.substr(name.size())));
    };
    if (auto etag = value_of("ETag:"); !etag.empty()) transfer->etag = std::move(etag);
    if (auto date = value_of("Last-Modified:"); !date.empty()) transfer->last_modified = std::move(date);
    return size;
  }

  static int on_progress(void* user, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
    return static_cast<Transfer*>(user)->source->cancelled_.load(std::memory_order_relaxed) ? 1 : 0;
  }

  // Asked for every connection, also behind redirects, with the address that is really connected to.
  static curl_socket_t on_open_socket(void* user, curlsocktype, curl_sockaddr* to) {
    auto* transfer = static_cast<Transfer*>(user);
    const auto address = address_of(&to->addr);
    if (!address || !transfer->source->may_reach(*address)) {
      transfer->refused = true;
      return CURL_SOCKET_BAD;
    }
    return ::socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
  }

  bool may_reach(const std::array<uint8_t, 16>& address) const {
    if (!is_private(address)) return true;
    static constexpr Cidr kLoopback4 = v4(127, 0, 0, 0, 8),
                          kLoopback6 = {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, 128};
    if (names_localhost_ && (is_within(address, kLoopback4) || is_within(address, kLoopback6))) return true;
    return named_address_ == address;
  }

  static Error error_of(CURLcode code, const Transfer& transfer) {
    const std::string message =
        transfer.message[0] != '\0' ? transfer.message.data() : curl_easy_strerror(code);
    if (code == CURLE_OPERATION_TIMEDOUT) return Error(ErrorCode::kTimeout, message);
    return Error(ErrorCode::kUnavailable, message);
  }

  const std::string url_;
  const std::atomic<bool>& cancelled_;
  const HttpSourceLimits limits_;
  std::optional<std::array<uint8_t, 16>> named_address_;
  bool names_localhost_ = false;
  std::string etag_, last_modified_;
};

}  // namespace

bool is_private_address(std::string_view address) {
  const auto parsed = parse_address(std::string(address));
  return !parsed || is_private(*parsed);
}

std::unique_ptr<FeedSource> http_source(std::string url, const std::atomic<bool>& cancelled,
                                        HttpSourceLimits limits) {
  return std::make_unique<HttpSource>(std::move(url), cancelled, limits);
}

}  // namespace linkgate::scan
