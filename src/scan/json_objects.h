#pragma once
// Every object of a JSON text as a flat record, one after the other, whatever holds it: enough for feeds in
// JSON, whose entries are objects with a few words in them, and bounded in memory however long the text is.

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace linkgate::scan {

inline constexpr size_t kMaxJsonDepth = 64;
inline constexpr size_t kMaxJsonString = 1 << 20;  // and between two strings
inline constexpr size_t kMaxJsonMembers = 200;     // of an object that are kept

struct JsonObject {
  std::string name;  // the member of the object above that holds it, also through lists; "" at the top
  // Its texts, numbers and truth values ("true", "false"), as they are written.
  std::vector<std::pair<std::string, std::string>> members;
  // Of its lists of texts, each text.
  std::vector<std::pair<std::string, std::string>> listed;

  // "" where there is none.
  std::string_view operator[](std::string_view name) const;
};

// Calls `take` for every object when it ends, so inner ones first. kInvalidArgument where the text is no JSON
// (objects that ended before were taken), is nested too deeply or holds a string that is too long; the errors
// of `take`.
Result<void> for_each_json_object(std::string_view text,
                                  const std::function<Result<void>(const JsonObject&)>& take);

}  // namespace linkgate::scan
