#pragma once
// One connection to the proxy, from its request to its end. For proxy.cc alone.

#include <sys/types.h>

#include <memory>
#include <string>

#include "egress/proxy.h"
#include "egress/proxy_request.h"

namespace linkgate::egress {

class ProxySession final : public net::Watched, public std::enable_shared_from_this<ProxySession> {
 public:
  ProxySession(std::shared_ptr<ProxyShared> shared, Gate& gate, std::string door, net::StreamSocket client);
  ~ProxySession() override;

  asio::awaitable<void> run();
  void close();

  void on_tick(std::chrono::steady_clock::time_point) override {}
  void on_deadline() override { end("its time is up"); }

 private:
  struct Pump {
    net::StreamSocket& from;
    net::StreamSocket& to;
    uint64_t& count;
    size_t buffer;
  };
  asio::awaitable<bool> read_request();
  asio::awaitable<bool> connect_site();
  asio::awaitable<void> tunnel();
  asio::awaitable<void> exchange();
  asio::awaitable<void> send_body(std::string piece);
  asio::awaitable<bool> pass_answer_head();
  asio::awaitable<void> relay(Pump pump);
  asio::awaitable<void> refuse(Refusal refusal, std::string details);
  asio::awaitable<bool> write(net::StreamSocket& to, std::string_view bytes, uint64_t& count);
  bool count(uint64_t& counter, size_t bytes);  // false: the limit is reached, and all is closed
  void touch();
  void end(std::string_view why);
  void begin_entry();
  void finish_entry();

  const std::shared_ptr<ProxyShared> shared_;
  Gate& gate_;
  const std::string door_;
  net::StreamSocket client_, site_;
  const std::chrono::steady_clock::time_point begun_;
  std::string buffer_;  // what the client sent behind its head; of a plain exchange then the site's
  ProxyRequest request_;
  std::string client_name_;
  bool is_counted_ = false;  // in by_client
  uint64_t entry_ = 0, up_ = 0, down_ = 0;
  std::string ended_;  // what cut it short
  bool is_answered_ = false;
};

}  // namespace linkgate::egress
