#include <algorithm>
#include <array>

#include "base/ascii.h"
#include "kql/parser.h"
#include "kql/parser_state.h"

namespace linkgate::kql {

// One row an operator: how it is written, what it becomes, what follows its name.
struct OperatorGrammar {
  std::string_view name;
  OperatorKind kind;
  Expected<> (Parser::*parse)(Operator&);

  static constexpr auto table() {
    using K = OperatorKind;
    return std::to_array<OperatorGrammar>({
        {"where", K::kWhere, &Parser::where_op},
        {"filter", K::kWhere, &Parser::where_op},
        {"extend", K::kExtend, &Parser::items_op},
        {"project", K::kProject, &Parser::items_op},
        {"project-away", K::kProjectAway, &Parser::columns_op},
        {"project-by-names", K::kProjectByNames, &Parser::items_op},
        {"project-keep", K::kProjectKeep, &Parser::columns_op},
        {"project-rename", K::kProjectRename, &Parser::items_op},
        {"project-reorder", K::kProjectReorder, &Parser::columns_op},
        {"summarize", K::kSummarize, &Parser::summarize_op},
        {"sort", K::kSort, &Parser::sort_op},
        {"order", K::kSort, &Parser::sort_op},
        {"take", K::kTake, &Parser::take_op},
        {"limit", K::kTake, &Parser::take_op},
        {"top", K::kTop, &Parser::top_op},
        {"distinct", K::kDistinct, &Parser::items_op},
        {"count", K::kCount, &Parser::count_op},
        {"join", K::kJoin, &Parser::join_op},
        {"lookup", K::kLookup, &Parser::join_op},
        {"union", K::kUnion, &Parser::union_op},
        {"render", K::kRender, &Parser::render_op},
        {"getschema", K::kGetSchema, &Parser::plain_op},
        {"as", K::kAs, &Parser::name_op},
        {"serialize", K::kSerialize, &Parser::serialize_op},
        {"parse-kv", K::kParseKv, &Parser::parse_kv_op},
        {"partition", K::kPartition, &Parser::partition_op},
        {"top-nested", K::kTopNested, &Parser::top_nested_op},
        {"top-hitters", K::kTopHitters, &Parser::hitters_op},
        {"sample-distinct", K::kSampleDistinct, &Parser::hitters_op},
        {"sample", K::kSample, &Parser::hitters_op},
        {"make-series", K::kMakeSeries, &Parser::series_op},
        {"parse", K::kParse, &Parser::parse_op},
        {"parse-where", K::kParseWhere, &Parser::parse_op},
        {"mv-expand", K::kMvExpand, &Parser::expand_op},
        {"mvexpand", K::kMvExpand, &Parser::expand_op},
        {"mv-apply", K::kMvApply, &Parser::apply_op},
        {"search", K::kSearch, &Parser::search_op},
        {"invoke", K::kInvoke, &Parser::invoke_op},
        {"evaluate", K::kEvaluate, &Parser::evaluate_op},
        {"scan", K::kScan, &Parser::scan_op},
        {"reduce", K::kReduce, &Parser::reduce_op},
        {"make-graph", K::kMakeGraph, &Parser::make_graph_op},
        {"graph-match", K::kGraphMatch, &Parser::graph_match_op},
        {"graph-shortest-paths", K::kGraphShortestPaths, &Parser::graph_match_op},
        {"graph-mark-components", K::kGraphMarkComponents, &Parser::graph_components_op},
        {"graph-to-table", K::kGraphToTable, &Parser::graph_to_table_op},
        {"graph-where-nodes", K::kGraphWhereNodes, &Parser::graph_where_op},
        {"graph-where-edges", K::kGraphWhereEdges, &Parser::graph_where_op},
        {"assert-schema", K::kAssertSchema, &Parser::assert_schema_op},
        {"fork", K::kFork, &Parser::fork_op},
        {"facet", K::kFacet, &Parser::facet_op},
    });
  }
};

namespace {
// Operators of KQL that Linkgate does not have; everything else is a misspelling.
constexpr auto kMissing = std::to_array<std::string_view>({"consume", "find", "macro-expand"});
}  // namespace

std::vector<std::string_view> operator_names() {
  std::vector<std::string_view> names;
  for (const OperatorGrammar& row : OperatorGrammar::table()) names.push_back(row.name);
  return names;
}

// where, project-away: words joined by '-' without spaces.
Expected<std::string> Parser::operator_name() {
  if (token().kind != TokenKind::kIdentifier) return unexpected("an operator after '|'");
  std::string found(token().text);
  advance();
  while (token().is("-") && token().span.begin == tokens_[at_ - 1].span.end && adjacent(0) &&
         token(1).kind == TokenKind::kIdentifier) {
    found += "-" + std::string(token(1).text);
    at_ += 2;
  }
  return found;
}

Expected<Operator> Parser::one_operator() {
  const size_t first = at_;
  TRY_ASSIGN(const std::string name, operator_name());
  Operator op;
  op.span = since(first);
  for (const OperatorGrammar& row : OperatorGrammar::table()) {
    if (row.name != name) continue;
    op.kind = row.kind;
    TRY((this->*row.parse)(op));
    return op;
  }
  if (std::find(kMissing.begin(), kMissing.end(), name) != kMissing.end()) {
    return fail(DiagnosticCode::kNotSupported, op.span, "the operator '" + name + "' is not supported");
  }
  Diagnostic unknown = no_operator(name, op.span);
  if (errors_ == nullptr) return unknown;
  for (const OperatorGrammar& row : OperatorGrammar::table()) {
    if (!ascii::iequals(row.name, name)) continue;
    errors_->add(std::move(unknown));  // in other letters it is read on as what it is
    op.kind = row.kind;
    TRY((this->*row.parse)(op));
    return op;
  }
  return unknown;
}

// name=value ..., as long as they stand there. `hint.strategy=x` is one name; a plain name is that of a
// column in operators that take expressions, which therefore know hints only.
Expected<> Parser::parameters(std::vector<Parameter>& out, Named named) {
  while (token().kind == TokenKind::kIdentifier) {
    size_t words = 1;
    while (token(words).is(".") && token(words + 1).kind == TokenKind::kIdentifier) words += 2;
    if (!token(words).is("=") || (named == Named::kHintsOnly && words == 1)) return {};
    const size_t first = at_;
    Parameter parameter;
    for (size_t i = 0; i < words; ++i) parameter.name += token(i).text;
    at_ += words + 1;
    TRY_ASSIGN(parameter.value, parameter_value());
    parameter.span = since(first);
    out.push_back(std::move(parameter));
  }
  return {};
}

// A word or a literal; what follows it in parentheses is the operator's table, not the arguments of a call.
Parser::Node Parser::parameter_value() {
  const bool truth = token().is_word("true") || token().is_word("false");
  if (truth || !at_name() || !token(token().is("[") ? 3 : 1).is("(")) return primary();
  const size_t first = at_;
  TRY_ASSIGN(std::string word, name("a word"));
  return add({.kind = ExprKind::kName, .name = std::move(word)}, first);
}

Expected<> Parser::where_op(Operator& op) {
  TRY_ASSIGN(op.expr, expression());
  return {};
}

Expected<> Parser::items_op(Operator& op) {
  TRY(parameters(op.parameters, Named::kHintsOnly));
  return item_list(op.items, false, true);
}

Expected<> Parser::columns_op(Operator& op) {
  do {
    Item item;
    const size_t first = at_;
    TRY_ASSIGN(item.expr, column_pattern());
    if (op.kind == OperatorKind::kProjectReorder) {
      if (take_word("asc"))
        item.order = Order::kAscending;
      else if (take_word("desc"))
        item.order = Order::kDescending;
    }
    item.span = since(first);
    op.items.push_back(std::move(item));
  } while (take(","));
  return {};
}

// A name, or words and stars that touch: a*, *b, a*b*.
Parser::Node Parser::column_pattern() {
  const size_t first = at_;
  const auto is_piece = [this](size_t i) {
    return token(i).kind == TokenKind::kIdentifier || token(i).is("*");
  };
  if (!is_piece(0) || (!token().is("*") && !(adjacent(0) && token(1).is("*")))) {
    TRY_ASSIGN(std::string plain, name("a column's name or pattern"));
    return add({.kind = ExprKind::kName, .name = std::move(plain)}, first);
  }
  std::string pattern;
  do {
    pattern += token().text;
    advance();
  } while (is_piece(0) && token().span.begin == tokens_[at_ - 1].span.end);
  return add({.kind = ExprKind::kWildcard, .name = std::move(pattern)}, first);
}

Expected<> Parser::summarize_op(Operator& op) {
  TRY(parameters(op.parameters, Named::kHintsOnly));
  if (!token().is_word("by")) TRY(item_list(op.items, false, true));
  if (take_word("by")) {
    op.has_by = true;
    TRY(item_list(op.by, false, true));
  }
  return {};
}

Expected<> Parser::sort_op(Operator& op) {
  TRY(parameters(op.parameters, Named::kHintsOnly));
  TRY(expect_word("by", "after sort"));
  op.has_by = true;
  return item_list(op.by, true, false);
}

Expected<> Parser::take_op(Operator& op) {
  TRY_ASSIGN(op.expr, expression());
  return {};
}

Expected<> Parser::top_op(Operator& op) {
  TRY(parameters(op.parameters, Named::kHintsOnly));
  TRY_ASSIGN(op.expr, expression());
  TRY(expect_word("by", "after the number of rows of top"));
  op.has_by = true;
  return item_list(op.by, true, false);
}

Expected<> Parser::serialize_op(Operator& op) {
  TRY(parameters(op.parameters, Named::kHintsOnly));
  const bool bare = token().is("|") || token().is(")") || token().is(";") || token().is("}") ||
                    token().kind == TokenKind::kEnd;
  return bare ? Expected<>() : item_list(op.items, false, true);
}

Expected<> Parser::plain_op(Operator&) { return {}; }

// count [as Name]: the name is the result's, which nothing shows.
Expected<> Parser::count_op(Operator& op) {
  if (!take_word("as")) return {};
  TRY_ASSIGN(op.name, name("a name after as"));
  return {};
}

Expected<> Parser::join_op(Operator& op) {
  TRY(parameters(op.parameters));
  TRY_ASSIGN(const Expr* right, table());
  op.tables.push_back(right);
  TRY(expect_word("on", "after the table of " + std::string(to_string(op.kind))));
  return item_list(op.items, false, false);
}

Expected<> Parser::union_op(Operator& op) {
  TRY(parameters(op.parameters));
  return table_list(op.tables);
}

// render linechart [with (title="...", ...)]
Expected<> Parser::render_op(Operator& op) {
  TRY_ASSIGN(op.name, name("a visualization after render"));
  if (!take_word("with")) return parameters(op.parameters);
  return properties(op.parameters);
}

// (name = value, ...), after with.
Expected<> Parser::properties(std::vector<Parameter>& out) {
  TRY(expect("(", "after with"));
  while (!token().is(")")) {
    Parameter parameter;
    const size_t first = at_;
    if (out.empty() || token(1).is("=")) {
      TRY_ASSIGN(parameter.name, name("a property's name"));
      TRY(expect("=", "after the property's name"));
    } else {
      parameter.name = out.back().name;  // ycolumns=a, b: one more value
    }
    TRY_ASSIGN(parameter.value, parameter_value());
    parameter.span = since(first);
    out.push_back(std::move(parameter));
    if (!take(",")) break;
  }
  return expect(")", "after the properties");
}

Expected<> Parser::name_op(Operator& op) {
  TRY(parameters(op.parameters, Named::kHintsOnly));
  TRY_ASSIGN(op.name, name("a name"));
  return {};
}

Expected<> Parser::item_list(std::vector<Item>& out, bool orders, bool named) {
  do {
    const size_t first = at_;
    auto next = item(orders, named);
    if (!next) {
      const bool has_name = named && tokens_[first].kind == TokenKind::kIdentifier &&
                            tokens_[std::min(first + 1, tokens_.size() - 1)].is("=");
      TRY(recovered(std::move(next.error()), first, {",", "|"}));
      TRY_ASSIGN(const Expr* nothing, unread(first));
      next = Item{.name = has_name ? std::string(tokens_[first].text) : "", .expr = nothing};
    }
    out.push_back(*std::move(next));
  } while (take(","));
  return {};
}

// (a, b) = : the names of an expression's values.
bool Parser::names_follow() const {
  if (!token().is("(")) return false;
  const auto name_at = [this](size_t at) -> size_t {  // its tokens
    if (token(at).kind == TokenKind::kIdentifier) return 1;
    return token(at).is("[") && token(at + 1).kind == TokenKind::kLiteral && token(at + 2).is("]") ? 3 : 0;
  };
  for (size_t at = 1; const size_t length = name_at(at);) {
    at += length;
    if (token(at).is(")")) return token(at + 1).is("=");
    if (!token(at++).is(",")) return false;
  }
  return false;
}

Expected<Item> Parser::item(bool orders, bool named) {
  Item found;
  const size_t first = at_;
  const size_t name_tokens = token().is("[") ? 3 : 1;
  if (named && at_name() && token(name_tokens).is("=")) {
    TRY_ASSIGN(found.name, new_name("a name"));
    advance();
  }
  if (named && names_follow()) {
    do {
      advance();
      TRY_ASSIGN(std::string next, name("a name"));
      found.names.push_back(std::move(next));
    } while (token().is(","));
    advance();
    advance();
  }
  if (token().is("*")) {
    advance();
    TRY_ASSIGN(found.expr, add({.kind = ExprKind::kStar}, at_ - 1));
  } else {
    TRY_ASSIGN(found.expr, expression());
  }
  if (orders) {
    if (take_word("asc"))
      found.order = Order::kAscending;
    else if (take_word("desc"))
      found.order = Order::kDescending;
    if (take_word("nulls")) {
      if (take_word("first"))
        found.nulls = Nulls::kFirst;
      else if (take_word("last"))
        found.nulls = Nulls::kLast;
      else
        return unexpected("'first' or 'last' after nulls");
    }
  }
  found.span = since(first);
  return found;
}

Expected<> Parser::table_list(List& out) {
  do {
    TRY_ASSIGN(const Expr* next, table());
    out.push_back(next);
  } while (take(","));
  return {};
}

// What join and union take: a name, a call, or a query in parentheses.
Parser::Node Parser::table() {
  const bool word_and_star = token().kind == TokenKind::kIdentifier && token(1).is("*") && adjacent(0);
  if (token().is("*") || word_and_star) return column_pattern();
  if (token().is_word("datatable")) return datatable();
  return path();
}

}  // namespace linkgate::kql
