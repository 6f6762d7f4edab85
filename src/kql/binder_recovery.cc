// How the binder goes on after an error, so that one answer names all that is wrong with a query. What failed
// is silent from then on: a column whose expression failed, a table whose columns nobody knows, a let without
// a value give DiagnosticList::said() to whatever stands on them.

#include <algorithm>
#include <array>

#include "kql/binder_state.h"

namespace linkgate::kql {
namespace {

// Calls whose arguments are no plain expressions.
constexpr auto kOwnGrammar =
    std::to_array<std::string_view>({"toscalar", "column_ifexists", "columnifexists", "bag_pack_columns",
                                     "pack_all", "typeof", "materialize", "table"});

// Operators whose result has the columns that they name and no others.
bool makes_columns(OperatorKind kind) {
  return kind == OperatorKind::kProject || kind == OperatorKind::kSummarize ||
         kind == OperatorKind::kDistinct;
}

bool adds_columns(OperatorKind kind) {
  return kind == OperatorKind::kExtend || kind == OperatorKind::kSerialize;
}

bool names_columns(OperatorKind kind) {
  return kind == OperatorKind::kProjectAway || kind == OperatorKind::kProjectKeep ||
         kind == OperatorKind::kProjectRename || kind == OperatorKind::kProjectReorder;
}

bool hands_on(OperatorKind kind) {
  return kind == OperatorKind::kWhere || kind == OperatorKind::kSort || kind == OperatorKind::kTake ||
         kind == OperatorKind::kTop || kind == OperatorKind::kRender;
}

// An operator that could not be read, by the word it begins with.
OperatorKind kind_of(const Operator& op) {
  if (op.kind != OperatorKind::kUnread) return op.kind;
  for (std::string_view word : {"where", "filter", "sort", "order", "take", "limit", "top", "render"}) {
    if (op.name == word) return OperatorKind::kTake;
  }
  return op.kind;
}

}  // namespace

void Binder::diagnose(const Query& query, DiagnosticList& errors) {
  errors_ = &errors;
  const auto bound = run_query(query);
  if (!bound) note(bound.error());
}

void Binder::note(Diagnostic error) { errors_->add(std::move(error)); }

bool Binder::can_probe(const Expr& expr, const Scope& scope) const {
  switch (expr.kind) {
    case ExprKind::kLogical:
    case ExprKind::kUnary:
      return true;
    case ExprKind::kBinary:
      return expr.children[0]->kind != ExprKind::kStar;
    case ExprKind::kCall: {
      const bool own = std::find(kOwnGrammar.begin(), kOwnGrammar.end(), expr.name) != kOwnGrammar.end();
      return !own && find_window_functions(expr.name).empty() &&
             find(scope.environment, expr.name) == nullptr;
    }
    default:
      return false;
  }
}

Diagnostic Binder::failed(const Expr& expr, const Scope& scope, Diagnostic error) {
  failed_.insert({expr.span.begin, expr.span.end});
  note(std::move(error));
  if (!can_probe(expr, scope) || errors_->full()) return DiagnosticList::said();
  Scope inside = scope;
  if (expr.kind == ExprKind::kCall && !find_aggregates(expr.name).empty()) inside.aggregates = nullptr;
  for (const Expr* child : expr.children) {
    const bool plain = child->kind != ExprKind::kStar && child->kind != ExprKind::kWildcard &&
                       child->kind != ExprKind::kNamed &&
                       !(child->kind == ExprKind::kCall && child->name == "typeof") &&
                       !is_tabular(*child, scope.environment);
    if (plain) (void)scalar(*child, inside);
  }
  return DiagnosticList::said();
}

// A table of which nothing is known.
Binder::Table Binder::failed_table(Span span, Diagnostic error) {
  note(std::move(error));
  ++lost_tables_;
  TRY_ASSIGN(const Plan* nothing, one_row(span));
  unknown_.insert(&nothing->columns);
  return nothing;
}

// The columns behind an operator that failed.
struct Binder::Recovery {
  Columns columns;
  bool known = true;  // there are no others
};

void Binder::probe_item(const Item& item, const Scope& scope, Recovery& recovery) {
  const Expr& expr = *item.expr;
  const auto whole =
      expr.kind == ExprKind::kCall ? find_aggregates(expr.name) : decltype(find_aggregates("")){};
  const bool several = !whole.empty() && whole[0]->shape != AggregateShape::kPlain &&
                       whole[0]->shape != AggregateShape::kWithIf;
  if (expr.kind == ExprKind::kStar || several) {
    for (const Expr* child : expr.children) {
      if (child->kind != ExprKind::kStar)
        (void)scalar(*child, {.environment = scope.environment, .columns = scope.columns});
    }
    recovery.known = false;
    return;
  }
  const auto add = [&](const std::string& name, const BoundExpr* value) {
    if (name.empty()) {
      recovery.known = false;
      return;
    }
    const Column column{bindings_.new_column_id(), name, value != nullptr ? value->type : Type::kString,
                        value != nullptr && value->nullable};
    if (value == nullptr) broken_.insert(column.id);
    place_column(recovery.columns, column);
  };
  // Behind a misspelt name the right one may stand.
  const auto add_meant = [&] {
    if (!item.name.empty() || expr.kind != ExprKind::kName || scope.columns == nullptr) return;
    std::vector<std::string_view> names;
    for (const Column& known : *scope.columns) names.push_back(known.name);
    if (const std::string meant = nearest_name(expr.name, names); !meant.empty()) add(meant, nullptr);
  };
  if (scope.below != nullptr) {
    if (const auto own = values(item, scope)) {
      for (const ItemValue& one : *own) add(one.name.empty() ? one.stem : one.name, one.expr);
      return;
    }
    add_meant();
    for (const std::string& name : item.names) add(name, nullptr);
    if (item.names.empty()) add(item.name.empty() ? implied_name(expr) : item.name, nullptr);
    return;
  }
  const auto value = scalar(expr, scope);
  if (!value) add_meant();
  add(item.name.empty() ? implied_name(expr) : item.name, value ? *value : nullptr);
}

Binder::Table Binder::failed_operator(const Operator& op, const Plan& input, const Environment* environment,
                                      Diagnostic error) {
  // What an operator misses among columns that nobody knows may be there.
  const bool input_known = !is_unknown(&input.columns);
  if (input_known) note(std::move(error));
  const OperatorKind kind = kind_of(op);
  Recovery recovery{input.columns, input_known};
  Below below{.plan = &input};
  std::vector<AggregateCall> aggregates;
  const Scope row{.environment = environment, .columns = &input.columns};
  if (kind == OperatorKind::kWhere && op.expr != nullptr) (void)scalar(*op.expr, row);
  if (hands_on(kind)) {
    for (const Item& key : op.by) (void)scalar(*key.expr, row);
    return &input;
  }
  if (makes_columns(kind) || adds_columns(kind)) {
    if (makes_columns(kind)) recovery = {};
    for (const Item& key : op.by) probe_item(key, row, recovery);
    Scope scope = row;
    if (kind == OperatorKind::kSummarize) scope.aggregates = &aggregates;
    if (kind == OperatorKind::kProject || adds_columns(kind)) scope.below = &below;
    for (const Item& item : op.items) probe_item(item, scope, recovery);
  } else {
    recovery.known = false;
    for (const Item& item : names_columns(kind) ? op.items : std::vector<Item>()) {
      if (const auto found = matching({.expr = item.expr}, input.columns); !found) note(found.error());
    }
    if (kind != OperatorKind::kJoin && kind != OperatorKind::kLookup) recovery.columns.clear();
  }
  TRY_ASSIGN(const Plan* plan,
             bindings_.add({.kind = PlanKind::kRows, .columns = recovery.columns}, op.span));
  if (!recovery.known) unknown_.insert(&plan->columns);
  return plan;
}

// One operator of a pipeline.
Binder::Table Binder::step(const Operator& op, const Plan& input, const Environment* environment) {
  const std::string_view outer = std::exchange(operator_, to_string(op.kind));
  const size_t lost = lost_tables_;
  auto next = apply(op, input, environment);
  if (!next && errors_ != nullptr) next = failed_operator(op, input, environment, std::move(next.error()));
  operator_ = outer;
  if (errors_ == nullptr || !next) return next;
  const bool spreads =
      !makes_columns(op.kind) && op.kind != OperatorKind::kCount && op.kind != OperatorKind::kGetSchema;
  if (spreads && (is_unknown(&input.columns) || lost_tables_ != lost)) unknown_.insert(&(*next)->columns);
  return next;
}

void diagnose(const Query& query, const Catalog& catalog, int64_t now_ticks, const Answers& answers,
              const CompileOptions& options, Bindings& bindings, DiagnosticList& errors) {
  Binder(catalog, now_ticks, answers, options, bindings).diagnose(query, errors);
}

}  // namespace linkgate::kql
