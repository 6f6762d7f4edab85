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
#include "mail/charset.h"
#include "mail/html_entities.h"
#include "mail/mime_structure.h"
#include "mail/rewriter.h"
#include "mail/safety_tip.h"
#include "mail/transfer_encoding.h"

namespace linkgate::mail::laws {

inline constexpr std::string_view kSealed = "https://links.example/?url=";

// A link of 100 octets and more, the same for the same URL; a sealed link stays what it is.
inline std::optional<std::string> seal(const Link& link) {
  if (link.url.starts_with(kSealed)) return link.url;
  return std::string(kSealed) + "www.example&data=" + std::string(40, '-') + base64url_encode(link.url) + "0";
}
inline std::optional<std::string> unseal(const Link& link) {
  if (!link.url.starts_with(kSealed) || link.url.size() < kSealed.size() + 60) return std::nullopt;
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

inline size_t longest_line(std::string_view bytes) {
  size_t longest = 0;
  for (std::string_view line : ascii::split(bytes, '\n'))
    longest = std::max(longest, line.size() - (line.ends_with('\r') ? 1 : 0));
  return longest;
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

// The law of safety tips that `bytes` breaks: they change no link, stand there once and make no line too
// long.
inline std::string tips_break(std::string_view bytes) {
  const std::vector<SafetyTip> tips = {{"Mail from outside: <eve@ext.test>, f\xc3\xbcr alle.", {}},
                                       {"Another \"line\"", {}}};
  const auto message = Message::parse(bytes);
  const auto once = with_safety_tips(bytes, tips, "[Ext\xc3\xa9rieur]");
  if (!message || !once) return "";
  // One that was too long may become two that are.
  if (longest_line(once->bytes) > std::max(longest_line(bytes), kMaxMessageLine))
    return "a tip makes a line over 998 octets";
  const auto tipped = Message::parse(once->bytes);
  if (!tipped) return "cannot be parsed with a tip: " + tipped.error().message();
  const Replace as_is = [](const Link& link) { return link.url; };
  if (open_urls(*tipped, as_is) != open_urls(*message, as_is)) return "other links with a tip";
  if (tipped->parts().size() != message->parts().size()) return "other parts with a tip";
  const auto twice = with_safety_tips(once->bytes, tips, "[Ext\xc3\xa9rieur]");
  if (!twice || twice->bytes != once->bytes) return "a tip stands there twice";
  return "";
}

// Walks a text part before and after; they may differ only where a link was replaced. Empty where they do.
inline std::string walk_part(std::string_view before, std::string_view after, const Message& message,
                             int part, const Rendered& rendered) {
  size_t i = 0;
  for (const LinkOutcome& outcome : rendered.outcomes) {
    const Link& link = message.links()[outcome.link];
    if (link.part != part || outcome.result != Unwrapped::kNo || outcome.replacement == link.url) continue;
    const size_t sealed = after.find(kSealed);
    if (sealed == std::string_view::npos) return "a replacement is missing: " + link.url;
    std::string_view same = after.substr(0, sealed);
    after.remove_prefix(sealed);
    const std::string escaped = escape_attribute(outcome.replacement);
    const bool in_html = after.starts_with(escaped);
    if (!in_html && !after.starts_with(outcome.replacement)) return "not the replacement of " + link.url;
    after.remove_prefix(in_html ? escaped.size() : outcome.replacement.size());
    const bool in_text = !before.substr(i).starts_with(same);
    bool around = false;
    for (const std::string_view opened : {"\"", "<a href=\"", "<"}) {
      if (!in_text || !same.ends_with(opened)) continue;
      const std::string_view shorter = same.substr(0, same.size() - opened.size());
      if (!before.substr(i).starts_with(shorter)) continue;
      same = shorter;
      around = opened.size() > 1;
      after.remove_prefix(around ? 2 : 1);
      break;
    }
    if (!before.substr(i).starts_with(same)) return "other bytes change before " + link.url;
    i += same.size();
    // The words of a refresh begin before its URL.
    while (i > 0 && !before.substr(i).starts_with(link.text) && i + 40 > same.size()) --i;
    if (!before.substr(i).starts_with(link.text)) return "not what stood there: " + link.text;
    i += link.text.size();
    if (!around) continue;
    if (!after.starts_with(link.text) || !after.substr(link.text.size()).starts_with("</a>"))
      return "text changes";
    after.remove_prefix(link.text.size() + 4);
  }
  return before.substr(i) == after ? "" : "other bytes change at the end of part " + std::to_string(part);
}

// Byte by byte, in all text parts whose bytes are UTF-8: nothing changes but the links. Calendars are folded
// anew and flowed text is joined, so these are left to their own tests.
inline std::string changes_other_bytes(std::string_view bytes) {
  const auto message = Message::parse(bytes);
  if (!message) return "";
  const auto rendered = message->render({}, seal);
  if (!rendered || rendered->repairs > 0) return "";
  const auto before = scan_structure(bytes, Limits());
  const auto after = scan_structure(rendered->bytes, Limits());
  if (!before || !after || before->entities.size() != after->entities.size())
    return "the tree of parts changes";
  for (size_t i = 0; i < before->entities.size(); ++i) {
    const Entity& a = before->entities[i];
    const Entity& b = after->entities[i];
    const std::string old = decode(bytes.substr(a.body.begin, a.body.size()), a.encoding);
    const bool simple = a.type != "text/calendar" && !a.delsp && a.encoding != Encoding::kUuencode &&
                        a.type.starts_with("text/") && is_valid_utf8(old);
    if (!simple || Charset::of(a.charset, old).shape() != Charset::Shape::kAscii) continue;
    if (!Charset::of(a.charset, old).is_utf8() && !is_ascii(old)) continue;
    const std::string now =
        decode(std::string_view(rendered->bytes).substr(b.body.begin, b.body.size()), b.encoding);
    const std::string wrong = walk_part(old, now, *message, static_cast<int>(i), *rendered);
    if (!wrong.empty()) return wrong;
  }
  return "";
}

}  // namespace linkgate::mail::laws
