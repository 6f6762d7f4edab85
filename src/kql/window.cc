#include "kql/window.h"

#include <algorithm>
#include <array>

#include "kql/convert.h"

namespace linkgate::kql {
namespace {

using sql::Ref;

constexpr std::string_view kUpToHere = "ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW";
constexpr std::string_view kAll = "ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING";

// ---- prev(column, offset, default) and next: null, or '', where there is no such row
Ref neighbour(LowerWindow& w, std::string_view function) {
  const bool text = w.call.column.type == Type::kString;
  const Ref value = text ? w[0] : w.fn("toNullable", w[0]);
  const Ref offset = w.size() > 1 ? w[1] : w.tree.integer(1);
  Ref missing = text ? w.tree.text("") : w.tree.cast(w.tree.null(), sql_nullable_type(w.call.column.type));
  if (w.size() > 2) missing = text ? w[2] : w.fn("toNullable", w[2]);
  return w.over_table(function, {value, offset, missing});
}
Ref lower_prev(LowerWindow& w) { return neighbour(w, "lagInFrame"); }
Ref lower_next(LowerWindow& w) { return neighbour(w, "leadInFrame"); }

// ---- numbers and sums, from one restart to the next
Ref lower_row_number(LowerWindow& w) {
  const Ref number = w.fn("toInt64", w.running("count", {}));
  if (w.size() == 0) return number;
  return w.fn("minus", w.fn("plus", number, w[0]), w.tree.integer(1));
}
Ref lower_row_cumsum(LowerWindow& w) {
  const Ref sum = w.running("sum", {w[0]});
  return w.call.column.type == Type::kInt ? w.fn("toInt32", sum) : sum;
}

// ---- ranks: a run of equal values has one
Ref differs_from_last(LowerWindow& w) {
  const bool text = w.arg(0).type == Type::kString;
  const Ref value = text ? w[0] : w.fn("toNullable", w[0]);
  const Ref last = w.over_table("lagInFrame", {value});
  const Ref same = w.fn("isNotDistinctFrom", value, last);
  std::vector<Ref> terms = {w.fn("not", same), w.fn("equals", w.number, w.tree.integer(1))};
  if (w.size() > 1) terms.push_back(w.fn("ifNull", w[1], w.tree.integer(0)));
  return w.tree.call("or", std::move(terms));
}
Ref lower_rank_dense(LowerWindow& w) { return w.fn("toInt64", w.running("sum", {w.mark})); }
Ref lower_rank_min(LowerWindow& w) {
  const Ref number = w.fn("toInt64", w.number);
  const Ref run = w.running("max", {w.fn("multiply", number, w.mark)});
  return w.fn("plus", w.fn("minus", run, w.running("min", {number})), w.tree.integer(1));
}

// ---- row_window_session(time, most from the first, most between neighbours, restart)
Ref is_far_from_last(LowerWindow& w) {
  const Ref last = w.over_table("lagInFrame", {w.fn("toNullable", w[0])});
  const Ref far = w.fn("ifNull", w.fn("greater", w.fn("minus", w[0], last), w[2]), w.tree.integer(1));
  std::vector<Ref> terms = {far, w.fn("equals", w.number, w.tree.integer(1))};
  if (w.size() > 3) terms.push_back(w.fn("ifNull", w[3], w.tree.integer(0)));
  return w.tree.call("or", std::move(terms));
}
// Within the rows that are near one another a session begins where the distance from its first is too long.
Ref lower_session(LowerWindow& w) {
  const Ref times = w.running("groupArray", {w.fn("assumeNotNull", w[0])});
  const std::string first = w.tree.fresh("v"), time = w.tree.fresh("v");
  const Ref start = w.tree.column("", first), here = w.tree.column("", time);
  const Ref next = w.fn("if", w.fn("greater", w.fn("minus", here, start), w[1]), here, start);
  const Ref lambda = w.tree.lambda("(" + first + ", " + time + ")", next);
  const Ref session = w.fn("arrayFold", lambda, times, w.fn("arrayElement", times, w.tree.integer(1)));
  return w.arg(0).nullable ? w.fn("if", w.fn("isNull", w[0]), w.tree.null(), w.fn("toNullable", session))
                           : session;
}

constexpr size_t kNever = 99;

constexpr auto kRows = std::to_array<WindowRow>({
    {"prev", "T? (T, int|long?#, T?#)", kNever, lower_prev},
    {"next", "T? (T, int|long?#, T?#)", kNever, lower_next},
    {"row_number", "long! (long?#, bool?)", 1, lower_row_number},
    {"row_cumsum", "int (int, bool?)", 1, lower_row_cumsum},
    {"row_cumsum", "long (long, bool?)", 1, lower_row_cumsum},
    {"row_cumsum", "real (real, bool?)", 1, lower_row_cumsum},
    {"row_cumsum", "timespan (timespan, bool?)", 1, lower_row_cumsum},
    {"row_rank_dense", "long! (scalar, bool?)", 1, lower_rank_dense, differs_from_last},
    {"row_rank_min", "long! (scalar, bool?)", 1, lower_rank_min, differs_from_last},
    {"row_window_session", "datetime (datetime, timespan#, timespan#, bool?)", kNever, lower_session,
     is_far_from_last, true},
});

}  // namespace

Ref LowerWindow::running(std::string_view name, std::vector<Ref> list) {
  std::vector<Ref> partition;
  if (group != nullptr) partition.push_back(group);
  return tree.window(name, std::move(list), std::move(partition), {{number}}, kUpToHere);
}
Ref LowerWindow::over_table(std::string_view name, std::vector<Ref> list) {
  return tree.window(name, std::move(list), {}, {{number}}, kAll);
}

std::span<const WindowFunction> window_functions() {
  static const std::vector<WindowFunction> all = [] {
    std::vector<WindowFunction> built;
    for (const WindowRow& row : kRows)
      built.push_back({row, parse_signature({row.name, row.signature, nullptr})});
    return built;
  }();
  return all;
}

std::vector<const WindowFunction*> find_window_functions(std::string_view name) {
  std::vector<const WindowFunction*> found;
  for (const WindowFunction& f : window_functions()) {
    if (f.row.name == name) found.push_back(&f);
  }
  return found;
}

std::vector<std::string_view> window_function_names() {
  std::vector<std::string_view> names;
  for (const WindowFunction& f : window_functions()) {
    if (names.empty() || names.back() != f.row.name) names.push_back(f.row.name);
  }
  return names;
}

}  // namespace linkgate::kql
