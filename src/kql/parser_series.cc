// make-series.

#include <array>

#include "kql/parser_state.h"

namespace linkgate::kql {
namespace {

constexpr auto kSeriesParameters = std::to_array<std::string_view>({"kind"});

}  // namespace

// [Name =] axis: nothing that could take the `in` of in range(...) for its own.
Expected<Item> Parser::series_axis() {
  Item axis;
  const size_t first = at_;
  if (at_name() && token(token().is("[") ? 3 : 1).is("=")) {
    TRY_ASSIGN(axis.name, name("a name"));
    advance();
  }
  TRY_ASSIGN(axis.expr, sum());
  axis.span = since(first);
  return axis;
}

// make-series [Name =] aggregate [default = value], ... on axis [from a] [to b] step c [by ...], or
// ... on axis in range(a, b, c) ..., whose b still belongs to the series.
Expected<> Parser::series_op(Operator& op) {
  TRY(parameters(op.parameters, Named::kHintsOnly));
  TRY(known_parameters(op.parameters, kSeriesParameters));
  do {
    TRY_ASSIGN(Item next, item(false, true));
    if (take_word("default")) {
      TRY(expect("=", "after default"));
      TRY_ASSIGN(next.fallback, expression());
    }
    op.items.push_back(std::move(next));
  } while (take(","));
  TRY(expect_word("on", "after the aggregates of make-series"));
  TRY_ASSIGN(op.series.axis, series_axis());
  if (take_word("in")) {
    op.series.in_range = true;
    TRY(expect_word("range", "after in"));
    TRY(expect("(", "after range"));
    TRY_ASSIGN(op.series.from, expression());
    TRY(expect(",", "in range"));
    TRY_ASSIGN(op.series.to, expression());
    TRY(expect(",", "in range"));
    TRY_ASSIGN(op.series.step, expression());
    TRY(expect(")", "after range"));
  } else {
    if (take_word("from")) {
      TRY_ASSIGN(op.series.from, expression());
    }
    if (take_word("to")) {
      TRY_ASSIGN(op.series.to, expression());
    }
    TRY(expect_word("step", "after the axis of make-series"));
    TRY_ASSIGN(op.series.step, expression());
  }
  if (take_word("by")) {
    op.has_by = true;
    TRY(item_list(op.by, false, true));
  }
  return {};
}

}  // namespace linkgate::kql
