// Pipelines: operators one after another, over rows or over a graph.

#include "kql/binder_depth.h"
#include "kql/graph.h"
#include "kql/plugin.h"

namespace linkgate::kql {

bool Binder::is_graph_operator(OperatorKind kind) {
  return kind == OperatorKind::kMakeGraph || kind == OperatorKind::kGraphMatch ||
         kind == OperatorKind::kGraphShortestPaths || kind == OperatorKind::kGraphMarkComponents ||
         kind == OperatorKind::kGraphToTable || kind == OperatorKind::kGraphWhereNodes ||
         kind == OperatorKind::kGraphWhereEdges;
}

// A pipeline that ends with a graph, or the name of one.
bool Binder::is_graph(const Expr& expr, const Environment* environment) {
  const Expr* e = &expr;
  while (e->kind == ExprKind::kName) {
    const Environment* found = find(environment, e->name);
    if (found == nullptr || found->value == nullptr) return false;
    e = found->value;
    environment = found->definition;
  }
  if (e->kind != ExprKind::kPipeline || e->operators.empty()) return false;
  const Operator& last = e->operators.back();
  return (last.kind == OperatorKind::kMakeGraph && last.body == nullptr) ||
         last.kind == OperatorKind::kGraphMarkComponents || last.kind == OperatorKind::kGraphWhereNodes ||
         last.kind == OperatorKind::kGraphWhereEdges;
}

Expected<Binder::Flow> Binder::flow(const Expr& expr, const Environment* environment) {
  const Depth depth(*this);
  if (depth.exceeded()) return depth.refusal(expr.span);
  const Within* within = std::exchange(within_, nullptr);
  auto found = flow_body(expr, environment);
  within_ = within;
  return found;
}

Expected<Binder::Flow> Binder::flow_body(const Expr& expr, const Environment* environment) {
  if (expr.kind == ExprKind::kName) {
    const Environment* found = find(environment, expr.name);
    return flow(*found->value, found->definition);
  }
  Flow found;
  if (is_graph(*expr.children[0], environment)) {
    TRY_ASSIGN(found, flow(*expr.children[0], environment));
  } else {
    TRY_ASSIGN(found.plan, table(*expr.children[0], environment));
  }
  TRY(flow_steps(expr, found, environment));
  return found;
}

// The rows that a pipeline ends with. Leaves in `environment` what its operators named.
Binder::Table Binder::steps(const Expr& expr, const Plan* plan, const Environment*& environment) {
  Flow found{plan, nullptr};
  TRY(flow_steps(expr, found, environment));
  return rows_of(found, expr);
}

Binder::Table Binder::rows_of(const Flow& found, const Expr& expr) {
  if (found.graph == nullptr) return found.plan;
  const Span span = expr.operators.empty() ? expr.span : expr.operators.back().span;
  return fail(DiagnosticCode::kWrongUse, span,
              "a graph is no table; graph-match, graph-shortest-paths or graph-to-table makes rows of it");
}

Expected<> Binder::flow_steps(const Expr& expr, Flow& flow, const Environment*& environment) {
  for (auto op = expr.operators.begin(); op != expr.operators.end(); ++op) {
    if (is_graph_operator(op->kind)) {
      TRY(graph_step(*op, flow, environment));
      continue;
    }
    if (flow.graph != nullptr) {
      if (op->kind == OperatorKind::kUnread) return DiagnosticList::said();
      return fail(DiagnosticCode::kWrongUse, op->span,
                  "'" + std::string(to_string(op->kind)) + "' takes rows, and this is a graph");
    }
    const Plan*& plan = flow.plan;
    if (op->kind == OperatorKind::kEvaluate && is_plugin(op->expr->name)) {
      Expr before{.kind = ExprKind::kPipeline, .span = op->span, .children = expr.children};
      before.operators.assign(expr.operators.begin(), op);
      TRY_ASSIGN(plan, plugin(*op, *plan, before, environment));
      continue;
    }
    if (const Generated bind = generated(*op)) {
      Expr before{.kind = ExprKind::kPipeline, .span = op->span, .children = expr.children};
      before.operators.assign(expr.operators.begin(), op);
      TRY_ASSIGN(plan, (this->*bind)(*op, *plan, before, environment));
      continue;
    }
    const bool names_input = op->kind == OperatorKind::kAs || op->kind == OperatorKind::kInvoke;
    if (!names_input) {
      const bool open = open_.contains(&plan->columns) && keeps_open(op->kind);
      TRY_ASSIGN(plan, step(*op, *plan, environment));
      if (open) open_.insert(&plan->columns);
      continue;
    }
    if (within_ != nullptr) return not_in_subquery(*op);
    // Each use binds the pipeline up to here again: a join of it with itself needs columns of two identities.
    named_by_as_.push_back({.kind = ExprKind::kPipeline, .span = op->span, .children = expr.children});
    named_by_as_.back().operators.assign(expr.operators.begin(), op);
    const std::string name = op->kind == OperatorKind::kAs ? op->name : std::string(kInvokeInput);
    environment = extend(
        {.outer = environment, .name = name, .value = &named_by_as_.back(), .definition = environment});
    if (op->kind == OperatorKind::kInvoke) {
      TRY_ASSIGN(plan, invoke_op(*op, environment));
    }
  }
  return {};
}

Expected<> Binder::graph_step(const Operator& op, Flow& flow, const Environment* environment) {
  const std::string name(to_string(op.kind));
  GraphBinder graphs(*this, environment);
  if (op.kind == OperatorKind::kMakeGraph) {
    if (within_ != nullptr) return not_in_subquery(op);
    if (flow.graph != nullptr)
      return fail(DiagnosticCode::kWrongUse, op.span, "'make-graph' takes rows, and this is a graph");
    TRY_ASSIGN(Graph made, graphs.make_graph(op, *flow.plan));
    flow = {nullptr, &graphs_.emplace_back(std::move(made))};
    return op.body == nullptr ? Expected<>() : flow_steps(*op.body, flow, environment);
  }
  if (flow.graph == nullptr)
    return fail(DiagnosticCode::kWrongUse, op.span, "'" + name + "' asks a graph, which make-graph builds");
  const Graph& graph = *flow.graph;
  switch (op.kind) {
    case OperatorKind::kGraphMatch:
    case OperatorKind::kGraphShortestPaths: {
      TRY_ASSIGN(const Plan* rows, match_graph(*this, op, graph, environment));
      flow = {rows, nullptr};
      return {};
    }
    case OperatorKind::kGraphToTable: {
      if (op.outputs.size() > 1) {
        return fail(
            DiagnosticCode::kWrongUse, op.span,
            "'graph-to-table' of nodes and edges gives two results, and stands only at the end of a query");
      }
      TRY_ASSIGN(const Plan* rows, graphs.to_table(op.outputs[0], graph));
      flow = {rows, nullptr};
      return {};
    }
    case OperatorKind::kGraphMarkComponents: {
      TRY_ASSIGN(Graph marked, graphs.mark_components(op, graph));
      flow.graph = &graphs_.emplace_back(std::move(marked));
      return {};
    }
    default: {
      TRY_ASSIGN(Graph kept, graphs.where(op, graph));
      flow.graph = &graphs_.emplace_back(std::move(kept));
      return {};
    }
  }
}

// node_degree_in(n), and of the node that stands here without an argument.
Binder::Scalar Binder::node_degree(const Expr& expr, const Scope& scope) {
  const std::string_view wanted = expr.name == "node_degree_in" ? kDegreeIn : kDegreeOut;
  const Columns* columns = expr.children.empty() ? scope.columns : nullptr;
  if (expr.children.size() == 1 && expr.children[0]->kind == ExprKind::kName && scope.qualified != nullptr) {
    for (const Qualified& known : *scope.qualified) {
      if (known.name == expr.children[0]->name) columns = &known.columns;
    }
  }
  for (size_t i = 0; columns != nullptr && i < columns->size(); ++i) {
    if ((*columns)[i].name == wanted) return column((*columns)[i], expr.span);
  }
  return fail(DiagnosticCode::kWrongUse, expr.span,
              "'" + expr.name + "' counts the edges of a node in the pattern of graph-match");
}

}  // namespace linkgate::kql
