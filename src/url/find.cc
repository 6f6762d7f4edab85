#include "url/find.h"

#include <algorithm>

#include "base/ascii.h"
#include "url/domain.h"
#include "url/percent.h"
#include "url/url.h"

namespace linkgate::url {

namespace {

constexpr size_t kMaxBareDomain = 253;  // a name in DNS is no longer

constexpr std::string_view kSchemes[] = {"https://", "http://", "ftp://"};

bool is_word(char c) { return ascii::is_alnum(c); }

// The length of the UTF-8 sequence at `at`, 0 where it is not valid UTF-8 (RFC 3629).
size_t utf8_length(std::string_view text, size_t at) {
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(text[at + i]); };
  const auto continues = [&](size_t i) { return at + i < text.size() && (byte(i) & 0xc0) == 0x80; };
  const uint8_t lead = byte(0);
  if (lead < 0x80) return 1;
  if (lead >= 0xc2 && lead <= 0xdf) return continues(1) ? 2 : 0;
  if (lead >= 0xe0 && lead <= 0xef) {
    if (!continues(1) || !continues(2)) return 0;
    if (lead == 0xe0 && byte(1) < 0xa0) return 0;
    if (lead == 0xed && byte(1) > 0x9f) return 0;
    return 3;
  }
  if (lead >= 0xf0 && lead <= 0xf4) {
    if (!continues(1) || !continues(2) || !continues(3)) return 0;
    if (lead == 0xf0 && byte(1) < 0x90) return 0;
    if (lead == 0xf4 && byte(1) > 0x8f) return 0;
    return 4;
  }
  return 0;
}

// Spaces and controls beyond ASCII, and the marks that close or part sentences in other scripts.
bool ends_url(std::string_view character) {
  static constexpr std::string_view kStops[] = {
      "\u00a0", "\u1680", "\u2000", "\u2001", "\u2002", "\u2003", "\u2004", "\u2005", "\u2006",
      "\u2007", "\u2008", "\u2009", "\u200a", "\u200b", "\u2028", "\u2029", "\u202a", "\u202b",
      "\u202c", "\u202d", "\u202e", "\u202f", "\u205f", "\u2060", "\u3000", "\u3001", "\u3002",
      "\u300c", "\u300d", "\u300e", "\u300f", "\uff08", "\uff09", "\uff0c", "\uff1b", "\uff1a",
      "\uff01", "\uff1f", "\ufeff", "\u201c", "\u201d", "\u00ab", "\u00bb", "\ufffd"};
  return character.size() > 1 &&
         std::find(std::begin(kStops), std::end(kStops), character) != std::end(kStops);
}

// Where a URL that begins at `begin` ends, before trailing punctuation is taken off.
size_t scan_end(std::string_view text, size_t begin) {
  size_t at = begin;
  while (at < text.size()) {
    const char c = text[at];
    if (static_cast<uint8_t>(c) < 0x80) {
      if (static_cast<uint8_t>(c) <= 0x20 || c == 0x7f || internal::contains("<>\"", c)) break;
      ++at;
      continue;
    }
    const size_t length = utf8_length(text, at);
    if (length == 0 || ends_url(text.substr(at, length))) break;
    at += length;
  }
  return at;
}

struct Bracket {
  char open, close;
  int opened = 0, closed = 0;
};

// Punctuation that ends a sentence and closing brackets without an opening one, as in GFM autolinks.
size_t trim_end(std::string_view text, size_t begin, size_t end) {
  Bracket brackets[] = {{'(', ')'}, {'[', ']'}, {'{', '}'}};
  for (const char c : text.substr(begin, end - begin)) {
    for (auto& bracket : brackets) bracket.opened += c == bracket.open, bracket.closed += c == bracket.close;
  }
  while (end > begin) {
    const char last = text[end - 1];
    const auto bracket = std::find_if(std::begin(brackets), std::end(brackets),
                                      [&](const Bracket& b) { return b.close == last; });
    if (bracket != std::end(brackets)) {
      if (bracket->closed <= bracket->opened) break;
      --bracket->closed;
    } else if (!internal::contains("?!.,:;*_~'`|", last)) {
      break;
    }
    --end;
  }
  return end;
}

size_t authority_end(std::string_view text, size_t begin, size_t end) {
  while (begin < end && !internal::contains("/\\?#", text[begin])) ++begin;
  return begin;
}

bool is_host_byte(char c) {
  return ascii::is_alnum(c) || c == '-' || c == '.' || static_cast<uint8_t>(c) >= 0x80;
}

class Finder {
 public:
  explicit Finder(std::string_view text) : text_(text) {}

  std::vector<FoundUrl> run() {
    size_t at = 0;
    while (at < text_.size()) {
      const char c = text_[at];
      if (!is_word(c) && static_cast<uint8_t>(c) < 0x80) {
        ++at;
        continue;
      }
      at = take_word(at);
    }
    return std::move(found_);
  }

 private:
  // Looks for a URL at the start of the word at `begin` and returns where to go on.
  size_t take_word(size_t begin) {
    for (const std::string_view scheme : kSchemes) {
      if (!ascii::istarts_with(text_.substr(begin), scheme)) continue;
      return take_url(begin, begin + scheme.size(), FoundKind::kScheme);
    }
    if (ascii::istarts_with(text_.substr(begin), "www.")) {
      return take_url(begin, begin, FoundKind::kWww);
    }
    return take_bare_domain(begin);
  }

  size_t take_url(size_t begin, size_t authority, FoundKind kind) {
    const size_t end = trim_end(text_, begin, scan_end(text_, authority));
    const size_t host_end = authority_end(text_, authority, end);
    std::string url(kind == FoundKind::kWww ? "http://" : "");
    url.append(text_.substr(begin, end - begin));
    const auto parsed = end > authority ? Url::parse(url) : std::nullopt;
    if (!parsed || (kind == FoundKind::kWww && !is_www_name(parsed->hostname()))) {
      return std::max(host_end,
                      authority + 1);  // nothing before that can begin a URL again: this stays linear
    }
    found_.push_back({begin, end, kind});
    return end;
  }

  static bool is_www_name(std::string_view host) {
    return host.size() > 4 && ascii::is_alnum(host[4]) && !host.ends_with('.') &&
           host.find("..") == host.npos;
  }

  // A word like "args.to" or "example.com/x": recorded where its last label is a public suffix, never more.
  size_t take_bare_domain(size_t begin) {
    size_t end = begin;
    while (end < text_.size() && is_host_byte(text_[end]) && !(end > begin && begins_url_in_script(end)))
      ++end;
    const size_t word_end = end;
    while (end > begin && internal::contains(".-", text_[end - 1])) --end;
    const std::string_view name = text_.substr(begin, end - begin);
    const bool address =
        (begin > 0 && text_[begin - 1] == '@') || (word_end < text_.size() && text_[word_end] == '@');
    if (!address && name.size() <= kMaxBareDomain && has_public_suffix(name)) {
      found_.push_back({begin, end, FoundKind::kBareDomain});
    }
    return std::max(word_end, begin + 1);
  }

  // Scripts without spaces run into a URL: "\u8acb\u770bhttps://...".
  bool begins_url_in_script(size_t at) const {
    if (static_cast<uint8_t>(text_[at - 1]) < 0x80 || !ascii::is_alpha(text_[at])) return false;
    const std::string_view rest = text_.substr(at);
    return ascii::istarts_with(rest, "www.") ||
           std::any_of(std::begin(kSchemes), std::end(kSchemes),
                       [&](std::string_view scheme) { return ascii::istarts_with(rest, scheme); });
  }

  static bool has_public_suffix(std::string_view name) {
    const size_t dot = name.find('.');
    if (dot == 0 || dot == std::string_view::npos || name.find("..") != std::string_view::npos) return false;
    const auto parsed = Url::parse("http://" + std::string(name));
    return parsed && !parsed->host_is_ip() && has_known_suffix(parsed->hostname());
  }

  std::string_view text_;
  std::vector<FoundUrl> found_;
};

}  // namespace

std::vector<FoundUrl> find_urls(std::string_view text) { return Finder(text).run(); }

}  // namespace linkgate::url
