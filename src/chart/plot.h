#pragma once
// From a table and what `render` asks for to a chart: which column is which axis, as Kusto chooses. Source:
// Kusto documentation, "render operator" and its visualizations.

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "chart/chart.h"

namespace linkgate::chart {

enum class ColumnKind : uint8_t { kText, kNumber, kTime };

struct Cell {
  std::string text;
  std::optional<double> number;  // of a number, or seconds since 1970 of a time; none: null
};

struct TableColumn {
  std::string name;
  ColumnKind kind = ColumnKind::kText;
};

struct Table {
  std::vector<TableColumn> columns;
  std::vector<std::vector<Cell>> rows;
};

// render's word and its properties, as written.
struct Request {
  std::string kind;
  std::vector<std::pair<std::string, std::string>> properties;
};

// Whether `kind` is one of those that are drawn.
bool is_drawn(std::string_view kind);

// kInvalidArgument, with a sentence for people: a kind that is not drawn, a property that names no column, a
// table without a numeric column.
Result<Chart> plot(const Table& table, const Request& request);

}  // namespace linkgate::chart
