#include "portal/timespan.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <optional>

#include "base/ascii.h"
#include "kql/time_text.h"

namespace linkgate::portal {
namespace {

// Calendar's part and clock's part, both not negative.
struct Duration {
  int64_t months = 0;
  int64_t ticks = 0;
};

constexpr int64_t kMostMonths = 12 * 9'999;
constexpr double kMostTicks = static_cast<double>(kql::kMaxDateTimeTicks);

struct Unit {
  char letter;
  int64_t months;  // 0: it is of `ticks`
  int64_t ticks;
};
constexpr auto kDateUnits = std::to_array<Unit>(
    {{'Y', 12, 0}, {'M', 1, 0}, {'W', 0, 7 * kql::kTicksPerDay}, {'D', 0, kql::kTicksPerDay}});
constexpr auto kTimeUnits = std::to_array<Unit>(
    {{'H', 0, kql::kTicksPerHour}, {'M', 0, kql::kTicksPerMinute}, {'S', 0, kql::kTicksPerSecond}});

// One "7D" that `text` begins with, which it loses. The units stand in their order: `next` is the first that
// may come.
template <size_t N>
bool take_part(std::string_view& text, const std::array<Unit, N>& units, size_t& next, Duration& into) {
  double count = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), count, std::chars_format::fixed);
  if (error != std::errc() || !ascii::is_digit(text[0]) || end == text.data() + text.size()) return false;
  while (next < N && units[next].letter != *end) ++next;
  if (next == N) return false;
  const Unit& unit = units[next++];
  text.remove_prefix(static_cast<size_t>(end - text.data()) + 1);
  if (unit.months > 0) {
    const bool whole =
        count <= static_cast<double>(kMostMonths) && count == static_cast<double>(int64_t(count));
    if (!whole) return false;
    into.months += static_cast<int64_t>(count) * unit.months;
    return into.months <= kMostMonths;
  }
  const double ticks = count * static_cast<double>(unit.ticks) + static_cast<double>(into.ticks);
  if (ticks > kMostTicks) return false;
  into.ticks = static_cast<int64_t>(ticks);
  return true;
}

// P1Y2M3W4DT5H6M7.5S, each part optional, one at least.
std::optional<Duration> parse_duration(std::string_view text) {
  if (text.size() < 3 || text[0] != 'P') return std::nullopt;
  text.remove_prefix(1);
  Duration found;
  size_t next = 0;
  while (!text.empty() && text[0] != 'T') {
    if (!take_part(text, kDateUnits, next, found)) return std::nullopt;
  }
  if (text.empty()) return found;
  text.remove_prefix(1);
  if (text.empty()) return std::nullopt;
  for (next = 0; !text.empty();) {
    if (!take_part(text, kTimeUnits, next, found)) return std::nullopt;
  }
  return found;
}

constexpr int64_t kLeast = -kql::kUnixEpochTicks;
constexpr int64_t kMost = kql::kMaxDateTimeTicks - kql::kUnixEpochTicks;

// Months first, as a calendar does: the 31st of a month without one is its last day.
Time moved(Time from, const Duration& by, int sign) {
  using namespace std::chrono;
  const auto day = floor<days>(from);
  year_month_day date(day);
  date = (date.year() / date.month() + months(sign * by.months)) / date.day();
  if (!date.ok()) date = date.year() / date.month() / last;
  const int64_t year = int(date.year());
  if (year < 1) return Time(Ticks(kLeast));
  if (year > 9'999) return Time(Ticks(kMost));
  const Time there = Time(sys_days(date)) + (from - day);
  const int64_t ticks = there.time_since_epoch().count() + sign * by.ticks;
  return Time(Ticks(std::clamp(ticks, kLeast, kMost)));
}

std::optional<Time> parse_moment(std::string_view text) {
  const auto ticks = kql::parse_datetime(text);
  return ticks ? std::optional(Time(Ticks(*ticks - kql::kUnixEpochTicks))) : std::nullopt;
}

std::optional<kql::TimeRange> parse(std::string_view text, Time now) {
  const size_t slash = text.find('/');
  const std::string_view first = text.substr(0, slash);
  const auto duration = parse_duration(first);
  const auto moment = duration ? std::nullopt : parse_moment(first);
  if (!duration && !moment) return std::nullopt;
  if (slash == std::string_view::npos)
    return kql::TimeRange{duration ? moved(now, *duration, -1) : *moment, now};
  const std::string_view second = text.substr(slash + 1);
  if (const auto end = parse_moment(second))
    return kql::TimeRange{duration ? moved(*end, *duration, -1) : *moment, *end};
  const auto length = parse_duration(second);
  if (!length || !moment) return std::nullopt;
  return kql::TimeRange{*moment, moved(*moment, *length, 1)};
}

}  // namespace

Result<kql::TimeRange> parse_timespan(std::string_view text, Time now) {
  text = ascii::trim(text);
  const auto found = parse(text, now);
  if (!found) {
    return Error(
        ErrorCode::kInvalidArgument,
        fmt::format("Timespan '{}' is neither an ISO 8601 duration nor an interval, such as P7D, PT1H or "
                    "2026-11-01T08:00:00Z/2026-11-15T08:00:00Z",
                    text.substr(0, 80)));
  }
  if (found->to < found->from)
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("Timespan '{}' ends before it begins", text.substr(0, 80)));
  return *found;
}

}  // namespace linkgate::portal
