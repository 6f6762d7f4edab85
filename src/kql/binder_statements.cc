// set, declare query_parameters and invoke.

#include <algorithm>
#include <array>

#include "base/ascii.h"
#include "kql/binder_state.h"
#include "kql/json.h"
#include "kql/literal.h"

namespace linkgate::kql {
namespace {
// Options that would change the rows and that nobody here follows; all others set limits or hints.
constexpr auto kRefusedOptions =
    std::to_array<std::string_view>({"query_now", "query_datetimescope_column", "query_datetimescope_from",
                                     "query_datetimescope_to", "query_take_max_records"});

// See CompileOptions::parameters.
std::optional<Value> parameter_value(Type type, std::string_view text) {
  if (type == Type::kString) return Value(std::string(text));
  text = ascii::trim(text);
  const size_t open = text.find('(');
  if (open != std::string_view::npos && text.ends_with(')')) {
    const std::string_view name = ascii::trim(text.substr(0, open));
    if (name == "dynamic" ? type == Type::kDynamic : literal_type(name) == type)
      text = text.substr(open + 1, text.size() - open - 2);
  }
  if (type != Type::kDynamic) return typed_literal(type, text);
  auto json = compact_json(text);
  if (!json) return std::nullopt;
  return *json == "null" ? Value() : Value(*std::move(json));
}

}  // namespace

Expected<> Binder::check_options(const std::vector<Parameter>& options) {
  for (const Parameter& option : options) {
    const bool size = option.name == "query_bin_auto_size";
    if (size || option.name == "query_bin_auto_at") {
      if (option.value == nullptr)
        return fail(DiagnosticCode::kWrongUse, option.span, "'" + option.name + "' needs a value");
      TRY_ASSIGN((size ? bin_auto_size_ : bin_auto_at_), scalar(*option.value, {}));
      continue;
    }
    if (std::find(kRefusedOptions.begin(), kRefusedOptions.end(), option.name) == kRefusedOptions.end())
      continue;
    return fail(DiagnosticCode::kNotSupported, option.span,
                "the option '" + option.name + "' is not supported");
  }
  return {};
}

// Each is what a let of its value, or else of its default, would be.
Expected<const Environment*> Binder::query_parameters(const std::vector<ColumnDeclaration>& declared) {
  const Environment* environment = nullptr;
  for (const ColumnDeclaration& parameter : declared) {
    if (const auto given = options_.parameters.find(parameter.name); given != options_.parameters.end()) {
      auto value = parameter_value(parameter.type, given->second);
      if (!value) {
        return fail(DiagnosticCode::kWrongType, parameter.span,
                    "the value given for '" + parameter.name + "' is not " + with_article(parameter.type));
      }
      TRY_ASSIGN(const BoundExpr* bound, literal(parameter.type, *std::move(value), parameter.span));
      environment = extend({.outer = environment, .name = parameter.name, .scalar = bound});
      continue;
    }
    if (parameter.default_value == nullptr) {
      return fail(DiagnosticCode::kWrongUse, parameter.span,
                  "the query parameter '" + parameter.name + "' has neither a value nor a default");
    }
    TRY_ASSIGN(const BoundExpr* value, scalar(*parameter.default_value, {.environment = environment}));
    TRY_ASSIGN(value, argument_as(value, parameter.type));
    environment = extend({.outer = environment, .name = parameter.name, .scalar = value});
  }
  return environment;
}

// T | invoke f(x) is f(T, x), where T is what the environment calls kInvokeInput.
Binder::Table Binder::invoke_op(const Operator& op, const Environment* environment) {
  const Environment* function = find(environment, op.expr->name);
  const bool known =
      function != nullptr && function->value != nullptr && function->value->kind == ExprKind::kFunction;
  if (!known)
    return fail(DiagnosticCode::kUnknownName, op.expr->span, "no function '" + op.expr->name + "' to invoke");
  static const Expr input{.kind = ExprKind::kName, .name = std::string(kInvokeInput)};
  Expr call = *op.expr;
  call.children.insert(call.children.begin(), &input);
  return called_table(call, environment);
}

// What withsource= calls an input: the name of a table, of a view or after `as`, or its place.
std::string Binder::source_name(const Expr& expr, const Environment* environment, size_t place) {
  if (expr.kind == ExprKind::kName) {
    const Environment* found = find(environment, expr.name);
    const bool view = found != nullptr && found->value != nullptr && found->value->name == "view" &&
                      found->value->kind == ExprKind::kFunction;
    if (found == nullptr || view) return expr.name;
  }
  if (expr.kind == ExprKind::kPipeline && expr.operators.back().kind == OperatorKind::kAs)
    return expr.operators.back().name;
  return "union_arg" + std::to_string(place);
}

// A table that isfuzzy=true leaves out: a name that nothing has, or a pipeline that begins with one.
bool Binder::is_missing(const Expr& expr, const Environment* environment) const {
  const Expr* head = &expr;
  while (head->kind == ExprKind::kPipeline) head = head->children[0];
  return head->kind == ExprKind::kName && !is_tabular(*head, environment);
}

}  // namespace linkgate::kql
