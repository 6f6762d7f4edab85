#include "kql/ast.h"
#include "kql/lexer.h"
#include "kql/literal.h"

namespace linkgate::kql {
namespace {

class Printer {
 public:
  void query(const Query& query) {
    for (const Parameter& option : query.options) {
      out_ += "set " + quoted_name(option.name);
      if (option.value != nullptr) out_ += " = ", operand(*option.value);
      out_ += ";\n";
    }
    if (!query.parameters.empty()) {
      out_ += "declare query_parameters";
      declarations(query.parameters);
      out_ += ";\n";
    }
    for (const Statement& statement : query.statements) {
      if (&statement != query.statements.data()) out_ += ";\n";
      statements(statement.lets, *statement.body);
    }
  }

  void statements(const std::vector<Let>& lets, const Expr& body) {
    for (const Let& let : lets) {
      out_ += "let " + quoted_name(let.name) + " = ";
      expr(*let.value);
      out_ += ";\n";
    }
    expr(body);
  }

  void expr(const Expr& e) {
    switch (e.kind) {
      case ExprKind::kName:
        out_ += quoted_name(e.name);
        break;
      case ExprKind::kWildcard:
        out_ += e.name;
        break;
      case ExprKind::kStar:
        out_ += "*";
        break;
      case ExprKind::kLiteral:
        out_ += literal_text(e.type, e.value);
        break;
      case ExprKind::kUnary:
        out_ += e.name;
        operand(*e.children[0]);
        break;
      case ExprKind::kBinary:
        binary(e);
        break;
      case ExprKind::kLogical:
        logical(e);
        break;
      case ExprKind::kCall:
        out_ += quoted_name(e.name);
        list(e.children, "(", ")");
        break;
      case ExprKind::kMember:
        operand(*e.children[0]);
        out_ += "." + quoted_name(e.name);
        break;
      case ExprKind::kNamed:
        out_ += quoted_name(e.name) + " = ";
        expr(*e.children[0]);
        break;
      case ExprKind::kIndex:
        operand(*e.children[0]);
        out_ += "[";
        expr(*e.children[1]);
        out_ += "]";
        break;
      case ExprKind::kPipeline:
        pipeline(e);
        break;
      default:
        source(e);
    }
  }

  std::string take() { return std::move(out_); }

 private:
  // What a query begins with, and functions.
  void source(const Expr& e) {
    switch (e.kind) {
      case ExprKind::kDataTable:
        out_ += "datatable";
        declarations(e.columns);
        list(e.children, "[", "]");
        break;
      case ExprKind::kRange:
        out_ += "range " + quoted_name(e.name) + " from ";
        expr(*e.children[0]);
        out_ += " to ";
        expr(*e.children[1]);
        out_ += " step ";
        expr(*e.children[2]);
        break;
      case ExprKind::kPrint:
        out_ += "print ";
        items(e.items);
        break;
      case ExprKind::kUnion:
        out_ += "union";
        parameters(e.parameters);
        tables(e.children);
        break;
      case ExprKind::kSearch:
        out_ += "search";
        one_operator(e.operators[0]);
        break;
      case ExprKind::kFind:
        out_ += "find";
        find(e.operators[0]);
        break;
      case ExprKind::kExternal:
        external(e);
        break;
      case ExprKind::kFunction:
        if (!e.name.empty()) out_ += e.name + " ";
        declarations(e.columns);
        out_ += " { ";
        statements(e.lets, *e.children[0]);
        out_ += " }";
        break;
      default:
        break;
    }
  }

  // In parentheses, unless it is one word.
  void operand(const Expr& e) {
    const bool bare = e.kind == ExprKind::kName || e.kind == ExprKind::kLiteral ||
                      e.kind == ExprKind::kCall || e.kind == ExprKind::kMember ||
                      e.kind == ExprKind::kIndex || e.kind == ExprKind::kStar;
    if (!bare) out_ += "(";
    expr(e);
    if (!bare) out_ += ")";
  }

  void list(const std::vector<const Expr*>& exprs, std::string_view open, std::string_view close) {
    out_ += open;
    for (size_t i = 0; i < exprs.size(); ++i) {
      if (i > 0) out_ += ", ";
      expr(*exprs[i]);
    }
    out_ += close;
  }

  void binary(const Expr& e) {
    operand(*e.children[0]);
    out_ += " " + e.name + " ";
    if (e.name == "between" || e.name == "!between") {
      out_ += "(";
      operand(*e.children[1]);
      out_ += " .. ";
      operand(*e.children[2]);
      out_ += ")";
    } else if (e.name.find("in") == 0 || e.name.find("!in") == 0 || e.name == "has_any" ||
               e.name == "has_all") {
      list({e.children.begin() + 1, e.children.end()}, "(", ")");
    } else {
      operand(*e.children[1]);
    }
  }

  void logical(const Expr& e) {
    for (size_t i = 0; i < e.children.size(); ++i) {
      if (i > 0) out_ += " " + e.name + " ";
      operand(*e.children[i]);
    }
  }

  void external(const Expr& e) {
    out_ += "externaldata";
    declarations(e.columns);
    list(e.children, " [", "]");
    if (!e.parameters.empty()) properties(e.parameters);
  }

  void declarations(const std::vector<ColumnDeclaration>& columns) {
    out_ += "(";
    for (size_t i = 0; i < columns.size(); ++i) {
      const ColumnDeclaration& column = columns[i];
      if (i > 0) out_ += ", ";
      out_ += quoted_name(column.name) + ":" + (column.tabular ? "(*)" : std::string(to_string(column.type)));
      if (column.default_value != nullptr) {
        out_ += " = ";
        expr(*column.default_value);
      }
    }
    out_ += ")";
  }

  void names(const std::vector<std::string>& list) {
    for (size_t i = 0; i < list.size(); ++i) out_ += (i == 0 ? "(" : ", ") + quoted_name(list[i]);
    out_ += ") = ";
  }

  void items(const std::vector<Item>& list) {
    for (size_t i = 0; i < list.size(); ++i) {
      if (i > 0) out_ += ", ";
      if (!list[i].name.empty()) out_ += quoted_name(list[i].name) + " = ";
      if (!list[i].names.empty()) names(list[i].names);
      expr(*list[i].expr);
      if (list[i].fallback != nullptr) {
        out_ += " default = ";
        expr(*list[i].fallback);
      }
      if (list[i].type) out_ += " to typeof(" + std::string(to_string(*list[i].type)) + ")";
      if (list[i].order == Order::kAscending) out_ += " asc";
      if (list[i].order == Order::kDescending) out_ += " desc";
      if (list[i].nulls == Nulls::kFirst) out_ += " nulls first";
      if (list[i].nulls == Nulls::kLast) out_ += " nulls last";
    }
  }

  void parameters(const std::vector<Parameter>& list) {
    for (const Parameter& parameter : list) {
      out_ += " " + parameter.name + "=";
      operand(*parameter.value);
    }
  }

  void properties(const std::vector<Parameter>& list) {
    out_ += " with (";
    for (size_t i = 0; i < list.size(); ++i) {
      out_ += (i > 0 ? ", " : "") + list[i].name + "=";
      operand(*list[i].value);
    }
    out_ += ")";
  }

  void tables(const std::vector<const Expr*>& list) {
    for (size_t i = 0; i < list.size(); ++i) {
      out_ += i > 0 ? ", " : " ";
      operand(*list[i]);
    }
  }

  void pipeline(const Expr& e) {
    const bool is_subquery = e.children[0]->kind == ExprKind::kInput;
    if (e.children[0]->kind == ExprKind::kPipeline)
      operand(*e.children[0]);
    else if (!is_subquery)
      expr(*e.children[0]);
    for (const Operator& op : e.operators) {
      out_ += is_subquery && &op == e.operators.data() ? "" : "\n| ";
      out_ += to_string(op.kind);
      one_operator(op);
    }
  }

  void one_operator(const Operator& op) {
    if (op.kind == OperatorKind::kRender || op.kind == OperatorKind::kAs) {
      out_ += " " + quoted_name(op.name);
      if (op.parameters.empty()) return;
      properties(op.parameters);
      return;
    }
    if (op.kind == OperatorKind::kParseKv) return key_values(op);
    parameters(op.parameters);
    if (op.kind == OperatorKind::kTopNested) return nested(op);
    if (op.kind == OperatorKind::kFork) return branches(op);
    if (op.kind == OperatorKind::kMvExpand || op.kind == OperatorKind::kMvApply) return expansion(op);
    if (op.kind == OperatorKind::kParse || op.kind == OperatorKind::kParseWhere) return pattern(op);
    if (op.kind == OperatorKind::kSearch && !op.tables.empty()) {
      list(op.tables, " in (", ")");
    } else {
      tables(op.tables);
    }
    if (op.expr != nullptr) {
      out_ += " ";
      expr(*op.expr);
    }
    const bool is_join = op.kind == OperatorKind::kJoin || op.kind == OperatorKind::kLookup;
    const bool is_of = op.kind == OperatorKind::kTopHitters || op.kind == OperatorKind::kSampleDistinct;
    if (!op.items.empty()) out_ += is_join ? " on " : is_of ? " of " : " ";
    items(op.items);
    if (op.series.step != nullptr) series(op.series);
    if (op.has_by) out_ += " by ";
    items(op.by);
    if (op.body != nullptr) {
      out_ += op.kind == OperatorKind::kFacet ? " with (" : " (";
      expr(*op.body);
      out_ += ")";
    }
    if (op.kind == OperatorKind::kCount && !op.name.empty()) out_ += " as " + quoted_name(op.name);
    if (op.has_schema) schema(op);
  }

  void schema(const Operator& op) {
    out_ += op.schema_keeps_source ? " : (*" : " : (";
    bool first = !op.schema_keeps_source;
    for (const ColumnDeclaration& column : op.schema) {
      out_ += (first ? "" : ", ") + quoted_name(column.name) + ":" + std::string(to_string(column.type));
      first = false;
    }
    out_ += ")";
  }

  void find(const Operator& op) {
    parameters(op.parameters);
    if (!op.tables.empty()) list(op.tables, " in (", ")");
    out_ += " where ";
    expr(*op.expr);
    if (!op.name.empty()) out_ += " " + op.name;
    for (size_t i = 0; i < op.items.size(); ++i) {
      out_ += i > 0 ? ", " : " ";
      expr(*op.items[i].expr);
      if (op.items[i].type) out_ += ":" + std::string(to_string(*op.items[i].type));
    }
  }

  void branches(const Operator& op) {
    for (const Branch& branch : op.branches) {
      out_ += " " + (branch.name.empty() ? "" : quoted_name(branch.name) + "=") + "(";
      expr(*branch.body);
      out_ += ")";
    }
  }

  void nested(const Operator& op) {
    for (const NestedTop& level : op.levels) {
      out_ += &level == op.levels.data() ? " " : ", top-nested ";
      if (level.rows != nullptr) expr(*level.rows), out_ += " ";
      out_ += "of ";
      items({level.key});
      out_ += " by ";
      items({level.by});
    }
  }

  void key_values(const Operator& op) {
    out_ += " ";
    expr(*op.expr);
    out_ += " as (";
    for (size_t i = 0; i < op.schema.size(); ++i) {
      out_ += (i > 0 ? ", " : "") + quoted_name(op.schema[i].name) + ":" +
              std::string(to_string(op.schema[i].type));
    }
    out_ += ")";
    for (size_t i = 0; i < op.parameters.size(); ++i) {
      out_ += (i > 0 ? ", " : " with (") + op.parameters[i].name + "=";
      operand(*op.parameters[i].value);
    }
    if (!op.parameters.empty()) out_ += ")";
  }

  void series(const SeriesAxis& series) {
    out_ += " on ";
    items({series.axis});
    if (series.in_range) return list({series.from, series.to, series.step}, " in range(", ")");
    const std::pair<std::string_view, const Expr*> bounds[] = {
        {" from ", series.from}, {" to ", series.to}, {" step ", series.step}};
    for (const auto& [word, bound] : bounds) {
      if (bound != nullptr) out_ += word, expr(*bound);
    }
  }

  void pattern(const Operator& op) {
    out_ += " ";
    expr(*op.expr);
    out_ += " with";
    for (const Item& piece : op.items) {
      out_ += " ";
      expr(*piece.expr);
      if (piece.type) out_ += ":" + std::string(to_string(*piece.type));
    }
  }

  void expansion(const Operator& op) {
    out_ += " ";
    items(op.items);
    if (op.expr != nullptr) {
      out_ += " limit ";
      expr(*op.expr);
    }
    if (op.body != nullptr) {
      out_ += " on (";
      expr(*op.body);
      out_ += ")";
    }
  }

  std::string out_;
};

}  // namespace

std::string print(const Query& query) {
  Printer printer;
  printer.query(query);
  return printer.take();
}

std::string print(const Expr& expr) {
  Printer printer;
  printer.expr(expr);
  return printer.take();
}

}  // namespace linkgate::kql
