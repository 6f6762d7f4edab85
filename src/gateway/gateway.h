#pragma once
// The gateway as a whole: listeners, sessions, deliveries, and a stop that loses nothing. One event loop, a
// few workers.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/config.h"
#include "base/file_system.h"
#include "base/result.h"

namespace boost::asio {
class io_context;
}

namespace linkgate::gateway {

struct GatewayOptions {
  GatewayConfig config;
  std::string click_origin;
  std::string report_mailbox;  // where people forward what they report; empty: nowhere
  DataPaths paths{""};
  std::string state_location;  // "sqlite:DIR" or "postgresql://..."
};

class Gateway {
 public:
  // Opens state, keys, policies and spool, and listens. Errors name what could not be opened. `clock` and
  // `files` outlive it.
  static Result<std::unique_ptr<Gateway>> start(boost::asio::io_context& io, GatewayOptions options,
                                                const Clock& clock, FileSystem& files);
  virtual ~Gateway() = default;
  virtual std::vector<std::string> addresses()
      const = 0;  // of the listeners, in the order of the configuration
  // Stops accepting, lets every transaction under way end, then calls `stopped` on the loop's thread. Once.
  virtual void stop(std::function<void()> stopped) = 0;
};

// Runs until SIGTERM or SIGINT: the whole of linkgate-gateway after its configuration. 0, or 3 with a line on
// stderr.
int run_gateway(const Config& config);

}  // namespace linkgate::gateway
