#include "portal/kusto_commands.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <vector>

#include "base/ascii.h"
#include "events/schema.h"
#include "kql/function_command.h"
#include "kql/function_parameters.h"
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
bool match(const Words& words, const std::vector<std::string_view>& pattern) {
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

// What docs/tables.md says of a table and of a column; "" of those that are none of the event tables.
std::string_view meaning_of(const kql::CatalogTable& table) {
  const events::Table* known = events::find_table(table.name);
  return known != nullptr ? known->meaning : "";
}
std::string_view meaning_of(const kql::CatalogTable& table, const kql::CatalogColumn& column) {
  const events::Table* known = events::find_table(table.name);
  const events::Column* found = known != nullptr ? events::find_column(*known, column.name) : nullptr;
  return found != nullptr ? found->meaning : "";
}

std::string csl_schema(const kql::CatalogTable& of) {
  std::string out;
  for (const kql::CatalogColumn& column : of.columns) {
    out += fmt::format("{}{}:{}", out.empty() ? "" : ",", column.name, to_string(column.type));
  }
  return out;
}

json parameter_of(const kql::FunctionParameter& parameter) {
  json found = {{"Name", parameter.name}};
  if (parameter.tabular) {
    found["Columns"] = json::array();
    for (const kql::FunctionParameter& column : parameter.columns)
      found["Columns"].push_back(parameter_of(column));
    return found;
  }
  found["Type"] = std::string(dotnet_name(parameter.type));
  found["CslType"] = std::string(to_string(parameter.type));
  if (!parameter.default_value.empty()) found["CslDefaultValue"] = parameter.default_value;
  return found;
}

FunctionLibrary::Functions stored_functions(FunctionLibrary* library) {
  if (library == nullptr) return {};
  const auto stored = library->all();
  return stored ? **stored : FunctionLibrary::Functions();
}

json database_schema(const kql::Catalog& catalog, std::string_view database, FunctionLibrary* library) {
  json tables = json::object();
  for (const kql::CatalogTable& one : catalog.tables) {
    tables[one.name] = {{"Name", one.name}, {"OrderedColumns", columns_of(one)}};
  }
  json functions = json::object();
  for (const state::QueryFunction& f : stored_functions(library)) {
    json parameters = json::array();
    for (const auto& parameter : kql::function_parameters(f.parameters))
      parameters.push_back(parameter_of(parameter));
    functions[f.name] = {{"Name", f.name},
                         {"InputParameters", parameters},
                         {"Body", f.body},
                         {"Folder", f.folder},
                         {"DocString", f.docstring},
                         {"FunctionKind", "Unknown"},
                         {"OutputColumns", json::array()}};
  }
  const std::string name(database);
  const json none = json::object();
  const json found = {{"Name", name},
                      {"Tables", tables},
                      {"ExternalTables", none},
                      {"MaterializedViews", none},
                      {"EntityGroups", none},
                      {"MajorVersion", 1},
                      {"MinorVersion", 0},
                      {"Functions", functions},
                      {"DatabaseAccessMode", "ReadOnly"}};
  return {{"Databases", {{name, found}}}};
}

Refusal refuse(std::string message, kql::DiagnosticCode code) {
  Refusal refusal{Refusal::Why::kQuery, std::move(message), {}};
  refusal.diagnostic.code = code;
  refusal.diagnostic.message = refusal.message;
  refusal.diagnostic.line = refusal.diagnostic.column = 1;
  return refusal;
}

tl::expected<Answer, Refusal> table_schema(const Words& words, const kql::Catalog& catalog,
                                           std::string_view database, bool as_json) {
  for (const kql::CatalogTable& one : catalog.tables) {
    if (one.name != words[2]) continue;
    const json schema = {{"Name", one.name}, {"OrderedColumns", columns_of(one)}};
    return table({"TableName", "Schema", "DatabaseName", "Folder", "DocString"},
                 {row({one.name, as_json ? schema.dump() : csl_schema(one), database, "", meaning_of(one)})});
  }
  return tl::unexpected(refuse("there is no table '" + words[2] + "'", kql::DiagnosticCode::kUnknownName));
}

Answer tables(const kql::Catalog& catalog, std::string_view database) {
  Answer answer = table({"TableName", "DatabaseName", "Folder", "DocString"}, {});
  for (const kql::CatalogTable& one : catalog.tables)
    answer.rows.push_back(row({one.name, database, "", meaning_of(one)}));
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
    answer.rows.push_back(row({database, one.name, "", "", "", meaning_of(one)}));
    for (const kql::CatalogColumn& column : one.columns)
      answer.rows.push_back(
          row({database, one.name, column.name, dotnet_name(column.type), "", meaning_of(one, column)}));
  }
  return answer;
}

// A row for each table.
Answer database_cslschema(const kql::Catalog& catalog, std::string_view database) {
  Answer answer = table({"TableName", "Schema", "DatabaseName", "Folder", "DocString"}, {});
  for (const kql::CatalogTable& one : catalog.tables)
    answer.rows.push_back(row({one.name, csl_schema(one), database, "", meaning_of(one)}));
  return answer;
}

// All that a query may name.
Answer entities(const kql::Catalog& catalog, std::string_view database, FunctionLibrary* library) {
  Answer answer = table({"DatabaseName", "EntityType", "EntityName", "DocString", "Folder", "CslInputSchema",
                         "Content", "CslOutputSchema", "Properties"},
                        {});
  for (const kql::CatalogTable& one : catalog.tables)
    answer.rows.push_back(
        row({database, "Table", one.name, meaning_of(one), "", "", "", csl_schema(one), ""}));
  for (const state::QueryFunction& f : stored_functions(library)) {
    const std::string parameters = kql::parameters_text(kql::function_parameters(f.parameters));
    answer.rows.push_back(
        row({database, "Function", f.name, f.docstring, f.folder, parameters, f.body, "", ""}));
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

Answer version() {
  return table({"BuildVersion", "BuildTime", "ServiceType", "ProductVersion"},
               {row({LINKGATE_VERSION, "", "Engine", "Linkgate " LINKGATE_VERSION})});
}

Answer json_schema(const CommandContext& context) {
  return table({"DatabaseSchema"},
               {row({database_schema(context.catalog, context.database, context.functions).dump()})});
}

// Kinds of things that there are none of, with the columns by which clients list them.
Answer materialized_views(const CommandContext&) {
  return table({"Name", "SourceTable", "Query", "Folder", "DocString"}, {});
}
Answer external_tables(const CommandContext&) {
  return table({"TableName", "TableType", "Folder", "DocString", "Properties", "ConnectionStrings"}, {});
}

struct ShowCommand {
  std::vector<std::string_view> words;  // behind .show
  Answer (*answer)(const CommandContext&);
};
Answer list_columns(const CommandContext& c) { return database_columns(c.catalog, c.database); }
Answer list_csl_schemas(const CommandContext& c) { return database_cslschema(c.catalog, c.database); }
Answer list_databases(const CommandContext& c) { return databases(c.database); }
Answer list_entities(const CommandContext& c) { return entities(c.catalog, c.database, c.functions); }
Answer list_queries(const CommandContext& c) { return running_queries(c.running, c.database); }
Answer list_tables(const CommandContext& c) { return tables(c.catalog, c.database); }
Answer list_version(const CommandContext&) { return version(); }

const ShowCommand kShowCommands[] = {
    {{"queries"}, list_queries},
    {{"running", "queries"}, list_queries},
    {{"tables"}, list_tables},
    {{"databases"}, list_databases},
    {{"database"}, list_databases},
    {{"cluster", "databases"}, list_databases},
    {{"databases", "entities"}, list_entities},
    {{"version"}, list_version},
    {{"materialized-views"}, materialized_views},
    {{"external", "tables"}, external_tables},
    {{"schema"}, list_columns},
    {{"database", "schema"}, list_columns},
    {{"database", "*", "schema"}, list_columns},
    {{"databases", "schema"}, list_columns},
    {{"database", "cslschema"}, list_csl_schemas},
    {{"database", "*", "cslschema"}, list_csl_schemas},
    {{"schema", "as", "json"}, json_schema},
    {{"cluster", "schema", "as", "json"}, json_schema},
    {{"database", "schema", "as", "json"}, json_schema},
    {{"database", "*", "schema", "as", "json"}, json_schema},
    {{"databases", "schema", "as", "json"}, json_schema},
};

// with (...) at the end only says how much a client wants to hear.
Words without_options(Words words) {
  const auto with = std::find_if(words.begin(), words.end(), [](const std::string& word) {
    return ascii::istarts_with(word, "with") && (word.size() == 4 || word[4] == '(');
  });
  words.erase(with, words.end());
  return words;
}

Refusal unknown_command(std::string_view text) {
  return refuse("Linkgate does not have the command '" + std::string(ascii::trim(text)).substr(0, 100) +
                    "'; there are .show tables, databases, functions, version, running queries, entities and "
                    "schemas (docs/portal.md), and .create, .create-or-alter, .alter, .drop function",
                kql::DiagnosticCode::kNotSupported);
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
  const Words words = without_options(words_of(text));
  if (words.size() < 2 || !ascii::iequals(words[0], ".show")) return tl::unexpected(unknown_command(text));
  const Words what(words.begin() + 1, words.end());
  if (match(what, {"table", "*", "schema", "as", "json"}) || match(what, {"table", "*", "cslschema"}))
    return table_schema(words, context.catalog, context.database, what.size() > 3);
  for (const ShowCommand& command : kShowCommands) {
    if (match(what, command.words)) return command.answer(context);
  }
  return tl::unexpected(unknown_command(text));
}

}  // namespace linkgate::portal
