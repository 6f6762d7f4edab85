#pragma once
// The SQL that we write, as a tree. ClickHouse's dialect, only what the lowering needs. Nodes live in a Tree;
// expressions may be shared (the printer writes them out again each time and refuses what grows over
// kMaxSqlBytes).
//
// There is no node for raw text: names are the catalogue's or ours, literals are quoted by the printer, and
// function names are string literals of this folder's source.

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kql/diagnostic.h"

namespace linkgate::kql::sql {

struct Select;

enum class ExprKind : uint8_t {
  kColumn,   // table.name, or name alone where table is empty (a lambda's variable)
  kString,   // 'text'
  kData,     // the same, of the data that go along: counted for themselves
  kInteger,  // a bare integer, typed by the engine as narrowly as it fits
  kReal,     // a Float64
  kNull,
  kCall,       // name(args); comparison, arithmetic, and/or and IS NULL are printed infix
  kAggregate,  // name(params)(args)
  kLambda,     // name -> args[0], or (name, table) -> args[0]
  kAlias,      // (args[0] AS name): written once in a lambda, and a column of it stands elsewhere in it
  kSubquery,   // (select)
  kRowNumber,  // row_number() OVER (ORDER BY order)
  kWindow,     // name(args) OVER (PARTITION BY params ORDER BY order frame)
};

struct Expr;
using Ref = const Expr*;

struct OrderKey {
  Ref expr = nullptr;
  bool descending = false;
  bool nulls_first = false;
};

struct Expr {
  ExprKind kind = ExprKind::kNull;
  std::string name;  // kString: the text
  std::string table;
  int64_t integer = 0;
  double real = 0;
  std::vector<const Expr*> args;
  std::vector<const Expr*> params;
  const Select* select = nullptr;
  std::vector<OrderKey> order;
  std::string_view frame;  // kWindow: ROWS BETWEEN ...; a literal of this folder's source
  int weight = 1;          // nodes as printed; saturates
};

struct Item {
  Ref expr = nullptr;
  std::string alias;
};

// What stands after FROM.
struct Source {
  enum class Kind : uint8_t { kNothing, kTable, kSelects, kFunction, kJoin };
  Kind kind = Kind::kNothing;
  std::string database, table;  // kTable
  bool final = false;
  std::vector<const Select*> selects;  // kSelects: one, or several joined by UNION ALL; kJoin: left and right
  Ref function = nullptr;              // kFunction: numbers(...), values(...)
  std::string join;                    // kJoin: "ALL INNER", "ALL LEFT", "LEFT ANTI", ...
  Ref on = nullptr;
  std::string alias;  // kJoin: of the left side
  std::string right_alias;
};

struct Select {
  std::vector<Item> items;
  bool distinct = false;
  Source from;
  std::vector<Ref> where;  // joined by AND
  std::vector<Ref> group_by;
  std::vector<OrderKey> order_by;
  std::optional<uint64_t> limit;
  std::vector<Ref> limit_by;  // LIMIT limit_by_rows BY these
  uint64_t limit_by_rows = 1;
};

class Tree {
 public:
  Ref column(std::string table, std::string name);
  Ref text(std::string_view value);
  Ref data(std::string_view value);
  Ref integer(int64_t value);
  Ref real(double value);
  Ref null();
  Ref call(std::string_view name, std::vector<Ref> args);
  Ref aggregate(std::string_view name, std::vector<Ref> params, std::vector<Ref> args);
  Ref lambda(std::string variable, Ref body);
  Ref lambda(std::string first, std::string second, Ref body);
  Ref alias(std::string name, Ref value);
  Ref subquery(const Select& select);
  Ref row_number(std::vector<OrderKey> order);
  Ref window(std::string_view name, std::vector<Ref> args, std::vector<Ref> partition,
             std::vector<OrderKey> order, std::string_view frame);
  Select& select();

  // CAST(value, 'type'), toInt64(5), ...
  Ref cast(Ref value, std::string_view type) { return call("CAST", {value, text(type)}); }
  Ref long_value(int64_t value) { return call("toInt64", {integer(value)}); }
  // A name that no other in this tree has: t1, v2, ...
  std::string fresh(std::string_view prefix);

 private:
  Ref add(Expr expr);
  std::deque<Expr> exprs_;
  std::deque<Select> selects_;
  int next_ = 1;
};

// Indented text. The span is what a refusal for size points at.
Expected<std::string> print(const Select& select, Span whole_query);
// One expression, for tests and fuzzers.
std::string print(const Expr& expr);

}  // namespace linkgate::kql::sql
