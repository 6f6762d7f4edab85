#include "portal/external_data.h"

#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <memory>
#include <mutex>

#include "base/ascii.h"
#include "net/egress_socket.h"
#include "net/gzip.h"
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
  std::string body;
  std::string proxy_status;  // of the last answer: what the proxy says of itself
  bool too_large = false;
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

  static curl_socket_t on_open_socket(void* user, curlsocktype, curl_sockaddr* to) {
    return net::open_egress_socket(static_cast<Transfer*>(user)->data.egress_socket_, to);
  }

  // Also of the answer to CONNECT.
  static size_t on_header(char* bytes, size_t, size_t size, void* user) {
    constexpr std::string_view kName = "proxy-status:";
    auto& transfer = *static_cast<Transfer*>(user);
    const std::string_view line(bytes, size);
    if (line.starts_with("HTTP/")) transfer.proxy_status.clear();
    if (ascii::istarts_with(line, kName)) transfer.proxy_status = ascii::trim(line.substr(kName.size()));
    return size;
  }

  void configure(CURL* curl, const std::string& url, milliseconds time) {
    curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");  // which of them, check() has decided
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    // A name that nobody asks for: on_open_socket() leads to the proxy.
    curl_easy_setopt(curl, CURLOPT_PROXY, "http://127.0.0.1:1");
    curl_easy_setopt(curl, CURLOPT_NOPROXY, "");
    curl_easy_setopt(curl, CURLOPT_HEADEROPT, static_cast<long>(CURLHEADER_SEPARATE));
    curl_easy_setopt(curl, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, kConnectTimeoutMs);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, static_cast<long>(time.count()));
    curl_easy_setopt(curl, CURLOPT_ACCEPT_ENCODING, "");
    curl_easy_setopt(curl, CURLOPT_USERAGENT, "Linkgate");
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, message.data());
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &Transfer::on_body);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, this);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, &Transfer::on_header);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, this);
    curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, &Transfer::on_open_socket);
    curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, this);
    curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, &Transfer::on_progress);
    curl_easy_setopt(curl, CURLOPT_XFERINFODATA, this);
  }

  // What the proxy says of a request that it did not pass on, or could not.
  Error refusal() const {
    const std::string_view error = net::proxy_status_parameter(proxy_status, "error");
    const std::string_view details = net::proxy_status_parameter(proxy_status, "details");
    const bool is_refused = error == "destination_ip_prohibited" || error == "http_request_denied";
    return Error(is_refused ? ErrorCode::kPermission : ErrorCode::kUnavailable,
                 std::string(details.empty() ? error : details));
  }

  Error trouble(CURLcode code) const {
    if (!proxy_status.empty()) return refusal();
    if (too_large) return portal::too_large();
    if (code == CURLE_ABORTED_BY_CALLBACK) return Error(ErrorCode::kUnavailable, "cancelled");
    if (code == CURLE_OPERATION_TIMEDOUT) return Error(ErrorCode::kTimeout, "its host takes too long");
    if (code == CURLE_COULDNT_CONNECT)
      return Error(ErrorCode::kUnavailable, "linkgate-egress, which asks other hosts, does not answer");
    return Error(ErrorCode::kUnavailable, message[0] != '\0' ? message.data() : curl_easy_strerror(code));
  }
};

ExternalData::ExternalData(const std::vector<std::string>& hosts, std::string egress_socket,
                           std::function<bool()> cancelled)
    : egress_socket_(std::move(egress_socket)),
      cancelled_(std::move(cancelled)),
      end_(steady_clock::now() + kExternalTime) {
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
  Transfer transfer{.data = *this};
  transfer.configure(curl.get(), url, left);
  if (const CURLcode code = curl_easy_perform(curl.get()); code != CURLE_OK) return transfer.trouble(code);
  if (!transfer.proxy_status.empty()) return transfer.refusal();
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
