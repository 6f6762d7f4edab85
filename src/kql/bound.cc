#include "kql/bound.h"

#include <algorithm>
#include <array>

#include "kql/aggregate.h"
#include "kql/function.h"
#include "kql/lexer.h"
#include "kql/limits.h"
#include "kql/window.h"

namespace linkgate::kql {
namespace {

constexpr size_t kMaxPrintedBytes = 1 << 20;

constexpr std::array<std::string_view, 9> kJoinNames = {"innerunique", "inner",     "leftouter",
                                                        "rightouter",  "fullouter", "leftsemi",
                                                        "leftanti",    "rightsemi", "rightanti"};
constexpr std::array<std::string_view, 16> kPlanNames = {
    "scan", "rows",  "range",  "filter", "project", "summarize", "sort",   "limit",
    "join", "union", "number", "parse",  "series",  "window",    "expand", "steps"};

class Printer {
 public:
  void expr(const BoundExpr& e) {
    if (out_.size() > kMaxPrintedBytes) return;
    switch (e.kind) {
      case BoundKind::kLiteral:
        out_ += literal_text(e.type, e.value);
        return;
      case BoundKind::kColumn:
        out_ += "#" + std::to_string(e.column);
        break;
      case BoundKind::kCall:
        call(e.function->name, e);
        break;
      case BoundKind::kConvert:
        call("convert", e);
        break;
      case BoundKind::kScalar:
        call("toscalar", e);
        break;
      case BoundKind::kContains:
        call("in", e);
        break;
      case BoundKind::kPart:
        call("part " + std::to_string(e.column), e);
        break;
    }
    out_ += ":" + std::string(to_string(e.type)) + (e.nullable ? "?" : "");
  }

  void plan(const Plan& p, int indent) {
    if (out_.size() > kMaxPrintedBytes) return;
    out_.append(static_cast<size_t>(indent), ' ');
    out_ += kPlanNames[static_cast<size_t>(p.kind)];
    if (p.table != nullptr) out_ += " " + p.table->name;
    if (p.kind == PlanKind::kJoin) out_ += " " + std::string(to_string(p.join));
    if (p.kind == PlanKind::kLimit || p.limited) out_ += " " + std::to_string(p.limit);
    if (p.random) out_ += " random";
    for (const Column& c : p.limit_by) out_ += " by #" + std::to_string(c.id);
    if (p.bags_as_pairs) out_ += " pairs";
    if (!p.pattern.empty()) out_ += " " + literal_text(Type::kString, p.pattern);
    for (const Column& c : p.parsed) out_ += " ", column(c);
    if (p.index) out_ += " ", column(*p.index);
    if (p.predicate != nullptr) out_ += " ", expr(*p.predicate);
    for (const Assignment& a : p.keys) out_ += " ", column(a.column), out_ += "=", expr(*a.expr);
    for (const Assignment& a : p.assignments) out_ += " ", column(a.column), out_ += "=", expr(*a.expr);
    for (const AggregateCall& a : p.aggregates) aggregate(a);
    for (const WindowCall& w : p.windows) window(w);
    for (const BoundStep& s : p.steps) step(s);
    for (const SortKey& key : p.sort_keys) {
      out_ += " ", expr(*key.expr);
      out_ += key.descending ? " desc" : " asc";
      out_ += key.nulls_first ? " nulls first" : " nulls last";
    }
    for (const JoinKey& key : p.join_keys) out_ += " ", expr(*key.left), out_ += "==", expr(*key.right);
    for (const BoundExpr* cell : p.cells) out_ += " ", expr(*cell);
    for (const BoundExpr* bound : {p.from, p.to, p.step}) {
      if (bound != nullptr) out_ += " ", expr(*bound);
    }
    const bool same_columns =
        p.kind == PlanKind::kFilter || p.kind == PlanKind::kSort || p.kind == PlanKind::kLimit;
    if (!same_columns) out_ += " ->";
    for (size_t i = 0; !same_columns && i < p.columns.size(); ++i) out_ += " ", column(p.columns[i]);
    out_ += "\n";
    for (size_t i = 0; i < p.inputs.size(); ++i) {
      if (i < p.union_filters.size()) {
        out_.append(static_cast<size_t>(indent) + 2, ' ');
        out_ += "where ", expr(*p.union_filters[i]), out_ += " of\n";
      }
      plan(*p.inputs[i], indent + 2);
    }
  }

  std::string take() { return std::move(out_); }

 private:
  void window(const WindowCall& w) {
    out_ += " ", column(w.column), out_ += "=(" + std::string(w.function->row.name);
    for (const BoundExpr* arg : w.args) out_ += " ", expr(*arg);
    out_ += ")";
  }

  void step(const BoundStep& s) {
    constexpr std::array<std::string_view, 3> kOutputs = {"all", "last", "none"};
    out_ += " step " + std::string(kOutputs[static_cast<size_t>(s.output)]) + " ";
    expr(*s.condition);
    for (const Assignment& a : s.assignments) out_ += " ", column(a.column), out_ += "=", expr(*a.expr);
    out_ += " keeps #" + std::to_string(s.state.front().id) + "..#" + std::to_string(s.state.back().id);
  }

  void column(const Column& c) {
    out_ += quoted_name(c.name) + "#" + std::to_string(c.id) + ":" + std::string(to_string(c.type));
    if (c.nullable) out_ += "?";
  }

  void call(std::string_view name, const BoundExpr& e) {
    out_ += "(";
    out_ += name;
    for (const BoundExpr* arg : e.args) out_ += " ", expr(*arg);
    if (e.plan != nullptr) {
      out_ += " {\n";
      plan(*e.plan, 2);
      out_ += "}";
    }
    out_ += ")";
  }

  void aggregate(const AggregateCall& a) {
    out_ += " ";
    for (size_t i = 0; i < a.columns.size(); ++i) out_ += i > 0 ? "," : "", column(a.columns[i]);
    out_ += "=(" + std::string(a.aggregate->name);
    for (const BoundExpr* arg : a.args) out_ += " ", expr(*arg);
    out_ += ")";
  }

  std::string out_;
};

Diagnostic too_large(Span span) {
  return fail(DiagnosticCode::kTooLarge, span,
              "the query becomes too large when its let statements are put in place");
}

}  // namespace

std::string_view to_string(JoinKind kind) { return kJoinNames[static_cast<size_t>(kind)]; }

Expected<const BoundExpr*> Bindings::add(BoundExpr expr) {
  for (const BoundExpr* arg : expr.args) {
    expr.depth = std::max(expr.depth, arg->depth + 1);
    expr.size += arg->size;
  }
  if (expr.plan != nullptr)
    expr.size += expr.plan->size, expr.depth = std::max(expr.depth, expr.plan->depth + 1);
  if (expr.depth > kMaxBoundDepth || expr.size > kMaxBoundNodes || exprs_.size() >= kMaxBoundNodes) {
    return too_large(expr.span);
  }
  exprs_.push_back(std::move(expr));
  return &exprs_.back();
}

namespace {

bool keeps_order(PlanKind kind) {
  return kind == PlanKind::kFilter || kind == PlanKind::kProject || kind == PlanKind::kLimit ||
         kind == PlanKind::kNumber || kind == PlanKind::kParse || kind == PlanKind::kWindow ||
         kind == PlanKind::kExpand || kind == PlanKind::kSteps;
}

}  // namespace

Expected<const Plan*> Bindings::add(Plan plan, Span span) {
  const auto count = [&plan](const BoundExpr* expr) {
    if (expr == nullptr) return;
    plan.size += expr->size;
    if (expr->plan != nullptr) plan.depth = std::max(plan.depth, expr->depth + 1);
  };
  for (const Plan* input : plan.inputs) {
    plan.depth = std::max(plan.depth, input->depth + 1);
    plan.size += input->size;
  }
  plan.size += plan.columns.size();
  count(plan.predicate);
  for (const BoundExpr* cell : plan.cells) count(cell);
  for (const Assignment& a : plan.assignments) count(a.expr);
  for (const Assignment& a : plan.keys) count(a.expr);
  for (const BoundExpr* bound : {plan.from, plan.to, plan.step}) count(bound);
  for (const BoundExpr* filter : plan.union_filters) count(filter);
  for (const SortKey& key : plan.sort_keys) count(key.expr);
  for (const JoinKey& key : plan.join_keys) count(key.left), count(key.right);
  for (const AggregateCall& a : plan.aggregates) {
    for (const BoundExpr* arg : a.args) count(arg);
  }
  for (const WindowCall& w : plan.windows) {
    for (const BoundExpr* arg : w.args) count(arg);
  }
  for (const BoundStep& step : plan.steps) {
    count(step.condition);
    plan.size += step.state.size();
    for (const Assignment& a : step.assignments) count(a.expr);
  }
  if (plan.kind == PlanKind::kSort || plan.kind == PlanKind::kRange) plan.serialized = true;
  if (keeps_order(plan.kind)) plan.serialized = plan.serialized || plan.inputs[0]->serialized;
  if (plan.depth > kMaxPlanDepth) {
    return fail(
        DiagnosticCode::kTooLarge, span,
        "more than " + std::to_string(kMaxPlanDepth) +
            " steps follow one another up to here, those of let statements among them; say in one step "
            "what several do");
  }
  if (plan.size > kMaxBoundNodes || plans_.size() >= kMaxBoundNodes) return too_large(span);
  if (plan.columns.size() > static_cast<size_t>(kMaxColumns)) {
    return fail(DiagnosticCode::kTooLarge, span, "more than " + std::to_string(kMaxColumns) + " columns");
  }
  plans_.push_back(std::move(plan));
  return &plans_.back();
}

std::string print(const BoundExpr& expr) {
  Printer printer;
  printer.expr(expr);
  return printer.take();
}

std::string print(const Plan& plan) {
  Printer printer;
  printer.plan(plan, 0);
  return printer.take();
}

}  // namespace linkgate::kql
