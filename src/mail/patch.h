#pragma once
// Replacing byte ranges of a text: the only way in which a message is changed.

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "mail/html_tokenizer.h"

namespace linkgate::mail {

struct Edit {
  Range at;  // empty: an insertion
  std::string text;
  bool yields = false;  // falls away where it lies inside another edit
};

// Edits may come in any order; insertions at one place keep theirs. Error kInternal where two overlap.
Result<std::string> apply_edits(std::string_view bytes, std::vector<Edit> edits);

// Whether the edits (in order) make a line longer than kMaxMessageLine out of lines that were not. `bytes` is
// a body.
bool has_long_line(std::string_view bytes);
bool makes_long_line(std::string_view bytes, const std::vector<Edit>& edits);

}  // namespace linkgate::mail
