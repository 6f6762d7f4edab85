#include "scan/feed_client.h"

#include <curl/curl.h>

#include <array>
#include <memory>
#include <mutex>
#include <optional>

#include "base/ascii.h"
#include "base/base64.h"
#include "base/file_system.h"
#include "scan/egress_socket.h"
#include "scan/feed_collector.h"

namespace linkgate::scan {
namespace {

constexpr size_t kMaxHeaders = 64;
constexpr size_t kMaxHeaderBytes = 1024;  // of one, name and value
constexpr size_t kMaxSecretBytes = 4096;

struct CloseCurl {
  void operator()(CURL* curl) const { curl_easy_cleanup(curl); }
};
struct FreeHeaders {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    static constexpr char kHex[] = "0123456789ABCDEF";
    const auto byte = static_cast<uint8_t>(c);
    if (ascii::is_alnum(c) || c == '-' || c == '_' || c == '.' || c == '~') {
      out += c;
    } else {
      out.append({'%', kHex[byte >> 4], kHex[byte & 15]});
    }
  }
  return out;
}

}  // namespace

std::string_view FeedAnswer::header(std::string_view name) const {
  for (const auto& [known, value] : headers) {
    if (known == name) return value;
  }
  return "";
}

struct FeedClient::Transfer {
  const FeedClient* client;
  FeedAnswer answer;
  bool too_large = false;
  std::optional<Error> disk;  // the body could not be kept
  std::array<char, CURL_ERROR_SIZE> message{};
};

// What curl calls.
struct FeedClient::Curl {
  // Decompressed bytes: what bounds a compression bomb too.
  static size_t on_body(char* data, size_t, size_t size, void* user) {
    auto* transfer = static_cast<Transfer*>(user);
    if (transfer->answer.body.size() + size > kMaxFeedBytes) {
      transfer->too_large = true;
      return 0;
    }
    if (auto kept = transfer->answer.body.append({data, size}); !kept) {
      transfer->disk = std::move(kept).error();
      return 0;
    }
    return size;
  }

  static size_t on_header(char* data, size_t, size_t size, void* user) {
    auto& headers = static_cast<Transfer*>(user)->answer.headers;
    const std::string_view line(data, size);
    if (line.starts_with("HTTP/")) headers.clear();  // of the answer behind a redirect
    const size_t colon = line.find(':');
    if (colon == line.npos || size > kMaxHeaderBytes || headers.size() == kMaxHeaders) return size;
    headers.emplace_back(ascii::to_lower(line.substr(0, colon)), ascii::trim(line.substr(colon + 1)));
    return size;
  }

  static int on_progress(void* user, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
    return static_cast<Transfer*>(user)->client->cancelled_.load(std::memory_order_relaxed) ? 1 : 0;
  }

  // Asked for every connection, also behind redirects.
  static curl_socket_t on_open_socket(void* user, curlsocktype, curl_sockaddr* to) {
    return open_egress_socket(static_cast<Transfer*>(user)->client->options_.egress_socket, to);
  }

  static void configure(CURL* curl, const std::string& url, Transfer* transfer) {
    const FeedClientOptions& options = transfer->client->options_;
    const bool is_secure = ascii::istarts_with(url, "https://");
    curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS_STR, is_secure ? "https" : "http,https");
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, options.auth.empty() ? 1L : 0L);
    curl_easy_setopt(curl, CURLOPT_MAXREDIRS, options.max_redirects);
    // A name that nobody asks for: on_open_socket() leads to the proxy.
    curl_easy_setopt(curl, CURLOPT_PROXY, "http://127.0.0.1:1");
    curl_easy_setopt(curl, CURLOPT_NOPROXY, "");  // whatever the environment says
    curl_easy_setopt(curl, CURLOPT_HTTPPROXYTUNNEL, 1L);
    curl_easy_setopt(curl, CURLOPT_HEADEROPT, static_cast<long>(CURLHEADER_SEPARATE));
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, options.connect_timeout_s);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, options.total_timeout_s);
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, options.slowest_bytes_per_s);
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, 60L);
    curl_easy_setopt(curl, CURLOPT_ACCEPT_ENCODING, "");
    curl_easy_setopt(curl, CURLOPT_USERAGENT, "Linkgate");
    curl_easy_setopt(curl, CURLOPT_MAXFILESIZE_LARGE, static_cast<curl_off_t>(kMaxFeedBytes));
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, transfer->message.data());
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &Curl::on_body);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, transfer);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, &Curl::on_header);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, transfer);
    curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, &Curl::on_open_socket);
    curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, transfer);
    curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, &Curl::on_progress);
    curl_easy_setopt(curl, CURLOPT_XFERINFODATA, transfer);
  }

  static Error error_of(CURL* curl, CURLcode code, const Transfer& transfer) {
    long connect_status = 0;
    curl_easy_getinfo(curl, CURLINFO_HTTP_CONNECTCODE, &connect_status);
    if (connect_status >= 300) {
      EgressRefusal refusal = read_proxy_status(transfer.answer.header("proxy-status"));
      const bool refused =
          refusal.trouble == FetchTrouble::kRefused || refusal.trouble == FetchTrouble::kInward;
      return Error(refused ? ErrorCode::kPermission : ErrorCode::kUnavailable, std::move(refusal.details));
    }
    std::string message = transfer.message[0] != '\0' ? transfer.message.data() : curl_easy_strerror(code);
    if (code == CURLE_OPERATION_TIMEDOUT) return Error(ErrorCode::kTimeout, std::move(message));
    if (code == CURLE_COULDNT_CONNECT) message = "linkgate-egress cannot be reached";
    return Error(ErrorCode::kUnavailable, std::move(message));
  }
};

FeedClient::FeedClient(FeedClientOptions options, const std::atomic<bool>& cancelled)
    : options_(std::move(options)), cancelled_(cancelled) {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
}

// Read every time: a secret is changed by writing the file anew.
Result<void> FeedClient::authorise(std::string* url, std::vector<std::string>* headers) const {
  const std::string_view auth = options_.auth;
  if (auth.empty()) return {};
  auto read = real_file_system().read(options_.secret_file);
  if (!read) return Error(ErrorCode::kPermission, read.error().message());
  const std::string secret(ascii::trim(*read));
  if (secret.empty() || secret.size() > kMaxSecretBytes || secret.find_first_of("\r\n") != secret.npos)
    return Error(ErrorCode::kPermission, options_.secret_file + " does not hold one line with a secret");
  const std::string_view name = auth.substr(auth.find(':') + 1);
  if (auth == "bearer") {
    headers->push_back("Authorization: Bearer " + secret);
  } else if (auth == "basic") {
    headers->push_back("Authorization: Basic " + base64_encode(secret));
  } else if (auth.starts_with("header:")) {
    headers->push_back(std::string(name) + ": " + secret);
  } else {
    url->append(url->find('?') == url->npos ? "?" : "&").append(name).append("=").append(escaped(secret));
  }
  return {};
}

Result<FeedAnswer> FeedClient::get(const std::string& asked,
                                   const std::vector<std::string>& asked_headers) const {
  std::string url = asked;
  std::vector<std::string> texts = asked_headers;
  TRY(authorise(&url, &texts));
  const std::unique_ptr<CURL, CloseCurl> curl(curl_easy_init());
  if (curl == nullptr) return Error(ErrorCode::kInternal, "libcurl cannot start");
  TRY_ASSIGN(FeedBytes body, FeedBytes::create(options_.folder));
  Transfer transfer{this, {0, std::move(body), {}}};
  Curl::configure(curl.get(), url, &transfer);
  std::unique_ptr<curl_slist, FreeHeaders> headers;
  for (const std::string& text : texts) headers.reset(curl_slist_append(headers.release(), text.c_str()));
  curl_easy_setopt(curl.get(), CURLOPT_HTTPHEADER, headers.get());
  const CURLcode code = curl_easy_perform(curl.get());
  if (transfer.too_large || code == CURLE_FILESIZE_EXCEEDED)
    return Error(ErrorCode::kLimit, "is larger than 2 GiB");
  if (transfer.disk) return *std::move(transfer.disk);
  if (code != CURLE_OK) return Curl::error_of(curl.get(), code, transfer);
  curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &transfer.answer.status);
  return std::move(transfer.answer);
}

}  // namespace linkgate::scan
