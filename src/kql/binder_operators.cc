#include <algorithm>
#include <array>

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

// Source: Kusto documentation, "render operator".
constexpr auto kRenderProperties = std::to_array<std::string_view>(
    {"accumulate", "anomalycolumns", "kind", "legend", "series", "title", "xaxis", "xcolumn", "xtitle",
     "yaxis", "ycolumns", "ymax", "ymin", "ysplit", "ytitle"});
constexpr auto kCharts = std::to_array<std::string_view>(
    {"anomalychart", "areachart", "barchart", "card", "columnchart", "graph", "ladderchart", "linechart",
     "piechart", "pivotchart", "plotly", "sankey", "scatterchart", "stackedareachart", "table", "timechart",
     "timepivot", "treemap"});

}  // namespace

Diagnostic Binder::not_in_subquery(const Operator& op) const {
  return fail(DiagnosticCode::kNotSupported, op.span,
              "'" + std::string(to_string(op.kind)) + "' is not supported in the subquery of " +
                  std::string(within_->operator_name));
}

Binder::Table Binder::apply(const Operator& op, const Plan& input, const Environment* environment) {
  using K = OperatorKind;
  using Row = std::pair<K, Table (Binder::*)(const Operator&, const Plan&, const Environment*)>;
  static constexpr auto kRows = std::to_array<Row>({{K::kWhere, &Binder::where},
                                                    {K::kExtend, &Binder::extend_op},
                                                    {K::kSerialize, &Binder::serialize},
                                                    {K::kProject, &Binder::any_project},
                                                    {K::kProjectAway, &Binder::any_project},
                                                    {K::kProjectKeep, &Binder::any_project},
                                                    {K::kProjectByNames, &Binder::any_project},
                                                    {K::kProjectRename, &Binder::any_project},
                                                    {K::kProjectReorder, &Binder::any_project},
                                                    {K::kSummarize, &Binder::summarize},
                                                    {K::kDistinct, &Binder::distinct},
                                                    {K::kSort, &Binder::sort},
                                                    {K::kTake, &Binder::take},
                                                    {K::kTop, &Binder::top},
                                                    {K::kJoin, &Binder::join},
                                                    {K::kLookup, &Binder::join},
                                                    {K::kParseKv, &Binder::parse_kv},
                                                    {K::kPartition, &Binder::partition},
                                                    {K::kTopNested, &Binder::top_nested},
                                                    {K::kTopHitters, &Binder::top_hitters},
                                                    {K::kSampleDistinct, &Binder::sample_distinct},
                                                    {K::kSample, &Binder::sample},
                                                    {K::kMakeSeries, &Binder::make_series},
                                                    {K::kParse, &Binder::parse_op},
                                                    {K::kParseWhere, &Binder::parse_op},
                                                    {K::kMvExpand, &Binder::mv_expand},
                                                    {K::kMvApply, &Binder::mv_apply},
                                                    {K::kSearch, &Binder::search},
                                                    {K::kEvaluate, &Binder::evaluate},
                                                    {K::kScan, &Binder::scan_op}});
  if (within_ != nullptr && needs_one_table(op.kind)) return not_in_subquery(op);
  for (const auto& [kind, bind] : kRows) {
    if (kind == op.kind) return (this->*bind)(op, input, environment);
  }
  switch (op.kind) {
    case K::kCount:
      return count(op, input);
    case K::kUnion:
      return union_of(op.tables, op.parameters, &input, environment, op.span);
    case K::kGetSchema:
      return get_schema(input, op.span);
    case K::kRender:
      return render(op, input);
    case K::kAssertSchema:
      return assert_schema(op, input);
    case K::kFork:  // see add_results()
    case K::kFacet:
      return fail(DiagnosticCode::kWrongUse, op.span,
                  "'" + std::string(to_string(op.kind)) +
                      "' gives several results, and stands only at the end of a query");
    case K::kUnread:
      return DiagnosticList::said();
    case K::kAs:         // names, and does nothing
    case K::kInvoke:     // see steps()
    case K::kMakeGraph:  // these: see graph_step()
    case K::kGraphMatch:
    case K::kGraphShortestPaths:
    case K::kGraphMarkComponents:
    case K::kGraphToTable:
    case K::kGraphWhereNodes:
    case K::kGraphWhereEdges:
      return &input;
    default:
      return fail(DiagnosticCode::kNotSupported, op.span,
                  "'" + std::string(to_string(op.kind)) + "' is not supported here");
  }
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

void Binder::warn(Span span, std::string message) {
  const auto same = [span](const Diagnostic& d) { return d.span.begin == span.begin; };
  if (warnings_.size() < kMaxDiagnostics && std::none_of(warnings_.begin(), warnings_.end(), same))
    warnings_.push_back(fail(DiagnosticCode::kUnknownName, span, std::move(message)));
}

// Rows do not change; what is drawn is what was written.
Binder::Table Binder::render(const Operator& op, const Plan& input) {
  visualization_ = {op.name, {}};
  if (std::find(kCharts.begin(), kCharts.end(), op.name) == kCharts.end()) {
    const std::vector<std::string_view> known(kCharts.begin(), kCharts.end());
    warn(op.span, "render has no chart '" + op.name + "'" + suggestion(op.name, known));
  }
  for (const Parameter& parameter : op.parameters) {
    if (std::find(kRenderProperties.begin(), kRenderProperties.end(), parameter.name) ==
        kRenderProperties.end()) {
      const std::vector<std::string_view> known(kRenderProperties.begin(), kRenderProperties.end());
      warn(parameter.span, "render has no property '" + parameter.name + "', and this has no effect" +
                               suggestion(parameter.name, known));
    }
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
