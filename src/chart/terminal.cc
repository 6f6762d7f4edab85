#include "chart/terminal.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <utility>

#include "chart/scale.h"
#include "chart/text_canvas.h"

namespace linkgate::chart {
namespace {

constexpr size_t kMostBars = 60;  // lines of bars; those behind them are counted
constexpr size_t kLongestLabel = 32;
constexpr size_t kLeastColumns = 30;
constexpr auto kShades = std::to_array<std::string_view>({"█", "▓", "▒", "░"});

std::string padded(std::string_view text, size_t columns, bool to_right) {
  std::string out = clipped(text, columns);
  const std::string room(columns - std::min(columns, text_columns(out)), ' ');
  return to_right ? room + out : out + room;
}

class Drawing {
 public:
  Drawing(const Chart& chart, TextSize size) : chart_(chart), size_(size), marks_(lifted(chart)) {
    size_.columns = std::max(size_.columns, kLeastColumns);
    size_.lines = std::max<size_t>(size_.lines, 4);
  }

  std::string run() {
    if (!chart_.title.empty()) {
      const std::string title = clipped(chart_.title, size_.columns);
      add(std::string((size_.columns - text_columns(title)) / 2, ' ') + title);
    }
    if (chart_.kind == Kind::kCard) {
      card();
    } else if (const auto y = extent_of_y(chart_); !y) {
      add("  no values");
    } else {
      draw(*y);
      if (chart_.legend && chart_.kind != Kind::kPie) legend();
    }
    for (const std::string& note : chart_.notes) add("(" + clipped(note, size_.columns - 2) + ")");
    return std::move(out_);
  }

 private:
  void add(std::string_view line) {
    out_ += line;
    out_ += '\n';
  }

  void draw(Extent y) {
    if (chart_.stacking == Stacking::kPercent) y = {std::min(y.low, 0.0), std::max(y.high, 100.0)};
    value_ = number_scale(chart_.y_min.value_or(y.low), chart_.y_max.value_or(y.high), size_.lines / 3,
                          {chart_.y_min.has_value(), chart_.y_max.has_value()});
    switch (chart_.kind) {
      case Kind::kPie:
        return shares();
      case Kind::kBar:
        return lying_bars();
      case Kind::kColumn:
        return fits_standing() ? standing() : lying_bars();
      default:
        return standing();
    }
  }

  void card() {
    for (size_t i = 0; i + 1 < chart_.labels.size(); i += 2) {
      add("");
      const std::string value = chart_.labels[i + 1].empty() ? "-" : chart_.labels[i + 1];
      add("  " + colored(clipped(value, size_.columns - 2), 0, size_.colored));
      add("  " + clipped(chart_.labels[i], size_.columns - 2));
    }
  }

  void legend() {
    std::string line;
    size_t used = 0;
    for (size_t i = 0; i < chart_.series.size(); ++i) {
      const std::string name = clipped(chart_.series[i].name, kLongestLabel);
      const size_t wanted = text_columns(name) + 4;
      if (used > 0 && used + wanted > size_.columns) add(std::exchange(line, "")), used = 0;
      line += " " + colored(sign(i), i, size_.colored) + " " + name + " ";
      used += wanted;
    }
    if (!line.empty()) add(line);
  }

  std::string sign(size_t series) const {
    if (size_.colored) return "■";
    const bool bars = chart_.kind == Kind::kBar || chart_.kind == Kind::kColumn;
    if (bars) return std::string(kShades[series % kShades.size()]);
    TextCanvas one(1, 1, false);
    one.dot(0, 1, series), one.dot(1, 1, series);
    return one.row(0);
  }

  // ---- bars from left to right
  void lying_bars() {
    size_t widest = 0;
    for (const std::string& label : chart_.labels) widest = std::max(widest, text_columns(label));
    widest = std::min({widest, kLongestLabel, size_.columns / 3});
    std::vector<std::vector<const Lifted*>> of(chart_.labels.size(),
                                               std::vector<const Lifted*>(marks_.size()));
    for (size_t s = 0; s < marks_.size(); ++s) {
      for (const Lifted& mark : marks_[s]) of[static_cast<size_t>(mark.x)][s] = &mark;
    }
    size_t lines = 0;
    const bool stacked = chart_.stacking != Stacking::kNone;
    for (size_t i = 0; i < of.size(); ++i) {
      if (lines >= kMostBars) {
        add(fmt::format("  … and {} more", of.size() - i));
        break;
      }
      std::string label = padded(chart_.labels[i], widest, true);
      if (stacked) {
        add(label + " " + stacked_bar(of[i], size_.columns - widest - 2));
        ++lines;
        continue;
      }
      for (size_t s = 0; s < of[i].size(); ++s) {
        if (of[i][s] == nullptr || !of[i][s]->y) continue;
        add(label + " " + bar(*of[i][s]->y, s, size_.columns - widest - 2));
        label = std::string(widest, ' ');
        ++lines;
      }
    }
  }

  // Where a value stands among so many cells, in eighths of one.
  int64_t eighths(double value, size_t cells) const {
    return std::llround(std::clamp(value_.place(value), 0.0, 1.0) * static_cast<double>(cells) * 8);
  }

  std::string bar(double value, size_t s, size_t room) const {
    constexpr auto kParts = std::to_array<std::string_view>({"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"});
    const std::string label = number_label(value);
    const size_t cells = room - std::min(room - 1, static_cast<size_t>(11));
    const int64_t zero = eighths(std::clamp(0.0, value_.low, value_.high), cells),
                  end = eighths(value, cells);
    const std::string_view full = size_.colored ? kShades[0] : kShades[s % kShades.size()];
    std::string before, drawn;
    if (end >= zero) {
      before = std::string(static_cast<size_t>(zero / 8), ' ');
      for (int64_t i = zero / 8; i < end / 8; ++i) drawn += full;
      if (size_.colored || s == 0) drawn += kParts[static_cast<size_t>(end % 8)];
      if (drawn.empty() && value != 0) drawn = "▏";
    } else {
      before = std::string(static_cast<size_t>(end / 8), ' ');
      for (int64_t i = end / 8; i < std::max(zero / 8, end / 8 + 1); ++i) drawn += full;
    }
    return before + colored(drawn, s, size_.colored) + " " + label;
  }

  // What is below zero has no place in a row of parts; it is not drawn, and stands in the table.
  std::string stacked_bar(const std::vector<const Lifted*>& parts, size_t room) const {
    const size_t cells = room - std::min(room - 1, static_cast<size_t>(11));
    std::string out;
    double total = 0;
    for (size_t s = 0; s < parts.size(); ++s) {
      if (parts[s] == nullptr || !parts[s]->y || *parts[s]->y <= *parts[s]->base) continue;
      const int64_t from = (eighths(*parts[s]->base, cells) + 4) / 8,
                    to = (eighths(*parts[s]->y, cells) + 4) / 8;
      std::string drawn;
      for (int64_t i = from; i < to; ++i) drawn += size_.colored ? kShades[0] : kShades[s % kShades.size()];
      out += colored(drawn, s, size_.colored && !drawn.empty());
      total = *parts[s]->y;
    }
    return out + " " + number_label(total) + (chart_.stacking == Stacking::kPercent ? "%" : "");
  }

  void shares() {
    std::vector<Point> slices = chart_.series[0].points;
    std::stable_sort(slices.begin(), slices.end(),
                     [](const Point& a, const Point& b) { return *a.y > *b.y; });
    double total = 0;
    size_t widest = 0;
    for (const Point& p : slices) {
      total += *p.y;
      widest = std::max(widest, text_columns(chart_.labels[static_cast<size_t>(p.x)]));
    }
    widest = std::min({widest, kLongestLabel, size_.columns / 3});
    value_ = {0, slices[0].y.value_or(1), {}};
    for (size_t i = 0; i < slices.size(); ++i) {
      if (i == kMostBars) return add(fmt::format("  … and {} more", slices.size() - i));
      const double share = *slices[i].y / total * 100;
      add(padded(chart_.labels[static_cast<size_t>(slices[i].x)], widest, true) + " " +
          fmt::format("{:5.1f}% ", share) +
          bar(*slices[i].y, size_.colored ? i : 0, size_.columns - widest - 10));
    }
  }

  // ---- values upwards
  bool fits_standing() const {
    size_t longest = 0;
    for (const std::string& label : chart_.labels) longest = std::max(longest, text_columns(label));
    const size_t slots = std::max<size_t>(1, chart_.labels.size());
    const size_t slot = (size_.columns - 14) / slots;
    const bool positive = value_.low >= 0;
    return positive && chart_.stacking == Stacking::kNone && slot >= marks_.size() + 1 &&
           (longest < slot || slots > 24);
  }

  void standing() {
    size_t gutter = 0;
    for (const Tick& tick : value_.ticks) gutter = std::max(gutter, text_columns(tick.label));
    columns_ = size_.columns - gutter - 3;
    TextCanvas canvas(columns_, size_.lines, size_.colored);
    if (chart_.axis != Axis::kCategory) {
      const Extent x = extent_of_x(chart_).value_or(Extent{});
      across_ = chart_.axis == Axis::kTime ? time_scale(x.low, x.high, columns_ / 12)
                                           : number_scale(x.low, x.high, columns_ / 12);
    }
    for (size_t s = 0; s < marks_.size(); ++s)
      chart_.kind == Kind::kColumn ? columns(canvas, s) : curve(canvas, s);
    std::map<size_t, std::string> labels;
    for (const Tick& tick : value_.ticks) labels[line_of(tick.at)] = tick.label;
    for (size_t line = 0; line < size_.lines; ++line) {
      const auto label = labels.find(line);
      const bool has = label != labels.end();
      add(padded(has ? label->second : "", gutter, true) + (has ? " ┤" : " │") + canvas.row(line));
    }
    std::string axis;
    for (size_t i = 0; i < columns_; ++i) axis += "─";
    add(std::string(gutter + 1, ' ') + "└" + axis);
    add(std::string(gutter + 2, ' ') + ticks_below());
  }

  size_t line_of(double value) const {
    const double place = std::clamp(value_.place(value), 0.0, 1.0);
    return static_cast<size_t>(std::llround((1 - place) * static_cast<double>(size_.lines - 1)));
  }

  double across(double x) const {
    if (chart_.axis == Axis::kCategory)
      return (x + 0.5) / static_cast<double>(std::max<size_t>(1, chart_.labels.size()));
    return across_.place(x);
  }

  void columns(TextCanvas& canvas, size_t s) {
    constexpr auto kParts = std::to_array<std::string_view>({"", "▁", "▂", "▃", "▄", "▅", "▆", "▇"});
    const size_t slot = columns_ / std::max<size_t>(1, chart_.labels.size());
    const size_t thick = std::clamp<size_t>((slot - 1) / marks_.size(), 1, 8);
    for (const Lifted& mark : marks_[s]) {
      if (!mark.y) continue;
      const auto left = static_cast<size_t>(across(mark.x) * static_cast<double>(columns_));
      const size_t begin = left - std::min(left, thick * marks_.size() / 2) + s * thick;
      const int64_t height = eighths(*mark.y, size_.lines);
      const std::string_view full = size_.colored ? kShades[0] : kShades[s % kShades.size()];
      for (size_t column = begin; column < begin + thick; ++column) {
        for (int64_t i = 0; i < height / 8; ++i)
          canvas.letter(column, size_.lines - 1 - static_cast<size_t>(i), full, s);
        if (height % 8 != 0)
          canvas.letter(column, size_.lines - 1 - static_cast<size_t>(height / 8),
                        kParts[static_cast<size_t>(height % 8)], s);
      }
    }
  }

  void curve(TextCanvas& canvas, size_t s) {
    const auto x_of = [&](const Lifted& m) {
      return std::llround(std::clamp(across(m.x), 0.0, 1.0) * static_cast<double>(canvas.dots_wide() - 1));
    };
    const auto y_of = [&](double value) {
      return std::llround((1 - std::clamp(value_.place(value), 0.0, 1.0)) *
                          static_cast<double>(canvas.dots_high() - 1));
    };
    const Lifted* last = nullptr;
    for (const Lifted& mark : marks_[s]) {
      if (!mark.y) {
        last = nullptr;
        continue;
      }
      const auto x = x_of(mark), y = y_of(*mark.y);
      const bool joined = last != nullptr && chart_.kind != Kind::kScatter;
      if (joined)
        canvas.line(x_of(*last), y_of(*last->y), x, y, s);
      else
        canvas.dot(x, y, s), canvas.dot(x + 1, y, s), canvas.dot(x, y + 1, s), canvas.dot(x + 1, y + 1, s);
      if (chart_.kind == Kind::kArea) fill(canvas, joined ? *last : mark, mark, s);
      if (mark.marked) canvas.letter(static_cast<size_t>(x / 2), static_cast<size_t>(y / 4), "◯", 3);
      last = &mark;
    }
  }

  // Every second dot between two marks and what they stand on.
  void fill(TextCanvas& canvas, const Lifted& from, const Lifted& to, size_t s) {
    const auto dots = static_cast<double>(canvas.dots_wide() - 1),
               high = static_cast<double>(canvas.dots_high() - 1);
    const auto x1 = std::llround(std::clamp(across(from.x), 0.0, 1.0) * dots),
               x2 = std::llround(std::clamp(across(to.x), 0.0, 1.0) * dots);
    for (auto x = x1; x <= x2; ++x) {
      const double part = x2 > x1 ? static_cast<double>(x - x1) / static_cast<double>(x2 - x1) : 0;
      const double top = *from.y + (*to.y - *from.y) * part,
                   base = *from.base + (*to.base - *from.base) * part;
      auto y1 = std::llround((1 - std::clamp(value_.place(top), 0.0, 1.0)) * high);
      auto y2 = std::llround((1 - std::clamp(value_.place(base), 0.0, 1.0)) * high);
      if (y1 > y2) std::swap(y1, y2);
      for (auto y = y1; y <= y2; ++y) {
        if ((x + y) % 2 == 0) canvas.dot(x, y, s);
      }
    }
  }

  // Labels under their places, as many as do not touch.
  std::string ticks_below() const {
    std::vector<Tick> ticks = across_.ticks;
    const bool categories = chart_.axis == Axis::kCategory;
    if (categories) {
      ticks.clear();
      for (size_t i = 0; i < chart_.labels.size(); ++i)
        ticks.push_back({static_cast<double>(i), chart_.labels[i]});
    }
    std::string out;
    size_t used = 0;
    for (const Tick& tick : ticks) {
      const std::string label = clipped(tick.label, kLongestLabel);
      const size_t width = text_columns(label);
      const auto center =
          static_cast<size_t>(std::clamp(across(tick.at), 0.0, 1.0) * static_cast<double>(columns_));
      size_t begin = center - std::min(center, width / 2);
      if (begin + width > columns_) begin = columns_ - std::min(columns_, width);
      if (used > 0 && begin < used + 1) continue;
      out += std::string(begin - std::min(begin, used), ' ') + label;
      used = begin + width;
    }
    return out;
  }

  const Chart& chart_;
  TextSize size_;
  const std::vector<std::vector<Lifted>> marks_;
  std::string out_;
  size_t columns_ = 0;
  Scale value_, across_;
};

}  // namespace

std::string to_text(const Chart& chart, const TextSize& size) { return Drawing(chart, size).run(); }

}  // namespace linkgate::chart
