#pragma once
// All of linkgate-egress but its process: the doors, what stands behind them, and what it tells of itself.

#include <boost/asio/io_context.hpp>
#include <memory>

#include "base/clock.h"
#include "base/config.h"
#include "egress/proxy.h"
#include "net/http.h"

namespace linkgate::egress {

class Service {
 public:
  // Opens both doors in the data directory. `io` and `clock` outlive the service.
  static Result<std::unique_ptr<Service>> start(asio::io_context& io, const Config& config,
                                                const Clock& clock);
  // Other routes, ports, networks and feeds for new connections; limits and name servers stay.
  Result<void> configure(const Config& config);
  // GET /requests on the admin socket: RequestLog::json(). For net::start_admin.
  net::HttpHandler requests_handler();
  const RequestLog& log() const { return log_; }

 private:
  Service(asio::io_context& io, std::vector<NameServer> servers, const Clock& clock, ProxyLimits limits,
          GateRules pages, GateRules feeds);
  Resolver resolver_;
  RequestLog log_;
  Gate pages_, feeds_;
  std::shared_ptr<ProxyShared> shared_;  // with the connections, whose coroutines end after the doors
  std::unique_ptr<Door> page_door_, feed_door_;
};

}  // namespace linkgate::egress
