#include "portal/doors.h"

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "api/token.h"
#include "base/ascii.h"
#include "base/check.h"
#include "kql/json.h"
#include "portal/graph_answer.h"
#include "portal/kusto_answer.h"
#include "portal/kusto_commands.h"
#include "portal/kusto_request.h"
#include "portal/timespan.h"
#include "url/sealed_link.h"

namespace linkgate::portal {
namespace {

using net::HttpRequest;
using net::HttpResponse;
using nlohmann::json;

constexpr std::string_view kGraphPaths[] = {"/v1.0/security/runHuntingQuery",
                                            "/beta/security/runHuntingQuery",
                                            "/v1.0/security/microsoft.graph.security.runHuntingQuery",
                                            "/beta/security/microsoft.graph.security.runHuntingQuery"};

HttpResponse kusto_refusal(const KustoError& error, const RequestMarks& marks) {
  HttpResponse response = json_answer(error.status, to_json(error, marks));
  if (error.status == 401) response.headers.emplace_back("WWW-Authenticate", "Bearer");
  return response;
}

KustoError access_error(const Error& error) {
  switch (error.code()) {
    case ErrorCode::kPermission:
      return {401, "Unauthorized", "Kusto.Common.Svc.Exceptions.AuthorizationException", error.message()};
    case ErrorCode::kInvalidArgument:
      return {403, "Forbidden", "Kusto.DataNode.Exceptions.PrincipalNotAuthorizedException", error.message()};
    default:
      return {503, "ServiceUnavailable", "Kusto.Data.Exceptions.KustoServiceException", error.message(),
              false};
  }
}

KustoError bad_request(std::string message) {
  return {400, "General_BadRequest", "Kusto.Data.Exceptions.KustoBadRequestException", std::move(message)};
}

std::string_view graph_type(kql::Type type) {
  return type == kql::Type::kBool ? "Boolean" : kusto_data_type(type);
}

// {"schema":[{"name","type"}],"results":[{column: value, ...}]}. A row is a JSON array already; each of its
// values goes behind its column's name as it is.
std::string graph_answer(const Answer& answer) {
  std::string out = "{\"schema\":[";
  std::vector<std::string> names;
  for (const auto& column : answer.columns) {
    names.push_back(json_text(column.name));
    out += fmt::format("{}{{\"name\":{},\"type\":\"{}\"}}", names.size() > 1 ? "," : "", names.back(),
                       graph_type(column.type));
  }
  out += "],\"results\":[";
  for (const std::string& row : answer.rows) {
    const auto values = kql::json_elements(row);
    CHECK(values && values->size() == names.size());
    out += out.back() == '[' ? "{" : ",{";
    for (size_t i = 0; i < names.size(); ++i) out += (i > 0 ? "," : "") + names[i] + ":" + (*values)[i];
    out += '}';
  }
  out += ']';
  if (answer.truncated) out += ",\"@linkgate.truncated\":true";
  if (answer.not_asked > 0) out += fmt::format(",\"@linkgate.resultsLeftOut\":{}", answer.not_asked);
  return out + '}';
}

// The time that the body names; nullopt where it names none, which is all time.
Result<std::optional<kql::TimeRange>> timespan_of(const json& body, Time now) {
  for (const char* name : {"Timespan", "timespan"}) {
    const auto found = body.find(name);
    if (found == body.end() || found->is_null()) continue;
    if (!found->is_string())
      return Error(ErrorCode::kInvalidArgument, "\"Timespan\" is a text, such as \"P7D\"");
    TRY_ASSIGN(kql::TimeRange range, parse_timespan(found->get<std::string>(), now));
    return std::optional(range);
  }
  return std::optional<kql::TimeRange>();
}

constexpr size_t kMaxRequestId = 200;

// The client's own id of the request, which its answer repeats, and a fresh one of ours.
RequestMarks marks_of(const HttpRequest& request, Time now) {
  std::string_view given = request.header("x-ms-client-request-id");
  if (given.empty()) given = request.header("client-request-id");
  std::array<uint8_t, 16> id;
  randombytes_buf(id.data(), id.size());
  id[6] = static_cast<uint8_t>((id[6] & 0x0f) | 0x40);  // RFC 9562: version 4, variant 10
  id[8] = static_cast<uint8_t>((id[8] & 0x3f) | 0x80);
  return {std::string(given.substr(0, kMaxRequestId)), url::uuid_text(id), now};
}

std::function<bool()> gone(const HttpRequest& request) {
  if (!request.client_gone) return {};
  return [flag = request.client_gone] { return flag->load(std::memory_order_relaxed); };
}

}  // namespace

HttpResponse Doors::answer(const HttpRequest& request) {
  const std::string_view target = request.target;
  const size_t question = std::min(target.find('?'), target.size());
  const std::string_view path = target.substr(0, question);
  const std::string_view query = target.substr(std::min(target.size(), question + 1));
  const RequestMarks marks = marks_of(request, hunting_.clock().now());
  HttpResponse response;
  if (path == "/v1/rest/query" || path == "/v2/rest/query" || path == "/v1/rest/mgmt") {
    response = kusto(request, marks, path, query);
  } else if (std::any_of(std::begin(kGraphPaths), std::end(kGraphPaths),
                         [&](std::string_view known) { return ascii::iequals(path, known); })) {
    response = request.method == "POST"
                   ? graph(request, marks)
                   : graph_error(405, "MethodNotAllowed", "runHuntingQuery is a POST", marks);
  } else if (AlertDoor::is_meant(path)) {
    response = alerts_.answer(request, marks);
  } else if (ViewDoor::is_meant(path)) {
    response = views_.answer(request, marks);
  } else {
    response = json_answer(404, "{\"error\":{\"code\":\"NotFound\",\"message\":\"there is nothing here\"}}");
  }
  response.headers.emplace_back("x-ms-client-request-id", marks.client_request_id);
  response.headers.emplace_back("x-ms-activity-id", marks.activity_id);
  return response;
}

// What the query's own set statements say stands before the request's properties, as in the service.
void Doors::limit(Question& question, const KustoRequest& asked) const {
  const kql::RequestedLimits own = kql::requested_limits(asked.text);
  const bool untruncated = own.no_truncation || asked.no_truncation;
  const auto rows = own.max_rows ? own.max_rows : asked.max_rows;
  const auto bytes = own.max_bytes ? own.max_bytes : asked.max_bytes;
  const auto time = own.time ? own.time : asked.time;
  question.time = std::min(time.value_or(config_.query_time), config_.query_time);
  question.max_rows = untruncated ? kMostRows : std::min(rows.value_or(kKustoRows), kMostRows);
  if (bytes && !untruncated)
    question.max_bytes = std::min(*bytes, kMostBytes);
  else if (untruncated || rows)
    question.max_bytes = kMostBytes;
}

HttpResponse Doors::kusto(const HttpRequest& request, const RequestMarks& marks, std::string_view path,
                          std::string_view query) {
  const bool get = request.method == "GET" && path != "/v1/rest/mgmt";
  if (!get && request.method != "POST") {
    KustoError error = bad_request("this address is asked by POST");
    error.status = 405;
    return kusto_refusal(error, marks);
  }
  const auto caller = access_.look(request, api::kHuntingScope);
  if (!caller) return kusto_refusal(access_error(caller.error()), marks);
  const auto asked = get ? parse_kusto_query(query) : parse_kusto_body(request.body);
  if (!asked) return kusto_refusal(bad_request(asked.error().message()), marks);
  if (!asked->database.empty() && !ascii::iequals(asked->database, hunting_.database())) {
    return kusto_refusal(bad_request(fmt::format("Database '{}' could not be found; there is '{}'",
                                                 asked->database, hunting_.database())),
                         marks);
  }
  if (is_command(asked->text)) {
    if (changes_functions(asked->text)) {
      const auto writer = access_.look(request, api::kFunctionsScope);
      if (!writer) return kusto_refusal(access_error(writer.error()), marks);
    }
    const auto shown =
        run_command(asked->text, {hunting_.catalog(), hunting_.database(), hunting_.running(caller->name),
                                  hunting_.functions(), caller->name});
    if (!shown) return kusto_refusal(kusto_error(shown.error()), marks);
    return json_answer(200, path == "/v2/rest/query" ? kusto_v2(*shown, marks, "") : kusto_v1(*shown, ""));
  }
  Question question{.text = asked->text, .user = caller->name, .query_id = marks.activity_id};
  limit(question, *asked);
  question.cancelled = gone(request);
  question.parameters = asked->parameters;
  const auto found = hunting_.ask(question);
  if (!found) return kusto_refusal(kusto_error(found.error()), marks);
  const std::string trouble = found->truncated ? row_limit_trouble(question.max_rows) : "";
  return json_answer(200,
                     path == "/v2/rest/query" ? kusto_v2(*found, marks, trouble) : kusto_v1(*found, trouble));
}

HttpResponse Doors::graph(const HttpRequest& request, const RequestMarks& marks) {
  const auto caller = access_.look(request, api::kHuntingScope);
  if (!caller) return graph_access_error(caller.error(), marks);
  const json body = json::parse(request.body, nullptr, false);
  const auto member = [&](const char* upper, const char* lower) -> const json* {
    if (!body.is_object()) return nullptr;
    for (const char* name : {upper, lower}) {
      if (const auto found = body.find(name); found != body.end() && found->is_string()) return &*found;
    }
    return nullptr;
  };
  const json* text = member("Query", "query");
  if (text == nullptr) return graph_error(400, "BadRequest", "the body has no text \"Query\"", marks);
  const auto timespan = timespan_of(body, marks.now);
  if (!timespan) return graph_error(400, "BadRequest", timespan.error().message(), marks);
  Question question{.text = text->get<std::string>(), .user = caller->name, .query_id = marks.activity_id};
  question.time = config_.query_time;
  question.max_rows = kHuntingRows;
  question.timespan = *timespan;
  question.first_only = true;  // the answer has room for one schema
  question.cancelled = gone(request);
  const auto found = hunting_.ask(question);
  if (found) return json_answer(200, graph_answer(*found));
  return graph_query_error(found.error(), marks);
}

}  // namespace linkgate::portal
