#pragma once
// The binder's inside: one class, its methods by subject in binder*.cc.

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kql/aggregate.h"
#include "kql/ast.h"
#include "kql/binder.h"
#include "kql/binder_scope.h"
#include "kql/bound.h"
#include "kql/function.h"
#include "kql/window.h"

namespace linkgate::kql {

class Binder {
 public:
  Binder(const Catalog& catalog, int64_t now_ticks, const Answers& answers, const CompileOptions& options,
         Bindings& bindings)
      : catalog_(catalog), now_(now_ticks), answers_(answers), options_(options), bindings_(bindings) {}
  Expected<BoundQuery> run(const Query& query);
  // Binds for the errors alone: goes on after each, with what it knows of the rest.
  void diagnose(const Query& query, DiagnosticList& errors);

 private:
  using Scalar = Expected<const BoundExpr*>;
  using Table = Expected<const Plan*>;
  using Args = std::vector<const BoundExpr*>;

  // ---- results (binder_results.cc)
  Expected<BoundQuery> run_query(const Query& query);
  using Results = std::vector<BoundResult>;
  Expected<> add_results(const Expr& body, const Environment* environment, Results& results);
  Expected<> add_result(const Plan* plan, std::string name, Span span, Results& results);
  Expected<> fork(const Operator& op, const Plan& input, const Environment* environment, Results& results);
  Expected<> facet(const Operator& op, const Plan& input, const Environment* environment, Results& results);
  Table bare_value(const Expr& body, const Environment* environment);

  // ---- going on after an error (binder_recovery.cc)
  void note(Diagnostic error);
  // Both note the error and look at what the failed one did not get to.
  Diagnostic failed(const Expr& expr, const Scope& scope, Diagnostic error);
  Table failed_table(Span span, Diagnostic error);
  Table failed_operator(const Operator& op, const Plan& input, const Environment* environment,
                        Diagnostic error);
  bool can_probe(const Expr& expr, const Scope& scope) const;
  struct Recovery;
  void probe_item(const Item& item, const Scope& scope, Recovery& recovery);
  Table step(const Operator& op, const Plan& input, const Environment* environment);
  // Nobody knows what its first column is.
  bool is_lost(const Plan& plan) const {
    return is_unknown(&plan.columns) || (!plan.columns.empty() && broken_.contains(plan.columns[0].id));
  }
  bool is_unknown(const Columns* columns) const { return columns != nullptr && unknown_.contains(columns); }

  // ---- lets and names (binder.cc)
  void warn(Span span, std::string message);
  Expected<> check_options(const std::vector<Parameter>& options);
  Expected<const Environment*> query_parameters(const std::vector<ColumnDeclaration>& declared);
  static constexpr std::string_view kInvokeInput = "$input";
  Table external(const Expr& expr, const Environment* environment);
  Expected<std::vector<ExternalAddress>> external_addresses(const Expr& expr, const Environment* environment);
  Expected<const std::string*> external_lines(const Expr& expr, struct ExternalLayout layout,
                                              const std::vector<ExternalAddress>& addresses);
  Table invoke_op(const Operator& op, const Environment* environment);
  static std::string source_name(const Expr& expr, const Environment* environment, size_t place);
  bool is_missing(const Expr& expr, const Environment* environment) const;
  Expected<const Environment*> lets(const std::vector<Let>& lets, const Environment* outer);
  Expected<Environment> let(const Let& let, const Environment* environment);
  const Environment* extend(Environment environment);
  static const Environment* find(const Environment* environment, std::string_view name);
  bool is_tabular(const Expr& expr, const Environment* environment) const;
  static bool is_query(const Expr& expr);
  static Expected<std::vector<const Expr*>> placed_arguments(
      const Expr& call, const std::vector<ColumnDeclaration>& parameters);
  Expected<const Environment*> call_environment(const Expr& call, const Environment& function,
                                                const Scope& caller);
  Diagnostic unknown_table(const Expr& name, const Environment* environment) const;

  // ---- tables (binder.cc)
  Table table(const Expr& expr, const Environment* environment);
  Table table_body(const Expr& expr, const Environment* environment);
  Table named_table(const Expr& expr, const Environment* environment);
  static bool names_database(const Expr& expr);
  Table database_table(const Expr& expr);
  Table called_table(const Expr& expr, const Environment* environment);
  Table scan(const CatalogTable& table, Span span);
  Table within_timespan(const Plan& rows, Span span);
  Table steps(const Expr& pipeline, const Plan* plan, const Environment*& environment);
  Table datatable(const Expr& expr, const Environment* environment);
  Table range(const Expr& expr, const Environment* environment);
  Table print_row(const Expr& expr, const Environment* environment);
  Table one_row(Span span);

  // ---- operators (binder_operators.cc, binder_columns.cc, binder_summarize.cc, binder_join.cc)
  Table apply(const Operator& op, const Plan& input, const Environment* environment);
  Table any_project(const Operator& op, const Plan& input, const Environment* environment);
  Table serialize(const Operator& op, const Plan& input, const Environment* environment);
  static bool keeps_open(OperatorKind kind);
  Table where(const Operator& op, const Plan& input, const Environment* environment);
  Table extend_op(const Operator& op, const Plan& input, const Environment* environment);
  Table project(const Operator& op, const Plan& input, const Environment* environment);
  Table project_away(const Operator& op, const Plan& input);
  Table project_by_names(const Operator& op, const Plan& input, const Environment* environment);
  Table project_keep(const Operator& op, const Plan& input);
  Table project_rename(const Operator& op, const Plan& input);
  Table project_reorder(const Operator& op, const Plan& input);
  Table summarize(const Operator& op, const Plan& input, const Environment* environment);
  Table distinct(const Operator& op, const Plan& input, const Environment* environment);
  Table count(const Operator& op, const Plan& input);
  Table sort(const Operator& op, const Plan& input, const Environment* environment);
  Table take(const Operator& op, const Plan& input, const Environment* environment);
  Table top(const Operator& op, const Plan& input, const Environment* environment);
  Table limit(const Plan& input, uint64_t rows, Span span);
  Diagnostic not_in_subquery(const Operator& op) const;
  Table join(const Operator& op, const Plan& left, const Environment* environment);
  Expected<std::vector<JoinKey>> join_keys(const Operator& op, const Plan& left, const Plan& right);
  Table unite(const std::vector<struct UnionInput>& inputs, const struct UnionOptions& options, Span span);
  Table union_of(const std::vector<const Expr*>& tables, const std::vector<Parameter>& parameters,
                 const Plan* first, const Environment* environment, Span span);
  Table get_schema(const Plan& input, Span span);
  Table render(const Operator& op, const Plan& input);
  Table search(const Operator& op, const Plan& input, const Environment* environment);
  Table evaluate(const Operator& op, const Plan& input, const Environment* environment);
  // A call of a plugin that is a pipeline (binder_plugin.cc).
  struct PluginCall {
    const struct PluginRow* row = nullptr;
    const Expr* table = nullptr;
    Type time_type = Type::kDateTime;
    std::vector<std::pair<std::string, const Expr*>> columns;
    std::vector<std::pair<std::string, const BoundExpr*>> constants;
    std::vector<const Expr*> dimensions;
  };
  Table plugin(const Operator& op, const Plan& input, const Expr& before, const Environment* environment);
  Expected<PluginCall> plugin_arguments(const Operator& op, const Plan& input,
                                        const Environment* environment);
  Expected<const Environment*> plugin_environment(const PluginCall& call, const Operator& op,
                                                  const Expr& before, const Environment* environment);
  static std::string plugin_result_name(const PluginCall& call, std::string name);
  const Expr* extended_pipeline(Expr pipeline, std::vector<Item> items, Span span);
  // A pipeline whose text is made of the query (binder_text.cc): `input` in it is what stands before, with a
  // column more for each of `items`. The result's columns are called by `names`, as far as these go.
  Table bound_text(const std::string& text, const Environment* inside, Span span,
                   const std::vector<std::string>& names = {});
  const Environment* input_environment(const Expr& before, std::vector<Item> items, Span span,
                                       const Environment* environment);
  Expected<const Environment*> with_constant(const Environment* inside, std::string name, const Expr& value,
                                             Type type, const Environment* environment);
  using Generated = Table (Binder::*)(const Operator&, const Plan&, const Expr&, const Environment*);
  static Generated generated(const Operator& op);
  Table reduce(const Operator& op, const Plan& input, const Expr& before, const Environment* environment);
  Table mined(const Operator& op, const Plan& input, const Expr& before, const Environment* environment);
  struct Mining;
  Expected<> mining_arguments(const Operator& op, const Plan& input, const Environment* environment,
                              Mining& mining);
  Table sequence_detect(const Operator& op, const Plan& input, const Expr& before,
                        const Environment* environment);
  Table funnel_completion(const Operator& op, const Plan& input, const Expr& before,
                          const Environment* environment);
  Table dcount_intersect(const Operator& op, const Plan& input, const Environment* environment);
  struct BagUnpack {
    const BoundExpr* bag = nullptr;
    std::string prefix, conflict = "error";
    std::set<std::string> ignored;
  };
  Expected<BagUnpack> bag_unpack_arguments(const Expr& call, const Plan& input,
                                           const Environment* environment);
  Table bag_unpack(const Operator& op, const Plan& input, const Environment* environment);
  Table pivot(const Operator& op, const Plan& input, const Environment* environment);
  static Expected<Columns> declared(const Operator& op, const Columns& columns);
  Expected<AggregateCall> pivot_cell(const Expr& how, const BoundExpr* turned, const std::string& value,
                                     const Scope& scope);
  Expected<> pivot_keys(const Expr& call, size_t first, const Plan& input, const Environment* environment,
                        const std::set<int>& used, Plan& plan, struct Names& names);
  Expected<std::vector<std::string>> pivot_values(const Operator& op, const Plan& input,
                                                  const BoundExpr* turned);
  Expected<std::vector<std::string>> asked(const Plan& input, AggregateCall aggregate, Span span);
  // ---- scan (binder_scan.cc)
  Table scan_op(const Operator& op, const Plan& input, const Environment* environment);
  Expected<> declared_columns(const Operator& op, const Environment* environment, Plan& plan);
  Expected<BoundStep> scan_step(const Step& step, const Columns& columns, const Columns& declared,
                                const std::vector<Qualified>& states, const Environment* environment);

  // ---- patterns and schemas (binder_patterns.cc)
  static const Environment* pattern_of(const Expr& expr, const Environment* environment);
  Table pattern_table(const Expr& expr, const Environment* environment);
  Table assert_schema(const Operator& op, const Plan& input);

  // ---- graphs (binder_flow.cc, graph.h)
  friend class GraphBinder;
  friend class GraphMatcher;
  struct Flow {
    const Plan* plan = nullptr;
    const Graph* graph = nullptr;  // then there are no rows yet
  };
  Expected<Flow> flow(const Expr& expr, const Environment* environment);
  Expected<Flow> flow_body(const Expr& expr, const Environment* environment);
  Expected<> flow_steps(const Expr& pipeline, Flow& flow, const Environment*& environment);
  Expected<> graph_step(const Operator& op, Flow& flow, const Environment* environment);
  static bool is_graph_operator(OperatorKind kind);
  static bool is_graph(const Expr& expr, const Environment* environment);
  static Table rows_of(const Flow& found, const Expr& expr);
  Scalar node_degree(const Expr& expr, const Scope& scope);

  // ---- find (binder_find.cc)
  struct Found;
  Table find_rows(const Operator& op, const Environment* environment);
  static void named_columns(const Expr& predicate, Found& found);
  static Expected<> chosen_columns(const Operator& op, Found& found);
  Table with_missing(const Plan& table, const Found& found, Span span);
  Table found_rows(const Operator& op, const Plan& rows, const Columns& own, const Found& found);
  Expected<std::vector<struct UnionInput>> union_inputs(const std::vector<const Expr*>& tables, bool fuzzy,
                                                        const Environment* environment,
                                                        const Plan* first = nullptr);
  Expected<> add_views(const Expr& pattern, const Environment* environment,
                       std::vector<struct UnionInput>& inputs);
  Table search_tables(const Operator& op, const Environment* environment, Span span);
  Table projection(const Plan& input, Columns columns, std::vector<Assignment> assignments, Span span);
  Expected<std::vector<SortKey>> sort_keys(const Operator& op, const Plan& input,
                                           const Environment* environment);
  Expected<uint64_t> row_count(const Expr& expr, const Environment* environment);
  Expected<std::vector<size_t>> matching(const Item& item, const Columns& columns);

  // ---- several rows of one (binder_expand.cc)
  Table mv_expand(const Operator& op, const Plan& input, const Environment* environment);
  Table mv_apply(const Operator& op, const Plan& input, const Environment* environment);
  Table partition(const Operator& op, const Plan& input, const Environment* environment);
  Table sample(const Operator& op, const Plan& input, const Environment* environment);
  Table sample_distinct(const Operator& op, const Plan& input, const Environment* environment);
  Table top_hitters(const Operator& op, const Plan& input, const Environment* environment);
  Table top_nested(const Operator& op, const Plan& input, const Environment* environment);
  Table grouped(const Plan& input, std::vector<Assignment> group_keys, const Item& by,
                const std::string& name, const Environment* environment, Span span);
  Table first_of_each(const Plan& input, const Expr* rows, bool descending, const Columns& within,
                      const Environment* environment, Span span);
  Table parse_kv(const Operator& op, const Plan& input, const Environment* environment);
  Table make_series(const Operator& op, const Plan& input, const Environment* environment);
  Expected<> series_bounds(const Operator& op, Type axis, const Environment* environment, Plan& plan);
  Table placed_on_axis(const Operator& op, const Plan& input, const BoundExpr* axis, const Plan& bounds,
                       Column& place);
  Expected<> series_values(const Operator& op, const Plan& input, const Environment* environment,
                           struct Names& names, Plan& groups, Plan& series,
                           std::vector<Assignment>& computed);
  Table parse_op(const Operator& op, const Plan& input, const Environment* environment);
  static Expected<> parse_parameters(const Operator& op, std::string& kind, std::string& flags);
  Table parsed_values(const Operator& op, const Plan& rows, const Columns& texts, const Column& matched,
                      const std::vector<const Item*>& written, bool relaxed);
  Table expansion(const Operator& op, const Plan& input, const Environment* environment);
  Expected<> expansion_parameters(const Operator& op, const Columns& columns, Plan& plan);
  Scalar element_as(const Column& element, Type type, Span span);
  Table subquery(const Expr& body, const Plan& input, Within& within, const Environment* environment);
  Expected<> add_keys_of_subquery(Plan& plan, Span span);

  // ---- summarize
  Expected<std::vector<Assignment>> keys(const std::vector<Item>& items, const Plan& input,
                                         const Environment* environment, struct Names& names);
  Expected<> several_results(const Item& item, const Aggregate& aggregate, Plan& plan, const Plan& input,
                             const Environment* environment, struct Names& names, Columns& columns);
  static std::string percentile_name(const BoundExpr& percentile);
  Expected<const Aggregate*> aggregate_for(std::string_view name, Args& args, Span span);
  Scalar aggregate(const Expr& call, const Scope& scope);
  // An expression over aggregates, which are added to `aggregates`.
  Scalar of_group(const Expr& expr, const Plan& input, const Environment* environment,
                  std::vector<AggregateCall>& aggregates);

  // ---- window functions (binder_window.cc), items with several values (binder_values.cc)
  Scalar window_call(const Expr& expr, const Scope& scope);
  Expected<const WindowFunction*> window_for(const Expr& expr, Args& args);
  Table with_windows(Below& below, Span span);
  Table serialized(const Plan& input, Span span);
  Expected<std::vector<ItemValue>> values(const Item& item, const Scope& scope);
  Scalar part(const BoundExpr* call, size_t i);
  Scalar all_parts(const Expr& expr, const Scope& scope);
  Scalar packed_columns(const Expr& expr, const Scope& scope);

  // ---- expressions (binder_expression.cc, binder_call.cc, binder_compare.cc)
  Scalar scalar(const Expr& expr, const Scope& scope);
  Scalar key_of(const Expr& name, const Plan& side, const char* which);  // "left", "right"
  Scalar scalar_body(const Expr& expr, const Scope& scope);
  Scalar name(const Expr& expr, const Scope& scope);
  Scalar member(const Expr& expr, const Scope& scope);
  Scalar unary(const Expr& expr, const Scope& scope);
  Scalar binary(const Expr& expr, const Scope& scope);
  Scalar logical(const Expr& expr, const Scope& scope);
  Scalar any_column(const Expr& expr, const Scope& scope);
  Scalar call(const Expr& expr, const Scope& scope);
  Scalar to_scalar(const Expr& expr, const Scope& scope);
  Scalar user_call(const Expr& expr, const Environment& function, const Scope& scope);
  Scalar contains(const Expr& expr, const Scope& scope);
  Scalar contained_in_table(const Expr& expr, const BoundExpr* value, bool folds, const Scope& scope);
  Scalar has_list(const Expr& expr, const Scope& scope);
  Scalar listed(const Expr& expr, const Scope& scope);
  Expected<> array_elements(const BoundExpr& array, Args& args);
  Scalar between(const BoundExpr* value, const BoundExpr* from, const BoundExpr* to, Span span);
  Scalar case_call(const Expr& expr, const Scope& scope);
  Scalar ingestion_time(const Expr& expr, const Scope& scope);
  Scalar column_names(const Expr& expr, const Scope& scope);
  Scalar bin_auto(const Expr& expr, const Scope& scope);
  Scalar column_exists(const Expr& expr, const Scope& scope);
  Scalar column_if_exists(const Expr& expr, const Scope& scope);
  static std::optional<Type> type_argument(const Expr& expr);
  static bool takes_type(std::string_view function);
  static Diagnostic unknown_function(const Expr& call);
  static bool is_text_operator(std::string_view op);
  Scalar compare(std::string_view op, const BoundExpr* left, const BoundExpr* right, Span span);
  // Both made comparable: "1" beside a bool becomes true, a dynamic what stands beside it.
  Expected<> align(const BoundExpr*& left, const BoundExpr*& right, Span span);
  Expected<> align_literal(const BoundExpr*& literal, Type type);
  // A function's argument, as the type its parameter declares.
  Scalar argument_as(const BoundExpr* value, Type type);
  Scalar predicate(const Expr& expr, const Scope& scope);

  Scalar literal(Type type, Value value, Span span);
  Scalar column(const Column& column, Span span);
  Scalar converted(const BoundExpr* expr, Type type);
  // The overload that fits, with its conversions; `what` is how messages call it.
  Scalar invoke(std::string_view function, Args args, Span span, std::string_view what = "");
  Scalar negated(const BoundExpr* expr, Span span);

  // Every recursion of the binder stands on one of these.
  class Depth;

  const Catalog& catalog_;
  int64_t now_;
  const Answers& answers_;
  const CompileOptions& options_;
  std::vector<ExternalAddress> to_fetch_;
  std::map<const Expr*, const std::string*> external_lines_;
  const Plan* question_ = nullptr;  // what must be asked before binding can go on
  Bindings& bindings_;
  // Columns of tables whose data decided them: a name that is not among them is null there, not an error.
  std::set<const Columns*> open_;
  DiagnosticList* errors_ = nullptr;                // diagnose(): where errors go
  std::set<const Columns*> unknown_;                // of what failed: any name may be among them
  std::set<int> broken_;                            // columns whose expressions failed
  std::set<std::pair<uint32_t, uint32_t>> failed_;  // expressions, by their place
  size_t lost_tables_ = 0;
  std::string_view operator_;  // that is being bound, for messages
  std::deque<Environment> environments_;
  std::deque<Graph> graphs_;
  std::deque<Expr> named_by_as_;  // the pipelines up to an `as`
  std::vector<std::unique_ptr<Ast>> plugin_texts_;
  const BoundExpr* bin_auto_size_ = nullptr;  // set query_bin_auto_size
  const BoundExpr* bin_auto_at_ = nullptr;
  bool in_text_ = false;  // of bound_text(): it may call what queries cannot
  int depth_ = 0;
  bool several_ = false;  // the next call may give a tuple: the item that it stands in takes it apart
  const Within* within_ = nullptr;
  Visualization visualization_;
  std::vector<Diagnostic> warnings_;
};

// The column stands where one of its name stood, or at the end.
void place_column(Columns& columns, const Column& column);

struct UnionInput {
  const Plan* plan = nullptr;
  std::string name;  // what withsource= calls it
};
struct UnionOptions {
  bool inner = false;         // only columns that all inputs have
  std::string source_column;  // withsource=
};

// Column names as KQL gives them out: an explicit one must be new, an implicit one gets a number.
struct Names {
  std::set<std::string, std::less<>> taken;
  std::set<std::string, std::less<>>
      implied;  // those of `taken` that nobody wrote: an explicit one gets a number beside them
  Expected<std::string> claim(const std::string& name, Span span);
  std::string number(std::string_view stem);  // stem, stem1, stem2, ...
  std::string column();                       // Column1, Column2, ...
  int next_column = 1;
};

// The name that KQL gives to an expression without one: a column's, a path's, that of a conversion's
// argument; "" where none.
std::string implied_name(const Expr& expr);

// '*' stands for any run of characters.
bool matches_pattern(std::string_view name, std::string_view pattern);

// What a function takes, for messages: "(string, long)", or "no argument".
inline std::string said_parameters(const std::string& accepted) {
  return accepted == "()" ? "no argument" : accepted;
}

}  // namespace linkgate::kql
