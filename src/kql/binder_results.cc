// What a query answers: a result for each of its statements, several where one ends in fork or facet.

#include "kql/graph.h"
#include "kql/limits.h"

namespace linkgate::kql {
namespace {

// What the last operator of a pipeline calls its rows: `as` and `count as`.
std::string given_name(const Expr& body) {
  if (body.kind != ExprKind::kPipeline) return "";
  const Operator& last = body.operators.back();
  return last.kind == OperatorKind::kAs || last.kind == OperatorKind::kCount ? last.name : "";
}

bool has_several_results(const Expr& body) {
  if (body.kind != ExprKind::kPipeline) return false;
  const Operator& last = body.operators.back();
  return last.kind == OperatorKind::kFork || last.kind == OperatorKind::kFacet || last.outputs.size() > 1;
}

}  // namespace

Expected<BoundQuery> Binder::run(const Query& query) {
  auto bound = run_query(query);
  const bool sound = bound || question_ != nullptr;
  if (sound && !to_fetch_.empty()) return BoundQuery{.results = {}, .to_fetch = std::move(to_fetch_)};
  if (question_ != nullptr) return BoundQuery{{{question_, "", {}}}, true, {}};
  return bound;
}

Expected<BoundQuery> Binder::run_query(const Query& query) {
  TRY(check_options(query.options));
  TRY_ASSIGN(const Environment* environment, query_parameters(query.parameters));
  BoundQuery bound;
  for (const Statement& statement : query.statements) {
    TRY_ASSIGN(environment, lets(statement.lets, environment));
    auto added = add_results(*statement.body, environment, bound.results);
    if (!added && errors_ == nullptr) return std::move(added.error());
    if (!added) note(std::move(added.error()));
  }
  bound.warnings = std::move(warnings_);
  return bound;
}

// What was rendered is the drawing of the result that was bound last.
Expected<> Binder::add_result(const Plan* plan, std::string name, Span span, Results& results) {
  if (errors_ != nullptr) return {};
  if (plan->columns.empty()) return fail(DiagnosticCode::kWrongUse, span, "the result has no columns");
  if (results.size() == kMaxResults) {
    return fail(DiagnosticCode::kTooLarge, span,
                "a query has at most " + std::to_string(kMaxResults) + " results");
  }
  results.push_back({plan, std::move(name), std::move(visualization_)});
  return {};
}

Expected<> Binder::add_results(const Expr& body, const Environment* environment, Results& results) {
  visualization_ = {};
  if (!is_tabular(body, environment)) {
    TRY_ASSIGN(const Plan* row, bare_value(body, environment));
    return add_result(row, "", body.span, results);
  }
  if (!has_several_results(body)) {
    TRY_ASSIGN(const Plan* plan, table(body, environment));
    return add_result(plan, given_name(body), body.span, results);
  }
  const Operator& last = body.operators.back();
  Expr before{.kind = ExprKind::kPipeline, .span = body.span, .children = body.children};
  before.operators.assign(body.operators.begin(), body.operators.end() - 1);
  if (last.kind == OperatorKind::kGraphToTable) {
    TRY_ASSIGN(const Flow found, flow_body(before, environment));
    if (found.graph == nullptr)
      return fail(DiagnosticCode::kWrongUse, last.span,
                  "'graph-to-table' asks a graph, which make-graph builds");
    for (const GraphOutput& output : last.outputs) {
      TRY_ASSIGN(const Plan* rows, GraphBinder(*this, environment).to_table(output, *found.graph));
      TRY(add_result(rows, output.name, output.span, results));
    }
    return {};
  }
  TRY_ASSIGN(const Plan* input, table(*body.children[0], environment));
  TRY_ASSIGN(input, steps(before, input, environment));
  return last.kind == OperatorKind::kFork ? fork(last, *input, environment, results)
                                          : facet(last, *input, environment, results);
}

// A bare scalar is what print makes of it; a bare name that is nothing is most likely a misspelt table.
Binder::Table Binder::bare_value(const Expr& body, const Environment* environment) {
  if (body.kind == ExprKind::kName && find(environment, body.name) == nullptr)
    return unknown_table(body, environment);
  TRY_ASSIGN(const BoundExpr* value, scalar(body, {.environment = environment}));
  TRY_ASSIGN(const Plan* row, one_row(body.span));
  const Column column{bindings_.new_column_id(), "print_0", value->type, value->nullable};
  return projection(*row, {column}, {{column, value}}, body.span);
}

Expected<> Binder::fork(const Operator& op, const Plan& input, const Environment* environment,
                        Results& results) {
  for (const Branch& branch : op.branches) {
    visualization_ = {};
    const Environment* inside = environment;
    TRY_ASSIGN(const Plan* plan, steps(*branch.body, &input, inside));
    const std::string own = given_name(*branch.body);
    TRY(add_result(plan, own.empty() ? branch.name : own, branch.body->span, results));
  }
  return {};
}

// The rows of `with` first, then for each column its values with their counts.
Expected<> Binder::facet(const Operator& op, const Plan& input, const Environment* environment,
                         Results& results) {
  if (op.body != nullptr) {
    const Environment* inside = environment;
    TRY_ASSIGN(const Plan* plan, steps(*op.body, &input, inside));
    TRY(add_result(plan, given_name(*op.body), op.body->span, results));
  }
  for (const Item& item : op.by) {
    visualization_ = {};
    Names names;
    TRY_ASSIGN(std::vector<Assignment> group_keys, keys({item}, input, environment, names));
    const std::string name = group_keys[0].column.name;
    const Expr count{.kind = ExprKind::kCall, .span = item.span, .name = "count"};
    TRY_ASSIGN(const Plan* plan, grouped(input, std::move(group_keys), {.expr = &count, .span = item.span},
                                         "count_" + name, environment, item.span));
    TRY(add_result(plan, name, item.span, results));
  }
  return {};
}

}  // namespace linkgate::kql
