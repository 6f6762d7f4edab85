// scan: sequences of rows, by steps.

#include <array>

#include "kql/parser_state.h"

namespace linkgate::kql {
namespace {
constexpr auto kParameters = std::to_array<std::string_view>({"with_match_id"});
}  // namespace

// scan [with_match_id=Name] [order by ...] [partition by ...] [declare (column:type [= default], ...)] with
// (steps)
Expected<> Parser::scan_op(Operator& op) {
  TRY(known_parameters(op.parameters, kParameters));
  if (take_word("order") || take_word("sort")) {
    TRY(expect_word("by", "after order"));
    TRY(item_list(op.by, true, false));
  }
  if (take_word("partition")) {
    TRY(expect_word("by", "after partition"));
    TRY(item_list(op.items, false, false));
  }
  if (take_word("declare")) {
    TRY_ASSIGN(op.schema, declarations(true));
  }
  TRY(expect_word("with", "before the steps of scan"));
  TRY(expect("(", "before the steps of scan"));
  do {
    TRY_ASSIGN(Step next, step());
    op.steps.push_back(std::move(next));
  } while (take(";") && !token().is(")"));
  return expect(")", "after the steps of scan");
}

// step Name [output=all|last|none]: condition [=> column = value, ...]
Expected<Step> Parser::step() {
  TRY(expect_word("step", "in scan"));
  Step found;
  const size_t first = at_;
  TRY_ASSIGN(found.name, name("a step's name"));
  found.span = since(first);
  if (take_word("output")) {
    TRY(expect("=", "after output"));
    if (take_word("last"))
      found.output = StepOutput::kLast;
    else if (take_word("none"))
      found.output = StepOutput::kNone;
    else
      TRY(expect_word("all", "or 'last' or 'none' after output="));
  }
  TRY(expect(":", "before the step's condition"));
  TRY_ASSIGN(found.condition, expression());
  if (!take("=>")) return found;
  do {
    TRY_ASSIGN(Item assigned, item(false, true));
    if (assigned.name.empty())
      return fail(DiagnosticCode::kSyntax, assigned.span, "a step assigns as in column = value");
    found.items.push_back(std::move(assigned));
  } while (take(","));
  return found;
}

}  // namespace linkgate::kql
