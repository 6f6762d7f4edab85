#include "net/egress_socket.h"

namespace linkgate::net {

std::string_view proxy_status_parameter(std::string_view status, std::string_view name) {
  const size_t at = status.find(std::string(name) + "=");
  if (at == status.npos) return "";
  status.remove_prefix(at + name.size() + 1);
  if (!status.starts_with('"')) return status.substr(0, status.find(';'));
  status.remove_prefix(1);
  return status.substr(0, status.find('"'));
}

}  // namespace linkgate::net
