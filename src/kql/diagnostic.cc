#include "kql/diagnostic.h"

#include <algorithm>

#include "base/ascii.h"

namespace linkgate::kql {
namespace {

constexpr size_t kMaxSuggestionLength = 64;  // longer names are not compared: the cost is quadratic
constexpr std::string_view kSuggestion = "; did you mean '";
constexpr size_t kMaxShownLine = 160;  // code points of a query line that render() shows

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

std::string render_one(const Diagnostic& diagnostic, std::string_view text) {
  std::string out = std::to_string(diagnostic.line) + ":" + std::to_string(diagnostic.column) + ": " +
                    std::string(to_string(diagnostic.code)) + ": " + diagnostic.message + "\n";
  const size_t begin = std::min<size_t>(diagnostic.span.begin, text.size());
  const size_t line_begin = text.substr(0, begin).rfind('\n') + 1;
  std::string_view line = text.substr(line_begin, std::min(text.find('\n', begin), text.size()) - line_begin);
  if (count_code_points(line) > static_cast<int>(kMaxShownLine)) return out;
  std::string shown(line);
  std::replace_if(
      shown.begin(), shown.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');
  const int room = std::max(1, count_code_points(line) - diagnostic.column + 1);
  out += "  " + shown + "\n  " + std::string(static_cast<size_t>(diagnostic.column - 1), ' ') + "^" +
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

std::string nearest_name(std::string_view wanted, const std::vector<std::string_view>& names) {
  if (wanted.empty() || wanted.size() > kMaxSuggestionLength) return "";
  size_t best = wanted.size() / 3 + 1;  // exclusive; of one or two letters only another case is near
  std::string_view found;
  for (std::string_view name : names) {
    if (name.size() > kMaxSuggestionLength || name == wanted) continue;
    const size_t distance = edit_distance(wanted, name);
    if (distance < best && distance < wanted.size()) best = distance, found = name;
  }
  return std::string(found);
}

std::string suggestion(std::string_view wanted, const std::vector<std::string_view>& names) {
  const std::string near = nearest_name(wanted, names);
  return near.empty() ? "" : std::string(kSuggestion) + near + "'?";
}

}  // namespace linkgate::kql
