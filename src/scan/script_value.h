#pragma once
// What an expression of a script comes to where it is made of constants: strings put together, decoded, taken
// from the page's own address. Pure; without running anything.

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "scan/script_tokens.h"
#include "url/url.h"

namespace linkgate::scan {

inline constexpr int kMaxScriptNesting = 40;           // of an expression
inline constexpr size_t kMaxScriptValue = 256 * 1024;  // bytes of a string; longer ones are not known

// A string (numbers are their text), or a list of them.
struct ScriptValue {
  bool is_list = false;
  std::string text;
  std::vector<std::string> list;
};

struct ScriptWorld {
  url::Url location;
  std::map<std::string, ScriptValue, std::less<>> names;  // variables whose value is known
};

// The value of the expression at *at, which moves behind it; nullopt where it is not constant, and *at is
// anywhere within.
std::optional<ScriptValue> evaluate(const std::vector<ScriptToken>& tokens, size_t* at,
                                    const ScriptWorld& world);

}  // namespace linkgate::scan
