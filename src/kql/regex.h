#pragma once
// Regular expressions: KQL's are those of Rust's regex crate, the engine's are RE2 (with ASCII classes, and
// '.' matching newlines). Source: Kusto documentation, "Regular expressions"; recorded answers (\d matches
// full-width digits).

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace linkgate::kql {

struct EngineRegex {
  std::string pattern;  // what the engine is given
  std::string problem;  // not empty: why there is none
  int groups = 0;       // capturing ones
  std::map<std::string, int> group_names;
};

// \d \w \s and their opposites become Unicode classes, '.' stays within a line. Refuses what RE2 does not
// have and an opposite inside [...], which would have to be approximated. \b keeps to ASCII letters.
EngineRegex to_engine_regex(std::string_view pattern);

// The groups of a pattern that keep what they match; nullopt for what to_engine_regex() refuses.
std::optional<int> capturing_groups(std::string_view pattern);

// `text` as a pattern that matches it alone.
std::string quoted_regex(std::string_view text);

}  // namespace linkgate::kql
