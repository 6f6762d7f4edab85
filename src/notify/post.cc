#include "notify/post.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <array>
#include <cstring>

#include "base/base64.h"
#include "notify/curl_handle.h"

namespace linkgate::notify {
namespace {

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

void lead_through_egress(CURL* curl, const std::string& socket) {
  curl_easy_setopt(curl, CURLOPT_PROXY, "http://127.0.0.1:1");  // nobody asks for it: open_egress()
  curl_easy_setopt(curl, CURLOPT_NOPROXY, "");
  curl_easy_setopt(curl, CURLOPT_HTTPPROXYTUNNEL, 1L);
  curl_easy_setopt(curl, CURLOPT_HEADEROPT, static_cast<long>(CURLHEADER_SEPARATE));
  curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, &open_egress);
  curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, &socket);
}

}  // namespace

std::string post_signature(std::string_view key, std::string_view body, Time now) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
  const std::string time = std::to_string(seconds);
  const std::string text = time + "." + std::string(body);
  std::array<unsigned char, EVP_MAX_MD_SIZE> mac;
  unsigned size = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), mac.data(), &size);
  return "t=" + time + ",v1=" + hex_encode({reinterpret_cast<const char*>(mac.data()), size});
}

Result<long> post(const Post& post, Time now) {
  TRY_ASSIGN(const CurlHandle curl, open_curl());
  const std::string signature = "Linkgate-Signature: " + post_signature(post.key, post.body, now);
  curl_slist* list = curl_slist_append(nullptr, "Content-Type: application/json");
  list = curl_slist_append(list, signature.c_str());
  list = curl_slist_append(list, "Expect:");
  const CurlList headers(list);
  std::array<char, CURL_ERROR_SIZE> said{};
  CURL* handle = curl.get();
  curl_easy_setopt(handle, CURLOPT_URL, post.address.c_str());
  curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, said.data());
  if (post.egress_socket.empty()) {
    curl_easy_setopt(handle, CURLOPT_PROXY, "");  // nor what the environment names
  } else {
    lead_through_egress(handle, post.egress_socket);
  }
  curl_easy_setopt(handle, CURLOPT_USERAGENT, "Linkgate");
  curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(post.body.size()));
  curl_easy_setopt(handle, CURLOPT_POSTFIELDS, post.body.c_str());
  curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, &drop);
  const CURLcode code = curl_easy_perform(handle);
  if (code != CURLE_OK) return error_of(code, said.data());
  long status = 0;
  curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
  return status;
}

}  // namespace linkgate::notify
