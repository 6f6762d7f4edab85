#pragma once
// What every use of curl here begins with. Private to notify/.

#include <curl/curl.h>

#include <memory>

#include "base/result.h"

namespace linkgate::notify {

inline constexpr long kConnectTimeoutMs = 10'000, kTotalTimeoutMs = 20'000;

struct CloseCurl {
  void operator()(CURL* curl) const { curl_easy_cleanup(curl); }
};
using CurlHandle = std::unique_ptr<CURL, CloseCurl>;
struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using CurlList = std::unique_ptr<curl_slist, FreeList>;

inline Result<CurlHandle> open_curl() {
  CurlHandle curl(curl_easy_init());
  if (curl == nullptr) return Error(ErrorCode::kInternal, "curl cannot be started");
  curl_easy_setopt(curl.get(), CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl.get(), CURLOPT_CONNECTTIMEOUT_MS, kConnectTimeoutMs);
  curl_easy_setopt(curl.get(), CURLOPT_TIMEOUT_MS, kTotalTimeoutMs);
  return curl;
}

// `said` is CURLOPT_ERRORBUFFER's text: the peer's words, where there are any.
inline Error error_of(CURLcode code, const char* said) {
  const std::string words = *said != '\0' ? said : curl_easy_strerror(code);
  return {code == CURLE_OPERATION_TIMEDOUT ? ErrorCode::kTimeout : ErrorCode::kUnavailable, words};
}

}  // namespace linkgate::notify
