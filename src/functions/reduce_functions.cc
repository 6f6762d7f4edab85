// Texts that are alike, brought under one pattern each. Source: Kusto documentation, reduce; R. Vaarandi, "A
// data clustering algorithm for mining patterns from event logs" (2003), which it is based on.
//
// A text is terms with separators between them. A term is frequent where enough rows have it at the same
// place, counted in terms. A pattern is a text's frequent terms, with * for runs of others; one that too few
// rows have is `others`.

#include <simdjson.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "functions/function.h"
#include "functions/text.h"

namespace linkgate::functions {
namespace {

constexpr std::string_view kOthers = "others";

bool is_alphanumeric(char32_t c) {
  return (c >= U'0' && c <= U'9') || (c >= U'a' && c <= U'z') || (c >= U'A' && c <= U'Z');
}

// Without a list every ASCII character that is no letter and no digit separates.
class Separators {
 public:
  explicit Separators(std::u32string list) : list_(std::move(list)) {}
  bool has(char32_t c) const {
    return list_.empty() ? c < 0x80 && !is_alphanumeric(c) : list_.find(c) != list_.npos;
  }

 private:
  std::u32string list_;
};

// Runs of separators and terms in turns; the first is a run of separators, and may be empty.
std::vector<std::u32string_view> pieces_of(std::u32string_view text, const Separators& separators) {
  std::vector<std::u32string_view> found;
  bool separating = true;
  for (size_t at = 0; at < text.size() || found.empty(); separating = !separating) {
    size_t end = at;
    while (end < text.size() && separators.has(text[end]) == separating) ++end;
    found.push_back(text.substr(at, end - at));
    at = end;
  }
  return found;
}

struct Text {
  std::string text;
  std::u32string code_points;
  double rows = 0;
};

// A term where it stands: its text behind the number of its place.
std::u32string placed(size_t place, std::u32string_view term) {
  return static_cast<char32_t>(place) + std::u32string(term);
}

using Weights = std::unordered_map<std::u32string, double>;

// A separator beside a * stays, but for a letter or digit: that could not be told from a term.
std::string pattern_of(std::u32string_view text, const Separators& separators, const Weights& weights,
                       double least) {
  std::u32string out;
  bool any_fixed = false, after_star = false;
  std::u32string_view held;  // separators that wait for what follows
  const auto pieces = pieces_of(text, separators);
  for (size_t i = 0; i < pieces.size(); ++i) {
    if (i % 2 == 0) {
      held = pieces[i];
      continue;
    }
    const auto weight = weights.find(placed(i, pieces[i]));
    const bool fixed = weight != weights.end() && weight->second >= least;
    const bool beside_star = after_star || !fixed;
    if (!fixed && after_star) continue;
    for (const char32_t c : held) {
      if (!beside_star || !is_alphanumeric(c)) out += c;
    }
    held = {};
    out += fixed ? std::u32string(pieces[i]) : U"*";
    any_fixed = any_fixed || fixed;
    after_star = !fixed;
  }
  if (pieces.size() % 2 == 1 && !after_star) out += held;
  return any_fixed ? to_utf8(out) : std::string(kOthers);
}

struct Reduced {
  std::vector<Text> texts;
  std::vector<std::string> patterns;  // of each text
};

bool read(std::string_view json, std::vector<Text>& texts) {
  simdjson::dom::parser parser;
  simdjson::dom::array list;
  if (parser.parse(json.data(), json.size()).get_array().get(list) != simdjson::SUCCESS) return false;
  for (const auto member : list) {
    Text text;
    std::string_view bytes;
    if (member.at(0).get_string().get(bytes) != simdjson::SUCCESS) return false;
    if (member.at(1).get_double().get(text.rows) != simdjson::SUCCESS) return false;
    auto code_points = from_utf8(bytes);
    if (!code_points) return false;
    text.text = bytes;
    text.code_points = *std::move(code_points);
    texts.push_back(std::move(text));
  }
  return true;
}

// reduced_texts(threshold, separators, [[text, rows], ...])
std::optional<Reduced> reduced(const Arguments& arguments) {
  const auto threshold = arguments.number(0);
  auto list = from_utf8(arguments.text(1));
  Reduced found;
  if (!threshold || !list || !read(arguments.text(2), found.texts)) return std::nullopt;
  const Separators separators(*std::move(list));
  Weights weights;
  double rows = 0;
  for (const Text& text : found.texts) {
    rows += text.rows;
    const auto pieces = pieces_of(text.code_points, separators);
    for (size_t i = 1; i < pieces.size(); i += 2) weights[placed(i, pieces[i])] += text.rows;
  }
  // What only one row has brings nothing together.
  const double least = std::max(2.0, std::ceil(*threshold * rows - 1e-9));
  std::unordered_map<std::string, double> of_pattern;
  for (const Text& text : found.texts) {
    found.patterns.push_back(pattern_of(text.code_points, separators, weights, least));
    of_pattern[found.patterns.back()] += text.rows;
  }
  for (std::string& pattern : found.patterns) {
    if (of_pattern[pattern] < least) pattern = kOthers;
  }
  return found;
}

// [[pattern, rows, representative], ...]: the more rows the earlier, `others` last.
Value reduced_texts(const Arguments& arguments) {
  const auto found = reduced(arguments);
  if (!found) return std::nullopt;
  struct Group {
    double rows = 0;
    const Text* most = nullptr;
  };
  std::map<std::string_view, Group> groups;
  for (size_t i = 0; i < found->texts.size(); ++i) {
    Group& group = groups[found->patterns[i]];
    const Text& text = found->texts[i];
    group.rows += text.rows;
    const bool better = group.most == nullptr || text.rows > group.most->rows ||
                        (text.rows == group.most->rows && text.text < group.most->text);
    if (better) group.most = &text;
  }
  std::vector<std::pair<std::string_view, Group>> order(groups.begin(), groups.end());
  std::stable_sort(order.begin(), order.end(), [](const auto& a, const auto& b) {
    const bool last_a = a.first == kOthers, last_b = b.first == kOthers;
    return last_a != last_b ? last_b : a.second.rows > b.second.rows;
  });
  std::string out = "[";
  for (const auto& [pattern, group] : order) {
    out += out.size() > 1 ? ",[" : "[";
    append_json_string(out, pattern);
    out += "," + number_text(group.rows) + ",";
    append_json_string(out, pattern == kOthers ? std::string_view() : std::string_view(group.most->text));
    out += ']';
  }
  return out + "]";
}

// [[text, pattern], ...]
Value patterns_of_texts(const Arguments& arguments) {
  const auto found = reduced(arguments);
  if (!found) return std::nullopt;
  std::string out = "[";
  for (size_t i = 0; i < found->texts.size(); ++i) {
    out += out.size() > 1 ? ",[" : "[";
    append_json_string(out, found->texts[i].text);
    out += ',';
    append_json_string(out, found->patterns[i]);
    out += ']';
  }
  return out + "]";
}

constexpr auto kRows = std::to_array<FunctionRow>({
    {"reduced_texts", 3, 3, reduced_texts},
    {"patterns_of_texts", 3, 3, patterns_of_texts},
});

}  // namespace

std::span<const FunctionRow> reduce_rows() { return kRows; }

}  // namespace linkgate::functions
