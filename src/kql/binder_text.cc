// Operators and plugins that become pipelines of KQL, whose text is made of the query; and reduce, the
// plainest of them.

#include <algorithm>
#include <array>
#include <utility>

#include "base/check.h"
#include "kql/binder_state.h"
#include "kql/parser.h"

namespace linkgate::kql {
namespace {

// make_list() takes arrays apart: a pair is an array in one. More different texts would not go to the program
// that looks for patterns.
constexpr std::string_view kReduced = R"(
input
| summarize ROWS = count() by TEXT = ['$text']
| summarize ALL = make_list(pack_array(pack_array(TEXT, ROWS))), TEXTS = count()
| where assert(TEXTS <= 1000000, "reduce takes 1,000,000 different texts at most")
| project FOUND = reduced_texts(['$threshold'], ['$characters'], ALL)
| mv-expand FOUND
| project Pattern = tostring(FOUND[0]), ['Count'] = tolong(FOUND[1]), Representative = tostring(FOUND[2]))";
constexpr std::string_view kReducedSource = R"(
let found = input
| summarize ROWS = count() by TEXT = ['$text']
| summarize ALL = make_list(pack_array(pack_array(TEXT, ROWS))), TEXTS = count()
| where assert(TEXTS <= 1000000, "reduce takes 1,000,000 different texts at most")
| project FOUND = patterns_of_texts(['$threshold'], ['$characters'], ALL)
| mv-expand FOUND
| project ['$text'] = tostring(FOUND[0]), ['$pattern'] = tostring(FOUND[1]);
input
| lookup kind=inner found on ['$text']
| project-away ['$text'])";

constexpr double kReduceThreshold = 0.1;

}  // namespace

Binder::Generated Binder::generated(const Operator& op) {
  if (op.kind == OperatorKind::kReduce) return &Binder::reduce;
  if (op.kind != OperatorKind::kEvaluate) return nullptr;
  static constexpr auto kPlugins = std::to_array<std::pair<std::string_view, Generated>>(
      {{"autocluster", &Binder::mined},
       {"basket", &Binder::mined},
       {"diffpatterns", &Binder::mined},
       {"sequence_detect", &Binder::sequence_detect},
       {"funnel_sequence_completion", &Binder::funnel_completion}});
  for (const auto& [name, bind] : kPlugins) {
    if (name == op.expr->name) return bind;
  }
  return nullptr;
}

Binder::Table Binder::bound_text(const std::string& text, const Environment* inside, Span span,
                                 const std::vector<std::string>& names) {
  auto ast = parse(text);
  CHECK(ast.has_value());
  plugin_texts_.push_back(*std::move(ast));
  const Statement& statement = plugin_texts_.back()->query.statements[0];
  // The text's places mean nothing in the query.
  const auto elsewhere = [span](Diagnostic problem) {
    problem.span = span;
    return problem;
  };
  DiagnosticList* const errors = std::exchange(errors_, nullptr);
  const bool in_text = std::exchange(in_text_, true);
  const auto bound = lets(statement.lets, inside);
  Table result = bound ? table(*statement.body, *bound) : Table(elsewhere(bound.error()));
  in_text_ = in_text;
  errors_ = errors;
  if (!result) return elsewhere(result.error());
  if (names.empty()) return result;
  Columns columns = (*result)->columns;
  CHECK(names.size() <= columns.size());
  Names given;
  for (size_t i = 0; i < columns.size(); ++i)
    columns[i].name = given.number(i < names.size() ? names[i] : columns[i].name);
  return projection(**result, std::move(columns), {}, span);
}

const Environment* Binder::input_environment(const Expr& before, std::vector<Item> items, Span span,
                                             const Environment* environment) {
  return extend({.name = "input",
                 .value = extended_pipeline(before, std::move(items), span),
                 .definition = environment});
}

Expected<const Environment*> Binder::with_constant(const Environment* inside, std::string name,
                                                   const Expr& value, Type type,
                                                   const Environment* environment) {
  TRY_ASSIGN(const BoundExpr* bound, scalar(value, {.environment = environment}));
  TRY_ASSIGN(bound, argument_as(bound, type));
  if (bound->kind != BoundKind::kLiteral || is_null(bound->value))
    return fail(DiagnosticCode::kWrongUse, value.span, "a constant is needed here");
  return extend({.outer = inside, .name = std::move(name), .scalar = bound});
}

Binder::Table Binder::reduce(const Operator& op, const Plan& input, const Expr& before,
                             const Environment* environment) {
  if (within_ != nullptr) return not_in_subquery(op);
  TRY_ASSIGN(const BoundExpr* text,
             scalar(*op.expr, {.environment = environment, .columns = &input.columns}));
  if (text->type == Type::kDynamic) {
    return fail(DiagnosticCode::kWrongType, op.expr->span,
                "reduce takes texts; convert a dynamic first, as with tostring()");
  }
  const Expr& as_text = named_by_as_.emplace_back(
      Expr{.kind = ExprKind::kCall, .span = op.expr->span, .name = "tostring", .children = {op.expr}});
  const Environment* inside = input_environment(
      before, {{.name = "$text", .expr = &as_text, .span = op.expr->span}}, op.span, environment);
  TRY_ASSIGN(const BoundExpr* threshold, literal(Type::kReal, kReduceThreshold, op.span));
  TRY_ASSIGN(const BoundExpr* characters, literal(Type::kString, std::string(), op.span));
  inside = extend({.outer = inside, .name = "$threshold", .scalar = threshold});
  inside = extend({.outer = inside, .name = "$characters", .scalar = characters});
  bool source = false;
  for (const Parameter& parameter : op.parameters) {
    if (parameter.name.starts_with("hint.")) continue;
    if (parameter.name == "kind" && parameter.value->name == "source") {
      source = true;
    } else if (parameter.name == "threshold") {
      TRY_ASSIGN(inside, with_constant(inside, "$threshold", *parameter.value, Type::kReal, environment));
      const double share = std::get<double>(inside->scalar->value);
      if (!(share >= 0 && share <= 1))
        return fail(DiagnosticCode::kWrongUse, parameter.span,
                    "the threshold of reduce lies between 0 and 1");
    } else if (parameter.name == "characters") {
      TRY_ASSIGN(inside, with_constant(inside, "$characters", *parameter.value, Type::kString, environment));
    } else {
      return fail(DiagnosticCode::kWrongUse, parameter.span,
                  "reduce takes kind=source, and threshold and characters after with");
    }
  }
  if (!source) return bound_text(std::string(kReduced), inside, op.span);
  std::vector<std::string> names;
  for (const Column& column : input.columns) names.push_back(column.name);
  names.emplace_back("Pattern");
  return bound_text(std::string(kReducedSource), inside, op.span, names);
}

}  // namespace linkgate::kql
