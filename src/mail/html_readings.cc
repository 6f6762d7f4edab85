#include "mail/html_readings.h"

#include <algorithm>
#include <utility>

#include "base/ascii.h"

namespace linkgate::mail {
namespace {

using ascii::iequals;

// Elements in which the tree decides how raw text is read.
bool brings_doubt(std::string_view name) {
  switch (name.size()) {  // most tags are none: their length says so
    case 3:
      return iequals(name, "svg");
    case 4:
      return iequals(name, "math");
    case 6:
      return iequals(name, "select");
    case 8:
      return iequals(name, "frameset") || iequals(name, "template");
    default:
      return false;
  }
}

}  // namespace

HtmlReadings::HtmlReadings(HtmlTokenizer first, Mode mode, bool in_link)
    : mode_(mode),
      in_doubt_(mode == Mode::kOfComment),
      left_(kMaxRereading * (first.document().size() - first.position())) {
  readers_.push_back({std::move(first), in_link, /*is_first=*/true});
}

bool HtmlReadings::next_of_many(HtmlToken& token) {
  merge();
  for (;;) {
    current_ = furthest_behind();
    if (readers_[current_].tokenizer.next(token)) break;
    if (readers_.size() == 1) return false;
    readers_.erase(readers_.begin() + static_cast<std::ptrdiff_t>(current_));
  }
  note(readers_[current_], token);
  return true;
}

size_t HtmlReadings::furthest_behind() const {
  size_t found = 0;
  for (size_t i = 1; i < readers_.size(); ++i) {
    if (readers_[i].tokenizer.position() < readers_[found].tokenizer.position()) found = i;
  }
  return found;
}

void HtmlReadings::note(Reader& reader, const HtmlToken& token) {
  if (reader.is_first) {
    first_is_stuck_ = token.unclosed;
  } else {
    too_many_ |= token.range.size() > left_;
    left_ -= std::min(left_, token.range.size());
  }
  if (!reader.again_as.empty()) ends_[std::exchange(reader.again_as, {})] = token.range.end;
  if (std::exchange(reader.again, false)) {
    reader.tokenizer.set_cdata_rule(CdataRule::kByNamespace);
    reader.tokenizer.set_embedded(mode_ == Mode::kOfComment);
  } else {
    split(token);
  }
}

// The first reading stays; of others one.
void HtmlReadings::merge() {
  const auto is_plain = [](const Reader& r) { return !r.again && !r.tokenizer.in_raw_text(); };
  for (size_t i = readers_.size(); readers_.size() > 1 && i-- > 0;) {
    const Reader& mine = readers_[i];
    if (mine.is_first || !is_plain(mine)) continue;
    const bool same = std::any_of(readers_.begin(), readers_.end(), [&](const Reader& r) {
      return &r != &mine && is_plain(r) && r.tokenizer.position() == mine.tokenizer.position();
    });
    if (same) readers_.erase(readers_.begin() + static_cast<std::ptrdiff_t>(i));
  }
}

void HtmlReadings::split(const HtmlToken& token) {
  if (mode_ == Mode::kOnce) return;
  if (token.kind == TokenKind::kStartTag) {
    in_doubt_ |= brings_doubt(token.name);
    if (in_doubt_ && !token.unclosed) split_raw_text(token);
    return;
  }
  const bool is_comment = token.kind == TokenKind::kComment;
  if (!is_comment && token.text_kind != TextKind::kCdata) return;
  const std::string_view whole = readers_[current_].tokenizer.text(token.range);
  const bool is_cdata = whole.starts_with("<![CDATA[");
  // In a conditional comment a comment is its opening mark, or all of it.
  if (!is_cdata && !(mode_ == Mode::kOfComment && is_comment && whole == "<!--")) return;
  const std::string_view mark = is_cdata ? "<![CDATA[" : "<!--";
  const bool is_long = !is_cdata || is_comment;
  if (is_long && ends_as_before(mark, token.range.begin)) return;
  Reader other = readers_[current_];
  other.is_first = false;
  other.again = true;
  if (is_long) other.again_as = mark;
  other.tokenizer.go_back(token.range.begin);
  other.tokenizer.set_embedded(false);
  if (is_cdata) other.tokenizer.set_cdata_rule(is_comment ? CdataRule::kAlways : CdataRule::kNever);
  add(std::move(other));
}

void HtmlReadings::split_raw_text(const HtmlToken& token) {
  if (!HtmlTokenizer::is_raw_text_element(token.name)) return;
  Reader other = readers_[current_];
  other.is_first = false;
  other.tokenizer.enter_raw_text_of(token.name);
  const std::string_view element = other.tokenizer.raw_element();
  // What ends a script depends on all of it.
  const bool known = element != "script" && ends_as_before(element, token.range.end);
  if (!readers_[current_].tokenizer.in_raw_text()) {
    other.again_as = element;
    if (!known) add(std::move(other));
  } else if (known && !readers_[current_].is_first) {
    readers_[current_].tokenizer.leave_raw_text();
  } else {
    readers_[current_].again_as = element;
    other.tokenizer.leave_raw_text();
    add(std::move(other));
  }
}

// What begins at `begin` and is long enough not to end before its mark does.
bool HtmlReadings::ends_as_before(std::string_view what, size_t begin) const {
  const auto end = ends_.find(what);
  if (end == ends_.end()) return false;
  const std::string_view rest = readers_[current_].tokenizer.document().substr(begin);
  if (what == "<!--" && (rest.starts_with("<!-->") || rest.starts_with("<!--->"))) return false;
  const size_t marks = what.starts_with("<!") ? what.size() + 3 : 0;
  return begin + marks <= end->second;
}

void HtmlReadings::add(Reader reader) {
  if (readers_.size() >= kMaxReadings) {
    too_many_ = true;
    return;
  }
  readers_.push_back(std::move(reader));
}

}  // namespace linkgate::mail
