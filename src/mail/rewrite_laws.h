#pragma once
// What holds for every message that is rewritten: for the corpus test and the fuzzer, which differ only in
// where their messages come from. A stand-in for sealing that can be undone by eye: it numbers nothing and
// keeps nothing.

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "base/ascii.h"
#include "base/base64.h"
#include "mail/rewriter.h"
#include "mail/transfer_encoding.h"

namespace linkgate::mail::laws {

inline constexpr std::string_view kSealed = "https://links.example/?url=";

// A link of 100 octets and more, the same for the same URL; a sealed link stays what it is.
inline std::optional<std::string> seal(const Link& link) {
  if (link.url.starts_with(kSealed)) return link.url;
  return std::string(kSealed) + "www.example&data=" + std::string(40, '-') + base64url_encode(link.url) + "0";
}
inline std::optional<std::string> unseal(const Link& link) {
  if (!link.url.starts_with(kSealed)) return std::nullopt;
  const size_t data = kSealed.size() + std::string_view("www.example&data=").size() + 40;
  return base64url_decode(std::string_view(link.url).substr(data, link.url.size() - data - 1));
}

inline size_t long_lines(std::string_view bytes) {
  size_t count = 0;
  for (std::string_view line : ascii::split(bytes, '\n')) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    count += line.size() > kMaxMessageLine ? 1 : 0;
  }
  return count;
}

// The URLs that readers could open, as `view` shows them; those that are left alone for a reason are not
// among them.
inline std::vector<std::string> open_urls(const Message& message, Replace view) {
  std::vector<std::string> urls;
  for (const Link& link : message.links()) {
    if (link.left_alone == Unwrapped::kNo) urls.push_back(view(link).value_or(link.url));
  }
  return urls;
}

// The law that `bytes` breaks, in words; empty where all hold. What cannot be parsed breaks none.
inline std::string broken_by(std::string_view bytes) {
  const auto message = Message::parse(bytes);
  if (!message)
    return message.error().is_ours() ? "refused as our own trouble: " + message.error().message() : "";
  RenderOptions options;
  options.strip_own_headers = false;
  const auto untouched = message->render(options, [](const Link&) { return std::nullopt; });
  if (!untouched || (untouched->bytes != bytes && untouched->repairs == 0)) {
    return "a message without replacements changes";
  }
  options.strip_own_headers = true;
  options.stamp = "11111111-2222-3333-4444-555555555555.mac";
  const auto once = message->render(options, seal);
  if (!once) return "cannot be rendered: " + once.error().message();
  if (long_lines(once->bytes) > long_lines(bytes)) return "a line over 998 octets is new";
  const auto again = Message::parse(once->bytes);
  if (!again) return "cannot be parsed once rewritten: " + again.error().message();
  for (const Link& link : again->links()) {
    if (link.left_alone == Unwrapped::kNo && !link.url.starts_with(kSealed)) return "left open: " + link.url;
  }
  const auto twice = again->render(options, seal);
  if (!twice || twice->bytes != once->bytes) return "twice is not once";
  const auto out = again->render(options, unseal);
  if (!out) return "cannot be unwrapped: " + out.error().message();
  const auto back = Message::parse(out->bytes);
  if (!back) return "cannot be parsed once unwrapped: " + back.error().message();
  const Replace as_is = [](const Link& link) { return link.url; };
  if (open_urls(*again, unseal) != open_urls(*message, as_is)) return "other links than before";
  if (open_urls(*back, as_is) != open_urls(*message, as_is))
    return "unwrapping gives other links than before";
  return "";
}

}  // namespace linkgate::mail::laws
