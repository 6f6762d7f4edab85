#include "views/report.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/ascii.h"
#include "verdict/click_outcome.h"
#include "views/kql_text.h"
#include "views/report_sections.h"

namespace linkgate::views {
namespace {

constexpr Report kReports[] = {
    {"url-protection", "action", "URL protection report: clicks by action",
     "What happened to clicks on links: which were let through, which met a page, and who went on.",
     kByAction, true},
    {"url-protection", "application", "URL protection report: clicks by application",
     "From which application links were clicked.", kByApplication, true},
    {"click-through", "", "Who clicked through",
     "Which domains' warning pages were shown, and who went on past them.", kClickThrough},
    {"top-clickers", "", "Top clickers and URLs",
     "Who clicks most on links that turn out bad, and which links.", kTopClickers},
    {"top-targets", "", "Top targeted users", "Who gets most threats by mail, and clicks on them.",
     kTopTargets},
    {"post-delivery", "", "Post-delivery activities", "What was done to messages after they were delivered.",
     kPostDelivery},
    {"latency", "", "Mail latency", "How long mails took from their arrival to the next hop's answer.",
     kLatency},
    {"threats-over-time", "", "Threat types over time", "Threats at delivery, after it, and at clicks.",
     kThreats},
};

// What the default filter leaves out, as Defender's does; but for what alerts name.
constexpr std::string_view kHiddenUnasked =
    "ReportAction in (\"Allowed\", \"Allowed by tenant admin\")\n"
    "    and ReportId !in ((AlertEvidence | where isnotempty(ReportId) | project ReportId))";

bool default_applies(const Report& report, const Filter& filter) {
  return report.has_default_filter && !filter.names_something();
}

std::string all_series() {
  std::string rows;
  int place = 0;
  for (const std::string_view action : verdict::report_actions())
    rows += fmt::format("{}{}, {}", rows.empty() ? "" : ", ", kql_string(action), place++);
  return "datatable(Action: string, Place: long) [" + rows + "]";
}

// Whether the text has `name` as a word.
bool mentions(std::string_view kql, std::string_view name) {
  for (size_t at = kql.find(name); at != kql.npos; at = kql.find(name, at + 1)) {
    const auto is_word = [&](size_t i) {
      return i < kql.size() && (ascii::is_alnum(kql[i]) || kql[i] == '_');
    };
    if ((at == 0 || !is_word(at - 1)) && !is_word(at + name.size())) return true;
  }
  return false;
}

std::string let(std::string_view name, std::string_view value) {
  return fmt::format("let {} = {};\n", name, value);
}

// A row each click, in every report.
constexpr std::string_view kClickDetails =
    "sort by Timestamp desc, ReportId asc\n"
    "| project ClickTime = Timestamp, User = AccountUpn, URL = Url, Action = ReportAction,\n"
    "    App = iff(AppName == \"Email\", \"Email client\", AppName), Threat = ThreatTypes, PageShown,\n"
    "    Domain = UrlDomain, Chain = UrlChain, ClientIP = IPAddress, Policy, Automated = IsAutomated,\n"
    "    MessageId = NetworkMessageId, ClickId = ReportId";

void put_in(std::string& text, std::string_view name, std::string_view value) {
  if (const size_t at = text.find(name); at != text.npos) text.replace(at, name.size(), value);
}

}  // namespace

std::span<const Report> reports() { return kReports; }

const Report* find_report(std::string_view name, std::string_view view) {
  for (const Report& report : kReports) {
    if (report.name == name && (view.empty() || report.view == view)) return &report;
  }
  return nullptr;
}

std::vector<std::string> report_names() {
  std::vector<std::string> names;
  for (const Report& report : kReports) {
    if (names.empty() || names.back() != report.name) names.emplace_back(report.name);
  }
  return names;
}

std::vector<std::string> report_views() {
  std::vector<std::string> views;
  for (const Report& report : kReports) {
    if (!report.view.empty()) views.emplace_back(report.view);
  }
  return views;
}

std::string section_query(const Report& report, const Section& section, const Filter& filter) {
  const std::string_view kql = section.kql;
  std::string out;
  if (mentions(kql, "Clicks") || mentions(kql, "Shown")) out += let("Clicks", rows_of(Rows::kClicks, filter));
  if (mentions(kql, "Shown")) {
    const bool applies = default_applies(report, filter);
    out += let("Shown", applies ? fmt::format("Clicks\n| where not({})", kHiddenUnasked) : "Clicks");
  }
  if (mentions(kql, "Messages")) out += let("Messages", rows_of(Rows::kMessages, filter));
  if (mentions(kql, "Links")) out += let("Links", rows_of(Rows::kLinks, filter));
  if (mentions(kql, "Removals")) out += let("Removals", rows_of(Rows::kRemovals, filter));
  if (mentions(kql, "Series")) out += let("Series", all_series());
  if (mentions(kql, "WouldBe")) out += let("WouldBe", outcomes_without_click_through());
  out += kql;
  put_in(out, "EXPLORER_ACTION", explorer_action());
  put_in(out, "CLICK_DETAILS", kClickDetails);
  return out;
}

std::optional<DefaultFilter> default_filter(const Report& report, const Filter& filter) {
  if (!default_applies(report, filter)) return std::nullopt;
  return DefaultFilter{
      "Details leave out the series Allowed and Allowed by tenant admin, but for clicks that an alert names; "
      "--all, --action, or any filter by name shows them",
      let("Clicks", rows_of(Rows::kClicks, filter)) +
          fmt::format("Clicks\n| where {}\n| summarize Clicks = count() by Action = ReportAction\n"
                      "| sort by Action asc",
                      kHiddenUnasked)};
}

Result<Report> what_if(std::string_view assignment) {
  const size_t equals = assignment.find('=');
  const std::string_view name = ascii::trim(assignment.substr(0, equals));
  const std::string_view value = equals == assignment.npos ? "" : ascii::trim(assignment.substr(equals + 1));
  if (!ascii::iequals(name, "AllowClickThrough"))
    return Error(ErrorCode::kInvalidArgument, "what-if knows AllowClickThrough=false and no other setting");
  if (ascii::iequals(value, "true")) {
    return Error(ErrorCode::kInvalidArgument,
                 "nobody knows who would have gone on; what-if knows AllowClickThrough=false");
  }
  if (!ascii::iequals(value, "false"))
    return Error(ErrorCode::kInvalidArgument, "AllowClickThrough is true or false");
  return Report{
      "click-through", "", "Who clicked through, had AllowClickThrough been false",
      "Clicks that went on past a page, and what the same table of outcomes gives where no page has a "
      "way on.",
      kWhatIf};
}

std::string outcomes_without_click_through() {
  std::string rows;
  for (const verdict::ClickOutcome& outcome : verdict::all_click_outcomes()) {
    if (!outcome.continued) continue;
    const verdict::ClickOutcome& other = verdict::click_outcome(outcome.page, false, false);
    rows += fmt::format("{}{}, {}, {}, {}", rows.empty() ? "" : ",\n    ", kql_string(outcome.page_shown),
                        kql_string(other.action_type), kql_string(other.report_action),
                        outcome.page == verdict::Page::kScanning ? "true" : "false");
  }
  return "datatable(PageShown: string, WouldBeAction: string, WouldBe: string, WaitsForVerdict: bool) [\n   "
         " " +
         rows + "]";
}

std::string explorer_action() {
  std::string cases;
  std::vector<std::string> said;
  for (const verdict::ClickOutcome& outcome : verdict::all_click_outcomes()) {
    std::string condition = fmt::format("PageShown == {} and ActionType == {} and IsClickedThrough == {}",
                                        kql_string(outcome.page_shown), kql_string(outcome.action_type),
                                        outcome.is_clicked_through);
    if (std::find(said.begin(), said.end(), condition) != said.end()) continue;
    cases += fmt::format("\n    {}, {},", condition, kql_string(outcome.explorer_action));
    said.push_back(std::move(condition));
  }
  return "case(" + cases + "\n    \"None\")";
}

}  // namespace linkgate::views
