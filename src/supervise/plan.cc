#include "supervise/plan.h"

#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>

#include "net/listener.h"

namespace linkgate::supervise {
namespace {

// What must be there before what. Stopping goes the other way, so that what takes mail and clicks ends first
// and the store last, with everything shipped to it.
enum Stage { kStore = 0, kServices = 1, kFaces = 2 };

// Rows can wait in their spools; who clicks and who delivers mail does not wait for them.
constexpr int kBackground = 15;

Result<BoundSocket> bind_one(std::string name, const std::string& listen, std::string_view key) {
  const auto fd = net::open_listener(listen);
  if (!fd) return Error(fd.error()).with_context(key);
  return BoundSocket{std::move(name), net::local_address(*fd), *fd};
}

}  // namespace

Result<Sockets> Sockets::bind(const Config& config) {
  Sockets sockets;
  for (size_t i = 0; i < config.gateway.listeners.size(); ++i) {
    TRY_ASSIGN(BoundSocket bound, bind_one(fmt::format("gateway.{}", i), config.gateway.listeners[i].listen,
                                           "gateway.listener.listen"));
    sockets.all_.push_back(std::move(bound));
  }
  for (size_t i = 0; i < config.click.listen.size(); ++i) {
    TRY_ASSIGN(BoundSocket bound,
               bind_one(fmt::format("click.{}", i), config.click.listen[i], "click.listen"));
    sockets.all_.push_back(std::move(bound));
  }
  TRY_ASSIGN(BoundSocket portal, bind_one("portal", config.portal.listen, "portal.listen"));
  sockets.all_.push_back(std::move(portal));
  if (has_own_store(config)) {
    TRY_ASSIGN(BoundSocket bound, bind_one("store", config.events.store_listen, "events.store_listen"));
    sockets.all_.push_back(std::move(bound));
  }
  return sockets;
}

Sockets::~Sockets() {
  for (const BoundSocket& socket : all_) ::close(socket.fd);
}

const BoundSocket* Sockets::find(std::string_view name) const {
  for (const BoundSocket& socket : all_) {
    if (socket.name == name) return &socket;
  }
  return nullptr;
}

std::vector<ProgramSpec> plan_programs(const Config& config, const Sockets& sockets,
                                       const std::function<std::string(const std::string& program)>& path_of,
                                       bool own_users) {
  std::vector<ProgramSpec> programs;
  const auto add = [&](std::string name, const std::string& program, Stage stage) -> ProgramSpec& {
    ProgramSpec spec{.name = std::move(name),
                     .command = {path_of(program)},
                     .sockets = {},
                     .stage = stage,
                     .niceness = 0,
                     .user = ""};
    if (!config.file.empty())
      spec.command.insert(spec.command.end(), {"--config", std::filesystem::absolute(config.file).string()});
    spec.command.insert(spec.command.end(), {"--data", config.data});
    if (own_users) spec.user = config.run_as + "-" + program;
    return programs.emplace_back(std::move(spec));
  };
  const auto hand_down = [&](ProgramSpec& spec, const std::string& name) {
    if (const BoundSocket* socket = sockets.find(name)) spec.sockets.emplace_back(socket->name, socket->fd);
  };
  if (has_own_store(config)) {
    ProgramSpec& store = add("store", "store", kStore);
    store.niceness = kBackground;
    hand_down(store, "store");
  }
  add("egress", "egress", kStore);  // what fetches needs it from the first moment
  add("ship", "ship", kServices).niceness = kBackground;
  add("scan", "scan", kServices);
  add("respond", "respond", kServices);
  if (!config.gateway.listeners.empty()) {
    ProgramSpec& gateway = add("gateway", "gateway", kFaces);
    for (size_t i = 0; i < config.gateway.listeners.size(); ++i)
      hand_down(gateway, fmt::format("gateway.{}", i));
  }
  for (size_t i = 0; i < config.click.listen.size(); ++i) {
    ProgramSpec& click = add(fmt::format("click.{}", i), "click", kFaces);
    click.command.insert(click.command.end(), {"--node", std::to_string(i)});
    hand_down(click, fmt::format("click.{}", i));
  }
  hand_down(add("portal", "portal", kFaces), "portal");
  return programs;
}

}  // namespace linkgate::supervise
