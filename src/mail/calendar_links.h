#pragma once
// Links in iCalendar (RFC 5545): the properties that calendar programs show as links or as text. A content
// line is unfolded, patched, and folded again at 75 octets; lines without a link stay as they are.

#include <string>
#include <string_view>
#include <vector>

#include "mail/message_impl.h"

namespace linkgate::mail {

inline constexpr size_t kMaxContentLine = 75;  // octets, without line end (RFC 5545, 3.1)

struct FoundInLine {
  Range at;           // in ContentLine::text
  std::string words;  // as it stood, escapes resolved
  enum class Kind : uint8_t { kUri, kScheme, kWww, kBareDomain, kHtml, kHtmlText } kind = Kind::kUri;
  bool escaped = true;   // stands in a TEXT value
  HtmlLink html;         // kHtml, kHtmlText
  bool runs_on = false;  // see TextLink
};

struct ContentLine {
  Range at;          // in the calendar, folds included, without the last line end
  std::string text;  // unfolded
  std::vector<FoundInLine> found;
  bool limit_reached = false;  // its HTML is none that all readers take the same way, see HtmlLinks
};

// The lines that hold links, in order. `calendar` is UTF-8.
std::vector<ContentLine> find_calendar_links(std::string_view calendar, size_t max_links);

// The line with values[i] replaced by *urls[i] where that is given, folded.
std::string replace_in_content_line(const CalendarLine& line, const std::vector<const std::string*>& urls,
                                    std::string_view newline);

}  // namespace linkgate::mail
