#include "mail/calendar_links.h"

#include <algorithm>
#include <array>

#include "base/ascii.h"
#include "mail/html_entities.h"
#include "mail/text_links.h"
#include "url/find.h"

namespace linkgate::mail {
namespace {

constexpr size_t kNone = std::string_view::npos;

enum class Property { kOther, kUri, kText };

Property property_of(std::string_view name) {
  constexpr std::array<std::string_view, 4> kUris = {"URL", "ATTACH", "CONFERENCE", "SOURCE"};
  constexpr std::array<std::string_view, 7> kTexts = {
      "DESCRIPTION", "LOCATION", "COMMENT", "SUMMARY", "CONTACT", "RESOURCES", "STYLED-DESCRIPTION"};
  const auto is = [&](std::string_view n) { return ascii::iequals(name, n); };
  if (std::any_of(kUris.begin(), kUris.end(), is)) return Property::kUri;
  if (std::any_of(kTexts.begin(), kTexts.end(), is)) return Property::kText;
  // Meeting links of Google, Microsoft and others stand in properties of their own, some as URI, some as
  // text.
  return ascii::istarts_with(name, "X-") ? Property::kText : Property::kOther;
}

// Name, parameters and value of a content line; a colon in a quoted parameter does not end them.
struct Pieces {
  std::string_view name, parameters;
  size_t value = 0;
};
Pieces pieces_of(std::string_view line) {
  bool quoted = false;
  size_t name_end = kNone;
  for (size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '"') quoted = !quoted;
    if (quoted) continue;
    if (line[i] == ';' && name_end == kNone) name_end = i;
    if (line[i] != ':') continue;
    const size_t end = std::min(name_end, i);
    return {line.substr(0, end), line.substr(end, i - end), i + 1};
  }
  return {line.substr(0, 0), line.substr(0, 0), line.size()};
}

// A TEXT value with its escapes resolved, and where each byte of it stood.
struct Unescaped {
  std::string text;
  std::vector<size_t> source;
};
Unescaped unescape(std::string_view line, size_t begin) {
  Unescaped result;
  for (size_t i = begin; i < line.size(); ++i) {
    result.source.push_back(i);
    char c = line[i];
    if (c == '\\' && i + 1 < line.size()) {
      c = line[++i];
      if (c == 'n' || c == 'N') c = '\n';
    }
    result.text += c;
  }
  result.source.push_back(line.size());
  return result;
}

bool is_html(std::string_view name, std::string_view parameters) {
  return ascii::iequals(name, "X-ALT-DESC") || ascii::to_lower(parameters).find("text/html") != kNone;
}

void find_in_html(const Unescaped& value, size_t max_links, ContentLine& line) {
  HtmlLinks links = find_html_links(value.text, max_links);
  line.limit_reached = links.limit_reached;
  for (HtmlLink& html : links.links) {
    FoundInLine found;
    found.at = {value.source[html.value.begin], value.source[html.value.end]};
    found.words = value.text.substr(html.value.begin, html.value.size());
    found.kind = html.kind == HtmlLinkKind::kText ? FoundInLine::Kind::kHtmlText : FoundInLine::Kind::kHtml;
    found.html = std::move(html);
    line.found.push_back(std::move(found));
  }
}

void find_in_text(const Unescaped& value, ContentLine& line) {
  using Kind = FoundInLine::Kind;
  for (const url::FoundUrl& url : url::find_urls(value.text)) {
    FoundInLine found;
    found.at = {value.source[url.begin], value.source[url.end]};
    found.words = value.text.substr(url.begin, url.end - url.begin);
    found.kind = url.kind == url::FoundKind::kScheme ? Kind::kScheme
                 : url.kind == url::FoundKind::kWww  ? Kind::kWww
                                                     : Kind::kBareDomain;
    found.runs_on = would_run_on(std::string_view(value.text).substr(url.end));
    line.found.push_back(std::move(found));
  }
}

void find_in_line(ContentLine& line, size_t max_links) {
  const Pieces pieces = pieces_of(line.text);
  const Property property = property_of(pieces.name);
  if (property == Property::kOther) return;
  if (property == Property::kUri) {
    if (ascii::to_lower(pieces.parameters).find("encoding=") != kNone) return;  // an inline attachment
    const std::string_view uri = ascii::trim(std::string_view(line.text).substr(pieces.value));
    if (uri.empty()) return;
    const size_t begin = static_cast<size_t>(uri.data() - line.text.data());
    line.found.push_back(
        {{begin, begin + uri.size()}, std::string(uri), FoundInLine::Kind::kUri, false, {}, false});
    return;
  }
  const Unescaped value = unescape(line.text, pieces.value);
  is_html(pieces.name, pieces.parameters) ? find_in_html(value, max_links, line) : find_in_text(value, line);
}

std::string escape_text(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\' || c == ';' || c == ',') out += '\\';
    out += c;
  }
  return out;
}

std::string fold(std::string_view line, std::string_view newline) {
  std::string out;
  size_t limit = kMaxContentLine;
  while (line.size() > limit) {
    size_t cut = limit;
    while (cut > 1 && (static_cast<unsigned char>(line[cut]) & 0xC0) == 0x80)
      --cut;  // not within a character
    out += line.substr(0, cut);
    out += newline;
    out += ' ';
    line.remove_prefix(cut);
    limit = kMaxContentLine - 1;
  }
  out += line;
  return out;
}

std::string replaced(const CalendarLine& line, const CalendarLine::Value& value, const std::string& url) {
  std::string text = value.runs_on ? "<" + url + ">" : url;
  if (value.html_text) {
    text = "<a href=\"" + escape_attribute(url) + "\">";
  } else if (value.html) {
    text = escape_attribute(value.prefix + url);
    if (value.quote == Quote::kUnquoted) text = '"' + text + '"';
  }
  if (value.escaped) text = escape_text(text);
  if (value.html_text) text += line.text.substr(value.at.begin, value.at.size()) + "</a>";
  return text;
}

}  // namespace

std::vector<ContentLine> find_calendar_links(std::string_view calendar, size_t max_links) {
  std::vector<ContentLine> result;
  size_t count = 0;
  for (size_t at = 0; at < calendar.size() && count <= max_links;) {
    ContentLine line;
    line.at.begin = at;
    bool more = true;
    while (more) {
      const size_t newline = std::min(calendar.find('\n', at), calendar.size());
      const bool crlf = newline < calendar.size() && newline > at && calendar[newline - 1] == '\r';
      line.at.end = crlf ? newline - 1 : newline;
      line.text += calendar.substr(at, line.at.end - at);
      at = newline + 1;
      more = at < calendar.size() && (calendar[at] == ' ' || calendar[at] == '\t');
      if (more) ++at;
    }
    find_in_line(line, max_links);
    count += line.found.size();
    if (!line.found.empty() || line.limit_reached) result.push_back(std::move(line));
  }
  return result;
}

std::string replace_in_content_line(const CalendarLine& line, const std::vector<const std::string*>& urls,
                                    std::string_view newline) {
  std::string out;
  size_t done = 0;
  for (size_t i = 0; i < line.values.size(); ++i) {
    const CalendarLine::Value& value = line.values[i];
    if (urls[i] == nullptr) continue;
    out += line.text.substr(done, value.at.begin - done);
    out += replaced(line, value, *urls[i]);
    done = value.at.end;
  }
  out += line.text.substr(done);
  return fold(out, newline);
}

}  // namespace linkgate::mail
