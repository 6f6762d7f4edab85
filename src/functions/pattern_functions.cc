// Patterns of rows that a query hands over: see patterns.h. Source: Kusto documentation, basket,
// diffpatterns, autocluster.
//
// Rows are JSON, [weight, ["value", ...]] or, of two tables, [weight, weight, ["value", ...]]. Patterns come
// back as [[number, ..., [value or null, ...]], ...], the first of them first.

#include <simdjson.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <unordered_map>
#include <vector>

#include "functions/function.h"
#include "functions/patterns.h"
#include "functions/text.h"

namespace linkgate::functions {
namespace {

constexpr size_t kMaxPatterns = 10'000;
constexpr size_t kMaxPatternColumns = 100;

// Values as numbers, by the order in which rows name them first.
class Table {
 public:
  // False: no such rows.
  bool read(std::string_view json, bool of_two) {
    simdjson::dom::parser parser;
    simdjson::dom::array list;
    if (parser.parse(json.data(), json.size()).get_array().get(list) != simdjson::SUCCESS) return false;
    for (const auto member : list) {
      simdjson::dom::array cells, values;
      PatternRow row;
      if (member.get_array().get(cells) != simdjson::SUCCESS) return false;
      if (cells.at(0).get_double().get(row.first) != simdjson::SUCCESS) return false;
      if (of_two && cells.at(1).get_double().get(row.second) != simdjson::SUCCESS) return false;
      if (cells.at(of_two ? 2 : 1).get_array().get(values) != simdjson::SUCCESS) return false;
      for (const auto value : values) {
        std::string_view text;
        if (value.get_string().get(text) != simdjson::SUCCESS) return false;
        row.values.push_back(number_of(text));
      }
      if (!(row.first >= 0 && row.second >= 0)) return false;
      if (row.values.empty() || row.values.size() > kMaxPatternColumns) return false;
      if (!rows.empty() && row.values.size() != rows[0].values.size()) return false;
      first += row.first;
      second += row.second;
      rows.push_back(std::move(row));
    }
    return true;
  }

  void append_values(std::string& out, const Pattern& pattern) const {
    out += '[';
    for (size_t c = 0; c < pattern.values.size(); ++c) {
      if (c > 0) out += ',';
      if (pattern.values[c] == kAnyValue)
        out += "null";
      else
        append_json_string(out, texts_[pattern.values[c]]);
    }
    out += ']';
  }

  std::vector<PatternRow> rows;
  double first = 0, second = 0;  // what all rows weigh

 private:
  uint32_t number_of(std::string_view text) {
    const auto [found, is_new] = numbers_.emplace(text, static_cast<uint32_t>(texts_.size()));
    if (is_new) texts_.emplace_back(text);
    return found->second;
  }
  std::unordered_map<std::string, uint32_t> numbers_;
  std::vector<std::string> texts_;
};

double rounded(double value, double to) { return std::round(value / to) * to; }
double percent(double part, double whole) { return whole > 0 ? 100 * part / whole : 0; }
// 38.7 is no multiple of 0.1: what is nearest to it is.
std::string percent_text(double value, double to) {
  return number_text(std::round(rounded(value, to) * 100) / 100);
}

// The more rows the earlier, then the more columns.
bool heavier(const Pattern& a, const Pattern& b) {
  if (a.first != b.first) return a.first > b.first;
  return a.set() != b.set() ? a.set() > b.set() : a.values < b.values;
}

// [[weight, percent, [values]], ...]
std::string shares(const Table& table, const std::vector<Pattern>& patterns) {
  std::string out = "[";
  for (const Pattern& pattern : patterns) {
    out += out.size() > 1 ? ",[" : "[";
    out += number_text(pattern.first) + "," + percent_text(percent(pattern.first, table.first), 0.1) + ",";
    table.append_values(out, pattern);
    out += ']';
  }
  return out + "]";
}

// frequent_row_patterns(least share, most columns, rows)
Value frequent_row_patterns(const Arguments& arguments) {
  const auto share = arguments.number(0);
  const auto columns = arguments.integer(1);
  Table table;
  if (!share || !columns || *columns < 1 || !table.read(arguments.text(2), false)) return std::nullopt;
  // Of one table nothing weighs anything in the second.
  const PatternSearch search{.least_first = *share * table.first - 1e-9,
                             .least_second = std::numeric_limits<double>::infinity(),
                             .most_columns = static_cast<size_t>(*columns),
                             .most_patterns = kMaxPatterns};
  auto found = frequent_patterns(table.rows, search);
  if (!found) return std::nullopt;
  std::sort(found->begin(), found->end(), heavier);
  return shares(table, *found);
}

// grown_row_patterns(weight of size, seeds, rows)
Value grown_row_patterns(const Arguments& arguments) {
  const auto size_weight = arguments.number(0);
  const auto seeds = arguments.integer(1);
  Table table;
  if (!size_weight || !seeds || *seeds < 1 || !table.read(arguments.text(2), false)) return std::nullopt;
  const auto found = grown_patterns(table.rows, *size_weight, static_cast<size_t>(*seeds));
  return shares(table, without_related(found));
}

// differing_row_patterns(least difference, most columns, rows): [[weight, weight, percent, percent,
// difference, [values]], ...], the greatest difference first.
Value differing_row_patterns(const Arguments& arguments) {
  const auto least = arguments.number(0);
  const auto columns = arguments.integer(1);
  Table table;
  if (!least || !columns || *columns < 1 || !table.read(arguments.text(2), true)) return std::nullopt;
  if (table.first <= 0 || table.second <= 0) return "[]";
  const PatternSearch search{.least_first = *least * table.first - 1e-9,
                             .least_second = *least * table.second - 1e-9,
                             .most_columns = static_cast<size_t>(*columns),
                             .most_patterns = kMaxPatterns};
  auto found = frequent_patterns(table.rows, search);
  if (!found) return std::nullopt;
  const auto difference = [&table](const Pattern& p) {
    return std::abs(percent(p.first, table.first) - percent(p.second, table.second));
  };
  std::erase_if(*found, [&](const Pattern& p) { return difference(p) < 100 * *least - 1e-9; });
  std::sort(found->begin(), found->end(), [&](const Pattern& a, const Pattern& b) {
    const double of_a = difference(a), of_b = difference(b);
    return of_a != of_b ? of_a > of_b : heavier(a, b);
  });
  std::string out = "[";
  for (const Pattern& pattern : without_related(*found)) {
    out += out.size() > 1 ? ",[" : "[";
    out += number_text(pattern.first) + "," + number_text(pattern.second) + "," +
           percent_text(percent(pattern.first, table.first), 0.01) + "," +
           percent_text(percent(pattern.second, table.second), 0.01) + "," +
           percent_text(difference(pattern), 0.01) + ",";
    table.append_values(out, pattern);
    out += ']';
  }
  return out + "]";
}

constexpr auto kRows = std::to_array<FunctionRow>({
    {"frequent_row_patterns", 3, 3, frequent_row_patterns},
    {"grown_row_patterns", 3, 3, grown_row_patterns},
    {"differing_row_patterns", 3, 3, differing_row_patterns},
});

}  // namespace

std::span<const FunctionRow> pattern_rows() { return kRows; }

}  // namespace linkgate::functions
