#include <algorithm>

#include "kql/binder_state.h"
#include "kql/lexer.h"

namespace linkgate::kql {

namespace {

// Operators that bring other tables in, or look at no rows at all.
bool needs_one_table(OperatorKind kind) {
  return kind == OperatorKind::kJoin || kind == OperatorKind::kLookup || kind == OperatorKind::kUnion ||
         kind == OperatorKind::kSearch || kind == OperatorKind::kGetSchema || kind == OperatorKind::kRender ||
         kind == OperatorKind::kEvaluate || kind == OperatorKind::kMakeSeries ||
         kind == OperatorKind::kTopNested || kind == OperatorKind::kTopHitters ||
         kind == OperatorKind::kSample;
}

}  // namespace

Diagnostic Binder::not_in_subquery(const Operator& op) const {
  return fail(DiagnosticCode::kNotSupported, op.span,
              "'" + std::string(to_string(op.kind)) + "' is not supported in the subquery of " +
                  std::string(within_->operator_name));
}

Binder::Table Binder::apply(const Operator& op, const Plan& input, const Environment* environment) {
  if (within_ != nullptr && needs_one_table(op.kind)) return not_in_subquery(op);
  switch (op.kind) {
    case OperatorKind::kWhere:
      return where(op, input, environment);
    case OperatorKind::kExtend:
      return extend_op(op, input, environment);
    case OperatorKind::kSerialize:
      return serialize(op, input, environment);
    case OperatorKind::kProject:
    case OperatorKind::kProjectAway:
    case OperatorKind::kProjectKeep:
    case OperatorKind::kProjectByNames:
    case OperatorKind::kProjectRename:
    case OperatorKind::kProjectReorder:
      return any_project(op, input, environment);
    case OperatorKind::kSummarize:
      return summarize(op, input, environment);
    case OperatorKind::kDistinct:
      return distinct(op, input, environment);
    case OperatorKind::kCount:
      return count(op, input);
    case OperatorKind::kSort:
      return sort(op, input, environment);
    case OperatorKind::kTake:
      return take(op, input, environment);
    case OperatorKind::kTop:
      return top(op, input, environment);
    case OperatorKind::kJoin:
    case OperatorKind::kLookup:
      return join(op, input, environment);
    case OperatorKind::kUnion:
      return union_of(op.tables, op.parameters, &input, environment, op.span);
    case OperatorKind::kGetSchema:
      return get_schema(input, op.span);
    case OperatorKind::kRender:
      return render(op, input);
    case OperatorKind::kParseKv:
      return parse_kv(op, input, environment);
    case OperatorKind::kPartition:
      return partition(op, input, environment);
    case OperatorKind::kTopNested:
      return top_nested(op, input, environment);
    case OperatorKind::kTopHitters:
      return top_hitters(op, input, environment);
    case OperatorKind::kSampleDistinct:
      return sample_distinct(op, input, environment);
    case OperatorKind::kSample:
      return sample(op, input, environment);
    case OperatorKind::kMakeSeries:
      return make_series(op, input, environment);
    case OperatorKind::kParse:
    case OperatorKind::kParseWhere:
      return parse_op(op, input, environment);
    case OperatorKind::kMvExpand:
      return mv_expand(op, input, environment);
    case OperatorKind::kMvApply:
      return mv_apply(op, input, environment);
    case OperatorKind::kSearch:
      return search(op, input, environment);
    case OperatorKind::kEvaluate:
      return evaluate(op, input, environment);
    case OperatorKind::kScan:
      return scan_op(op, input, environment);
    case OperatorKind::kFind:  // see find_rows(): no operator follows it
    case OperatorKind::kAssertSchema:
      return assert_schema(op, input);
    case OperatorKind::kMakeGraph:  // see graph_step()
    case OperatorKind::kGraphMatch:
    case OperatorKind::kGraphShortestPaths:
    case OperatorKind::kGraphMarkComponents:
    case OperatorKind::kGraphToTable:
    case OperatorKind::kGraphWhereNodes:
    case OperatorKind::kGraphWhereEdges:
      break;
    case OperatorKind::kFork:  // see add_results()
    case OperatorKind::kFacet:
      return fail(DiagnosticCode::kWrongUse, op.span,
                  "'" + std::string(to_string(op.kind)) +
                      "' gives several results, and stands only at the end of a query");
    case OperatorKind::kUnread:
      return DiagnosticList::said();
    case OperatorKind::kInvoke:  // see steps()
    case OperatorKind::kAs:
      break;  // names, and does nothing
  }
  return &input;
}

Binder::Table Binder::any_project(const Operator& op, const Plan& input, const Environment* environment) {
  switch (op.kind) {
    case OperatorKind::kProjectAway:
      return project_away(op, input);
    case OperatorKind::kProjectKeep:
      return project_keep(op, input);
    case OperatorKind::kProjectByNames:
      return project_by_names(op, input, environment);
    case OperatorKind::kProjectRename:
      return project_rename(op, input);
    case OperatorKind::kProjectReorder:
      return project_reorder(op, input);
    default:
      return project(op, input, environment);
  }
}

Binder::Table Binder::serialize(const Operator& op, const Plan& input, const Environment* environment) {
  TRY_ASSIGN(const Plan* rows, serialized(input, op.span));
  return op.items.empty() ? Table(rows) : extend_op(op, *rows, environment);
}

// Operators that hand on whatever columns they get.
bool Binder::keeps_open(OperatorKind kind) {
  switch (kind) {
    case OperatorKind::kWhere:
    case OperatorKind::kExtend:
    case OperatorKind::kSerialize:
    case OperatorKind::kProjectAway:
    case OperatorKind::kProjectRename:
    case OperatorKind::kProjectReorder:
    case OperatorKind::kSort:
    case OperatorKind::kTake:
    case OperatorKind::kTop:
    case OperatorKind::kJoin:
    case OperatorKind::kLookup:
    case OperatorKind::kUnion:
    case OperatorKind::kSearch:
    case OperatorKind::kEvaluate:
    case OperatorKind::kMvExpand:
    case OperatorKind::kParse:
    case OperatorKind::kParseWhere:
    case OperatorKind::kParseKv:
    case OperatorKind::kSample:
    case OperatorKind::kScan:
      return true;
    default:
      return false;
  }
}

Binder::Table Binder::where(const Operator& op, const Plan& input, const Environment* environment) {
  Below below{.plan = &input};
  TRY_ASSIGN(const BoundExpr* condition,
             predicate(*op.expr, {.environment = environment, .columns = &input.columns, .below = &below}));
  TRY_ASSIGN(const Plan* rows, with_windows(below, op.span));
  return bindings_.add(
      {.kind = PlanKind::kFilter, .columns = input.columns, .inputs = {rows}, .predicate = condition},
      op.span);
}

// Rows do not change; what is drawn is what was written.
Binder::Table Binder::render(const Operator& op, const Plan& input) {
  visualization_ = {op.name, {}};
  for (const Parameter& parameter : op.parameters) {
    std::string text;
    if (parameter.value->kind == ExprKind::kName) {
      text = parameter.value->name;
    } else if (parameter.value->kind == ExprKind::kLiteral) {
      const auto* string = std::get_if<std::string>(&parameter.value->value);
      text = string != nullptr ? *string : literal_text(parameter.value->type, parameter.value->value);
    } else {
      return fail(DiagnosticCode::kWrongUse, parameter.span, "a property of render is a name or a constant");
    }
    auto& properties = visualization_.properties;
    const bool more = !properties.empty() && properties.back().first == parameter.name;
    if (more)
      properties.back().second += "," + text;
    else
      properties.emplace_back(parameter.name, std::move(text));
  }
  return &input;
}

Expected<std::vector<SortKey>> Binder::sort_keys(const Operator& op, const Plan& input,
                                                 const Environment* environment) {
  std::vector<SortKey> keys;
  for (const Item& item : op.by) {
    SortKey key;
    TRY_ASSIGN(key.expr, scalar(*item.expr, {.environment = environment, .columns = &input.columns}));
    if (key.expr->type == Type::kDynamic) {
      return fail(DiagnosticCode::kWrongType, item.span,
                  "a dynamic has no order; convert it first, as with tostring()");
    }
    key.descending = item.order != Order::kAscending;
    key.nulls_first = item.nulls == Nulls::kDefault ? !key.descending : item.nulls == Nulls::kFirst;
    keys.push_back(key);
  }
  return keys;
}

Binder::Table Binder::sort(const Operator& op, const Plan& input, const Environment* environment) {
  TRY_ASSIGN(std::vector<SortKey> keys, sort_keys(op, input, environment));
  if (within_ != nullptr) {
    for (size_t i = within_->keys.size(); i > 0; --i) {
      TRY_ASSIGN(const BoundExpr* key, column(within_->keys[i - 1], op.span));
      keys.insert(keys.begin(), {key, false, true});
    }
  }
  return bindings_.add(
      {.kind = PlanKind::kSort, .columns = input.columns, .inputs = {&input}, .sort_keys = std::move(keys)},
      op.span);
}

Expected<uint64_t> Binder::row_count(const Expr& expr, const Environment* environment) {
  TRY_ASSIGN(const BoundExpr* value, scalar(expr, {.environment = environment}));
  const auto* number = std::get_if<int64_t>(&value->value);
  if (value->kind != BoundKind::kLiteral || !is_integer(value->type) || number == nullptr || *number < 0) {
    return fail(DiagnosticCode::kWrongUse, expr.span,
                "the number of rows is a constant that is not negative");
  }
  return static_cast<uint64_t>(*number);
}

Binder::Table Binder::take(const Operator& op, const Plan& input, const Environment* environment) {
  TRY_ASSIGN(const uint64_t rows, row_count(*op.expr, environment));
  return limit(input, rows, op.span);
}

Binder::Table Binder::limit(const Plan& input, uint64_t rows, Span span) {
  Plan plan{.kind = PlanKind::kLimit, .columns = input.columns, .inputs = {&input}, .limit = rows};
  if (within_ != nullptr) plan.limit_by = within_->keys;
  return bindings_.add(std::move(plan), span);
}

Binder::Table Binder::top(const Operator& op, const Plan& input, const Environment* environment) {
  TRY_ASSIGN(const uint64_t rows, row_count(*op.expr, environment));
  TRY_ASSIGN(const Plan* sorted, sort(op, input, environment));
  return limit(*sorted, rows, op.span);
}

// A table of the input's columns: their names, places and types.
Binder::Table Binder::get_schema(const Plan& input, Span span) {
  Plan plan{.kind = PlanKind::kRows};
  constexpr std::pair<std::string_view, Type> kColumns[] = {{"ColumnName", Type::kString},
                                                            {"ColumnOrdinal", Type::kLong},
                                                            {"DataType", Type::kString},
                                                            {"ColumnType", Type::kString}};
  for (const auto& [name, type] : kColumns)
    plan.columns.push_back({bindings_.new_column_id(), std::string(name), type, false});
  for (size_t i = 0; i < input.columns.size(); ++i) {
    const Column& column = input.columns[i];
    const Value cells[] = {column.name, static_cast<int64_t>(i), std::string(dotnet_name(column.type)),
                           std::string(to_string(column.type))};
    for (size_t k = 0; k < plan.columns.size(); ++k) {
      TRY_ASSIGN(const BoundExpr* cell, literal(plan.columns[k].type, cells[k], span));
      plan.cells.push_back(cell);
    }
  }
  return bindings_.add(std::move(plan), span);
}

}  // namespace linkgate::kql
