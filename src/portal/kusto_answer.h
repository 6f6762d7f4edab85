#pragma once
// Answers as the Kusto REST API gives them. Source: Azure Data Explorer, "Query/management HTTP response", v1
// and v2, and recorded answers of the service.

#include <chrono>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "portal/hunting.h"

namespace linkgate::portal {

// A JSON string with its quotes; what is not UTF-8 becomes U+FFFD.
std::string json_text(std::string_view text);

// What an answer says of its request.
struct RequestMarks {
  std::string client_request_id;
  std::string activity_id;
  Time now{};
};

// V2: frames, not progressive. `trouble`: the answer is cut at the row limit, which the service counts as an
// error beside the rows it has; empty: there is none.
std::string kusto_v2(const Answer& answer, const RequestMarks& marks, std::string_view trouble);
// V1, of queries and of management commands: one table, and what went wrong under "Exceptions". Of several
// results each is a table, followed by what is drawn of them and by the table of contents.
std::string kusto_v1(const Answer& answer, std::string_view trouble);

// "Int64", ...: column types of V1, and of Graph but for bool.
std::string_view kusto_data_type(kql::Type type);

// {"error":{...}} of a request that has no answer.
struct KustoError {
  unsigned status = 400;
  std::string_view code;        // "General_BadRequest"
  std::string_view type;        // "Kusto.Data.Exceptions.KustoBadRequestException"
  std::string message;          // for people, on what they did
  bool permanent = true;        // the same again would fail again
  std::string inner_code = {};  // "SYN0002", or the name of our own diagnostic
  int line = 0, column = 0;     // 0: no place
  // Of a query with several errors each, by place; `message` then is all of them, a line each.
  struct Detail {
    std::string code, message;
    int line = 0, column = 0;
  };
  std::vector<Detail> details = {};
};
KustoError kusto_error(const Refusal& refusal);
std::string to_json(const KustoError& error, const RequestMarks& marks);

// What is said of an answer that was cut.
std::string row_limit_trouble(uint64_t max_rows);
// Of one that is larger than this many octets.
std::string size_limit_trouble(uint64_t max_bytes);
// Of a query that had no answer in time.
std::string time_limit_trouble(std::chrono::seconds time);

}  // namespace linkgate::portal
