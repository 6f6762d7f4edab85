// linkgate-click: the server that sealed links lead to. See docs/click-server.md.

#include "base/log.h"
#include "base/program.h"
#include "base/readiness.h"
#include "click/click_server.h"

namespace {
constexpr int kFailed = 3;
}

int main(int argc, char** argv) {
  linkgate::ProgramStart start = linkgate::start_program("click", argc, argv);
  linkgate::StopSignal stop;
  linkgate::click::ClickServerOptions options;
  options.config = start.config;
  options.node = start.node;
  options.name = start.name;
  options.workers = start.config.click.workers;
  auto server = linkgate::click::ClickServer::start(std::move(options));
  if (!server) {
    linkgate::log::error("cannot start: {}", server.error().message());
    return kFailed;
  }
  linkgate::log::info("clicks are served on {}", (*server)->address());
  linkgate::announce_ready();
  stop.wait();
  (*server)->stop();
  return 0;
}
