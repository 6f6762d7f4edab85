#pragma once
// The query after binding: every name resolved, every expression typed, every implicit conversion written
// out. Operators have become a small set of plan nodes. Nodes live in a Bindings and are shared freely; none
// is changed after it was made.

#include <deque>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "kql/ast.h"
#include "kql/kql.h"
#include "kql/types.h"

namespace linkgate::kql {

struct Function;   // function.h
struct Aggregate;  // aggregate.h
struct Plan;

// `id` is the column's identity through the whole query; `name` is what it is called at one place.
struct Column {
  int id = 0;
  std::string name;
  Type type = Type::kString;
  bool nullable = false;  // false: never null, so that no comparison of it needs a guard
};
using ColumnSet = std::set<int>;  // ids
using Columns = std::vector<Column>;

enum class BoundKind : uint8_t {
  kLiteral,
  kColumn,
  kCall,      // function(args)
  kConvert,   // args[0] as `type`
  kScalar,    // toscalar(plan): first column of the first row
  kContains,  // args[0] in (first column of plan)
  kPart,      // value `column`, from 0, of args[0], a call that has several
};

struct WindowFunction;
struct BoundExpr {
  BoundKind kind = BoundKind::kLiteral;
  Type type = Type::kString;
  bool nullable = false;
  Span span;
  int depth = 1;
  size_t size = 1;  // nodes, shared ones counted at each use: what walking the tree costs
  Value value;
  int column = 0;
  const Function* function = nullptr;
  std::vector<const BoundExpr*> args;
  const Plan* plan = nullptr;
};

struct Assignment {
  Column column;
  const BoundExpr* expr = nullptr;
};

struct SortKey {
  const BoundExpr* expr = nullptr;
  bool descending = true;
  bool nulls_first = false;
};

struct AggregateCall {
  const Aggregate* aggregate = nullptr;
  std::vector<const BoundExpr*> args;
  std::vector<Column> columns;  // its results: one, but for arg_max and percentiles
  Span span;
};

// A call of a window function; its result is a column of the plan that it stands in.
struct WindowCall {
  const WindowFunction* function = nullptr;
  std::vector<const BoundExpr*> args;
  Column column;
  Span span;
};

enum class JoinKind : uint8_t {
  kInnerUnique,
  kInner,
  kLeftOuter,
  kRightOuter,
  kFullOuter,
  kLeftSemi,
  kLeftAnti,
  kRightSemi,
  kRightAnti,
};
std::string_view to_string(JoinKind kind);

struct JoinKey {
  const BoundExpr* left = nullptr;
  const BoundExpr* right = nullptr;
};

enum class PlanKind : uint8_t {
  kScan,       // table
  kRows,       // cells: literals, row by row; or lines
  kRange,      // column from, to, step: args
  kFilter,     // predicate
  kProject,    // assignments; `columns` says what stays, in which order
  kSummarize,  // assignments are the keys
  kSort,       // sort_keys
  kLimit,      // limit; limit_by: of each group of rows with these columns equal
  kJoin,       // inputs[0], inputs[1], join, join_keys
  kUnion,      // inputs; union_columns[i][k]: what column k is in input i, or null; union_filters
  kNumber,     // index: numbers the rows, in their order where they have one
  kParse,      // predicate is the text, pattern and groups give `parsed`; index: whether it matched
  kSeries,     // keys; assignments: arrays of the input's values at each place; cells: what stands at the
               // others; axis: the input's place, index: the array of all; from, to, step
  kWindow,     // windows: each adds a column
  kExpand,     // assignments: what is expanded side by side; index, limit, bags_as_pairs
  kSteps,  // steps; `parsed`: the declared columns, `cells`: their defaults; limit_by: a state for each group
           // of rows with these columns equal; index: the sequence's number
};

// A step of scan: what it computes for a row, and what it keeps of the last row that it took.
struct BoundStep {
  const BoundExpr* condition = nullptr;
  std::vector<Assignment> assignments;  // of declared columns
  StepOutput output = StepOutput::kAll;
  Columns state;  // as the steps' expressions name them: those of the input, then the declared ones
};

struct Plan {
  PlanKind kind = PlanKind::kScan;
  Columns columns;
  int depth = 1;
  size_t size = 1;
  std::vector<const Plan*> inputs;
  const CatalogTable* table = nullptr;
  std::vector<const BoundExpr*> cells;  // kRows, kRange
  const std::string* lines = nullptr;   // kRows: those of append_external_rows(), in place of `cells`
  const BoundExpr* predicate = nullptr;
  std::vector<Assignment> assignments;
  std::vector<AggregateCall> aggregates;
  std::vector<WindowCall> windows;
  std::vector<BoundStep> steps;
  // The rows have an order that operators after this one may build on. Filled in by Bindings::add for what
  // keeps the order of its input; sort, range and serialize give one.
  bool serialized = false;
  std::vector<SortKey> sort_keys;
  uint64_t limit = 0;
  bool limited = false;  // kExpand: `limit` rows of one at most
  std::vector<Column> limit_by;
  std::optional<Column> index;
  std::string pattern;      // kParse: RE2
  std::vector<int> groups;  // kParse: of `parsed`, in the pattern
  Columns parsed;
  std::vector<Assignment> keys;  // kSeries
  Column axis;
  const BoundExpr* from = nullptr;
  const BoundExpr* to = nullptr;
  const BoundExpr* step = nullptr;
  bool to_inclusive = false;
  bool random = false;         // kLimit: of the rows in no order
  bool nonempty = false;       // one row even of no rows
  bool bags_as_pairs = false;  // kExpand: a bag's members are [key, value] and not bags of one
  JoinKind join = JoinKind::kInner;
  bool left_in_memory = false;  // kJoin: the left side is the one to keep in memory; else the right one
  std::vector<JoinKey> join_keys;
  std::vector<std::vector<const BoundExpr*>> union_columns;
  std::vector<const BoundExpr*> union_filters;  // of input i, over `columns`; empty: all rows of all
};

class Bindings {
 public:
  // Both refuse what is over kMaxBoundNodes, kMaxBoundDepth or kMaxPlanDepth; depth and size are filled in
  // here.
  Expected<const BoundExpr*> add(BoundExpr expr);
  Expected<const Plan*> add(Plan plan, Span span);
  const std::string* keep(std::string lines) { return &lines_.emplace_back(std::move(lines)); }
  int new_column_id() { return next_column_++; }

 private:
  std::deque<BoundExpr> exprs_;
  std::deque<Plan> plans_;
  std::deque<std::string> lines_;
  int next_column_ = 1;
};

// "Name#3:long" for columns, "(function arg ...)" for calls, one plan node a line, inputs indented below.
std::string print(const BoundExpr& expr);
std::string print(const Plan& plan);

}  // namespace linkgate::kql
