// Feeds over HTTP, by libcurl through the egress proxy.
#include <curl/curl.h>

#include <array>
#include <mutex>
#include <utility>

#include "base/ascii.h"
#include "scan/egress_socket.h"
#include "scan/feed_parser.h"
#include "scan/feed_source.h"

namespace linkgate::scan {
namespace {

constexpr size_t kMaxTagBytes = 1024;  // of ETag and Last-Modified, which are sent back

struct CloseCurl {
  void operator()(CURL* curl) const { curl_easy_cleanup(curl); }
};
struct FreeHeaders {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

class HttpSource final : public FeedSource {
 public:
  HttpSource(std::string url, const std::atomic<bool>& cancelled, HttpSourceOptions options)
      : url_(std::move(url)), cancelled_(cancelled), options_(std::move(options)) {
    static std::once_flag once;
    std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
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
    if (transfer.too_large || code == CURLE_FILESIZE_EXCEEDED) {
      return Error(ErrorCode::kLimit, "is larger than 256 MiB");
    }
    if (code != CURLE_OK) return error_of(curl.get(), code, transfer);
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
    std::string body, etag, last_modified, proxy_status;
    bool too_large = false;
    std::array<char, CURL_ERROR_SIZE> message{};
  };

  void configure(CURL* curl, Transfer* transfer) const {
    const bool is_secure = ascii::istarts_with(url_, "https://");
    curl_easy_setopt(curl, CURLOPT_URL, url_.c_str());
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS_STR, is_secure ? "https" : "http,https");
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 1L);
    curl_easy_setopt(curl, CURLOPT_MAXREDIRS, options_.max_redirects);
    // A name that nobody asks for: on_open_socket() leads to the proxy.
    curl_easy_setopt(curl, CURLOPT_PROXY, "http://127.0.0.1:1");
    curl_easy_setopt(curl, CURLOPT_NOPROXY, "");  // whatever the environment says
    curl_easy_setopt(curl, CURLOPT_HTTPPROXYTUNNEL, 1L);
    curl_easy_setopt(curl, CURLOPT_HEADEROPT, static_cast<long>(CURLHEADER_SEPARATE));
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, options_.connect_timeout_s);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, options_.total_timeout_s);
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, options_.slowest_bytes_per_s);
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
    if (auto status = value_of("Proxy-Status:"); !status.empty()) transfer->proxy_status = std::move(status);
    if (auto date = value_of("Last-Modified:"); !date.empty()) transfer->last_modified = std::move(date);
    return size;
  }

  static int on_progress(void* user, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
    return static_cast<Transfer*>(user)->source->cancelled_.load(std::memory_order_relaxed) ? 1 : 0;
  }

  // Asked for every connection, also behind redirects.
  static curl_socket_t on_open_socket(void* user, curlsocktype, curl_sockaddr* to) {
    return open_egress_socket(static_cast<Transfer*>(user)->source->options_.egress_socket, to);
  }

  static Error error_of(CURL* curl, CURLcode code, const Transfer& transfer) {
    long connect_status = 0;
    curl_easy_getinfo(curl, CURLINFO_HTTP_CONNECTCODE, &connect_status);
    if (connect_status >= 300) {
      EgressRefusal refusal = read_proxy_status(transfer.proxy_status);
      const bool refused = refusal.trouble == FetchTrouble::kRefused;
      return Error(refused ? ErrorCode::kPermission : ErrorCode::kUnavailable, std::move(refusal.details));
    }
    std::string message = transfer.message[0] != '\0' ? transfer.message.data() : curl_easy_strerror(code);
    if (code == CURLE_OPERATION_TIMEDOUT) return Error(ErrorCode::kTimeout, std::move(message));
    if (code == CURLE_COULDNT_CONNECT) message = "linkgate-egress cannot be reached";
    return Error(ErrorCode::kUnavailable, std::move(message));
  }

  const std::string url_;
  const std::atomic<bool>& cancelled_;
  const HttpSourceOptions options_;
  std::string etag_, last_modified_;
};

}  // namespace

std::unique_ptr<FeedSource> http_source(std::string url, const std::atomic<bool>& cancelled,
                                        HttpSourceOptions options) {
  return std::make_unique<HttpSource>(std::move(url), cancelled, std::move(options));
}

}  // namespace linkgate::scan
