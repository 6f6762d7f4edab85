#pragma once
// Asking our own programs from the command line: one HTTP exchange, waited for.

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "base/config.h"
#include "base/result.h"
#include "net/http.h"
#include "supervise/run_file.h"

namespace linkgate::cli {

// Several exchanges over kept connections.
class Talker {
 public:
  // `endpoint` is "http://HOST:PORT" or "unix:/path".
  explicit Talker(const std::string& endpoint, std::chrono::milliseconds timeout = std::chrono::seconds(30));
  ~Talker();
  // Errors: kUnavailable, kTimeout.
  Result<net::HttpResponse> exchange(std::string_view method, std::string_view target,
                                     std::string_view body = "");

 private:
  std::unique_ptr<boost::asio::io_context> io_;
  std::unique_ptr<net::HttpClient> client_;
};

// One of them. `endpoint` is "http://HOST:PORT" or "unix:/path". Errors: kUnavailable, kTimeout.
Result<net::HttpResponse> exchange(const std::string& endpoint, std::string_view method,
                                   std::string_view target, std::string_view body = "",
                                   std::chrono::milliseconds timeout = std::chrono::seconds(30));

// What the running `linkgate up` of this data directory says of itself; kNotFound where none runs.
Result<supervise::RunFile> running(const Config& config);

}  // namespace linkgate::cli
