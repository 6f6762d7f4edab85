// search, and comparisons of * with something: of any column.

#include <algorithm>

#include "kql/binder_state.h"

namespace linkgate::kql {
namespace {

constexpr std::string_view kSourceColumn = "$table";

// What a term is looked for in. The texts of reals and of times are nothing that anybody searches by.
bool is_searched(const Column& column) {
  const bool text = column.type != Type::kReal && column.type != Type::kDecimal &&
                    column.type != Type::kDateTime && column.type != Type::kTimeSpan;
  return text && column.name != kSourceColumn;
}

// Operators for which several texts, one a line, are as one text: what they look for does not cross lines.
bool looks_within_lines(std::string_view op, const BoundExpr& wanted) {
  const bool looks = op.starts_with("has") || op.starts_with("contains") || op == "matches regex";
  const auto* text = wanted.kind == BoundKind::kLiteral ? std::get_if<std::string>(&wanted.value) : nullptr;
  return looks && text != nullptr && text->find('\n') == std::string::npos;
}

}  // namespace

// * has "x" is true where any column has it, * !has "x" where none does. Equalities look only at columns that
// can be compared with the value.
Binder::Scalar Binder::any_column(const Expr& expr, const Scope& scope) {
  const bool negative = expr.name[0] == '!';
  std::string op = negative ? expr.name.substr(1) : expr.name;
  if (negative && op == "=") op = "==";
  if (negative && op == "~") op = "=~";
  if (scope.columns == nullptr || scope.right != nullptr || expr.children.size() != 2) {
    return fail(DiagnosticCode::kNotSupported, expr.span, "'*' is not supported here");
  }
  TRY_ASSIGN(const BoundExpr* wanted, scalar(*expr.children[1], scope));
  // One look at the texts of all columns: a look at each is slow where tables have a hundred.
  const bool at_once = looks_within_lines(op, *wanted);
  Args terms;
  for (const Column& known : *scope.columns) {
    if (scope.absent != nullptr && scope.absent->contains(known.id)) continue;
    const bool comparable = common_type(known.type, wanted->type).has_value();
    if (op == "==" ? !comparable : !is_searched(known)) continue;
    TRY_ASSIGN(const BoundExpr* value, column(known, expr.span));
    if (op != "==") {
      TRY_ASSIGN(value, converted(value, Type::kString));
    }
    if (!at_once) {
      TRY_ASSIGN(value, compare(op, value, wanted, expr.span));
    }
    terms.push_back(value);
  }
  if (terms.empty()) return literal(Type::kBool, negative, expr.span);
  const BoundExpr* any = terms[0];
  if (at_once) {
    TRY_ASSIGN(const BoundExpr* line_feed, literal(Type::kString, std::string("\n"), expr.span));
    terms.insert(terms.begin(), line_feed);
    TRY_ASSIGN(any, invoke("strcat_delim", std::move(terms), expr.span));
    TRY_ASSIGN(any, compare(op, any, wanted, expr.span));
  } else if (terms.size() > 1) {
    TRY_ASSIGN(any, invoke("or", std::move(terms), expr.span));
  }
  return negative ? negated(any, expr.span) : any;
}

Binder::Table Binder::search(const Operator& op, const Plan& input, const Environment* environment) {
  TRY_ASSIGN(const Plan* found, where(op, input, environment));
  TRY_ASSIGN(const BoundExpr* source, literal(Type::kString, std::string("search_arg0"), op.span));
  const Column column{bindings_.new_column_id(), std::string(kSourceColumn), Type::kString, false};
  Columns columns = {column};
  for (const Column& known : found->columns) {
    if (known.name != kSourceColumn) columns.push_back(known);
  }
  return projection(*found, std::move(columns), {{column, source}}, op.span);
}

// search ..., without an input: all tables, or those of in (...), as one.
Binder::Table Binder::search_tables(const Operator& op, const Environment* environment, Span span) {
  const Expr all{.kind = ExprKind::kWildcard, .span = op.span, .name = "*"};
  std::vector<const Expr*> tables = op.tables;
  if (tables.empty()) tables.push_back(&all);
  const Expr name{.kind = ExprKind::kName, .span = op.span, .name = std::string(kSourceColumn)};
  TRY_ASSIGN(const Plan* united,
             union_of(tables, {{"withsource", &name, op.span}}, nullptr, environment, span));
  // Table by table: a term is looked for in the columns that the table has.
  Plan found = *united;
  found.size = 1;  // counted anew
  for (const auto& sources : united->union_columns) {
    ColumnSet absent;
    for (size_t k = 0; k < sources.size(); ++k) {
      if (sources[k]->kind == BoundKind::kLiteral) absent.insert(united->columns[k].id);
    }
    const Scope scope{.environment = environment, .columns = &united->columns, .absent = &absent};
    TRY_ASSIGN(const BoundExpr* condition, predicate(*op.expr, scope));
    found.union_filters.push_back(condition);
  }
  return bindings_.add(std::move(found), op.span);
}

}  // namespace linkgate::kql
