#include "portal/access.h"

#include <algorithm>

#include "api/token.h"
#include "base/ascii.h"
#include "net/peer.h"

namespace linkgate::portal {
namespace {

// A unix socket's peer has no address; who may open the socket is the file system's business.
bool is_loopback(std::string_view address) {
  static const auto loopback = net::AddressSet::parse({"127.0.0.0/8", "::1"});
  return address.empty() || loopback->contains(address);
}

// A Host header's name without its port. A page from elsewhere whose name was made to lead to this machine
// (DNS rebinding) is told by it: browsers send the name that they were given.
std::string_view host_name(std::string_view host) {
  if (host.starts_with('[')) return host.substr(1, std::min(host.find(']'), host.size()) - 1);
  return host.substr(0, host.find(':'));
}

bool names_loopback(std::string_view host) {
  const std::string_view name = host_name(host);
  return !name.empty() && (ascii::iequals(name, "localhost") || is_loopback(name));
}

}  // namespace

Result<Caller> Access::look(const net::HttpRequest& request, std::string_view scope) {
  const auto given = api::bearer_token(request.header("Authorization"));
  if (!given) {
    const bool from_here = is_loopback(request.client_address) && names_loopback(request.header("Host"));
    const bool only_reads = scope == api::kHuntingScope || scope == api::kAlertsScope;
    if (config_.loopback_without_token && from_here && only_reads) return Caller{"loopback"};
    return Error(ErrorCode::kPermission, "a token is needed: Authorization: Bearer ...");
  }
  TRY_ASSIGN(const auto token, tokens_.find(api::token_hash(*given)));
  if (!token) return Error(ErrorCode::kPermission, "the token is not known here, or was revoked");
  const bool includes = (token->scope == api::kFunctionsScope && scope == api::kHuntingScope) ||
                        (token->scope == api::kAlertsWriteScope && scope == api::kAlertsScope);
  if (token->scope != scope && !includes) {
    return Error(ErrorCode::kInvalidArgument, "the token '" + token->name + "' is for " + token->scope +
                                                  ", and this needs " + std::string(scope));
  }
  return Caller{token->name};
}

}  // namespace linkgate::portal
