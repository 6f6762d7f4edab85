#include "mail/safety_tip.h"

#include <algorithm>
#include <optional>

#include "base/ascii.h"
#include "mail/charset_choice.h"
#include "mail/header_value.h"
#include "mail/html_entities.h"
#include "mail/html_tokenizer.h"
#include "mail/mime_structure.h"
#include "mail/patch.h"
#include "mail/transfer_encoding.h"
#include "mail/unscannable.h"

namespace linkgate::mail {
namespace {

constexpr size_t kNone = std::string_view::npos;
constexpr size_t kMaxTipsThere = 16;  // that are read in a message which has some

// Ink and paper are both given, so that no colours of the message or of a dark reader make it unreadable:
// clients that darken mail turn both.
constexpr std::string_view kHtmlBegin =
    "<div style=\"display:block;margin:0 0 8px;padding:6px 10px;border-left:4px solid #b36b00;"
    "background:#fff4ce;color:#201f1e;font:14px/1.4 sans-serif;text-align:left\">";
constexpr std::string_view kHtmlEnd = "</div>";
constexpr std::string_view kPlainBegin = "[!] ";
constexpr std::string_view kBom = "\xef\xbb\xbf";

bool is_any(std::string_view value, std::initializer_list<std::string_view> names) {
  return std::any_of(names.begin(), names.end(), [&](auto name) { return ascii::iequals(value, name); });
}

char32_t next_code_point(std::string_view& text) {
  const auto byte = [&](size_t i) { return i < text.size() ? static_cast<uint8_t>(text[i]) : 0; };
  const uint8_t first = byte(0);
  const size_t length = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  char32_t point = length == 1 ? first : first & (0x7f >> length);
  for (size_t i = 1; i < length; ++i) point = (point << 6) | (byte(i) & 0x3f);
  text.remove_prefix(std::min(length, text.size()));
  return point;
}

// One line without anything that would end it or turn what follows around.
std::string one_line(std::string_view text) {
  text = text.substr(0, kMaxSafetyTip);
  if (!is_valid_utf8(text)) return {};
  std::string line;
  while (!text.empty()) {
    const std::string_view before = text;
    const char32_t point = next_code_point(text);
    const bool is_format = (point >= 0x200b && point <= 0x200f) || (point >= 0x2028 && point <= 0x202e) ||
                           (point >= 0x2066 && point <= 0x2069) || point == 0xfeff;
    if (point < 0x20 || (point >= 0x7f && point < 0xa0) || is_format) continue;
    line += before.substr(0, before.size() - text.size());
  }
  return line;
}

// HTML in which every character beyond ASCII is a reference: right in any charset that keeps ASCII.
std::string html_line(std::string_view text) {
  const std::string escaped = escape_attribute(one_line(text));
  std::string_view rest = escaped;
  std::string line(kHtmlBegin);
  while (!rest.empty()) {
    const char32_t point = next_code_point(rest);
    if (point < 0x80) {
      line += static_cast<char>(point);
    } else {
      line += "&#" + std::to_string(static_cast<uint32_t>(point)) + ";";
    }
  }
  return line.append(kHtmlEnd);
}

// For texts that are not UTF-8: what German does without its letters, and '?' for everything else.
std::string ascii_spelling(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const char32_t point = next_code_point(text);
    switch (point) {
      case 0xe4:
        out += "ae";
        break;
      case 0xf6:
        out += "oe";
        break;
      case 0xfc:
        out += "ue";
        break;
      case 0xc4:
        out += "Ae";
        break;
      case 0xd6:
        out += "Oe";
        break;
      case 0xdc:
        out += "Ue";
        break;
      case 0xdf:
        out += "ss";
        break;
      default:
        out += point < 0x80 ? static_cast<char>(point) : '?';
    }
  }
  return out;
}

// Where in HTML a line can stand: behind <body>, else in front of all that is shown. kNone where there is no
// such place.
size_t html_place(std::string_view html) {
  html = html.substr(0, kMaxTipPrologue);
  HtmlTokenizer tokenizer(html);
  HtmlToken token;
  size_t place = html.starts_with(kBom) ? kBom.size() : 0;
  while (tokenizer.next(token)) {
    if (token.unclosed || tokenizer.limit_reached()) return kNone;
    const bool is_tag = token.kind == TokenKind::kStartTag || token.kind == TokenKind::kEndTag;
    if (is_tag && is_any(token.name, {"frameset", "frame", "plaintext"})) return kNone;
    if (token.kind == TokenKind::kStartTag && is_any(token.name, {"body"})) return token.range.end;
    const bool is_text = token.kind == TokenKind::kText && token.text_kind == TextKind::kData;
    std::string_view text = is_text ? tokenizer.text(token.range) : std::string_view();
    if (text.starts_with(kBom)) text.remove_prefix(kBom.size());
    const bool is_head =
        is_tag && is_any(token.name, {"html", "head", "meta", "title", "style", "link", "base", "script"});
    if ((is_tag && !is_head) || !ascii::trim(text).empty()) return place;
    if (token.kind == TokenKind::kDoctype || is_head) place = token.range.end;
  }
  return html.size() < kMaxTipPrologue ? place : kNone;
}

// The lines that stand at the start of `rest` and were written by with_safety_tips.
std::vector<std::string> html_lines_there(std::string_view rest) {
  std::vector<std::string> there;
  while (there.size() < kMaxTipsThere) {
    const size_t begin = rest.find_first_not_of("\r\n");
    if (begin == kNone || !rest.substr(begin).starts_with(kHtmlBegin)) break;
    const size_t end = rest.find(kHtmlEnd, begin);
    if (end == kNone) break;
    there.emplace_back(rest.substr(begin, end + kHtmlEnd.size() - begin));
    rest.remove_prefix(end + kHtmlEnd.size());
  }
  return there;
}

std::vector<std::string> plain_lines_there(std::string_view rest) {
  std::vector<std::string> there;
  while (rest.starts_with(kPlainBegin) && there.size() < kMaxTipsThere) {
    const size_t end = std::min(rest.find('\n'), rest.size());
    there.emplace_back(ascii::trim(rest.substr(kPlainBegin.size(), end - kPlainBegin.size())));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return there;
}

// A part whose text may be changed.
struct Text {
  const Entity* entity;
  std::string decoded;
  bool is_html = false;
  bool takes_utf8 = false;  // bytes beyond ASCII, as its fields have it
};

class Tipper {
 public:
  Tipper(std::string_view message, const Structure& structure, const std::vector<SafetyTip>& tips)
      : message_(message), structure_(structure), tips_(tips) {
    const size_t newline = message.find('\n');
    newline_ = newline == kNone || (newline > 0 && message[newline - 1] == '\r') ? "\r\n" : "\n";
  }

  bool add_tips();
  void add_prefix(std::string_view prefix);
  std::vector<Edit> take_edits() { return std::move(edits_); }

 private:
  std::vector<size_t> shown_parts() const;
  std::optional<Text> text_of(size_t index) const;
  std::string missing_lines(const Text& text, size_t place) const;
  bool add_to(const Text& text);

  std::string_view message_;
  const Structure& structure_;
  const std::vector<SafetyTip>& tips_;
  std::string newline_;
  std::vector<Edit> edits_;
};

// What a reader sees first: the forms of an alternative, else the first part.
std::vector<size_t> Tipper::shown_parts() const {
  std::vector<size_t> shown, open = {0};
  const auto& entities = structure_.entities;
  while (!open.empty()) {
    const size_t index = open.back();
    open.pop_back();
    const Entity& entity = entities[index];
    if (!entity.is_multipart) {
      const bool is_file = entity.disposition_attachment || (index > 0 && !entity.file_name.empty());
      if (!entity.is_message && !is_file) shown.push_back(index);
      continue;
    }
    const bool all = entity.type == "multipart/alternative";
    if (!all && !is_any(entity.type, {"multipart/mixed", "multipart/related"})) continue;
    for (size_t i = index + 1; i < entities.size(); ++i) {
      if (entities[i].parent != static_cast<int>(index)) continue;
      open.push_back(i);
      if (!all) break;
    }
  }
  return shown;
}

std::optional<Text> Tipper::text_of(size_t index) const {
  const Entity& entity = structure_.entities[index];
  Text text{&entity, {}};
  text.is_html = entity.type == "text/html";
  if ((!text.is_html && entity.type != "text/plain") || entity.encoding == Encoding::kUuencode) return {};
  const std::string_view raw = message_.substr(entity.body.begin, entity.body.size());
  // A part that ends with its header: what is written behind that would be read as a field.
  const std::string_view before = message_.substr(0, entity.body.begin);
  if (!before.ends_with("\n\n") && !before.ends_with("\n\r\n")) return {};
  if (entity.encoding == Encoding::kBase64 && base64_extent(raw) != raw.size()) return {};
  text.decoded = decode(raw, entity.encoding);
  const CharsetChoice choice = choose_charset(entity.charset, text.decoded, text.is_html);
  const Charset::Shape shape = choice.charset.shape();
  // ISO-2022-JP begins in ASCII, where a line of plain text is put.
  const bool keeps_ascii =
      shape == Charset::Shape::kAscii || (shape == Charset::Shape::kIso2022Jp && !text.is_html);
  if (choice.contradictory || choice.shows_as_ascii || !keeps_ascii) return {};
  const bool is_8bit = entity.encoding != Encoding::kIdentity || !is_ascii(raw);
  text.takes_utf8 = choice.charset.is_utf8() && is_any(entity.charset, {"utf-8", "utf8"}) && is_8bit;
  return text;
}

// Those of the tips that do not stand there yet, as they are written into this part.
std::string Tipper::missing_lines(const Text& text, size_t place) const {
  const std::string_view rest = std::string_view(text.decoded).substr(place);
  const auto there = text.is_html ? html_lines_there(rest) : plain_lines_there(rest);
  const auto written = [&](const std::string& tip) {
    if (text.is_html) return html_line(tip);
    return text.takes_utf8 ? one_line(tip) : ascii_spelling(one_line(tip));
  };
  const auto is_there = [&](const std::string& tip) {
    return std::find(there.begin(), there.end(), written(tip)) != there.end();
  };
  std::string lines;
  for (const SafetyTip& tip : tips_) {
    if (is_there(tip.text) || std::any_of(tip.also.begin(), tip.also.end(), is_there)) continue;
    const std::string line = (text.is_html ? "" : std::string(kPlainBegin)) + written(tip.text);
    if (line.size() > kMaxMessageLine) continue;
    lines.append(text.is_html ? newline_ : "").append(line);
    if (!text.is_html) lines += newline_;
  }
  if (!lines.empty() && (text.is_html || there.empty())) lines += newline_;
  return lines;
}

bool Tipper::add_to(const Text& text) {
  const bool has_bom = text.decoded.starts_with(kBom);
  const size_t place = text.is_html ? html_place(text.decoded) : has_bom ? kBom.size() : 0;
  if (place == kNone) return false;
  std::string lines = missing_lines(text, place);
  if (lines.empty()) return true;
  const Range body = text.entity->body;
  const std::string_view raw = message_.substr(body.begin, body.size());
  if (text.entity->encoding == Encoding::kBase64) {
    const size_t end = raw.find_first_of("\r\n");
    const bool has_lines = end != kNone && end >= 4 && end <= kMaxEncodedLine;
    std::string decoded = text.decoded;
    decoded.insert(place, lines);
    std::string encoded = encode_base64(decoded, has_lines ? end / 4 * 4 : kMaxEncodedLine, newline_);
    if (raw.ends_with('\n') && !encoded.ends_with('\n')) encoded += newline_;
    edits_.push_back({body, std::move(encoded)});
    return true;
  }
  size_t at = place;
  if (text.entity->encoding == Encoding::kQuotedPrintable) {
    at = place == 0 ? 0 : QuotedPrintableCursor(raw).end_of(place);
    lines = encode_quoted_printable(lines, newline_, false);
    // A line of its own, so that what stands before gets no longer.
    if (at > 0 && !text.is_html) lines.insert(0, "=" + newline_);
  }
  edits_.push_back({{body.begin + at, body.begin + at}, std::move(lines)});
  return true;
}

// True where somebody sees them.
bool Tipper::add_tips() {
  const bool is_odd = !structure_.shadowed.empty() || !structure_.missing_separators.empty() ||
                      !structure_.missing_folds.empty();
  if (tips_.empty() || is_odd) return false;
  std::vector<Text> texts;
  for (const size_t index : shown_parts()) {
    auto text = text_of(index);
    if (text && text->decoded.find("-----BEGIN PGP ") != kNone) return false;
    if (text) texts.push_back(*std::move(text));
  }
  bool is_shown = false;
  for (const Text& text : texts) is_shown = add_to(text) || is_shown;
  return is_shown;
}

// In front of what stands there, in whatever charset and encoding that is; not where the prefix stands
// already, be it behind a "Re:".
void Tipper::add_prefix(std::string_view prefix) {
  const Entity& top = structure_.entities[0];
  for (size_t i = top.first_field; i < top.last_field && !prefix.empty(); ++i) {
    const HeaderField& field = structure_.fields[i];
    if (!ascii::iequals(message_.substr(field.name.begin, field.name.size()), "Subject")) continue;
    const std::string_view value = message_.substr(field.value.begin, field.value.size());
    if (decode_header_text(unfold(value)).find(prefix) != kNone) return;
    // Encoded words that follow one another lose the space between them, so an encoded prefix brings its own.
    const std::string plain = encode_header_text(prefix);
    const bool is_plain = plain == prefix;
    std::string shown = " " + (is_plain ? plain : encode_header_text(std::string(prefix) + " ")) + " ";
    const size_t line = std::min(value.find('\n'), value.size());
    if (field.name.size() + shown.size() + line + 2 > kMaxMessageLine)
      shown.insert(shown.size() - 1, newline_);
    size_t begin = field.value.begin;
    while (begin < field.value.end && (message_[begin] == ' ' || message_[begin] == '\t')) ++begin;
    edits_.push_back({{field.value.begin, begin}, std::move(shown)});
    return;
  }
}

}  // namespace

Result<TippedMessage> with_safety_tips(std::string_view message, const std::vector<SafetyTip>& tips,
                                       std::string_view subject_prefix) {
  TRY_ASSIGN(const Structure structure, scan_structure(message, Limits()));
  Tipper tipper(message, structure, tips);
  TippedMessage result;
  result.is_shown = tipper.add_tips();
  tipper.add_prefix(subject_prefix);
  TRY_ASSIGN(result.bytes, apply_edits(message, tipper.take_edits()));
  return result;
}

}  // namespace linkgate::mail
