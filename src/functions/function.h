#pragma once
// The functions: one row each, in the tables of *_functions.cc. What is malformed gives null, never an error:
// KQL has no errors at run time. A function is never called with a null argument, which makes it null, nor
// with more or fewer arguments than its row says.

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "functions/call.h"

namespace linkgate::functions {

class Arguments {
 public:
  explicit Arguments(std::span<const Argument> arguments) : arguments_(arguments) {}
  size_t size() const { return arguments_.size(); }
  std::string_view text(size_t i) const { return *arguments_[i]; }
  // A finite number; nullopt for other text.
  std::optional<double> number(size_t i) const;
  // A number without a fraction.
  std::optional<int64_t> integer(size_t i) const;
  // `otherwise` where there is no argument i.
  std::optional<double> number_or(size_t i, double otherwise) const;
  std::optional<int64_t> integer_or(size_t i, int64_t otherwise) const;

 private:
  std::span<const Argument> arguments_;
};

struct FunctionRow {
  std::string_view name;
  size_t least, most;  // arguments
  Value (*evaluate)(const Arguments&);
};

// Null also for a name that nobody knows: the compiler writes only names that function_names() has.
Value evaluate(const Call& call);
std::span<const std::string_view> function_names();

// A number as JSON and as answers have it: the shortest text that reads back.
std::string number_text(double value);

// The tables.
std::span<const FunctionRow> text_rows();
std::span<const FunctionRow> compression_rows();
std::span<const FunctionRow> xml_rows();
std::span<const FunctionRow> graph_rows();
std::span<const FunctionRow> geo_point_rows();
std::span<const FunctionRow> geo_cell_rows();
std::span<const FunctionRow> geo_line_rows();
std::span<const FunctionRow> geo_polygon_rows();
std::span<const FunctionRow> wkt_rows();
std::span<const FunctionRow> place_rows();
std::span<const FunctionRow> json_rows();
std::span<const FunctionRow> network_rows();
std::span<const FunctionRow> pattern_rows();
std::span<const FunctionRow> reduce_rows();
std::span<const FunctionRow> series_rows();

}  // namespace linkgate::functions
