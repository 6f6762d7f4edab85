// What a browser says that a page has taken over. Laws: messages are the same however the octets are cut;
// whatever an event holds, what is kept of a page stays within its bounds; nothing throws.
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/check.h"
#include "browser/devtools.h"
#include "browser/navigation_log.h"
#include "browser/snapshot.h"

using namespace linkgate::browser;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr size_t kMaxMessage = 4096;
  const std::string_view octets(reinterpret_cast<const char*>(data), size);
  std::vector<std::string> whole, pieces;
  MessageSplitter one, many;
  const bool fits = one.feed(octets, kMaxMessage, [&](std::string_view text) { whole.emplace_back(text); });
  bool still_fits = true;
  for (size_t at = 0; at < size && still_fits; at += 3) {
    still_fits = many.feed(octets.substr(at, 3), kMaxMessage,
                           [&](std::string_view text) { pieces.emplace_back(text); });
  }
  CHECK(fits == still_fits && (!fits || whole == pieces));
  NavigationLog log("F", linkgate::verdict::HopKind::kStart);
  for (const std::string& text : whole) {
    const auto message = nlohmann::json::parse(text, nullptr, false);
    if (message.is_object() && message.contains("method") && message["method"].is_string() &&
        message.contains("params") && message["params"].is_object())
      log.on_event(message["method"].get<std::string>(), message["params"]);
    const auto snapshot = read_snapshot(text);
    CHECK(!snapshot || (snapshot->html.size() <= kMaxHtmlBytes && snapshot->forms.size() <= kMaxForms));
  }
  CHECK(log.chain().size() <= kMaxHops && log.requests().size() <= kMaxRequests);
  CHECK(log.dialogs().size() <= kMaxDialogs);
  return 0;
}
