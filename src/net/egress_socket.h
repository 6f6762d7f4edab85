#pragma once
// How libcurl is led to linkgate-egress, and what that says when it refuses. For whatever asks other people's
// hosts.

#include <sys/socket.h>
#include <sys/un.h>

#include <cstring>
#include <string>
#include <string_view>

namespace linkgate::net {

// For CURLOPT_OPENSOCKETFUNCTION: makes *to, whatever curl took for the proxy's address, that of the unix
// socket at `path`, and a socket to connect. -1 (CURL_SOCKET_BAD) where there is none. `CurlAddress` is
// curl_sockaddr: this folder knows no curl.
//
// Wherever curl thinks it goes, there is one door. The callback may change the address that is connected to,
// which lies in a sockaddr_storage; with CURLOPT_UNIX_SOCKET_PATH curl would not speak to a proxy, and 7.88
// connects also what is said to be connected.
template <typename CurlAddress>
int open_egress_socket(const std::string& path, CurlAddress* to) {
  sockaddr_un address{};
  static_assert(sizeof address <= sizeof(sockaddr_storage));
  if (path.size() >= sizeof address.sun_path) return -1;
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  to->family = AF_UNIX;
  to->socktype = SOCK_STREAM;
  to->protocol = 0;
  to->addrlen = sizeof address;
  std::memcpy(static_cast<void*>(&to->addr), &address, sizeof address);
  return ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}

// "error=NAME" and "details="..."" of the header Proxy-Status (RFC 9209), by which a refusal of the proxy is
// told from a site's answer; empty where it has none.
std::string_view proxy_status_parameter(std::string_view status, std::string_view name);

}  // namespace linkgate::net
