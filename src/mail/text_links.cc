#include "mail/text_links.h"

#include <algorithm>

namespace linkgate::mail {
namespace {

constexpr size_t kNone = std::string_view::npos;

// In angle brackets a URL goes up to the closing one (RFC 3986, appendix C), with what elsewhere would be
// punctuation.
size_t end_in_brackets(std::string_view text, const url::FoundUrl& found) {
  if (found.begin == 0 || text[found.begin - 1] != '<') return found.end;
  const size_t close = text.find_first_not_of("?!.,:;*_~'()", found.end);
  return close != kNone && text[close] == '>' ? close : found.end;
}

std::vector<url::FoundUrl> found_in(std::string_view text) {
  std::vector<url::FoundUrl> found = url::find_urls(text);
  for (url::FoundUrl& url : found) url.end = end_in_brackets(text, url);
  return found;
}

void find_in_ascii(std::string_view text, size_t offset, std::vector<TextLink>& out) {
  for (const url::FoundUrl& found : found_in(text)) {
    out.push_back({{offset + found.begin, offset + found.end},
                   std::string(text.substr(found.begin, found.end - found.begin)),
                   found.kind,
                   would_run_on(text.substr(found.end))});
  }
}

// Text of which each byte knows where in the part it stood.
struct Mapped {
  std::string text;
  std::vector<size_t> source;  // one more than text has bytes

  void find(std::vector<TextLink>& out) const {
    for (const url::FoundUrl& found : found_in(text)) {
      // The end is that of the last byte, not the start of the next: between them may stand a line end.
      out.push_back({{source[found.begin], source[found.end - 1] + 1},
                     text.substr(found.begin, found.end - found.begin),
                     found.kind,
                     would_run_on(std::string_view(text).substr(found.end))});
    }
  }
};

// Lines that were one before the sender broke them, joined again; quote marks of the later lines left out.
void find_in_flowed(std::string_view bytes, std::vector<TextLink>& out) {
  Mapped paragraph;
  size_t depth = 0;
  const auto flush = [&] {
    if (!paragraph.text.empty()) paragraph.find(out);
    paragraph = Mapped();
  };
  for (size_t at = 0; at < bytes.size();) {
    const size_t newline = std::min(bytes.find('\n', at), bytes.size());
    size_t end = newline > at && bytes[newline - 1] == '\r' ? newline - 1 : newline;
    size_t begin = at;
    while (begin < end && bytes[begin] == '>') ++begin;
    const size_t quotes = begin - at;
    if (begin < end && bytes[begin] == ' ') ++begin;  // space-stuffed
    if (!paragraph.text.empty() && quotes != depth) flush();
    depth = quotes;
    const std::string_view line = bytes.substr(begin, end - begin);
    const bool flows = line.ends_with(' ') && line != "-- ";
    if (flows) --end;
    for (size_t i = begin; i < end; ++i) {
      paragraph.text += bytes[i];
      paragraph.source.push_back(i);
    }
    if (!flows) flush();
    at = newline + 1;
  }
  flush();
}

void find_in_converted(std::string_view bytes, const Charset& charset, std::vector<TextLink>& out) {
  std::string storage;
  const std::string_view skeleton = charset.skeleton(bytes, storage);
  const size_t width = charset.width();
  Iso2022JpCursor states(bytes);
  for (size_t at = 0; at < skeleton.size();) {
    const size_t end = std::min(skeleton.find('\n', at), skeleton.size());
    const std::string_view line = skeleton.substr(at, end - at);
    if (line.find('.') != kNone || line.find("://") != kNone) {
      if (is_ascii(line) && width == 1) {
        find_in_ascii(line, at, out);
      } else {
        const std::string_view raw = bytes.substr(at * width, line.size() * width);
        const char state = charset.shape() == Charset::Shape::kIso2022Jp ? states.state_at(at) : 'B';
        const Charset::Mapped mapped = charset.to_utf8_mapped(raw, state);
        for (const url::FoundUrl& found : found_in(mapped.text)) {
          out.push_back({{at * width + mapped.source[found.begin], at * width + mapped.source[found.end]},
                         mapped.text.substr(found.begin, found.end - found.begin),
                         found.kind,
                         would_run_on(std::string_view(mapped.text).substr(found.end))});
        }
      }
    }
    at = end + 1;
  }
}

}  // namespace

bool would_run_on(std::string_view after) {
  // Marks that end a sentence are no part of a link to anybody, where white space follows them.
  const size_t marks = std::min(after.find_first_not_of(".,;:!?)]}'\""), after.size());
  if (marks == after.size()) return false;
  const auto next = static_cast<unsigned char>(after[marks]);
  return next > 0x20 && next != '<' && next != '>';
}

std::vector<TextLink> find_plain_links(std::string_view bytes, const Charset& charset, bool delsp) {
  std::vector<TextLink> out;
  if (charset.is_utf8() || (charset.shape() == Charset::Shape::kAscii && is_ascii(bytes))) {
    delsp ? find_in_flowed(bytes, out) : find_in_ascii(bytes, 0, out);
  } else {
    find_in_converted(bytes, charset, out);
  }
  return out;
}

}  // namespace linkgate::mail
