#pragma once
// The side of every program that looks at itself: GET /healthz and /metrics on a unix socket in the data
// directory, never on a public address. `linkgate up` gathers them behind [linkgate] admin_listen.

#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "net/http.h"

namespace linkgate::net {

struct Health {
  bool ok = true;
  std::string trouble;  // one sentence for people, empty when well
};

using HealthFunction = std::function<Health()>;        // cheap; called on the io_context's thread
using MetricsFunction = std::function<std::string()>;  // Prometheus text format 0.0.4

// GET /healthz: 200 {"status":"ok"} or 503 {"status":"failing","trouble":"..."}. GET /metrics: the text.
// `path` is that of the socket; its directory must exist. `others` answers every other GET, where it is set.
Result<std::unique_ptr<HttpServer>> start_admin(asio::io_context& io, const std::string& path,
                                                HealthFunction health, MetricsFunction metrics,
                                                HttpHandler others = {});

}  // namespace linkgate::net
