#pragma once
// One click node: its sockets, its worker threads, its spool and state, from configuration to a clean end.

#include <memory>
#include <string>

#include "base/clock.h"
#include "base/config.h"
#include "base/file_system.h"
#include "base/result.h"

namespace linkgate::click {

struct ClickServerOptions {
  Config config;
  int node = 0;      // which of config.click.listen
  std::string name;  // "click" or "click.1": spool folder, admin socket, column Node together with node_name
  int workers = 0;   // threads that answer; 0: one for each core
  FileSystem* files = &real_file_system();
  const Clock* clock = nullptr;  // absent: the system's
};

class ClickServer {
 public:
  // Listens when it returns. Errors name what is missing: keys, state, spool, certificate, address.
  static Result<std::unique_ptr<ClickServer>> start(ClickServerOptions options);
  virtual ~ClickServer() = default;  // stops
  virtual std::string address() const = 0;
  // Takes no more connections, finishes what is under way (at most a few seconds), and seals the spool.
  virtual void stop() = 0;
};

}  // namespace linkgate::click
