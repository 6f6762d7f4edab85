#include "kql/regex.h"

#include <re2/re2.h>

#include <array>

namespace linkgate::kql {
namespace {

constexpr size_t kMaxPatternBytes = 16 * 1024;

struct Class {
  char letter;
  std::string_view outside;  // as a whole
  std::string_view inside;   // between brackets; empty: cannot be said there
};
constexpr auto kClasses = std::to_array<Class>({
    {'d', "\\p{Nd}", "\\p{Nd}"},
    {'D', "\\P{Nd}", "\\P{Nd}"},
    {'w', "[\\p{L}\\p{M}\\p{Nd}\\p{Pc}]", "\\p{L}\\p{M}\\p{Nd}\\p{Pc}"},
    {'W', "[^\\p{L}\\p{M}\\p{Nd}\\p{Pc}]", ""},
    {'s', "[\\t-\\r\\x{85}\\p{Z}]", "\\t-\\r\\x{85}\\p{Z}"},
    {'S', "[^\\t-\\r\\x{85}\\p{Z}]",
     "\\x{0}-\\x{8}\\x{E}-\\x{1F}!-\\x{84}\\x{86}-\\x{9F}\\x{A1}-\\x{167F}\\x{1681}-\\x{1FFF}"
     "\\x{200B}-\\x{2027}\\x{202A}-\\x{202E}\\x{2030}-\\x{205E}\\x{2060}-\\x{2FFF}\\x{3001}-\\x{10FFFF}"},
});

const Class* find_class(char letter) {
  for (const Class& known : kClasses) {
    if (known.letter == letter) return &known;
  }
  return nullptr;
}

}  // namespace

EngineRegex to_engine_regex(std::string_view pattern) {
  EngineRegex found;
  if (pattern.size() > kMaxPatternBytes) {
    found.problem = "this regular expression is too long";
    return found;
  }
  std::string out = "(?-s)";
  bool in_class = false;
  for (size_t i = 0; i < pattern.size(); ++i) {
    const char c = pattern[i];
    if (c == '\\' && i + 1 < pattern.size()) {
      const char next = pattern[++i];
      const Class* known = find_class(next);
      if (known == nullptr) {
        out += c;
        out += next;
      } else if (in_class && known->inside.empty()) {
        found.problem = std::string("\\") + next + " inside [...] is not supported";
        return found;
      } else {
        out += in_class ? known->inside : known->outside;
      }
      continue;
    }
    if (c == '[' && !in_class) {
      in_class = true;
      out += c;
      if (pattern.substr(i + 1).starts_with("^")) out += pattern[++i];
      if (pattern.substr(i + 1).starts_with("]")) out += pattern[++i];  // a first ] is a member
      continue;
    }
    if (c == ']') in_class = false;
    out += c;
    // (?<name> is (?P<name>; (?<= and (?<! are looks behind, which RE2 refuses by itself.
    const std::string_view rest = pattern.substr(i + 1);
    const bool named = rest.starts_with("?<") && rest.size() > 2 && rest[2] != '=' && rest[2] != '!';
    if (c == '(' && !in_class && named) out += "?P", ++i;
  }
  RE2::Options options;
  options.set_log_errors(false);
  const RE2 compiled(out, options);
  if (!compiled.ok())
    found.problem = "this regular expression is not supported: " + compiled.error();
  else
    found = {std::move(out), "", compiled.NumberOfCapturingGroups(), compiled.NamedCapturingGroups()};
  return found;
}

std::optional<int> capturing_groups(std::string_view pattern) {
  const EngineRegex translated = to_engine_regex(pattern);
  if (!translated.problem.empty()) return std::nullopt;
  RE2::Options options;
  options.set_log_errors(false);
  return RE2(translated.pattern, options).NumberOfCapturingGroups();
}

std::string quoted_regex(std::string_view text) {
  return RE2::QuoteMeta(re2::StringPiece(text.data(), text.size()));
}

}  // namespace linkgate::kql
