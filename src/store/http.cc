#include "store/http.h"

#include <curl/curl.h>

#include <charconv>
#include <mutex>

#include "base/ascii.h"
#include "store/exception.h"

namespace linkgate::store {
namespace {

constexpr long kConnectTimeoutMs = 2000;
constexpr std::string_view kUnixPrefix = "unix:";

struct CurlDeleter {
  void operator()(CURL* curl) const { curl_easy_cleanup(curl); }
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

// What the callbacks of one exchange work on.
struct Exchange {
  std::string body;
  size_t max_bytes = 0;
  bool too_large = false;
  int exception_code = 0;
  const std::function<bool()>* cancelled = nullptr;
  const std::function<bool(std::string_view)>* take = nullptr;
  CURL* curl = nullptr;
  bool refused_by_taker = false;
};

bool is_success(const Exchange& exchange) {
  long status = 0;
  curl_easy_getinfo(exchange.curl, CURLINFO_RESPONSE_CODE, &status);
  return status >= 200 && status < 300 && exchange.exception_code == 0;
}

size_t on_body(char* data, size_t size, size_t count, void* out) {
  auto& exchange = *static_cast<Exchange*>(out);
  if (exchange.take != nullptr && is_success(exchange)) {
    exchange.refused_by_taker = !(*exchange.take)({data, size * count});
    return exchange.refused_by_taker ? 0 : size * count;
  }
  if (exchange.body.size() + size * count > exchange.max_bytes) {
    exchange.too_large = true;
    return 0;
  }
  exchange.body.append(data, size * count);
  return size * count;
}

size_t on_header(char* data, size_t size, size_t count, void* out) {
  constexpr std::string_view kName = "X-ClickHouse-Exception-Code:";
  const std::string_view line(data, size * count);
  if (ascii::istarts_with(line, kName)) {
    const std::string_view value = ascii::trim(line.substr(kName.size()));
    std::from_chars(value.data(), value.data() + value.size(), static_cast<Exchange*>(out)->exception_code);
  }
  return size * count;
}

int on_progress(void* out, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  const auto* cancelled = static_cast<Exchange*>(out)->cancelled;
  return cancelled != nullptr && *cancelled && (*cancelled)() ? 1 : 0;
}

Error transport_error(CURLcode code, const Exchange& exchange) {
  if (exchange.too_large) return Error(ErrorCode::kLimit, std::string(kAnswerTooLarge));
  if (code == CURLE_ABORTED_BY_CALLBACK || exchange.refused_by_taker)
    return Error(ErrorCode::kUnavailable, "cancelled");
  const ErrorCode kind = code == CURLE_OPERATION_TIMEDOUT ? ErrorCode::kTimeout : ErrorCode::kUnavailable;
  return Error(kind, std::string("the event store does not answer: ") + curl_easy_strerror(code));
}

}  // namespace

struct StoreConnection::Impl {
  std::unique_ptr<CURL, CurlDeleter> curl;
  std::unique_ptr<curl_slist, CurlDeleter> headers;
  std::string base;         // "http://host:port"
  std::string socket_path;  // of a unix socket
};

StoreConnection::StoreConnection(std::string url, std::string user, std::string password)
    : impl_(std::make_unique<Impl>()) {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
  impl_->curl.reset(curl_easy_init());
  while (url.ends_with('/')) url.pop_back();
  impl_->base = std::move(url);
  if (impl_->base.starts_with(kUnixPrefix)) {
    impl_->socket_path = impl_->base.substr(kUnixPrefix.size());
    impl_->base = "http://localhost";
  }
  curl_slist* list = nullptr;
  for (const std::string& header :
       {"X-ClickHouse-User: " + user, "X-ClickHouse-Key: " + password,
        std::string("Content-Type: application/octet-stream"), std::string("Expect:")}) {
    list = curl_slist_append(list, header.c_str());
  }
  impl_->headers.reset(list);
}

StoreConnection::~StoreConnection() = default;

Result<std::string> StoreConnection::post(std::string_view path, const StoreRequest& request) {
  CURL* curl = impl_->curl.get();
  curl_easy_reset(curl);  // forgets options, keeps the connection
  std::string url = impl_->base + std::string(path);
  char separator = '?';
  for (const auto& [name, value] : request.parameters) {
    char* encoded = curl_easy_escape(curl, value.data(), static_cast<int>(value.size()));
    url += separator + name + "=" + encoded;
    curl_free(encoded);
    separator = '&';
  }
  Exchange exchange{.max_bytes = request.max_answer_bytes, .cancelled = request.cancelled};
  exchange.take = request.take;
  exchange.curl = curl;
  curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
  if (!impl_->socket_path.empty())
    curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, impl_->socket_path.c_str());
  curl_easy_setopt(curl, CURLOPT_PROXY, "");  // whatever the environment says
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, impl_->headers.get());
  curl_easy_setopt(curl, CURLOPT_POST, 1L);
  curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request.body.data());
  curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, kConnectTimeoutMs);
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, static_cast<long>(request.timeout.count()));
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &exchange);
  curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, on_header);
  curl_easy_setopt(curl, CURLOPT_HEADERDATA, &exchange);
  curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, on_progress);
  curl_easy_setopt(curl, CURLOPT_XFERINFODATA, &exchange);
  curl_easy_setopt(curl, CURLOPT_NOPROGRESS, request.cancelled == nullptr ? 1L : 0L);
  const CURLcode code = curl_easy_perform(curl);
  if (code != CURLE_OK) return transport_error(code, exchange);
  if (is_success(exchange)) return std::move(exchange.body);
  long status = 0;
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
  return store_error(status, exchange.exception_code, exchange.body);
}

}  // namespace linkgate::store
