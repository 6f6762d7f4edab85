#pragma once
// --jsonl: one JSON object a line in, one a line out, in order. A line that is none is answered by an error
// line and counts as bad use in the end; the lines after it are still answered.

#include <functional>
#include <istream>
#include <map>
#include <string>
#include <string_view>

#include "base/result.h"

namespace linkgate::cli {

// Longer lines are refused: nothing that these commands take is as long.
inline constexpr size_t kMaxJsonLine = 1 << 20;

struct JsonObject {
  std::map<std::string, std::string, std::less<>> texts;  // members that are strings
  std::map<std::string, std::string, std::less<>> raw;    // every member, as JSON

  // kInvalidArgument, naming the member, where it is missing or no string.
  Result<std::string> text(std::string_view name) const;
};
// Of escaped UTF-16 surrogates one without its other half is read as U+FFFD.
Result<JsonObject> parse_json_object(std::string_view line);

// Answers every line of `in` on standard output, flushed a line, until nobody reads there. `answer` gives one
// JSON object; its error becomes
// {"error":"..."}. The exit code: kYes, or kBadUse where a line was no object or lacked a member.
int answer_lines(std::istream& in, const std::function<Result<std::string>(const JsonObject&)>& answer);

}  // namespace linkgate::cli
