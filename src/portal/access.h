#pragma once
// Who asks, and whether they may.

#include <mutex>
#include <string>

#include "base/config.h"
#include "base/result.h"
#include "net/http.h"
#include "state/stores.h"

namespace linkgate::portal {

struct Caller {
  std::string name;  // of the token; "loopback" without one
};

// Blocking (it asks state); several threads ask at once.
class Access {
 public:
  // `tokens` outlives this object.
  Access(const PortalConfig& config, state::TokenStore& tokens) : config_(config), tokens_(tokens) {}
  // The caller, if the request may do what `scope` stands for. kPermission: no token where one is needed, or
  // one that is not (or no longer) known; kInvalidArgument: a good token of another scope; kUnavailable.
  Result<Caller> look(const net::HttpRequest& request, std::string_view scope);

 private:
  const PortalConfig config_;
  state::TokenStore& tokens_;
};

}  // namespace linkgate::portal
