#include "portal/kusto_answer.h"

#include <fmt/format.h>

#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/ascii.h"

namespace linkgate::portal {
namespace {

using nlohmann::json;

constexpr int kInformation = 4, kErrorLevel = 2;  // levels of QueryCompletionInformation
constexpr std::string_view kNoActivity = "00000000-0000-0000-0000-000000000000";

// render's properties by the names that the service gives them, in its order.
constexpr std::array<std::pair<std::string_view, std::string_view>, 14> kProperties = {
    {{"title", "Title"},
     {"xcolumn", "XColumn"},
     {"series", "Series"},
     {"ycolumns", "YColumns"},
     {"anomalycolumns", "AnomalyColumns"},
     {"xtitle", "XTitle"},
     {"ytitle", "YTitle"},
     {"xaxis", "XAxis"},
     {"yaxis", "YAxis"},
     {"legend", "Legend"},
     {"ysplit", "YSplit"},
     {"kind", "Kind"},
     {"ymin", "Ymin"},
     {"ymax", "Ymax"}}};

std::string visualization_json(const kql::Visualization& visualization) {
  nlohmann::ordered_json out;
  out["Visualization"] =
      visualization.kind.empty() ? nlohmann::ordered_json() : nlohmann::ordered_json(visualization.kind);
  for (const auto& [name, shown] : kProperties) {
    out[shown] = name.starts_with("ym") ? nlohmann::ordered_json("NaN") : nlohmann::ordered_json();
    for (const auto& [given, value] : visualization.properties) {
      if (ascii::iequals(given, name)) out[shown] = value;
    }
  }
  out["Accumulate"] = false;
  for (const auto& [given, value] : visualization.properties) {
    if (ascii::iequals(given, "accumulate")) out["Accumulate"] = ascii::iequals(value, "true");
  }
  out["IsQuerySorted"] = false;
  return out.dump(-1, ' ', false, json::error_handler_t::replace);
}

void append_rows(std::string& out, const Answer& answer) {
  size_t size = 16;
  for (const std::string& row : answer.rows) size += row.size() + 1;
  out.reserve(out.size() + size);
  out += "\"Rows\":[";
  for (const std::string& row : answer.rows) {
    if (out.back() != '[') out += ',';
    out += row;
  }
  out += ']';
}

std::string columns_v2(const std::vector<kql::ResultColumn>& columns) {
  std::string out;
  for (const auto& column : columns) {
    out += fmt::format("{}{{\"ColumnName\":{},\"ColumnType\":\"{}\"}}", out.empty() ? "" : ",",
                       json_text(column.name), to_string(column.type));
  }
  return "[" + out + "]";
}

std::string completion_row(const RequestMarks& marks, int level, std::string_view level_name, int status,
                           std::string_view status_name, int event, std::string_view event_name,
                           const std::string& payload) {
  const std::string activity = json_text(marks.activity_id.empty() ? kNoActivity : marks.activity_id);
  return fmt::format("[\"{}\",{},{},{},{},{},\"{}\",{},\"{}\",{},\"{}\",{}]", to_iso8601(marks.now),
                     json_text(marks.client_request_id), activity, activity, activity, level, level_name,
                     status, status_name, event, event_name, json_text(payload));
}

std::string completion_table(const RequestMarks& marks, size_t table_id, std::string_view trouble) {
  std::string rows;
  if (trouble.empty()) {
    rows = completion_row(marks, kInformation, "Info", 0, "S_OK (0)", 4, "QueryInfo",
                          "{\"Count\":1,\"Text\":\"Query completed successfully\"}");
  } else {
    rows = completion_row(marks, kErrorLevel, "Error", -2133196797, "E_QUERY_RESULT_SET_TOO_LARGE (80DA0003)",
                          2, "QueryError",
                          json({{"Count", 1}, {"Text", std::string(trouble)}})
                              .dump(-1, ' ', false, json::error_handler_t::replace));
  }
  return "{\"FrameType\":\"DataTable\",\"TableId\":" + std::to_string(table_id) +
         ",\"TableKind\":\"QueryCompletionInformation\","
         "\"TableName\":\"QueryCompletionInformation\",\"Columns\":["
         "{\"ColumnName\":\"Timestamp\",\"ColumnType\":\"datetime\"},"
         "{\"ColumnName\":\"ClientRequestId\",\"ColumnType\":\"string\"},"
         "{\"ColumnName\":\"ActivityId\",\"ColumnType\":\"guid\"},"
         "{\"ColumnName\":\"SubActivityId\",\"ColumnType\":\"guid\"},"
         "{\"ColumnName\":\"ParentActivityId\",\"ColumnType\":\"guid\"},"
         "{\"ColumnName\":\"Level\",\"ColumnType\":\"int\"},"
         "{\"ColumnName\":\"LevelName\",\"ColumnType\":\"string\"},"
         "{\"ColumnName\":\"StatusCode\",\"ColumnType\":\"int\"},"
         "{\"ColumnName\":\"StatusCodeName\",\"ColumnType\":\"string\"},"
         "{\"ColumnName\":\"EventType\",\"ColumnType\":\"int\"},"
         "{\"ColumnName\":\"EventTypeName\",\"ColumnType\":\"string\"},"
         "{\"ColumnName\":\"Payload\",\"ColumnType\":\"string\"}],\"Rows\":[" +
         rows + "]}";
}

KustoError limits_exceeded(std::string message) {
  return {400, "LimitsExceeded",
          "Kusto.Data.Exceptions.KustoServicePartialQueryFailureLimitsExceededException", std::move(message)};
}

std::string inner_code_of(const kql::Diagnostic& found) {
  const std::string_view known = kusto_code(found);
  return std::string(known.empty() ? to_string(found.code) : known);
}

// "Semantic error: SEM0100: ... [line:position=1:5]"
std::string sentence_of(const kql::Diagnostic& found, std::string_view text) {
  return fmt::format("{} error: {}: {} [line:position={}:{}]",
                     found.code == kql::DiagnosticCode::kSyntax ? "Syntax" : "Semantic", inner_code_of(found),
                     kusto_message(found, text), found.line, found.column);
}

// One message with all that is wrong; the inner error is the first of them.
KustoError of_query(const Refusal& refusal) {
  const kql::Diagnostic& first = refusal.diagnostic;
  KustoError error{400,
                   "General_BadRequest",
                   "Kusto.Data.Exceptions.KustoBadRequestException",
                   sentence_of(first, refusal.text),
                   true,
                   inner_code_of(first),
                   first.line,
                   first.column,
                   {}};
  if (first.others.empty()) return error;
  error.message.clear();
  for (const kql::Diagnostic* one : all_of(first)) {
    const std::string sentence = sentence_of(*one, refusal.text);
    error.message += (error.message.empty() ? "" : "\n") + sentence;
    error.details.push_back({inner_code_of(*one), sentence, one->line, one->column});
  }
  return error;
}

std::vector<const Answer*> results_of(const Answer& answer) {
  std::vector<const Answer*> all = {&answer};
  for (const Answer& further : answer.more) all.push_back(&further);
  return all;
}

std::string table_v1(const Answer& answer, size_t place) {
  std::string out = fmt::format("{{\"TableName\":\"Table_{}\",\"Columns\":[", place);
  for (const auto& column : answer.columns) {
    out += fmt::format("{}{{\"ColumnName\":{},\"DataType\":\"{}\",\"ColumnType\":\"{}\"}}",
                       out.back() == '[' ? "" : ",", json_text(column.name), kusto_data_type(column.type),
                       to_string(column.type));
  }
  out += "],";
  append_rows(out, answer);
  return out + "}";
}

// What is drawn, one row a result, as a table behind the results.
Answer properties_v1(const std::vector<const Answer*>& results) {
  Answer table{.columns = {{"Value", kql::Type::kString}}};
  for (const Answer* result : results)
    table.rows.push_back("[" + json_text(visualization_json(result->visualization)) + "]");
  return table;
}

// The table of contents, which is the last where there are several tables.
Answer contents_v1(const std::vector<const Answer*>& results) {
  Answer table{.columns = {{"Ordinal", kql::Type::kLong},
                           {"Kind", kql::Type::kString},
                           {"Name", kql::Type::kString},
                           {"Id", kql::Type::kString},
                           {"PrettyName", kql::Type::kString}}};
  for (size_t i = 0; i < results.size(); ++i) {
    table.rows.push_back(
        fmt::format("[{},\"QueryResult\",\"PrimaryResult\",\"{}\",{}]", i, i, json_text(results[i]->name)));
  }
  table.rows.push_back(
      fmt::format("[{0},\"QueryProperties\",\"@ExtendedProperties\",\"{0}\",\"\"]", results.size()));
  return table;
}

}  // namespace

std::string json_text(std::string_view text) {
  return json(text).dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string row_limit_trouble(uint64_t max_rows) {
  return fmt::format(
      "Query result set has exceeded the internal record count limit {} "
      "(E_QUERY_RESULT_SET_TOO_LARGE; see 'set notruncation')",
      max_rows);
}

std::string size_limit_trouble(uint64_t max_bytes) {
  return fmt::format(
      "Query result set has exceeded the internal data size limit {} "
      "(E_QUERY_RESULT_SET_TOO_LARGE; see 'set notruncation')",
      max_bytes);
}

std::string time_limit_trouble(std::chrono::seconds time) {
  return fmt::format("the query took longer than {} s (servertimeout)", time.count());
}

std::string kusto_v2(const Answer& answer, const RequestMarks& marks, std::string_view trouble) {
  std::string out = "[{\"FrameType\":\"DataSetHeader\",\"IsProgressive\":false,\"Version\":\"v2.0\"},";
  out +=
      "{\"FrameType\":\"DataTable\",\"TableId\":0,\"TableKind\":\"QueryProperties\","
      "\"TableName\":\"@ExtendedProperties\",\"Columns\":[{\"ColumnName\":\"TableId\",\"ColumnType\":\"int\"}"
      ","
      "{\"ColumnName\":\"Key\",\"ColumnType\":\"string\"},{\"ColumnName\":\"Value\",\"ColumnType\":"
      "\"dynamic\"}],\"Rows\":[[1,\"Visualization\",";
  const std::vector<const Answer*> all = results_of(answer);
  for (size_t i = 0; i < all.size(); ++i) {
    if (i > 0) out += fmt::format(",[{},\"Visualization\",", i + 1);
    out += json_text(visualization_json(all[i]->visualization)) + "]";
  }
  out += "]},";
  for (size_t i = 0; i < all.size(); ++i) {
    out += fmt::format(
        "{{\"FrameType\":\"DataTable\",\"TableId\":{},\"TableKind\":\"PrimaryResult\",\"TableName\":{},"
        "\"Columns\":{},",
        i + 1, json_text(all[i]->name.empty() ? "PrimaryResult" : all[i]->name), columns_v2(all[i]->columns));
    append_rows(out, *all[i]);
    out += "},";
  }
  out += completion_table(marks, all.size() + 1, trouble) + ",";
  out += fmt::format("{{\"FrameType\":\"DataSetCompletion\",\"HasErrors\":{},\"Cancelled\":false",
                     trouble.empty() ? "false" : "true");
  if (!trouble.empty()) {
    out += ",\"OneApiErrors\":[" + to_json(limits_exceeded(std::string(trouble)), marks) + "]";
  }
  return out + "}]";
}

std::string_view kusto_data_type(kql::Type type) {
  const std::string_view name = dotnet_name(type);
  return name.substr(name.rfind('.') + 1);
}

std::string kusto_v1(const Answer& answer, std::string_view trouble) {
  std::string out = "{\"Tables\":[";
  const std::vector<const Answer*> all = results_of(answer);
  for (size_t i = 0; i < all.size(); ++i) {
    out += (i > 0 ? "," : "") + table_v1(*all[i], i);
  }
  if (all.size() > 1) {
    const Answer properties = properties_v1(all);
    out += "," + table_v1(properties, all.size());
    out += "," + table_v1(contents_v1(all), all.size() + 1);
  }
  out += "]";
  if (!trouble.empty()) out += ",\"Exceptions\":[" + json_text(trouble) + "]";
  return out + "}";
}

KustoError kusto_error(const Refusal& refusal) {
  switch (refusal.why) {
    case Refusal::Why::kQuery:
      return of_query(refusal);
    case Refusal::Why::kLimit:
      return limits_exceeded(refusal.message);
    case Refusal::Why::kMemory:
      return {
          400, "LowMemoryCondition",
          "Kusto.Data.Exceptions.KustoServicePartialQueryFailureLowMemoryConditionException",
          "Query execution lacks memory resources to complete (80DA0007): Partial query failure: Low memory "
          "condition (E_LOW_MEMORY_CONDITION). (message: '" +
              refusal.message + "', details: '')"};
    case Refusal::Why::kTimeout:
      return {504, "Timeout", "Kusto.Data.Exceptions.KustoServiceTimeoutException", refusal.message, false};
    case Refusal::Why::kBusy:
      return {429, "Too many requests", "Kusto.DataNode.Exceptions.ThrottledException", refusal.message,
              false};
    case Refusal::Why::kUnavailable:
      return {503, "ServiceUnavailable", "Kusto.Data.Exceptions.KustoServiceException", refusal.message,
              false};
    case Refusal::Why::kInternal:
      break;
  }
  return {500, "General_InternalServerError", "Kusto.Data.Exceptions.KustoServiceException", refusal.message};
}

std::string to_json(const KustoError& error, const RequestMarks& marks) {
  nlohmann::ordered_json inner = {
      {"code", std::string(error.code)},
      {"message", error.status == 400 ? "Request is invalid and cannot be executed." : error.message},
      {"@type", std::string(error.type)},
      {"@message", error.message},
      {"@context",
       {{"timestamp", to_iso8601(marks.now)},
        {"serviceAlias", "LINKGATE"},
        {"clientRequestId", marks.client_request_id},
        {"activityId", marks.activity_id}}},
      {"@permanent", error.permanent}};
  if (!error.inner_code.empty()) {
    inner["innererror"] = {{"code", error.inner_code}, {"message", error.message}};
    if (error.line > 0) {
      inner["innererror"]["line"] = error.line;
      inner["innererror"]["column"] = error.column;
    }
  }
  for (const KustoError::Detail& detail : error.details) {
    inner["details"].push_back({{"code", detail.code},
                                {"message", detail.message},
                                {"line", detail.line},
                                {"column", detail.column}});
  }
  return nlohmann::ordered_json({{"error", inner}}).dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace linkgate::portal
