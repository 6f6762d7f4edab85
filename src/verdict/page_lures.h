#pragma once
// Why a page says that one should type: the words of lures, in the languages that phishing is written in.

#include <string>
#include <string_view>
#include <vector>

namespace linkgate::verdict {

struct FoundLure {
  std::string_view code, what;
  double weight = 0;
  std::string words;  // as they stand on the page
};

// What lies beyond is not searched: lures are short, and stand first.
inline constexpr size_t kMaxLureText = 16 * 1024;

// Each kind once. `text` is lower case.
std::vector<FoundLure> find_lures(std::string_view text);
// Whether a sign of this code was found here.
bool is_lure(std::string_view code);

}  // namespace linkgate::verdict
