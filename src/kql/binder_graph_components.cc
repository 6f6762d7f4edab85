// graph-mark-components: the program beside the store finds them, of one text an edge.

#include <limits>

#include "kql/graph.h"

namespace linkgate::kql {

// "from to" of hashed keys, and where it stands among the edges.
Expected<std::pair<const Plan*, Columns>> GraphBinder::key_pairs(const Plan& plan, const Column& from,
                                                                 const Column& to, const BoundExpr* rank,
                                                                 Span span) {
  TRY_ASSIGN(const BoundExpr* a, hashed(from, span));
  TRY_ASSIGN(a, b_.converted(a, Type::kString));
  TRY_ASSIGN(const BoundExpr* b, hashed(to, span));
  TRY_ASSIGN(b, b_.converted(b, Type::kString));
  TRY_ASSIGN(const BoundExpr* space, text(" ", span));
  TRY_ASSIGN(const BoundExpr* pair, call("strcat", {a, space, b}, span));
  const Columns columns = {fresh("$pair", Type::kString), fresh("$rank", Type::kLong)};
  TRY_ASSIGN(const Plan* rows, b_.projection(plan, columns, {{columns[0], pair}, {columns[1], rank}}, span));
  return std::pair(rows, columns);
}

// Rows of (hashed key, component); a node without edges is a pair with itself.
GraphBinder::Table GraphBinder::components(const Graph& graph, std::string kind, Span span) {
  TRY_ASSIGN(const Copy edges, copy(*graph.edges, span));
  TRY_ASSIGN(const BoundExpr* rank, column(edges[graph.number], span));
  TRY_ASSIGN(const auto edge_pairs,
             key_pairs(*edges.plan, edges[graph.source], edges[graph.target], rank, span));
  TRY_ASSIGN(const Copy nodes, copy(*graph.nodes, span));
  TRY_ASSIGN(rank, number(std::numeric_limits<int64_t>::max(), span));
  TRY_ASSIGN(const auto node_pairs, key_pairs(*nodes.plan, nodes[graph.key], nodes[graph.key], rank, span));
  TRY_ASSIGN(const Plan* plan, united({edge_pairs, node_pairs}, span));
  const Column pair = plan->columns[0];
  TRY_ASSIGN(const BoundExpr* order, column(plan->columns[1], span));
  TRY_ASSIGN(plan, b_.bindings_.add({.kind = PlanKind::kSort,
                                     .columns = plan->columns,
                                     .inputs = {plan},
                                     .sort_keys = {{order, false, true}}},
                                    span));
  const Column list = fresh("$pairs", Type::kDynamic, true), total = fresh("$total", Type::kLong);
  AggregateCall all{.columns = {list}, .span = span}, count{.columns = {total}, .span = span};
  TRY_ASSIGN(const BoundExpr* value, column(pair, span));
  all.args = {value};
  TRY_ASSIGN(all.aggregate, b_.aggregate_for("make_list", all.args, span));
  TRY_ASSIGN(count.aggregate, b_.aggregate_for("count", count.args, span));
  TRY_ASSIGN(plan, b_.bindings_.add({.kind = PlanKind::kSummarize,
                                     .columns = {list, total},
                                     .inputs = {plan},
                                     .aggregates = {all, count}},
                                    span));
  TRY_ASSIGN(const BoundExpr* wanted, text(std::move(kind), span));
  TRY_ASSIGN(const BoundExpr* pairs, column(list, span));
  TRY_ASSIGN(const BoundExpr* size, column(total, span));
  TRY_ASSIGN(value, call("graph components", {wanted, pairs, size}, span));
  const Column answer = fresh("$answer", Type::kDynamic, true), found = fresh("$found", Type::kDynamic, true);
  TRY_ASSIGN(plan, b_.projection(*plan, {answer}, {{answer, value}}, span));
  TRY_ASSIGN(value, column(answer, span));
  TRY_ASSIGN(
      plan,
      b_.bindings_.add(
          {.kind = PlanKind::kExpand, .columns = {found}, .inputs = {plan}, .assignments = {{found, value}}},
          span));
  Columns columns = {fresh("$node", Type::kString), fresh("$component", Type::kLong, true)};
  std::vector<Assignment> assignments;
  for (size_t i = 0; i < columns.size(); ++i) {
    TRY_ASSIGN(value, column(found, span));
    TRY_ASSIGN(const BoundExpr* place, number(static_cast<int64_t>(i), span));
    TRY_ASSIGN(value, call("[]", {value, place}, span));
    TRY_ASSIGN(value, b_.converted(value, columns[i].type));
    assignments.push_back({columns[i], value});
  }
  return b_.projection(*plan, std::move(columns), std::move(assignments), span);
}

Expected<Graph> GraphBinder::mark_components(const Operator& op, const Graph& before) {
  std::string kind = "weak", name = "ComponentId";
  for (const Parameter& parameter : op.parameters) {
    (parameter.name == "kind" ? kind : name) = parameter.value->name;
  }
  if (kind != "weak" && kind != "strong")
    return fail(DiagnosticCode::kWrongUse, op.span, "kind= of graph-mark-components is weak or strong");
  Names names;
  for (const Column& known : before.node_columns) names.taken.insert(known.name);
  TRY_ASSIGN(name, names.claim(name, op.span));
  Graph graph = before;
  TRY_ASSIGN(const Plan* found, components(before, kind, op.span));
  TRY_ASSIGN(const BoundExpr* hash, hashed(graph.key, op.span));
  TRY_ASSIGN(hash, b_.converted(hash, Type::kString));
  const Column own = fresh("$hash", Type::kString);
  TRY_ASSIGN(const Plan* nodes, extended(*graph.nodes, own, hash, op.span));
  TRY_ASSIGN(graph.nodes, joined(*nodes, *found, {{own, found->columns[0]}}, JoinKind::kInner, op.span));
  graph.node_columns.push_back(found->columns[1]);
  graph.node_columns.back().name = std::move(name);
  return graph;
}

}  // namespace linkgate::kql
