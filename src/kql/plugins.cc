#include "kql/plugin.h"

#include <algorithm>
#include <array>

#include "base/ascii.h"

namespace linkgate::kql {
namespace {

// Where no start and end are given: those of the rows.
constexpr std::string_view kWholeTime =
    "let start = toscalar(input | summarize min(TIME)); let end = toscalar(input | summarize max(TIME));";

// Distinct values by window, all of them and those that no window before had.
constexpr std::string_view kActivityCounts = R"(
let seen = input | where TIME between (start .. end) | extend AT = bin_at(TIME, window, start);
let firsts = seen | summarize AT = min(AT) by ID DIMS | summarize new = count() by AT DIMS;
seen
| summarize rows = count(), values = dcount(ID) by AT DIMS
| lookup kind=leftouter firsts on AT DIMS
| extend new = coalesce(new, 0)
| extend ALIKE = 0 | sort by ALIKE asc DIMS, AT asc
| extend so_far = row_cumsum(new, RESTART)
| project ['$TIME'] = AT DIMS, ['count'] = rows, dcount = values, new_dcount = new, aggregated_dcount = so_far)";

// A value is active in a row where it has so many different periods of the time up to it.
constexpr std::string_view kActiveUsers = R"(
let seen = input | where TIME between (start - lookback .. end) | summarize by ID, T = TIME DIMS;
seen
| where T between (start .. end)
| join kind=inner (seen | project-rename BEFORE = T) on ID DIMS
| where BEFORE > T - lookback and BEFORE <= T
| summarize periods = dcount(bin_at(BEFORE, period, start)) by ID, T DIMS
| where periods >= active_periods
| summarize values = dcount(ID) by AT = bin_at(T, step, start) DIMS
| project ['$TIME'] = AT DIMS, dcount = values)";

// Each value counts in its own window and in those of the outer length that end later.
constexpr std::string_view kEngagement = R"(
input
| where TIME between (start .. end)
| summarize by ID, AT = bin_at(TIME, inner_window, start) DIMS
| extend WINDOWS = range(AT, AT + outer_window - inner_window, inner_window)
| mv-expand W = WINDOWS to typeof(TYPE)
| where W <= end
| summarize inside = dcountif(ID, W == AT), outside = dcount(ID) by W DIMS
| project ['$TIME'] = W DIMS, dcount_activities_inner = inside, dcount_activities_outer = outside,
    activity_ratio = todouble(inside) / outside)";

// Each value counts in its window, and as known before in the next one.
constexpr std::string_view kMetrics = R"(
input
| where TIME between (start .. end)
| summarize by ID, AT = bin_at(TIME, window, start) DIMS
| extend WINDOWS = range(AT, AT + window, window)
| mv-expand W = WINDOWS to typeof(TYPE)
| where W <= end
| summarize now_here = countif(W == AT), was_here = countif(W != AT) by ID, W DIMS
| summarize values = countif(now_here > 0), new = countif(now_here > 0 and was_here == 0),
    kept = countif(now_here > 0 and was_here > 0), known = countif(was_here > 0) by W DIMS
| extend rate = todouble(kept) / todouble(known)
| project ['$TIME'] = W DIMS, dcount_values = values, dcount_newvalues = new, retention_rate = rate,
    churn_rate = 1.0 - rate)";

// Those who were first seen in one window, in each window from there on.
constexpr std::string_view kNewMetrics = R"(
let seen = input | where TIME between (start .. end) | summarize by ID, W = bin_at(TIME, window, start) DIMS;
let firsts = seen | summarize FIRST = min(W) by ID DIMS;
let retained = seen | lookup kind=inner firsts on ID DIMS | summarize values = dcount(ID) by G = FIRST, T = W DIMS;
firsts
| summarize cohort = count() by FIRST DIMS
| extend WINDOWS = range(FIRST, end, window)
| mv-expand T = WINDOWS to typeof(TYPE)
| lookup kind=leftouter retained on T DIMS
| summarize new = sumif(values, G > FIRST or (T == FIRST and G == FIRST)), kept = sumif(values, G == FIRST),
    cohort = max(cohort) by FIRST, T DIMS
| extend share = todouble(kept) / todouble(cohort)
| project ['from_$TIME'] = FIRST, ['to_$TIME'] = T DIMS, dcount_new_values = new, dcount_retained_values = kept,
    dcount_churn_values = cohort - kept, retention_rate = share, churn_rate = 1.0 - share)";

constexpr std::string_view kSlidingCounts = R"(
input
| where TIME between (start - lookback .. end)
| summarize rows = count() by ID, AT = bin_at(TIME, step, start) DIMS
| extend WINDOWS = range(AT, AT + lookback - step, step)
| mv-expand W = WINDOWS to typeof(TYPE)
| where W between (start .. end)
| summarize rows = sum(rows), values = dcount(ID) by W DIMS
| project ['$TIME'] = W DIMS, Count = rows, Dcount = values)";

// A session goes on as long as its value comes back in time; it counts in each window that it has a row in.
constexpr std::string_view kSessions = R"(
input
| where TIME between (start - lookback .. end)
| sort by ID asc DIMS, TIME asc
| extend GAP = TIME - prev(TIME)
| extend NEW = iff(ID != prev(ID) or RESTART or isnull(GAP) or GAP > lookback, 1, 0)
| extend SESSION = row_cumsum(NEW)
| where TIME between (start .. end)
| summarize sessions = dcount(SESSION) by AT = bin_at(TIME, window, start) DIMS
| project ['$TIME'] = AT DIMS, count_sessions = sessions)";

constexpr std::string_view kRollingPercentile = R"(
let binned = input | extend AT = bin(TIME, size);
let last = toscalar(binned | summarize max(AT));
binned
| extend WINDOWS = range(AT, AT + size * (bins - 1), size)
| mv-expand W = WINDOWS to typeof(TYPE)
| where W <= last
| summarize value = percentile(VALUE, percent) by W DIMS
| project ['$TIME'] = W DIMS, ['rolling_$bins_percentile_$VALUE_$percent'] = value)";

// How many rows up to one hold the condition tells whether a near one does.
constexpr std::string_view kRowsNear = R"(
let all_rows = toscalar(input | summarize countif(CONDITION));
input
| extend SUM = row_cumsum(tolong(CONDITION))
| where SUM > prev(SUM, after + 1, 0) or coalesce(next(SUM, before), all_rows) > SUM
| project-away SUM, CONDITION)";

// A row is looked up by its network of each length that the table has.
constexpr std::string_view kIpv4Lookup = R"(
let lengths = toscalar(lookup_table | summarize make_set(ipv4_netmask_suffix(KEY)));
let found = input
| extend BITS = lengths
| mv-expand BITS to typeof(long)
| where BITS <= ipv4_netmask_suffix(SOURCE)
| extend NETWORK = format_ipv4_mask(SOURCE, BITS)
| lookup kind=inner (lookup_table | extend NETWORK = format_ipv4_mask(KEY) | project-away KEY) on NETWORK DIMS
| project-away BITS, NETWORK;
union found, (input | where return_unmatched | join kind=leftanti found on SOURCE DIMS)
| project-away SOURCE DIMS)";
constexpr std::string_view kIpv6Lookup = R"(
let networks = lookup_table
| extend BITS = coalesce(tolong(extract(@'/(\d+)$', 1, KEY)) + iff(KEY contains ':', 0, 96), 128)
| extend NETWORK = strcat(parse_ipv6_mask(KEY, BITS), '/', BITS);
let lengths = toscalar(networks | summarize make_set(BITS));
let found = input
| extend BITS = lengths
| mv-expand BITS to typeof(long)
| extend NETWORK = strcat(parse_ipv6_mask(SOURCE, BITS), '/', BITS)
| lookup kind=inner (networks | project-away KEY, BITS) on NETWORK DIMS
| project-away BITS, NETWORK;
union found, (input | where return_unmatched | join kind=leftanti found on SOURCE DIMS)
| project-away SOURCE DIMS)";

// Shapes and points are brought together by cells of S2 as long as the largest shape, of which each shape
// touches few; what shares a cell is then looked at. What is told of a shape stands in the row's lets.
constexpr std::string_view kGeoLookup = R"(
let LEVEL = toscalar(lookup_table
| summarize SIZE = max(size_of(KEY))
| project max_of(0, min_of(30, tolong(log2(7842000 / max_of(SIZE, 0.01))))));
let cells = lookup_table
| mv-expand CELL = cells_of(KEY, LEVEL) to typeof(string)
| where isnotempty(CELL);
let found = input
| extend CELL = geo_point_to_s2cell(LONGITUDE, LATITUDE, LEVEL)
| lookup kind=inner cells on CELL
| where meets(LONGITUDE, LATITUDE, KEY)
| project-away CELL, KEY;
union found, (input | where return_unmatched | join kind=leftanti found on LONGITUDE, LATITUDE)
| project-away LONGITUDE, LATITUDE)";
constexpr std::string_view kInPolygon = R"(
let size_of = (shape:dynamic) {geo_polygon_perimeter(shape) / 4};
let cells_of = (shape:dynamic, depth:long) {geo_polygon_to_s2cells(shape, depth)};
let meets = (x:real, y:real, shape:dynamic) {geo_point_in_polygon(x, y, shape)};)";
constexpr std::string_view kNearPolygon = R"(
let size_of = (shape:dynamic) {geo_polygon_perimeter(shape) / 4 + 2 * radius};
let cells_of = (shape:dynamic, depth:long) {geo_polygon_to_s2cells(shape, depth, radius)};
let meets = (x:real, y:real, shape:dynamic) {geo_distance_point_to_polygon(x, y, shape) <= radius};)";
constexpr std::string_view kNearLine = R"(
let size_of = (shape:dynamic) {geo_line_length(shape) + 2 * radius};
let cells_of = (shape:dynamic, depth:long) {geo_line_to_s2cells(shape, depth, radius)};
let meets = (x:real, y:real, shape:dynamic) {geo_distance_point_to_line(x, y, shape) <= radius};)";
// lookup_area_radius would only hint at how to do it.
constexpr std::string_view kGeoLookupOptions = "return_unmatched lookup_area_radius return_lookup_key";

constexpr std::string_view kNarrow = R"(
input
| extend ALL = pack_all()
| serialize Row = row_number(0)
| mv-expand kind=array ALL
| project Row, Column = tostring(ALL[0]), Value = tostring(ALL[1]))";

constexpr auto kRows = std::to_array<PluginRow>({
    {"active_users_count", "ID TIME start end lookback period active_periods step", kActiveUsers, true},
    {"activity_counts_metrics", "ID TIME start end window", kActivityCounts, true},
    {"activity_engagement", "ID TIME start end inner_window outer_window", kEngagement, true},
    {"activity_engagement", "ID TIME inner_window outer_window", kEngagement, false, kWholeTime},
    {"activity_metrics", "ID TIME start end window", kMetrics, true},
    {"activity_metrics", "ID TIME window", kMetrics, false, kWholeTime},
    {"geo_line_lookup", "lookup_table KEY LONGITUDE LATITUDE radius", kGeoLookup, false, kNearLine, "KEY",
     kGeoLookupOptions},
    {"geo_polygon_lookup", "lookup_table KEY LONGITUDE LATITUDE", kGeoLookup, false, kInPolygon, "KEY",
     kGeoLookupOptions},
    {"geo_polygon_lookup", "lookup_table KEY LONGITUDE LATITUDE radius", kGeoLookup, false, kNearPolygon,
     "KEY", kGeoLookupOptions},
    {"ipv4_lookup", "lookup_table SOURCE KEY", kIpv4Lookup, true, "", "KEY", "return_unmatched"},
    {"ipv6_lookup", "lookup_table SOURCE KEY", kIpv6Lookup, false, "", "KEY", "return_unmatched"},
    {"narrow", "", kNarrow},
    {"new_activity_metrics", "ID TIME start end window", kNewMetrics, true},
    {"rolling_percentile", "VALUE percent TIME size bins", kRollingPercentile, true},
    {"rows_near", "CONDITION before after", kRowsNear},
    {"rows_near", "CONDITION before", kRowsNear, false, "let after = before;"},
    {"session_count", "ID TIME start end window lookback", kSessions, true},
    {"sliding_window_counts", "ID TIME start end lookback step", kSlidingCounts, true},
});

bool is_word_byte(char c) { return ascii::is_alnum(c) || c == '_'; }

}  // namespace

std::span<const PluginRow> plugins() { return kRows; }

bool is_plugin(std::string_view name) {
  return std::any_of(kRows.begin(), kRows.end(), [name](const PluginRow& row) { return row.name == name; });
}

std::string plugin_column(std::string_view parameter) { return "$" + std::string(parameter); }
std::string plugin_dimension(size_t i) { return "$D" + std::to_string(i); }

std::string plugin_text(const PluginRow& row, size_t dimensions, std::string_view time_type) {
  std::string list, restart;
  for (size_t i = 0; i < dimensions; ++i) {
    const std::string name = "['" + plugin_dimension(i) + "']";
    list += ", " + name;
    restart += (i > 0 ? " or " : "") + name + " != prev(" + name + ")";
  }
  const std::string text = std::string(row.lets) + std::string(row.text);
  std::string out;
  for (size_t at = 0; at < text.size();) {
    const size_t begin = at;
    while (at < text.size() && is_word_byte(text[at])) ++at;
    const std::string_view word = std::string_view(text).substr(begin, at - begin);
    const bool capitals =
        !word.empty() && std::all_of(word.begin(), word.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
    const bool in_name = begin > 0 && (text[begin - 1] == '$' || text[begin - 1] == '\'');
    if (word == "DIMS")
      out += list;
    else if (word == "RESTART")
      out += restart.empty() ? "false" : restart;
    else if (word == "TYPE")
      out += time_type;
    else if (capitals && !in_name)
      out += "['" + plugin_column(word) + "']";
    else
      out += word;
    if (word.empty()) out += text[at++];
  }
  return out;
}

}  // namespace linkgate::kql
