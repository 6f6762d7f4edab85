#include "kql/json_path.h"

#include <charconv>

namespace linkgate::kql {
namespace {

// ['name'], ["name"] or [0]; moves `text` behind it.
std::optional<JsonPathStep> bracketed(std::string_view& text) {
  text.remove_prefix(1);
  if (text.empty()) return std::nullopt;
  if (text[0] == '\'' || text[0] == '"') {
    const size_t end = text.find(text[0], 1);
    if (end == std::string_view::npos || text.substr(end + 1, 1) != "]") return std::nullopt;
    JsonPathStep step(std::string(text.substr(1, end - 1)));
    text.remove_prefix(end + 2);
    return step;
  }
  int64_t place = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), place);
  if (error != std::errc() || end == text.data() + text.size() || *end != ']') return std::nullopt;
  text.remove_prefix(static_cast<size_t>(end - text.data()) + 1);
  return JsonPathStep(place);
}

}  // namespace

std::optional<std::vector<JsonPathStep>> parse_json_path(std::string_view text) {
  std::vector<JsonPathStep> steps;
  bool name_may_follow = true;  // at the start, or behind a dot
  if (text.starts_with('$')) text.remove_prefix(1), name_may_follow = false;
  while (!text.empty()) {
    if (text[0] == '[') {
      auto step = bracketed(text);
      if (!step) return std::nullopt;
      steps.push_back(std::move(*step));
    } else {
      if (text[0] == '.')
        text.remove_prefix(1);
      else if (!name_may_follow)
        return std::nullopt;
      if (text.starts_with('[')) continue;
      const std::string_view name = text.substr(0, text.find_first_of(".["));
      if (name.empty() || name.find_first_of("*?()@") != std::string_view::npos) return std::nullopt;
      steps.emplace_back(std::string(name));
      text.remove_prefix(name.size());
    }
    name_may_follow = false;
  }
  return steps;
}

}  // namespace linkgate::kql
