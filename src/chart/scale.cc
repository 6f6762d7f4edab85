#include "chart/scale.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>

namespace linkgate::chart {
namespace {

constexpr double kMinute = 60, kHour = 3600, kDay = 86400;
constexpr auto kTimeSteps =
    std::to_array<double>({1,           2,           5,          10,   15,       30,       kMinute,
                           2 * kMinute, 5 * kMinute, 600,        900,  1800,     kHour,    2 * kHour,
                           3 * kHour,   6 * kHour,   12 * kHour, kDay, 2 * kDay, 7 * kDay, 14 * kDay});
constexpr auto kMonthSteps = std::to_array<int>({1, 2, 3, 6, 12, 24, 60, 120, 240, 600, 1200});
constexpr double kLongestTime = 315'000'000'000.0;  // ten thousand years on both sides of 1970

struct Moment {
  std::chrono::year_month_day date;
  int64_t second = 0;  // of the day
};

Moment moment_of(double seconds) {
  const auto whole = static_cast<int64_t>(std::floor(std::clamp(seconds, -kLongestTime, kLongestTime)));
  const auto point = std::chrono::sys_seconds(std::chrono::seconds(whole));
  const auto day = std::chrono::floor<std::chrono::days>(point);
  return {std::chrono::year_month_day(day), (point - day).count()};
}

std::string date_text(const std::chrono::year_month_day& date, bool with_year) {
  const std::string day =
      fmt::format("{:02}-{:02}", static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
  return with_year ? fmt::format("{:04}-{}", static_cast<int>(date.year()), day) : day;
}

std::string clock_text(int64_t second, bool with_seconds) {
  std::string text = fmt::format("{:02}:{:02}", second / 3600, second / 60 % 60);
  return with_seconds ? text + fmt::format(":{:02}", second % 60) : text;
}

Scale monthly(Scale scale, size_t most) {
  const Moment first = moment_of(scale.low), last = moment_of(scale.high);
  const auto month_of = [](const Moment& m) {
    return static_cast<int>(m.date.year()) * 12 + static_cast<int>(static_cast<unsigned>(m.date.month())) - 1;
  };
  const int begin = month_of(first), end = month_of(last);
  int step = kMonthSteps.back();
  for (const int candidate : kMonthSteps) {
    if (static_cast<size_t>((end - begin) / candidate) <= most) {
      step = candidate;
      break;
    }
  }
  for (int month = begin - begin % step; month <= end; month += step) {
    const std::chrono::year_month_day date =
        std::chrono::year(month / 12) / static_cast<unsigned>(month % 12 + 1) / 1;
    const auto at = static_cast<double>(std::chrono::sys_days(date).time_since_epoch().count()) * kDay;
    if (at < scale.low || at > scale.high) continue;
    scale.ticks.push_back({at, step % 12 == 0 ? fmt::format("{:04}", month / 12)
                                              : fmt::format("{:04}-{:02}", month / 12, month % 12 + 1)});
  }
  return scale;
}

}  // namespace

Scale number_scale(double low, double high, size_t most, Ends ends) {
  if (!(high > low)) {
    const double room = low == 0 ? 1 : std::abs(low) * 0.5;
    if (!ends.high_fixed) high = low + room;
    if (!ends.low_fixed && !(high > low && low == 0)) low -= room;
    if (!(high > low)) high = low + 1;
  }
  const double raw = (high - low) / static_cast<double>(std::max<size_t>(most, 1));
  const double power = std::pow(10, std::floor(std::log10(raw)));
  double step = power * 10;
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (raw <= factor * power * (1 + 1e-9)) {
      step = factor * power;
      break;
    }
  }
  Scale scale{low, high, {}};
  if (!ends.low_fixed) scale.low = std::floor(low / step + 1e-9) * step;
  if (!ends.high_fixed) scale.high = std::ceil(high / step - 1e-9) * step;
  const auto first = static_cast<int64_t>(std::ceil(scale.low / step - 1e-9));
  for (int64_t i = first; static_cast<double>(i) * step <= scale.high + step * 1e-9; ++i) {
    const double at = static_cast<double>(i) * step;
    scale.ticks.push_back({at, number_label(at)});
    if (scale.ticks.size() > 4 * most + 8) break;
  }
  return scale;
}

Scale time_scale(double low, double high, size_t most) {
  if (!(high > low)) low -= kHour / 2, high = low + kHour;
  Scale scale{low, high, {}};
  double step = 0;
  for (const double candidate : kTimeSteps) {
    if ((high - low) / candidate > static_cast<double>(most)) continue;
    step = candidate;
    break;
  }
  if (step == 0) return monthly(std::move(scale), most);
  const bool several_days = high - low > kDay;
  const bool several_years = moment_of(low).date.year() != moment_of(high).date.year();
  for (double at = std::ceil(low / step) * step; at <= high; at += step) {
    const Moment moment = moment_of(at);
    std::string label;
    if (step >= kDay)
      label = date_text(moment.date, several_years);
    else if (several_days)
      label = moment.second == 0 ? date_text(moment.date, several_years) : clock_text(moment.second, false);
    else
      label = clock_text(moment.second, step < kMinute);
    scale.ticks.push_back({at, std::move(label)});
  }
  return scale;
}

std::string number_label(double value) {
  if (value == 0) return "0";
  const double size = std::abs(value);
  const std::pair<double, std::string_view> kUnits[] = {{1e12, "T"}, {1e9, "G"}, {1e6, "M"}};
  if (size >= 1e15 || size < 1e-4) return fmt::format("{:.3g}", value);
  for (const auto& [unit, letter] : kUnits) {
    if (size >= unit) return fmt::format("{:.4g}{}", value / unit, letter);
  }
  std::string text = fmt::format("{:.6g}", value);
  if (const size_t e = text.find('e'); e != std::string::npos) return fmt::format("{:.0f}", value);
  const size_t begin = value < 0 ? 1 : 0;
  const size_t whole = std::min(text.find('.'), text.size());
  if (whole - begin > 3) text.insert(whole - 3, ",");
  return text;
}

std::string time_label(double seconds) {
  const Moment moment = moment_of(seconds);
  const std::string date = date_text(moment.date, true);
  return moment.second == 0 ? date : date + " " + clock_text(moment.second, moment.second % 60 != 0);
}

namespace {

// The code point that begins at `at`, and how many bytes it has.
std::pair<uint32_t, size_t> code_point(std::string_view text, size_t at) {
  const auto byte = static_cast<unsigned char>(text[at]);
  size_t length = byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
  length = std::min(length, text.size() - at);
  uint32_t value = length == 1 ? byte : byte & (0x7Fu >> length);
  for (size_t i = 1; i < length; ++i) value = value << 6 | (static_cast<unsigned char>(text[at + i]) & 0x3Fu);
  return {value, length};
}

// UAX 11 in short: the blocks of wide letters, and what combines with the letter before it.
size_t columns_of(uint32_t point) {
  if ((point >= 0x300 && point < 0x370) || point == 0x200B || point == 0x200D || (point & 0xFFF0) == 0xFE00)
    return 0;
  const bool wide = (point >= 0x1100 && point < 0x1160) || (point >= 0x2E80 && point < 0xA4D0) ||
                    (point >= 0xAC00 && point < 0xD7A4) || (point >= 0xF900 && point < 0xFB00) ||
                    (point >= 0xFF00 && point < 0xFF61) || (point >= 0x1F300 && point < 0x1FB00) ||
                    (point >= 0x20000 && point < 0x40000);
  return wide ? 2 : 1;
}

}  // namespace

size_t text_columns(std::string_view text) {
  size_t columns = 0;
  for (size_t at = 0; at < text.size();) {
    const auto [point, length] = code_point(text, at);
    columns += columns_of(point);
    at += length;
  }
  return columns;
}

std::string clipped(std::string_view text, size_t columns) {
  const bool cut = text_columns(text) > columns;
  const size_t room = cut && columns > 0 ? columns - 1 : columns;
  std::string out;
  size_t used = 0;
  for (size_t at = 0; at < text.size();) {
    const auto [point, length] = code_point(text, at);
    used += columns_of(point);
    if (used > room) break;
    const bool commands = point < 0x20 || (point >= 0x7F && point < 0xA0) ||
                          (point >= 0x202A && point < 0x202F) || (point >= 0x2066 && point < 0x206A);
    out += commands ? std::string(" ") : std::string(text.substr(at, length));
    at += length;
  }
  return cut && columns > 0 ? out + "…" : out;
}

}  // namespace linkgate::chart
