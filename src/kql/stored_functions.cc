#include "kql/stored_functions.h"

#include <algorithm>

#include "kql/aggregate.h"
#include "kql/ast.h"
#include "kql/function.h"
#include "kql/kusto_names.h"
#include "kql/lexer.h"
#include "kql/parser.h"

namespace linkgate::kql {
namespace {

constexpr size_t kMaxFunctionDepth = 64;  // of functions that call one another

// The names in a text; none of a text that is none.
std::vector<Token> words_of(std::string_view text) {
  auto tokens = tokenize(text);
  if (!tokens) return {};
  std::erase_if(*tokens, [](const Token& t) { return t.kind != TokenKind::kIdentifier; });
  return *std::move(tokens);
}

std::string text_of(const StoredFunction& function) { return function.parameters + " " + function.body; }

// A value of each type, for a function that is tried.
std::string_view sample_of(Type type) {
  switch (type) {
    case Type::kBool:
      return "true";
    case Type::kInt:
      return "int(1)";
    case Type::kLong:
      return "1";
    case Type::kReal:
      return "1.0";
    case Type::kDecimal:
      return "decimal(1)";
    case Type::kString:
      return "'a'";
    case Type::kDateTime:
      return "datetime(2026-01-01)";
    case Type::kTimeSpan:
      return "1d";
    case Type::kGuid:
      return "guid(00000000-0000-0000-0000-000000000001)";
    case Type::kDynamic:
      return "dynamic([])";
  }
  return "1";
}

// The call that tries a function; "" where it takes a table of any columns.
std::string call_of(const std::string& name, const std::vector<ColumnDeclaration>& parameters) {
  std::string out = quoted_name(name) + "(";
  for (const ColumnDeclaration& parameter : parameters) {
    if (parameter.tabular) return "";
    if (parameter.default_value != nullptr) break;
    out += (out.back() == '(' ? "" : ", ") + std::string(sample_of(parameter.type));
  }
  return out + ")";
}

bool is_built_in(const std::string& name) {
  return !find_functions(name).empty() || !find_aggregates(name).empty() || is_kusto_function(name);
}

}  // namespace

WithFunctions::WithFunctions(std::string_view query, std::span<const StoredFunction> functions)
    : query_(query), functions_(functions), state_(functions.size()) {
  for (size_t i = 0; i < functions.size(); ++i) places_.emplace(functions[i].name, i);
  const bool names_any = std::any_of(functions.begin(), functions.end(), [&](const StoredFunction& f) {
    return query_.find(f.name) != std::string::npos;
  });
  if (names_any) {
    for (const Token& word : words_of(query_)) {
      if (const auto found = places_.find(word.text); found != places_.end())
        add(found->second, word.span, 0);
    }
  }
  text_ += query_;
}

// Those that it names come first, as let statements see only what stands before them.
void WithFunctions::add(size_t function, Span named_at, size_t depth) {
  if (state_[function] == 1) {
    std::string circle = functions_[function].name;
    const auto begin = std::find(path_.begin(), path_.end(), function);
    for (auto at = begin + 1; at != path_.end(); ++at) circle += " -> " + functions_[*at].name;
    circles_.push_back(circle + " -> " + functions_[function].name);
  }
  if (state_[function] != 0 || depth > kMaxFunctionDepth) return;
  state_[function] = 1;
  path_.push_back(function);
  const std::string text = text_of(functions_[function]);
  for (const Token& word : words_of(text)) {
    if (const auto found = places_.find(word.text); found != places_.end())
      add(found->second, named_at, depth + 1);
  }
  path_.pop_back();
  state_[function] = 2;
  text_ += "let " + quoted_name(functions_[function].name) + " = ";
  placed_.push_back({&functions_[function], text_.size(), text_.size() + text.size(), named_at});
  text_ += text + ";\n";
}

Diagnostic WithFunctions::of_query(Diagnostic diagnostic) const {
  std::vector<Diagnostic> others = std::move(diagnostic.others);
  diagnostic = one_of_query(std::move(diagnostic));
  for (Diagnostic& other : others) {
    other = one_of_query(std::move(other));
    if (other.span.begin != diagnostic.span.begin) diagnostic.others.push_back(std::move(other));
  }
  return diagnostic;
}

Diagnostic WithFunctions::one_of_query(Diagnostic diagnostic) const {
  const auto prefix = static_cast<uint32_t>(text_.size() - query_.size());
  if (diagnostic.span.begin >= prefix) {
    diagnostic.span.begin -= prefix, diagnostic.span.end -= prefix;
    locate(diagnostic, query_);
    return diagnostic;
  }
  const std::string_view said = std::string_view(text_).substr(diagnostic.span.begin);
  for (const Placed& placed : placed_) {
    if (diagnostic.span.begin < placed.begin || diagnostic.span.begin >= placed.end) continue;
    Diagnostic inside = diagnostic;
    inside.span.begin -= static_cast<uint32_t>(placed.begin);
    inside.span.end -= static_cast<uint32_t>(std::min<size_t>(placed.begin, inside.span.end));
    locate(inside, text_of(*placed.function));
    const auto calls_itself = [&](const std::string& circle) {
      return said.starts_with(circle.substr(0, circle.find(' ')));
    };
    const auto circle = std::find_if(circles_.begin(), circles_.end(), calls_itself);
    if (diagnostic.code == DiagnosticCode::kUnknownName && circle != circles_.end())
      diagnostic.message = "a stored function cannot call itself: " + *circle;
    diagnostic.message = "in the stored function '" + placed.function->name + "', " +
                         std::to_string(inside.line) + ":" + std::to_string(inside.column) + ": " +
                         diagnostic.message;
    diagnostic.unresolved = "";
    diagnostic.span = placed.named_at;
  }
  locate(diagnostic, query_);
  return diagnostic;
}

Expected<Compiled> compile(std::string_view text, std::span<const StoredFunction> functions,
                           const Catalog& catalog, const CompileOptions& options) {
  const WithFunctions joined(text, functions);
  auto compiled = compile(joined.text(), catalog, options);
  if (!compiled) return joined.of_query(std::move(compiled.error()));
  return compiled;
}

Result<Expected<Compiled>> compile_asking(std::string_view text, std::span<const StoredFunction> functions,
                                          const Catalog& catalog, const CompileOptions& options,
                                          const Ask& ask, const Fetch& fetch) {
  const WithFunctions joined(text, functions);
  TRY_ASSIGN(auto compiled, compile_asking(joined.text(), catalog, options, ask, fetch));
  if (!compiled) return Expected<Compiled>(joined.of_query(std::move(compiled.error())));
  return compiled;
}

Expected<> check_function(const StoredFunction& function, std::span<const StoredFunction> functions,
                          const Catalog& catalog, const CompileOptions& options) {
  const bool is_table = std::any_of(catalog.tables.begin(), catalog.tables.end(),
                                    [&](const CatalogTable& t) { return t.name == function.name; });
  if (is_table || is_built_in(function.name)) {
    return fail(DiagnosticCode::kWrongUse, {},
                "'" + function.name + "' is the name of a " + (is_table ? "table" : "function of KQL"));
  }
  const std::string let = "let " + quoted_name(function.name) + " = " + text_of(function) + "; print 1";
  const auto parsed = parse(let);
  if (!parsed) {
    Diagnostic error = parsed.error();
    const auto before = static_cast<uint32_t>(let.find(function.parameters));
    error.span.begin -= std::min(before, error.span.begin);
    locate(error, text_of(function));
    error.message = "in the function, " + std::to_string(error.line) + ":" + std::to_string(error.column) +
                    ": " + error.message;
    return error;
  }
  const auto& statements = (*parsed)->query.statements;
  const bool is_one = statements.size() == 1 && statements[0].lets.size() == 1 &&
                      statements[0].lets[0].value->kind == ExprKind::kFunction;
  if (!is_one) return fail(DiagnosticCode::kSyntax, {}, "this is not one function");
  const std::string call = call_of(function.name, statements[0].lets[0].value->columns);
  if (call.empty()) return {};
  std::vector<StoredFunction> all(functions.begin(), functions.end());
  std::erase_if(all, [&](const StoredFunction& f) { return f.name == function.name; });
  all.push_back(function);
  CompileOptions trying = options;
  trying.external = External::kFetched;  // is a matter of who calls it
  auto compiled = compile(call, all, catalog, trying);
  if (!compiled) return std::move(compiled.error());
  return {};
}

}  // namespace linkgate::kql
