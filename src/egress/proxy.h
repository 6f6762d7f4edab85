#pragma once
// The HTTP proxy on a unix socket: CONNECT for https and wss, absolute-form for http. Whatever it refuses or
// cannot do it answers itself, marked so that no site can forge it (refusal.h).
//
// A connection carries one request. Either side closing ends it, as do its limits.

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <map>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/metrics.h"
#include "egress/gate.h"
#include "egress/request_log.h"
#include "net/watchdog.h"

namespace linkgate::egress {

struct ProxyLimits {
  int max_connections = 1000;  // over all doors
  int connections_per_client = 300;
  uint64_t max_connection_bytes = 64ULL << 20;  // both ways together
  std::chrono::seconds connection_time{120};    // from the first byte of the request
  std::chrono::seconds idle_time{30};           // without a byte either way
  std::chrono::seconds head_time{10};           // for the request, and for the head of a plain answer's start
};

// What the connections of all doors share. Used on the thread of `io` alone, outlives every connection.
struct ProxyShared {
  ProxyShared(asio::io_context& context, RequestLog& requests, const Clock& c, ProxyLimits l);
  asio::io_context& io;
  RequestLog& log;
  const Clock& clock;
  ProxyLimits limits;
  std::shared_ptr<net::Watchdog> watchdog;
  int connections = 0;
  std::map<std::string, int, std::less<>> by_client;
  metrics::Gauge& open;
  metrics::Counter &bytes_up, &bytes_down;
  metrics::Histogram& connect_seconds;
};

// A socket on which requests are taken, and the gate behind it.
class Door {
 public:
  // `path` is that of the unix socket. `gate` outlives the door.
  static Result<std::unique_ptr<Door>> open(std::string name, const std::string& path,
                                            std::shared_ptr<ProxyShared> shared, Gate& gate);
  virtual ~Door() = default;  // ends all its connections
};

}  // namespace linkgate::egress
