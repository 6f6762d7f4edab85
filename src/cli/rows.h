#pragma once
// Rows as people and programs read them: an aligned table, a JSON array of objects, CSV (RFC 4180).

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace linkgate::cli {

// A value: its text, and whether that text is JSON already (a number, true, null, an object) or a string.
struct Cell {
  Cell(std::string t) : text(std::move(t)) {}                          // NOLINT: converts
  Cell(std::string_view t) : text(t) {}                                // NOLINT
  Cell(const char* t) : text(t) {}                                     // NOLINT
  Cell(bool value) : text(value ? "true" : "false"), is_json(true) {}  // NOLINT
  Cell(int value) : Cell(static_cast<int64_t>(value)) {}               // NOLINT
  Cell(int64_t value) : text(std::to_string(value)), is_json(true) {}  // NOLINT
  static Cell json(std::string text) {
    Cell cell(std::move(text));
    cell.is_json = true;
    return cell;
  }

  std::string text;
  bool is_json = false;
};

struct Rows {
  std::vector<std::string> columns;
  std::vector<std::vector<Cell>> rows;
};

// `format` is "table", "json" or "csv". Control characters, which hostile texts may carry to a terminal, are
// escaped in tables.
// `widest`: cells of a table are cut to so many letters, with an ellipsis; 0: never.
std::string print(const Rows& rows, std::string_view format, size_t widest = 0);

// Each row as lines "column: value", rows apart by an empty line: for rows that are wider than a terminal.
// Empty values are left out; what a terminal could take for commands is escaped.
std::string print_records(const Rows& rows, size_t widest = 0);
// The letters of the longest line.
size_t longest_line(std::string_view text);

// A JSON string with its quotes; bytes that are no UTF-8 become U+FFFD.
std::string json_quoted(std::string_view text);
// A JSON object: {"a":1,"b":"x"} from {{"a", 1}, {"b", "x"}}.
std::string json_object(const std::vector<std::pair<std::string, Cell>>& members);
std::string json_array(const std::vector<std::string>& texts);  // of strings

}  // namespace linkgate::cli
