#include <limits>

#include "kql/lower_state.h"
#include "kql/window.h"

namespace linkgate::kql {

using sql::Ref;

namespace {

constexpr std::string_view kUpToHere = "ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW";
// Columns between the SELECTs, which are no columns of the plan: the row's number, marks and groups.
constexpr int kFirstInner = std::numeric_limits<int>::max() / 2;

Column inner_column(int place, std::string name) {
  return {kFirstInner + place, std::move(name), Type::kLong, false};
}

}  // namespace

Relation PlanLowering::window(const Plan& plan, const ColumnSet& needed) {
  ColumnSet below = needed, used;
  for (const WindowCall& call : plan.windows) {
    below.erase(call.column.id);
    for (const BoundExpr* arg : call.args) add_columns(used, columns_of(*arg));
  }
  add_columns(below, used);
  Relation relation = lower(*plan.inputs[0], below);
  if (relation.limited()) relation.nest(below);
  relation.settle(used, below);
  const Column number = inner_column(0, "row");
  const Ref counted = relation.order().empty()
                          ? t_.call("plus", {t_.call("rowNumberInAllBlocks", {}), t_.integer(1)})
                          : t_.row_number(relation.order());
  relation.set(number, t_.call("toInt64", {counted}));
  relation.set_order({});
  ColumnSet kept = below;
  kept.insert(number.id);
  relation.nest(kept);
  marks(plan, relation, kept);
  groups(plan, relation, kept);
  std::vector<std::pair<Column, Ref>> results;
  for (size_t i = 0; i < plan.windows.size(); ++i) {
    std::vector<Ref> args;
    LowerWindow call = window_call(plan, i, relation, args);
    results.emplace_back(plan.windows[i].column, plan.windows[i].function->row.result(call));
  }
  for (const auto& [column, expr] : results) relation.set(column, expr);
  ColumnSet out = needed;
  out.insert(number.id);
  relation.nest(out);
  relation.set_order({{relation.value(number.id).expr}});
  return relation;
}

LowerWindow PlanLowering::window_call(const Plan& plan, size_t i, const Relation& relation,
                                      std::vector<Ref>& args) {
  const WindowCall& call = plan.windows[i];
  for (const BoundExpr* arg : call.args) args.push_back(lowered(*arg, relation));
  const int place = static_cast<int>(i) * 2 + 1;
  const auto& values = relation.values();
  const auto find = [&values](int id) -> Ref {
    const auto found = values.find(id);
    return found == values.end() ? nullptr : found->second.expr;
  };
  return {t_, call, args, find(kFirstInner), find(kFirstInner + place), find(kFirstInner + place + 1)};
}

void PlanLowering::marks(const Plan& plan, Relation& relation, ColumnSet& kept) {
  std::vector<std::pair<Column, Ref>> found;
  for (size_t i = 0; i < plan.windows.size(); ++i) {
    if (plan.windows[i].function->row.mark == nullptr) continue;
    std::vector<Ref> args;
    LowerWindow call = window_call(plan, i, relation, args);
    found.emplace_back(inner_column(static_cast<int>(i) * 2 + 1, "mark"),
                       plan.windows[i].function->row.mark(call));
  }
  if (found.empty()) return;
  for (const auto& [column, expr] : found) relation.set(column, expr), kept.insert(column.id);
  relation.nest(kept);
}

void PlanLowering::groups(const Plan& plan, Relation& relation, ColumnSet& kept) {
  std::vector<std::pair<Column, Ref>> found;
  for (size_t i = 0; i < plan.windows.size(); ++i) {
    const WindowRow& row = plan.windows[i].function->row;
    if (!row.grouped_by_mark && row.restart >= plan.windows[i].args.size()) continue;
    std::vector<Ref> args;
    const LowerWindow call = window_call(plan, i, relation, args);
    const Ref begins =
        row.grouped_by_mark ? call.mark : t_.call("ifNull", {call[row.restart], t_.integer(0)});
    found.emplace_back(inner_column(static_cast<int>(i) * 2 + 2, "group"),
                       t_.window("sum", {begins}, {}, {{call.number}}, kUpToHere));
  }
  if (found.empty()) return;
  for (const auto& [column, expr] : found) relation.set(column, expr), kept.insert(column.id);
  relation.nest(kept);
}

}  // namespace linkgate::kql
