#include "mail/html_tokenizer.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/ascii.h"

namespace linkgate::mail {
namespace {

using ascii::iequals;
constexpr size_t kNone = std::string_view::npos;

// White space of the HTML Standard: no vertical tab.
constexpr bool is_white(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f'; }

struct RawElement {
  std::string_view name;
  TextKind kind;
  bool shows_markup;  // programs that are no browsers may show what is inside as markup
};
constexpr std::array<RawElement, 9> kRawElements = {{{"title", TextKind::kRcdata, true},
                                                     {"textarea", TextKind::kRcdata, true},
                                                     {"style", TextKind::kRawtext, false},
                                                     {"script", TextKind::kScript, false},
                                                     {"xmp", TextKind::kRawtext, true},
                                                     {"iframe", TextKind::kRawtext, true},
                                                     {"noembed", TextKind::kRawtext, true},
                                                     {"noframes", TextKind::kRawtext, true},
                                                     {"plaintext", TextKind::kPlaintext, true}}};

size_t skip_white(std::string_view html, size_t at) {
  while (at < html.size() && is_white(html[at])) ++at;
  return at;
}

}  // namespace

bool HtmlTokenizer::next(HtmlToken& token) {
  if (at_ >= html_.size()) return false;
  if (text_kind_ != TextKind::kData) {
    raw_text(token);
    if (!token.range.empty()) return true;
  }
  token = HtmlToken();
  size_t open = html_.find('<', at_);
  while (open != kNone && !opens_markup(open)) open = html_.find('<', open + 1);
  if (open == at_) {
    markup(token);
  } else {
    token.range = token.content = {at_, std::min(open, html_.size())};
    at_ = token.range.end;
  }
  return true;
}

// A '<' that opens nothing is text.
bool HtmlTokenizer::opens_markup(size_t open) const {
  if (open + 1 >= html_.size()) return false;
  const char c = html_[open + 1];
  return ascii::is_alpha(c) || c == '!' || c == '?' || (c == '/' && open + 2 < html_.size());
}

void HtmlTokenizer::markup(HtmlToken& token) {
  const size_t open = at_;
  const std::string_view rest = html_.substr(open + 2);
  switch (html_[open + 1]) {
    case '/':
      if (!ascii::is_alpha(rest[0])) return bogus_comment(token, open + 2);
      token.kind = TokenKind::kEndTag;
      return tag(token, open + 2);
    case '?':
      return bogus_comment(token, open + 1);
    case '!':
      break;
    default:
      token.kind = TokenKind::kStartTag;
      return tag(token, open + 1);
  }
  if (rest.starts_with("--")) return comment(token);
  if (rest.starts_with("[CDATA[")) {
    if (cdata_ == CdataRule::kAlways || (cdata_ == CdataRule::kByNamespace && namespaces_.in_foreign())) {
      return cdata(token);
    }
  }
  bogus_comment(token, open + 2);
  if (ascii::istarts_with(rest, "doctype")) token.kind = TokenKind::kDoctype;
}

void HtmlTokenizer::tag(HtmlToken& token, size_t name_begin) {
  size_t at = name_begin;
  while (at < html_.size() && !is_white(html_[at]) && html_[at] != '/' && html_[at] != '>') ++at;
  token.content = {name_begin, at};
  token.name = text(token.content);
  attributes_.clear();
  bool slash = false;
  while (at < html_.size()) {
    const char c = html_[at];
    if (c == '>') break;
    slash = c == '/';
    at = slash || is_white(c) ? at + 1 : attribute(at);
  }
  token.unclosed = at >= html_.size();
  token.self_closing = slash && !token.unclosed;
  token.range = {at_, token.unclosed ? html_.size() : at + 1};
  at_ = token.range.end;
  token.kind == TokenKind::kStartTag ? after_start_tag(token) : after_end_tag(token);
}

// At the first character of a name; returns where the attribute ends. A leading '=' belongs to the name.
size_t HtmlTokenizer::attribute(size_t at) {
  const size_t begin = at;
  ++at;
  while (at < html_.size() && !is_white(html_[at]) && html_[at] != '/' && html_[at] != '>' &&
         html_[at] != '=')
    ++at;
  HtmlAttribute attribute;
  attribute.name = html_.substr(begin, at - begin);
  const size_t equals = skip_white(html_, at);
  if (equals < html_.size() && html_[equals] == '=') {
    at = attribute_value(skip_white(html_, equals + 1), attribute);
  } else {
    attribute.value = {at, at};
  }
  if (attributes_.size() < kMaxAttributes) {
    attributes_.push_back(attribute);
  } else {
    limit_reached_ = true;
  }
  return at;
}

size_t HtmlTokenizer::attribute_value(size_t at, HtmlAttribute& attribute) {
  attribute.value = {at, at};
  if (at >= html_.size() || html_[at] == '>') return at;  // "missing value": the tag ends here
  const char quote = html_[at];
  if (quote == '"' || quote == '\'') {
    const size_t end = std::min(html_.find(quote, at + 1), html_.size());
    // An open quote at the end of the document has no value that could be patched: quote stays kNone.
    if (end < html_.size()) attribute.quote = quote == '"' ? Quote::kDouble : Quote::kSingle;
    attribute.value = {at + 1, end};
    return std::min(end + 1, html_.size());
  }
  size_t end = at;
  while (end < html_.size() && !is_white(html_[end]) && html_[end] != '>') ++end;
  attribute.quote = Quote::kUnquoted;
  attribute.value = {at, end};
  return end;
}

// At "<!--". Ends with "-->" or "--!>", or at once with "<!-->" and "<!--->".
void HtmlTokenizer::comment(HtmlToken& token) {
  token.kind = TokenKind::kComment;
  const size_t begin = at_ + 4;
  const std::string_view rest = html_.substr(begin);
  size_t content_end = html_.size();
  size_t end = html_.size();
  if (embedded_) {
    content_end = end = begin;
  } else if (rest.starts_with(">")) {
    content_end = begin, end = begin + 1;
  } else if (rest.starts_with("->")) {
    content_end = begin, end = begin + 2;
  } else {
    token.unclosed = true;
    for (size_t dashes = html_.find("--", begin); dashes != kNone; dashes = html_.find("--", dashes + 1)) {
      const std::string_view tail = html_.substr(dashes + 2);
      const size_t length = tail.starts_with(">") ? 1 : tail.starts_with("!>") ? 2 : 0;
      if (length == 0) continue;
      content_end = dashes, end = dashes + 2 + length;
      token.unclosed = false;
      break;
    }
  }
  token.content = {begin, content_end};
  token.range = {at_, end};
  at_ = end;
}

void HtmlTokenizer::bogus_comment(HtmlToken& token, size_t content_begin) {
  token.kind = TokenKind::kComment;
  const size_t close = html_.find('>', content_begin);
  token.unclosed = close == kNone;
  token.content = {content_begin, token.unclosed ? html_.size() : close};
  token.range = {at_, token.unclosed ? html_.size() : close + 1};
  at_ = token.range.end;
}

void HtmlTokenizer::cdata(HtmlToken& token) {
  const size_t begin = at_ + std::string_view("<![CDATA[").size();
  const size_t close = html_.find("]]>", begin);
  token.kind = TokenKind::kText;
  token.text_kind = TextKind::kCdata;
  token.unclosed = close == kNone;
  token.content = {begin, token.unclosed ? html_.size() : close};
  token.range = {at_, token.unclosed ? html_.size() : close + 3};
  at_ = token.range.end;
}

// Everything up to the end tag of the element; the range is empty where that comes at once.
void HtmlTokenizer::raw_text(HtmlToken& token) {
  token = HtmlToken();
  const size_t end = text_kind_ == TextKind::kPlaintext ? html_.size()
                     : text_kind_ == TextKind::kScript  ? end_of_script()
                                                        : end_of_raw_text();
  token.text_kind = std::exchange(text_kind_, TextKind::kData);
  token.unclosed = end == html_.size();
  token.range = token.content = {at_, end};
  at_ = end;
}

bool HtmlTokenizer::at_end_tag(size_t at, std::string_view element) const {
  const size_t after = at + 2 + element.size();
  if (element.empty() || after >= html_.size() || html_[at] != '<' || html_[at + 1] != '/') return false;
  return iequals(html_.substr(at + 2, element.size()), element) &&
         (is_white(html_[after]) || html_[after] == '/' || html_[after] == '>');
}

size_t HtmlTokenizer::end_of_raw_text() const {
  for (size_t at = html_.find("</", at_); at != kNone; at = html_.find("</", at + 2)) {
    if (at_end_tag(at, raw_element_)) return at;
  }
  return html_.size();
}

// Script data with its escaped and double escaped states (13.2.5.4, 13.2.5.15 to 13.2.5.31).
size_t HtmlTokenizer::end_of_script() const {
  enum { kPlain, kEscaped, kDoubleEscaped } state = kPlain;
  int dashes = 0;  // just before; two and a '>' end an escaped stretch
  for (size_t at = at_; at < html_.size(); ++at) {
    const char c = html_[at];
    if (c == '-') {
      dashes = std::min(dashes + 1, 2);
      continue;
    }
    if (c == '>' && dashes == 2) state = kPlain;
    dashes = 0;
    if (c != '<') continue;
    const std::string_view rest = html_.substr(at);
    if (state == kPlain && rest.starts_with("<!--")) {
      state = kEscaped;
      dashes = 2;
      at += 3;
    } else if (state != kDoubleEscaped && at_end_tag(at, raw_element_)) {
      return at;
    } else if (state == kDoubleEscaped && at_end_tag(at, "script")) {
      state = kEscaped;
    } else if (state == kEscaped && rest.size() > 7 && ascii::istarts_with(rest, "<script") &&
               (is_white(rest[7]) || rest[7] == '/' || rest[7] == '>')) {
      state = kDoubleEscaped;
    }
  }
  return html_.size();
}

void HtmlTokenizer::enter_raw_text(std::string_view element, TextKind kind) {
  raw_element_ = element;
  text_kind_ = kind;
}

bool HtmlTokenizer::is_raw_text_element(std::string_view name) {
  return std::any_of(kRawElements.begin(), kRawElements.end(),
                     [&](const RawElement& raw) { return iequals(name, raw.name); });
}

void HtmlTokenizer::enter_raw_text_of(std::string_view name) {
  for (const RawElement& raw : kRawElements) {
    if (iequals(name, raw.name)) enter_raw_text(raw.name, raw.kind);
  }
}

void HtmlTokenizer::after_start_tag(HtmlToken& token) {
  bool html_point = false;
  if (namespaces_.in_foreign()) {
    for (const HtmlAttribute& a : attributes_) {
      if (iequals(token.name, "font")) {
        html_point |= iequals(a.name, "color") || iequals(a.name, "face") || iequals(a.name, "size");
      } else if (iequals(a.name, "encoding")) {
        html_point |= iequals(text(a.value), "text/html") || iequals(text(a.value), "application/xhtml+xml");
      }
    }
  }
  token.foreign = namespaces_.on_start_tag(token.name, token.self_closing, html_point);
  if (token.foreign || token.unclosed) return;
  for (const RawElement& raw : kRawElements) {
    if (token.name.size() != raw.name.size() || !iequals(token.name, raw.name)) continue;
    if (embedded_ && raw.shows_markup) return;
    enter_raw_text(raw.name, raw.kind);
    return;
  }
}

void HtmlTokenizer::after_end_tag(HtmlToken& token) { token.foreign = namespaces_.on_end_tag(token.name); }

}  // namespace linkgate::mail
