#pragma once
// What a model is trained on: URLs of which somebody knows what they are.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace linkgate::training {

inline constexpr int32_t kNoDate = -1;

struct Example {
  std::string url;        // http or https; a scheme is put in front where none is
  std::string source;     // may be empty
  int32_t day = kNoDate;  // days since 1970-01-01
  bool is_phishing = false;
  float weight = 1;
};

// A line an example, fields separated by tabs:
//   LABEL URL [DATE [SOURCE]]     LABEL 1 or phishing, malware, suspicious; 0 or clean; DATE 2026-05-31 or
//   "-" DATE LABEL SOURCE URL         as collections have them
// Empty lines and lines that begin with "#" are passed over, as are URLs that no browser would open and those
// that are not http; `passed_over` counts these. Other lines are kInvalidArgument with their number.
Result<std::vector<Example>> parse_examples(std::string_view text, size_t* passed_over);

}  // namespace linkgate::training
