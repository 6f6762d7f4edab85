// Targets and form bodies that anybody may send to the click server. Laws: a link read is one that reads as
// the same link when a page sends it back behind a button, what asks for something else names none, and a
// token never contains what would end its field.
#include <cstddef>
#include <cstdint>

#include <algorithm>
#include <string>

#include "base/check.h"
#include "click/link_request.h"
#include "click/strings.h"

using namespace linkgate::click;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  LinkRequest request = read_request(text);
  constexpr Asked kWithoutLink[] = {Asked::kRobots, Asked::kIcon, Asked::kRoot};
  if (std::ranges::count(kWithoutLink, request.asked) > 0) {
    CHECK(request.link.empty() && request.token.empty());
  } else if (request.asked != Asked::kNothing) {
    CHECK(request.link.starts_with('/'));
    CHECK(request.token.find('/') == std::string_view::npos);
    const std::string pressed = "/continue" + std::string(request.link);
    LinkRequest button = read_request(pressed);
    CHECK(button.asked == Asked::kContinue && button.link == request.link && button.form == request.form);
    const std::string waited = "/scan/TOKEN" + std::string(request.link);
    LinkRequest follow = read_request(waited);
    CHECK(follow.asked == Asked::kFollow && follow.link == request.link && follow.token == "TOKEN");
  }
  std::string_view token = token_of_form(text);
  CHECK(token.find('&') == std::string_view::npos);
  CHECK(!choose_language(text).language.empty());
  return 0;
}
