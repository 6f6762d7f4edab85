#pragma once
// From the configuration to what `linkgate up` runs: the listening sockets it binds and hands down, and the
// programs.

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "base/config.h"
#include "base/result.h"
#include "supervise/spawn.h"

namespace linkgate::supervise {

// A listening socket that up keeps open for as long as it lives.
struct BoundSocket {
  std::string name;     // "gateway.0", "click.1", "store": what LINKGATE_FDS calls it
  std::string address;  // where it really listens, port resolved
  int fd = -1;
};

class Sockets {
 public:
  // One for each [[gateway.listener]], each of click.listen, and the store where it is ours. Errors name the
  // key.
  static Result<Sockets> bind(const Config& config);
  Sockets(Sockets&& other) noexcept : all_(std::exchange(other.all_, {})) {}
  Sockets& operator=(Sockets&&) = delete;
  ~Sockets();

  const std::vector<BoundSocket>& all() const { return all_; }
  const BoundSocket* find(std::string_view name) const;

 private:
  Sockets() = default;
  std::vector<BoundSocket> all_;
};

// True where the event store is a program of this installation and not a ClickHouse elsewhere.
inline bool has_own_store(const Config& config) { return config.events.url.empty(); }

// The programs, each started with --config and --data. `path_of` says where "gateway" lies; `own_users`: each
// runs as the user "<run_as>-<program>". The gateway is left out where no listener is configured.
std::vector<ProgramSpec> plan_programs(const Config& config, const Sockets& sockets,
                                       const std::function<std::string(const std::string& program)>& path_of,
                                       bool own_users);

}  // namespace linkgate::supervise
