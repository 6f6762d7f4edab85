#pragma once
// HTML into tokens with byte positions: the tokenizer of the WHATWG HTML Standard (section 13.2.5), with as
// much of tree construction as decides how text is read: raw text elements, and CDATA in svg and math.
// Nothing is printed anew: every token says where in the document it stood, so that links can be patched by
// byte range.
//
// The document is bytes of any charset that keeps ASCII (the caller brings the others into that shape); bytes
// from 0x80 up are text. Scripting counts as off, so <noscript> holds markup, as in mail clients. Linear in
// time, no recursion; memory for the attributes of one tag and for kMaxForeignDepth. Not thread-safe; the
// views must outlive it.

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "mail/html_namespace.h"

namespace linkgate::mail {

// A tag with more attributes is left off after these; limit_reached() says so and the message is refused.
inline constexpr size_t kMaxAttributes = 4096;

struct Range {
  size_t begin = 0;
  size_t end = 0;
  bool empty() const { return begin == end; }
  size_t size() const { return end - begin; }
  friend bool operator==(const Range&, const Range&) = default;
};

enum class TokenKind : uint8_t { kText, kStartTag, kEndTag, kComment, kDoctype };
enum class TextKind : uint8_t { kData, kRcdata, kRawtext, kScript, kPlaintext, kCdata };
enum class Quote : uint8_t { kNone, kUnquoted, kSingle, kDouble };  // kNone: the attribute has no value

struct HtmlAttribute {
  std::string_view
      name;     // as written; compare with ascii::iequals. The first of equal names counts for browsers
  Range value;  // without quotes, references not decoded
  Quote quote = Quote::kNone;
};

struct HtmlToken {
  TokenKind kind = TokenKind::kText;
  TextKind text_kind = TextKind::kData;
  Range range;            // the whole token
  Range content;          // text; tag name; what stands between the marks of a comment
  std::string_view name;  // of tags, as written
  bool self_closing = false;
  bool unclosed = false;  // the document ended inside: a browser drops such a tag, other programs may not
  bool foreign = false;   // a tag in svg or math
};

enum class CdataRule : uint8_t { kByNamespace, kNever, kAlways };

class HtmlTokenizer {
 public:
  explicit HtmlTokenizer(std::string_view document, CdataRule cdata = CdataRule::kByNamespace)
      : html_(document), cdata_(cdata) {}
  HtmlTokenizer(std::string_view document, Range part)
      : html_(document.substr(0, part.end)), at_(part.begin) {}

  // False at the end. The ranges of all tokens, in order, cover the document without gap or overlap.
  bool next(HtmlToken& token);

  // Of the tag that next() gave last.
  const std::vector<HtmlAttribute>& attributes() const { return attributes_; }
  std::string_view text(Range range) const { return html_.substr(range.begin, range.size()); }

  bool limit_reached() const { return limit_reached_ || namespaces_.limit_reached(); }
  bool saw_foreign() const { return namespaces_.was_foreign(); }

  // For embedded ranges and tests: read what follows as the content of such an element ("title", "style",
  // ...). Without a name no end tag ends it.
  void enter_raw_text(std::string_view element, TextKind kind);

  // For readings that differ from this one (html_readings.h). A tokenizer can be copied at any token.
  std::string_view document() const { return html_; }
  size_t position() const { return at_; }  // where the next token begins
  void go_back(size_t position) { at_ = position; }
  void set_cdata_rule(CdataRule rule) { cdata_ = rule; }
  bool in_raw_text() const { return text_kind_ != TextKind::kData; }
  void leave_raw_text() { text_kind_ = TextKind::kData; }
  static bool is_raw_text_element(std::string_view name);
  void enter_raw_text_of(std::string_view name);                 // nothing where it is no such element
  std::string_view raw_element() const { return raw_element_; }  // entered last, in lower case

  // For markup inside a comment or a raw text element, where readers disagree: xmp, iframe, noembed, noframes
  // and plaintext are ordinary elements, and a comment is its opening mark alone.
  void set_embedded(bool embedded = true) { embedded_ = embedded; }

 private:
  bool opens_markup(size_t open) const;
  void markup(HtmlToken& token);
  void tag(HtmlToken& token, size_t name_begin);
  size_t attribute(size_t at);
  size_t attribute_value(size_t at, HtmlAttribute& attribute);
  void comment(HtmlToken& token);
  void bogus_comment(HtmlToken& token, size_t content_begin);
  void raw_text(HtmlToken& token);
  void cdata(HtmlToken& token);
  void after_start_tag(HtmlToken& token);
  void after_end_tag(HtmlToken& token);
  size_t end_of_raw_text() const;
  size_t end_of_script() const;
  bool at_end_tag(size_t at, std::string_view element) const;

  std::string_view html_;
  size_t at_ = 0;
  CdataRule cdata_ = CdataRule::kByNamespace;
  TextKind text_kind_ = TextKind::kData;
  std::string_view raw_element_;  // whose end tag ends the raw text
  std::vector<HtmlAttribute> attributes_;
  HtmlNamespaces namespaces_;
  bool limit_reached_ = false;
  bool embedded_ = false;
};

}  // namespace linkgate::mail
