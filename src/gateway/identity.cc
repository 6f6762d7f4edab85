#include "gateway/identity.h"

#include <fmt/format.h>
#include <openssl/sha.h>

#include <charconv>
#include <optional>

#include "base/ascii.h"

namespace linkgate::gateway {
namespace {

constexpr std::string_view kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr std::string_view kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};

std::optional<int> number(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || text.empty() || value < 0)
    return std::nullopt;
  return value;
}

// "22:52:13" or "22:52".
std::optional<std::chrono::seconds> time_of_day(std::string_view text) {
  const auto parts = ascii::split(text, ':');
  if (parts.size() < 2 || parts.size() > 3) return std::nullopt;
  const auto hour = number(parts[0]), minute = number(parts[1]);
  const auto second = parts.size() == 3 ? number(parts[2]) : 0;
  if (!hour || !minute || !second || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
  return std::chrono::hours(*hour) + std::chrono::minutes(*minute) + std::chrono::seconds(*second);
}

// "+0100"; names other than the few of RFC 5322 section 4.3 mean nothing known: UTC.
std::chrono::minutes zone_offset(std::string_view text) {
  const struct {
    std::string_view name;
    int hours;
  } kZones[] = {{"EST", -5}, {"EDT", -4}, {"CST", -6}, {"CDT", -5},
                {"MST", -7}, {"MDT", -6}, {"PST", -8}, {"PDT", -7}};
  if (text.size() == 5 && (text[0] == '+' || text[0] == '-')) {
    const auto digits = number(text.substr(1));
    if (!digits || *digits % 100 > 59 || *digits > 1500) return {};
    const auto offset = std::chrono::hours(*digits / 100) + std::chrono::minutes(*digits % 100);
    return text[0] == '-' ? -offset : offset;
  }
  for (const auto& zone : kZones) {
    if (ascii::iequals(text, zone.name)) return std::chrono::hours(zone.hours);
  }
  return {};
}

}  // namespace

std::array<uint8_t, 16> network_message_id(std::string_view queue_id, std::string_view sender,
                                           std::string_view message, const url::Keyring& keys) {
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(message.data()), message.size(), digest);
  // Lengths in front, so that no two triples give one input.
  std::string input = fmt::format("{} {} {} ", queue_id.size(), sender.size(), message.size());
  input.append(queue_id).append(sender).append(reinterpret_cast<const char*>(digest), sizeof digest);
  std::array<uint8_t, 16> id = url::message_id_hash(input, keys);
  id[6] = static_cast<uint8_t>((id[6] & 0x0f) | 0x80);
  id[8] = static_cast<uint8_t>((id[8] & 0x3f) | 0x80);
  return id;
}

std::optional<Time> parse_mail_date(std::string_view text) {
  std::vector<std::string_view> words;
  for (std::string_view word : ascii::split(text.substr(0, text.find('(')), ' ')) {
    if (!word.empty()) words.push_back(word);
  }
  size_t at = !words.empty() && words[0].ends_with(',') ? 1 : 0;
  if (words.size() < at + 4) return std::nullopt;
  const auto day = number(words[at]);
  unsigned month = 0;
  for (unsigned i = 0; i < 12; ++i) {
    if (ascii::iequals(words[at + 1].substr(0, 3), kMonths[i])) month = i + 1;
  }
  auto year = number(words[at + 2]);
  const auto clock = time_of_day(words[at + 3]);
  if (!day || month == 0 || !year || !clock) return std::nullopt;
  if (*year < 50) *year += 2000;
  if (*year < 1000) *year += 1900;
  const std::chrono::year_month_day date(std::chrono::year(*year), std::chrono::month(month),
                                         std::chrono::day(static_cast<unsigned>(*day)));
  if (!date.ok() || *year < 1970 || *year > 9999) return std::nullopt;
  const auto offset = words.size() > at + 4 ? zone_offset(words[at + 4]) : std::chrono::minutes(0);
  return Time(std::chrono::sys_days(date).time_since_epoch() + *clock - offset);
}

std::string mail_date(Time time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  const auto days = std::chrono::floor<std::chrono::days>(seconds);
  const std::chrono::year_month_day date(days);
  const std::chrono::hh_mm_ss clock(seconds - days);
  return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} +0000",
                     kDays[std::chrono::weekday(days).c_encoding()], static_cast<unsigned>(date.day()),
                     kMonths[static_cast<unsigned>(date.month()) - 1], static_cast<int>(date.year()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count());
}

Time message_time(const HeaderBlock& header, Time now) {
  for (std::string_view name : {"Received", "Date"}) {
    const HeaderField* field = header.first(name);
    if (field == nullptr) continue;
    const std::string value = field->value();
    const size_t semicolon = value.rfind(';');
    const std::string_view date = name == "Date" ? std::string_view(value)
                                  : semicolon == std::string::npos
                                      ? std::string_view()
                                      : std::string_view(value).substr(semicolon + 1);
    const auto time = parse_mail_date(date);
    if (time && *time > now - kOldestMessage && *time < now + kClockSkew) return *time;
  }
  return std::chrono::floor<std::chrono::seconds>(now);
}

MessageIdentity identify(std::string_view queue_id, std::string_view sender, std::string_view message,
                         const HeaderBlock& header, Time now, const url::Keyring& keys) {
  MessageIdentity identity;
  identity.id = network_message_id(queue_id, sender, message, keys);
  identity.text = url::uuid_text(identity.id);
  identity.time = message_time(header, now);
  return identity;
}

}  // namespace linkgate::gateway
