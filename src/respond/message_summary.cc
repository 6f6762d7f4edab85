#include "respond/message_summary.h"

#include <fmt/format.h>

#include "base/ascii.h"
#include "mail/charset.h"
#include "mail/html_entities.h"
#include "mail/html_tokenizer.h"
#include "mail/mime_structure.h"
#include "mail/rewriter.h"

namespace linkgate::respond {
namespace {

constexpr size_t kMaxLinksShown = 200;

bool breaks_line(std::string_view tag) {
  for (const std::string_view name :
       {"p", "br", "div", "tr", "li", "h1", "h2", "h3", "table", "blockquote"}) {
    if (ascii::iequals(tag, name)) return true;
  }
  return false;
}

std::string text_of_html(std::string_view html) {
  std::string out;
  mail::HtmlTokenizer tokenizer(html);
  for (mail::HtmlToken token; tokenizer.next(token) && out.size() < kMaxPreview;) {
    if (token.kind == mail::TokenKind::kText) {
      if (token.text_kind == mail::TextKind::kRawtext || token.text_kind == mail::TextKind::kScript) continue;
      out += mail::decode_references(tokenizer.text(token.content), mail::ReferenceContext::kText);
    } else if (token.kind == mail::TokenKind::kStartTag && breaks_line(token.name)) {
      out += '\n';
    }
  }
  return out;
}

std::string texts_of(std::string_view message) {
  const auto structure = mail::scan_structure(message, {});
  if (!structure) return "(its parts cannot be read: " + structure.error().message() + ")\n";
  std::string out;
  for (const mail::Entity& entity : structure->entities) {
    if (out.size() >= kMaxPreview) return out;
    if (entity.is_multipart || entity.is_message) continue;
    if (entity.disposition_attachment || !entity.type.starts_with("text/")) {
      out += fmt::format("\n[{}{}{}]\n", entity.type, entity.file_name.empty() ? "" : ": ", entity.file_name);
      continue;
    }
    const std::string octets =
        mail::decode(message.substr(entity.body.begin, entity.body.size()), entity.encoding);
    const std::string text = mail::Charset::of(entity.charset, octets).to_utf8(octets);
    out += fmt::format("\n[{}]\n{}\n", entity.type, entity.type == "text/html" ? text_of_html(text) : text);
  }
  return out;
}

}  // namespace

// Words that would be links are none: in text, too, where clients make links of what looks like one.
std::string defanged(std::string_view text) {
  std::string out;
  for (size_t at = 0; at < text.size();) {
    if (ascii::istarts_with(text.substr(at), "http")) {
      out += "hxxp";
      at += 4;
      continue;
    }
    const char c = text[at++];
    const bool dot =
        c == '.' && at < text.size() && at >= 2 && ascii::is_alnum(text[at]) && ascii::is_alnum(text[at - 2]);
    out += dot ? "[.]" : std::string(1, c);
  }
  return out;
}

std::string printable(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto octet = static_cast<unsigned char>(c);
    if ((octet >= 0x20 && octet != 0x7f) || c == '\n' || c == '\t') out += c;
  }
  return out;
}

MessageSummary summarise(std::string_view message) {
  const auto parsed = mail::Message::parse(message);
  if (!parsed) return {};
  return {parsed->envelope().subject, parsed->envelope().from_address};
}

std::string preview(std::string_view message) {
  std::string out;
  const auto parsed = mail::Message::parse(message);
  if (parsed) {
    const mail::Envelope& header = parsed->envelope();
    out += fmt::format("From: {} <{}>\nSubject: {}\n", header.from_display_name, header.from_address,
                       header.subject);
    for (const std::string& to : header.to) out += fmt::format("To: {}\n", to);
    for (const std::string& date : parsed->header("Date")) out += fmt::format("Date: {}\n", date);
  }
  std::string text = texts_of(message);
  if (text.size() > kMaxPreview) text = text.substr(0, kMaxPreview) + "\n(there is more)\n";
  out += text;
  if (parsed) {
    size_t shown = 0;
    for (const mail::Link& link : parsed->links()) {
      if (++shown <= kMaxLinksShown) out += fmt::format("{}{}\n", shown == 1 ? "\nLinks:\n" : "", link.url);
    }
    if (shown > kMaxLinksShown) out += fmt::format("({} more)\n", shown - kMaxLinksShown);
  }
  return printable(defanged(out));
}

}  // namespace linkgate::respond
