#include "engine/statement.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>
#include <vector>

#include "base/ascii.h"
#include "engine/sql_scanner.h"

namespace linkgate::engine {
namespace {

using Tokens = std::span<const Token>;

// Functions that read files, call other hosts or load libraries. A name alone suffices to call one
// (arrayMap(file, [...]), * APPLY file), so these are refused wherever they are not plainly a column or an
// alias.
constexpr std::array<std::string_view, 12> kOutsideFunctions = {
    "file", "catboostEvaluate", "aiClassify",       "aiExtract",       "aiGenerate", "aiTranslate",
    "chdb", "evalMLMethod",     "hasColumnInTable", "showCertificate", "executable", "generateSerialID"};

// Every table function that is not plainly inside; database_test.cc holds this to the engine's own list.
constexpr std::array<std::string_view, 72> kOutsideTableFunctions = {"arrowstream",
                                                                     "azureBlobStorage",
                                                                     "azureBlobStorageCluster",
                                                                     "cluster",
                                                                     "clusterAllReplicas",
                                                                     "cosn",
                                                                     "deltaLake",
                                                                     "deltaLakeAzure",
                                                                     "deltaLakeAzureCluster",
                                                                     "deltaLakeCluster",
                                                                     "deltaLakeLocal",
                                                                     "deltaLakeS3",
                                                                     "deltaLakeS3Cluster",
                                                                     "dictionary",
                                                                     "executable",
                                                                     "file",
                                                                     "fileCluster",
                                                                     "filesystem",
                                                                     "fuzzJSON",
                                                                     "fuzzQuery",
                                                                     "gcs",
                                                                     "hdfs",
                                                                     "hdfsCluster",
                                                                     "hudi",
                                                                     "hudiCluster",
                                                                     "iceberg",
                                                                     "icebergAzure",
                                                                     "icebergAzureCluster",
                                                                     "icebergCluster",
                                                                     "icebergHDFS",
                                                                     "icebergHDFSCluster",
                                                                     "icebergLocal",
                                                                     "icebergLocalCluster",
                                                                     "icebergS3",
                                                                     "icebergS3Cluster",
                                                                     "input",
                                                                     "jdbc",
                                                                     "mergeTreeAnalyzeIndexes",
                                                                     "mergeTreeAnalyzeIndexesUUID",
                                                                     "mergeTreeIndex",
                                                                     "mergeTreeProjection",
                                                                     "mergeTreeTextIndex",
                                                                     "mongodb",
                                                                     "mysql",
                                                                     "odbc",
                                                                     "oss",
                                                                     "paimon",
                                                                     "paimonAzure",
                                                                     "paimonAzureCluster",
                                                                     "paimonCluster",
                                                                     "paimonHDFS",
                                                                     "paimonHDFSCluster",
                                                                     "paimonLocal",
                                                                     "paimonS3",
                                                                     "paimonS3Cluster",
                                                                     "postgresql",
                                                                     "prometheusQuery",
                                                                     "prometheusQueryRange",
                                                                     "python",
                                                                     "redis",
                                                                     "remote",
                                                                     "remoteSecure",
                                                                     "s3",
                                                                     "s3Cluster",
                                                                     "sqlite",
                                                                     "timeSeriesData",
                                                                     "timeSeriesMetrics",
                                                                     "timeSeriesSelector",
                                                                     "timeSeriesTags",
                                                                     "url",
                                                                     "urlCluster",
                                                                     "ytsaurus"};

// What may stand before a parenthesis in a definition: engines, types, and the functions of our defaults,
// keys and indexes.
constexpr std::array<std::string_view, 27> kDefinitionCalls = {"MergeTree",  "ReplacingMergeTree",
                                                               "DateTime64", "DateTime",
                                                               "Nullable",   "LowCardinality",
                                                               "Array",      "Map",
                                                               "Tuple",      "FixedString",
                                                               "Decimal",    "Enum8",
                                                               "Enum16",     "String",
                                                               "tuple",      "toDate",
                                                               "toDateTime", "toYYYYMMDD",
                                                               "toYYYYMM",   "now",
                                                               "now64",      "bloom_filter",
                                                               "minmax",     "set",
                                                               "tokenbf_v1", "CODEC",
                                                               "ZSTD"};

template <size_t N>
bool among(const std::array<std::string_view, N>& names, std::string_view name) {
  return std::any_of(names.begin(), names.end(),
                     [&](std::string_view one) { return ascii::iequals(one, name); });
}

Error refused(std::string_view why) { return Error(ErrorCode::kPermission, std::string(why)); }

// The words at the front, any case; "?" stands for one name, "db.table" or "table".
bool starts_with(Tokens tokens, std::initializer_list<std::string_view> words) {
  size_t at = 0;
  for (const std::string_view word : words) {
    if (at >= tokens.size()) return false;
    if (word != "?") {
      if (!tokens[at++].is_word(word)) return false;
      continue;
    }
    if (!tokens[at++].is_name()) return false;
    if (at + 1 < tokens.size() && tokens[at].is_symbol('.') && tokens[at + 1].is_name()) at += 2;
  }
  return true;
}

bool contains_word(Tokens tokens, std::string_view word) {
  return std::any_of(tokens.begin(), tokens.end(), [&](const Token& token) { return token.is_word(word); });
}

bool followed_by_parenthesis(Tokens tokens, size_t i) {
  return i + 1 < tokens.size() && tokens[i + 1].is_symbol('(');
}

// A name after AS is an alias, one after a dot a column; neither calls anything unless a parenthesis follows.
bool only_names_a_column(Tokens tokens, size_t i) {
  if (followed_by_parenthesis(tokens, i)) return false;
  return i > 0 && (tokens[i - 1].is_word("AS") || tokens[i - 1].is_symbol('.'));
}

Result<void> check_names(Tokens tokens) {
  for (size_t i = 0; i < tokens.size(); ++i) {
    const Token& token = tokens[i];
    if (!token.is_name()) continue;
    if (is_outside_function(token.text) && !only_names_a_column(tokens, i)) {
      return refused(fmt::format("\"{}\" reaches outside the store", token.text));
    }
    if (is_outside_table_function(token.text) && followed_by_parenthesis(tokens, i)) {
      return refused(fmt::format("{}() reaches outside the store", token.text));
    }
    if (token.is_word("OUTFILE") || token.is_word("INFILE")) return refused("files are not written or read");
    if (token.is_word("PARALLEL") && i + 1 < tokens.size() && tokens[i + 1].is_word("WITH")) {
      return refused("one statement at a time");
    }
    // A parameter of type Identifier would put any of those names in later.
    if (i > 0 && tokens[i - 1].is_symbol(':') && token.is_word("Identifier")) {
      return refused("parameters of type Identifier are not taken");
    }
  }
  return {};
}

Result<Statement> read_statement(std::string_view sql, Tokens tokens) {
  TRY(check_names(tokens));
  Statement statement{.kind = StatementKind::kRead, .sql = std::string(sql)};
  // The FORMAT clause comes last but for SETTINGS, so the last one outside parentheses is it.
  int depth = 0;
  for (size_t i = 0; i + 1 < tokens.size(); ++i) {
    depth += tokens[i].is_symbol('(') - tokens[i].is_symbol(')');
    if (depth == 0 && i > 0 && tokens[i].is_word("FORMAT") && tokens[i + 1].is_name()) {
      statement.format = tokens[i + 1].text;
    }
  }
  return statement;
}

// A table of ours. The engine's default database opens files by names that are paths.
bool is_plain_name(const Token& token) {
  return token.is_name() && std::all_of(token.text.begin(), token.text.end(),
                                        [](char c) { return ascii::is_alnum(c) || c == '_'; });
}

Result<Statement> insert_statement(std::string_view sql) {
  TRY_ASSIGN(const auto all, scan_sql(sql, true));
  const Tokens tokens(all);
  Statement statement{.kind = StatementKind::kInsert};
  size_t at = starts_with(tokens, {"INSERT", "INTO", "TABLE", "?"}) ? 3 : 2;
  if (!starts_with(tokens, {"INSERT", "INTO", "?"}) || tokens[at].is_word("FUNCTION")) {
    return refused("an INSERT is INSERT INTO table [(columns)] FORMAT name, and its data");
  }
  if (!is_plain_name(tokens[at])) return refused("a table's name is letters, digits and '_'");
  statement.sql =
      "INSERT INTO " + std::string(sql.substr(tokens[at].begin, tokens[at].end - tokens[at].begin));
  if (++at + 1 < tokens.size() && tokens[at].is_symbol('.') && is_plain_name(tokens[at + 1])) {
    statement.sql += std::string(sql.substr(tokens[at].begin, tokens[at + 1].end - tokens[at].begin));
    at += 2;
  }
  if (at < tokens.size() && tokens[at].is_symbol('(')) {
    const size_t open = at;
    while (at < tokens.size() && !tokens[at].is_symbol(')')) {
      if (at > open && !tokens[at].is_name() && !tokens[at].is_symbol(',') && !tokens[at].is_symbol('.'))
        break;
      ++at;
    }
    if (at == tokens.size() || !tokens[at].is_symbol(')'))
      return refused("an INSERT names its columns one by one");
    statement.sql += " " + std::string(sql.substr(tokens[open].begin, tokens[at].end - tokens[open].begin));
    ++at;
  }
  if (at + 1 == tokens.size() && tokens[at].is_word("VALUES")) {
    statement.format = "Values";
  } else if (at + 2 == tokens.size() && tokens[at].is_word("FORMAT")) {
    statement.format = tokens[at + 1].text;
  } else {
    return refused("an INSERT takes its rows from the request alone: FORMAT name, or VALUES");
  }
  std::string_view data = sql.substr(tokens.back().end);
  // One line end, or blanks, part the format's name from data in the same text.
  while (!data.empty() && (data[0] == ' ' || data[0] == '\t' || data[0] == '\r')) data.remove_prefix(1);
  if (!data.empty() && data[0] == '\n') data.remove_prefix(1);
  statement.data = data;
  return statement;
}

// A name of a backup: one path element of letters, digits, '.', '_' and '-'.
bool is_backup_name(std::string_view quoted) {
  if (quoted.size() < 3) return false;
  quoted = quoted.substr(1, quoted.size() - 2);
  return quoted[0] != '.' && std::all_of(quoted.begin(), quoted.end(), [](char c) {
           return ascii::is_alnum(c) || c == '.' || c == '_' || c == '-';
         });
}

// BACKUP|RESTORE TABLE|DATABASE name TO|FROM File('name') [SETTINGS ...].
Result<void> check_backup(Tokens tokens) {
  const bool backup = tokens[0].is_word("BACKUP");
  size_t at = 3;
  if (!starts_with(tokens.subspan(1), {"TABLE", "?"}) && !starts_with(tokens.subspan(1), {"DATABASE", "?"})) {
    return refused("a backup is of one table or one database");
  }
  if (at + 1 < tokens.size() && tokens[at].is_symbol('.')) at += 2;
  const bool form = at + 5 == tokens.size() && tokens[at].is_word(backup ? "TO" : "FROM") &&
                    tokens[at + 1].is_word("File") && tokens[at + 2].is_symbol('(') &&
                    tokens[at + 3].type == Token::Type::kString && is_backup_name(tokens[at + 3].text) &&
                    tokens[at + 4].is_symbol(')');
  if (!form) return refused("a backup goes to File('name') in the store's own folder");
  return {};
}

// Whether the clause after ALTER TABLE name is one that our migrations use.
bool is_our_alteration(Tokens tokens) {
  for (const auto& form : {std::initializer_list<std::string_view>{"ADD", "COLUMN"},
                           {"ADD", "INDEX"},
                           {"MODIFY", "TTL"},
                           {"MODIFY", "SETTING"},
                           {"MODIFY", "COLUMN"},
                           {"MATERIALIZE", "INDEX"},
                           {"DROP", "PARTITION"},
                           {"DROP", "COLUMN"},
                           {"RENAME", "COLUMN"}}) {
    if (starts_with(tokens, form)) return true;
  }
  return false;
}

bool is_our_definition(Tokens tokens) {
  if (starts_with(tokens, {"CREATE", "DATABASE"}) || starts_with(tokens, {"OPTIMIZE", "TABLE"})) return true;
  if (starts_with(tokens, {"CREATE", "TABLE"})) return true;
  if (starts_with(tokens, {"DROP", "TABLE"}) || starts_with(tokens, {"DROP", "DATABASE"})) return true;
  if (!starts_with(tokens, {"ALTER", "TABLE", "?"})) return false;
  const size_t at = tokens.size() > 4 && tokens[3].is_symbol('.') ? 5 : 3;
  return is_our_alteration(tokens.subspan(at));
}

Result<Statement> definition_statement(std::string_view sql, Tokens tokens) {
  Statement statement{.kind = StatementKind::kDefinition, .sql = std::string(sql)};
  if (tokens[0].is_word("BACKUP") || tokens[0].is_word("RESTORE")) {
    TRY(check_backup(tokens));
    return statement;
  }
  if (!is_our_definition(tokens)) return refused(fmt::format("{} is not taken here", tokens[0].text));
  for (const char* word :
       {"SELECT", "SYNC", "SYSTEM", "FREEZE", "FETCH", "ATTACH", "CLUSTER", "CLONE", "UPDATE", "DELETE"}) {
    if (contains_word(tokens, word)) return refused(fmt::format("{} is not taken in a definition", word));
  }
  // An engine named without parentheses: MergeTree and its like need none, all others we do not want.
  for (size_t i = 0; i < tokens.size(); ++i) {
    if (!tokens[i].is_name()) continue;
    const bool engine_name =
        i >= 1 && (tokens[i - 1].is_word("ENGINE") ||
                   (i >= 2 && tokens[i - 1].is_symbol('=') && tokens[i - 2].is_word("ENGINE")));
    if (tokens[i].type == Token::Type::kQuoted && !is_plain_name(tokens[i])) {
      return refused("names are letters, digits and '_'");
    }
    const bool is_call = followed_by_parenthesis(tokens, i);
    const bool our_engine =
        tokens[i].text == "MergeTree" || tokens[i].text == "ReplacingMergeTree" || tokens[i].text == "Atomic";
    if (engine_name && !our_engine) return refused(fmt::format("engine {} is not taken", tokens[i].text));
    if (is_outside_function(tokens[i].text))
      return refused(fmt::format("\"{}\" is not taken in a definition", tokens[i].text));
    const bool introduces_list = tokens[i].is_word("BY") || tokens[i].is_word("KEY") ||
                                 tokens[i].is_word("TABLE") || tokens[i].is_word("PARTITION") ||
                                 tokens[i].is_word("IN") || tokens[i].is_word("TYPE") ||
                                 tokens[i].is_word("DEFAULT");
    const bool table_name = i > 0 && (tokens[i - 1].is_symbol('.') || tokens[i - 1].is_word("TABLE") ||
                                      tokens[i - 1].is_word("EXISTS"));
    const bool index_name = i > 0 && tokens[i - 1].is_word("INDEX");
    if (is_call && !among(kDefinitionCalls, tokens[i].text) && !introduces_list && !table_name &&
        !index_name) {
      return refused(fmt::format("{}() is not taken in a definition", tokens[i].text));
    }
  }
  return statement;
}

}  // namespace

bool is_outside_function(std::string_view name) { return among(kOutsideFunctions, name); }
bool is_outside_table_function(std::string_view name) { return among(kOutsideTableFunctions, name); }

Result<Statement> classify_statement(std::string_view sql, bool read_only) {
  TRY_ASSIGN(const auto head, scan_sql(sql, true));
  size_t first = 0;
  while (first < head.size() && head[first].is_symbol('(')) ++first;
  if (first == head.size()) return Error(ErrorCode::kInvalidArgument, "no statement");
  if (head[first].is_word("INSERT")) {
    if (read_only || first > 0) return refused("INSERT is not taken where only reading is");
    return insert_statement(sql);
  }
  TRY_ASSIGN(auto tokens, scan_sql(sql));
  while (!tokens.empty() && tokens.back().is_symbol(';')) {
    sql = sql.substr(0, tokens.back().begin);
    tokens.pop_back();
  }
  for (const Token& token : tokens) {
    if (token.is_symbol(';')) return refused("one statement at a time");
  }
  for (const char* word : {"SELECT", "WITH", "SHOW", "DESCRIBE", "DESC", "EXISTS", "EXPLAIN"}) {
    if (tokens[first].is_word(word)) return read_statement(sql, tokens);
  }
  if (read_only || first > 0)
    return refused(fmt::format("{} is not taken where only reading is", tokens[first].text));
  return definition_statement(sql, tokens);
}

}  // namespace linkgate::engine
