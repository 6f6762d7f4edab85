#pragma once
// The syntax tree of a query, and its printer. Nodes live in an Ast, which owns them all; everything else
// points.
//
// print(parse(text)) is canonical KQL: one operator a line, parentheses exactly where the tree needs them.
// Parsing it gives the same tree (the fuzzer holds this).

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kql/diagnostic.h"
#include "kql/types.h"

namespace linkgate::kql {

enum class ExprKind : uint8_t {
  kName,      // `name`
  kWildcard,  // `name` with '*' in it: project-away a*
  kStar,      // * as an argument
  kLiteral,   // `type`, `value`
  kUnary,     // `name` is - or +; children: operand
  kBinary,    // `name` is the operator as written ("==", "!has", "in~", "between"); children: left, right...;
              // in, has_any, has_all: left and the list; between: left, from, to
  kLogical,   // `name` is and/or; two or more children: chains do not nest, so that a thousand terms are not
              // deep
  kCall,      // `name` (children)
  kMember,    // children[0].name
  kNamed,     // name = children[0], as an argument of a function of one's own
  kIndex,     // children[0][children[1]]
  kPipeline,  // children[0] | operators
  kDataTable,  // datatable(columns)[children]
  kRange,      // range name from children[0] to children[1] step children[2]
  kPrint,      // print items
  kUnion,      // union parameters children, as source; as operator see Operator
  kSearch,     // operators[0], as source
  kFind,       // the same
  kInput,      // the rows that a subquery begins with: children[0] of the pipeline of mv-apply's on (...)
  kFunction,   // (columns) { lets; children[0] }: the value of a let; `name` is "view" where that was written
  kExternal,   // externaldata(columns) [children] with (parameters)
  kPattern,  // the value of a declare pattern: `columns` are its arguments, the last is the path where `name`
             // is "path"; `items` the constants of each case, one after another, children[i] its body
  kUnread,   // what could not be parsed; only while all errors of a query are looked for
};

struct Expr;
struct Let;

enum class Order : uint8_t { kDefault, kAscending, kDescending };
enum class Nulls : uint8_t { kDefault, kFirst, kLast };

// One entry of project, extend, summarize, by, sort, ...: [name =] expr [asc|desc] [nulls first|last], of
// mv-expand [name =] expr [to typeof(type)].
struct Item {
  std::string name;                // empty: none was written
  std::vector<std::string> names;  // (a, b) = ...: then `name` is empty
  const Expr* expr = nullptr;
  Order order = Order::kDefault;
  Nulls nulls = Nulls::kDefault;
  std::optional<Type> type;
  const Expr* fallback = nullptr;  // make-series: default=
  Span span;
};

// A column of datatable, or a parameter of a function: name:type, or name:(columns) or name:(*) for a tabular
// one.
struct ColumnDeclaration {
  std::string name;
  Type type = Type::kString;
  bool tabular = false;
  const Expr* default_value = nullptr;
  Span span;
};

// kind=inner, withsource=Name, isfuzzy=true, title="...": what stands between an operator's name and its
// arguments.
struct Parameter {
  std::string name;
  const Expr* value = nullptr;
  Span span;
};

enum class OperatorKind : uint8_t {
  kWhere,
  kExtend,
  kProject,
  kProjectAway,
  kProjectKeep,
  kProjectByNames,
  kProjectRename,
  kProjectReorder,
  kSummarize,
  kSort,
  kTake,
  kTop,
  kDistinct,
  kCount,
  kJoin,
  kLookup,
  kUnion,
  kRender,
  kGetSchema,
  kAs,
  kSerialize,
  kMakeSeries,
  kParseKv,  // `expr` as (`schema`) with (`parameters`)
  kPartition,
  kTopNested,
  kTopHitters,  // `expr` of `items`, as the next
  kSampleDistinct,
  kSample,
  kParse,       // `expr` with `items`: kStar, literals, kName with or without a type
  kParseWhere,  // the same
  kMvExpand,
  kMvApply,
  kSearch,      // `expr` with every bare term written out as * has "term"; tables: those of in (...)
  kInvoke,      // `expr` is the function's call
  kEvaluate,    // `expr` is the plugin's call, `schema` what it was declared to give
  kFind,        // `expr` and `tables` as of search; `name` is project, with `items`, or project-smart
  kReduce,      // by `expr`, with `parameters`
  kScan,        // order by `by`, partition by `items`, declare `schema`, with `steps`
  kMakeGraph,   // from and to are `items`, nodes are `tables` by `by`, partitioned by `name` for `body`
  kGraphMatch,  // `patterns`, where `expr`, project `items`
  kGraphShortestPaths,  // the same
  kGraphMarkComponents,
  kGraphToTable,     // `outputs`
  kGraphWhereNodes,  // `expr`
  kGraphWhereEdges,  // `expr`
  kAssertSchema,     // `schema`
  kFork,             // `branches`
  kFacet,            // by `by`, with `body`
  kUnread,           // as ExprKind::kUnread; `name` is how it began
};
std::string_view to_string(OperatorKind kind);

// on axis [from] [to] step, or in range(from, to, step), of make-series.
struct SeriesAxis {
  Item axis;
  const Expr* from = nullptr;
  const Expr* to = nullptr;
  const Expr* step = nullptr;
  bool in_range = false;
};

// [rows] of key by value of top-nested.
struct NestedTop {
  const Expr* rows = nullptr;  // null: all
  Item key;
  Item by;
  Span span;
};

// [name =] (operator | operator ...) of fork: the body begins with kInput.
struct Branch {
  std::string name;
  const Expr* body = nullptr;
};

// step Name [output=...]: condition [=> column = value, ...] of scan.
enum class StepOutput : uint8_t { kAll, kLast, kNone };
struct Step {
  std::string name;
  StepOutput output = StepOutput::kAll;
  const Expr* condition = nullptr;
  std::vector<Item> items;
  Span span;
};

// (name), or -[name*least..most]-> of a graph's pattern, where nodes and edges take turns.
enum class EdgeDirection : uint8_t { kRight, kLeft, kAny };
struct PatternElement {
  bool is_edge = false;
  EdgeDirection direction = EdgeDirection::kRight;
  std::string name;             // empty: none was written
  const Expr* least = nullptr;  // null: one edge
  const Expr* most = nullptr;
  Span span;
};
using GraphPattern = std::vector<PatternElement>;

// nodes|edges [as name] [with_node_id=...] of graph-to-table.
struct GraphOutput {
  bool edges = false;
  std::string name;
  std::vector<Parameter> parameters;
  Span span;
};

struct Operator {
  OperatorKind kind = OperatorKind::kWhere;
  Span span;  // the operator's name
  std::vector<Parameter> parameters;
  const Expr* expr = nullptr;  // where: predicate; take, top: row count; mv-expand, mv-apply: limit
  const Expr* body = nullptr;  // mv-apply: the subquery, a pipeline that begins with kInput
  std::vector<Branch> branches;
  std::vector<Step> steps;
  std::vector<GraphPattern> patterns;
  std::vector<GraphOutput> outputs;
  std::vector<Item> items;  // also join's and lookup's `on`
  std::vector<Item> by;
  bool has_by = false;
  SeriesAxis series;
  std::vector<NestedTop> levels;    // top-nested
  std::vector<const Expr*> tables;  // join, lookup, union
  std::string name;                 // render: the visualization; as: the name
  std::vector<ColumnDeclaration> schema;
  bool has_schema = false;
  bool schema_keeps_source = false;  // * stands among them
};

struct Expr {
  ExprKind kind = ExprKind::kName;
  Span span;
  int depth = 1;
  std::string name;
  Type type = Type::kString;
  Value value;
  std::vector<const Expr*> children;
  std::vector<Operator> operators;
  std::vector<Item> items;
  std::vector<ColumnDeclaration> columns;
  std::vector<Parameter> parameters;
  std::vector<Let> lets;
};

struct Let {
  std::string name;
  const Expr* value = nullptr;
  Span span;  // of the name
};

// An expression that answers, and the lets in front of it, which those behind it know too.
struct Statement {
  std::vector<Let> lets;
  const Expr* body = nullptr;
};

struct Query {
  std::vector<Parameter> options;             // set Name [= value]; the value may be null
  std::vector<ColumnDeclaration> parameters;  // declare query_parameters(...)
  std::vector<Statement> statements;          // one or more, each with results of its own
};

class Ast {
 public:
  Query query;
  Expr& add(Expr expr) {
    nodes_.push_back(std::move(expr));
    return nodes_.back();
  }

 private:
  std::deque<Expr> nodes_;  // a deque: nodes never move, and destroying it does not recurse
};

std::string print(const Query& query);
std::string print(const Expr& expr);
// The name as KQL needs it written: Url, or ['two words'].
std::string quoted_name(std::string_view name);

}  // namespace linkgate::kql
