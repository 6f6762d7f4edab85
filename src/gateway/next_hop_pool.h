#pragma once
// Connections to one next hop: kept for reuse, and asked what they offer. Use from one io_context thread.

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <list>
#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "net/smtp_client.h"

namespace linkgate::gateway {

namespace asio = boost::asio;

class NextHopPool : public std::enable_shared_from_this<NextHopPool> {
 public:
  NextHopPool(asio::io_context& io, net::SmtpClientOptions options) : io_(io), options_(std::move(options)) {}

  struct Lease {
    std::unique_ptr<net::SmtpClient> client;
    bool reused = false;  // the peer may have closed it meanwhile: one more try on a new one is due
  };
  // `fresh`: no reused one. After a failed connect others fail at once for kBackoff. Errors: kUnavailable,
  // kTimeout.
  asio::awaitable<Result<Lease>> acquire(bool fresh);
  void give_back(std::unique_ptr<net::SmtpClient> client);

  // What the next hop offered when it was last asked, at most kRefresh ago where it answers. The first time
  // it is waited for; nullopt: it never answered.
  asio::awaitable<std::optional<net::SmtpExtensions>> extensions();
  const std::optional<net::SmtpExtensions>& known_extensions() const { return extensions_; }
  const std::string& endpoint() const { return options_.hop.endpoint; }

 private:
  struct Idle {
    std::unique_ptr<net::SmtpClient> client;
    std::chrono::steady_clock::time_point since;
  };
  asio::awaitable<Result<std::unique_ptr<net::SmtpClient>>> connect();
  static asio::awaitable<void> probe(std::shared_ptr<NextHopPool> self);
  static asio::awaitable<void> retire(std::shared_ptr<NextHopPool> self);

  asio::io_context& io_;
  net::SmtpClientOptions options_;
  std::list<Idle> idle_;
  bool retiring_ = false;
  bool probing_ = false;
  std::optional<net::SmtpExtensions> extensions_;
  std::chrono::steady_clock::time_point asked_{};
  std::chrono::steady_clock::time_point failed_{};
  std::optional<Error> failure_;
};

}  // namespace linkgate::gateway
