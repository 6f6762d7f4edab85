#pragma once
// Window functions: they look at other rows of a serialized table. One row each, in window.cc. Source: the
// Kusto documentation, "Window functions".
//
// What they become stands on up to three SELECTs: in the first, `mark` says which rows begin a run; in the
// second, the rows from one restart to the next get the number of their group; the third has the result.

#include <span>
#include <string_view>
#include <vector>

#include "kql/function.h"

namespace linkgate::kql {

struct LowerWindow;
using LowerWindowFunction = sql::Ref (*)(LowerWindow&);

struct WindowRow {
  std::string_view name;
  std::string_view signature;
  size_t restart;  // which argument begins a new group where it is true; past the last: none
  LowerWindowFunction result;
  LowerWindowFunction mark = nullptr;
  bool grouped_by_mark = false;  // groups begin at marks, not at the restart argument
};

struct WindowFunction {
  WindowRow row;
  Function function;  // its types
};

std::vector<const WindowFunction*> find_window_functions(std::string_view name);
std::vector<std::string_view> window_function_names();
std::span<const WindowFunction> window_functions();

// What a lowering is given; SQL types as in LowerCall.
struct LowerWindow {
  sql::Tree& tree;
  const WindowCall& call;
  std::span<const sql::Ref> args;
  sql::Ref number = nullptr;  // of the row, from 1
  sql::Ref mark = nullptr;    // 1 or 0
  sql::Ref group = nullptr;   // null: there is one only

  size_t size() const { return args.size(); }
  sql::Ref operator[](size_t i) const { return args[i]; }
  const BoundExpr& arg(size_t i) const { return *call.args[i]; }
  template <typename... Args>
  sql::Ref fn(std::string_view name, Args... list) {
    return tree.call(name, std::vector<sql::Ref>{list...});
  }
  // name(args) over the rows of the group up to this one, or over all rows of the table.
  sql::Ref running(std::string_view name, std::vector<sql::Ref> list);
  sql::Ref over_table(std::string_view name, std::vector<sql::Ref> list);
};

}  // namespace linkgate::kql
