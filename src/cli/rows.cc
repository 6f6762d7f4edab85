#include "cli/rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace linkgate::cli {
namespace {

// How many columns a terminal gives to it: code points, which is right for all but wide and combining
// letters.
size_t width(std::string_view text) {
  return static_cast<size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

// Bytes at the front of `text` that would command a terminal or reverse what it shows: C0 and C1 controls,
// DEL, the bidirectional overrides and isolates U+202A to U+202E and U+2066 to U+2069. 0: harmless.
size_t command_length(std::string_view text) {
  const auto byte = [&](size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0; };
  if (byte(0) < 0x20 || byte(0) == 0x7f) return 1;
  if (byte(0) == 0xC2 && byte(1) >= 0x80 && byte(1) <= 0x9F) return 2;
  const bool overrides = byte(0) == 0xE2 && byte(1) == 0x80 && byte(2) >= 0xAA && byte(2) <= 0xAE;
  const bool isolates = byte(0) == 0xE2 && byte(1) == 0x81 && byte(2) >= 0xA6 && byte(2) <= 0xA9;
  return overrides || isolates ? 3 : 0;
}

std::string for_terminal(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const size_t commands = command_length(text);
    for (size_t i = 0; i < commands; ++i)
      out += fmt::format("\\x{:02x}", static_cast<unsigned char>(text[i]));
    if (commands == 0) out += text.front();
    text.remove_prefix(std::max<size_t>(commands, 1));
  }
  return out;
}

std::string csv_field(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
  std::string out = "\"";
  for (const char c : text) out.append(c == '"' ? 2 : 1, c);
  return out + '"';
}

// The first `widest` letters, the last of them an ellipsis where there are more.
std::string cut(std::string text, size_t widest) {
  if (widest == 0 || width(text) <= widest) return text;
  size_t letters = 0, at = 0;
  while (at < text.size() && ((text[at] & 0xC0) == 0x80 || ++letters < widest)) ++at;
  return text.substr(0, at) + "…";
}

std::string print_table(const Rows& rows, size_t widest) {
  std::vector<std::vector<std::string>> lines = {rows.columns};
  for (const auto& row : rows.rows) {
    auto& line = lines.emplace_back();
    for (const Cell& cell : row) line.push_back(cut(for_terminal(cell.text), widest));
  }
  std::vector<size_t> widths(rows.columns.size());
  for (const auto& line : lines) {
    for (size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], width(line[i]));
  }
  std::string out;
  for (const auto& line : lines) {
    std::string text;
    for (size_t i = 0; i < line.size(); ++i)
      text += line[i] + std::string(widths[i] - width(line[i]) + 2, ' ');
    out += text.substr(0, text.find_last_not_of(' ') + 1) + '\n';
  }
  return out;
}

std::string print_csv(const Rows& rows) {
  std::string out;
  const auto line = [&](const auto& fields, const auto& text_of) {
    for (size_t i = 0; i < fields.size(); ++i) out += (i == 0 ? "" : ",") + csv_field(text_of(fields[i]));
    out += "\r\n";
  };
  line(rows.columns, [](const std::string& name) -> const std::string& { return name; });
  for (const auto& row : rows.rows)
    line(row, [](const Cell& cell) -> const std::string& { return cell.text; });
  return out;
}

std::string print_json(const Rows& rows) {
  std::string out = "[";
  for (const auto& row : rows.rows) {
    std::vector<std::pair<std::string, Cell>> members;
    for (size_t i = 0; i < row.size(); ++i) members.emplace_back(rows.columns[i], row[i]);
    out += (out.size() == 1 ? "\n" : ",\n") + json_object(members);
  }
  return out + "\n]\n";
}

}  // namespace

std::string print_records(const Rows& rows, size_t widest) {
  size_t longest = 0;
  for (const std::string& column : rows.columns) longest = std::max(longest, width(column));
  std::string out;
  for (const auto& row : rows.rows) {
    if (!out.empty()) out += '\n';
    for (size_t i = 0; i < row.size(); ++i) {
      if (row[i].text.empty()) continue;
      const std::string& column = rows.columns[i];
      out += fmt::format("{}:{} {}\n", column, std::string(longest - width(column), ' '),
                         cut(for_terminal(row[i].text), widest));
    }
  }
  return out;
}

size_t longest_line(std::string_view text) {
  size_t longest = 0;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    longest = std::max(longest, width(text.substr(0, end)));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return longest;
}

std::string json_quoted(std::string_view text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string json_object(const std::vector<std::pair<std::string, Cell>>& members) {
  std::string out = "{";
  for (const auto& [name, cell] : members) {
    out += fmt::format("{}{}:{}", out.size() == 1 ? "" : ",", json_quoted(name),
                       cell.is_json ? cell.text : json_quoted(cell.text));
  }
  return out + "}";
}

std::string json_array(const std::vector<std::string>& texts) {
  std::string out = "[";
  for (const std::string& text : texts) out += (out.size() == 1 ? "" : ",") + json_quoted(text);
  return out + "]";
}

std::string print(const Rows& rows, std::string_view format, size_t widest) {
  if (format == "json") return print_json(rows);
  if (format == "csv") return print_csv(rows);
  return print_table(rows, widest);
}

}  // namespace linkgate::cli
