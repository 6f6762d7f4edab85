#pragma once
// What all programs together say of themselves: GET /healthz and /metrics at [linkgate] admin_listen,
// gathered from their admin sockets when asked, and the same with POST /restart on the control socket.

#include <functional>
#include <memory>
#include <string>

#include "base/config.h"
#include "base/result.h"
#include "net/http.h"
#include "supervise/supervisor.h"

namespace linkgate::supervise {

// GET /healthz:
// {"status":"ok"|"degraded","programs":{"gateway":{"state","pid","restarts","ok","trouble"?},...}}, 200 when
// every program runs and calls itself well, else 503. GET /metrics: their metrics merged, and the
// supervisor's own. The supervisor, io and paths outlive the server.
Result<std::unique_ptr<net::HttpServer>> serve_overview(net::asio::io_context& io, const std::string& listen,
                                                        Supervisor& supervisor, const DataPaths& paths);

// The same on a unix socket that only our user may open, with POST /restart?program=NAME (without a name:
// all, in order): 200 once it is ready again, 404, or 503 with one line when it is not in time.
Result<std::unique_ptr<net::HttpServer>> serve_control(net::asio::io_context& io,
                                                       const std::string& socket_path, Supervisor& supervisor,
                                                       const DataPaths& paths);

}  // namespace linkgate::supervise
