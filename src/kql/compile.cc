#include <algorithm>

#include "kql/aggregate.h"
#include "kql/binder.h"
#include "kql/function.h"
#include "kql/json.h"
#include "kql/kql.h"
#include "kql/limits.h"
#include "kql/lower.h"
#include "kql/parser.h"
#include "kql/time_text.h"

namespace linkgate::kql {
namespace {

// What a question's one row holds: the JSON of its one dynamic.
std::string answer_of(const std::vector<std::string>& lines) {
  if (lines.empty()) return "[]";
  const auto row = row_to_json(lines[0], {{"answer", Type::kDynamic}});
  if (!row) return "[]";
  const auto cells = json_elements(*row);
  return cells && !cells->empty() ? (*cells)[0] : "[]";
}

Expected<std::string> sql_of(const Plan& plan, const LowerOptions& options, Span whole) {
  sql::Tree tree;
  TRY_ASSIGN(const sql::Select* select, lower(plan, tree, options));
  return sql::print(*select, whole);
}

Expected<Compiled> compile_unlocated(std::string_view text, const Catalog& catalog,
                                     const CompileOptions& options) {
  const int64_t now = options.now.time_since_epoch().count() + kUnixEpochTicks;
  TRY_ASSIGN(const std::unique_ptr<Ast> ast, parse(text));
  Bindings bindings;
  const Span whole{0, static_cast<uint32_t>(text.size())};
  const Answers answers = [&](const Plan& question) -> Expected<std::optional<std::string>> {
    if (options.answers.size() > kMaxQuestions) {
      return fail(DiagnosticCode::kTooLarge, whole,
                  "more than " + std::to_string(kMaxQuestions) + " plugins need to look at the data first");
    }
    TRY_ASSIGN(const std::string sql, sql_of(question, {now, 0}, whole));
    const auto found = options.answers.find(sql);
    if (found == options.answers.end()) return std::nullopt;
    return answer_of(found->second);
  };
  TRY_ASSIGN(BoundQuery bound, kql::bind(ast->query, catalog, now, answers, options, bindings));
  const LowerOptions lowering{now, bound.is_question ? 0 : options.row_limit};
  Compiled compiled;
  compiled.is_question = bound.is_question;
  compiled.to_fetch = std::move(bound.to_fetch);
  compiled.warnings = std::move(bound.warnings);
  for (Diagnostic& warning : compiled.warnings) locate(warning, text);
  for (BoundResult& result : bound.results) {
    const bool first = &result == bound.results.data();
    CompiledResult& out = first ? compiled : compiled.more.emplace_back();
    TRY_ASSIGN(out.sql, sql_of(*result.plan, lowering, whole));
    for (const Column& column : result.plan->columns) out.columns.push_back({column.name, column.type});
    out.name = std::move(result.name);
    out.visualization = std::move(result.visualization);
    compiled.bound_text += (first ? "" : "\n") + print(*result.plan);
  }
  compiled.ast_text = print(ast->query);
  return compiled;
}

// What follows a question to the data is not looked at.
std::vector<Diagnostic> all_diagnostics(std::string_view text, const Catalog& catalog,
                                        const CompileOptions& options) {
  DiagnosticList errors;
  const int64_t now = options.now.time_since_epoch().count() + kUnixEpochTicks;
  const std::unique_ptr<Ast> ast = parse_noting(text, errors);
  Bindings bindings;
  const Answers none = [](const Plan&) -> Expected<std::optional<std::string>> { return std::nullopt; };
  if (ast != nullptr) diagnose(ast->query, catalog, now, none, options, bindings, errors);
  return errors.take();
}

Diagnostic not_fetched(const ExternalAddress& address, const Error& error, std::string_view text) {
  const bool too_large = error.code() == ErrorCode::kLimit;
  Diagnostic found = fail(too_large ? DiagnosticCode::kTooLarge : DiagnosticCode::kNotSupported, address.span,
                          "externaldata cannot read this: " + error.message());
  locate(found, text);
  return found;
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
  if (compiled) return compiled;
  Diagnostic& first = compiled.error();
  locate(first, text);
  if (first.code == DiagnosticCode::kTooLarge) return compiled;
  for (Diagnostic& other : all_diagnostics(text, catalog, options)) {
    if (other.span.begin == first.span.begin) continue;
    locate(other, text);
    first.others.push_back(std::move(other));
  }
  const auto by_place = [](const Diagnostic& a, const Diagnostic& b) { return a.span.begin < b.span.begin; };
  std::sort(first.others.begin(), first.others.end(), by_place);
  return compiled;
}

Result<Expected<Compiled>> compile_asking(std::string_view text, const Catalog& catalog,
                                          CompileOptions options, const Ask& ask, const Fetch& fetch) {
  if (fetch) options.external = External::kFetched;
  while (true) {
    auto compiled = compile(text, catalog, options);
    const bool complete = !compiled || (!compiled->is_question && compiled->to_fetch.empty());
    if (complete) return Result<Expected<Compiled>>(std::move(compiled));
    for (const ExternalAddress& address : compiled->to_fetch) {
      if (options.fetched.contains(address.url)) continue;
      auto body = fetch ? fetch(address.url) : Result<std::string>(Error(ErrorCode::kPermission, "off"));
      if (!body) return Expected<Compiled>(not_fetched(address, body.error(), text));
      options.fetched.emplace(address.url, *std::move(body));
    }
    if (!compiled->to_fetch.empty()) continue;
    TRY_ASSIGN(options.answers[compiled->sql], ask(compiled->sql));
  }
}

std::vector<FunctionDescription> describe_functions() {
  std::vector<FunctionDescription> all;
  for (const Function& f : functions()) all.push_back({std::string(f.name), readable(f.signature), false});
  for (const Aggregate& a : aggregates())
    all.push_back({std::string(a.name), readable(a.function.signature), true});
  return all;
}

}  // namespace linkgate::kql
