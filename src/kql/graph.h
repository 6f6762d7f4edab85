#pragma once
// Graphs while a query is bound: two plans, and what asks them. There is no graph among plan nodes; a pattern
// becomes joins of nodes and edges.

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "kql/binder_state.h"

namespace linkgate::kql {

// Plans over plans.
class GraphBinder {
 public:
  GraphBinder(Binder& binder, const Environment* environment) : b_(binder), environment_(environment) {}
  using Table = Binder::Table;
  using Scalar = Binder::Scalar;
  using Args = Binder::Args;
  using Keys = std::vector<std::pair<Column, Column>>;

  Expected<Graph> make_graph(const Operator& op, const Plan& input);
  Expected<Graph> mark_components(const Operator& op, const Graph& graph);
  Expected<Graph> where(const Operator& op, const Graph& graph);
  Table to_table(const GraphOutput& output, const Graph& graph);

 protected:
  // The same rows under new column ids: a plan is used several times in one join.
  struct Copy {
    const Plan* plan = nullptr;
    std::map<int, Column> now;  // by the id before
    const Column& operator[](const Column& before) const { return now.at(before.id); }
    Columns operator[](const Columns& before) const;
  };
  Expected<Copy> copy(const Plan& plan, Span span);

  Column fresh(std::string name, Type type, bool nullable = false);
  Scalar column(const Column& column, Span span) { return b_.column(column, span); }
  Scalar text(std::string value, Span span) { return b_.literal(Type::kString, std::move(value), span); }
  Scalar number(int64_t value, Span span) { return b_.literal(Type::kLong, value, span); }
  Scalar call(std::string_view function, Args args, Span span) {
    return b_.invoke(function, std::move(args), span);
  }
  Table joined(const Plan& left, const Plan& right, const Keys& keys, JoinKind kind, Span span);
  Table filtered(const Plan& input, const BoundExpr* predicate, Span span);
  // The plan with one more column.
  Table extended(const Plan& input, const Column& made, const BoundExpr* value, Span span);
  Table grouped(const Plan& input, const Columns& by, std::string_view aggregate, const Column& of,
                const Column& result, Span span);
  Table united(const std::vector<std::pair<const Plan*, Columns>>& inputs, Span span);
  Scalar hashed(const Column& key, Span span);
  // The graph's nodes, with the number of edges at each as hidden columns.
  Table with_degrees(const Graph& graph, Span span);

  Binder& b_;
  const Environment* environment_;

 private:
  Expected<std::pair<const Plan*, Columns>> key_pairs(const Plan& plan, const Column& from, const Column& to,
                                                      const BoundExpr* rank, Span span);
  Table components(const Graph& graph, std::string kind, Span span);
  Expected<Column> key_column(const Item& item, const Plan& plan);
  Scalar key_of(const Column& column, Type type, const Column* partition, Span span);
  Table numbered_edges(const Plan& input, Graph& graph, Span span);
  Table node_rows(const Operator& op, const Graph& graph, Type type, const Columns& ends);
  Table end_rows(const Operator& op, const Graph& graph, const Column& end, const Column& value,
                 const std::vector<std::string>& names, Span span);
};

// What node_degree_in() and node_degree_out() read: columns of nodes that no query can name.
inline constexpr std::string_view kDegreeIn = "$in", kDegreeOut = "$out";
inline constexpr std::string_view kNodeKey = "$key";

// graph-match and graph-shortest-paths.
Expected<const Plan*> match_graph(Binder& binder, const Operator& op, const Graph& graph,
                                  const Environment* environment);

}  // namespace linkgate::kql
