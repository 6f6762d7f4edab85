#include "functions/function.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <vector>

namespace linkgate::functions {
namespace {

constexpr double kMaxInteger = 9e15;

const std::vector<FunctionRow>& rows() {
  static const std::vector<FunctionRow> all = [] {
    std::vector<FunctionRow> found;
    for (const auto table : {text_rows(), compression_rows(), xml_rows(), graph_rows(), geo_point_rows(),
                             geo_cell_rows(), geo_line_rows(), geo_polygon_rows(), wkt_rows(), place_rows(),
                             json_rows(), network_rows(), pattern_rows(), reduce_rows(), series_rows()})
      found.insert(found.end(), table.begin(), table.end());
    std::sort(found.begin(), found.end(),
              [](const FunctionRow& a, const FunctionRow& b) { return a.name < b.name; });
    return found;
  }();
  return all;
}

const FunctionRow* find(std::string_view name) {
  const auto found =
      std::lower_bound(rows().begin(), rows().end(), name,
                       [](const FunctionRow& row, std::string_view wanted) { return row.name < wanted; });
  return found != rows().end() && found->name == name ? &*found : nullptr;
}

}  // namespace

std::optional<double> Arguments::number(size_t i) const {
  const std::string_view digits = text(i);
  double value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc() || end != digits.data() + digits.size() || !std::isfinite(value))
    return std::nullopt;
  return value;
}

std::optional<int64_t> Arguments::integer(size_t i) const {
  const auto value = number(i);
  if (!value || std::abs(*value) > kMaxInteger || std::trunc(*value) != *value) return std::nullopt;
  return static_cast<int64_t>(*value);
}

std::optional<double> Arguments::number_or(size_t i, double otherwise) const {
  return i < size() ? number(i) : otherwise;
}

std::optional<int64_t> Arguments::integer_or(size_t i, int64_t otherwise) const {
  return i < size() ? integer(i) : otherwise;
}

Value evaluate(const Call& call) {
  const FunctionRow* function = find(call.name);
  const size_t count = call.arguments.size();
  if (function == nullptr || count < function->least || count > function->most) return std::nullopt;
  for (const Argument& argument : call.arguments) {
    if (!argument) return std::nullopt;
  }
  return function->evaluate(Arguments(call.arguments));
}

std::span<const std::string_view> function_names() {
  static const std::vector<std::string_view> names = [] {
    std::vector<std::string_view> found;
    for (const FunctionRow& row : rows()) found.push_back(row.name);
    return found;
  }();
  return names;
}

std::string number_text(double value) {
  char digits[32];
  const auto [end, error] = std::to_chars(std::begin(digits), std::end(digits), value == 0 ? 0.0 : value);
  return {digits, end};
}

}  // namespace linkgate::functions
