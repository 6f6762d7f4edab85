#pragma once
// A request of ClickHouse's HTTP interface (https://clickhouse.com/docs/en/interfaces/http), read into
// values. Pure.

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "engine/database.h"
#include "engine/statement.h"
#include "net/http.h"

namespace linkgate::engine {

// What a client may ask for and what it gets when it does not say.
struct QueryLimits {
  uint64_t default_seconds = 60;
  uint64_t max_seconds = 600;
  uint64_t max_memory_bytes = 2ULL << 30;    // of one query
  uint64_t max_result_bytes = 256ULL << 20;  // of one answer that is not streamed
  uint64_t max_threads = 0;                  // 0: as many as there are cores
};

struct Credentials {
  std::string user, password;
};

using Settings = std::vector<std::pair<std::string, std::string>>;

struct QueryRequest {
  Statement statement;
  std::string data;      // of an INSERT
  std::string database;  // empty: the engine's default
  std::string format;    // of the answer, or of an INSERT's data
  std::string query_id;  // made up where the client gave none
  Parameters parameters;
  Settings settings;     // known, within their limits
  uint64_t seconds = 0;  // how long it may run
  bool read_only = false;
  bool buffered = false;  // the whole answer before its first byte (wait_end_of_query)
  bool gzip_answer = false;
};

// Percent-decoded name=value pairs of a URL's query.
std::vector<std::pair<std::string, std::string>> parse_url_parameters(std::string_view target);

// From X-ClickHouse-User/-Key, Authorization: Basic, or user= and password=, in this order; the first that is
// there counts.
Credentials credentials_of(const net::HttpRequest& request);

// Lower-case hexadecimal digits, not for secrets.
std::string random_word(size_t digits);

// Compared in time that does not depend on where they differ.
bool same_secret(std::string_view a, std::string_view b);

// Errors are exceptions in ClickHouse's form (engine/exception.h). The body is taken out of `request`.
Result<QueryRequest> read_query_request(net::HttpRequest& request, const QueryLimits& limits);

}  // namespace linkgate::engine
