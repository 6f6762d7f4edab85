#include "cli/drawing.h"

#include <spawn.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <charconv>
#include <cmath>
#include <cstdlib>
#include <optional>

#include "base/ascii.h"
#include "chart/plot.h"
#include "chart/svg.h"
#include "chart/terminal.h"
#include "cli/files.h"
#include "kql/json.h"
#include "kql/time_text.h"

extern char** environ;

namespace linkgate::cli {
namespace {

constexpr size_t kMostPoints = 200'000;  // that arrays may become

std::optional<double> number_of(std::string_view json) {
  double value = 0;
  const auto [end, error] = std::from_chars(json.data(), json.data() + json.size(), value);
  if (error != std::errc() || end != json.data() + json.size()) return std::nullopt;
  return value;
}

double seconds_of_datetime(int64_t ticks) {
  return static_cast<double>(ticks - kql::kUnixEpochTicks) / static_cast<double>(kql::kTicksPerSecond);
}

std::optional<std::string> text_of(std::string_view json) {
  const auto value = kql::scalar_of_json(json, kql::Type::kString);
  const auto* text = value ? std::get_if<std::string>(&*value) : nullptr;
  return text != nullptr ? std::optional(*text) : std::nullopt;
}

// A column's kind by its type; a dynamic's by the first value that tells.
chart::ColumnKind kind_of(kql::Type type, std::string_view json) {
  switch (type) {
    case kql::Type::kInt:
    case kql::Type::kLong:
    case kql::Type::kReal:
    case kql::Type::kDecimal:
    case kql::Type::kTimeSpan:
      return chart::ColumnKind::kNumber;
    case kql::Type::kDateTime:
      return chart::ColumnKind::kTime;
    case kql::Type::kDynamic:
      break;
    default:
      return chart::ColumnKind::kText;
  }
  if (number_of(json)) return chart::ColumnKind::kNumber;
  const auto text = json.starts_with('"') ? text_of(json) : std::nullopt;
  return text && kql::parse_datetime(*text) ? chart::ColumnKind::kTime : chart::ColumnKind::kText;
}

chart::Cell cell_of(std::string_view json, kql::Type type, chart::ColumnKind kind) {
  if (json == "null") return {};
  const std::string text = json.starts_with('"') ? text_of(json).value_or("") : std::string(json);
  if (kind == chart::ColumnKind::kText) return {text, std::nullopt};
  if (kind == chart::ColumnKind::kTime) {
    const auto ticks = kql::parse_datetime(text);
    return {text, ticks ? std::optional(seconds_of_datetime(*ticks)) : std::nullopt};
  }
  if (type == kql::Type::kTimeSpan) {
    const auto ticks = kql::parse_timespan(text);
    const auto second = static_cast<double>(kql::kTicksPerSecond);
    return {text, ticks ? std::optional(static_cast<double>(*ticks) / second) : std::nullopt};
  }
  return {text, number_of(text)};
}

using JsonRow = std::vector<std::string>;

// Rows of arrays become a row an element; what is no array stands in each.
void add_elements(const JsonRow& row, const std::vector<kql::ResultColumn>& columns,
                  std::vector<JsonRow>& out) {
  std::vector<std::optional<std::vector<std::string>>> arrays(row.size());
  size_t longest = 0;
  bool any = false;
  for (size_t i = 0; i < row.size(); ++i) {
    if (columns[i].type != kql::Type::kDynamic || !row[i].starts_with('[')) continue;
    arrays[i] = kql::json_elements(row[i]);
    if (arrays[i]) any = true, longest = std::max(longest, arrays[i]->size());
  }
  if (!any) {
    out.push_back(row);
    return;
  }
  for (size_t k = 0; k < longest && out.size() < kMostPoints; ++k) {
    JsonRow& one = out.emplace_back(row);
    for (size_t i = 0; i < row.size(); ++i) {
      if (arrays[i]) one[i] = k < arrays[i]->size() ? (*arrays[i])[k] : "null";
    }
  }
}

Error no_converter() {
  return Error(
      ErrorCode::kUnavailable,
      "a PNG is made by rsvg-convert, which is not there (Debian: librsvg2-bin); a name that ends in "
      ".svg needs nothing");
}

Result<void> convert(const std::string& svg, const std::string& path) {
  const int file = ::memfd_create("chart.svg", MFD_CLOEXEC);
  if (file < 0) return Error(ErrorCode::kIo, "no memory for the chart");
  size_t written = 0;
  while (written < svg.size()) {
    const ssize_t count = ::write(file, svg.data() + written, svg.size() - written);
    if (count <= 0) break;
    written += static_cast<size_t>(count);
  }
  ::lseek(file, 0, SEEK_SET);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, file, STDIN_FILENO);
  std::string arguments[] = {"rsvg-convert", "--format=png", "--zoom=2", "--output=" + path};
  char* argv[] = {arguments[0].data(), arguments[1].data(), arguments[2].data(), arguments[3].data(),
                  nullptr};
  pid_t child = 0;
  const int failed = ::posix_spawnp(&child, "rsvg-convert", &actions, nullptr, argv, environ);
  posix_spawn_file_actions_destroy(&actions);
  ::close(file);
  if (failed != 0) return no_converter();
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFEXITED(status) && WEXITSTATUS(status) == 127) return no_converter();
  if (status != 0) return Error(ErrorCode::kIo, path + ": rsvg-convert could not write it");
  return {};
}

}  // namespace

Result<chart::Chart> chart_of(const std::vector<std::string>& lines,
                              const std::vector<kql::ResultColumn>& columns,
                              const kql::Visualization& visualization) {
  std::vector<JsonRow> rows;
  for (const std::string& line : lines) {
    TRY_ASSIGN(const std::string json, kql::row_to_json(line, columns));
    if (const auto cells = kql::json_elements(json)) add_elements(*cells, columns, rows);
  }
  chart::Table table;
  for (size_t i = 0; i < columns.size(); ++i) {
    std::string_view told = "null";
    for (const JsonRow& row : rows) {
      if (row[i] == "null") continue;
      told = row[i];
      break;
    }
    table.columns.push_back({columns[i].name, kind_of(columns[i].type, told)});
  }
  for (const JsonRow& row : rows) {
    auto& cells = table.rows.emplace_back();
    for (size_t i = 0; i < columns.size(); ++i)
      cells.push_back(cell_of(row[i], columns[i].type, table.columns[i].kind));
  }
  return chart::plot(table, {visualization.kind, visualization.properties});
}

bool asks_for_chart(const kql::Visualization& visualization) {
  return !visualization.kind.empty() && visualization.kind != "table";
}

size_t terminal_columns() {
  winsize window{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &window) == 0 && window.ws_col > 0) return window.ws_col;
  return std::numeric_limits<size_t>::max();
}

std::string chart_for_terminal(const chart::Chart& chart) {
  chart::TextSize size;
  winsize window{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &window) == 0 && window.ws_col > 0) {
    size.columns = std::min<size_t>(window.ws_col, 160);
    if (window.ws_row > 12) size.lines = std::min<size_t>(window.ws_row - 8, 24);
  }
  const char* no_color = std::getenv("NO_COLOR");
  const char* terminal = std::getenv("TERM");
  const bool dumb = terminal != nullptr && std::string_view(terminal) == "dumb";
  size.colored = (no_color == nullptr || *no_color == 0) && !dumb;
  return chart::to_text(chart, size);
}

Result<void> check_chart_name(const std::string& path) {
  if (ascii::iends_with(path, ".svg") || ascii::iends_with(path, ".png")) return {};
  return Error(ErrorCode::kInvalidArgument, path + ": a chart's file is named .svg or .png");
}

Result<void> write_chart(const chart::Chart& chart, const std::string& path) {
  TRY(check_chart_name(path));
  const std::string svg = chart::to_svg(chart);
  if (ascii::iends_with(path, ".png")) return convert(svg, path);
  return replace_file(path, svg, 0644);
}

}  // namespace linkgate::cli
