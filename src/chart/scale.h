#pragma once
// Axes: round numbers and moments between two ends, and how they are written.

#include <string>
#include <string_view>
#include <vector>

namespace linkgate::chart {

struct Tick {
  double at = 0;
  std::string label;
};

struct Scale {
  double low = 0, high = 1;
  std::vector<Tick> ticks;  // between the ends, in order
  // 0 at the low end, 1 at the high one.
  double place(double value) const { return (value - low) / (high - low); }
};

// Steps of 1, 2 or 5 times a power of ten, at most about `most` of them. The ends move out to round numbers,
// but for those that are fixed.
struct Ends {
  bool low_fixed = false, high_fixed = false;
};
Scale number_scale(double low, double high, size_t most, Ends ends = {});
// Seconds since 1970; steps of whole seconds, minutes, hours, days, months or years, in UTC. The ends stay.
Scale time_scale(double low, double high, size_t most);

// "1,500", "2.5M", "0.004": six digits at most.
std::string number_label(double value);
// "2026-11-21 22:52:13", without what is zero at its end: the seconds, the time of day.
std::string time_label(double seconds);

// Columns of a terminal that a text takes; wide letters (CJK, emoji) take two.
size_t text_columns(std::string_view text);
// So many columns at most, the last an ellipsis where something is cut. Control characters become spaces.
std::string clipped(std::string_view text, size_t columns);

}  // namespace linkgate::chart
