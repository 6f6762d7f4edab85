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
  std::string languages = "en-US,en";          // as navigator.languages has them; the first is the page's
  std::string time_zone = "America/New_York";  // empty: the machine's, which at servers is UTC
  friend bool operator==(const Locale&, const Locale&) = default;
};
// Of a person who reads `language` ("de-DE", "ja"): its languages, and a time zone where it is spoken.
Locale locale_of(std::string_view language);

// What says the visitor's browser of itself, where `version` is the one that it really is.
std::string user_agent(Visitor visitor, std::string_view version);
// "Name: value" of a click on a link, beside User-Agent and what depends on where the click was made, in the
// order of the browser.
std::vector<std::string> navigation_headers(Visitor visitor, const Locale& locale, std::string_view version);
// Where no browser runs that could be asked: the one of the time of this release.
inline constexpr std::string_view kUsualVersion = "156.0.0.0";

// The DevTools commands that make a session this visitor, with what they are given. `version`: of the browser
// that really runs ("156.0.8078.79"), so that what it says of itself agrees with what it can do.
std::vector<std::pair<std::string, nlohmann::json>> commands_for(Visitor visitor, const Locale& locale,
                                                                 std::string_view version);

}  // namespace linkgate::browser
