// scan: the rows of a group as one array in their order, and one pass over it with a state for each step.
//
// The state is a tuple: the number of the next sequence, then for each step (whether it has a sequence, the
// sequence's number, what was kept of the rows that the steps up to this one took last). A row meets the
// steps from the last to the first; what is printed is all of them at once, from the state before the row:
//
//   taken     step k takes the sequence of step k-1 and the row
//   left      the states without the sequences that went on
//   repeats   step k, with a sequence of its own or as the first, takes the row
//   sources   the state in which step k sees the row

#include <algorithm>
#include <functional>
#include <limits>

#include "base/check.h"
#include "kql/convert.h"
#include "kql/limits.h"
#include "kql/lower_state.h"

namespace linkgate::kql {

using sql::Ref;

namespace {

// The engine copies what a fold has gathered at each row: gathered in pieces, that stays small.
constexpr int64_t kRowsOfPiece = 256;
// Columns between the SELECTs, which are no columns of the plan.
constexpr int kFirstInner = std::numeric_limits<int>::max() / 2 + 1'000;
const Column kNumber{kFirstInner, "row", Type::kLong, false};
const Column kStep{kFirstInner + 1, "step", Type::kLong, false};
const Column kSequence{kFirstInner + 2, "sequence", Type::kLong, false};

std::string typed(const Column& column) {
  return std::string(column.nullable ? sql_nullable_type(column.type) : sql_type(column.type));
}

using Lowered = std::function<Ref(const BoundExpr&, const Relation&)>;

// One row's way through the steps.
class Machine {
 public:
  Machine(sql::Tree& tree, const Plan& plan, const Columns& carried, Lowered lowered)
      : t_(tree), plan_(plan), carried_(carried), lowered_(std::move(lowered)) {
    ColumnSet used;
    for (const BoundStep& step : plan.steps) {
      add_columns(used, columns_of(*step.condition));
      for (const Assignment& a : step.assignments) add_columns(used, columns_of(*a.expr));
    }
    for (const BoundStep& step : plan.steps) {
      std::vector<size_t>& kept = kept_.emplace_back();
      for (size_t i = 0; i < step.state.size(); ++i) {
        if (used.contains(step.state[i].id)) kept.push_back(i);
      }
    }
  }

  // (state, matches of each row) after all rows of `pieces`, an array of arrays of rows.
  Ref folded(Ref pieces) {
    const std::string all = t_.fresh("v"), piece = t_.fresh("v"), state = t_.fresh("v"), row = t_.fresh("v");
    const Ref nothing = t_.cast(t_.call("array", {}), "Array(Array(" + match_type() + "))");
    const Ref before = t_.call("tuple", {part(t_.column("", all), 1), nothing});
    const Ref inner =
        t_.call("arrayFold", {t_.lambda(state, row, step(t_.column("", state), t_.column("", row))),
                              t_.column("", piece), before});
    const Ref body = with_value(t_, inner, [&](Ref after) {
      return t_.call("tuple",
                     {part(after, 1), t_.call("arrayConcat", {part(t_.column("", all), 2), part(after, 2)})});
    });
    return t_.call("arrayFold", {t_.lambda(all, piece, body), pieces, t_.call("tuple", {start(), nothing})});
  }

 private:
  size_t count() const { return plan_.steps.size(); }
  Ref part(Ref tuple, size_t i) {
    return t_.call("tupleElement", {tuple, t_.integer(static_cast<int64_t>(i))});
  }

  // The state of one step: its flags, and what steps 0 to k kept.
  std::string state_type(size_t k) const {
    std::string type = "Tuple(UInt8, Int64";
    for (size_t j = 0; j <= k; ++j) {
      for (const size_t i : kept_[j]) type += ", " + typed(plan_.steps[j].state[i]);
    }
    return type + ")";
  }
  std::string match_type() const {
    std::string type = "Tuple(Int64, Int64";
    for (const Column& column : plan_.parsed) type += ", " + typed(column);
    return type + ")";
  }
  size_t place_of(size_t j, size_t kept) const {
    size_t place = 3;
    for (size_t i = 0; i < j; ++i) place += kept_[i].size();
    return place + kept;
  }

  // What column i of a step's state is before the step took a row.
  Ref missing(size_t j, size_t i) {
    const Column& column = plan_.steps[j].state[i];
    const size_t inputs = plan_.steps[j].state.size() - plan_.parsed.size();
    if (i >= inputs) return t_.cast(default_of(i - inputs), typed(column));
    return t_.cast(column.type == Type::kString ? t_.text("") : t_.null(), typed(column));
  }
  Ref default_of(size_t declared) { return lowered_(*plan_.cells[declared], Relation(t_)); }

  Ref empty(size_t k) {
    std::vector<Ref> parts = {t_.integer(0), t_.integer(0)};
    for (size_t j = 0; j <= k; ++j) {
      for (const size_t i : kept_[j]) parts.push_back(missing(j, i));
    }
    return t_.cast(t_.call("tuple", std::move(parts)), state_type(k));
  }
  Ref start() {
    std::vector<Ref> parts = {t_.long_value(0)};
    for (size_t k = 0; k < count(); ++k) parts.push_back(empty(k));
    return t_.call("tuple", std::move(parts));
  }

  // The columns as an expression sees them that looks at `row` in `state`, which steps 0 to `last` are in.
  Relation seen(Ref row, Ref state, size_t last) {
    Relation relation(t_);
    for (size_t i = 0; i < carried_.size(); ++i) relation.set(carried_[i], part(row, i + 2));
    for (size_t i = 0; i < plan_.parsed.size(); ++i) {
      relation.set(plan_.parsed[i], t_.cast(default_of(i), typed(plan_.parsed[i])));
    }
    for (size_t j = 0; j < count(); ++j) {
      for (size_t n = 0; n < kept_[j].size(); ++n) {
        const size_t i = kept_[j][n];
        relation.set(plan_.steps[j].state[i], j <= last ? part(state, place_of(j, n)) : missing(j, i));
      }
    }
    return relation;
  }
  Ref holds(size_t k, const Relation& relation) {
    const BoundExpr& condition = *plan_.steps[k].condition;
    const Ref value = lowered_(condition, relation);
    return condition.nullable ? t_.call("ifNull", {value, t_.integer(0)}) : value;
  }

  // `value` under a name, which is defined beside the result of step().
  Ref named(Ref value) {
    const std::string name = t_.fresh("v");
    definitions_.push_back(t_.alias(name, value));
    return t_.column("", name);
  }

  // (state, matches) and a row to (state, matches).
  Ref step(Ref gathered, Ref row) {
    const Ref state = named(part(gathered, 1));
    std::vector<Ref> old, taken, left, repeats, sources;
    for (size_t k = 0; k < count(); ++k) {
      old.push_back(named(part(state, k + 2)));
      const Ref before = k == 0 ? nullptr : old[k - 1];
      taken.push_back(k == 0 ? nullptr
                             : named(t_.call("and", {part(before, 1), holds(k, seen(row, before, k - 1))})));
    }
    for (size_t k = 0; k < count(); ++k) {
      const bool last = k + 1 == count();
      left.push_back(last ? old[k] : named(t_.call("if", {taken[k + 1], empty(k), old[k]})));
      const Ref matches = holds(k, seen(row, left[k], k));
      repeats.push_back(named(k == 0
                                  ? t_.call("toUInt8", {matches})
                                  : t_.call("and", {t_.call("not", {taken[k]}), part(left[k], 1), matches})));
      sources.push_back(k == 0 ? left[0] : named(source(k, taken[k], old[k - 1], left[k])));
    }
    const Ref begins = named(t_.call("and", {repeats[0], t_.call("not", {part(left[0], 1)})}));
    std::vector<Ref> next = {t_.call("plus", {part(state, 1), t_.call("toInt64", {begins})})};
    std::vector<Ref> matches;
    for (size_t k = 0; k < count(); ++k) {
      const Ref matched = k == 0 ? repeats[0] : named(t_.call("or", {taken[k], repeats[k]}));
      Ref sequence = part(sources[k], 2);
      if (k == 0) sequence = named(t_.call("if", {begins, part(state, 1), sequence}));
      const std::vector<Ref> declared = values(k, row, sources[k]);
      next.push_back(t_.call("if", {matched, kept(k, row, sequence, sources[k], declared), left[k]}));
      if (plan_.steps[k].output == StepOutput::kNone) continue;
      const Ref number = t_.integer(static_cast<int64_t>(k) + 1);
      std::vector<Ref> match = {t_.call("toInt64", {t_.call("if", {matched, number, t_.integer(0)})}),
                                sequence};
      match.insert(match.end(), declared.begin(), declared.end());
      matches.insert(matches.begin(), t_.call("tuple", std::move(match)));
    }
    const std::string match = t_.fresh("v");
    const Ref is_one = t_.lambda(match, t_.call("greater", {part(t_.column("", match), 1), t_.integer(0)}));
    const Ref all = t_.cast(t_.call("array", std::move(matches)), "Array(" + match_type() + ")");
    const Ref found = t_.call("arrayFilter", {is_one, all});
    std::vector<Ref> result = {t_.call(
        "tuple", {t_.call("tuple", std::move(next)), t_.call("arrayPushBack", {part(gathered, 2), found})})};
    result.insert(result.end(), definitions_.begin(), definitions_.end());
    return part(t_.call("tuple", std::move(result)), 1);
  }

  // The state in which step k sees the row: with the sequence of the step before, or with its own.
  Ref source(size_t k, Ref taken, Ref before, Ref own) {
    std::vector<Ref> parts;
    for (size_t i = 1; i < place_of(k, 0); ++i) parts.push_back(part(before, i));
    for (const size_t i : kept_[k]) parts.push_back(missing(k, i));
    return t_.call("if", {taken, t_.call("tuple", std::move(parts)), own});
  }

  // The declared columns of the row at step k.
  std::vector<Ref> values(size_t k, Ref row, Ref source) {
    const Relation relation = seen(row, source, k);
    std::vector<Ref> found;
    for (const Column& column : plan_.parsed) {
      Ref value = relation.value(column.id).expr;
      for (const Assignment& a : plan_.steps[k].assignments) {
        if (a.column.id == column.id) value = t_.cast(lowered_(*a.expr, relation), typed(column));
      }
      found.push_back(named(value));
    }
    return found;
  }

  // The state of step k after it took the row.
  Ref kept(size_t k, Ref row, Ref sequence, Ref source, const std::vector<Ref>& declared) {
    std::vector<Ref> parts = {t_.integer(1), sequence};
    for (size_t i = 3; i < place_of(k, 0); ++i) parts.push_back(part(source, i));
    for (const size_t i : kept_[k]) parts.push_back(kept_value(k, i, row, declared));
    return t_.call("tuple", std::move(parts));
  }

  Ref kept_value(size_t k, size_t i, Ref row, const std::vector<Ref>& declared) {
    const Column& column = plan_.steps[k].state[i];
    const size_t inputs = plan_.steps[k].state.size() - plan_.parsed.size();
    if (i >= inputs) return declared[i - inputs];
    const int id = plan_.columns[i].id;
    const auto same = [id](const Column& c) { return c.id == id; };
    const auto found = std::find_if(carried_.begin(), carried_.end(), same);
    CHECK(found != carried_.end());
    return t_.cast(part(row, static_cast<size_t>(found - carried_.begin()) + 2), typed(column));
  }

  sql::Tree& t_;
  const Plan& plan_;
  const Columns& carried_;
  const Lowered lowered_;
  std::vector<Ref> definitions_;  // of step()
  std::vector<std::vector<size_t>>
      kept_;  // by step: the places of its state's columns that somebody looks at
};

// The input's columns that steps look at, in the row or in what was kept of one.
ColumnSet looked_at(const Plan& plan) {
  ColumnSet used;
  for (const BoundStep& step : plan.steps) {
    add_columns(used, columns_of(*step.condition));
    for (const Assignment& a : step.assignments) add_columns(used, columns_of(*a.expr));
  }
  const size_t inputs = plan.inputs[0]->columns.size();
  for (const BoundStep& step : plan.steps) {
    for (size_t i = 0; i < inputs; ++i) {
      if (used.contains(step.state[i].id)) used.insert(plan.columns[i].id);
    }
  }
  return used;
}

}  // namespace

// SELECT sorted array of (number, carried columns), split into pieces; refuses too many rows.
Relation PlanLowering::numbered_groups(const Plan& plan, const Columns& carried, Relation input) {
  ColumnSet below;
  for (const Column& column : carried) below.insert(column.id);
  for (const Column& column : plan.limit_by) below.insert(column.id);
  std::vector<Ref> parts = {input.number_rows(below)};
  for (const Column& column : carried) parts.push_back(input.value(column.id).expr);
  sql::Select& grouped = input.select();
  for (const Column& column : plan.limit_by) grouped.group_by.push_back(input.value(column.id).expr);
  const std::string row = t_.fresh("v"), all = t_.fresh("r"), total = t_.fresh("n");
  const Ref number = t_.call("tupleElement", {t_.column("", row), t_.integer(1)});
  grouped.items.push_back({t_.call("arraySort", {t_.lambda(row, number),
                                                 t_.aggregate("groupArray", {t_.integer(kMaxScanRows + 1)},
                                                              {t_.call("tuple", std::move(parts))})}),
                           all});
  grouped.items.push_back({t_.aggregate("count", {}, {}), total});
  Relation relation = Relation::over(t_, grouped);
  const std::string& table = relation.select().from.alias;
  const Ref too_many = t_.call("greater", {t_.column(table, total), t_.integer(kMaxScanRows)});
  const Ref said =
      t_.text("scan goes through " + std::to_string(kMaxScanRows) + " rows of a partition at most");
  relation.select().where.push_back(t_.call("equals", {t_.call("throwIf", {too_many, said}), t_.integer(0)}));
  relation.set(kNumber, t_.column(table, all));
  return relation;
}

Relation PlanLowering::steps(const Plan& plan, const ColumnSet& needed) {
  ColumnSet below = needed;
  for (const Column& column : plan.parsed) below.erase(column.id);
  if (plan.index) below.erase(plan.index->id);
  for (const Column& column : plan.limit_by) below.insert(column.id);
  for (const int id : looked_at(plan)) {
    const auto same = [id](const Column& c) { return c.id == id; };
    if (std::any_of(plan.inputs[0]->columns.begin(), plan.inputs[0]->columns.end(), same)) below.insert(id);
  }
  Relation input = lower(*plan.inputs[0], below);
  if (input.limited()) input.nest(below);
  Columns carried;
  for (const auto& [id, value] : input.values()) {
    if (below.contains(id)) carried.push_back(value.column);
  }
  Relation relation = numbered_groups(plan, carried, std::move(input));

  const std::string row = t_.fresh("v"), place = t_.fresh("v");
  const auto part = [this](Ref tuple, size_t i) {
    return t_.call("tupleElement", {tuple, t_.integer(static_cast<int64_t>(i))});
  };
  const Ref rows = relation.value(kNumber.id).expr;
  const Ref begins =
      t_.call("equals", {t_.call("modulo", {t_.column("", place), t_.integer(kRowsOfPiece)}), t_.integer(1)});
  const Ref pieces =
      t_.call("arraySplit", {t_.lambda(row, place, begins), rows, t_.call("arrayEnumerate", {rows})});
  Machine machine(t_, plan, carried,
                  [this](const BoundExpr& expr, const Relation& seen) { return lowered(expr, seen); });
  const Ref matches = part(machine.folded(pieces), 2);
  const Ref pair = relation.keep(t_.call("arrayJoin", {t_.call("arrayZip", {rows, matches})}), {});
  relation.set(kNumber, part(pair, 1));
  const Ref match = relation.keep(t_.call("arrayJoin", {part(pair, 2)}), {kNumber.id});
  const Ref whole = relation.value(kNumber.id).expr;
  for (size_t i = 0; i < carried.size(); ++i) relation.set(carried[i], part(whole, i + 2));
  for (size_t i = 0; i < plan.parsed.size(); ++i) relation.set(plan.parsed[i], part(match, i + 3));
  relation.set(kNumber, part(whole, 1));
  relation.set(kStep, part(match, 1));
  relation.set(kSequence, part(match, 2));
  ColumnSet kept = needed;
  kept.insert({kNumber.id, kStep.id, kSequence.id});
  keep_last_matches(plan, relation, kept);
  if (plan.index) relation.set(*plan.index, relation.value(kSequence.id).expr);
  relation.set_order({{relation.value(kNumber.id).expr}, {relation.value(kStep.id).expr, true}});
  return relation;
}

// output=last: of the rows that such a step took in one sequence the last.
void PlanLowering::keep_last_matches(const Plan& plan, Relation& relation, const ColumnSet& kept) {
  std::vector<Ref> last_steps;
  for (size_t k = 0; k < plan.steps.size(); ++k) {
    if (plan.steps[k].output == StepOutput::kLast)
      last_steps.push_back(t_.integer(static_cast<int64_t>(k) + 1));
  }
  if (last_steps.empty()) return;
  const Ref step = relation.value(kStep.id).expr, number = relation.value(kNumber.id).expr;
  const Ref is_last = t_.call("has", {t_.call("array", std::move(last_steps)), step});
  std::vector<Ref> by = {step, relation.value(kSequence.id).expr,
                         t_.call("if", {is_last, t_.long_value(0), number})};
  for (const Column& column : plan.limit_by) by.push_back(relation.value(column.id).expr);
  relation.set_order({{number, true}});
  relation.limit_each(1, std::move(by), kept);
}

}  // namespace linkgate::kql
