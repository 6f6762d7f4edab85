#include "scan/egress_socket.h"

#include "net/egress_socket.h"

namespace linkgate::scan {
namespace {

FetchTrouble trouble_of(std::string_view error) {
  if (error == "destination_ip_prohibited") return FetchTrouble::kInward;
  if (error.ends_with("denied") || error == "http_request_error") return FetchTrouble::kRefused;
  if (error.starts_with("dns_")) return FetchTrouble::kNoName;
  if (error == "connection_refused" || error == "connection_timeout") return FetchTrouble::kUnreachable;
  return error == "http_protocol_error" ? FetchTrouble::kBroken : FetchTrouble::kOurs;
}

}  // namespace

curl_socket_t open_egress_socket(const std::string& path, curl_sockaddr* to) {
  return net::open_egress_socket(path, to);
}

EgressRefusal read_proxy_status(std::string_view value) {
  if (value.empty()) return {};
  return {trouble_of(net::proxy_status_parameter(value, "error")),
          std::string(net::proxy_status_parameter(value, "details"))};
}

}  // namespace linkgate::scan
