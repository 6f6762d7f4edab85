#include "mail/html_namespace.h"

#include <algorithm>
#include <array>

#include "base/ascii.h"

namespace linkgate::mail {
namespace {

using ascii::iequals;

// Start tags that end svg and math wherever they stand (13.2.6.5, "any other start tag" excepted).
constexpr std::array<std::string_view, 44> kBreakout = {
    "b",     "big",   "blockquote", "body",   "br",   "center", "code",  "dd", "div",  "dl",   "dt",
    "em",    "embed", "h1",         "h2",     "h3",   "h4",     "h5",    "h6", "head", "hr",   "i",
    "img",   "li",    "listing",    "menu",   "meta", "nobr",   "ol",    "p",  "pre",  "ruby", "s",
    "small", "span",  "strong",     "strike", "sub",  "sup",    "table", "tt", "u",    "ul",   "var"};

bool is_any(std::string_view name, const auto& names) {
  return std::any_of(names.begin(), names.end(), [&](std::string_view n) { return iequals(name, n); });
}
bool is_svg_point(std::string_view name) {
  return iequals(name, "foreignobject") || iequals(name, "desc") || iequals(name, "title");
}
bool is_math_text_point(std::string_view name) {
  return iequals(name, "mi") || iequals(name, "mo") || iequals(name, "mn") || iequals(name, "ms") ||
         iequals(name, "mtext");
}

}  // namespace

void HtmlNamespaces::break_out() {
  while (in_foreign()) open_.pop_back();
}

void HtmlNamespaces::open(Open element) {
  if (open_.size() < kMaxForeignDepth) {
    open_.push_back(element);
  } else {
    limit_reached_ = true;
  }
}

bool HtmlNamespaces::on_start_tag(std::string_view name, bool self_closing, bool html_point) {
  if (!in_foreign()) {
    const bool svg = iequals(name, "svg");
    if (!svg && !iequals(name, "math")) return false;
    was_foreign_ = true;
    if (!self_closing) open(svg ? Open::kSvg : Open::kMath);
    return true;
  }
  if (is_any(name, kBreakout) || (html_point && iequals(name, "font"))) {
    break_out();
    return false;
  }
  if (self_closing) return true;
  if (open_.back() == Open::kSvg) {
    if (iequals(name, "svg")) open(Open::kSvg);
    if (is_svg_point(name)) open(Open::kSvgPoint);
  } else {
    if (iequals(name, "math")) open(Open::kMath);
    if (iequals(name, "svg")) open(Open::kSvg);
    if (is_math_text_point(name) || (html_point && iequals(name, "annotation-xml"))) {
      open(Open::kMathPoint);
    }
  }
  return true;
}

bool HtmlNamespaces::on_end_tag(std::string_view name) {
  if (open_.empty()) return false;
  if (in_foreign()) {
    if (iequals(name, "p") || iequals(name, "br")) {
      break_out();
      return false;
    }
    const bool svg = iequals(name, "svg");
    if (!svg && !iequals(name, "math")) return true;
    const Open wanted = svg ? Open::kSvg : Open::kMath;
    for (size_t i = open_.size(); i-- > 0 && (open_[i] == Open::kSvg || open_[i] == Open::kMath);) {
      if (open_[i] != wanted) continue;
      open_.resize(i);
      break;
    }
    return true;
  }
  // HTML inside svg or math: only the end tag of the element where it came back leaves it again.
  const Open top = open_.back();
  const bool leaves = top == Open::kSvgPoint ? is_svg_point(name)
                                             : is_math_text_point(name) || iequals(name, "annotation-xml");
  if (leaves) open_.pop_back();
  return leaves;
}

}  // namespace linkgate::mail
