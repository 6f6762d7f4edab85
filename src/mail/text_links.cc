#include "mail/text_links.h"

#include <algorithm>

#include "mail/iso2022jp.h"

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

// Bytes of a part, pieced together, of which each knows where in the part it stood.
struct Pieces {
  std::string bytes;  // of ISO-2022-JP, whose state is each line's own: UTF-8
  std::vector<Range> source;

  void append(std::string_view part, Range line) {
    bytes += part.substr(line.begin, line.size());
    for (size_t i = line.begin; i < line.end; ++i) source.push_back({i, i + 1});
  }
  void append_decoded(const Charset::Mapped& mapped, size_t begin) {
    bytes += mapped.text;
    for (size_t i = 0; i < mapped.text.size(); ++i)
      source.push_back({begin + mapped.source[i], begin + mapped.source[i + 1]});
  }

  void find(const Charset& charset, std::vector<TextLink>& out) const {
    if (bytes.empty()) return;
    const bool as_is = charset.is_utf8() || charset.shape() == Charset::Shape::kIso2022Jp ||
                       (charset.shape() == Charset::Shape::kAscii && is_ascii(bytes));
    const Charset::Mapped mapped = as_is ? Charset::Mapped() : charset.to_utf8_mapped(bytes);
    const std::string_view text = as_is ? bytes : mapped.text;
    for (const url::FoundUrl& found : found_in(text)) {
      const size_t begin = as_is ? found.begin : mapped.source[found.begin];
      const size_t end = as_is ? found.end : mapped.source[found.end];
      // The end is that of the last byte, not the start of the next: between them may stand a line end.
      out.push_back({{source[begin].begin, source[end - 1].end},
                     std::string(text.substr(found.begin, found.end - found.begin)),
                     found.kind,
                     would_run_on(text.substr(found.end))});
    }
  }
};

// Where lines and quote marks are seen: a line of ISO-2022-JP begins in ASCII, and ends where its bytes do.
std::string_view lines_of(std::string_view bytes, const Charset& charset, std::string& storage) {
  return charset.shape() == Charset::Shape::kIso2022Jp ? bytes : charset.skeleton(bytes, storage);
}

// Lines that were one before the sender broke them, joined again; quote marks of the later lines left out.
void find_in_flowed(std::string_view bytes, const Charset& charset, std::vector<TextLink>& out) {
  std::string storage;
  const std::string_view skeleton = lines_of(bytes, charset, storage);
  const size_t width = charset.width();
  const bool stateful = charset.shape() == Charset::Shape::kIso2022Jp;
  Iso2022JpStates states(bytes);
  Pieces paragraph;
  size_t depth = 0;
  const auto flush = [&] {
    paragraph.find(charset, out);
    paragraph = Pieces();
  };
  for (size_t at = 0; at < skeleton.size();) {
    const size_t newline = std::min(skeleton.find('\n', at), skeleton.size());
    size_t end = newline > at && skeleton[newline - 1] == '\r' ? newline - 1 : newline;
    size_t begin = at;
    while (begin < end && skeleton[begin] == '>') ++begin;
    const size_t quotes = begin - at;
    if (begin < end && skeleton[begin] == ' ') ++begin;  // space-stuffed
    if (!paragraph.bytes.empty() && quotes != depth) flush();
    depth = quotes;
    const std::string_view line = skeleton.substr(begin, end - begin);
    const bool flows = line.ends_with(' ') && line != "-- ";
    if (flows) --end;
    if (stateful) {
      const std::string_view words = bytes.substr(begin, end - begin);
      paragraph.append_decoded(charset.to_utf8_mapped(words, states.state_at(begin)), begin);
    } else {
      paragraph.append(bytes, {begin * width, end * width});
    }
    if (!flows) flush();
    at = newline + 1;
  }
  flush();
}

void find_in_converted(std::string_view bytes, const Charset& charset, std::vector<TextLink>& out) {
  std::string storage;
  const std::string_view skeleton = lines_of(bytes, charset, storage);
  const size_t width = charset.width();
  const bool stateful = charset.shape() == Charset::Shape::kIso2022Jp;
  Iso2022JpStates states(bytes);
  for (size_t at = 0; at < skeleton.size();) {
    const size_t end = std::min(skeleton.find('\n', at), skeleton.size());
    const std::string_view line = skeleton.substr(at, end - at);
    const bool escapes = stateful && line.find('\x1B') != kNone;  // "://" may be taken apart by them
    if (escapes || line.find('.') != kNone || line.find("://") != kNone) {
      if (is_ascii(line) && width == 1 && !stateful) {
        find_in_ascii(line, at, out);
      } else {
        const std::string_view raw = bytes.substr(at * width, line.size() * width);
        const char state = stateful ? states.state_at(at) : kIso2022JpAscii;
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

// Asked of the finder itself: what it would make of a sealed link with this behind it.
bool lengthens_link(std::string_view word) {
  constexpr std::string_view kLink = "https://a.example/?a=b";
  if (word.empty()) return false;
  const auto found = url::find_urls(std::string(kLink) + std::string(word));
  return found.empty() || found[0].begin != 0 || found[0].end != kLink.size();
}

}  // namespace

bool would_run_on(std::string_view after) {
  constexpr size_t kEnough = 80;
  for (size_t size = kEnough;; size *= 2) {
    while (size < after.size() && (static_cast<unsigned char>(after[size]) & 0xC0) == 0x80) ++size;
    const std::string_view seen = after.substr(0, size);
    const std::string_view word = seen.substr(0, seen.find_first_of(" \t\r\n<>"));
    if (lengthens_link(word)) return true;
    // Punctuation as far as was looked, which what comes after it may make part of the URL.
    const bool is_all = word.size() < seen.size() || seen.size() == after.size();
    if (is_all || !lengthens_link(std::string(word) + 'x')) return false;
  }
}

std::vector<TextLink> find_plain_links(std::string_view bytes, const Charset& charset, bool delsp) {
  std::vector<TextLink> out;
  if (delsp) {
    find_in_flowed(bytes, charset, out);
  } else if (charset.is_utf8() || (charset.shape() == Charset::Shape::kAscii && is_ascii(bytes))) {
    find_in_ascii(bytes, 0, out);
  } else {
    find_in_converted(bytes, charset, out);
  }
  return out;
}

}  // namespace linkgate::mail
