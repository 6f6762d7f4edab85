#pragma once
// datetime and timespan as text and as ticks of 100 ns (datetime: since 0001-01-01T00:00:00Z, years 1 to
// 9999). Source: Kusto documentation, "The datetime data type" and "The timespan data type".

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace linkgate::kql {

inline constexpr int64_t kTicksPerMicrosecond = 10;
inline constexpr int64_t kTicksPerMillisecond = 10'000;
inline constexpr int64_t kTicksPerSecond = 10'000'000;
inline constexpr int64_t kTicksPerMinute = 60 * kTicksPerSecond;
inline constexpr int64_t kTicksPerHour = 60 * kTicksPerMinute;
inline constexpr int64_t kTicksPerDay = 24 * kTicksPerHour;
inline constexpr int64_t kUnixEpochTicks = 621'355'968'000'000'000;      // 1970-01-01
inline constexpr int64_t kMaxDateTimeTicks = 3'155'378'975'999'999'999;  // 9999-12-31T23:59:59.9999999

// "2026-11-21", "2026-11", "2026", "2026-11-21 22:52:13.1234567", with 'T' or a space, single digits allowed,
// 'Z' or an offset; "11/21/2026 22:52:13"; "Sat, 21 Nov 2026 22:52:13 GMT". nullopt for everything else and
// for years outside 1..9999.
std::optional<int64_t> parse_datetime(std::string_view text);
// "[-][d.]hh:mm[:ss[.fffffff]]", "7d", "1.5h", "100ms", and a bare number, which means days.
std::optional<int64_t> parse_timespan(std::string_view text);
// `count` of `unit` ("d", "day", "hours", "ms", "microseconds", "tick", ...), or nullopt for an unknown unit
// or overflow.
std::optional<int64_t> timespan_of(double count, std::string_view unit);

std::string datetime_text(
    int64_t ticks);  // "2026-11-21T22:52:13.1234567Z"; outside the years 1..9999: the number
std::string timespan_text(
    int64_t ticks);  // "-1.02:03:04.5000000": days and fraction only where they are not zero

}  // namespace linkgate::kql
