#include "portal/graph_answer.h"

#include <nlohmann/json.hpp>

namespace linkgate::portal {

using net::HttpResponse;
using nlohmann::json;

HttpResponse json_answer(unsigned status, std::string body) {
  return {status, {{"Content-Type", "application/json; charset=utf-8"}}, std::move(body), {}};
}

HttpResponse graph_error(unsigned status, std::string_view code, const std::string& message,
                         const RequestMarks& marks) {
  const json body = {{"error",
                      {{"code", std::string(code)},
                       {"message", message},
                       {"innerError",
                        {{"date", to_iso8601(marks.now)},
                         {"request-id", marks.activity_id},
                         {"client-request-id", marks.client_request_id}}}}}};
  HttpResponse response = json_answer(status, body.dump(-1, ' ', false, json::error_handler_t::replace));
  if (status == 401) response.headers.emplace_back("WWW-Authenticate", "Bearer");
  return response;
}

HttpResponse graph_access_error(const Error& error, const RequestMarks& marks) {
  switch (error.code()) {
    case ErrorCode::kPermission:
      return graph_error(401, "InvalidAuthenticationToken", error.message(), marks);
    case ErrorCode::kInvalidArgument:
      return graph_error(403, "Forbidden", error.message(), marks);
    default:
      return graph_error(503, "ServiceUnavailable", error.message(), marks);
  }
}

HttpResponse graph_query_error(const Refusal& refusal, const RequestMarks& marks) {
  const KustoError error = kusto_error(refusal);
  const std::string_view code = error.status == 400   ? "BadRequest"
                                : error.status == 429 ? "TooManyRequests"
                                : error.status == 504 ? "GatewayTimeout"
                                : error.status == 503 ? "ServiceUnavailable"
                                                      : "InternalServerError";
  return graph_error(error.status, code, error.message, marks);
}

}  // namespace linkgate::portal
