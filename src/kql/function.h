#pragma once
// Scalar functions and operators: one row each, in the tables functions_*.cc. A row says how it is called,
// which types it takes and gives, and what SQL it becomes; the binder and the lowering know nothing of single
// functions.
//
// A signature is "result (parameter, parameter, ...)".
//   parameter: a type, several joined by '|', `any`, `number` (int|long|real, which a decimal becomes),
//   `scalar` (all but dynamic), or T: all T of a
//              call are made one type. Suffix ? may be left out, ... zero or more of these, # must be a
//              constant.
//              The list "bool, T, ..." is case()'s: conditions and values in turns, and a last value.
//   result:    a type or T. Without suffix it is null where an argument may be (a string never is); ? it may
//   always be null;
//              ! it never is.
// Implicit conversions: int -> long -> real -> decimal, and dynamic to what a parameter asks for.

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kql/bound.h"
#include "kql/convert.h"
#include "kql/sql.h"

namespace linkgate::kql {

struct LowerCall;
using LowerFunction = sql::Ref (*)(LowerCall&);
// The value of a call whose arguments are all literals, where SQL need not compute it; nullopt: leave it to
// SQL.
using FoldFunction = std::optional<Value> (*)(std::span<const BoundExpr* const> args, int64_t now_ticks);

// What is wrong with constant arguments (a malformed regular expression), or nothing.
struct ArgumentProblem {
  Span span;
  std::string message;
};
using CheckFunction = std::optional<ArgumentProblem> (*)(std::span<const BoundExpr* const> args);

// What a result column is called that was given no name.
enum class Naming : uint8_t { kNone, kFirstArgument };

struct FunctionRow {
  std::string_view name;
  std::string_view signature;
  LowerFunction lower;
  Naming naming = Naming::kNone;
  FoldFunction fold = nullptr;
  CheckFunction check = nullptr;
  bool is_operator = false;
  // Of a function with several results: "rsquare:real slope:real", each named function_argument_rsquare; or
  // "sorted": as many arrays as arguments, named argument_sorted. The lowering gives a tuple.
  std::string_view parts = "";
  // What an unnamed result is called instead: "dcount_hll_", followed by the argument's name, or the whole
  // name.
  std::string_view stem = "";
};

struct ParameterSpec {
  uint32_t types = 0;  // one bit a Type
  bool generic = false;
  bool optional = false;
  bool repeated = false;
  bool constant = false;
};

enum class NullRule : uint8_t { kArguments, kAlways, kNever, kAllArguments, kDivision };

// A row with its signature parsed.
struct Function {
  std::string_view name;
  std::string_view signature;
  LowerFunction lower = nullptr;
  FoldFunction fold = nullptr;
  CheckFunction check = nullptr;
  Naming naming = Naming::kNone;
  std::vector<ParameterSpec> parameters;
  bool is_operator = false;    // stands between its arguments and cannot be called
  bool alternating = false;    // "bool, T, ..."
  std::optional<Type> result;  // nullopt: T
  NullRule nulls = NullRule::kArguments;
  std::string_view parts;
  std::string_view stem;
};

// CHECKs: a malformed signature is a bug of the table.
Function parse_signature(const FunctionRow& row);

// The rows of all tables, by name; several rows of one name are overloads, tried in order.
std::span<const Function> functions();
std::vector<const Function*> find_functions(std::string_view name);
std::vector<std::string_view> function_names();

// The parameter that argument i of `count` meets, or null.
const ParameterSpec* parameter_of(const Function& function, size_t i, size_t count);
// How an argument list fits a row: the type each argument becomes, or nothing. `cost` counts conversions.
struct Fit {
  std::vector<Type> types;
  std::optional<Type> generic;
  int cost = 0;
};
std::optional<Fit> fit(const Function& function, std::span<const BoundExpr* const> args);
// What both can be made without loss (int and real: real), or nullopt.
std::optional<Type> common_type(Type a, Type b);

bool result_is_nullable(const Function& function, std::span<const BoundExpr* const> args);
// True for a literal above zero, and for a text that is not empty: a division by it, or a search for it, is
// never null.
bool is_sound_literal(const BoundExpr& expr);

// The tables.
std::span<const FunctionRow> operator_rows();
std::span<const FunctionRow> text_operator_rows();
std::span<const FunctionRow> string_rows();
std::span<const FunctionRow> time_rows();
std::span<const FunctionRow> conversion_rows();
std::span<const FunctionRow> math_rows();
std::span<const FunctionRow> dynamic_rows();
std::span<const FunctionRow> array_rows();
std::span<const FunctionRow> bag_rows();
std::span<const FunctionRow> network_rows();
std::span<const FunctionRow> geo_rows();
std::span<const FunctionRow> h3_rows();
std::span<const FunctionRow> text_part_rows();
std::span<const FunctionRow> encoding_rows();
std::span<const FunctionRow> time_format_rows();
std::span<const FunctionRow> decimal_rows();
std::span<const FunctionRow> series_rows();
std::span<const FunctionRow> series_fit_rows();
std::span<const FunctionRow> series_decompose_rows();
std::span<const FunctionRow> native_rows();
std::span<const FunctionRow> measure_rows();
std::span<const FunctionRow> distribution_rows();
std::span<const FunctionRow> extension_rows();
std::span<const FunctionRow> sketch_rows();
std::span<const FunctionRow> series_period_rows();

// What a lowering is given. The SQL types of arguments: bool UInt8 or Bool, int Int32, long Int64, real
// Float64, decimal Decimal(76,20), string and guid String, datetime and timespan Int64 ticks, dynamic
// Nullable(String); Nullable(...) of these where the argument is nullable.
struct LowerCall {
  sql::Tree& tree;
  const BoundExpr& call;
  std::span<const sql::Ref> args;
  int64_t now_ticks = 0;

  size_t size() const { return args.size(); }
  sql::Ref operator[](size_t i) const { return args[i]; }
  const BoundExpr& arg(size_t i) const { return *call.args[i]; }
  bool nullable(size_t i) const { return call.args[i]->nullable; }
  template <typename... Args>
  sql::Ref fn(std::string_view name, Args... list) {
    return tree.call(name, std::vector<sql::Ref>{list...});
  }
  sql::Ref all(std::string_view name) { return tree.call(name, {args.begin(), args.end()}); }
  sql::Ref text(std::string_view value) { return tree.text(value); }
  sql::Ref integer(int64_t value) { return tree.integer(value); }
  sql::Ref null() { return tree.null(); }
  template <typename Body>
  sql::Ref let(sql::Ref value, Body body) {
    return with_value(tree, value, body);
  }
};

}  // namespace linkgate::kql
