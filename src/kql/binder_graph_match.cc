// graph-match and graph-shortest-paths: a pattern of nodes and edges as joins.
//
// Each edge of the pattern becomes a table of (from, to, ...): a copy of the graph's edges, or for
// *least..most the union of their joins with one another. The tables are joined by the keys of the nodes
// between them, and nodes whose properties are named are joined to that.

#include <algorithm>

#include "kql/graph.h"
#include "kql/graph_pattern.h"
#include "kql/limits.h"

namespace linkgate::kql {
namespace {

std::string option(const Operator& op, std::string_view name, std::string_view otherwise) {
  for (const Parameter& parameter : op.parameters) {
    if (parameter.name == name && parameter.value->kind == ExprKind::kName) return parameter.value->name;
  }
  return std::string(otherwise);
}

}  // namespace

Expected<> GraphMatcher::read_options(const Operator& op) {
  shortest_ = op.kind == OperatorKind::kGraphShortestPaths;
  const std::string cycles = option(op, "cycles", "unique_edges");
  const std::string output = option(op, "output", "any");
  if (cycles != "all" && cycles != "none" && cycles != "unique_edges") {
    return fail(DiagnosticCode::kWrongUse, op.span, "cycles= is all, none or unique_edges");
  }
  if (output != "any" && output != "all")
    return fail(DiagnosticCode::kWrongUse, op.span, "output= is any or all");
  unique_edges_ = cycles != "all";
  unique_nodes_ = cycles == "none" || shortest_;
  all_shortest_ = output == "all";
  return {};
}

Expected<int64_t> GraphMatcher::length(const Expr& expr) {
  TRY_ASSIGN(const BoundExpr* value, b_.scalar(expr, {.environment = environment_}));
  const auto* number = std::get_if<int64_t>(&value->value);
  if (value->kind != BoundKind::kLiteral || number == nullptr || *number < 0)
    return fail(DiagnosticCode::kWrongUse, expr.span, "the number of edges is a constant");
  return *number;
}

// Nodes of one name are one node; an edge has a name of its own.
Expected<> GraphMatcher::read_patterns(const Operator& op) {
  size_t ranged = 0;
  for (const GraphPattern& pattern : op.patterns) {
    std::vector<size_t> path;
    for (size_t i = 0; i < pattern.size(); i += 2) {
      const PatternElement& written = pattern[i];
      const auto same = [&written](const Node& n) { return !n.name.empty() && n.name == written.name; };
      const auto found = std::find_if(nodes_.begin(), nodes_.end(), same);
      path.push_back(static_cast<size_t>(found - nodes_.begin()));
      if (found == nodes_.end()) nodes_.push_back({.name = written.name, .span = written.span});
    }
    for (size_t i = 1; i < pattern.size(); i += 2) {
      const PatternElement& written = pattern[i];
      Edge edge{.name = written.name, .direction = written.direction, .span = written.span};
      edge.left = path[(i - 1) / 2];
      edge.right = path[(i + 1) / 2];
      edge.pattern = paths_.size();
      if (written.least != nullptr) {
        TRY_ASSIGN(edge.least, length(*written.least));
        TRY_ASSIGN(edge.most, length(*written.most));
        edge.ranged = true;
        ++ranged;
        if (edge.most < edge.least || edge.most == 0)
          return fail(DiagnosticCode::kWrongUse, written.span, "an edge stands for *least..most edges");
        if (edge.most > kMaxPathEdges) {
          return fail(DiagnosticCode::kTooLarge, written.span,
                      "a path has at most " + std::to_string(kMaxPathEdges) + " edges");
        }
      }
      edges_.push_back(std::move(edge));
    }
    paths_.push_back(std::move(path));
  }
  std::set<std::string_view> names;
  for (const Node& node : nodes_) names.insert(node.name);
  for (const Edge& edge : edges_) {
    if (!edge.name.empty() && !names.insert(edge.name).second)
      return fail(DiagnosticCode::kWrongUse, edge.span, "'" + edge.name + "' names two parts of the pattern");
  }
  if (shortest_ && (ranged == 0 || paths_.size() > 1)) {
    return fail(DiagnosticCode::kWrongUse, op.span,
                "graph-shortest-paths takes one pattern, with an edge of *least..most");
  }
  return {};
}

GraphMatcher::Edge* GraphMatcher::edge_named(std::string_view name) {
  const auto same = [name](const Edge& e) { return !e.name.empty() && e.name == name; };
  const auto found = std::find_if(edges_.begin(), edges_.end(), same);
  return found == edges_.end() ? nullptr : &*found;
}

GraphMatcher::Node* GraphMatcher::node_named(std::string_view name) {
  const auto same = [name](const Node& n) { return !n.name.empty() && n.name == name; };
  const auto found = std::find_if(nodes_.begin(), nodes_.end(), same);
  return found == nodes_.end() ? nullptr : &*found;
}

// map(e, x), all(inner_nodes(e), x): which edge, and whether its inner nodes are meant.
std::optional<GraphMatcher::OfPath> GraphMatcher::of_path(const Expr& expr) {
  const bool known = expr.name == "map" || expr.name == "any" || expr.name == "all";
  if (expr.kind != ExprKind::kCall || !known || expr.children.size() != 2) return std::nullopt;
  const Expr* of = expr.children[0];
  const bool inner = of->kind == ExprKind::kCall && of->name == "inner_nodes" && of->children.size() == 1;
  if (inner) of = of->children[0];
  Edge* edge = of->kind == ExprKind::kName ? edge_named(of->name) : nullptr;
  if (edge == nullptr || !edge->ranged) return std::nullopt;
  return OfPath{edge, inner};
}

// The parts of the pattern that an expression names, and what it gathers along paths.
GraphMatcher::Mentions GraphMatcher::mentions_of(const Expr& whole) {
  Mentions found;
  std::vector<const Expr*> open = {&whole};
  while (!open.empty()) {
    const Expr* expr = open.back();
    open.pop_back();
    if (expr->kind == ExprKind::kPipeline) continue;
    if (expr->kind == ExprKind::kCall && expr->name.starts_with("node_degree_")) degrees_ = true;
    if (const auto path = of_path(*expr)) {
      found.edges.insert(path->edge);
      found.gathers.push_back(expr);
      std::vector<const Expr*> inside = {expr->children[1]};
      while (!inside.empty()) {
        const Expr* part = inside.back();
        inside.pop_back();
        if (part->kind == ExprKind::kCall && part->name.starts_with("node_degree_")) degrees_ = true;
        inside.insert(inside.end(), part->children.begin(), part->children.end());
      }
      continue;
    }
    if (expr->kind == ExprKind::kName) {
      if (Node* node = node_named(expr->name)) found.nodes.insert(node);
      if (Edge* edge = edge_named(expr->name)) found.edges.insert(edge);
    }
    const bool member = expr->kind == ExprKind::kMember && expr->children[0]->kind == ExprKind::kName;
    const Edge* edge = member ? edge_named(expr->children[0]->name) : nullptr;
    if (edge != nullptr && edge->ranged) found.gathers.push_back(expr);
    open.insert(open.end(), expr->children.begin(), expr->children.end());
  }
  return found;
}

// A condition that looks at one node, one edge or each edge of a path is put to it at once.
void GraphMatcher::place_condition(const Expr& condition) {
  if (condition.kind == ExprKind::kLogical && condition.name == "and") {
    for (const Expr* part : condition.children) place_condition(*part);
    return;
  }
  const Mentions found = mentions_of(condition);
  const auto path = of_path(condition);
  if (path && condition.name == "all") {
    auto& filters = path->inner ? path->edge->inner_filters : path->edge->filters;
    filters.push_back({condition.children[1], true});
    path->edge->looks_inside = path->edge->looks_inside || path->inner;
    return;
  }
  const bool gathers = std::any_of(found.gathers.begin(), found.gathers.end(),
                                   [](const Expr* e) { return e->kind == ExprKind::kCall; });
  if (found.nodes.empty() && found.edges.size() == 1 && !gathers) {
    (*found.edges.begin())->filters.push_back({&condition, false});
    return;
  }
  if (found.edges.empty() && found.nodes.size() == 1) {
    (*found.nodes.begin())->filters.push_back(&condition);
    return;
  }
  use(found);
  conditions_.push_back(&condition);
}

void GraphMatcher::use(const Mentions& found) {
  for (Node* node : found.nodes) node->used = true;
  for (const Expr* expr : found.gathers) {
    const auto path = of_path(*expr);
    Edge* edge = path ? path->edge : edge_named(expr->children[0]->name);
    edge->gathered.push_back({expr, path && path->inner, {}});
    edge->looks_inside = edge->looks_inside || (path && path->inner);
  }
}

Scope GraphMatcher::scope_of(const Columns& columns, const std::vector<Qualified>& qualified) const {
  return {.environment = environment_, .columns = &columns, .qualified = &qualified, .computed = &computed_};
}

GraphMatcher::Table GraphMatcher::filtered_nodes(const Node& node, Copy& nodes) {
  TRY_ASSIGN(nodes, copy(*graph_nodes_, node.span));
  const Plan* plan = nodes.plan;
  const Columns columns = nodes[node_columns_];
  const std::vector<Qualified> qualified = {{node.name, columns}};
  for (const Expr* condition : node.filters) {
    TRY_ASSIGN(const BoundExpr* kept, b_.predicate(*condition, scope_of(nothing_, qualified)));
    TRY_ASSIGN(plan, filtered(*plan, kept, node.span));
  }
  return plan;
}

// A copy of the edges that hold an edge's conditions, from left to right as the pattern is written.
Expected<GraphMatcher::EdgeRows> GraphMatcher::edge_rows(const Edge& edge, bool reversed) {
  TRY_ASSIGN(const Copy copied, copy(*graph_.edges, edge.span));
  EdgeRows rows{copied.plan, copied[reversed ? graph_.target : graph_.source],
                copied[reversed ? graph_.source : graph_.target], copied[graph_.number],
                copied[graph_.edge_columns]};
  const std::vector<Qualified> qualified = {{edge.name, rows.columns}};
  for (const Filter& filter : edge.filters) {
    TRY_ASSIGN(const BoundExpr* kept,
               b_.predicate(*filter.condition, scope_of(filter.bare ? rows.columns : nothing_, qualified)));
    TRY_ASSIGN(rows.plan, filtered(*rows.plan, kept, edge.span));
  }
  return rows;
}

Expected<GraphMatcher::EdgeRows> GraphMatcher::edge_rows(const Edge& edge) {
  if (edge.direction != EdgeDirection::kAny) return edge_rows(edge, edge.direction == EdgeDirection::kLeft);
  TRY_ASSIGN(const EdgeRows there, edge_rows(edge, false));
  TRY_ASSIGN(EdgeRows back, edge_rows(edge, true));
  TRY_ASSIGN(const BoundExpr* from, column(back.from, edge.span));
  TRY_ASSIGN(const BoundExpr* to, column(back.to, edge.span));
  TRY_ASSIGN(const BoundExpr* differ, b_.compare("!=", from, to, edge.span));
  TRY_ASSIGN(back.plan, filtered(*back.plan, differ, edge.span));
  const auto columns_of = [](const EdgeRows& rows) {
    Columns all = {rows.from, rows.to, rows.number};
    all.insert(all.end(), rows.columns.begin(), rows.columns.end());
    return all;
  };
  TRY_ASSIGN(const Plan* both,
             united({{there.plan, columns_of(there)}, {back.plan, columns_of(back)}}, edge.span));
  const Columns& c = both->columns;
  return EdgeRows{both, c[0], c[1], c[2], {c.begin() + 3, c.end()}};
}

// The edge's table joined to what is matched so far.
Expected<> GraphMatcher::add_edge(Edge& edge) {
  const Plan* plan = nullptr;
  Column from, to;
  if (edge.ranged) {
    TRY_ASSIGN(const Path all, paths_of(edge));
    plan = all.plan, from = all.from, to = all.to;
    edge.length = all.length, edge.trail = all.trail, edge.inner = all.inner;
    for (size_t i = 0; i < edge.gathered.size(); ++i) computed_[edge.gathered[i].expr] = all.gathered[i];
  } else {
    TRY_ASSIGN(const EdgeRows rows, edge_rows(edge));
    plan = rows.plan, from = rows.from, to = rows.to;
    edge.number = rows.number;
    edge.columns = rows.columns;
  }
  Node& left = nodes_[edge.left];
  Node& right = nodes_[edge.right];
  Keys keys;
  if (left.key) keys.emplace_back(*left.key, from);
  if (right.key) keys.emplace_back(*right.key, to);
  if (matched_ == nullptr) {
    matched_ = plan;
  } else if (keys.empty()) {
    return fail(DiagnosticCode::kWrongUse, edge.span,
                "each pattern after the first shares a node with those before it");
  } else {
    TRY_ASSIGN(matched_, joined(*matched_, *plan, keys, JoinKind::kInner, edge.span));
  }
  if (edge.left == edge.right && !left.key) {
    TRY_ASSIGN(const BoundExpr* a, column(from, edge.span));
    TRY_ASSIGN(const BoundExpr* b, column(to, edge.span));
    TRY(keep_where(b_.compare("==", a, b, edge.span)));
  }
  if (!left.key) left.key = from;
  if (!right.key) right.key = to;
  return {};
}

Expected<> GraphMatcher::keep_where(Scalar condition) {
  TRY(condition);
  TRY_ASSIGN(matched_, filtered(*matched_, *condition, span_));
  return {};
}

Expected<> GraphMatcher::add_node(Node& node) {
  if (!node.key) {  // a pattern of one node
    if (matched_ != nullptr) {
      return fail(DiagnosticCode::kWrongUse, node.span,
                  "each pattern after the first shares a node with those before it");
    }
    TRY_ASSIGN(const Copy all, copy(*graph_.nodes, node.span));
    matched_ = all.plan;
    node.key = all[graph_.key];
  }
  if (!node.used && node.filters.empty()) return {};
  Copy nodes;
  TRY_ASSIGN(const Plan* plan, filtered_nodes(node, nodes));
  TRY_ASSIGN(matched_,
             joined(*matched_, *plan, {{*node.key, nodes[graph_.key]}}, JoinKind::kInner, node.span));
  node.columns = nodes[node_columns_];
  return {};
}

// The columns behind the names of the pattern.
std::vector<Qualified> GraphMatcher::qualified() const {
  std::vector<Qualified> all;
  for (const Node& node : nodes_) {
    if (!node.name.empty()) all.push_back({node.name, node.columns});
  }
  for (const Edge& edge : edges_) {
    if (!edge.name.empty() && !edge.ranged) all.push_back({edge.name, edge.columns});
  }
  return all;
}

// project: n.Name becomes n_Name; what is gathered along paths is dynamic.
GraphMatcher::Table GraphMatcher::projected(const Operator& op) {
  const std::vector<Qualified> all = qualified();
  Columns columns;
  std::vector<Assignment> assignments;
  Names names;
  for (const Item& item : op.items) {
    const Expr& expr = *item.expr;
    TRY_ASSIGN(const BoundExpr* value, b_.scalar(expr, scope_of(nothing_, all)));
    if (!mentions_of(expr).gathers.empty()) {
      TRY_ASSIGN(value, b_.converted(value, Type::kDynamic));
    }
    std::string name = item.name;
    const bool member = expr.kind == ExprKind::kMember && expr.children[0]->kind == ExprKind::kName;
    if (!name.empty()) {
      TRY_ASSIGN(name, names.claim(name, item.span));
    } else {
      const std::string stem = member ? expr.children[0]->name + "_" + expr.name : implied_name(expr);
      name = stem.empty() ? names.column() : names.number(stem);
    }
    columns.push_back(fresh(std::move(name), value->type, value->nullable));
    assignments.push_back({columns.back(), value});
  }
  return b_.projection(*matched_, std::move(columns), std::move(assignments), op.span);
}

GraphMatcher::Table GraphMatcher::run(const Operator& op) {
  span_ = op.span;
  TRY(read_options(op));
  TRY(read_patterns(op));
  if (op.expr != nullptr) place_condition(*op.expr);
  for (const Item& item : op.items) use(mentions_of(*item.expr));
  graph_nodes_ = graph_.nodes;
  node_columns_ = graph_.node_columns;
  if (degrees_) {
    TRY_ASSIGN(graph_nodes_, with_degrees(graph_, op.span));
    for (const Column& known : graph_nodes_->columns) {
      if (known.name == kDegreeIn || known.name == kDegreeOut) node_columns_.push_back(known);
    }
  }
  for (Edge& edge : edges_) TRY(add_edge(edge));
  for (Node& node : nodes_) TRY(add_node(node));
  TRY(keep_unique());
  const std::vector<Qualified> all = qualified();
  for (const Expr* condition : conditions_) {
    TRY(keep_where(b_.predicate(*condition, scope_of(nothing_, all))));
  }
  if (shortest_) TRY(keep_shortest());
  return projected(op);
}

Expected<const Plan*> match_graph(Binder& binder, const Operator& op, const Graph& graph,
                                  const Environment* environment) {
  return GraphMatcher(binder, graph, environment).run(op);
}

}  // namespace linkgate::kql
