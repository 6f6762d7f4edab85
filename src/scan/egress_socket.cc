#include "scan/egress_socket.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <cstring>

namespace linkgate::scan {
namespace {

// "error=NAME" and "details="..."" of Proxy-Status (RFC 9209).
std::string_view parameter(std::string_view status, std::string_view name) {
  const size_t at = status.find(std::string(name) + "=");
  if (at == status.npos) return "";
  status.remove_prefix(at + name.size() + 1);
  if (!status.starts_with('"')) return status.substr(0, status.find(';'));
  status.remove_prefix(1);
  return status.substr(0, status.find('"'));
}

FetchTrouble trouble_of(std::string_view error) {
  if (error == "destination_ip_prohibited") return FetchTrouble::kInward;
  if (error.ends_with("denied") || error == "http_request_error") return FetchTrouble::kRefused;
  if (error.starts_with("dns_")) return FetchTrouble::kNoName;
  if (error == "connection_refused" || error == "connection_timeout") return FetchTrouble::kUnreachable;
  return error == "http_protocol_error" ? FetchTrouble::kBroken : FetchTrouble::kOurs;
}

}  // namespace

// Wherever curl thinks it goes: there is one door. The callback may change the address that is connected to
// (CURLOPT_OPENSOCKETFUNCTION), which lies in a sockaddr_storage; with CURLOPT_UNIX_SOCKET_PATH curl would
// not speak to a proxy, and 7.88 connects also what is said to be connected.
curl_socket_t open_egress_socket(const std::string& path, curl_sockaddr* to) {
  sockaddr_un address{};
  static_assert(sizeof address <= sizeof(sockaddr_storage));
  if (path.size() >= sizeof address.sun_path) return CURL_SOCKET_BAD;
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  to->family = AF_UNIX;
  to->socktype = SOCK_STREAM;
  to->protocol = 0;
  to->addrlen = sizeof address;
  std::memcpy(static_cast<void*>(&to->addr), &address, sizeof address);
  return ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}

EgressRefusal read_proxy_status(std::string_view value) {
  if (value.empty()) return {};
  return {trouble_of(parameter(value, "error")), std::string(parameter(value, "details"))};
}

}  // namespace linkgate::scan
