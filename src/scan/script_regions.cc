#include "scan/script_regions.h"

#include <algorithm>
#include <map>
#include <string_view>

namespace linkgate::scan {
namespace {

using Kind = ScriptToken::Kind;

constexpr size_t kNone = SIZE_MAX;
constexpr size_t kMaxArrowTokens = 2000;  // of an arrow function without braces
constexpr int kMaxCallDepth = 8;          // functions that call functions

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

// What calls the functions that it is given, soon and by itself.
bool is_runner(std::string_view name) {
  return is_one_of(name, {"setTimeout", "setInterval", "requestAnimationFrame", "requestIdleCallback",
                          "queueMicrotask", "ready", "then", "finally", "catch", "forEach", "map", "Promise",
                          "$", "jQuery", "load", "done", "always"});
}
bool is_load_event(std::string_view name) {
  return is_one_of(name, {"load", "DOMContentLoaded", "readystatechange", "pageshow", "onload",
                          "onreadystatechange", "onpageshow", "deviceready"});
}

bool is_press(std::string_view name) {
  return is_one_of(name, {"click", "onclick", "mousedown", "mouseup", "pointerdown", "pointerup",
                          "touchstart", "touchend"});
}

}  // namespace

bool ScriptRegions::is_event(std::string_view name) const {
  return is_load_event(name) || (moment_ == ScriptMoment::kPressed && is_press(name));
}

ScriptRegions::ScriptRegions(const std::vector<ScriptToken>& tokens, ScriptMoment moment)
    : tokens_(tokens),
      moment_(moment),
      partner_(tokens.size(), tokens.size()),
      around_(tokens.size(), kNone),
      runs_(tokens.size(), true),
      conditional_(tokens.size(), false) {
  pair_brackets();
  find_functions();
  follow_calls();
  find_conditions();
}

void ScriptRegions::pair_brackets() {
  std::vector<size_t> open;
  for (size_t i = 0; i < tokens_.size(); ++i) {
    if (tokens_[i].kind == Kind::kMark && is_one_of(tokens_[i].text, {")", "]", "}"}) && !open.empty()) {
      partner_[i] = open.back();
      partner_[open.back()] = i;
      open.pop_back();
    }
    around_[i] = open.empty() ? kNone : open.back();
    if (tokens_[i].kind == Kind::kMark && is_one_of(tokens_[i].text, {"(", "[", "{"})) open.push_back(i);
  }
}

void ScriptRegions::add_function(size_t begin, size_t body, size_t end, std::string name) {
  if (name.empty() && begin >= 2 && (is(begin - 1, "=") || is(begin - 1, ":")) && is_name(begin - 2))
    name = tokens_[begin - 2].text;
  regions_.push_back({begin, body, end, std::move(name)});
}

void ScriptRegions::find_arrow(size_t arrow) {
  size_t begin = arrow;
  if (arrow > 0) begin = is(arrow - 1, ")") && partner_[arrow - 1] < arrow ? partner_[arrow - 1] : arrow - 1;
  if (begin > 0 && is(begin - 1, "async")) --begin;
  if (is(arrow + 1, "{")) return add_function(begin, arrow + 1, partner_[arrow + 1], "");
  // An expression: to the end of what it stands in.
  size_t end = arrow + 1;
  const size_t most = std::min(tokens_.size(), arrow + kMaxArrowTokens);
  while (end < most && !is(end, ",") && !is(end, ";") && !is(end, ")") && !is(end, "]") && !is(end, "}"))
    end = partner_[end] > end && partner_[end] < tokens_.size() ? partner_[end] + 1 : end + 1;
  add_function(begin, arrow + 1, end, "");
}

void ScriptRegions::find_functions() {
  for (size_t i = 0; i < tokens_.size(); ++i) {
    if (is(i, "=>")) find_arrow(i);
    if (!is_name(i)) continue;
    const bool is_keyword = is(i, "function");
    size_t open = i + 1;
    if (is_keyword && is(open, "*")) ++open;
    std::string name = is_keyword ? "" : tokens_[i].text;
    if (is_keyword && is_name(open)) name = tokens_[open++].text;
    const bool is_block = is_one_of(name, {"if", "for", "while", "switch", "catch", "with"});
    if (is_block || !is(open, "(") || partner_[open] >= tokens_.size()) continue;
    const size_t body = partner_[open] + 1;
    if (is(body, "{")) add_function(i, body, partner_[body], std::move(name));
  }
}

// Whether what is called with the brackets at `open` calls what it is given.
bool ScriptRegions::runs_callback(size_t open) const {
  if (open == kNone || open == 0 || !is(open, "(") || !is_name(open - 1)) return false;
  const std::string& callee = tokens_[open - 1].text;
  if (is_runner(callee) || (moment_ == ScriptMoment::kPressed && is_press(callee))) return true;
  const bool listens = is_one_of(callee, {"addEventListener", "attachEvent", "on", "one"});
  return listens && open + 1 < tokens_.size() && tokens_[open + 1].kind == Kind::kString &&
         is_event(tokens_[open + 1].text);
}

bool ScriptRegions::is_given_to_runner(size_t token) const {
  if (token > 1 && is(token - 1, "=") && is_name(token - 2) && is_event(tokens_[token - 2].text)) return true;
  if (token > 1 && is(token - 1, "=") && is_name(token - 2) && tokens_[token - 2].text == "onerror")
    return true;
  return runs_callback(around_[token]);
}

bool ScriptRegions::runs_at_once(const Region& region) const {
  size_t behind = region.end + 1;
  while (is(behind, ")") && behind < region.end + 3) ++behind;
  const bool is_expression = region.begin > 0 && !is(region.begin - 1, ";") && !is(region.begin - 1, "}");
  const bool is_called =
      is(behind, "(") || (is(behind, ".") && (is(behind + 1, "call") || is(behind + 1, "apply")));
  return (is_expression && is_called) || is_given_to_runner(region.begin);
}

// True where something runs now that did not before.
bool ScriptRegions::mark_running() {
  std::vector<bool> now(tokens_.size(), true);
  for (const Region& region : regions_) {
    if (region.runs) continue;
    std::fill(now.begin() + static_cast<long>(region.body),
              now.begin() + static_cast<long>(std::min(region.end, tokens_.size())), false);
  }
  const bool changed = now != runs_;
  runs_ = std::move(now);
  return changed;
}

void ScriptRegions::follow_calls() {
  constexpr size_t kMaxRegions = 5000;  // each pass fills as many ranges
  if (regions_.size() > kMaxRegions) regions_.resize(kMaxRegions);
  std::multimap<std::string_view, size_t> by_name;
  for (size_t i = 0; i < regions_.size(); ++i) {
    regions_[i].runs = runs_at_once(regions_[i]);
    if (!regions_[i].name.empty()) by_name.emplace(regions_[i].name, i);
  }
  mark_running();
  for (int depth = 0; depth < kMaxCallDepth; ++depth) {
    for (size_t i = 0; i < tokens_.size(); ++i) {
      if (!is_name(i) || !runs_[i] || by_name.find(tokens_[i].text) == by_name.end()) continue;
      const bool is_declared = i > 0 && is(i - 1, "function");
      const bool is_called = is(i + 1, "(") && !is(partner_[i + 1] + 1, "{");
      if (is_declared || (!is_called && !is_given_to_runner(i))) continue;
      const auto [first, last] = by_name.equal_range(tokens_[i].text);
      for (auto one = first; one != last; ++one) regions_[one->second].runs = true;
    }
    if (!mark_running()) break;
  }
}

void ScriptRegions::find_conditions() {
  const auto is_condition = [&](size_t behind) {  // whether the token before `behind` ends a condition
    if (behind == 0) return false;
    if (is_one_of(tokens_[behind - 1].text, {"else", "&&", "||", "?", "case"})) return true;
    const size_t open = partner_[behind - 1];
    return is(behind - 1, ")") && open > 0 && open < behind &&
           is_one_of(tokens_[open - 1].text, {"if", "while"});
  };
  for (size_t i = 0; i < tokens_.size(); ++i) {
    if (!is_condition(i) || conditional_[i]) continue;
    size_t end = i;
    if (is(i, "{")) {
      end = std::min(partner_[i], tokens_.size());
    } else {
      while (end < tokens_.size() && !is(end, ";") && !is(end, "}"))
        end = partner_[end] > end && partner_[end] < tokens_.size() ? partner_[end] + 1 : end + 1;
    }
    std::fill(conditional_.begin() + static_cast<long>(i), conditional_.begin() + static_cast<long>(end),
              true);
  }
}

}  // namespace linkgate::scan
