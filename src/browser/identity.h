#pragma once
// Whom a page is shown to: people's browsers, with everything about them telling the same story.

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace linkgate::browser {

enum class Visitor : uint8_t {
  kDesktop,  // Chrome on Windows, 1280 by 800
  kMobile,   // Chrome on an Android phone, touched instead of pointed at
};
std::string_view to_string(Visitor visitor);  // "desktop", "mobile": verdict::Page::identity

struct Locale {
  std::string languages = "en-US,en";  // as navigator.languages has them; the first is the page's
  std::string time_zone;               // "Europe/Berlin"; empty: the machine's
  friend bool operator==(const Locale&, const Locale&) = default;
};

// The DevTools commands that make a session this visitor, with what they are given. `version`: of the browser
// that really runs ("156.0.8078.79"), so that what it says of itself agrees with what it can do.
std::vector<std::pair<std::string, nlohmann::json>> commands_for(Visitor visitor, const Locale& locale,
                                                                 std::string_view version);

}  // namespace linkgate::browser
