#pragma once
// For tests: the links that we find in a document against those of Gumbo's tree, by position.

#include <gtest/gtest.h>

#include <algorithm>
#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/ascii.h"
#include "mail/gumbo_document.h"
#include "mail/html_entities.h"
#include "mail/html_links.h"
#include "mail/html_standard_tokens.h"
#include "mail/html_text.h"

namespace linkgate::mail {

// Why a link of ours is none of Gumbo's tree. docs/rewriting.md says for each why it is patched all the same.
enum class Cause {
  kConditionalComment,
  kRawText,
  kScript,  // the same, and for the same reason
  kCdata,
  kOtherReading,  // after svg, math, select, frameset and template: raw text can be markup, and the other way
                  // round
  kDuplicateAttribute,
  kUnclosedTag,
  kOtherElement,  // with a prefix, of MathML, formaction of an element that is no button
  kDroppedTag,    // by tree construction: a link in select, a form in a form, ...
  kTextInLink,
  kUnexplained,
};
inline constexpr const char* kCauses[] = {
    "conditional comment", "raw text",      "script",      "CDATA",          "other reading", "duplicate",
    "unclosed tag",        "other element", "dropped tag", "text in a link", "UNEXPLAINED"};

struct Tally {
  size_t documents = 0;
  size_t links = 0;  // of Gumbo's trees
  size_t in_conditional_comments = 0;
  size_t same = 0;
  size_t names = 0;  // in text of Gumbo's trees, outside links
  size_t names_missed = 0;
  size_t refused = 0;
  size_t missed = 0;
  std::string last_refused;
  std::map<Cause, size_t> causes;

  std::string printed() const {
    std::string text =
        std::to_string(documents) + " documents, " + std::to_string(links) + " links of Gumbo's trees and " +
        std::to_string(in_conditional_comments) + " in conditional comments, " + std::to_string(missed) +
        " missed; " + std::to_string(names) + " names in text, " + std::to_string(names_missed) +
        " missed; " + std::to_string(refused) + " refused; ours: " + std::to_string(same) + " in both";
    for (const auto& [cause, count] : causes) {
      text += ", " + std::string(kCauses[static_cast<int>(cause)]) + " " + std::to_string(count);
    }
    return text;
  }
};

inline bool has_any(std::string_view html, std::initializer_list<std::string_view> marks) {
  const std::string lower = ascii::to_lower(html);
  return std::any_of(marks.begin(), marks.end(),
                     [&](std::string_view mark) { return lower.find(mark) != std::string::npos; });
}

inline bool is_conditional(std::string_view comment) {
  if (comment.starts_with("<!--")) comment.remove_prefix(4);
  const size_t start = comment.find_first_not_of(" \t\r\n");
  return start != std::string_view::npos && ascii::istarts_with(comment.substr(start), "[if");
}

// Of a start tag that our tokenizer sees and Gumbo's tree lacks, with an attribute whose value begins at
// `at`.
inline Cause cause_by_tag(std::string_view html, size_t at) {
  HtmlTokenizer tokenizer(html);
  for (HtmlToken token; tokenizer.next(token);) {
    if (token.range.end <= at) continue;
    if (token.kind != TokenKind::kStartTag) return Cause::kUnexplained;
    const auto& all = tokenizer.attributes();
    const auto mine =
        std::find_if(all.begin(), all.end(), [&](const auto& a) { return a.value.begin == at; });
    if (mine == all.end()) return Cause::kUnexplained;
    if (token.unclosed) return Cause::kUnclosedTag;
    const bool again =
        std::any_of(all.begin(), mine, [&](const auto& a) { return ascii::iequals(a.name, mine->name); });
    return again ? Cause::kDuplicateAttribute : Cause::kDroppedTag;
  }
  return Cause::kUnexplained;
}

// By our own tokens: now and then Gumbo joins a comment to the bogus one before it.
inline bool in_conditional_comment(std::string_view html, size_t at) {
  HtmlTokenizer tokenizer(html);
  for (HtmlToken token; tokenizer.next(token);) {
    if (token.range.end > at) {
      return token.kind == TokenKind::kComment && is_conditional(tokenizer.text(token.content));
    }
  }
  return false;
}

inline Cause cause_of(std::string_view html, const HtmlLink& link, const GumboDocument& theirs) {
  using Kind = GumboSpan::Kind;
  const size_t at = link.value.begin;
  const bool other_reading = has_any(html, {"<svg", "<math", "<select", "<frameset", "<template"});
  if (theirs.attribute_at(at) != nullptr) return Cause::kOtherElement;
  if (const GumboSpan* comment = theirs.span(Kind::kComment, at)) {
    const std::string_view words = html.substr(comment->range.begin, comment->range.size());
    if (is_conditional(words) || in_conditional_comment(html, at)) return Cause::kConditionalComment;
    if (has_any(html, {"<![cdata["})) return Cause::kCdata;
    return other_reading ? Cause::kOtherReading : Cause::kUnexplained;
  }
  if (theirs.has(Kind::kRawText, at)) return Cause::kRawText;
  if (theirs.has(Kind::kScript, at)) {
    return other_reading || has_any(html, {"<![cdata["}) ? Cause::kScript : Cause::kUnexplained;
  }
  if (theirs.attribute_around(at) != nullptr) {
    if (has_any(html, {"<![cdata["})) return Cause::kCdata;
    return other_reading ? Cause::kOtherReading : Cause::kUnexplained;
  }
  if (link.kind == HtmlLinkKind::kText) {
    return theirs.has(Kind::kLinkText, at) ? Cause::kTextInLink : Cause::kUnexplained;
  }
  const Cause cause = cause_by_tag(html, at);
  if (cause != Cause::kUnexplained) return cause;
  if (has_any(html, {"<![cdata["})) return Cause::kCdata;
  return other_reading ? Cause::kOtherReading : cause;
}

// References to control characters mean these (13.2.5.80); Gumbo makes U+FFFD of them.
inline bool same_value(std::string ours, std::string theirs) {
  if (ours == theirs) return true;
  constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
  for (std::string* text : {&ours, &theirs}) {
    for (size_t at = 0; (at = text->find(kReplacement, at)) != std::string::npos;) text->erase(at, 3);
    std::erase_if(*text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
  }
  return ours == theirs;
}

class Comparison {
 public:
  Comparison(std::string_view html, Tally& tally, const std::string& name)
      : html_(html), tally_(tally), name_(name), ours_(find_html_links(html, 100'000)) {}

  void run() {
    ++tally_.documents;
    if (ours_.limit_reached) {
      ++tally_.refused;
      tally_.last_refused = name_;
      return;
    }
    const GumboDocument theirs(html_);
    tally_.links += expect_all_of(theirs, 0);
    for (const GumboSpan& comment : theirs.spans()) {
      if (comment.kind != GumboSpan::Kind::kComment) continue;
      const std::string_view words = html_.substr(comment.range.begin, comment.range.size());
      if (!words.starts_with("<!--") || !is_conditional(words)) continue;
      const size_t tail = words.ends_with("--!>") ? 4 : words.ends_with("-->") ? 3 : 0;
      const std::string_view content = words.substr(4, std::max(words.size(), 4 + tail) - 4 - tail);
      tally_.in_conditional_comments += expect_all_of(GumboDocument(content), comment.range.begin + 4);
    }
    for (const HtmlLink& link : ours_.links) explain(link, theirs);
    for (const GumboSpan& span : theirs.spans()) count_names(span);
  }

 private:
  // How many links the tree has; each must be one of ours, with the same value.
  size_t expect_all_of(const GumboDocument& theirs, size_t offset) {
    size_t count = 0;
    for (const GumboAttributeAt& a : theirs.attributes()) {
      if (!GumboDocument::is_link(a) || (a.is_refresh && !parse_refresh(a.decoded))) continue;
      ++count;
      const size_t begin = a.value.begin + offset;
      const auto at = std::lower_bound(ours_.links.begin(), ours_.links.end(), begin,
                                       [](const HtmlLink& l, size_t value) { return l.value.begin < value; });
      if (at != ours_.links.end() && at->value.begin == begin && at->value.size() == a.value.size() &&
          same_value(decode_references(with_line_feeds(html_.substr(begin, a.value.size())),
                                       ReferenceContext::kAttribute),
                     a.decoded)) {
        continue;
      }
      ++tally_.missed;
      ADD_FAILURE() << name_ << ": missed <" << a.element << " " << a.name << "=" << a.decoded << "> at "
                    << begin << "\n"
                    << around(begin);
    }
    return count;
  }

  // Names in text that is in no link of the tree. Text that Gumbo joined over tags is left out: its position
  // says nothing.
  void count_names(const GumboSpan& text) {
    if (text.kind != GumboSpan::Kind::kText) return;
    if (html_.substr(text.range.begin, text.range.size()).find('<') != std::string_view::npos) return;
    for (const Range& name : find_text_links(html_, text.range)) {
      ++tally_.names;
      const bool found = std::any_of(ours_.links.begin(), ours_.links.end(),
                                     [&](const HtmlLink& link) { return link.value == name; });
      tally_.names_missed += found ? 0 : 1;
    }
  }

  void explain(const HtmlLink& link, const GumboDocument& theirs) {
    const GumboAttributeAt* attribute = theirs.attribute_at(link.value.begin);
    if ((attribute != nullptr && GumboDocument::is_link(*attribute)) ||
        (link.kind == HtmlLinkKind::kText && theirs.has(GumboSpan::Kind::kText, link.value.begin))) {
      ++tally_.same;
      return;
    }
    const Cause cause = cause_of(html_, link, theirs);
    ++tally_.causes[cause];
    if (cause != Cause::kUnexplained) return;
    ADD_FAILURE() << name_ << ": no link of Gumbo's tree, and no reason known, at " << link.value.begin
                  << (link.kind == HtmlLinkKind::kText ? " (text)" : "") << "\n"
                  << around(link.value.begin);
  }

  std::string around(size_t at) const {
    if (html_.size() < 1000) return std::string(html_);
    const size_t begin = at - std::min<size_t>(at, 400);
    return std::string(html_.substr(begin, 800));
  }

  std::string_view html_;
  Tally& tally_;
  const std::string& name_;
  HtmlLinks ours_;
};

}  // namespace linkgate::mail
