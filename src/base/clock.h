#pragma once
// Time as an interface, so that tests own it. Wall time is UTC with the resolution of the event tables (100
// ns ticks).

#include <chrono>
#include <cstdint>
#include <optional>
#include <ratio>
#include <string>
#include <string_view>

namespace linkgate {

using Ticks = std::chrono::duration<int64_t, std::ratio<1, 10'000'000>>;  // 100 ns, Kusto's unit
using Time = std::chrono::time_point<std::chrono::system_clock, Ticks>;   // since 1970-01-01T00:00:00Z

class Clock {
 public:
  virtual ~Clock() = default;
  virtual Time now() const = 0;
  // Never goes back; for timeouts and durations only.
  virtual std::chrono::steady_clock::time_point steady_now() const = 0;
};

class SystemClock final : public Clock {
 public:
  Time now() const override;
  std::chrono::steady_clock::time_point steady_now() const override;
};

// A clock that stands still until told otherwise. Not thread-safe.
class FakeClock final : public Clock {
 public:
  explicit FakeClock(Time start) : now_(start) {}
  Time now() const override { return now_; }
  std::chrono::steady_clock::time_point steady_now() const override { return steady_; }
  void advance(Ticks by) {
    now_ += by;
    steady_ += std::chrono::duration_cast<std::chrono::steady_clock::duration>(by);
  }

 private:
  Time now_;
  std::chrono::steady_clock::time_point steady_{};
};

// "2026-11-21T22:52:13.1234567Z": always seven digits, as Kusto and Graph print it.
std::string to_iso8601(Time time);
void append_iso8601(std::string& out, Time time);
// Accepts what to_iso8601 prints, with 0 to 9 fractional digits, 'T' or a space, 'Z' or an offset; a bare
// date is midnight.
std::optional<Time> from_iso8601(std::string_view text);

}  // namespace linkgate
