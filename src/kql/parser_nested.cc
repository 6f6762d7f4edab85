// partition, top-nested, top-hitters, sample, sample-distinct, reduce, parse-kv.

#include "kql/parser_state.h"

namespace linkgate::kql {

// partition [hint.strategy=...] by Key (operator | operator ...), or {table | operator ...}
Expected<> Parser::partition_op(Operator& op) {
  TRY(parameters(op.parameters, Named::kHintsOnly));
  TRY(expect_word("by", "after partition"));
  op.has_by = true;
  Item key;
  const size_t first = at_;
  TRY_ASSIGN(std::string column, name("a column's name"));
  TRY_ASSIGN(key.expr, add({.kind = ExprKind::kName, .name = std::move(column)}, first));
  key.span = since(first);
  op.by.push_back(std::move(key));
  if (!token().is("{")) {
    TRY_ASSIGN(op.body, subquery());
    return {};
  }
  const size_t open = at_;
  advance();
  TRY_ASSIGN(op.body, piped());
  if (op.body->kind != ExprKind::kPipeline) {
    TRY_ASSIGN(op.body, add({.kind = ExprKind::kPipeline, .children = {op.body}}, open));
  }
  return expect("}", "after the subquery");
}

// top-nested [rows] of key [with others=...] by aggregate [asc|desc], top-nested ...
Expected<> Parser::top_nested_op(Operator& op) {
  while (true) {
    NestedTop level;
    const size_t first = at_;
    if (!token().is_word("of")) {
      TRY_ASSIGN(level.rows, expression());
    }
    TRY(expect_word("of", "in top-nested"));
    TRY_ASSIGN(level.key, item(false, true));
    if (token().is_word("with")) {
      return fail(DiagnosticCode::kNotSupported, token().span,
                  "'with others' of top-nested is not supported");
    }
    TRY(expect_word("by", "after what top-nested groups"));
    TRY_ASSIGN(level.by, item(true, true));
    level.span = since(first);
    op.levels.push_back(std::move(level));
    const bool more =
        token().is(",") && token(1).is_word("top") && token(2).is("-") && token(3).is_word("nested");
    if (!more) return {};
    at_ += 4;
  }
}

// top-hitters, sample-distinct: rows of key [by value]; sample: rows
Expected<> Parser::hitters_op(Operator& op) {
  TRY_ASSIGN(op.expr, expression());
  if (op.kind == OperatorKind::kSample) return {};
  TRY(expect_word("of", "after the number of rows"));
  TRY_ASSIGN(Item key, item(false, true));
  op.items.push_back(std::move(key));
  if (op.kind != OperatorKind::kTopHitters || !take_word("by")) return {};
  op.has_by = true;
  TRY_ASSIGN(Item value, item(false, false));
  op.by.push_back(std::move(value));
  return {};
}

// reduce [kind=source] by text [with threshold=number, characters="..."]
Expected<> Parser::reduce_op(Operator& op) {
  TRY(parameters(op.parameters, Named::kAny));
  TRY(expect_word("by", "after reduce"));
  TRY_ASSIGN(op.expr, expression());
  if (!take_word("with")) return {};
  do {
    Parameter parameter;
    const size_t first = at_;
    TRY_ASSIGN(parameter.name, name("threshold or characters after with"));
    TRY(expect("=", "after the property's name"));
    TRY_ASSIGN(parameter.value, parameter_value());
    parameter.span = since(first);
    op.parameters.push_back(std::move(parameter));
  } while (take(","));
  return {};
}

// parse-kv text as (key:type, ...) with (pair_delimiter="...", kv_delimiter="...", ...)
Expected<> Parser::parse_kv_op(Operator& op) {
  TRY_ASSIGN(op.expr, expression());
  TRY(expect_word("as", "after the text of parse-kv"));
  TRY_ASSIGN(op.schema, declarations(false));
  if (!take_word("with")) return {};
  TRY(expect("(", "after with"));
  while (!token().is(")")) {
    if (!op.parameters.empty()) TRY(expect(",", "between the properties of parse-kv"));
    Parameter parameter;
    const size_t first = at_;
    TRY_ASSIGN(parameter.name, name("a property's name"));
    TRY(expect("=", "after the property's name"));
    TRY_ASSIGN(parameter.value, parameter_value());
    parameter.span = since(first);
    op.parameters.push_back(std::move(parameter));
  }
  return expect(")", "after the properties of parse-kv");
}

}  // namespace linkgate::kql
