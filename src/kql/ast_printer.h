#pragma once
// The inside of print() of ast.h: one class, its methods in ast_printer.cc and, of operators, in
// ast_printer_operators.cc.

#include <string>
#include <string_view>
#include <vector>

#include "kql/ast.h"

namespace linkgate::kql {

class AstPrinter {
 public:
  void query(const Query& query);
  void statements(const std::vector<Let>& lets, const Expr& body);
  void expr(const Expr& e);
  std::string take() { return std::move(out_); }

 private:
  void source(const Expr& e);
  void operand(const Expr& e);
  void list(const std::vector<const Expr*>& exprs, std::string_view open, std::string_view close);
  void binary(const Expr& e);
  void logical(const Expr& e);
  void external(const Expr& e);
  void declarations(const std::vector<ColumnDeclaration>& columns);
  void names(const std::vector<std::string>& list);
  void items(const std::vector<Item>& list);
  void parameters(const std::vector<Parameter>& list);
  void properties(const std::vector<Parameter>& list);
  void tables(const std::vector<const Expr*>& list);
  void pipeline(const Expr& e);

  // ---- operators
  void one_operator(const Operator& op);
  void schema(const Operator& op);
  void find(const Operator& op);
  void scan(const Operator& op);
  void reduce(const Operator& op);
  void branches(const Operator& op);
  void make_graph(const Operator& op);
  void graph_match(const Operator& op);
  void graph_outputs(const Operator& op);
  void declared_pattern(const Let& let);
  void nested(const Operator& op);
  void key_values(const Operator& op);
  void series(const SeriesAxis& series);
  void pattern(const Operator& op);
  void expansion(const Operator& op);

  std::string out_;
};

}  // namespace linkgate::kql
