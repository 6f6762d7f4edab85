#pragma once
// All readings of a document about which readers can differ, side by side.
//
// Whether <style>, <title>, <textarea> and the like hold text or markup depends on the tree in svg, math,
// select, framesets and templates, where no tokenizer alone can tell, and where versions of the standard
// differ; what <![CDATA[ is depends on it, too. There the reading splits in two. Where two readings come to
// the same place they are one again, so an honest document is read once, and only its raw text a second time.

#include <cstddef>
#include <map>
#include <string_view>
#include <vector>

#include "mail/html_tokenizer.h"

namespace linkgate::mail {

// At once, and how many times the document's length may be read beyond the first reading. Where either is not
// enough, too_many() says so and the message is refused: nobody writes such a document in good faith.
inline constexpr size_t kMaxReadings = 8;
inline constexpr size_t kMaxRereading = 8;

class HtmlReadings {
 public:
  enum class Mode {
    kDocument,
    kOfComment,  // conditional comments: everything can be read in two ways, comments too
    kOnce        // no second reading
  };
  HtmlReadings(HtmlTokenizer first, Mode mode, bool in_link);

  // The next token of the reading that is furthest behind. False at the end of all.
  bool next(HtmlToken& token) {
    Reader& first = readers_.front();
    if (readers_.size() > 1 || !first.is_first || !first.again_as.empty()) return next_of_many(token);
    current_ = 0;
    if (!first.tokenizer.next(token)) return false;
    first_is_stuck_ = token.unclosed;
    if (token.kind == TokenKind::kStartTag || token.kind == TokenKind::kComment ||
        token.text_kind == TextKind::kCdata) {
      split(token);
    }
    return true;
  }

  // Of the reading that gave the last token.
  const HtmlTokenizer& tokenizer() const { return readers_[current_].tokenizer; }
  bool in_link() const { return readers_[current_].in_link; }
  void set_in_link(bool in_link) { readers_[current_].in_link = in_link; }
  // The reading that a browser most likely takes.
  bool is_first() const { return readers_[current_].is_first; }
  // What the first reading took the place for, which is now read in another way, ran to the document's end.
  bool first_is_stuck() const { return first_is_stuck_; }

  bool too_many() const { return too_many_; }

 private:
  struct Reader {
    HtmlTokenizer tokenizer;
    bool in_link = false;
    bool is_first = false;
    bool again = false;         // its next token is the other reading of one that was given already
    std::string_view again_as;  // what its next token is, where ends_ shall know how far that reaches
  };
  bool next_of_many(HtmlToken& token);
  size_t furthest_behind() const;
  void note(Reader& reader, const HtmlToken& token);
  void merge();
  void split(const HtmlToken& token);
  void split_raw_text(const HtmlToken& token);
  void add(Reader reader);
  bool ends_as_before(std::string_view what, size_t begin) const;

  std::vector<Reader> readers_;
  size_t current_ = 0;
  Mode mode_;
  bool in_doubt_ = false;  // svg, math, select, frameset or template was seen
  bool first_is_stuck_ = false;
  bool too_many_ = false;
  // Where the last second reading of such a thing ended: by its element, or "<!--", "<![CDATA[". One that
  // begins before that ends there as well, and needs no reading of its own.
  std::map<std::string_view, size_t> ends_;
  size_t left_;  // bytes that other readings than the first may still read
};

}  // namespace linkgate::mail
