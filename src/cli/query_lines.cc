#include "cli/query_lines.h"

#include "kql/kql.h"
#include "portal/kusto_commands.h"

namespace linkgate::cli {
namespace {

std::string columns_json(const std::vector<kql::ResultColumn>& columns) {
  std::string out = "[";
  for (const auto& column : columns) {
    out +=
        (out.size() == 1 ? "" : ",") + json_object({{"name", column.name}, {"type", to_string(column.type)}});
  }
  return out + "]";
}

Result<std::string> rows_json(const store::QueryResult& result,
                              const std::vector<kql::ResultColumn>& columns) {
  std::string out = "[";
  for (const std::string& line : result.rows) {
    TRY_ASSIGN(const std::string row, kql::row_to_json(line, columns));
    out += (out.size() == 1 ? "" : ",") + row;
  }
  return out + "]";
}

// {"id","error":{"code","message","line","column"}}; what is not the query's fault has no place in it.
// Several errors of one query stand under "all".
std::string error_json(const Cell& id, std::string_view code, std::string_view message) {
  return json_object(
      {{"id", id}, {"error", Cell::json(json_object({{"code", code}, {"message", message}}))}});
}

std::vector<std::pair<std::string, Cell>> members_of(const kql::Diagnostic& found) {
  return {{"code", to_string(found.code)},
          {"message", found.message},
          {"line", found.line},
          {"column", found.column}};
}

std::string diagnostic_json(const Cell& id, const kql::Diagnostic& found) {
  auto error = members_of(found);
  if (!found.others.empty()) {
    std::string all;
    for (const kql::Diagnostic* one : all_of(found))
      all += (all.empty() ? "" : ",") + json_object(members_of(*one));
    error.emplace_back("all", Cell::json("[" + all + "]"));
  }
  return json_object({{"id", id}, {"error", Cell::json(json_object(error))}});
}

std::string error_json(const Cell& id, const Error& error) {
  return error_json(id, to_string(error.code()), error.message());
}

std::string list_json(const std::vector<kql::Diagnostic>& list) {
  std::string all;
  for (const kql::Diagnostic& one : list) all += (all.empty() ? "" : ",") + json_object(members_of(one));
  return "[" + all + "]";
}

Result<std::string> answer_json(const Cell& id, const std::vector<Answered>& all,
                                const std::vector<kql::Diagnostic>& warnings) {
  std::vector<std::pair<std::string, Cell>> members = {{"id", id}};
  TRY_ASSIGN(const auto first, members_of(all[0]));
  members.insert(members.end(), first.begin(), first.end());
  std::string more;
  for (size_t i = 1; i < all.size(); ++i) {
    TRY_ASSIGN(const auto further, members_of(all[i]));
    more += (more.empty() ? "" : ",") + json_object(further);
  }
  if (!more.empty()) members.emplace_back("more", Cell::json("[" + more + "]"));
  if (!warnings.empty()) members.emplace_back("warnings", Cell::json(list_json(warnings)));
  return json_object(members);
}

std::string managed_json(const Cell& id, const portal::Answer& answer) {
  std::string rows;
  for (const std::string& row : answer.rows) rows += (rows.empty() ? "" : ",") + row;
  return json_object({{"id", id},
                      {"columns", Cell::json(columns_json(answer.columns))},
                      {"rows", Cell::json("[" + rows + "]")}});
}

}  // namespace

Result<std::vector<std::pair<std::string, Cell>>> members_of(const Answered& answered) {
  std::vector<std::pair<std::string, Cell>> members;
  if (answered.place > 0) members.emplace_back("name", answered.result.name);
  TRY_ASSIGN(std::string rows, rows_json(answered.rows, answered.result.columns));
  members.emplace_back("columns", Cell::json(columns_json(answered.result.columns)));
  members.emplace_back("rows", Cell::json(std::move(rows)));
  if (answered.cut) members.emplace_back("truncated", true);
  return members;
}

std::string answer_query_line(Querying& querying, const Manage& manage, const JsonObject& line,
                              bool& bad_use) {
  const auto given = line.raw.find("id");
  const Cell id = Cell::json(given != line.raw.end() ? given->second : "null");
  const auto query = line.text("query");
  if (!query) {
    bad_use = true;
    return error_json(id, query.error());
  }
  if (portal::is_command(*query)) {
    const auto managed = manage(*query);
    if (!managed) return error_json(id, managed.error());
    const auto& answered = *managed;
    if (answered) return managed_json(id, *answered);
    if (answered.error().why == portal::Refusal::Why::kQuery)
      return diagnostic_json(id, answered.error().diagnostic);
    return error_json(id, to_string(ErrorCode::kUnavailable), answered.error().message);
  }
  const auto asked = querying.compile(*query);
  if (!asked) return error_json(id, asked.error());
  const auto& compiled = *asked;
  if (!compiled) return diagnostic_json(id, compiled.error());
  const auto results = ask_all(querying, *compiled);
  if (!results) return error_json(id, results.error());
  const auto shown = answer_json(id, *results, compiled->warnings);
  return shown ? *shown : error_json(id, shown.error());
}

}  // namespace linkgate::cli
