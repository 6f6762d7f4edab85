#include "url/find.h"

#include <algorithm>
#include <utility>

#include "base/ascii.h"
#include "url/domain.h"
#include "url/percent.h"
#include "url/url.h"

namespace linkgate::url {

namespace {

constexpr size_t kMaxBareDomain = 253;  // a name in DNS is no longer
constexpr size_t kMaxIpv6 = 64;         // of "[...]"
constexpr size_t kMaxEntity = 32;       // of "&name;" behind a URL
constexpr size_t kMaxLocalPart = 64;    // of a mail address, RFC 5321

constexpr std::string_view kSchemes[] = {"https://", "http://", "ftp://"};

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
      "\uff01", "\uff1f", "\ufeff", "\u201c", "\u201d", "\u00ab", "\u00bb", "\ufffd", "\uff5c"};
  return character.size() > 1 &&
         std::find(std::begin(kStops), std::end(kStops), character) != std::end(kStops);
}

// `character` is one valid UTF-8 sequence.
char32_t code_point(std::string_view character) {
  const auto lead = static_cast<uint8_t>(character[0]);
  char32_t value = character.size() == 1 ? lead : lead & (0x7f >> character.size());
  for (const char c : character.substr(1)) value = value << 6 | (static_cast<uint8_t>(c) & 0x3f);
  return value;
}

// Letters of scripts that put no spaces between words, or none behind a foreign one: Thai, Lao, Myanmar,
// Khmer, kana, Bopomofo, Han, Hangul.
bool is_unspaced(char32_t c) {
  static constexpr std::pair<char32_t, char32_t> kRanges[] = {
      {0x0e01, 0x0eff}, {0x1000, 0x109f},   {0x1100, 0x11ff},  {0x1780, 0x17ff}, {0x3005, 0x3007},
      {0x3041, 0x31ff}, {0x3400, 0x4dbf},   {0x4e00, 0x9fff},  {0xac00, 0xd7a3}, {0xf900, 0xfaff},
      {0xff66, 0xffdc}, {0x1b000, 0x1b16f}, {0x20000, 0x3ffff}};
  return std::any_of(std::begin(kRanges), std::end(kRanges),
                     [c](const auto& range) { return range.first <= c && c <= range.second; });
}

// Scripts without spaces run into a URL: "請看https://...".
bool begins_url_in_script(std::string_view text, size_t at) {
  if (static_cast<uint8_t>(text[at - 1]) < 0x80 || !ascii::is_alpha(text[at])) return false;
  const std::string_view rest = text.substr(at);
  return ascii::istarts_with(rest, "www.") ||
         std::any_of(std::begin(kSchemes), std::end(kSchemes),
                     [&](std::string_view scheme) { return ascii::istarts_with(rest, scheme); });
}

// The bracket in front of a URL, whose partner then ends the URL: "[a](http://x/y)[b](z)". 0: there is none.
char bracket_before(std::string_view text, size_t begin) {
  return begin > 0 && internal::contains("([{", text[begin - 1]) ? text[begin - 1] : '\0';
}

// Where the URL whose path begins at `begin` ends, before trailing punctuation is taken off.
size_t scan_end(std::string_view text, size_t begin, char bracket) {
  const char partner = bracket == '(' ? ')' : bracket == '[' ? ']' : '}';
  int depth = 0;
  size_t at = begin;
  while (at < text.size()) {
    const char c = text[at];
    if (static_cast<uint8_t>(c) < 0x80) {
      if (static_cast<uint8_t>(c) <= 0x20 || c == 0x7f || internal::contains("<>\"", c)) break;
      depth += c == bracket;
      if (bracket != '\0' && c == partner && depth-- == 0) break;
      if (at > begin && begins_url_in_script(text, at)) break;
      ++at;
      continue;
    }
    const size_t length = utf8_length(text, at);
    if (length == 0 || ends_url(text.substr(at, length))) break;
    at += length;
  }
  return at;
}

// Where the authority that begins at `begin` ends. With an '@' ahead userinfo may hold what a host may not;
// without one the first character that no host has ends the URL: "http://x.example,http://y.example" are two.
size_t authority_end(std::string_view text, size_t begin) {
  const auto is_plain = [](char c) { return ascii::is_alnum(c) || internal::contains("-._~%:", c); };
  size_t first_odd = std::string_view::npos;
  size_t at = begin;
  while (at < text.size()) {
    const char c = text[at];
    if (static_cast<uint8_t>(c) >= 0x80) {
      const size_t length = utf8_length(text, at);
      if (length == 0 || ends_url(text.substr(at, length))) break;
      at += length;
      continue;
    }
    if (c == '@') {
      first_odd = std::string_view::npos;  // what stood in front was userinfo
    } else if (c == '[' && (at == begin || text[at - 1] == '@')) {
      const size_t close = text.substr(at, kMaxIpv6).find(']');
      if (close == std::string_view::npos) break;
      at += close;
    } else if (internal::contains("!$&'*+,;=", c)) {
      first_odd = std::min(first_odd, at);
    } else if (!is_plain(c)) {
      break;
    }
    ++at;
  }
  return std::min(first_odd, at);
}

struct Bracket {
  char open, close;
  int opened = 0, closed = 0;
};

// The start of "&name;" where the URL ends in one, else `end`.
size_t entity_start(std::string_view text, size_t begin, size_t end) {
  size_t at = end - 1;
  while (at > begin && end - at < kMaxEntity && ascii::is_alnum(text[at - 1])) --at;
  return at > begin && at < end - 1 && text[at - 1] == '&' ? at - 1 : end;
}

// Punctuation that ends a sentence, closing brackets and quotes without an opening one, as in GFM autolinks.
// `underline`: one at the end belongs to the URL.
size_t trim_end(std::string_view text, size_t begin, size_t end, bool underline = false) {
  Bracket brackets[] = {{'(', ')'}, {'[', ']'}, {'{', '}'}};
  size_t quotes = 0;
  for (const char c : text.substr(begin, end - begin)) {
    for (auto& bracket : brackets) bracket.opened += c == bracket.open, bracket.closed += c == bracket.close;
    quotes += c == '\'';
  }
  while (end > begin) {
    const char last = text[end - 1];
    const auto bracket = std::find_if(std::begin(brackets), std::end(brackets),
                                      [&](const Bracket& b) { return b.close == last; });
    if (bracket != std::end(brackets)) {
      if (bracket->closed <= bracket->opened) break;
      --bracket->closed;
      --end;
    } else if (last == '\'') {
      if (quotes % 2 == 0) break;
      --quotes;
      --end;
    } else if (last == ';' && entity_start(text, begin, end) != end) {
      end = entity_start(text, begin, end);
    } else if (internal::contains("?!.,:;*~`|", last) || (last == '_' && !underline)) {
      --end;
    } else {
      break;
    }
  }
  return end;
}

bool is_host_byte(char c) {
  return ascii::is_alnum(c) || c == '-' || c == '.' || static_cast<uint8_t>(c) >= 0x80;
}

bool is_dns_like(std::string_view host) {
  return !host.empty() && host[0] != '.' && host.find("..") == std::string_view::npos;
}

class Finder {
 public:
  explicit Finder(std::string_view text) : text_(text) {}

  std::vector<FoundUrl> run() {
    for (size_t at = 0; at < text_.size();) {
      const char c = text_[at];
      at = ascii::is_alnum(c) || static_cast<uint8_t>(c) >= 0x80 ? take_word(at) : at + 1;
    }
    return std::move(found_);
  }

 private:
  // Looks for a URL at the start of the word at `begin` and returns where to go on. Everything that is looked
  // at is behind the place returned or is not looked at again, which keeps the whole linear.
  size_t take_word(size_t begin) {
    const std::string_view rest = text_.substr(begin);
    for (const std::string_view scheme : kSchemes) {
      if (ascii::istarts_with(rest, scheme))
        return take_url(begin, begin + scheme.size(), FoundKind::kScheme);
    }
    if (ascii::istarts_with(rest, "www.")) return take_url(begin, begin, FoundKind::kWww);
    return take_bare_domain(begin);
  }

  size_t take_url(size_t begin, size_t authority, FoundKind kind) {
    const size_t host_end = authority_end(text_, authority);
    const bool path = host_end < text_.size() && internal::contains("/?#\\", text_[host_end]);
    if (path && is_origin(begin, host_end, kind)) {
      // Behind a path an underline closes only what one in front opened ("_http://x/_"): elsewhere it is of
      // the URL, as one letter in 64 of base64url is.
      const bool emphasised = begin > 0 && text_[begin - 1] == '_';
      const size_t end =
          trim_end(text_, begin, scan_end(text_, host_end, bracket_before(text_, begin)), !emphasised);
      if (end > host_end) {
        found_.push_back({begin, end, kind});
        return end;
      }
    }
    const size_t end = trim_end(text_, begin, host_end);
    if (end <= authority || !is_origin(begin, end, kind)) return std::max(host_end, authority + 1);
    found_.push_back({begin, end, kind});
    return end;
  }

  // A path makes no URL fail, so that the authority alone decides.
  bool is_origin(size_t begin, size_t end, FoundKind kind) const {
    const std::string_view text = text_.substr(begin, end - begin);
    const auto parsed =
        kind == FoundKind::kScheme ? Url::parse(text) : Url::parse("http://" + std::string(text));
    if (!parsed || !is_dns_like(parsed->hostname())) return false;
    if (kind == FoundKind::kScheme) return true;
    const std::string_view host = parsed->hostname();
    return parsed->username().empty() && host.size() > 4 && host.starts_with("www.") && !host.ends_with('.');
  }

  // Where the run of host characters that begins at `begin` ends. A label of ASCII and of a script without
  // spaces is two words, of which the shorter reading takes one: "example.comの" and "日本語example.com".
  size_t bare_name_end(size_t begin) const {
    size_t end = begin;
    bool behind_unspaced = false;
    while (end < text_.size() && is_host_byte(text_[end])) {
      const char c = text_[end];
      if (static_cast<uint8_t>(c) < 0x80) {
        if (end > begin && begins_url_within(end)) break;
        if (behind_unspaced && ascii::is_alpha(c)) break;
        behind_unspaced = false;
        ++end;
        continue;
      }
      const size_t length = utf8_length(text_, end);
      if (length == 0 || ends_url(text_.substr(end, length))) break;
      behind_unspaced = is_unspaced(code_point(text_.substr(end, length)));
      if (behind_unspaced && end > begin && ascii::is_alnum(text_[end - 1])) break;
      end += length;
    }
    return end;
  }

  // True where a mail address goes on at `at`: "first.last+tag@example.com" names no host "first.last".
  bool is_local_part(size_t at) const {
    const size_t end = std::min(text_.size(), at + kMaxLocalPart);
    while (at < end && (ascii::is_alnum(text_[at]) || internal::contains("!$%&'*+-=^_`{|}~.", text_[at])))
      ++at;
    return at < end && text_[at] == '@';
  }

  // A word like "args.to" or "example.com/x": recorded where its last label is a public suffix, never more.
  size_t take_bare_domain(size_t begin) {
    size_t end = bare_name_end(begin);
    const size_t word_end = std::max(end, begin + 1);
    while (end > begin && internal::contains(".-", text_[end - 1])) --end;
    const char before = begin > 0 ? text_[begin - 1] : ' ';
    const char after = word_end < text_.size() ? text_[word_end] : ' ';
    if (internal::contains("@/\\_.-", before) || after == '_' || is_local_part(word_end)) return word_end;
    const std::string_view name = text_.substr(begin, end - begin);
    if (name.size() > kMaxBareDomain || !has_public_suffix(name)) return word_end;
    if (end == word_end && after == '/')
      end = trim_end(text_, begin, scan_end(text_, end, bracket_before(text_, begin)));
    found_.push_back({begin, end, FoundKind::kBareDomain});
    return std::max(end, word_end);
  }

  // "2024https://...", where a line end or a tag was lost: some clients make a link of it.
  bool begins_url_within(size_t at) const {
    const std::string_view rest = text_.substr(at);
    return begins_url_in_script(text_, at) ||
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
