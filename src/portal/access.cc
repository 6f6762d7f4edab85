#include "portal/access.h"

#include "api/token.h"

namespace linkgate::portal {
namespace {

// A unix socket's peer has no address; who may open the socket is the file system's business.
bool is_loopback(std::string_view address) {
  return address.empty() || address == "::1" || address.starts_with("127.");
}

}  // namespace

Result<Caller> Access::look(const net::HttpRequest& request, std::string_view scope) {
  const auto given = api::bearer_token(request.header("Authorization"));
  if (!given) {
    if (config_.loopback_without_token && is_loopback(request.client_address)) return Caller{"loopback"};
    return Error(ErrorCode::kPermission, "a token is needed: Authorization: Bearer ...");
  }
  TRY_ASSIGN(const auto token, tokens_.find(api::token_hash(*given)));
  if (!token) return Error(ErrorCode::kPermission, "the token is not known here, or was revoked");
  if (token->scope != scope) {
    return Error(ErrorCode::kInvalidArgument, "the token '" + token->name + "' is for " + token->scope +
                                                  ", and this needs " + std::string(scope));
  }
  return Caller{token->name};
}

}  // namespace linkgate::portal
