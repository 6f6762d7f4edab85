#pragma once
// The reports: what each shows, as KQL over the rows that a filter names. Nothing is kept: a report asked
// twice shows what happened in between.

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "views/filter.h"

namespace linkgate::views {

// A table of a report.
struct Section {
  std::string_view name;
  std::string_view title;
  // Over Clicks, Shown (Clicks without what the default filter hides), Messages, Links, Removals, and Series:
  // all series of the URL protection report with their Place. Its `render` is the section's chart.
  std::string_view kql;
  // A row for each thing that happened, the newest first: cut on a screen, whole in an export.
  bool is_detail = false;
};

struct Report {
  std::string_view name;
  std::string_view view;  // of reports that have several; the first is what is shown unasked
  std::string_view title;
  std::string_view about;  // a sentence
  std::span<const Section> sections;
  bool has_default_filter = false;
};

// How far back a report looks where nobody says.
inline constexpr std::chrono::hours kOrdinaryPeriod{30 * 24};

std::span<const Report> reports();
const Report* find_report(std::string_view name, std::string_view view = "");
std::vector<std::string> report_names();  // each once
std::vector<std::string> report_views();  // of all reports, each once

// The Explorer's views, in the same shape: messages, clicks, urls.
std::span<const Report> explorer_views();
// All that is known of one message, in the order in which it happened: delivered, its links, clicks step by
// step, removed, released, alerts. REQUIRES: an id of letters, digits and '-'.
std::string story_query(std::string_view network_message_id);

// REQUIRES, of all that follow: the filter was checked.
std::string section_query(const Report& report, const Section& section, const Filter& filter);

// What a report leaves out unasked. It never hides a click that an alert names, and steps aside as soon as
// the filter names anything but a time: whoever asks for a user, a mail or a domain sees all of it.
struct DefaultFilter {
  std::string sentence;  // for people
  std::string hidden;    // KQL: Action, Clicks: what it leaves out
};
std::optional<DefaultFilter> default_filter(const Report& report, const Filter& filter);

// What would have happened under another policy. kInvalidArgument but for AllowClickThrough=false.
Result<Report> what_if(std::string_view assignment);

// An expression: the Explorer's word for a row of UrlClickEvents.
std::string explorer_action();

}  // namespace linkgate::views
