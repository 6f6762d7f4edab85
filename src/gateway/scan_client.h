#pragma once
// Delivery-time verdicts: the organisation's own lists, and linkgate-scan where it answers in time. Mail
// never waits for a scan service that is down: then nothing is known, which is what a message without threats
// says as well. Use from one io_context thread.

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "gateway/message_rows.h"
#include "net/http.h"
#include "state/poller.h"

namespace linkgate::gateway {

namespace asio = boost::asio;

class ScanClient {
 public:
  // `socket`: the path of scan's unix socket.
  ScanClient(asio::io_context& io, const std::string& socket);
  ~ScanClient();

  // The worst that is known about any of `urls`, which came from `sender_domain` (may be empty: a bounce),
  // and whether that domain proved itself and wrote to us before. Takes at most `patience`; at most kMaxAsked
  // URLs are asked about.
  asio::awaitable<MessageVerdict> judge(const std::vector<MessageFacts::Location>& urls,
                                        const state::PolicyView& policies, std::string network_message_id,
                                        std::string sender_domain, bool sender_is_known, Time now,
                                        std::chrono::milliseconds patience);

  static constexpr size_t kMaxAsked = 500;

 private:
  asio::awaitable<Result<verdict::Verdict>> ask(std::string url, std::string network_message_id,
                                                std::string sender_domain, bool sender_is_known);
  std::unique_ptr<net::HttpClient> http_;
  std::chrono::steady_clock::time_point down_until_{};
};

}  // namespace linkgate::gateway
