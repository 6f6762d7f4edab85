#include "portal/external_data.h"

#include <curl/curl.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <memory>
#include <mutex>

#include "base/ascii.h"
#include "net/gzip.h"
#include "net/public_address.h"
#include "url/url.h"

namespace linkgate::portal {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr long kConnectTimeoutMs = 10'000;
constexpr std::string_view kGzipMagic = "\x1f\x8b";

struct CloseCurl {
  void operator()(CURL* curl) const { curl_easy_cleanup(curl); }
};

std::string hostname_of(const url::Url& url) {
  const std::string_view host = url.hostname();
  return std::string(host.starts_with('[') ? host.substr(1, host.size() - 2) : host);
}

Error too_large() {
  return Error(ErrorCode::kLimit, "a query reads at most " + std::to_string(kMaxExternalBytes >> 20) +
                                      " MiB of other hosts, unpacked");
}

bool ends_in_gz(const std::string& address) {
  const auto parsed = url::Url::parse(address);
  return parsed && ascii::iends_with(parsed->pathname(), ".gz");
}

}  // namespace

// What the callbacks of one transfer work on.
struct ExternalData::Transfer {
  const ExternalData& data;
  std::optional<net::IpAddress> named;  // the address that the URL names in place of a host
  std::string body;
  bool refused = false, too_large = false;
  std::array<char, CURL_ERROR_SIZE> message{};

  static size_t on_body(char* bytes, size_t, size_t size, void* user) {
    auto& transfer = *static_cast<Transfer*>(user);
    transfer.too_large = transfer.body.size() + size > transfer.data.room_;
    if (transfer.too_large) return 0;
    transfer.body.append(bytes, size);
    return size;
  }

  static int on_progress(void* user, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
    const auto& cancelled = static_cast<Transfer*>(user)->data.cancelled_;
    return cancelled && cancelled() ? 1 : 0;
  }

  // Asked with the address that is really connected to, after the name was looked up.
  static curl_socket_t on_open_socket(void* user, curlsocktype, curl_sockaddr* to) {
    auto& transfer = *static_cast<Transfer*>(user);
    const auto address = net::address_of(to->addr);
    transfer.refused = !address || (!net::is_public(*address) && address != transfer.named);
    if (transfer.refused) return CURL_SOCKET_BAD;
    return ::socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
  }

  void configure(CURL* curl, const std::string& url, milliseconds time) {
    curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");  // which of them, check() has decided
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, kConnectTimeoutMs);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, static_cast<long>(time.count()));
    curl_easy_setopt(curl, CURLOPT_ACCEPT_ENCODING, "");
    curl_easy_setopt(curl, CURLOPT_USERAGENT, "Linkgate");
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, message.data());
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &Transfer::on_body);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, this);
    curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, &Transfer::on_open_socket);
    curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, this);
    curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, &Transfer::on_progress);
    curl_easy_setopt(curl, CURLOPT_XFERINFODATA, this);
  }

  Error trouble(CURLcode code) const {
    if (refused) return Error(ErrorCode::kPermission, "its host leads to an address that is not public");
    if (too_large) return portal::too_large();
    if (code == CURLE_ABORTED_BY_CALLBACK) return Error(ErrorCode::kUnavailable, "cancelled");
    if (code == CURLE_OPERATION_TIMEDOUT) return Error(ErrorCode::kTimeout, "its host takes too long");
    return Error(ErrorCode::kUnavailable, message[0] != '\0' ? message.data() : curl_easy_strerror(code));
  }
};

ExternalData::ExternalData(const std::vector<std::string>& hosts, std::function<bool()> cancelled)
    : cancelled_(std::move(cancelled)), end_(steady_clock::now() + kExternalTime) {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
  for (const std::string& entry : hosts) {
    const auto parsed = url::Url::parse(entry.starts_with("http://") ? entry : "https://" + entry);
    if (parsed) origins_.push_back(parsed->origin());
  }
}

kql::Fetch ExternalData::fetcher() {
  if (origins_.empty()) return {};
  return [this](const std::string& url) { return fetch(url); };
}

Result<void> ExternalData::check(const std::string& url) const {
  const auto parsed = url::Url::parse(url);
  if (!parsed || !parsed->is_http()) return Error(ErrorCode::kInvalidArgument, "this is no https address");
  if (!parsed->username().empty() || !parsed->password().empty())
    return Error(ErrorCode::kPermission, "an address with a user or password is not read");
  const std::string origin = parsed->origin();
  if (std::find(origins_.begin(), origins_.end(), origin) != origins_.end()) return {};
  if (parsed->scheme() != "https") return Error(ErrorCode::kPermission, "only https is read");
  return Error(ErrorCode::kPermission,
               "the host '" + std::string(parsed->host()) + "' is not among kql.externaldata_hosts");
}

Result<std::string> ExternalData::get(const std::string& url, std::string& redirect) const {
  redirect.clear();
  const auto left = std::chrono::duration_cast<milliseconds>(end_ - steady_clock::now());
  if (left.count() <= 0) {
    return Error(ErrorCode::kTimeout, "a query has " + std::to_string(kExternalTime.count()) +
                                          " s for what it reads of other hosts");
  }
  const std::unique_ptr<CURL, CloseCurl> curl(curl_easy_init());
  if (curl == nullptr) return Error(ErrorCode::kInternal, "libcurl cannot start");
  Transfer transfer{.data = *this, .named = net::IpAddress::parse(hostname_of(*url::Url::parse(url)))};
  transfer.configure(curl.get(), url, left);
  if (const CURLcode code = curl_easy_perform(curl.get()); code != CURLE_OK) return transfer.trouble(code);
  long status = 0;
  curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &status);
  const char* location = nullptr;
  curl_easy_getinfo(curl.get(), CURLINFO_REDIRECT_URL, &location);
  if (status >= 300 && status < 400 && location != nullptr) {
    redirect = location;
    return std::string();
  }
  if (status != 200) return Error(ErrorCode::kUnavailable, "its host answers " + std::to_string(status));
  return std::move(transfer.body);
}

Result<std::string> ExternalData::fetch(const std::string& address) {
  std::string url = address, redirect, body;
  TRY(check(url));
  for (int redirects = 0;; url = redirect) {
    TRY_ASSIGN(body, get(url, redirect));
    if (redirect.empty()) break;
    if (++redirects > kMaxExternalRedirects)
      return Error(ErrorCode::kUnavailable, "it is redirected over and over");
    if (auto checked = check(redirect); !checked)
      return Error(checked.error().code(), "it is redirected: " + checked.error().message());
  }
  // Some servers send such a file as one of its own encoding: then it is unpacked already.
  if (ends_in_gz(address) && body.starts_with(kGzipMagic)) {
    auto unpacked = net::inflate_all(body, room_);
    if (!unpacked && unpacked.error().code() == ErrorCode::kLimit) return too_large();
    if (!unpacked) return std::move(unpacked).error();
    body = *std::move(unpacked);
  }
  room_ -= body.size();
  return body;
}

}  // namespace linkgate::portal
