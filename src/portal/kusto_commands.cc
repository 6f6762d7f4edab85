#include "portal/kusto_commands.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <vector>

#include "base/ascii.h"
#include "kql/function_command.h"
#include "portal/function_library.h"
#include "portal/kusto_answer.h"

#ifndef LINKGATE_VERSION
#error "LINKGATE_VERSION is the project's version"
#endif

namespace linkgate::portal {
namespace {

using json = nlohmann::ordered_json;
using kql::Type;
using Words = std::vector<std::string>;

// The words of a command. A name in quotes or brackets is one word, without them.
Words words_of(std::string_view text) {
  Words words;
  while (!(text = ascii::trim(text)).empty()) {
    size_t begin = 0, length = 0, behind = 0;
    if (text.starts_with("['") || text.starts_with("[\"")) {
      begin = 2;
      length = std::min(text.find(text[1], 2), text.size()) - 2;
      behind = std::min(text.size(), begin + length + 2);
    } else if (text[0] == '"' || text[0] == '\'') {
      begin = 1;
      length = std::min(text.find(text[0], 1), text.size()) - 1;
      behind = std::min(text.size(), begin + length + 1);
    } else {
      length = std::min(text.find_first_of(" \t\r\n"), text.size());
      behind = length;
    }
    words.emplace_back(text.substr(begin, length));
    text.remove_prefix(behind);
  }
  return words;
}

// Whether the words are these, where "*" stands for any one.
bool match(const Words& words, std::initializer_list<std::string_view> pattern) {
  if (words.size() != pattern.size()) return false;
  size_t i = 0;
  for (const std::string_view wanted : pattern) {
    if (wanted != "*" && !ascii::iequals(words[i], wanted)) return false;
    ++i;
  }
  return true;
}

std::string row(std::initializer_list<std::string_view> cells) {
  std::string out = "[";
  for (const std::string_view cell : cells) out += (out.size() == 1 ? "" : ",") + json_text(cell);
  return out + "]";
}

Answer table(std::vector<std::string> names, std::vector<std::string> rows) {
  Answer answer;
  for (std::string& name : names) answer.columns.push_back({std::move(name), Type::kString});
  answer.rows = std::move(rows);
  return answer;
}

json columns_of(const kql::CatalogTable& of) {
  json columns = json::array();
  for (const kql::CatalogColumn& column : of.columns) {
    columns.push_back({{"Name", column.name},
                       {"Type", std::string(dotnet_name(column.type))},
                       {"CslType", std::string(to_string(column.type))}});
  }
  return columns;
}

std::string csl_schema(const kql::CatalogTable& of) {
  std::string out;
  for (const kql::CatalogColumn& column : of.columns) {
    out += fmt::format("{}{}:{}", out.empty() ? "" : ",", column.name, to_string(column.type));
  }
  return out;
}

json database_schema(const kql::Catalog& catalog, std::string_view database, FunctionLibrary* library) {
  json tables = json::object();
  for (const kql::CatalogTable& one : catalog.tables) {
    tables[one.name] = {{"Name", one.name}, {"OrderedColumns", columns_of(one)}};
  }
  json functions = json::object();
  const auto stored = library != nullptr ? library->all() : decltype(library->all())(nullptr);
  if (stored && *stored) {
    for (const state::QueryFunction& f : **stored) {
      functions[f.name] = {
          {"Name", f.name}, {"Body", f.body}, {"Folder", f.folder}, {"DocString", f.docstring}};
    }
  }
  const std::string name(database);
  return {{"Databases", {{name, {{"Name", name}, {"Tables", tables}, {"Functions", functions}}}}}};
}

Refusal refuse(std::string message, kql::DiagnosticCode code) {
  Refusal refusal{Refusal::Why::kQuery, std::move(message), {}};
  refusal.diagnostic.code = code;
  refusal.diagnostic.line = refusal.diagnostic.column = 1;
  return refusal;
}

tl::expected<Answer, Refusal> table_schema(const Words& words, const kql::Catalog& catalog,
                                           std::string_view database, bool as_json) {
  for (const kql::CatalogTable& one : catalog.tables) {
    if (one.name != words[2]) continue;
    const json schema = {{"Name", one.name}, {"OrderedColumns", columns_of(one)}};
    return table({"TableName", "Schema", "DatabaseName", "Folder", "DocString"},
                 {row({one.name, as_json ? schema.dump() : csl_schema(one), database, "", ""})});
  }
  return tl::unexpected(refuse("there is no table '" + words[2] + "'", kql::DiagnosticCode::kUnknownName));
}

Answer tables(const kql::Catalog& catalog, std::string_view database) {
  Answer answer = table({"TableName", "DatabaseName", "Folder", "DocString"}, {});
  for (const kql::CatalogTable& one : catalog.tables)
    answer.rows.push_back(row({one.name, database, "", ""}));
  return answer;
}

Answer databases(std::string_view database) {
  Answer answer = table(
      {"DatabaseName", "PersistentStorage", "Version", "IsCurrent", "DatabaseAccessMode", "PrettyName"}, {});
  answer.columns[3].type = Type::kBool;
  answer.rows.push_back(
      fmt::format("[{},\"\",\"v1.0\",true,\"ReadOnly\",{}]", json_text(database), json_text(database)));
  return answer;
}

// A row for the database, one for each table, and one for each of its columns.
Answer database_columns(const kql::Catalog& catalog, std::string_view database) {
  Answer answer = table({"DatabaseName", "TableName", "ColumnName", "ColumnType", "Folder", "DocString"}, {});
  answer.rows.push_back(row({database, "", "", "", "", ""}));
  for (const kql::CatalogTable& one : catalog.tables) {
    answer.rows.push_back(row({database, one.name, "", "", "", ""}));
    for (const kql::CatalogColumn& column : one.columns)
      answer.rows.push_back(row({database, one.name, column.name, dotnet_name(column.type), "", ""}));
  }
  return answer;
}

Answer running_queries(const std::vector<RunningQuery>& queries, std::string_view database) {
  Answer answer = table({"ClientActivityId", "Text", "Database", "StartedOn", "State", "User"}, {});
  answer.columns[3].type = Type::kDateTime;
  for (const RunningQuery& query : queries)
    answer.rows.push_back(
        row({query.query_id, query.text, database, to_iso8601(query.since), "InProgress", query.user}));
  return answer;
}
}  // namespace

bool changes_functions(std::string_view text) {
  const auto command = kql::parse_function_command(text);
  return command && *command && changes((**command).verb);
}

bool is_command(std::string_view text) { return ascii::trim(text).starts_with('.'); }

tl::expected<Answer, Refusal> run_command(std::string_view text, const CommandContext& context) {
  if (const auto command = kql::parse_function_command(text)) {
    if (*command && context.functions != nullptr)
      return context.functions->run(**command, context.catalog, context.user);
    const kql::Diagnostic wrong = *command ? kql::Diagnostic{} : command->error();
    Refusal refusal = refuse(*command ? "stored functions are not kept here" : wrong.message, wrong.code);
    if (!*command) refusal.diagnostic = wrong;
    return tl::unexpected(std::move(refusal));
  }
  const Words words = words_of(text);
  const kql::Catalog& catalog = context.catalog;
  const std::string_view database = context.database;
  if (match(words, {".show", "queries"}) || match(words, {".show", "running", "queries"}))
    return running_queries(context.running, database);
  if (match(words, {".show", "tables"})) return tables(catalog, database);
  if (match(words, {".show", "databases"})) return databases(database);
  if (match(words, {".show", "version"})) {
    return table({"BuildVersion", "BuildTime", "ServiceType", "ProductVersion"},
                 {row({LINKGATE_VERSION, "", "Engine", "Linkgate " LINKGATE_VERSION})});
  }
  if (match(words, {".show", "table", "*", "schema", "as", "json"}))
    return table_schema(words, catalog, database, true);
  if (match(words, {".show", "table", "*", "cslschema"}))
    return table_schema(words, catalog, database, false);
  if (match(words, {".show", "schema"}) || match(words, {".show", "database", "schema"}) ||
      match(words, {".show", "database", "*", "schema"}))
    return database_columns(catalog, database);
  if (match(words, {".show", "schema", "as", "json"}) ||
      match(words, {".show", "database", "schema", "as", "json"}) ||
      match(words, {".show", "database", "*", "schema", "as", "json"})) {
    return table({"DatabaseSchema"}, {row({database_schema(catalog, database, context.functions).dump()})});
  }
  return tl::unexpected(
      refuse("Linkgate does not have the command '" + std::string(ascii::trim(text)).substr(0, 100) +
                 "'; there are .show tables, databases, functions, version, running queries, schema as json, "
                 "table T schema as json, table T cslschema, function F; and .create, .create-or-alter, "
                 ".alter, .drop "
                 "function",
             kql::DiagnosticCode::kNotSupported));
}

}  // namespace linkgate::portal
