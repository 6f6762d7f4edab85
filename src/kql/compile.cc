#include <algorithm>

#include "kql/aggregate.h"
#include "kql/binder.h"
#include "kql/function.h"
#include "kql/kql.h"
#include "kql/limits.h"
#include "kql/lower.h"
#include "kql/parser.h"
#include "kql/time_text.h"

namespace linkgate::kql {
namespace {

Expected<Compiled> compile_unlocated(std::string_view text, const Catalog& catalog,
                                     const CompileOptions& options) {
  const int64_t now = options.now.time_since_epoch().count() + kUnixEpochTicks;
  TRY_ASSIGN(const std::unique_ptr<Ast> ast, parse(text));
  Bindings bindings;
  TRY_ASSIGN(BoundQuery bound, bind(ast->query, catalog, now, bindings));
  sql::Tree tree;
  TRY_ASSIGN(const sql::Select* select, lower(*bound.plan, tree, {now, options.row_limit}));
  Compiled compiled;
  TRY_ASSIGN(compiled.sql, sql::print(*select, {0, static_cast<uint32_t>(text.size())}));
  for (const Column& column : bound.plan->columns) compiled.columns.push_back({column.name, column.type});
  compiled.visualization = std::move(bound.visualization);
  compiled.ast_text = print(ast->query);
  compiled.bound_text = print(*bound.plan);
  return compiled;
}

// "substring" and "string (string, long, long?)" as "(string, long, long?) -> string".
std::string readable(std::string_view signature) {
  const size_t open = signature.find(" (");
  std::string_view result = signature.substr(0, open);
  while (!result.empty() && (result.back() < 'A' || result.back() > 'z')) result.remove_suffix(1);
  return std::string(signature.substr(open + 1)) + " -> " + std::string(result);
}

}  // namespace

Expected<Compiled> compile(std::string_view text, const Catalog& catalog, const CompileOptions& options) {
  auto compiled = compile_unlocated(text, catalog, options);
  if (!compiled) locate(compiled.error(), text);
  return compiled;
}

std::vector<FunctionDescription> describe_functions() {
  std::vector<FunctionDescription> all;
  for (const Function& f : functions()) all.push_back({std::string(f.name), readable(f.signature), false});
  for (const Aggregate& a : aggregates())
    all.push_back({std::string(a.name), readable(a.function.signature), true});
  return all;
}

}  // namespace linkgate::kql
