#include "cli/talk.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

namespace linkgate::cli {
namespace {

namespace asio = boost::asio;

asio::awaitable<void> ask(net::HttpClient& client, std::string_view method, std::string_view target,
                          const net::Headers& headers, std::string_view body,
                          std::optional<Result<net::HttpResponse>>& answer) {
  answer.emplace(co_await client.request(method, target, headers, body));
}

}  // namespace

Talker::Talker(const std::string& endpoint, std::chrono::milliseconds timeout)
    : io_(std::make_unique<asio::io_context>(1)) {
  net::HttpClientOptions options;
  options.endpoint = endpoint;
  options.timeout = timeout;
  client_ = net::HttpClient::create(*io_, std::move(options));
}
Talker::~Talker() = default;

Result<net::HttpResponse> Talker::exchange(std::string_view method, std::string_view target,
                                           std::string_view body) {
  net::Headers headers;
  if (!body.empty()) headers.emplace_back("Content-Type", "application/json");
  std::optional<Result<net::HttpResponse>> answer;
  asio::co_spawn(*io_, ask(*client_, method, target, headers, body, answer), asio::detached);
  io_->restart();
  while (!answer && io_->run_one() > 0) {
  }
  if (!answer) return Error(ErrorCode::kInternal, "the exchange ended without an answer");
  return *std::move(answer);
}

Result<net::HttpResponse> exchange(const std::string& endpoint, std::string_view method,
                                   std::string_view target, std::string_view body,
                                   std::chrono::milliseconds timeout) {
  return Talker(endpoint, timeout).exchange(method, target, body);
}

Result<supervise::RunFile> running(const Config& config) {
  return supervise::read_run_file(DataPaths(config.data).run() + "/up.json");
}

}  // namespace linkgate::cli
