#pragma once
// For tests: the tokens of the HTML Standard (13.2.5) made from the positions that HtmlTokenizer gives, so
// that both can be compared. What the tokenizer has no use for (what a doctype says, line ends, NUL) is read
// here from the ranges of its tokens.

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/ascii.h"
#include "mail/html_entities.h"
#include "mail/html_tokenizer.h"

namespace linkgate::mail {

struct StandardToken {
  std::string kind;                 // "DOCTYPE", "StartTag", "EndTag", "Comment", "Character"
  std::optional<std::string> name;  // of tags and doctypes, in lower case
  std::string data;                 // of comments and characters
  std::optional<std::string> public_id;
  std::optional<std::string> system_id;
  bool force_quirks = false;
  bool self_closing = false;
  std::map<std::string, std::string> attributes;
  friend bool operator==(const StandardToken&, const StandardToken&) = default;
};

// CR and CRLF become LF ("preprocessing the input stream").
inline std::string with_line_feeds(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n') continue;
    out += text[i] == '\r' ? '\n' : text[i];
  }
  return out;
}

// NUL becomes U+FFFD: everywhere but in the data state and in CDATA.
inline std::string without_nul(std::string_view text) {
  std::string out;
  for (const char c : text) c == '\0' ? out += "\xEF\xBF\xBD" : out += c;
  return out;
}

inline std::string standard_name(std::string_view name) { return without_nul(ascii::to_lower(name)); }

// The DOCTYPE states, from "before DOCTYPE name" on.
class StandardDoctype {
 public:
  StandardDoctype(std::string_view text, bool unclosed) : text_(text), unclosed_(unclosed) {}

  StandardToken read() {
    token_.kind = "DOCTYPE";
    name();
    if (token_.name && !token_.force_quirks) ids();
    token_.force_quirks |= unclosed_ && !bogus_;
    return std::move(token_);
  }

 private:
  static bool is_white(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\f'; }
  bool at_end() const { return at_ >= text_.size(); }
  void skip_white() {
    while (!at_end() && is_white(text_[at_])) ++at_;
  }

  void name() {
    skip_white();
    const size_t begin = at_;
    while (!at_end() && !is_white(text_[at_])) ++at_;
    if (at_ > begin) token_.name = standard_name(text_.substr(begin, at_ - begin));
    token_.force_quirks = at_ == begin;
  }

  // "after DOCTYPE name": PUBLIC with one or two identifiers, or SYSTEM with one. What cannot be read makes
  // the rest bogus and asks for quirks; what follows a system identifier does not.
  void ids() {
    skip_white();
    if (at_end()) return;
    const std::string_view keyword = text_.substr(at_, 6);
    const bool is_public = ascii::iequals(keyword, "public");
    token_.force_quirks = true;
    if (!is_public && !ascii::iequals(keyword, "system")) return;
    at_ += 6;
    skip_white();
    if (is_public) {
      if (!id(token_.public_id)) return;
      skip_white();
      if (at_end()) token_.force_quirks = false;
      if (at_end() || (text_[at_] != '"' && text_[at_] != '\'')) return;
    }
    token_.force_quirks = !id(token_.system_id);
    skip_white();
    bogus_ = !at_end();
  }

  // False where it does not begin or does not end.
  bool id(std::optional<std::string>& value) {
    if (at_end() || (text_[at_] != '"' && text_[at_] != '\'')) return false;
    const size_t close = text_.find(text_[at_], at_ + 1);
    value = without_nul(text_.substr(at_ + 1, std::min(close, text_.size()) - at_ - 1));
    at_ = std::min(close, text_.size() - 1) + 1;
    return close != std::string_view::npos;
  }

  std::string_view text_;
  bool unclosed_;
  size_t at_ = 0;
  bool bogus_ =
      false;  // more than white space after the system identifier: where the document ends is no matter
  StandardToken token_;
};

class StandardTokens {
 public:
  // Adds what the token that `tokenizer` gave last means.
  void add(const HtmlTokenizer& tokenizer, const HtmlToken& token) {
    switch (token.kind) {
      case TokenKind::kText:
        text(with_line_feeds(tokenizer.text(token.content)), token.text_kind);
        break;
      case TokenKind::kStartTag:
      case TokenKind::kEndTag:
        if (!token.unclosed) tag(tokenizer, token);
        break;
      case TokenKind::kComment:
        comment(tokenizer, token);
        break;
      case TokenKind::kDoctype: {
        const std::string content = with_line_feeds(tokenizer.text(token.content));
        tokens.push_back(StandardDoctype(std::string_view(content).substr(7), token.unclosed).read());
        break;
      }
    }
  }

  std::vector<StandardToken> tokens;

 private:
  void text(std::string data, TextKind kind) {
    if (kind == TextKind::kData || kind == TextKind::kRcdata) {
      data = decode_references(data, ReferenceContext::kText);
    }
    if (kind != TextKind::kData && kind != TextKind::kCdata) data = without_nul(data);
    if (data.empty()) return;
    if (tokens.empty() || tokens.back().kind != "Character") tokens.push_back({"Character"});
    tokens.back().data += data;
  }

  void tag(const HtmlTokenizer& tokenizer, const HtmlToken& token) {
    StandardToken made{token.kind == TokenKind::kStartTag ? "StartTag" : "EndTag", standard_name(token.name)};
    if (token.kind == TokenKind::kStartTag) {
      made.self_closing = token.self_closing;
      for (const HtmlAttribute& a : tokenizer.attributes()) {  // the first of equal names counts
        made.attributes.try_emplace(standard_name(a.name),
                                    without_nul(decode_references(with_line_feeds(tokenizer.text(a.value)),
                                                                  ReferenceContext::kAttribute)));
      }
    }
    tokens.push_back(std::move(made));
  }

  void comment(const HtmlTokenizer& tokenizer, const HtmlToken& token) {
    const std::string_view whole = tokenizer.text(token.range);
    if (whole == "</>") return;  // "missing end tag name": no token
    std::string data = with_line_feeds(tokenizer.text(token.content));
    if (whole.starts_with("<!--") && token.unclosed) {  // the end of the document in a state after a dash
      for (const std::string_view tail : {"--!", "--", "-"}) {
        if (!data.ends_with(tail)) continue;
        data.resize(data.size() - tail.size());
        break;
      }
    }
    StandardToken made{"Comment"};
    made.data = without_nul(data);
    tokens.push_back(std::move(made));
  }
};

}  // namespace linkgate::mail
