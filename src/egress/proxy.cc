#include "egress/proxy.h"

#include <fcntl.h>
#include <sys/socket.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <list>

#include "base/log.h"
#include "egress/proxy_session.h"
#include "net/listener.h"

namespace linkgate::egress {
namespace {

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
constexpr std::chrono::milliseconds kAcceptRetry{50};  // when descriptors have run out
// Connections over the limit get a refusal rather than silence; over this many more they are just closed.
constexpr int kRefusedAtOnce = 100;

using Acceptor = asio::basic_socket_acceptor<net::StreamProtocol>;

class OpenDoor final : public Door {
 public:
  OpenDoor(std::string name, std::shared_ptr<ProxyShared> shared, Gate& gate, int fd)
      : state_(std::make_shared<State>(std::move(name), std::move(shared), gate)) {
    state_->acceptor.assign(net::StreamProtocol(AF_UNIX, 0), fd);
    asio::co_spawn(state_->shared->io, accept(state_), asio::detached);
  }
  ~OpenDoor() override {
    boost::system::error_code ignored;
    state_->acceptor.close(ignored);
    for (const auto& weak : state_->sessions) {
      if (const auto session = weak.lock()) session->close();
    }
  }

 private:
  struct State {
    State(std::string n, std::shared_ptr<ProxyShared> s, Gate& g)
        : name(std::move(n)), shared(std::move(s)), gate(g), acceptor(shared->io) {}
    const std::string name;
    const std::shared_ptr<ProxyShared> shared;
    Gate& gate;
    Acceptor acceptor;
    std::list<std::weak_ptr<ProxySession>> sessions;  // does not keep them: a door closes those that are left
  };

  static asio::awaitable<void> accept(std::shared_ptr<State> state) {
    asio::steady_timer pause(state->shared->io);
    while (state->acceptor.is_open()) {
      net::StreamSocket socket(state->shared->io);
      const auto [error] = co_await state->acceptor.async_accept(socket, kAwait);
      if (!state->acceptor.is_open()) co_return;
      if (error) {
        pause.expires_after(kAcceptRetry);
        co_await pause.async_wait(kAwait);
        continue;
      }
      const ProxyShared& shared = *state->shared;
      if (shared.connections < shared.limits.max_connections + kRefusedAtOnce)
        serve(state, std::move(socket));
    }
  }

  static void serve(const std::shared_ptr<State>& state, net::StreamSocket socket) {
    const auto session =
        std::make_shared<ProxySession>(state->shared, state->gate, state->name, std::move(socket));
    state->shared->watchdog->add(session);
    const auto place = state->sessions.insert(state->sessions.end(), session);
    asio::co_spawn(state->shared->io, session->run(), [state, session, place](std::exception_ptr exception) {
      if (exception) log::error("a proxied connection ended by an exception");
      session->close();
      state->shared->watchdog->remove(*session);
      state->sessions.erase(place);
    });
  }

  const std::shared_ptr<State> state_;  // shared with the coroutines, which end after the door
};

}  // namespace

ProxyShared::ProxyShared(asio::io_context& context, RequestLog& requests, const Clock& c, ProxyLimits l)
    : io(context),
      log(requests),
      clock(c),
      limits(l),
      watchdog(std::make_shared<net::Watchdog>(context)),
      open(metrics::process().gauge("linkgate_egress_connections",
                                    "Connections through the egress proxy now")),
      bytes_up(metrics::process().counter("linkgate_egress_bytes_total", "Bytes through the egress proxy",
                                          {{"direction", "up"}})),
      bytes_down(metrics::process().counter("linkgate_egress_bytes_total", "Bytes through the egress proxy",
                                            {{"direction", "down"}})),
      connect_seconds(metrics::process().histogram(
          "linkgate_egress_connect_seconds", "Time to connect to a site", metrics::latency_buckets())) {}

Result<std::unique_ptr<Door>> Door::open(std::string name, const std::string& path,
                                         std::shared_ptr<ProxyShared> shared, Gate& gate) {
  TRY_ASSIGN(const int fd, net::open_listener("unix:" + path));
  return std::make_unique<OpenDoor>(std::move(name), std::move(shared), gate, fd);
}

}  // namespace linkgate::egress
