// make-graph and the operators that ask a graph.

#include <array>

#include "kql/parser_state.h"

namespace linkgate::kql {
namespace {
constexpr auto kMakeParameters = std::to_array<std::string_view>({"with_node_id"});
constexpr auto kMatchParameters = std::to_array<std::string_view>({"cycles", "output"});
constexpr auto kComponentParameters = std::to_array<std::string_view>({"kind", "with_component_id"});
constexpr auto kTableParameters =
    std::to_array<std::string_view>({"with_node_id", "with_source_id", "with_target_id"});
}  // namespace

Expected<Item> Parser::column_item() {
  Item found;
  const size_t first = at_;
  TRY_ASSIGN(std::string column, name("a column's name"));
  TRY_ASSIGN(found.expr, add({.kind = ExprKind::kName, .name = std::move(column)}, first));
  found.span = since(first);
  return found;
}

// make-graph source --> target [with nodes on key, ... | with_node_id=Name] [partitioned-by column
// (subquery)]
Expected<> Parser::make_graph_op(Operator& op) {
  TRY_ASSIGN(Item source, column_item());
  for (std::string_view sign : {"-", "-", ">"}) TRY(expect(sign, "in --> of make-graph"));
  TRY_ASSIGN(Item target, column_item());
  op.items = {std::move(source), std::move(target)};
  TRY(known_parameters(op.parameters, kMakeParameters));
  if (op.parameters.empty() && take_word("with")) {
    do {
      TRY_ASSIGN(const Expr* nodes, table());
      op.tables.push_back(nodes);
      TRY(expect_word("on", "after the nodes of make-graph"));
      TRY_ASSIGN(Item key, column_item());
      op.by.push_back(std::move(key));
    } while (take(","));
  }
  if (!token().is_word("partitioned")) return {};
  TRY_ASSIGN(const std::string word, operator_name());
  if (word != "partitioned-by") return unexpected("'partitioned-by'");
  TRY_ASSIGN(op.name, name("a column's name after partitioned-by"));
  TRY_ASSIGN(op.body, subquery());
  return {};
}

// (a)-[e]->(b)<-[f*1..3]-(c)--(d)
Expected<GraphPattern> Parser::graph_pattern() {
  GraphPattern found;
  while (true) {
    TRY_ASSIGN(PatternElement node, pattern_node());
    found.push_back(std::move(node));
    if (!token().is("-") && !token().is("<")) return found;
    TRY_ASSIGN(PatternElement edge, pattern_edge());
    found.push_back(std::move(edge));
  }
}

Expected<PatternElement> Parser::pattern_node() {
  PatternElement node;
  const size_t first = at_;
  TRY(expect("(", "before a node of the pattern"));
  if (at_name()) {
    TRY_ASSIGN(node.name, name("a node's name"));
  }
  TRY(expect(")", "after a node of the pattern"));
  node.span = since(first);
  return node;
}

Expected<PatternElement> Parser::pattern_edge() {
  PatternElement edge{.is_edge = true};
  const size_t first = at_;
  const bool left = take("<");
  TRY(expect("-", "in an edge of the pattern"));
  if (take("[")) {
    if (at_name()) {
      TRY_ASSIGN(edge.name, name("an edge's name"));
    }
    if (take("*")) {
      TRY_ASSIGN(edge.least, primary());
      TRY(expect("..", "between the least and the most edges"));
      TRY_ASSIGN(edge.most, primary());
    }
    TRY(expect("]", "after an edge of the pattern"));
  }
  TRY(expect("-", "in an edge of the pattern"));
  if (!left && take(">"))
    edge.direction = EdgeDirection::kRight;
  else
    edge.direction = left ? EdgeDirection::kLeft : EdgeDirection::kAny;
  edge.span = since(first);
  return edge;
}

// graph-match, graph-shortest-paths: [cycles=... | output=...] pattern, ... [where predicate] project ...
Expected<> Parser::graph_match_op(Operator& op) {
  TRY(known_parameters(op.parameters, kMatchParameters));
  do {
    TRY_ASSIGN(GraphPattern pattern, graph_pattern());
    op.patterns.push_back(std::move(pattern));
  } while (take(","));
  if (take_word("where")) {
    TRY_ASSIGN(op.expr, expression());
  }
  TRY(expect_word("project", "after the pattern"));
  return item_list(op.items, false, true);
}

// graph-mark-components [kind=weak|strong] [with_component_id=Name]
Expected<> Parser::graph_components_op(Operator& op) {
  return known_parameters(op.parameters, kComponentParameters);
}

// graph-to-table nodes|edges [as Name] [with_..._id=Name], ...
Expected<> Parser::graph_to_table_op(Operator& op) {
  do {
    GraphOutput output;
    const size_t first = at_;
    if (take_word("edges"))
      output.edges = true;
    else
      TRY(expect_word("nodes", "or 'edges' after graph-to-table"));
    for (int i = 0; i < 2; ++i) {
      if (take_word("as")) {
        TRY_ASSIGN(output.name, name("a name after as"));
      }
      TRY(known_parameters(output.parameters, kTableParameters));
    }
    output.span = since(first);
    op.outputs.push_back(std::move(output));
  } while (take(","));
  return {};
}

// graph-where-nodes, graph-where-edges: predicate
Expected<> Parser::graph_where_op(Operator& op) { return where_op(op); }

}  // namespace linkgate::kql
