#pragma once
// Where a script leads, as far as it says so plainly: location in its forms, window.open, forms that it
// submits, links that it clicks, what it writes into the document. Nothing is run; what is computed in other
// ways is for a browser to find. Pure; scripts are hostile.

#include <string>
#include <string_view>
#include <vector>

#include "scan/script_regions.h"
#include "scan/script_value.h"

namespace linkgate::scan {

inline constexpr size_t kMaxScriptTargets = 32;
inline constexpr int kMaxScriptDepth = 4;  // scripts within texts of scripts

struct ScriptTarget {
  std::string url;  // as the script has it, relative or not; may be anything
  // Behind an "if" or its like: a page that shows something may never go there.
  bool is_conditional = false;
  bool is_clicked = false;  // by a link that the script makes and clicks
};
// A form or element of the page that a script acts on.
struct ScriptElement {
  enum class By { kIndex, kIdOrName, kTag };
  By by = By::kIndex;
  size_t index = 0;
  std::string name;
  bool is_conditional = false;
};

struct ScriptFindings {
  std::vector<ScriptTarget> targets;  // in the order of the script
  std::vector<ScriptElement> submitted, clicked;
  std::vector<std::string> written;  // markup that it writes into the document
  std::vector<std::string> cookies;  // that it sets
  bool reloads = false;
};

// `world` knows the page's address, and learns the script's variables for the scripts that follow it.
ScriptFindings read_script(std::string_view script, ScriptWorld* world,
                           ScriptMoment moment = ScriptMoment::kLoaded);

}  // namespace linkgate::scan
