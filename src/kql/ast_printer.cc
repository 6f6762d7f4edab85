#include "kql/ast_printer.h"

#include "kql/lexer.h"
#include "kql/literal.h"

namespace linkgate::kql {
namespace {

// What may have commas of its own outside of brackets.
bool is_source(const Expr& e) {
  return e.kind == ExprKind::kPipeline || e.kind == ExprKind::kRange || e.kind == ExprKind::kPrint ||
         e.kind == ExprKind::kUnion || e.kind == ExprKind::kSearch || e.kind == ExprKind::kFind;
}

}  // namespace

void AstPrinter::query(const Query& query) {
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

void AstPrinter::statements(const std::vector<Let>& lets, const Expr& body) {
  for (const Let& let : lets) {
    if (let.value->kind == ExprKind::kPattern) {
      declared_pattern(let);
      continue;
    }
    out_ += "let " + quoted_name(let.name) + " = ";
    expr(*let.value);
    out_ += ";\n";
  }
  expr(body);
}

void AstPrinter::expr(const Expr& e) {
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

// What a query begins with, and functions.
void AstPrinter::source(const Expr& e) {
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
void AstPrinter::operand(const Expr& e) {
  const bool bare = e.kind == ExprKind::kName || e.kind == ExprKind::kLiteral || e.kind == ExprKind::kCall ||
                    e.kind == ExprKind::kMember || e.kind == ExprKind::kIndex || e.kind == ExprKind::kStar ||
                    e.kind == ExprKind::kWildcard;
  if (!bare) out_ += "(";
  expr(e);
  if (!bare) out_ += ")";
}

void AstPrinter::list(const std::vector<const Expr*>& exprs, std::string_view open, std::string_view close) {
  out_ += open;
  for (size_t i = 0; i < exprs.size(); ++i) {
    if (i > 0) out_ += ", ";
    const Expr& e = *exprs[i];
    const bool goes_on = i + 1 < exprs.size() && is_source(e);  // behind the comma
    const bool starred = e.kind == ExprKind::kBinary && e.children[0]->kind == ExprKind::kStar;
    if (goes_on || starred)
      operand(e);
    else
      expr(e);
  }
  out_ += close;
}

void AstPrinter::binary(const Expr& e) {
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

void AstPrinter::logical(const Expr& e) {
  for (size_t i = 0; i < e.children.size(); ++i) {
    if (i > 0) out_ += " " + e.name + " ";
    operand(*e.children[i]);
  }
}

void AstPrinter::external(const Expr& e) {
  out_ += "externaldata";
  declarations(e.columns);
  list(e.children, " [", "]");
  if (!e.parameters.empty()) properties(e.parameters);
}

void AstPrinter::declarations(const std::vector<ColumnDeclaration>& columns) {
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

void AstPrinter::names(const std::vector<std::string>& list) {
  for (size_t i = 0; i < list.size(); ++i) out_ += (i == 0 ? "(" : ", ") + quoted_name(list[i]);
  out_ += ") = ";
}

void AstPrinter::items(const std::vector<Item>& list) {
  for (size_t i = 0; i < list.size(); ++i) {
    if (i > 0) out_ += ", ";
    if (!list[i].name.empty()) out_ += quoted_name(list[i].name) + " = ";
    if (!list[i].names.empty()) names(list[i].names);
    if (is_source(*list[i].expr))
      operand(*list[i].expr);
    else
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

void AstPrinter::parameters(const std::vector<Parameter>& list) {
  for (const Parameter& parameter : list) {
    out_ += " " + parameter.name + "=";
    operand(*parameter.value);
  }
}

void AstPrinter::properties(const std::vector<Parameter>& list) {
  out_ += " with (";
  for (size_t i = 0; i < list.size(); ++i) {
    out_ += (i > 0 ? ", " : "") + list[i].name + "=";
    operand(*list[i].value);
  }
  out_ += ")";
}

void AstPrinter::tables(const std::vector<const Expr*>& list) {
  for (size_t i = 0; i < list.size(); ++i) {
    out_ += i > 0 ? ", " : " ";
    operand(*list[i]);
  }
}

void AstPrinter::pipeline(const Expr& e) {
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

std::string print(const Query& query) {
  AstPrinter printer;
  printer.query(query);
  return printer.take();
}

std::string print(const Expr& expr) {
  AstPrinter printer;
  printer.expr(expr);
  return printer.take();
}

}  // namespace linkgate::kql
