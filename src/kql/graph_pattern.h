#pragma once
// The inside of graph-match: one class, its methods in binder_graph_match.cc and binder_graph_paths.cc.

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "kql/graph.h"

namespace linkgate::kql {

class GraphMatcher : private GraphBinder {
 public:
  GraphMatcher(Binder& binder, const Graph& graph, const Environment* environment)
      : GraphBinder(binder, environment), graph_(graph) {}
  Table run(const Operator& op);

 private:
  // A condition on one edge; bare: it names columns without the edge's name.
  struct Filter {
    const Expr* condition = nullptr;
    bool bare = false;
  };
  // map(e, ...), any(e, ...), all(e, ...) or e.column: what paths carry along.
  struct Gathered {
    const Expr* expr = nullptr;
    bool inner = false;
    Column column;
  };
  struct Node {
    std::string name;
    Span span;
    bool used = false;  // somebody looks at its columns
    std::vector<const Expr*> filters;
    std::optional<Column> key;  // in what is matched so far
    Columns columns;
  };
  struct Edge {
    std::string name;
    EdgeDirection direction = EdgeDirection::kRight;
    Span span;
    size_t left = 0, right = 0, pattern = 0;  // nodes and pattern that it is of
    bool ranged = false, looks_inside = false;
    int64_t least = 1, most = 1;
    std::vector<Filter> filters, inner_filters;
    std::vector<Gathered> gathered;
    Columns columns;              // not ranged
    Column number;                // likewise
    Column length, trail, inner;  // ranged; see Path
  };
  struct OfPath {
    Edge* edge = nullptr;
    bool inner = false;
  };
  struct Mentions {
    std::set<Node*> nodes;
    std::set<Edge*> edges;
    std::vector<const Expr*> gathers;
  };
  struct EdgeRows {
    const Plan* plan = nullptr;
    Column from, to, number;
    Columns columns;
  };
  // Paths of several edges: the numbers of the edges as ",1,2," and hashes of the nodes between them
  // likewise.
  struct Path {
    const Plan* plan = nullptr;
    Column from, to, length, trail, inner;
    Columns gathered;
  };

  Expected<> read_options(const Operator& op);
  Expected<> read_patterns(const Operator& op);
  Expected<int64_t> length(const Expr& expr);
  Edge* edge_named(std::string_view name);
  Node* node_named(std::string_view name);
  std::optional<OfPath> of_path(const Expr& expr);
  Mentions mentions_of(const Expr& whole);
  void place_condition(const Expr& condition);
  void use(const Mentions& found);
  Scope scope_of(const Columns& columns, const std::vector<Qualified>& qualified) const;
  std::vector<Qualified> qualified() const;

  Table filtered_nodes(const Node& node, Copy& nodes);
  Expected<EdgeRows> edge_rows(const Edge& edge, bool reversed);
  Expected<EdgeRows> edge_rows(const Edge& edge);
  Expected<> add_edge(Edge& edge);
  Expected<> add_node(Node& node);
  Expected<> keep_where(Scalar condition);
  Expected<> keep_shortest();
  Table projected(const Operator& op);

  // ---- binder_graph_paths.cc
  Expected<Path> paths_of(const Edge& edge);
  Expected<Path> no_edges(const Edge& edge);
  Expected<Path> one_edge(const Edge& edge);
  Expected<Path> one_more(const Edge& edge, const Path& before);
  Scalar marked(const Column& of, bool is_key);
  Scalar lacks(const Column& marks, const Column& of, bool is_key);
  Scalar value_at(const Gathered& gathered, const Edge& edge, const Columns& columns);
  Scalar value_of_nothing(const Gathered& gathered, Span span);
  Scalar value_and(const Gathered& gathered, const BoundExpr* before, const BoundExpr* value, Span span);
  Expected<> keep_unique();
  Scalar share_nothing(const Column& a, const Column& b);
  Expected<> keep_nodes_apart(size_t pattern);
  static Columns columns_of(const Path& path);
  static Path path_of(const Plan* plan);

  const Graph& graph_;
  const Plan* graph_nodes_ = nullptr;
  Columns node_columns_;
  bool shortest_ = false, all_shortest_ = false, unique_edges_ = true, unique_nodes_ = false;
  bool degrees_ = false;
  Span span_;
  std::deque<Node> nodes_;
  std::deque<Edge> edges_;
  std::vector<std::vector<size_t>> paths_;  // by pattern: its nodes
  std::vector<const Expr*> conditions_;     // on several parts at once
  std::map<const Expr*, Column> computed_;
  const Columns nothing_;
  const Plan* matched_ = nullptr;
};

}  // namespace linkgate::kql
