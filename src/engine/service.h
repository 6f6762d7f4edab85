#pragma once
// The event engine behind ClickHouse's HTTP protocol: what linkgate-store serves. docs/store.md says what it
// takes.
//
//   GET /ping                       "Ok.\n"
//   GET|POST /?query=...&...        one statement; credentials in every request
//
// Reading queries run under readonly=1 on a connection of their own and stream where their format allows it.

#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "engine/database.h"
#include "engine/query_request.h"
#include "engine/running_queries.h"
#include "net/http.h"

namespace linkgate::engine {

struct ServiceOptions {
  Credentials credentials;
  QueryLimits limits;
  size_t readers = 6;  // queries that run at once; more wait
  size_t writers = 3;  // inserts and definitions, apart from the readers so that no query holds up events
  size_t max_queries = 200;  // running and waiting
  // See RunningQueries: called with a query that the engine does not come back from.
  std::function<void(const std::string& id)> on_stuck = [](const std::string&) {};
};

class StoreService {
 public:
  StoreService(Database& database, ServiceOptions options);
  ~StoreService();  // ends what still runs, waits for it

  // Errors of any kind are answers. The service must outlive the coroutine.
  net::asio::awaitable<net::HttpResponse> handle(net::HttpRequest& request);

 private:
  struct Job;
  net::asio::awaitable<net::HttpResponse> run(std::shared_ptr<Job> job);
  static net::asio::awaitable<std::optional<std::string>> next_piece(std::shared_ptr<Job> job);
  std::shared_ptr<Job> make_job(QueryRequest request);
  Result<Answer> start(Job& job);

  Database& database_;
  const ServiceOptions options_;
  RunningQueries running_;
  net::asio::thread_pool readers_;
  net::asio::thread_pool writers_;
};

}  // namespace linkgate::engine
