#pragma once
// Inside fetching: one visit's curl handle with what is under way on it. For fetch.cc and fetch_loop.cc.

#include <curl/curl.h>

#include <array>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "scan/fetch.h"
#include "scan/fetch_trust.h"

namespace linkgate::scan {

struct FreeCurl {
  void operator()(CURL* curl) const { curl_easy_cleanup(curl); }
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

struct FetchHandle {
  FetchHandle(Identity who, std::string client_name, std::vector<std::string> hosts_allowed,
              std::string socket, std::shared_ptr<const TrustStore> store, unsigned number);

  // Sets all options for `request`; the handle keeps what curl borrows.
  void prepare(FetchRequest request);
  // What came of it, after curl is done with `code`.
  FetchResult finish(CURLcode code);

  const Identity identity;
  const std::string client, egress_socket;
  const std::vector<std::string> hosts;
  const std::shared_ptr<const TrustStore> trust;  // shared by all handles
  const std::string proxy;  // a name for the proxy that is this visit's alone: connections are kept by it
  std::unique_ptr<CURL, FreeCurl> curl;

  // Of the transfer under way.
  FetchRequest request;
  std::string host, target;
  std::unique_ptr<curl_slist, FreeCurl> headers, proxy_headers;
  FetchResult result;
  size_t header_bytes = 0;
  bool headers_too_long = false, headers_done = false;
  std::optional<verdict::Certificate> certificate;           // of this connection's handshake
  std::map<std::string, verdict::Certificate> certificates;  // by host, for connections that are used again
  std::array<char, CURL_ERROR_SIZE> message{};
  std::chrono::steady_clock::time_point begun;
  std::function<void(FetchResult)> done;

 private:
  void set_transport();
  void set_request();
  static size_t on_body(char* data, size_t, size_t size, void* self);
  static size_t on_header(char* data, size_t, size_t size, void* self);
  static curl_socket_t on_open_socket(void* self, curlsocktype, curl_sockaddr*);
  static CURLcode on_tls(CURL*, void* context, void* self);
  void tell_trouble(CURLcode code);
  void tell_refusal(long connect_status);
};

}  // namespace linkgate::scan
