#pragma once
// Replacing byte ranges of a text: the only way in which a message is changed.

#include <cstdint>
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
  // Of insertions at one place: a header that lacks its empty line ends where its body begins.
  enum class Order : uint8_t { kField, kSeparator, kBody } order = Order::kBody;
};

// Edits may come in any order; insertions at one place and of one Order keep theirs. Error kInternal where
// two overlap.
Result<std::string> apply_edits(std::string_view bytes, std::vector<Edit> edits);

// Whether the edits (in order) make a line longer than kMaxMessageLine out of lines that were not. `bytes` is
// a body.
bool has_long_line(std::string_view bytes);
bool makes_long_line(std::string_view bytes, const std::vector<Edit>& edits);

}  // namespace linkgate::mail
