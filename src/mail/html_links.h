#pragma once
// Where the links of an HTML document stand: everything that a mail client would open when the reader clicks
// or submits. docs/rewriting.md lists the elements and says why images, scripts and frames are not among
// them.
//
// Where readers disagree on what is markup, both readings are taken: what Outlook shows of conditional
// comments, what stands in raw text elements, and both ways to read CDATA. So the result can hold more than
// one browser would open, and never less.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mail/html_tokenizer.h"

namespace linkgate::mail {

enum class HtmlLinkKind : uint8_t {
  kHref,     // value is an attribute's value
  kForm,     // the same, of form action or formaction
  kRefresh,  // value is the whole content attribute; the URL follows `prefix` in it
  kText,     // value is text outside any link that clients make one of
};

struct HtmlLink {
  Range value;
  HtmlLinkKind kind = HtmlLinkKind::kHref;
  Quote quote = Quote::kNone;
  std::string prefix;  // kRefresh: "5; url="
};

struct HtmlLinks {
  std::vector<HtmlLink> links;  // in order, without overlap
  std::optional<Range> base;    // value of the first <base href>
  // Different readers would take the document apart in too many ways, or see links that reach into one
  // another.
  bool contradictory = false;
  bool limit_reached = false;  // more than max_links, kMaxAttributes or kMaxForeignDepth
};

// `html` is bytes that keep ASCII.
HtmlLinks find_html_links(std::string_view html, size_t max_links);

// The parts of a meta refresh (WHATWG HTML, "shared declarative refresh steps"): what stands before the URL
// and the URL; nullopt where there is none.
struct Refresh {
  std::string_view prefix;
  std::string_view url;
};
std::optional<Refresh> parse_refresh(std::string_view content);

}  // namespace linkgate::mail
