// evaluate sequence_detect and funnel_sequence_completion: rows that follow one another in time, by a join
// for each step.

#include <algorithm>

#include "kql/ast_printer.h"
#include "kql/binder_state.h"
#include "kql/json.h"

namespace linkgate::kql {
namespace {

constexpr size_t kMaxSequenceSteps = 16;

std::string numbered(std::string_view stem, size_t i) { return std::string(stem) + std::to_string(i); }

}  // namespace

// sequence_detect(time, longest step, longest whole, steps that are true or false ..., dimensions ...): every
// way to choose one row a step, each later than the one before.
Binder::Table Binder::sequence_detect(const Operator& op, const Plan& input, const Expr& before,
                                      const Environment* environment) {
  if (within_ != nullptr) return not_in_subquery(op);
  const Expr& call = *op.expr;
  const Scope scope{.environment = environment, .columns = &input.columns};
  if (call.children.size() < 4)
    return fail(DiagnosticCode::kWrongUse, call.span,
                "'sequence_detect' takes a time, two timespans, and a condition for each step");
  std::vector<Item> items = {{.name = "$time", .expr = call.children[0], .span = call.span}};
  TRY_ASSIGN(const BoundExpr* time, scalar(*call.children[0], scope));
  const Type length = time->type == Type::kDateTime ? Type::kTimeSpan : time->type;
  std::vector<std::string> steps, dimensions;
  for (size_t i = 3; i < call.children.size(); ++i) {
    const Expr* argument = call.children[i];
    const bool named = argument->kind == ExprKind::kNamed;
    const Expr* value = named ? argument->children[0] : argument;
    TRY_ASSIGN(const BoundExpr* bound, scalar(*value, scope));
    std::string name = named ? argument->name : implied_name(*value);
    const bool step = bound->type == Type::kBool && dimensions.empty();
    std::vector<std::string>& list = step ? steps : dimensions;
    if (name.empty()) name = numbered(step ? "Expr" : "Dim", list.size() + 1);
    items.push_back(
        {.name = numbered(step ? "$step" : "$dim", list.size()), .expr = value, .span = argument->span});
    list.push_back(std::move(name));
  }
  if (steps.empty() || steps.size() > kMaxSequenceSteps) {
    return fail(
        DiagnosticCode::kWrongUse, call.span,
        "'sequence_detect' takes conditions for 1 to " + std::to_string(kMaxSequenceSteps) + " steps");
  }
  const Environment* inside = input_environment(before, std::move(items), op.span, environment);
  TRY_ASSIGN(inside, with_constant(inside, "$longest", *call.children[1], length, environment));
  TRY_ASSIGN(inside, with_constant(inside, "$whole", *call.children[2], length, environment));
  std::string keys = "ALIKE", list, names_of_keys, times, text;
  std::vector<std::string> names = dimensions;
  for (size_t i = 0; i < dimensions.size(); ++i) {
    keys += ", " + numbered("D", i);
    list += ", " + numbered("D", i) + " = ['" + numbered("$dim", i) + "']";
    names_of_keys += numbered("D", i) + ", ";
  }
  for (size_t i = 0; i < steps.size(); ++i) {
    const std::string at = numbered("T", i), last = numbered("T", i - 1);
    const std::string rows = "input | where ['" + numbered("$step", i) + "'] | distinct ALIKE = 0" + list +
                             ", " + at + " = ['$time']";
    text += i == 0 ? rows
                   : " | join kind=inner (" + rows + ") on " + keys + " | where " + at + " > " + last +
                         " and " + at + " - " + last + " <= ['$longest'] and " + at + " - T0 <= ['$whole']";
    times += at + ", ";
    names.push_back(steps[i] + "_" + implied_name(*call.children[0]));
  }
  text += " | project " + names_of_keys + times + "Duration = " + numbered("T", steps.size() - 1) + " - T0";
  names.emplace_back("Duration");
  return bound_text(text, inside, call.span, names);
}

// funnel_sequence_completion(id, time, start, end, window, state, [states], [periods]): how many ids came how
// far within a period from their first state on.
Binder::Table Binder::funnel_completion(const Operator& op, const Plan& input, const Expr& before,
                                        const Environment* environment) {
  if (within_ != nullptr) return not_in_subquery(op);
  const Expr& call = *op.expr;
  const std::vector<const Expr*>& given = call.children;
  if (given.size() != 8)
    return fail(DiagnosticCode::kWrongUse, call.span, "'funnel_sequence_completion' takes 8 arguments");
  const Scope scope{.environment = environment, .columns = &input.columns};
  TRY_ASSIGN(const BoundExpr* time, scalar(*given[1], scope));
  TRY_ASSIGN(const BoundExpr* state, scalar(*given[5], scope));
  const Type length = time->type == Type::kDateTime ? Type::kTimeSpan : time->type;
  const Environment* inside = input_environment(before,
                                                {{.name = "$id", .expr = given[0], .span = call.span},
                                                 {.name = "$time", .expr = given[1], .span = call.span},
                                                 {.name = "$state", .expr = given[5], .span = call.span}},
                                                op.span, environment);
  TRY_ASSIGN(inside, with_constant(inside, "$start", *given[2], time->type, environment));
  TRY_ASSIGN(inside, with_constant(inside, "$end", *given[3], time->type, environment));
  TRY_ASSIGN(inside, with_constant(inside, "$window", *given[4], length, environment));
  TRY_ASSIGN(inside, with_constant(inside, "$states", *given[6], Type::kDynamic, environment));
  const auto states = json_elements(std::get<std::string>(inside->scalar->value));
  TRY_ASSIGN(inside, with_constant(inside, "$periods", *given[7], Type::kDynamic, environment));
  if (!states || states->empty() || states->size() > kMaxSequenceSteps) {
    return fail(DiagnosticCode::kWrongUse, given[6]->span,
                "a list of 1 to " + std::to_string(kMaxSequenceSteps) + " states is needed here");
  }
  const std::string type(to_string(state->type)), unit(to_string(length));
  std::string text =
      "let seen = input | where ['$time'] between (['$start'] .. ['$end']) | distinct ID = "
      "['$id'], T = ['$time'], S = tostring(['$state']);";
  std::string all;
  for (size_t i = 0; i < states->size(); ++i) {
    const std::string rows = "seen | where S == tostring(['$states'][" + std::to_string(i) + "])";
    const std::string step = numbered("step", i);
    text += "let " + step + " = ";
    text += i == 0 ? rows + " | project ID, FIRST = T, LAST = T;"
                   : numbered("step", i - 1) + " | join kind=inner (" + rows +
                         " | project ID, T) on ID | where T > LAST | summarize LAST = min(T) by ID, FIRST;";
    all += (i > 0 ? ", (" : "(") + step + " | extend PLACE = " + std::to_string(i) + ")";
  }
  text += "union " + all + " | extend PERIOD = ['$periods'] | mv-expand PERIOD to typeof(" + unit + ")" +
          " | where LAST - FIRST <= PERIOD | summarize COUNT = dcount(ID) by AT = bin_at(FIRST, ['$window'], "
          "['$start']), PLACE, PERIOD | sort by AT asc, PERIOD asc, PLACE asc"
          " | project AT, STATE = to" +
          type + "(['$states'][PLACE]), PERIOD, COUNT";
  return bound_text(text, inside, call.span,
                    {implied_name(*given[1]), implied_name(*given[5]), "Period", "dcount"});
}

}  // namespace linkgate::kql
