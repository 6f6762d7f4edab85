#include "mail/unscannable.h"

#include <algorithm>
#include <optional>

#include "base/ascii.h"
#include "base/base64.h"
#include "mail/header_value.h"
#include "mail/html_entities.h"
#include "mail/html_tokenizer.h"
#include "mail/patch.h"
#include "mail/transfer_encoding.h"

namespace linkgate::mail {
namespace {

constexpr size_t kNone = std::string_view::npos;
constexpr size_t kMaxHeader = 4'000'000;  // beyond it nothing is looked at

// The header fields, as far as they can be told without a parser that may refuse the message.
struct Field {
  std::string_view name;
  Range value;
  Range whole;
};
struct Header {
  std::vector<Field> fields;
  size_t end = 0;   // of the fields
  size_t body = 0;  // after the empty line
  std::string_view newline = "\r\n";

  const Field* find(std::string_view name) const {
    const auto is = [&](const Field& f) { return ascii::iequals(f.name, name); };
    const auto at = std::find_if(fields.begin(), fields.end(), is);
    return at == fields.end() ? nullptr : &*at;
  }
};

bool is_field_name(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) { return c > ' ' && c < 127; });
}

Header read_header(std::string_view bytes) {
  Header header;
  const size_t first = bytes.find('\n');
  if (first != kNone && (first == 0 || bytes[first - 1] != '\r')) header.newline = "\n";
  const std::string_view head = bytes.substr(0, kMaxHeader);
  // An mbox separator is no field, whatever it looks like; see scan_structure().
  size_t at =
      head.starts_with("From ") || head.starts_with(">From ") ? std::min(first, head.size() - 1) + 1 : 0;
  while (at < head.size()) {
    const size_t newline = head.find('\n', at);
    const size_t next = newline == kNone ? head.size() : newline + 1;
    size_t end = newline == kNone ? head.size() : newline;
    if (end > at && head[end - 1] == '\r') --end;
    if (end == at && newline != kNone) {
      header.body = next;
      return header;
    }
    if (head[at] == ' ' || head[at] == '\t') {
      if (!header.fields.empty()) {
        header.fields.back().value.end = end;
        header.fields.back().whole.end = next;
      }
    } else if (const size_t colon = head.substr(at, end - at).find(':'); colon != kNone) {
      const std::string_view name = ascii::trim(head.substr(at, colon));
      if (is_field_name(name)) header.fields.push_back({name, {at + colon + 1, end}, {at, next}});
    } else if (!header.fields.empty()) {
      break;  // a body without the empty line before it
    }
    at = next;
    header.end = next;
  }
  header.body = header.end;
  return header;
}

std::string field_line(std::string_view name, std::string_view value, std::string_view newline) {
  constexpr size_t kMaxValue = 800;  // well below the longest line, whatever the name
  std::string line(name);
  line += ": ";
  for (const char c : value.substr(0, kMaxValue)) line += c < ' ' || c == 127 ? ' ' : c;
  line += newline;
  return line;
}

std::string value_of(std::string_view bytes, const Field* field) {
  if (field == nullptr) return {};
  std::string value(bytes.substr(field->value.begin, field->value.size()));
  std::erase_if(value, [](char c) { return c == '\r' || c == '\n' || c == '\0'; });
  return std::string(ascii::trim(value));
}

// In front of what stands there, in whatever charset and encoding that is. Encoded words that follow one
// another lose the space between them, so an encoded prefix brings its own.
void add_subject_prefix(std::string_view bytes, const Header& header, const std::string& prefix,
                        std::vector<Edit>& edits, std::string& top) {
  if (prefix.empty()) return;
  bool found = false;
  for (const Field& field : header.fields) {
    if (!ascii::iequals(field.name, "Subject")) continue;
    found = true;
    const std::string value = value_of(bytes, &field);
    if (decode_header_text(value).starts_with(prefix)) continue;
    const std::string encoded = encode_header_text(prefix);
    const std::string shown =
        encoded == prefix ? " " + prefix + " " : " " + encode_header_text(prefix + " ") + " ";
    size_t begin = field.value.begin;
    while (begin < field.value.end && (bytes[begin] == ' ' || bytes[begin] == '\t')) ++begin;
    edits.push_back({{field.value.begin, begin}, shown});
  }
  if (!found) top += field_line("Subject", encode_header_text(prefix), header.newline);
}

// Where text goes in HTML: after the <body> tag, else in front of everything that is shown.
size_t html_insertion(std::string_view html) {
  HtmlTokenizer tokenizer(html);
  HtmlToken token;
  size_t after_head = 0;
  while (tokenizer.next(token) && !token.unclosed) {  // an unclosed one would swallow the text
    if (token.kind == TokenKind::kStartTag && ascii::iequals(token.name, "body")) return token.range.end;
    if (token.kind == TokenKind::kEndTag && ascii::iequals(token.name, "head")) after_head = token.range.end;
    if (token.kind == TokenKind::kDoctype && after_head == 0) after_head = token.range.end;
  }
  return after_head;
}

// A message of one part, in a charset that keeps ASCII and an encoding that can be patched; others have the
// subject.
void add_text(std::string_view bytes, const Header& header, const std::string& text,
              std::vector<Edit>& edits) {
  if (text.empty() || header.body == header.end) return;  // the second: a header and nothing more
  const auto type = parse_content_type(value_of(bytes, header.find("Content-Type")));
  const std::string name = type ? type->type : "text/plain";
  const bool html = name == "text/html";
  if (!html && name != "text/plain") return;
  const std::string charset = type ? type->charset : "";
  const bool utf8 = charset == "utf-8" || charset == "utf8";
  const bool plain_charset = charset.empty() || utf8 || charset == "us-ascii" ||
                             charset.starts_with("iso-8859-") || charset.starts_with("windows-125");
  const Encoding encoding = encoding_from(value_of(bytes, header.find("Content-Transfer-Encoding")));
  const bool patchable = encoding == Encoding::kIdentity || encoding == Encoding::kQuotedPrintable;
  if (!plain_charset || !patchable) return;
  std::string shown;
  for (const char c : text) {
    if (c < ' ' && c != '\n') continue;
    shown += static_cast<unsigned char>(c) >= 0x80 && !utf8 ? '?' : c;
  }
  if (html) {
    shown = "<p style=\"border:1px solid;padding:4px\">" + escape_attribute(shown) + "</p>";
  } else {
    shown += "\n\n";
  }
  std::string lines;
  for (const char c : shown) c == '\n' ? lines += header.newline : lines += c;
  const std::string_view body = bytes.substr(header.body);
  size_t at = 0;
  if (encoding == Encoding::kQuotedPrintable) {
    QuotedPrintableCursor cursor(body);
    if (html) at = cursor.end_of(html_insertion(decode(body, encoding)));
    lines = encode_quoted_printable(lines, header.newline, false);
    // A line of its own, so that neither what stands before nor what follows gets longer.
    if (html) lines = "=" + std::string(header.newline) + lines + "=" + std::string(header.newline);
  } else if (html) {
    at = html_insertion(body);
    lines = std::string(header.newline) + lines + std::string(header.newline);
  }
  if (body.substr(at).starts_with(lines)) return;  // twice is once
  edits.push_back({{header.body + at, header.body + at}, lines});
}

Result<std::string> marked(std::string_view bytes, std::string_view reason, const TipOptions& options,
                           const std::vector<std::pair<std::string, std::string>>& added, bool with_tip) {
  const Header header = read_header(bytes);
  if (header.fields.empty()) return Error(ErrorCode::kInvalidArgument, "message without a header");
  std::vector<Edit> edits;
  std::string top = options.above;
  if (!options.stamp.empty()) top += field_line("X-Linkgate-Id", options.stamp, header.newline);
  top += field_line("X-Linkgate-Unscannable", reason, header.newline);
  for (const auto& [name, value] : added) {
    if (value_of(bytes, header.find(name)) != value) top += field_line(name, value, header.newline);
  }
  if (with_tip) {
    add_subject_prefix(bytes, header, options.subject_prefix, edits, top);
    add_text(bytes, header, options.text, edits);
  }
  // Not before junk, which a field of ours would then be continued by.
  const size_t first = header.fields[0].whole.begin;
  edits.push_back({{first, first}, top});
  for (const Field& field : header.fields) {
    const bool own = ascii::istarts_with(field.name, "X-Linkgate-");
    const bool repeated =
        ascii::iequals(field.name, "X-Linkgate-Unscannable") ||
        (ascii::iequals(field.name, "X-Linkgate-Id") && value_of(bytes, &field) == options.stamp);
    if ((own && options.strip_own_headers) || repeated) edits.push_back({field.whole, ""});
  }
  return apply_edits(bytes, std::move(edits));
}

}  // namespace

Result<std::string> pass_with_tip(std::string_view bytes, std::string_view reason,
                                  const TipOptions& options) {
  return marked(bytes, reason, options, {}, /*with_tip=*/true);
}

Result<std::string> mark_as_junk(std::string_view bytes, std::string_view reason, const TipOptions& options) {
  return marked(bytes, reason, options, junk_headers(), /*with_tip=*/false);
}

std::vector<std::pair<std::string, std::string>> junk_headers() {
  return {{"X-Spam-Flag", "YES"},
          {"X-Spam", "Yes"},
          {"X-Spam-Status", "Yes"},
          {"X-MS-Exchange-Organization-SCL", "6"}};
}

std::string encode_header_text(std::string_view text) {
  const auto is_plain = [](char c) { return c >= ' ' && c < 127; };
  if (std::all_of(text.begin(), text.end(), is_plain) && text.find("=?") == kNone) return std::string(text);
  constexpr size_t kMaxBytes = 45;  // 60 characters of base64, and 12 for the marks around them
  std::string out;
  while (!text.empty()) {
    size_t cut = std::min(kMaxBytes, text.size());
    while (cut > 1 && cut < text.size() && (static_cast<unsigned char>(text[cut]) & 0xC0) == 0x80) --cut;
    if (!out.empty()) out += ' ';
    out += "=?utf-8?B?" + base64_encode(text.substr(0, cut)) + "?=";
    text.remove_prefix(cut);
  }
  return out;
}

}  // namespace linkgate::mail
