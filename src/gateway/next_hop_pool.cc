#include "gateway/next_hop_pool.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/log.h"

namespace linkgate::gateway {
namespace {

using std::chrono::steady_clock;

constexpr size_t kMaxIdle = 20;                     // Postfix opens as many to us by default
constexpr std::chrono::seconds kIdleLifetime{5};    // an idle SMTP session holds a process of the peer
constexpr std::chrono::seconds kRefresh{30};        // what the next hop offers changes with its upgrades
constexpr std::chrono::milliseconds kBackoff{500};  // after a refused connect

}  // namespace

asio::awaitable<Result<std::unique_ptr<net::SmtpClient>>> NextHopPool::connect() {
  if (failure_ && steady_clock::now() - failed_ < kBackoff) co_return *failure_;
  net::SmtpClientOptions options = options_;
  auto client = co_await net::SmtpClient::connect(std::move(options));
  if (!client) {
    failed_ = steady_clock::now();
    failure_ = client.error();
    co_return std::move(client).error();
  }
  failure_.reset();
  extensions_ = (*client)->extensions();
  asked_ = steady_clock::now();
  co_return client;
}

asio::awaitable<Result<NextHopPool::Lease>> NextHopPool::acquire(bool fresh) {
  Lease lease;
  while (!fresh && !idle_.empty()) {
    lease.client = std::move(idle_.back().client);  // the youngest: the others may retire
    idle_.pop_back();
    if (!lease.client->usable()) continue;
    lease.reused = true;
    co_return lease;
  }
  auto client = co_await connect();
  if (!client) co_return std::move(client).error();
  lease.client = *std::move(client);
  lease.reused = false;
  co_return lease;
}

void NextHopPool::give_back(std::unique_ptr<net::SmtpClient> client) {
  if (client == nullptr || !client->usable() || idle_.size() >= kMaxIdle) return;
  idle_.push_back({std::move(client), steady_clock::now()});
  if (retiring_) return;
  retiring_ = true;
  asio::co_spawn(io_, retire(shared_from_this()), asio::detached);
}

asio::awaitable<void> NextHopPool::retire(std::shared_ptr<NextHopPool> self) {
  asio::steady_timer timer(self->io_);
  boost::system::error_code ignored;
  while (!self->idle_.empty()) {
    timer.expires_at(self->idle_.front().since + kIdleLifetime);
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    while (!self->idle_.empty() && steady_clock::now() >= self->idle_.front().since + kIdleLifetime) {
      const std::unique_ptr<net::SmtpClient> client = std::move(self->idle_.front().client);
      self->idle_.pop_front();
      co_await client->quit();
    }
  }
  self->retiring_ = false;
}

asio::awaitable<void> NextHopPool::probe(std::shared_ptr<NextHopPool> self) {
  auto client = co_await self->connect();
  self->probing_ = false;
  if (client) {
    self->give_back(*std::move(client));
  } else {
    log::warn("next hop {}: {}", self->endpoint(), client.error().message());
  }
}

asio::awaitable<std::optional<net::SmtpExtensions>> NextHopPool::extensions() {
  const bool stale = !extensions_ || steady_clock::now() - asked_ > kRefresh;
  if (!extensions_) {
    co_await probe(shared_from_this());
  } else if (stale && !probing_) {
    probing_ = true;
    asio::co_spawn(io_, probe(shared_from_this()), asio::detached);
  }
  co_return extensions_;
}

}  // namespace linkgate::gateway
