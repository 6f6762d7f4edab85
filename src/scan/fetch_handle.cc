#include "scan/fetch_handle.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/ascii.h"
#include "scan/egress_socket.h"

namespace linkgate::scan {
namespace {

constexpr long kCurlBuffer = 64 * 1024;

void append(std::unique_ptr<curl_slist, FreeCurl>& list, const std::string& line) {
  list.reset(curl_slist_append(list.release(), line.c_str()));
}

// Loopback addresses that nobody dials: on_open_socket() leads every connection to the proxy's socket.
std::string proxy_name(unsigned number) {
  return fmt::format("http://127.{}.{}.{}:1", number >> 16 & 0xff, number >> 8 & 0xff, number & 0xff);
}

}  // namespace

FetchHandle::FetchHandle(Identity who, std::string client_name, std::vector<std::string> hosts_allowed,
                         std::string socket, std::shared_ptr<const TrustStore> store, unsigned number)
    : identity(std::move(who)),
      client(std::move(client_name)),
      egress_socket(std::move(socket)),
      hosts(std::move(hosts_allowed)),
      trust(std::move(store)),
      proxy(proxy_name(number)),
      curl(curl_easy_init()) {
  set_transport();
}

void FetchHandle::set_transport() {
  CURL* const easy = curl.get();
  curl_easy_setopt(easy, CURLOPT_PRIVATE, this);
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(easy, CURLOPT_PROXY, proxy.c_str());
  curl_easy_setopt(easy, CURLOPT_NOPROXY, "");  // whatever the environment says
  curl_easy_setopt(easy, CURLOPT_HTTPPROXYTUNNEL, 1L);
  curl_easy_setopt(easy, CURLOPT_HEADEROPT, static_cast<long>(CURLHEADER_SEPARATE));
  append(proxy_headers, "Linkgate-Client: " + client);
  append(proxy_headers, "User-Agent:");
  curl_easy_setopt(easy, CURLOPT_PROXYHEADER, proxy_headers.get());
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, &FetchHandle::on_open_socket);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, this);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_COOKIEFILE, "");  // on, and empty
  curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
  curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, kCurlBuffer);
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION,
                   static_cast<long>(identity.is_browser ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1));
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L);  // by TrustStore::watch() instead
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L);
  curl_easy_setopt(easy, CURLOPT_CAINFO, nullptr);
  curl_easy_setopt(easy, CURLOPT_CAPATH, nullptr);
  curl_easy_setopt(easy, CURLOPT_SSL_SESSIONID_CACHE, 0L);  // a resumed session shows no certificate
  curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, &FetchHandle::on_tls);
  curl_easy_setopt(easy, CURLOPT_SSL_CTX_DATA, this);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &FetchHandle::on_body);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, this);
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, &FetchHandle::on_header);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, this);
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, message.data());
}

void FetchHandle::prepare(FetchRequest asked) {
  request = std::move(asked);
  result = {};
  header_bytes = 0;
  headers_too_long = headers_done = false;
  certificate.reset();
  message[0] = '\0';
  begun = std::chrono::steady_clock::now();
  const url::Url& url = request.url;
  host = url.hostname();
  if (host.starts_with('[')) host = host.substr(1, host.size() - 2);
  set_request();
}

void FetchHandle::set_request() {
  CURL* const easy = curl.get();
  const url::Url& url = request.url;
  // Our parser has read the URL; curl gets what there is nothing left to read in.
  curl_easy_setopt(easy, CURLOPT_URL, fmt::format("{}//{}/", url.protocol(), url.host()).c_str());
  target = fmt::format("{}{}", url.pathname(), url.search());
  curl_easy_setopt(easy, CURLOPT_REQUEST_TARGET, target.c_str());
  headers.reset();
  append(headers, fmt::format("User-Agent: {}", identity.user_agent));
  for (const std::string& line : identity.headers) append(headers, line);
  const auto from = url::Url::parse(request.referrer);
  if (identity.is_browser) {
    const bool same = from && from->origin() == url.origin();
    append(headers, fmt::format("Sec-Fetch-Site: {}", !from ? "none" : same ? "same-origin" : "cross-site"));
    // strict-origin-when-cross-origin, the default of browsers.
    const bool downgrade = from && from->scheme() == "https" && url.scheme() == "http";
    if (from && !downgrade)
      append(headers, fmt::format("Referer: {}", same ? from->href().substr(0, from->href().find('#'))
                                                      : from->origin() + "/"));
  }
  const bool has_body = request.method == "POST";
  if (has_body) {
    append(headers, fmt::format("Content-Type: {}", request.body_type));
    append(headers, "Expect:");
    curl_easy_setopt(easy, CURLOPT_POST, 1L);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request.body.c_str());
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
  } else {
    curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
  }
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING,
                   identity.encodings.empty() ? nullptr : identity.encodings.c_str());
  const auto budget =
      std::clamp<std::chrono::milliseconds>(request.budget, std::chrono::milliseconds(1), kMaxFetchTime);
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(budget.count()));
}

size_t FetchHandle::on_body(char* data, size_t, size_t size, void* user) {
  auto* self = static_cast<FetchHandle*>(user);
  const size_t room = self->request.max_body - self->result.body.size();
  self->result.body.append(data, std::min(size, room));
  if (size <= room) return size;
  self->result.trouble = FetchTrouble::kTooLarge;
  return 0;
}

size_t FetchHandle::on_header(char* data, size_t, size_t size, void* user) {
  auto* self = static_cast<FetchHandle*>(user);
  std::string_view line(data, size);
  self->header_bytes += size;
  if (self->header_bytes > kMaxFetchHeaders) {
    self->headers_too_long = true;
    return 0;
  }
  // The proxy's own answer to CONNECT, interim answers, and then the one that counts.
  if (line.starts_with("HTTP/")) {
    self->result.headers.clear();
    self->headers_done = false;
  } else if (ascii::trim(line).empty()) {
    self->headers_done = true;
  }
  const size_t colon = line.find(':');
  if (colon == line.npos || self->result.headers.size() >= kMaxFetchFields) return size;
  self->result.headers.emplace_back(ascii::to_lower(ascii::trim(line.substr(0, colon))),
                                    ascii::trim(line.substr(colon + 1)));
  return size;
}

curl_socket_t FetchHandle::on_open_socket(void* user, curlsocktype, curl_sockaddr* to) {
  return open_egress_socket(static_cast<const FetchHandle*>(user)->egress_socket, to);
}

CURLcode FetchHandle::on_tls(CURL*, void* context, void* user) {
  auto* self = static_cast<FetchHandle*>(user);
  self->trust->watch(static_cast<SSL_CTX*>(context), self->host, &self->certificate);
  return CURLE_OK;
}

FetchResult FetchHandle::finish(CURLcode code) {
  CURL* const easy = curl.get();
  long status = 0, connect_status = 0, version = 0;
  curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
  curl_easy_getinfo(easy, CURLINFO_HTTP_CONNECTCODE, &connect_status);
  curl_easy_getinfo(easy, CURLINFO_HTTP_VERSION, &version);
  const bool is_refused = code != CURLE_OK && connect_status >= 300;
  if (certificate) certificates[host] = *certificate;
  const auto known = certificates.find(host);
  if (request.url.scheme() == "https" && known != certificates.end()) result.certificate = known->second;
  if (is_refused) {
    tell_refusal(connect_status);
  } else {
    if (status >= 200 && headers_done) result.status = static_cast<int>(status);
    if (result.status > 0 && request.url.scheme() == "https")
      result.alpn = version == CURL_HTTP_VERSION_2_0 ? "h2" : "http/1.1";
    if (code != CURLE_OK) tell_trouble(code);
  }
  result.took =
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begun);
  return std::move(result);
}

void FetchHandle::tell_refusal(long connect_status) {
  EgressRefusal refusal = read_proxy_status(result.header("proxy-status"));
  result.headers.clear();
  result.body.clear();
  result.trouble = refusal.trouble;
  result.details = std::move(refusal.details);
  if (result.details.empty()) result.details = fmt::format("the egress proxy answers {}", connect_status);
}

void FetchHandle::tell_trouble(CURLcode code) {
  const std::string said = message[0] != '\0' ? message.data() : curl_easy_strerror(code);
  const auto tell = [&](FetchTrouble trouble, std::string details) {
    result.trouble = trouble;
    result.details = std::move(details);
  };
  if (result.trouble == FetchTrouble::kTooLarge)
    return tell(FetchTrouble::kTooLarge, fmt::format("larger than {} bytes", request.max_body));
  if (headers_too_long)
    return tell(FetchTrouble::kBroken, fmt::format("more than {} bytes of headers", kMaxFetchHeaders));
  switch (code) {
    case CURLE_OPERATION_TIMEDOUT:
      return tell(FetchTrouble::kTimeout,
                  result.status == 0 ? "no answer in time" : "the answer did not end in time");
    case CURLE_COULDNT_CONNECT:
    case CURLE_COULDNT_RESOLVE_PROXY:
      return tell(FetchTrouble::kNoProxy, "the egress proxy cannot be reached");
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CIPHER:
      return tell(FetchTrouble::kTls, "no TLS can be spoken with it: " + said);
    default:
      return tell(FetchTrouble::kBroken, said);
  }
}

}  // namespace linkgate::scan
