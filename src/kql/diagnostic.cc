#include "kql/diagnostic.h"

#include <algorithm>

#include "base/ascii.h"

namespace linkgate::kql {
namespace {

constexpr size_t kMaxSuggestionLength = 64;  // longer names are not compared: the cost is quadratic
constexpr std::string_view kSuggestion = "; did you mean '";
constexpr int kMaxShownLine = 160;     // code points of a query line that render() shows
constexpr int kShownBefore = 60;       // of a longer one, before the place; see window_of()
constexpr size_t kShortestPrefix = 3;  // that says which name is meant

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

int count_code_points(std::string_view text) {
  return static_cast<int>(
      std::count_if(text.begin(), text.end(), [](char c) { return !is_continuation(c); }));
}

// Edits (insert, delete, replace, swap of neighbours) that turn a into b, case folded.
size_t edit_distance(std::string_view a, std::string_view b) {
  const auto same = [&](size_t i, size_t j) { return ascii::to_lower(a[i]) == ascii::to_lower(b[j]); };
  std::vector<size_t> row(b.size() + 1), above, before;  // `before` is the row above the one above
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    before = std::exchange(above, row);
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t replaced = above[j - 1] + (same(i - 1, j - 1) ? 0 : 1);
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, replaced});
      if (i > 1 && j > 1 && same(i - 1, j - 2) && same(i - 2, j - 1))
        row[j] = std::min(row[j], before[j - 2] + 1);
    }
  }
  return row[b.size()];
}

// The byte at which code point `n` of `text` begins, or its end.
size_t byte_of(std::string_view text, int n) {
  size_t at = 0;
  for (; at < text.size(); ++at) {
    if (!is_continuation(text[at]) && n-- == 0) break;
  }
  return at;
}

// A line as it is shown, and the column of the place in it, both from 0.
struct Window {
  std::string shown;
  int column = 0;
};

// Of a line that is too long what stands around `column`, with an ellipsis where something is left out.
Window window_of(std::string_view line, int column) {
  const int length = count_code_points(line);
  if (length <= kMaxShownLine) return {std::string(line), column};
  const int first = std::clamp(column - kShownBefore, 0, length - kMaxShownLine);
  const size_t begin = byte_of(line, first);
  const size_t size = byte_of(line.substr(begin), kMaxShownLine);
  Window window{std::string(line.substr(begin, size)), column - first};
  if (first > 0) window.shown.insert(0, "…"), ++window.column;
  if (begin + size < line.size()) window.shown += "…";
  return window;
}

std::string render_one(const Diagnostic& diagnostic, std::string_view text) {
  std::string out = std::to_string(diagnostic.line) + ":" + std::to_string(diagnostic.column) + ": " +
                    std::string(to_string(diagnostic.code)) + ": " + diagnostic.message + "\n";
  const size_t begin = std::min<size_t>(diagnostic.span.begin, text.size());
  const size_t line_begin = text.substr(0, begin).rfind('\n') + 1;
  std::string_view line = text.substr(line_begin, std::min(text.find('\n', begin), text.size()) - line_begin);
  Window window = window_of(line, diagnostic.column - 1);
  std::string& shown = window.shown;
  std::replace_if(
      shown.begin(), shown.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');
  const int room = std::max(1, count_code_points(shown) - window.column);
  out += "  " + shown + "\n  " + std::string(static_cast<size_t>(window.column), ' ') + "^" +
         std::string(static_cast<size_t>(std::min(diagnostic.length, room) - 1), '~') + "\n";
  return out;
}

}  // namespace

std::string_view to_string(DiagnosticCode code) {
  switch (code) {
    case DiagnosticCode::kSyntax:
      return "Syntax";
    case DiagnosticCode::kUnknownName:
      return "UnknownName";
    case DiagnosticCode::kWrongType:
      return "WrongType";
    case DiagnosticCode::kWrongUse:
      return "WrongUse";
    case DiagnosticCode::kNotSupported:
      return "NotSupported";
    case DiagnosticCode::kTooLarge:
      return "TooLarge";
  }
  return "?";
}

Diagnostic fail(DiagnosticCode code, Span span, std::string message) {
  return {.code = code, .message = std::move(message), .span = span};
}

std::string_view kusto_code(const Diagnostic& diagnostic) {
  if (!diagnostic.service_code.empty()) return diagnostic.service_code;
  switch (diagnostic.code) {
    case DiagnosticCode::kSyntax:
      return "SYN0002";
    case DiagnosticCode::kUnknownName:
      return "SEM0100";
    default:
      return "";
  }
}

std::string kusto_message(const Diagnostic& diagnostic, std::string_view text) {
  if (diagnostic.unresolved.empty() || diagnostic.span.end > text.size()) return diagnostic.message;
  const std::string_view name =
      text.substr(diagnostic.span.begin, diagnostic.span.end - diagnostic.span.begin);
  std::string out;
  if (diagnostic.service_code == kUnknownFunction) {
    out = "Unknown function: '" + std::string(name) + "'";
  } else {
    if (!diagnostic.operator_name.empty()) out = "'" + std::string(diagnostic.operator_name) + "' operator: ";
    out += "Failed to resolve " + std::string(diagnostic.unresolved) + " named '" + std::string(name) + "'";
  }
  const size_t suggested = diagnostic.message.rfind(kSuggestion);
  return suggested == std::string::npos ? out : out + diagnostic.message.substr(suggested);
}

std::vector<const Diagnostic*> all_of(const Diagnostic& diagnostic) {
  std::vector<const Diagnostic*> all = {&diagnostic};
  for (const Diagnostic& other : diagnostic.others) all.push_back(&other);
  std::stable_sort(all.begin(), all.end(),
                   [](const Diagnostic* a, const Diagnostic* b) { return a->span.begin < b->span.begin; });
  return all;
}

void DiagnosticList::add(Diagnostic diagnostic) {
  const auto same_place = [&diagnostic](const Diagnostic& d) {
    return d.span.begin == diagnostic.span.begin;
  };
  if (diagnostic.said || diagnostic.code == DiagnosticCode::kTooLarge || full()) return;
  if (std::none_of(found_.begin(), found_.end(), same_place)) found_.push_back(std::move(diagnostic));
}

Diagnostic DiagnosticList::said() {
  Diagnostic diagnostic;
  diagnostic.said = true;
  return diagnostic;
}

void locate(Diagnostic& diagnostic, std::string_view text) {
  const size_t begin = std::min<size_t>(diagnostic.span.begin, text.size());
  const size_t end = std::clamp<size_t>(diagnostic.span.end, begin, text.size());
  const std::string_view before = text.substr(0, begin);
  diagnostic.line = 1 + static_cast<int>(std::count(before.begin(), before.end(), '\n'));
  const size_t line_begin = before.rfind('\n') + 1;  // npos + 1 is 0: the first line
  diagnostic.column = 1 + count_code_points(before.substr(line_begin));
  const size_t line_end = std::min(text.find('\n', begin), text.size());
  diagnostic.length = std::max(1, count_code_points(text.substr(begin, std::min(end, line_end) - begin)));
}

std::string render(const Diagnostic& diagnostic, std::string_view text) {
  std::string out;
  for (const Diagnostic* one : all_of(diagnostic)) out += render_one(*one, text);
  return out;
}

namespace {

// The shortest name that begins with `wanted`, or else the longest that is the better half of it.
std::string_view nearest_beginning(std::string_view wanted, const std::vector<std::string_view>& names) {
  std::string_view longer, shorter;
  for (std::string_view name : names) {
    if (name.size() > kMaxSuggestionLength || name.size() == wanted.size()) continue;
    const bool begins = wanted.size() >= kShortestPrefix && ascii::istarts_with(name, wanted);
    if (begins && (longer.empty() || name.size() < longer.size())) longer = name;
    const bool goes_on = name.size() >= kShortestPrefix && name.size() * 2 >= wanted.size() &&
                         ascii::istarts_with(wanted, name);
    if (goes_on && name.size() > shorter.size()) shorter = name;
  }
  return longer.empty() ? shorter : longer;
}

}  // namespace

std::string nearest_name(std::string_view wanted, const std::vector<std::string_view>& names) {
  if (wanted.empty() || wanted.size() > kMaxSuggestionLength) return "";
  size_t best = wanted.size() / 3 + 1;  // exclusive; of one or two letters only another case is near
  std::string_view found;
  for (std::string_view name : names) {
    if (name.size() > kMaxSuggestionLength || name == wanted) continue;
    const size_t distance = edit_distance(wanted, name);
    if (distance < best && distance < wanted.size()) best = distance, found = name;
  }
  return std::string(found.empty() ? nearest_beginning(wanted, names) : found);
}

std::string suggestion(std::string_view wanted, const std::vector<std::string_view>& names) {
  const std::string near = nearest_name(wanted, names);
  return near.empty() ? "" : std::string(kSuggestion) + near + "'?";
}

}  // namespace linkgate::kql
