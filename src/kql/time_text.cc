#include "kql/time_text.h"

#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdio>

#include "base/ascii.h"

namespace linkgate::kql {
namespace {

constexpr int kFractionDigits = 7;

// Reads a text from the left; every method answers false or nullopt and leaves the place alone where nothing
// fits.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}
  bool done() const { return rest_.empty(); }
  bool take(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  std::optional<int64_t> number(size_t min_digits, size_t max_digits) {
    size_t n = 0;
    while (n < rest_.size() && n < max_digits && ascii::is_digit(rest_[n])) ++n;
    if (n < min_digits) return std::nullopt;
    int64_t value = 0;
    for (size_t i = 0; i < n; ++i) value = value * 10 + (rest_[i] - '0');
    rest_.remove_prefix(n);
    return value;
  }
  // ".1234567": up to seven digits count, two more are read and dropped.
  std::optional<int64_t> fraction_ticks() {
    if (!take('.')) return 0;
    int64_t ticks = 0;
    int digits = 0;
    while (!rest_.empty() && ascii::is_digit(rest_.front())) {
      if (digits < kFractionDigits) ticks = ticks * 10 + (rest_.front() - '0');
      ++digits;
      rest_.remove_prefix(1);
    }
    for (int i = digits; i < kFractionDigits; ++i) ticks *= 10;
    return digits > 0 && digits <= 9 ? std::optional(ticks) : std::nullopt;
  }
  std::string_view word() {
    size_t n = 0;
    while (n < rest_.size() && ascii::is_alpha(rest_[n])) ++n;
    const std::string_view found = rest_.substr(0, n);
    rest_.remove_prefix(n);
    return found;
  }
  void spaces() {
    while (take(' ')) {
    }
  }

 private:
  std::string_view rest_;
};

std::optional<int64_t> day_ticks(int64_t year, int64_t month, int64_t day) {
  using namespace std::chrono;
  const year_month_day date{std::chrono::year(static_cast<int>(year)),
                            std::chrono::month(static_cast<unsigned>(month)),
                            std::chrono::day(static_cast<unsigned>(day))};
  if (year < 1 || year > 9999 || !date.ok()) return std::nullopt;
  return kUnixEpochTicks + sys_days(date).time_since_epoch().count() * kTicksPerDay;
}

// "22:52[:13[.1234567]]".
std::optional<int64_t> time_of_day(Reader& in) {
  const auto hour = in.number(1, 2);
  if (!hour || *hour > 23 || !in.take(':')) return std::nullopt;
  const auto minute = in.number(1, 2);
  if (!minute || *minute > 59) return std::nullopt;
  int64_t ticks = *hour * kTicksPerHour + *minute * kTicksPerMinute;
  if (!in.take(':')) return ticks;
  const auto second = in.number(1, 2);
  const auto fraction = second ? in.fraction_ticks() : std::nullopt;
  if (!fraction || *second > 59) return std::nullopt;
  return ticks + *second * kTicksPerSecond + *fraction;
}

// "", "Z", "GMT", "UTC", "+02:00", "-0530": what to add to get UTC.
std::optional<int64_t> zone(Reader& in) {
  in.spaces();
  if (in.done() || in.take('Z') || in.take('z')) return 0;
  const bool minus = in.take('-');
  if (!minus && !in.take('+')) {
    const std::string_view name = in.word();
    return name == "GMT" || name == "UTC" ? std::optional<int64_t>(0) : std::nullopt;
  }
  const auto hours = in.number(2, 2);
  in.take(':');
  const auto minutes = in.number(2, 2);
  if (!hours || !minutes || *hours > 14 || *minutes > 59) return std::nullopt;
  const int64_t offset = *hours * kTicksPerHour + *minutes * kTicksPerMinute;
  return minus ? offset : -offset;
}

std::optional<int64_t> finish(Reader& in, std::optional<int64_t> day) {
  if (!day) return std::nullopt;
  if (in.take('T') || in.take('t') || in.take(' ')) {
    in.spaces();
    if (!in.done()) {
      const auto time = time_of_day(in);
      if (!time) return std::nullopt;
      *day += *time;
    }
  }
  const auto offset = zone(in);
  if (!offset || !in.done()) return std::nullopt;
  *day += *offset;
  return *day >= 0 && *day <= kMaxDateTimeTicks ? day : std::nullopt;
}

std::optional<int64_t> parse_iso(std::string_view text) {
  Reader in(text);
  const auto year = in.number(4, 4);
  if (!year) return std::nullopt;
  int64_t month = 1, day = 1;
  if (in.take('-')) {
    const auto m = in.number(1, 2);
    if (!m) return std::nullopt;
    month = *m;
    if (in.take('-')) {
      const auto d = in.number(1, 2);
      if (!d) return std::nullopt;
      day = *d;
    }
  }
  return finish(in, day_ticks(*year, month, day));
}

// "11/21/2026" and "11-21-2026", month first; "2026/11/21"; "2026, 11, 21".
std::optional<int64_t> parse_three_numbers(std::string_view text) {
  for (char separator : {'/', '-', ','}) {
    Reader in(text);
    std::array<int64_t, 3> parts{};
    bool sound = true;
    for (size_t i = 0; i < parts.size() && sound; ++i) {
      if (i > 0) sound = in.take(separator);
      if (separator == ',') in.spaces();
      const auto part = sound ? in.number(1, 4) : std::nullopt;
      sound = part.has_value();
      if (sound) parts[i] = *part;
    }
    if (!sound) continue;
    const bool year_first = parts[0] > 31;
    if (!year_first && parts[2] < 1000) continue;
    return finish(
        in, year_first ? day_ticks(parts[0], parts[1], parts[2]) : day_ticks(parts[2], parts[0], parts[1]));
  }
  return std::nullopt;
}

// RFC 1123 and RFC 850 style: "[Sat, ]21 Nov 2026 22:52:13 GMT", two-digit years from 1950.
std::optional<int64_t> parse_mail_date(std::string_view text) {
  constexpr std::array<std::string_view, 12> kMonths = {"jan", "feb", "mar", "apr", "may", "jun",
                                                        "jul", "aug", "sep", "oct", "nov", "dec"};
  Reader in(text);
  if (!in.word().empty() && !in.take(',')) return std::nullopt;
  in.spaces();
  const auto day = in.number(1, 2);
  if (!day || (!in.take(' ') && !in.take('-'))) return std::nullopt;
  const std::string name = ascii::to_lower(in.word().substr(0, 3));
  int64_t month = 0;
  for (size_t i = 0; i < kMonths.size(); ++i) {
    if (kMonths[i] == name) month = static_cast<int64_t>(i) + 1;
  }
  if (month == 0 || (!in.take(' ') && !in.take('-'))) return std::nullopt;
  auto year = in.number(2, 4);
  if (!year) return std::nullopt;
  if (*year < 100) *year += *year < 50 ? 2000 : 1900;
  return finish(in, day_ticks(*year, month, *day));
}

std::optional<double> parse_double(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

// "[d.]hh:mm[:ss[.fffffff]]"
std::optional<int64_t> parse_clock(std::string_view text) {
  int64_t days = 0;
  const size_t dot = text.find('.');
  if (dot != std::string_view::npos && dot < text.find(':')) {
    Reader in(text.substr(0, dot));
    const auto count = in.number(1, 8);
    if (!count || !in.done() || *count > INT64_MAX / kTicksPerDay - 1) return std::nullopt;
    days = *count;
    text.remove_prefix(dot + 1);
  }
  Reader in(text);
  const auto time = time_of_day(in);
  if (!time || !in.done()) return std::nullopt;
  return days * kTicksPerDay + *time;
}

}  // namespace

std::optional<int64_t> parse_datetime(std::string_view text) {
  text = ascii::trim(text);
  if (auto ticks = parse_iso(text)) return ticks;
  if (auto ticks = parse_three_numbers(text)) return ticks;
  return parse_mail_date(text);
}

std::optional<int64_t> timespan_of(double count, std::string_view unit) {
  struct Unit {
    std::string_view name;
    int64_t ticks;
  };
  static constexpr Unit kUnits[] = {
      {"d", kTicksPerDay},
      {"day", kTicksPerDay},
      {"days", kTicksPerDay},
      {"h", kTicksPerHour},
      {"hr", kTicksPerHour},
      {"hrs", kTicksPerHour},
      {"hour", kTicksPerHour},
      {"hours", kTicksPerHour},
      {"m", kTicksPerMinute},
      {"min", kTicksPerMinute},
      {"minute", kTicksPerMinute},
      {"minutes", kTicksPerMinute},
      {"s", kTicksPerSecond},
      {"sec", kTicksPerSecond},
      {"second", kTicksPerSecond},
      {"seconds", kTicksPerSecond},
      {"ms", kTicksPerMillisecond},
      {"milli", kTicksPerMillisecond},
      {"millis", kTicksPerMillisecond},
      {"millisec", kTicksPerMillisecond},
      {"millisecond", kTicksPerMillisecond},
      {"milliseconds", kTicksPerMillisecond},
      {"micro", kTicksPerMicrosecond},
      {"micros", kTicksPerMicrosecond},
      {"microsec", kTicksPerMicrosecond},
      {"microsecond", kTicksPerMicrosecond},
      {"microseconds", kTicksPerMicrosecond},
      {"tick", 1},
      {"ticks", 1},
  };
  for (const Unit& known : kUnits) {
    if (known.name != unit) continue;
    const double ticks = count * static_cast<double>(known.ticks);
    if (!(std::abs(ticks) < 9.2e18)) return std::nullopt;
    return static_cast<int64_t>(std::llround(ticks));
  }
  return std::nullopt;
}

std::optional<int64_t> parse_timespan(std::string_view text) {
  text = ascii::trim(text);
  const bool minus = text.starts_with('-');
  if (minus) text.remove_prefix(1);
  std::optional<int64_t> ticks;
  if (text.find(':') != std::string_view::npos) {
    ticks = parse_clock(text);
  } else {
    size_t digits = 0;
    while (digits < text.size() && (ascii::is_digit(text[digits]) || text[digits] == '.')) ++digits;
    const auto count = parse_double(text.substr(0, digits));
    const std::string_view unit = ascii::trim(text.substr(digits));
    if (count) ticks = timespan_of(*count, unit.empty() ? "d" : unit);
  }
  if (ticks && minus) *ticks = -*ticks;
  return ticks;
}

std::string datetime_text(int64_t ticks) {
  if (ticks < 0 || ticks > kMaxDateTimeTicks) return std::to_string(ticks);
  using namespace std::chrono;
  const int64_t days = ticks / kTicksPerDay - kUnixEpochTicks / kTicksPerDay;
  const year_month_day date{sys_days(std::chrono::days(days))};
  const int64_t rest = ticks % kTicksPerDay;
  std::array<char, 48> out{};
  std::snprintf(out.data(), out.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%07dZ", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                static_cast<int>(rest / kTicksPerHour), static_cast<int>(rest / kTicksPerMinute % 60),
                static_cast<int>(rest / kTicksPerSecond % 60), static_cast<int>(rest % kTicksPerSecond));
  return out.data();
}

std::string timespan_text(int64_t ticks) {
  // Through uint64_t, so that the smallest timespan has a magnitude.
  const uint64_t rest = ticks < 0 ? 0 - static_cast<uint64_t>(ticks) : static_cast<uint64_t>(ticks);
  constexpr auto kDay = static_cast<uint64_t>(kTicksPerDay);
  constexpr auto kHour = static_cast<uint64_t>(kTicksPerHour);
  constexpr auto kMinute = static_cast<uint64_t>(kTicksPerMinute);
  constexpr auto kSecond = static_cast<uint64_t>(kTicksPerSecond);
  std::array<char, 48> clock{};
  std::snprintf(clock.data(), clock.size(), "%02d:%02d:%02d", static_cast<int>(rest % kDay / kHour),
                static_cast<int>(rest / kMinute % 60), static_cast<int>(rest / kSecond % 60));
  std::string out = ticks < 0 ? "-" : "";
  if (rest >= kDay) out += std::to_string(rest / kDay) + ".";
  out += clock.data();
  if (rest % kSecond != 0) {
    std::snprintf(clock.data(), clock.size(), ".%07d", static_cast<int>(rest % kSecond));
    out += clock.data();
  }
  return out;
}

}  // namespace linkgate::kql
