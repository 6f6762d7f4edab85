#include "base/clock.h"

#include <charconv>

namespace linkgate {

using std::chrono::floor;

Time SystemClock::now() const { return floor<Ticks>(std::chrono::system_clock::now()); }

std::chrono::steady_clock::time_point SystemClock::steady_now() const {
  return std::chrono::steady_clock::now();
}

std::string to_iso8601(Time time) {
  std::string text;
  append_iso8601(text, time);
  return text;
}

void append_iso8601(std::string& out, Time time) {
  const auto day = floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  char text[] = "0000-00-00T00:00:00.0000000Z";
  const auto put = [&text](size_t at, size_t digits, int64_t value) {
    for (size_t i = digits; i-- > 0; value /= 10) text[at + i] = static_cast<char>('0' + value % 10);
  };
  put(0, 4, static_cast<int>(date.year()));
  put(5, 2, static_cast<unsigned>(date.month()));
  put(8, 2, static_cast<unsigned>(date.day()));
  put(11, 2, clock.hours().count());
  put(14, 2, clock.minutes().count());
  put(17, 2, clock.seconds().count());
  put(20, 7, clock.subseconds().count());
  out.append(text, sizeof(text) - 1);
}

namespace {

// Reads from the front of a view what a fixed format wants there.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  std::optional<int> digits(size_t count) {
    int value = 0;
    if (rest_.size() < count) return std::nullopt;
    const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + count, value);
    if (error != std::errc() || end != rest_.data() + count || rest_[0] == '-') return std::nullopt;
    rest_.remove_prefix(count);
    return value;
  }
  bool skip(char c) {
    if (rest_.empty() || rest_[0] != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  // ".1234567": 100 ns ticks; digits past the seventh are cut.
  std::optional<int64_t> fraction() {
    int64_t ticks = 0;
    size_t count = 0;
    for (; !rest_.empty() && rest_[0] >= '0' && rest_[0] <= '9'; rest_.remove_prefix(1), ++count) {
      if (count < 7) ticks = ticks * 10 + (rest_[0] - '0');
    }
    if (count == 0 || count > 9) return std::nullopt;
    for (; count < 7; ++count) ticks *= 10;
    return ticks;
  }
  bool done() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

// Z, +hh:mm, -hhmm or nothing; nullopt where it is none of them.
std::optional<std::chrono::minutes> read_offset(Reader& in) {
  using std::chrono::minutes;
  if (in.done() || in.skip('Z') || in.skip('z')) return minutes(0);
  const bool negative = in.skip('-');
  if (!negative && !in.skip('+')) return std::nullopt;
  const auto hours = in.digits(2);
  in.skip(':');
  const auto rest = in.digits(2);
  if (!hours || !rest || *hours > 14 || *rest > 59) return std::nullopt;
  const minutes offset(*hours * 60 + *rest);
  return negative ? -offset : offset;
}

}  // namespace

std::optional<Time> from_iso8601(std::string_view text) {
  Reader in(text);
  const auto year = in.digits(4);
  if (!year || !in.skip('-')) return std::nullopt;
  const auto month = in.digits(2);
  if (!month || !in.skip('-')) return std::nullopt;
  const auto day = in.digits(2);
  if (!day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(*month),
                                         std::chrono::day(*day)};
  if (!date.ok()) return std::nullopt;
  Time time{std::chrono::sys_days(date)};
  if (in.done()) return time;

  if (!in.skip('T') && !in.skip(' ')) return std::nullopt;
  const auto hour = in.digits(2);
  if (!hour || !in.skip(':')) return std::nullopt;
  const auto minute = in.digits(2);
  if (!minute || *hour > 23 || *minute > 59) return std::nullopt;
  time += std::chrono::hours(*hour) + std::chrono::minutes(*minute);
  if (in.skip(':')) {
    const auto second = in.digits(2);
    if (!second || *second > 59) return std::nullopt;
    time += std::chrono::seconds(*second);
    if (in.skip('.')) {
      const auto ticks = in.fraction();
      if (!ticks) return std::nullopt;
      time += Ticks(*ticks);
    }
  }
  const auto offset = read_offset(in);
  if (!offset || !in.done()) return std::nullopt;
  return time - *offset;
}

}  // namespace linkgate
