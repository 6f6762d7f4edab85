#include "mail/html_links.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/ascii.h"
#include "mail/html_entities.h"
#include "mail/html_readings.h"
#include "mail/html_text.h"

namespace linkgate::mail {
namespace {

using ascii::iequals;

bool is_link_attribute(std::string_view name) {
  return (name.size() == 4 && iequals(name, "href")) || (name.size() == 10 && iequals(name, "xlink:href"));
}

// Elements of svg whose href loads something instead of leading somewhere (SVG 2, 16.1.3); <a> is the other
// kind.
bool loads(std::string_view name) {
  constexpr std::array<std::string_view, 14> kNames = {
      "use",     "image",          "feimage",        "script", "mpath",   "textpath", "tref",
      "pattern", "lineargradient", "radialgradient", "filter", "animate", "set",      "link"};
  return std::any_of(kNames.begin(), kNames.end(), [&](std::string_view n) { return iequals(name, n); }) ||
         ascii::istarts_with(name, "animate");
}

// Elements whose href is followed on a click. VML and Office elements carry a prefix ("v:roundrect").
bool is_clickable(const HtmlToken& tag) {
  const std::string_view name = tag.name;
  if (name.size() == 1 && ascii::to_lower(name[0]) == 'a') return true;
  if (iequals(name, "area")) return true;
  if (name.find(':') != std::string_view::npos) return true;
  return tag.foreign && !loads(name);
}

// A link left open ends with its table cell for a browser; what follows may be text that becomes a link.
bool ends_links(std::string_view name) {
  switch (name.size()) {
    case 2:
      return iequals(name, "td") || iequals(name, "th") || iequals(name, "tr");
    case 5:
      return iequals(name, "table");
    case 7:
      return iequals(name, "caption");
    default:
      return false;
  }
}

class Finder {
 public:
  Finder(std::string_view html, size_t max_links) : html_(html), max_links_(max_links) {}

  HtmlLinks run() {
    HtmlReadings document(HtmlTokenizer(html_), HtmlReadings::Mode::kDocument, /*in_link=*/false);
    scan(document, Reading::kDocument);
    order();
    return std::move(result_);
  }

 private:
  enum class Reading { kDocument, kConditionalComment, kRawText };

  // A link, and whether it is one in the reading that browsers most likely take.
  struct Found {
    HtmlLink link;
    bool is_first;
  };

  void scan(HtmlReadings& readings, Reading reading) {
    HtmlToken token;
    while (!result_.limit_reached && readings.next(token)) {
      is_first_ = readings.is_first() && reading == Reading::kDocument;
      switch (token.kind) {
        case TokenKind::kStartTag:
          start_tag(readings, token);
          break;
        case TokenKind::kEndTag:
          if (iequals(token.name, "a") || ends_links(token.name)) readings.set_in_link(false);
          break;
        case TokenKind::kText:
          text(readings, token, reading);
          break;
        case TokenKind::kComment:
          if (reading == Reading::kDocument) comment(readings, token);
          break;
        case TokenKind::kDoctype:
          break;
      }
      result_.limit_reached |= readings.tokenizer().limit_reached();
      result_.contradictory |= readings.too_many();
      result_.limit_reached |= result_.contradictory;
    }
  }

  // What Outlook shows: <!--[if mso]> ... <![endif]-->. The marks themselves are comments to the tokenizer.
  void comment(const HtmlReadings& readings, const HtmlToken& token) {
    const std::string_view content = html_.substr(token.content.begin, token.content.size());
    const size_t start = std::min(content.find_first_not_of(" \t\r\n"), content.size());
    if (ascii::istarts_with(content.substr(start), "[if")) {
      embedded(token.content, Reading::kConditionalComment, readings.in_link());
    }
  }

  void embedded(Range range, Reading reading, bool in_link) {
    HtmlTokenizer inner(html_, range);
    inner.set_embedded();
    HtmlReadings readings(
        std::move(inner),
        reading == Reading::kRawText ? HtmlReadings::Mode::kOnce : HtmlReadings::Mode::kOfComment, in_link);
    scan(readings, reading);
  }

  void text(const HtmlReadings& readings, const HtmlToken& token, Reading reading) {
    if (token.text_kind != TextKind::kData) {
      // A script's strings are no links, unless svg makes it markup.
      const bool maybe_markup = token.text_kind != TextKind::kScript || readings.tokenizer().saw_foreign();
      const std::string_view content = html_.substr(token.content.begin, token.content.size());
      if (reading == Reading::kDocument && maybe_markup && content.find('<') != std::string_view::npos) {
        embedded(token.content, Reading::kRawText, readings.in_link());
      }
      return;
    }
    if (readings.in_link() || reading == Reading::kRawText) return;
    // What is style or script in the first reading is no text for people to read in another.
    if (!readings.is_first() && !readings.first_is_stuck()) return;
    for (const Range& range : find_text_links(html_, token.content))
      add({range, HtmlLinkKind::kText, Quote::kNone, {}});
  }

  void start_tag(HtmlReadings& readings, const HtmlToken& tag) {
    const HtmlTokenizer& tokenizer = readings.tokenizer();
    const bool clickable = is_clickable(tag);
    bool leads_somewhere = false;
    for (const HtmlAttribute& attribute : tokenizer.attributes()) {
      if (attribute.quote == Quote::kNone) continue;
      if (clickable && is_link_attribute(attribute.name)) {
        leads_somewhere |= !attribute.value.empty();
        add({attribute.value, HtmlLinkKind::kHref, attribute.quote, {}});
      } else if ((iequals(attribute.name, "action") &&
                  (iequals(tag.name, "form") || iequals(tag.name, "isindex"))) ||
                 iequals(attribute.name, "formaction")) {
        add({attribute.value, HtmlLinkKind::kForm, attribute.quote, {}});
      }
    }
    // <a name> is no link: clients make links of names in it as anywhere else.
    if (iequals(tag.name, "a")) readings.set_in_link(leads_somewhere);
    if (ends_links(tag.name)) readings.set_in_link(false);
    if (iequals(tag.name, "base")) base(tokenizer);
    if (iequals(tag.name, "meta")) meta(tokenizer);
  }

  void base(const HtmlTokenizer& tokenizer) {
    for (const HtmlAttribute& attribute : tokenizer.attributes()) {
      if (!iequals(attribute.name, "href") || attribute.quote == Quote::kNone) continue;
      if (!result_.base) result_.base = attribute.value;
      return;
    }
  }

  void meta(const HtmlTokenizer& tokenizer) {
    const HtmlAttribute* content = nullptr;
    bool refresh = false;
    for (const HtmlAttribute& attribute : tokenizer.attributes()) {
      const std::string_view value = tokenizer.text(attribute.value);
      if (iequals(attribute.name, "content") && attribute.quote != Quote::kNone) content = &attribute;
      if (!iequals(attribute.name, "http-equiv")) continue;
      const std::string decoded = decode_references(value, ReferenceContext::kAttribute);
      refresh |= iequals(ascii::trim(decoded), "refresh");
    }
    if (content == nullptr || !refresh) return;
    const std::string decoded =
        decode_references(tokenizer.text(content->value), ReferenceContext::kAttribute);
    const auto parts = parse_refresh(decoded);
    if (parts) add({content->value, HtmlLinkKind::kRefresh, content->quote, std::string(parts->prefix)});
  }

  void add(HtmlLink link) {
    if (link.value.empty()) return;
    if (found_.size() >= max_links_) {
      result_.limit_reached = true;
      return;
    }
    found_.push_back({std::move(link), is_first_});
  }

  // Second readings find the same links again, and may find some that reach into one another: one of them
  // cannot be patched then, so the document is refused.
  void order() {
    const auto before = [](const Found& a, const Found& b) {
      return std::pair(a.link.value.begin, !a.is_first) < std::pair(b.link.value.begin, !b.is_first);
    };
    if (!std::is_sorted(found_.begin(), found_.end(), before)) {
      std::stable_sort(found_.begin(), found_.end(), before);
    }
    result_.links.reserve(found_.size());
    size_t end = 0;
    for (Found& found : found_) {
      const Range& value = found.link.value;
      if (value.begin < end) {
        const bool same = value == result_.links.back().value;
        result_.contradictory |= !same;
        continue;
      }
      end = value.end;
      result_.links.push_back(std::move(found.link));
    }
    result_.limit_reached |= result_.contradictory;
  }

  std::string_view html_;
  size_t max_links_;
  std::vector<Found> found_;
  HtmlLinks result_;
  bool is_first_ = false;
};

}  // namespace

HtmlLinks find_html_links(std::string_view html, size_t max_links) { return Finder(html, max_links).run(); }

std::optional<Refresh> parse_refresh(std::string_view content) {
  const auto is_white = [](char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\f' || c == '\r'; };
  size_t at = 0;
  const auto skip_white = [&] {
    while (at < content.size() && is_white(content[at])) ++at;
  };
  skip_white();
  const size_t digits = at;
  while (at < content.size() && ascii::is_digit(content[at])) ++at;
  if (at == digits && (at == content.size() || content[at] != '.')) return std::nullopt;
  while (at < content.size() && (ascii::is_digit(content[at]) || content[at] == '.')) ++at;
  if (at == content.size()) return std::nullopt;
  if (content[at] != ';' && content[at] != ',' && !is_white(content[at])) return std::nullopt;
  skip_white();
  if (at < content.size() && (content[at] == ';' || content[at] == ',')) ++at;
  skip_white();
  if (at == content.size()) return std::nullopt;
  const size_t bare = at;
  if (ascii::istarts_with(content.substr(at), "url")) {
    at += 3;
    skip_white();
    if (at < content.size() && content[at] == '=') {
      ++at;
      skip_white();
    } else {
      at = bare;
    }
  }
  const size_t prefix_end = at;
  size_t end = content.size();
  if (at < content.size() && (content[at] == '"' || content[at] == '\'')) {
    end = std::min(content.find(content[at], at + 1), content.size());
    ++at;
  }
  if (at >= end) return std::nullopt;
  return Refresh{content.substr(0, prefix_end), content.substr(at, end - at)};
}

}  // namespace linkgate::mail
