// Graphs: make-graph, what marks or drops parts of one, and graph-to-table.

#include "kql/graph.h"

#include <algorithm>

namespace linkgate::kql {
namespace {

const Column* with_name(const Columns& columns, std::string_view name) {
  const auto same = [name](const Column& c) { return c.name == name; };
  const auto found = std::find_if(columns.begin(), columns.end(), same);
  return found == columns.end() ? nullptr : &*found;
}

std::string parameter_word(const std::vector<Parameter>& parameters, std::string_view name) {
  for (const Parameter& parameter : parameters) {
    if (parameter.name == name && parameter.value->kind == ExprKind::kName) return parameter.value->name;
  }
  return "";
}

}  // namespace

Columns GraphBinder::Copy::operator[](const Columns& before) const {
  Columns found;
  for (const Column& column : before) {
    found.push_back(now.at(column.id));
    found.back().name = column.name;
  }
  return found;
}

Column GraphBinder::fresh(std::string name, Type type, bool nullable) {
  return {b_.bindings_.new_column_id(), std::move(name), type, nullable};
}

Expected<GraphBinder::Copy> GraphBinder::copy(const Plan& plan, Span span) {
  Copy made;
  Columns columns;
  std::vector<Assignment> assignments;
  for (const Column& before : plan.columns) {
    Column now = before;
    now.id = b_.bindings_.new_column_id();
    TRY_ASSIGN(const BoundExpr* value, column(before, span));
    assignments.push_back({now, value});
    columns.push_back(now);
    made.now.emplace(before.id, std::move(now));
  }
  TRY_ASSIGN(made.plan, b_.projection(plan, std::move(columns), std::move(assignments), span));
  return made;
}

GraphBinder::Table GraphBinder::joined(const Plan& left, const Plan& right, const Keys& keys, JoinKind kind,
                                       Span span) {
  Plan plan{.kind = PlanKind::kJoin, .columns = left.columns, .inputs = {&left, &right}, .join = kind};
  for (const auto& [from_left, from_right] : keys) {
    TRY_ASSIGN(const BoundExpr* a, column(from_left, span));
    TRY_ASSIGN(const BoundExpr* b, column(from_right, span));
    plan.join_keys.push_back({a, b});
  }
  for (Column added : right.columns) {
    if (kind == JoinKind::kLeftSemi) break;
    if (kind == JoinKind::kLeftOuter) added.nullable = added.nullable || added.type != Type::kString;
    plan.columns.push_back(std::move(added));
  }
  return b_.bindings_.add(std::move(plan), span);
}

GraphBinder::Table GraphBinder::filtered(const Plan& input, const BoundExpr* predicate, Span span) {
  return b_.bindings_.add(
      {.kind = PlanKind::kFilter, .columns = input.columns, .inputs = {&input}, .predicate = predicate},
      span);
}

GraphBinder::Table GraphBinder::extended(const Plan& input, const Column& made, const BoundExpr* value,
                                         Span span) {
  Columns columns = input.columns;
  columns.push_back(made);
  return b_.projection(input, std::move(columns), {{made, value}}, span);
}

GraphBinder::Table GraphBinder::grouped(const Plan& input, const Columns& by, std::string_view aggregate,
                                        const Column& of, const Column& result, Span span) {
  Plan plan{.kind = PlanKind::kSummarize, .inputs = {&input}};
  for (const Column& key : by) {
    TRY_ASSIGN(const BoundExpr* value, column(key, span));
    plan.assignments.push_back({fresh(key.name, key.type, key.nullable), value});
    plan.columns.push_back(plan.assignments.back().column);
  }
  AggregateCall made{.columns = {result}, .span = span};
  if (aggregate != "count") {
    TRY_ASSIGN(const BoundExpr* value, column(of, span));
    made.args = {value};
  }
  TRY_ASSIGN(made.aggregate, b_.aggregate_for(aggregate, made.args, span));
  plan.columns.push_back(result);
  plan.aggregates.push_back(std::move(made));
  return b_.bindings_.add(std::move(plan), span);
}

// UNION ALL of plans whose columns correspond by place.
GraphBinder::Table GraphBinder::united(const std::vector<std::pair<const Plan*, Columns>>& inputs,
                                       Span span) {
  if (inputs.size() == 1) {
    return b_.projection(*inputs[0].first, inputs[0].second, {}, span);
  }
  Plan plan{.kind = PlanKind::kUnion};
  for (size_t i = 0; i < inputs[0].second.size(); ++i) {
    Column made = inputs[0].second[i];
    made.id = fresh("", made.type).id;
    for (const auto& [input, columns] : inputs) made.nullable = made.nullable || columns[i].nullable;
    plan.columns.push_back(std::move(made));
  }
  for (const auto& [input, columns] : inputs) {
    plan.inputs.push_back(input);
    auto& cells = plan.union_columns.emplace_back();
    for (const Column& one : columns) {
      TRY_ASSIGN(const BoundExpr* cell, column(one, span));
      cells.push_back(cell);
    }
  }
  return b_.bindings_.add(std::move(plan), span);
}

// The id that Kusto shows for a node: the hash of its key.
GraphBinder::Scalar GraphBinder::hashed(const Column& key, Span span) {
  TRY_ASSIGN(const BoundExpr* value, column(key, span));
  const bool as_it_is = is_integer(key.type) || key.type == Type::kString || key.type == Type::kDateTime ||
                        key.type == Type::kTimeSpan;
  if (!as_it_is) {
    TRY_ASSIGN(value, b_.converted(value, Type::kString));
  }
  return call("hash", {value}, span);
}

Expected<Column> GraphBinder::key_column(const Item& item, const Plan& plan) {
  TRY_ASSIGN(const std::vector<size_t> found, b_.matching(item, plan.columns));
  if (found.empty() || plan.columns[found[0]].type == Type::kDynamic) {
    return fail(DiagnosticCode::kWrongType, item.span,
                "a node is known by a column that is no dynamic; convert it first, as with tostring()");
  }
  return plan.columns[found[0]];
}

// A key as its nodes are compared by; in a partitioned graph behind the partition's value.
GraphBinder::Scalar GraphBinder::key_of(const Column& of, Type type, const Column* partition, Span span) {
  TRY_ASSIGN(const BoundExpr* value, column(of, span));
  if (partition == nullptr) return b_.converted(value, type);
  TRY_ASSIGN(value, b_.converted(value, Type::kString));
  TRY_ASSIGN(const BoundExpr* group, column(*partition, span));
  TRY_ASSIGN(group, b_.converted(group, Type::kString));
  TRY_ASSIGN(const BoundExpr* between, text("\n", span));
  return call("strcat", {group, between, value}, span);
}

// Rows with all values equal are the same edge as often as they are there: numbered in the order of all
// columns, each reading of the plan numbers them alike.
GraphBinder::Table GraphBinder::numbered_edges(const Plan& input, Graph& graph, Span span) {
  Plan sorted{.kind = PlanKind::kSort, .columns = input.columns, .inputs = {&input}};
  for (const Column& by : input.columns) {
    TRY_ASSIGN(const BoundExpr* value, column(by, span));
    sorted.sort_keys.push_back({value, false, true});
  }
  TRY_ASSIGN(const Plan* rows, b_.bindings_.add(std::move(sorted), span));
  graph.number = fresh("$number", Type::kLong);
  Columns columns = input.columns;
  columns.push_back(graph.number);
  return b_.bindings_.add(
      {.kind = PlanKind::kNumber, .columns = std::move(columns), .inputs = {rows}, .index = graph.number},
      span);
}

// The ends of edges as nodes that have their key and nothing else.
GraphBinder::Table GraphBinder::end_rows(const Operator&, const Graph& graph, const Column& end,
                                         const Column& value, const std::vector<std::string>& names,
                                         Span span) {
  TRY_ASSIGN(const Copy edges, copy(*graph.edges, span));
  Columns columns;
  std::vector<Assignment> assignments;
  TRY_ASSIGN(const BoundExpr* key, column(edges[end], span));
  columns.push_back(fresh(std::string(kNodeKey), key->type, key->nullable));
  assignments.push_back({columns.back(), key});
  TRY_ASSIGN(const BoundExpr* shown, column(edges[value], span));
  for (const std::string& name : names) {
    columns.push_back(fresh(name, shown->type, shown->nullable));
    assignments.push_back({columns.back(), shown});
  }
  return b_.projection(*edges.plan, std::move(columns), std::move(assignments), span);
}

// The rows of all node tables and the ends of all edges, one row a key.
GraphBinder::Table GraphBinder::node_rows(const Operator& op, const Graph& graph, Type type,
                                          const Columns& ends) {
  std::vector<UnionInput> inputs;
  std::vector<std::string> names;
  const std::string implicit = parameter_word(op.parameters, "with_node_id");
  if (!implicit.empty()) names.push_back(implicit);
  for (size_t i = 0; i < op.tables.size(); ++i) {
    TRY_ASSIGN(const Plan* rows, b_.table(*op.tables[i], environment_));
    TRY_ASSIGN(const Column key, key_column(op.by[i], *rows));
    const Column* partition = op.name.empty() ? nullptr : with_name(rows->columns, op.name);
    if (!op.name.empty() && partition == nullptr) {
      return fail(DiagnosticCode::kUnknownName, op.by[i].span,
                  "these nodes have no column '" + op.name + "', by which the graph is partitioned");
    }
    if (!common_type(key.type, type)) {
      return fail(DiagnosticCode::kWrongType, op.by[i].span,
                  "the keys of nodes and edges are " + with_article(key.type) + " and " + with_article(type));
    }
    TRY_ASSIGN(const BoundExpr* value, key_of(key, type, partition, op.span));
    TRY_ASSIGN(rows,
               extended(*rows, fresh(std::string(kNodeKey), value->type, value->nullable), value, op.span));
    inputs.push_back({rows, ""});
    if (key.type == type && std::find(names.begin(), names.end(), key.name) == names.end())
      names.push_back(key.name);
  }
  for (size_t i = 0; i < 2; ++i) {
    const Column& end = i == 0 ? graph.source : graph.target;
    TRY_ASSIGN(const Plan* rows, end_rows(op, graph, end, ends[i], names, op.span));
    inputs.push_back({rows, ""});
  }
  TRY_ASSIGN(const Plan* all, b_.unite(inputs, {}, op.span));
  Plan merged{.kind = PlanKind::kSummarize, .inputs = {all}};
  for (const Column& before : all->columns) {
    TRY_ASSIGN(const BoundExpr* value, column(before, op.span));
    Column now = fresh(before.name, before.type, before.type != Type::kString);
    if (before.name == kNodeKey) {
      now.nullable = before.nullable;
      merged.assignments.push_back({now, value});
    } else {
      const bool ordered =
          before.type != Type::kDynamic && before.type != Type::kBool && before.type != Type::kGuid;
      AggregateCall one{.args = {value}, .columns = {now}, .span = op.span};
      TRY_ASSIGN(one.aggregate, b_.aggregate_for(ordered ? "max" : "take_any", one.args, op.span));
      merged.aggregates.push_back(std::move(one));
    }
    merged.columns.push_back(std::move(now));
  }
  return b_.bindings_.add(std::move(merged), op.span);
}

Expected<Graph> GraphBinder::make_graph(const Operator& op, const Plan& input) {
  Graph graph;
  TRY_ASSIGN(const Column source, key_column(op.items[0], input));
  TRY_ASSIGN(const Column target, key_column(op.items[1], input));
  const auto type = common_type(source.type, target.type);
  if (!type) {
    return fail(DiagnosticCode::kWrongType, op.items[1].span,
                "an edge leads from " + with_article(source.type) + " to " + with_article(target.type) +
                    "; both ends are of one type");
  }
  const Column* partition = op.name.empty() ? nullptr : with_name(input.columns, op.name);
  if (!op.name.empty() && partition == nullptr)
    return fail(DiagnosticCode::kUnknownName, op.span,
                "no column '" + op.name + "' to partition the graph by");
  TRY_ASSIGN(const Plan* edges, numbered_edges(input, graph, op.span));
  graph.edge_columns = input.columns;
  TRY_ASSIGN(const BoundExpr* from, key_of(source, *type, partition, op.span));
  TRY_ASSIGN(const BoundExpr* to, key_of(target, *type, partition, op.span));
  graph.source = fresh("$source", from->type, from->nullable);
  graph.target = fresh("$target", to->type, to->nullable);
  TRY_ASSIGN(edges, extended(*edges, graph.source, from, op.span));
  TRY_ASSIGN(graph.edges, extended(*edges, graph.target, to, op.span));
  TRY_ASSIGN(graph.nodes, node_rows(op, graph, *type, {source, target}));
  for (const Column& known : graph.nodes->columns) {
    if (known.name == kNodeKey)
      graph.key = known;
    else
      graph.node_columns.push_back(known);
  }
  return graph;
}

// graph-where-edges keeps edges, graph-where-nodes nodes and the edges between them.
Expected<Graph> GraphBinder::where(const Operator& op, const Graph& before) {
  Graph graph = before;
  const bool of_nodes = op.kind == OperatorKind::kGraphWhereNodes;
  const Columns& seen = of_nodes ? graph.node_columns : graph.edge_columns;
  TRY_ASSIGN(const BoundExpr* kept, b_.predicate(*op.expr, {.environment = environment_, .columns = &seen}));
  if (!of_nodes) {
    TRY_ASSIGN(graph.edges, filtered(*graph.edges, kept, op.span));
    return graph;
  }
  TRY_ASSIGN(graph.nodes, filtered(*graph.nodes, kept, op.span));
  for (const Column& end : {graph.source, graph.target}) {
    TRY_ASSIGN(const Copy nodes, copy(*graph.nodes, op.span));
    TRY_ASSIGN(graph.edges,
               joined(*graph.edges, *nodes.plan, {{end, nodes[graph.key]}}, JoinKind::kLeftSemi, op.span));
  }
  return graph;
}

GraphBinder::Table GraphBinder::with_degrees(const Graph& graph, Span span) {
  const Plan* nodes = graph.nodes;
  for (const bool in : {true, false}) {
    const Column& end = in ? graph.target : graph.source;
    TRY_ASSIGN(const Copy edges, copy(*graph.edges, span));
    const Column counted = fresh("$count", Type::kLong);
    TRY_ASSIGN(const Plan* counts, grouped(*edges.plan, {edges[end]}, "count", {}, counted, span));
    TRY_ASSIGN(nodes, joined(*nodes, *counts, {{graph.key, counts->columns[0]}}, JoinKind::kLeftOuter, span));
    Column there = counted;
    there.nullable = true;
    TRY_ASSIGN(const BoundExpr* count, column(there, span));
    TRY_ASSIGN(const BoundExpr* none, number(0, span));
    TRY_ASSIGN(count, call("coalesce", {count, none}, span));
    const std::string name(in ? kDegreeIn : kDegreeOut);
    TRY_ASSIGN(nodes, extended(*nodes, fresh(name, Type::kLong, count->nullable), count, span));
  }
  return nodes;
}

// Columns first that show the nodes' ids: hashes of their keys.
GraphBinder::Table GraphBinder::to_table(const GraphOutput& output, const Graph& graph) {
  const Plan* rows = output.edges ? graph.edges : graph.nodes;
  Columns columns;
  std::vector<Assignment> assignments;
  Names names;
  const Columns& shown = output.edges ? graph.edge_columns : graph.node_columns;
  for (const Column& known : shown) names.taken.insert(known.name);
  const std::pair<std::string_view, const Column*> ids[] = {
      {"with_node_id", output.edges ? nullptr : &graph.key},
      {"with_source_id", output.edges ? &graph.source : nullptr},
      {"with_target_id", output.edges ? &graph.target : nullptr}};
  for (const auto& [parameter, key] : ids) {
    const std::string name = parameter_word(output.parameters, parameter);
    if (name.empty()) continue;
    if (key == nullptr) {
      return fail(DiagnosticCode::kWrongUse, output.span,
                  "'" + std::string(parameter) + "' is of " + (output.edges ? "nodes" : "edges"));
    }
    TRY_ASSIGN(const BoundExpr* value, hashed(*key, output.span));
    TRY_ASSIGN(std::string claimed, names.claim(name, output.span));
    columns.push_back(fresh(std::move(claimed), Type::kLong, value->nullable));
    assignments.push_back({columns.back(), value});
  }
  columns.insert(columns.end(), shown.begin(), shown.end());
  if (columns.empty())
    return fail(DiagnosticCode::kWrongUse, output.span,
                "these nodes have no columns; name one by with_node_id=");
  return b_.projection(*rows, std::move(columns), std::move(assignments), output.span);
}

}  // namespace linkgate::kql
