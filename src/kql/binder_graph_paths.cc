// Edges of *least..most: paths, each one edge longer than the one before.

#include "kql/graph_pattern.h"

namespace linkgate::kql {

// ",12," of an edge's number, or of a node's hashed key.
GraphMatcher::Scalar GraphMatcher::marked(const Column& of, bool is_key) {
  TRY_ASSIGN(const BoundExpr* value, is_key ? hashed(of, span_) : column(of, span_));
  TRY_ASSIGN(value, b_.converted(value, Type::kString));
  TRY_ASSIGN(const BoundExpr* comma, text(",", span_));
  return call("strcat", {comma, value, comma}, span_);
}

GraphMatcher::Scalar GraphMatcher::lacks(const Column& marks, const Column& of, bool is_key) {
  TRY_ASSIGN(const BoundExpr* all, column(marks, span_));
  TRY_ASSIGN(const BoundExpr* mark, marked(of, is_key));
  TRY_ASSIGN(const BoundExpr* there, b_.compare("contains_cs", all, mark, span_));
  return b_.negated(there, span_);
}

// What an edge, or an inner node, adds to what the path gathers.
GraphMatcher::Scalar GraphMatcher::value_at(const Gathered& gathered, const Edge& edge,
                                            const Columns& columns) {
  const Expr& expr = *gathered.expr;
  const std::vector<Qualified> qualified = {{edge.name, columns}};
  if (expr.kind == ExprKind::kMember) {
    TRY_ASSIGN(const BoundExpr* value,
               b_.scalar(expr, {.environment = environment_, .columns = &nothing_, .qualified = &qualified}));
    return call("pack_array", {value}, expr.span);
  }
  const Scope scope{.environment = environment_, .columns = &columns, .qualified = &qualified};
  if (expr.name == "map") {
    TRY_ASSIGN(const BoundExpr* value, b_.scalar(*expr.children[1], scope));
    return call("pack_array", {value}, expr.span);
  }
  TRY_ASSIGN(const BoundExpr* holds, b_.predicate(*expr.children[1], scope));
  TRY_ASSIGN(const BoundExpr* no, b_.literal(Type::kBool, false, expr.span));
  return call("coalesce", {holds, no}, expr.span);
}

GraphMatcher::Scalar GraphMatcher::value_of_nothing(const Gathered& gathered, Span span) {
  if (gathered.expr->kind == ExprKind::kMember || gathered.expr->name == "map")
    return b_.literal(Type::kDynamic, std::string("[]"), span);
  return b_.literal(Type::kBool, gathered.expr->name == "all", span);
}

GraphMatcher::Scalar GraphMatcher::value_and(const Gathered& gathered, const BoundExpr* before,
                                             const BoundExpr* value, Span span) {
  if (gathered.expr->kind == ExprKind::kMember || gathered.expr->name == "map")
    return call("array_concat", {before, value}, span);
  return call(gathered.expr->name == "all" ? "and" : "or", {before, value}, span);
}

Columns GraphMatcher::columns_of(const Path& path) {
  Columns all = {path.from, path.to, path.length, path.trail, path.inner};
  all.insert(all.end(), path.gathered.begin(), path.gathered.end());
  return all;
}

GraphMatcher::Path GraphMatcher::path_of(const Plan* plan) {
  const Columns& c = plan->columns;
  return {plan, c[0], c[1], c[2], c[3], c[4], {c.begin() + 5, c.end()}};
}

// Paths without an edge, from each node to itself.
Expected<GraphMatcher::Path> GraphMatcher::no_edges(const Edge& edge) {
  TRY_ASSIGN(const Copy nodes, copy(*graph_.nodes, edge.span));
  TRY_ASSIGN(const BoundExpr* key, column(nodes[graph_.key], edge.span));
  TRY_ASSIGN(const BoundExpr* zero, number(0, edge.span));
  TRY_ASSIGN(const BoundExpr* comma, text(",", edge.span));
  std::vector<const BoundExpr*> values = {key, key, zero, comma, comma};
  for (const Gathered& gathered : edge.gathered) {
    TRY_ASSIGN(const BoundExpr* value, value_of_nothing(gathered, edge.span));
    values.push_back(value);
  }
  Columns columns;
  std::vector<Assignment> assignments;
  for (const BoundExpr* value : values) {
    columns.push_back(fresh("$path", value->type, value->nullable));
    assignments.push_back({columns.back(), value});
  }
  TRY_ASSIGN(const Plan* plan,
             b_.projection(*nodes.plan, std::move(columns), std::move(assignments), edge.span));
  return path_of(plan);
}

// Where conditions say which nodes a path may begin at, no other is looked at.
Expected<GraphMatcher::Path> GraphMatcher::one_edge(const Edge& edge) {
  TRY_ASSIGN(EdgeRows rows, edge_rows(edge));
  const Node& left = nodes_[edge.left];
  if (!left.filters.empty()) {
    Copy nodes;
    TRY_ASSIGN(const Plan* begins, filtered_nodes(left, nodes));
    TRY_ASSIGN(rows.plan,
               joined(*rows.plan, *begins, {{rows.from, nodes[graph_.key]}}, JoinKind::kLeftSemi, edge.span));
  }
  if (unique_nodes_ && !shortest_) {
    TRY_ASSIGN(const BoundExpr* from, column(rows.from, edge.span));
    TRY_ASSIGN(const BoundExpr* to, column(rows.to, edge.span));
    TRY_ASSIGN(const BoundExpr* differ, b_.compare("!=", from, to, edge.span));
    TRY_ASSIGN(rows.plan, filtered(*rows.plan, differ, edge.span));
  }
  TRY_ASSIGN(const BoundExpr* one, number(1, edge.span));
  TRY_ASSIGN(const BoundExpr* trail, marked(rows.number, false));
  TRY_ASSIGN(const BoundExpr* comma, text(",", edge.span));
  Columns columns = {rows.from, rows.to, fresh("$length", Type::kLong), fresh("$trail", Type::kString),
                     fresh("$inner", Type::kString)};
  std::vector<Assignment> assignments = {{columns[2], one}, {columns[3], trail}, {columns[4], comma}};
  for (const Gathered& gathered : edge.gathered) {
    TRY_ASSIGN(const BoundExpr* value, gathered.inner ? value_of_nothing(gathered, edge.span)
                                                      : value_at(gathered, edge, rows.columns));
    columns.push_back(fresh("$gathered", value->type, value->nullable));
    assignments.push_back({columns.back(), value});
  }
  TRY_ASSIGN(const Plan* plan,
             b_.projection(*rows.plan, std::move(columns), std::move(assignments), edge.span));
  return path_of(plan);
}

Expected<GraphMatcher::Path> GraphMatcher::one_more(const Edge& edge, const Path& before) {
  TRY_ASSIGN(const EdgeRows rows, edge_rows(edge));
  TRY_ASSIGN(const Plan* plan,
             joined(*before.plan, *rows.plan, {{before.to, rows.from}}, JoinKind::kInner, edge.span));
  Columns inner_columns;
  if (edge.looks_inside) {
    TRY_ASSIGN(const Copy nodes, copy(*graph_nodes_, edge.span));
    TRY_ASSIGN(plan,
               joined(*plan, *nodes.plan, {{before.to, nodes[graph_.key]}}, JoinKind::kInner, edge.span));
    inner_columns = nodes[node_columns_];
    for (const Filter& filter : edge.inner_filters) {
      TRY_ASSIGN(const BoundExpr* kept,
                 b_.predicate(*filter.condition, {.environment = environment_, .columns = &inner_columns}));
      TRY_ASSIGN(plan, filtered(*plan, kept, edge.span));
    }
  }
  Args conditions;
  if (unique_edges_) {
    TRY_ASSIGN(const BoundExpr* is_new, lacks(before.trail, rows.number, false));
    conditions.push_back(is_new);
  }
  if (unique_nodes_) {
    TRY_ASSIGN(const BoundExpr* is_new, lacks(before.inner, rows.to, true));
    conditions.push_back(is_new);
    TRY_ASSIGN(const BoundExpr* to, column(rows.to, edge.span));
    for (const Column& other : {before.to, before.from}) {
      if (shortest_ && other.id == before.from.id) continue;  // a path may come back to where it began
      TRY_ASSIGN(const BoundExpr* known, column(other, edge.span));
      TRY_ASSIGN(known, b_.compare("!=", to, known, edge.span));
      conditions.push_back(known);
    }
  }
  for (const BoundExpr* condition : conditions) {
    TRY_ASSIGN(plan, filtered(*plan, condition, edge.span));
  }
  TRY_ASSIGN(const BoundExpr* length, column(before.length, edge.span));
  TRY_ASSIGN(const BoundExpr* one, number(1, edge.span));
  TRY_ASSIGN(length, call("+", {length, one}, edge.span));
  TRY_ASSIGN(const BoundExpr* trail, column(before.trail, edge.span));
  TRY_ASSIGN(const BoundExpr* mark, marked(rows.number, false));
  TRY_ASSIGN(trail, call("strcat", {trail, mark}, edge.span));
  TRY_ASSIGN(const BoundExpr* inner, column(before.inner, edge.span));
  TRY_ASSIGN(mark, marked(before.to, true));
  TRY_ASSIGN(inner, call("strcat", {inner, mark}, edge.span));
  Columns columns = {before.from, rows.to, fresh("$length", length->type, length->nullable),
                     fresh("$trail", Type::kString), fresh("$inner", Type::kString)};
  std::vector<Assignment> assignments = {{columns[2], length}, {columns[3], trail}, {columns[4], inner}};
  for (size_t i = 0; i < edge.gathered.size(); ++i) {
    const Gathered& gathered = edge.gathered[i];
    TRY_ASSIGN(const BoundExpr* so_far, column(before.gathered[i], edge.span));
    TRY_ASSIGN(const BoundExpr* value,
               value_at(gathered, edge, gathered.inner ? inner_columns : rows.columns));
    TRY_ASSIGN(value, value_and(gathered, so_far, value, edge.span));
    columns.push_back(fresh("$gathered", value->type, value->nullable));
    assignments.push_back({columns.back(), value});
  }
  TRY_ASSIGN(plan, b_.projection(*plan, std::move(columns), std::move(assignments), edge.span));
  return path_of(plan);
}

Expected<GraphMatcher::Path> GraphMatcher::paths_of(const Edge& edge) {
  std::vector<std::pair<const Plan*, Columns>> wanted;
  if (edge.least == 0) {
    TRY_ASSIGN(const Path none, no_edges(edge));
    wanted.emplace_back(none.plan, columns_of(none));
  }
  Path path;
  for (int64_t length = 1; length <= edge.most; ++length) {
    if (length == 1) {
      TRY_ASSIGN(path, one_edge(edge));
    } else {
      TRY_ASSIGN(path, one_more(edge, path));
    }
    if (length >= edge.least) wanted.emplace_back(path.plan, columns_of(path));
  }
  TRY_ASSIGN(const Plan* all, united(wanted, edge.span));
  return path_of(all);
}

// True where no mark is in both.
GraphMatcher::Scalar GraphMatcher::share_nothing(const Column& a, const Column& b) {
  Args sets;
  for (const Column& marks : {a, b}) {
    TRY_ASSIGN(const BoundExpr* list, column(marks, span_));
    TRY_ASSIGN(const BoundExpr* comma, text(",", span_));
    TRY_ASSIGN(list, call("split", {list, comma}, span_));
    sets.push_back(list);
  }
  // What stands before the first comma and behind the last is in both.
  TRY_ASSIGN(const BoundExpr* shared, call("set_intersect", std::move(sets), span_));
  TRY_ASSIGN(shared, call("array_length", {shared}, span_));
  TRY_ASSIGN(const BoundExpr* one, number(1, span_));
  return b_.compare("<=", shared, one, span_);
}

// No edge twice in one match; with cycles=none no node twice in one pattern.
Expected<> GraphMatcher::keep_unique() {
  for (size_t i = 0; unique_edges_ && i < edges_.size(); ++i) {
    for (size_t j = i + 1; j < edges_.size(); ++j) {
      const Edge& a = edges_[i].ranged ? edges_[i] : edges_[j];
      const Edge& b = edges_[i].ranged ? edges_[j] : edges_[i];
      if (a.ranged && b.ranged) {
        TRY(keep_where(share_nothing(a.trail, b.trail)));
      } else if (a.ranged) {
        TRY(keep_where(lacks(a.trail, b.number, false)));
      } else {
        TRY_ASSIGN(const BoundExpr* one, column(a.number, span_));
        TRY_ASSIGN(const BoundExpr* other, column(b.number, span_));
        TRY(keep_where(b_.compare("!=", one, other, span_)));
      }
    }
  }
  for (size_t i = 0; unique_nodes_ && !shortest_ && i < paths_.size(); ++i) TRY(keep_nodes_apart(i));
  return {};
}

Expected<> GraphMatcher::keep_nodes_apart(size_t pattern) {
  const std::vector<size_t>& path = paths_[pattern];
  for (size_t i = 0; i < path.size(); ++i) {
    for (size_t j = i + 1; j < path.size(); ++j) {
      TRY_ASSIGN(const BoundExpr* one, column(*nodes_[path[i]].key, span_));
      TRY_ASSIGN(const BoundExpr* other, column(*nodes_[path[j]].key, span_));
      TRY(keep_where(b_.compare("!=", one, other, span_)));
    }
  }
  for (size_t i = 0; i < edges_.size(); ++i) {
    const Edge& edge = edges_[i];
    if (edge.pattern != pattern || !edge.ranged) continue;
    for (const size_t node : path) {
      if (node != edge.left && node != edge.right)
        TRY(keep_where(lacks(edge.inner, *nodes_[node].key, true)));
    }
    for (size_t j = i + 1; j < edges_.size(); ++j) {
      if (edges_[j].pattern == pattern && edges_[j].ranged)
        TRY(keep_where(share_nothing(edge.inner, edges_[j].inner)));
    }
  }
  return {};
}

// Of all paths between the same two ends those of the least length, or one of them.
Expected<> GraphMatcher::keep_shortest() {
  const BoundExpr* total = nullptr;
  int64_t fixed = 0;
  for (const Edge& edge : edges_) {
    if (!edge.ranged) {
      ++fixed;
      continue;
    }
    TRY_ASSIGN(const BoundExpr* length, column(edge.length, span_));
    if (total != nullptr) {
      TRY_ASSIGN(length, call("+", {total, length}, span_));
    }
    total = length;
  }
  TRY_ASSIGN(const BoundExpr* rest, number(fixed, span_));
  TRY_ASSIGN(total, call("+", {total, rest}, span_));
  const Column length = fresh("$length", total->type, total->nullable);
  TRY_ASSIGN(matched_, extended(*matched_, length, total, span_));
  const Column start = *nodes_[paths_[0].front()].key, end = *nodes_[paths_[0].back()].key;
  if (!all_shortest_) {
    TRY_ASSIGN(const BoundExpr* by, column(length, span_));
    TRY_ASSIGN(const Plan* sorted, b_.bindings_.add({.kind = PlanKind::kSort,
                                                     .columns = matched_->columns,
                                                     .inputs = {matched_},
                                                     .sort_keys = {{by, false, true}}},
                                                    span_));
    TRY_ASSIGN(matched_, b_.bindings_.add({.kind = PlanKind::kLimit,
                                           .columns = sorted->columns,
                                           .inputs = {sorted},
                                           .limit = 1,
                                           .limit_by = {start, end}},
                                          span_));
    return {};
  }
  TRY_ASSIGN(const Copy again, copy(*matched_, span_));
  const Column least = fresh("$least", length.type, true);
  TRY_ASSIGN(const Plan* shortest,
             grouped(*again.plan, {again[start], again[end]}, "min", again[length], least, span_));
  const Columns& c = shortest->columns;
  TRY_ASSIGN(matched_, joined(*matched_, *shortest, {{start, c[0]}, {end, c[1]}, {length, least}},
                              JoinKind::kInner, span_));
  return {};
}

}  // namespace linkgate::kql
