#pragma once
// JavaScript as a row of tokens: enough to find what a script says plainly, without running it. Pure; any
// bytes are some row of tokens.

#include <string>
#include <string_view>
#include <vector>

namespace linkgate::scan {

inline constexpr size_t kMaxScriptTokens = 200'000;  // what follows is left out

struct ScriptToken {
  enum class Kind : unsigned char {
    kName,    // identifier or keyword
    kString,  // with its escapes resolved; a template without substitutions too
    kNumber,
    kMark,   // "(", ".", "==", "=>": one operator or bracket
    kOther,  // a regular expression, a template with substitutions
  };
  Kind kind;
  std::string text;
};

std::vector<ScriptToken> script_tokens(std::string_view script);

}  // namespace linkgate::scan
