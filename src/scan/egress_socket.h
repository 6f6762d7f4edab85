#pragma once
// How libcurl is led to the egress proxy, and what the proxy says when it refuses. For what fetches pages and
// what downloads feeds.

#include <curl/curl.h>

#include <string>
#include <string_view>

#include "scan/fetch.h"

namespace linkgate::scan {

// For CURLOPT_OPENSOCKETFUNCTION: makes *to, whatever curl took for the proxy's address, that of the unix
// socket at `path`, and a socket to connect. CURL_SOCKET_BAD where there is none.
curl_socket_t open_egress_socket(const std::string& path, curl_sockaddr* to);

// What the proxy's Proxy-Status header (RFC 9209) says of a refusal; kOurs where it says nothing.
struct EgressRefusal {
  FetchTrouble trouble = FetchTrouble::kOurs;
  std::string details;
};
EgressRefusal read_proxy_status(std::string_view value);

}  // namespace linkgate::scan
