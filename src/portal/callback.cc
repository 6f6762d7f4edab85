#include "portal/callback.h"

#include <curl/curl.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "base/ascii.h"
#include "base/log.h"
#include "base/metrics.h"
#include "url/url.h"

namespace linkgate::portal {
namespace {

using std::chrono::steady_clock;

constexpr long kConnectTimeoutMs = 10'000, kTotalTimeoutMs = 20'000;
constexpr std::string_view kPlain = "http://";

struct CloseCurl {
  void operator()(CURL* curl) const { curl_easy_cleanup(curl); }
};
struct FreeHeaders {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

void count(const char* result) {
  metrics::process()
      .counter("linkgate_portal_callbacks_total", "Answers to checks that were sent, by what came of it",
               {{"result", result}})
      .add();
}

// curl is led to the proxy's socket wherever it thinks it goes.
curl_socket_t open_egress(void* user, curlsocktype, curl_sockaddr* to) {
  const auto& path = *static_cast<const std::string*>(user);
  sockaddr_un address{};
  if (path.size() >= sizeof address.sun_path) return CURL_SOCKET_BAD;
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  to->family = AF_UNIX;
  to->protocol = 0;
  to->addrlen = sizeof address;
  std::memcpy(&to->addr, &address, sizeof address);
  return ::socket(AF_UNIX, to->socktype | SOCK_CLOEXEC, 0);
}

size_t drop(char*, size_t, size_t size, void*) { return size; }

std::string origin_of(const url::Url& url) {
  const std::string port(url.port());
  return ascii::to_lower(url.hostname()) + (port.empty() ? "" : ":" + port);
}

}  // namespace

std::string callback_signature(std::string_view key, std::string_view body, Time now) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
  const std::string time = std::to_string(seconds);
  const std::string text = time + "." + std::string(body);
  std::array<unsigned char, EVP_MAX_MD_SIZE> mac;
  unsigned size = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), mac.data(), &size);
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string hex;
  for (unsigned i = 0; i < size; ++i) {
    hex += kDigits[mac[i] >> 4];
    hex += kDigits[mac[i] & 15];
  }
  return "t=" + time + ",v1=" + hex;
}

CallbackSender::CallbackSender(Options options, const Clock& clock)
    : options_(std::move(options)), clock_(clock), thread_([this] { run(); }) {
  curl_global_init(CURL_GLOBAL_DEFAULT);
}

CallbackSender::~CallbackSender() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

Result<void> CallbackSender::check(const std::string& address) const {
  const auto url = url::Url::parse(address);
  if (!url || !url->is_http()) return Error(ErrorCode::kInvalidArgument, "\"callback\" is no http(s) URL");
  if (!url->username().empty() || !url->password().empty())
    return Error(ErrorCode::kInvalidArgument, "\"callback\" has a user name or password");
  const bool is_plain = url->scheme() == "http";
  const std::string origin = (is_plain ? std::string(kPlain) : "") + origin_of(*url);
  if (std::find(options_.hosts.begin(), options_.hosts.end(), origin) == options_.hosts.end()) {
    return Error(ErrorCode::kInvalidArgument,
                 "\"callback\" leads to " + origin + ", which portal.callback_hosts does not name");
  }
  return {};
}

void CallbackSender::send(std::string address, std::string body) {
  const std::lock_guard lock(mutex_);
  if (items_.size() >= kMaxCallbacksWaiting) return count("lost");
  items_.push_back({std::move(address), std::move(body), 0, steady_clock::now()});
  wake_.notify_all();
}

void CallbackSender::run() {
  std::unique_lock lock(mutex_);
  while (!stop_) {
    const auto next = std::min_element(items_.begin(), items_.end(),
                                       [](const Item& a, const Item& b) { return a.due < b.due; });
    if (next == items_.end()) {
      wake_.wait(lock);
      continue;
    }
    if (next->due > steady_clock::now()) {
      wake_.wait_until(lock, next->due);
      continue;
    }
    Item item = std::move(*next);
    items_.erase(next);
    lock.unlock();
    const bool is_over = try_once(item);
    lock.lock();
    if (is_over) continue;
    if (item.tries >= options_.pauses.size()) {
      count("given up");
      continue;
    }
    item.due = steady_clock::now() + options_.pauses[item.tries++];
    items_.push_back(std::move(item));
  }
}

bool CallbackSender::try_once(const Item& item) const {
  const std::unique_ptr<CURL, CloseCurl> curl(curl_easy_init());
  if (curl == nullptr) return false;
  const std::string signature =
      "Linkgate-Signature: " + callback_signature(options_.key, item.body, clock_.now());
  curl_slist* list = curl_slist_append(nullptr, "Content-Type: application/json");
  list = curl_slist_append(list, signature.c_str());
  list = curl_slist_append(list, "Expect:");
  const std::unique_ptr<curl_slist, FreeHeaders> headers(list);
  CURL* handle = curl.get();
  curl_easy_setopt(handle, CURLOPT_URL, item.address.c_str());
  curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 0L);  // whoever answers with a redirect has not taken it
  curl_easy_setopt(handle, CURLOPT_PROXY, "http://127.0.0.1:1");  // nobody asks for it: open_egress()
  curl_easy_setopt(handle, CURLOPT_NOPROXY, "");
  curl_easy_setopt(handle, CURLOPT_HTTPPROXYTUNNEL, 1L);
  curl_easy_setopt(handle, CURLOPT_HEADEROPT, static_cast<long>(CURLHEADER_SEPARATE));
  curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS, kConnectTimeoutMs);
  curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, kTotalTimeoutMs);
  curl_easy_setopt(handle, CURLOPT_USERAGENT, "Linkgate");
  curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(item.body.size()));
  curl_easy_setopt(handle, CURLOPT_POSTFIELDS, item.body.c_str());
  curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, &drop);
  curl_easy_setopt(handle, CURLOPT_OPENSOCKETFUNCTION, &open_egress);
  curl_easy_setopt(handle, CURLOPT_OPENSOCKETDATA, &options_.egress_socket);
  const CURLcode code = curl_easy_perform(handle);
  long status = 0;
  curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
  if (code == CURLE_OK && status / 100 == 2) {
    count("taken");
    return true;
  }
  log::info("a callback was not taken: {}",
            code == CURLE_OK ? "status " + std::to_string(status) : std::string(curl_easy_strerror(code)));
  const bool is_final = code == CURLE_OK && status / 100 == 4 && status != 408 && status != 429;
  if (is_final) count("refused");
  return is_final;
}

}  // namespace linkgate::portal
