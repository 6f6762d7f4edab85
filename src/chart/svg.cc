#include "chart/svg.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "chart/scale.h"
#include "chart/svg_page.h"

namespace linkgate::chart {
namespace {

constexpr auto kColors =
    std::to_array<std::string_view>({"#2f6fb7", "#e07b26", "#2e9a5b", "#c8404a", "#7c5bb5", "#8a6348",
                                     "#d276b0", "#6f7780", "#a8a02c", "#2aa6b8", "#1d4b7a", "#f0b35a"});
constexpr std::string_view kGrid = "#e6e8eb", kAxis = "#9aa0a6", kQuiet = "#6b7178";
constexpr double kMargin = 20, kTitleSize = 18, kTitleRoom = 34, kNoteRoom = 16, kTickRoom = 22,
                 kAxisTitleRoom = 20;
constexpr double kLegendRow = 19, kWidestLegend = 230;
constexpr size_t kLongestLabel = 30, kMostSlices = 12;
constexpr double kSlotForText = 15;  // of a category whose label stands upright

std::string point(double x, double y) { return coordinate(x) + " " + coordinate(y); }

class Drawing {
 public:
  Drawing(const Chart& chart, Size size)
      : chart_(chart), size_(size), page_(size.width, size.height), marks_(lifted(chart)) {}

  std::string run() {
    left_ = kMargin, top_ = kMargin, right_ = size_.width - kMargin, bottom_ = size_.height - kMargin;
    if (!chart_.title.empty()) {
      page_.text(size_.width / 2, top_ + kTitleSize, clipped(chart_.title, 90),
                 {.size = kTitleSize, .anchor = Anchor::kMiddle, .bold = true});
      top_ += kTitleRoom;
    }
    for (const std::string& note : chart_.notes) {
      page_.text(left_, bottom_ - 2, note, {.size = 11, .color = kQuiet});
      bottom_ -= kNoteRoom;
    }
    if (chart_.kind == Kind::kCard) {
      card();
      return page_.take();
    }
    const auto y = extent_of_y(chart_);
    if (!y) {
      page_.text(size_.width / 2, size_.height / 2, "no values",
                 {.size = 16, .anchor = Anchor::kMiddle, .color = kQuiet});
      return page_.take();
    }
    if (chart_.kind == Kind::kPie) {
      pie();
      return page_.take();
    }
    if (chart_.legend) legend();
    value_ = number_scale(chart_.y_min.value_or(y->low), chart_.y_max.value_or(y->high), 6,
                          {chart_.y_min.has_value(), chart_.y_max.has_value()});
    if (chart_.stacking == Stacking::kPercent) {
      for (Tick& tick : value_.ticks) tick.label += "%";
    }
    chart_.kind == Kind::kBar ? lying_axes() : standing_axes();
    switch (chart_.kind) {
      case Kind::kBar:
      case Kind::kColumn:
        bars();
        break;
      case Kind::kArea:
        areas();
        break;
      default:
        lines();
    }
    return page_.take();
  }

 private:
  void card() {
    const size_t count = std::max<size_t>(1, chart_.labels.size() / 2);
    const double width = (right_ - left_) / static_cast<double>(count);
    for (size_t i = 0; i + 1 < chart_.labels.size(); i += 2) {
      const double x = left_ + width * (static_cast<double>(i) / 2 + 0.5), y = (top_ + bottom_) / 2;
      const std::string value = clipped(chart_.labels[i + 1].empty() ? "-" : chart_.labels[i + 1], 40);
      const double size = std::clamp(width * 0.9 / std::max(1.0, text_width(value, 1)), 12.0, 64.0);
      page_.text(x, y, value, {.size = size, .anchor = Anchor::kMiddle, .bold = true, .color = kColors[0]});
      page_.text(x, y + 32, clipped(chart_.labels[i], 60),
                 {.size = 14, .anchor = Anchor::kMiddle, .color = kQuiet});
    }
  }

  void legend_row(size_t i, std::string_view color, std::string_view name) {
    const double y = top_ + kLegendRow * static_cast<double>(i);
    page_.box(right_ + 14, y, 11, 11, color);
    page_.text(right_ + 31, y + 10, clipped(name, kLongestLabel), {});
  }

  void legend() {
    double widest = 0;
    for (const Series& series : chart_.series)
      widest = std::max(widest, text_width(clipped(series.name, kLongestLabel), 12));
    right_ -= std::min(kWidestLegend, widest + 34);
    for (size_t i = 0; i < chart_.series.size(); ++i) legend_row(i, series_color(i), chart_.series[i].name);
  }

  double value_at(double value) const {
    const double place = std::clamp(value_.place(value), 0.0, 1.0);
    return chart_.kind == Kind::kBar ? left_ + place * (right_ - left_) : bottom_ - place * (bottom_ - top_);
  }
  double slot() const {
    const double room = chart_.kind == Kind::kBar ? bottom_ - top_ : right_ - left_;
    return room / static_cast<double>(std::max<size_t>(1, chart_.labels.size()));
  }
  double x_at(double x) const {
    if (chart_.axis == Axis::kCategory) return left_ + slot() * (x + 0.5);
    return left_ + std::clamp(across_.place(x), 0.0, 1.0) * (right_ - left_);
  }

  // Values upwards, x to the right.
  void standing_axes() {
    double widest = 0;
    for (const Tick& tick : value_.ticks) widest = std::max(widest, text_width(tick.label, 12));
    left_ += widest + 10;
    if (!chart_.y_title.empty()) left_ += kAxisTitleRoom;
    if (!chart_.x_title.empty()) bottom_ -= kAxisTitleRoom;
    bottom_ -= kTickRoom;
    double longest = 0;
    for (const std::string& label : chart_.labels)
      longest = std::max(longest, text_width(clipped(label, kLongestLabel), 12));
    const bool turned = chart_.axis == Axis::kCategory && longest > slot() - 6;
    if (turned) bottom_ -= longest * 0.62 - 6;
    // A turned label leans out to the left of the first slot.
    if (turned) left_ = std::max(left_, kMargin + std::min(longest * 0.75, 150.0) - slot() / 2);
    for (const Tick& tick : value_.ticks) {
      const double y = value_at(tick.at);
      page_.line(left_, y, right_, y, tick.at == 0 ? kAxis : kGrid);
      page_.text(left_ - 8, y + 4, tick.label, {.anchor = Anchor::kEnd});
    }
    page_.line(left_, bottom_, right_, bottom_, kAxis);
    chart_.axis == Axis::kCategory ? category_ticks(turned) : number_ticks();
    if (!chart_.y_title.empty())
      page_.text(kMargin + 6, (top_ + bottom_) / 2, clipped(chart_.y_title, 60),
                 {.size = 13, .anchor = Anchor::kMiddle, .color = kQuiet, .turned = -90});
    if (!chart_.x_title.empty())
      page_.text((left_ + right_) / 2,
                 size_.height - kMargin - kNoteRoom * static_cast<double>(chart_.notes.size()),
                 clipped(chart_.x_title, 90), {.size = 13, .anchor = Anchor::kMiddle, .color = kQuiet});
  }

  void category_ticks(bool turned) {
    const auto every = static_cast<size_t>(std::ceil(kSlotForText / std::max(0.01, slot())));
    for (size_t i = 0; i < chart_.labels.size(); i += turned ? std::max<size_t>(1, every) : 1) {
      const double x = x_at(static_cast<double>(i));
      const std::string label = clipped(chart_.labels[i], kLongestLabel);
      if (turned)
        page_.text(x + 4, bottom_ + 14, label, {.anchor = Anchor::kEnd, .turned = -38});
      else
        page_.text(x, bottom_ + 17, label, {.anchor = Anchor::kMiddle});
    }
  }

  void number_ticks() {
    const Extent extent = extent_of_x(chart_).value_or(Extent{});
    const auto most = static_cast<size_t>((right_ - left_) / 90);
    across_ = chart_.axis == Axis::kTime ? time_scale(extent.low, extent.high, most)
                                         : number_scale(extent.low, extent.high, most);
    for (const Tick& tick : across_.ticks) {
      const double x = x_at(tick.at);
      page_.line(x, bottom_, x, bottom_ + 5, kAxis);
      page_.text(x, bottom_ + 18, tick.label, {.anchor = Anchor::kMiddle});
    }
  }

  // Categories downwards, values to the right.
  void lying_axes() {
    double longest = 0;
    for (const std::string& label : chart_.labels)
      longest = std::max(longest, text_width(clipped(label, kLongestLabel), 12));
    left_ += longest + 12;
    if (!chart_.x_title.empty()) left_ += kAxisTitleRoom;
    if (!chart_.y_title.empty()) bottom_ -= kAxisTitleRoom;
    bottom_ -= kTickRoom;
    for (const Tick& tick : value_.ticks) {
      const double x = value_at(tick.at);
      page_.line(x, top_, x, bottom_, tick.at == 0 ? kAxis : kGrid);
      page_.text(x, bottom_ + 17, tick.label, {.anchor = Anchor::kMiddle});
    }
    const auto every = static_cast<size_t>(std::max(1.0, std::ceil(kSlotForText / std::max(0.01, slot()))));
    for (size_t i = 0; i < chart_.labels.size(); i += every) {
      page_.text(left_ - 8, top_ + slot() * (static_cast<double>(i) + 0.5) + 4,
                 clipped(chart_.labels[i], kLongestLabel), {.anchor = Anchor::kEnd});
    }
    if (!chart_.x_title.empty())
      page_.text(kMargin + 6, (top_ + bottom_) / 2, clipped(chart_.x_title, 60),
                 {.size = 13, .anchor = Anchor::kMiddle, .color = kQuiet, .turned = -90});
    if (!chart_.y_title.empty())
      page_.text((left_ + right_) / 2,
                 size_.height - kMargin - kNoteRoom * static_cast<double>(chart_.notes.size()),
                 clipped(chart_.y_title, 90), {.size = 13, .anchor = Anchor::kMiddle, .color = kQuiet});
  }

  std::string told(size_t series, const Lifted& mark) const {
    const std::string x = chart_.axis == Axis::kCategory ? chart_.labels[static_cast<size_t>(mark.x)]
                          : chart_.axis == Axis::kTime   ? time_label(mark.x)
                                                         : number_label(mark.x);
    return chart_.series[series].name + ", " + x + ": " + number_label(*mark.y - *mark.base);
  }

  void bars() {
    const bool stacked = chart_.stacking != Stacking::kNone;
    const double beside = stacked ? 1 : static_cast<double>(marks_.size());
    const double thick = std::min(56.0, slot() * 0.76 / beside);
    for (size_t s = 0; s < marks_.size(); ++s) {
      const double shift = stacked ? -thick / 2 : thick * (static_cast<double>(s) - beside / 2);
      for (const Lifted& mark : marks_[s]) {
        if (!mark.y) continue;
        const double from = value_at(*mark.base), to = value_at(*mark.y);
        const double near = std::min(from, to), length = std::max(std::abs(to - from), 0.5);
        const double gap = thick > 6 && beside > 1 ? 1 : 0;
        if (chart_.kind == Kind::kBar)
          page_.box(near, top_ + slot() * (mark.x + 0.5) + shift, length, thick - gap, series_color(s),
                    told(s, mark));
        else
          page_.box(x_at(mark.x) + shift, near, thick - gap, length, series_color(s), told(s, mark));
      }
    }
  }

  void lines() {
    for (size_t s = 0; s < marks_.size(); ++s) {
      const auto& marks = marks_[s];
      std::string steps;
      for (size_t i = 0; i < marks.size(); ++i) {
        if (!marks[i].y) continue;
        const double x = x_at(marks[i].x), y = value_at(*marks[i].y);
        const bool begins = i == 0 || !marks[i - 1].y, ends = i + 1 == marks.size() || !marks[i + 1].y;
        if (chart_.kind == Kind::kScatter || (begins && ends))
          page_.circle(x, y, 4, series_color(s), told(s, marks[i]));
        else
          steps += (begins ? "M" : "L") + point(x, y);
        if (marks[i].marked) page_.ring(x, y, 7, "#c8404a");
      }
      if (!steps.empty()) page_.path(steps, series_color(s), "none");
    }
  }

  // From run to run of values without a gap.
  void areas() {
    for (size_t s = 0; s < marks_.size(); ++s) {
      const auto& marks = marks_[s];
      for (size_t begin = 0; begin < marks.size();) {
        size_t end = begin;
        while (end < marks.size() && marks[end].y) ++end;
        if (end > begin) area(s, begin, end);
        begin = std::max(end, begin) + 1;
      }
    }
  }

  void area(size_t s, size_t begin, size_t end) {
    const auto& marks = marks_[s];
    std::string above, below;
    for (size_t i = begin; i < end; ++i) {
      above += (i == begin ? "M" : "L") + point(x_at(marks[i].x), value_at(*marks[i].y));
      below = "L" + point(x_at(marks[i].x), value_at(*marks[i].base)) + below;
    }
    page_.path(above + below + "Z", "none", series_color(s),
               chart_.stacking == Stacking::kNone ? 0.35 : 0.75);
    if (end - begin == 1)
      page_.circle(x_at(marks[begin].x), value_at(*marks[begin].y), 4, series_color(s),
                   told(s, marks[begin]));
    else
      page_.path(above, series_color(s), "none");
  }

  // The largest slices and what is left of the others.
  void pie() {
    struct Slice {
      std::string name;
      double value = 0;
    };
    std::vector<Slice> slices;
    double total = 0;
    for (const Point& p : chart_.series[0].points) {
      slices.push_back({chart_.labels[static_cast<size_t>(p.x)], *p.y});
      total += *p.y;
    }
    std::stable_sort(slices.begin(), slices.end(),
                     [](const Slice& a, const Slice& b) { return a.value > b.value; });
    if (slices.size() > kMostSlices) {
      Slice others{std::to_string(slices.size() - kMostSlices + 1) + " others", 0};
      for (size_t i = kMostSlices - 1; i < slices.size(); ++i) others.value += slices[i].value;
      slices.resize(kMostSlices - 1);
      slices.push_back(others);
    }
    right_ -= kWidestLegend + 60;
    const double radius = std::min(right_ - left_, bottom_ - top_) / 2 - 10;
    const double x = (left_ + right_) / 2, y = (top_ + bottom_) / 2;
    double angle = -std::numbers::pi / 2;
    for (size_t i = 0; i < slices.size(); ++i) {
      const double share = slices[i].value / total, turn = share * 2 * std::numbers::pi;
      const std::string told = clipped(slices[i].name, kLongestLabel) + ": " + number_label(slices[i].value) +
                               " (" + number_label(std::round(share * 1000) / 10) + "%)";
      if (slices.size() == 1) {
        page_.circle(x, y, radius, series_color(0), told);
      } else {
        page_.path("M" + point(x, y) + "L" +
                       point(x + radius * std::cos(angle), y + radius * std::sin(angle)) + "A" +
                       point(radius, radius) + " 0 " + (share > 0.5 ? "1" : "0") + " 1 " +
                       point(x + radius * std::cos(angle + turn), y + radius * std::sin(angle + turn)) + "Z",
                   "#ffffff", series_color(i));
      }
      if (share >= 0.05 && slices.size() > 1)
        page_.text(x + radius * 0.7 * std::cos(angle + turn / 2),
                   y + radius * 0.7 * std::sin(angle + turn / 2) + 4,
                   number_label(std::round(share * 100)) + "%",
                   {.anchor = Anchor::kMiddle, .bold = true, .color = "#ffffff"});
      if (chart_.legend) legend_row(i, series_color(i), told);
      angle += turn;
    }
  }

  const Chart& chart_;
  const Size size_;
  SvgPage page_;
  const std::vector<std::vector<Lifted>> marks_;
  double left_ = 0, top_ = 0, right_ = 0, bottom_ = 0;
  Scale value_, across_;
};

}  // namespace

std::string_view series_color(size_t series) { return kColors[series % kColors.size()]; }

std::string to_svg(const Chart& chart, Size size) { return Drawing(chart, size).run(); }

}  // namespace linkgate::chart
