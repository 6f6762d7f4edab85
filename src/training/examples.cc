#include "training/examples.h"

#include <chrono>
#include <optional>

#include "base/ascii.h"
#include "url/url.h"

namespace linkgate::training {
namespace {

std::optional<bool> label_of(std::string_view word) {
  if (word == "1" || word == "phishing" || word == "malware" || word == "suspicious") return true;
  if (word == "0" || word == "clean") return false;
  return std::nullopt;
}

std::optional<int> number_of(std::string_view digits) {
  int value = 0;
  for (const char c : digits) {
    if (!ascii::is_digit(c)) return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return value;
}

// "2026-05-31", whatever follows it.
std::optional<int32_t> day_of(std::string_view text) {
  if (text.size() < 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const auto year = number_of(text.substr(0, 4)), month = number_of(text.substr(5, 2)),
             day = number_of(text.substr(8, 2));
  if (!year || !month || !day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  return static_cast<int32_t>(std::chrono::sys_days(date).time_since_epoch().count());
}

std::string with_scheme(std::string_view url) {
  const bool has = ascii::istarts_with(url, "http://") || ascii::istarts_with(url, "https://");
  return (has ? "" : "http://") + std::string(url);
}

// Absent: no form fits.
std::optional<Example> example_of(std::string_view line) {
  const auto fields = ascii::split(line, '\t');
  if (fields.size() < 2) return std::nullopt;
  Example example;
  std::string_view date = "-", source, url;
  if (const auto label = label_of(fields[0])) {
    example.is_phishing = *label;
    url = fields[1];
    if (fields.size() > 2) date = fields[2];
    if (fields.size() > 3) source = fields[3];
  } else if (const auto second = label_of(fields[1]); second && fields.size() == 4) {
    example.is_phishing = *second;
    date = fields[0];
    source = fields[2];
    url = fields[3];
  } else {
    return std::nullopt;
  }
  date = ascii::trim(date);
  if (!date.empty() && date != "-") {
    const auto day = day_of(date);
    if (!day) return std::nullopt;
    example.day = *day;
  }
  example.source = source;
  example.url = with_scheme(url);
  return example;
}

}  // namespace

Result<std::vector<Example>> parse_examples(std::string_view text, size_t* passed_over) {
  std::vector<Example> examples;
  size_t number = 0;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    ++number;
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty() || line.starts_with('#')) continue;
    auto example = example_of(line);
    if (!example)
      return Error(ErrorCode::kInvalidArgument,
                   "line " + std::to_string(number) +
                       ": not LABEL, URL, DATE, SOURCE nor DATE, LABEL, SOURCE, URL, "
                       "separated by tabs");
    const auto url = url::Url::parse(example->url);
    if (url && url->is_http() && !url->hostname().empty()) {
      examples.push_back(std::move(*example));
    } else {
      ++*passed_over;
    }
  }
  return examples;
}

}  // namespace linkgate::training
