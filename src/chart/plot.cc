#include "chart/plot.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <map>

#include "base/ascii.h"
#include "chart/scale.h"

namespace linkgate::chart {
namespace {

struct KindName {
  std::string_view word;
  Kind kind;
  Stacking stacking = Stacking::kNone;
};
constexpr auto kKinds = std::to_array<KindName>({{"barchart", Kind::kBar},
                                                 {"columnchart", Kind::kColumn},
                                                 {"linechart", Kind::kLine},
                                                 {"timechart", Kind::kLine},
                                                 {"anomalychart", Kind::kLine},
                                                 {"areachart", Kind::kArea},
                                                 {"stackedareachart", Kind::kArea, Stacking::kStacked},
                                                 {"scatterchart", Kind::kScatter},
                                                 {"piechart", Kind::kPie},
                                                 {"card", Kind::kCard}});
// What has a meaning in Kusto and none in our drawings.
constexpr auto kNotDrawn = std::to_array<std::string_view>({"xaxis", "yaxis", "ysplit"});

const KindName* kind_of(std::string_view word) {
  const auto found =
      std::find_if(kKinds.begin(), kKinds.end(), [word](const KindName& k) { return k.word == word; });
  return found == kKinds.end() ? nullptr : &*found;
}

Error refuse(std::string sentence) { return Error(ErrorCode::kInvalidArgument, std::move(sentence)); }

class Plotter {
 public:
  Plotter(const Table& table, const Request& request) : table_(table), request_(request) {}

  Result<Chart> run() {
    const KindName* kind = kind_of(request_.kind);
    if (kind == nullptr) return refuse("render " + request_.kind + " is not drawn");
    if (property("kind") == "map") return refuse("render " + request_.kind + " with kind=map is not drawn");
    chart_.kind = kind->kind;
    chart_.stacking = kind->stacking;
    read_properties();
    if (chart_.kind == Kind::kCard) return card();
    TRY(choose_columns());
    chart_.x_title = property("xtitle").empty() ? table_.columns[x_].name : property("xtitle");
    chart_.y_title = property("ytitle");
    if (chart_.y_title.empty() && y_.size() == 1) chart_.y_title = table_.columns[y_[0]].name;
    add_points();
    finish();
    return std::move(chart_);
  }

 private:
  std::string property(std::string_view name) const {
    for (const auto& [given, value] : request_.properties) {
      if (ascii::iequals(given, name)) return value;
    }
    return "";
  }

  std::optional<double> number_property(std::string_view name) const {
    const std::string text = property(name);
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value))
      return std::nullopt;
    return value;
  }

  void read_properties() {
    chart_.title = property("title");
    chart_.y_min = number_property("ymin");
    chart_.y_max = number_property("ymax");
    chart_.legend = property("legend") != "hidden";
    const std::string kind = property("kind");
    const bool stacks =
        chart_.kind == Kind::kBar || chart_.kind == Kind::kColumn || chart_.kind == Kind::kArea;
    if (stacks && kind == "stacked") chart_.stacking = Stacking::kStacked;
    if (stacks && kind == "stacked100") chart_.stacking = Stacking::kPercent;
    for (const std::string_view name : kNotDrawn) {
      const std::string value = property(name);
      if (!value.empty() && value != "linear" && value != "none")
        chart_.notes.push_back(std::string(name) + "=" + value + " is not drawn");
    }
  }

  Result<Chart> card() {
    chart_.legend = false;
    for (size_t i = 0; i < table_.columns.size(); ++i)
      chart_.labels.push_back(table_.columns[i].name),
          chart_.labels.push_back(table_.rows.empty() ? "" : table_.rows[0][i].text);
    return std::move(chart_);
  }

  Result<size_t> column_named(std::string_view name) const {
    for (size_t i = 0; i < table_.columns.size(); ++i) {
      if (table_.columns[i].name == name) return i;
    }
    return refuse("render names a column '" + std::string(name) + "' that the result does not have");
  }

  Result<std::vector<size_t>> columns_named(std::string_view list) const {
    std::vector<size_t> found;
    for (const std::string_view name : ascii::split(list, ',')) {
      TRY_ASSIGN(const size_t at, column_named(ascii::trim(name)));
      found.push_back(at);
    }
    return found;
  }

  size_t default_x() const {
    const auto first_of = [this](ColumnKind kind) {
      const auto is = [kind](const TableColumn& c) { return c.kind == kind; };
      return static_cast<size_t>(std::find_if(table_.columns.begin(), table_.columns.end(), is) -
                                 table_.columns.begin());
    };
    const auto numbers = std::count_if(table_.columns.begin(), table_.columns.end(),
                                       [](const TableColumn& c) { return c.kind == ColumnKind::kNumber; });
    const bool continuous =
        chart_.kind == Kind::kLine || chart_.kind == Kind::kArea || chart_.kind == Kind::kScatter;
    if (!continuous) return 0;
    if (const size_t time = first_of(ColumnKind::kTime); time < table_.columns.size()) return time;
    if (numbers > 1) return first_of(ColumnKind::kNumber);
    return 0;
  }

  Result<void> choose_columns() {
    if (table_.columns.empty()) return refuse("there are no columns to draw");
    x_ = default_x();
    if (const std::string named = property("xcolumn"); !named.empty()) {
      TRY_ASSIGN(x_, column_named(named));
    }
    if (const std::string named = property("series"); !named.empty()) {
      TRY_ASSIGN(series_, columns_named(named));
    }
    if (const std::string named = property("anomalycolumns");
        !named.empty() && request_.kind == "anomalychart") {
      TRY_ASSIGN(anomalies_, columns_named(named));
    }
    const auto taken = [this](size_t i) {
      return i == x_ || std::find(series_.begin(), series_.end(), i) != series_.end() ||
             std::find(anomalies_.begin(), anomalies_.end(), i) != anomalies_.end();
    };
    if (const std::string named = property("ycolumns"); !named.empty()) {
      TRY_ASSIGN(y_, columns_named(named));
    } else {
      for (size_t i = 0; i < table_.columns.size(); ++i) {
        if (!taken(i) && table_.columns[i].kind == ColumnKind::kNumber) y_.push_back(i);
      }
    }
    if (y_.empty()) return refuse("render " + request_.kind + " needs a column of numbers");
    if (chart_.kind == Kind::kPie) y_.resize(1);
    if (series_.empty() && chart_.kind != Kind::kPie) {
      for (size_t i = 0; i < table_.columns.size(); ++i) {
        if (!taken(i) && table_.columns[i].kind == ColumnKind::kText) series_.push_back(i);
      }
    }
    const bool discrete =
        chart_.kind == Kind::kBar || chart_.kind == Kind::kColumn || chart_.kind == Kind::kPie;
    const ColumnKind kind = table_.columns[x_].kind;
    chart_.axis = discrete || kind == ColumnKind::kText ? Axis::kCategory
                  : kind == ColumnKind::kTime           ? Axis::kTime
                                                        : Axis::kNumber;
    return {};
  }

  std::string series_name(const std::vector<Cell>& row, size_t y) const {
    std::string name;
    for (const size_t at : series_)
      name += (name.empty() ? "" : ", ") + (row[at].text.empty() ? "(empty)" : row[at].text);
    if (series_.empty()) return table_.columns[y].name;
    return y_.size() == 1 ? name : name + ": " + table_.columns[y].name;
  }

  // The x of a row: its number, or the place of its label. nullopt: a null on an axis of numbers.
  std::optional<double> x_of(const std::vector<Cell>& row) {
    const Cell& cell = row[x_];
    if (chart_.axis != Axis::kCategory) return cell.number;
    const bool is_time = table_.columns[x_].kind == ColumnKind::kTime && cell.number;
    const std::string label = is_time ? time_label(*cell.number) : cell.text.empty() ? "(empty)" : cell.text;
    const auto [at, is_new] = places_.try_emplace(label, chart_.labels.size());
    if (is_new) chart_.labels.push_back(label), order_.push_back(cell.number.value_or(-HUGE_VAL));
    return static_cast<double>(at->second);
  }

  void add_points() {
    std::map<std::string, size_t> known;
    for (const auto& row : table_.rows) {
      const auto x = x_of(row);
      if (!x || !std::isfinite(*x)) {
        ++without_x_;
        continue;
      }
      for (size_t i = 0; i < y_.size(); ++i) {
        const auto [at, is_new] = known.try_emplace(series_name(row, y_[i]), chart_.series.size());
        if (is_new) chart_.series.push_back({at->first, {}});
        std::optional<double> value = row[y_[i]].number;
        if (value && !std::isfinite(*value)) value.reset();
        const bool marked = i < anomalies_.size() && row[anomalies_[i]].number.value_or(0) != 0;
        chart_.series[at->second].points.push_back({*x, value, marked});
      }
    }
  }

  // Bars of numbers and times stand in their order; points in that of x, those of one bar added up.
  void finish() {
    const bool ordered = chart_.axis == Axis::kCategory && table_.columns[x_].kind != ColumnKind::kText &&
                         chart_.kind != Kind::kPie;
    if (ordered) order_labels();
    for (Series& series : chart_.series) {
      std::stable_sort(series.points.begin(), series.points.end(),
                       [](const Point& a, const Point& b) { return a.x < b.x; });
      if (chart_.axis == Axis::kCategory) add_up(series.points);
      if (property("accumulate") == "true") accumulate(series.points);
    }
    if (chart_.series.size() > kMaxSeries) {
      chart_.notes.push_back("the first " + std::to_string(kMaxSeries) + " of " +
                             std::to_string(chart_.series.size()) + " series are drawn");
      chart_.series.resize(kMaxSeries);
    }
    if (without_x_ > 0)
      chart_.notes.push_back(std::to_string(without_x_) + " rows without a value of " +
                             table_.columns[x_].name + " are not drawn");
    if (chart_.kind == Kind::kPie) leave_out_of_pie();
    if (chart_.series.size() < 2 && chart_.kind != Kind::kPie && series_.empty()) chart_.legend = false;
  }

  void order_labels() {
    std::vector<size_t> by_value(order_.size()), place(order_.size());
    for (size_t i = 0; i < by_value.size(); ++i) by_value[i] = i;
    std::stable_sort(by_value.begin(), by_value.end(),
                     [this](size_t a, size_t b) { return order_[a] < order_[b]; });
    std::vector<std::string> labels;
    for (size_t i = 0; i < by_value.size(); ++i) {
      place[by_value[i]] = i;
      labels.push_back(chart_.labels[by_value[i]]);
    }
    chart_.labels = std::move(labels);
    for (Series& series : chart_.series) {
      for (Point& point : series.points) point.x = static_cast<double>(place[static_cast<size_t>(point.x)]);
    }
  }

  static void add_up(std::vector<Point>& points) {
    std::vector<Point> out;
    for (const Point& point : points) {
      if (out.empty() || out.back().x != point.x)
        out.push_back(point);
      else if (point.y)
        out.back().y = out.back().y.value_or(0) + *point.y;
    }
    points = std::move(out);
  }

  static void accumulate(std::vector<Point>& points) {
    double sum = 0;
    for (Point& point : points) {
      if (point.y) point.y = sum += *point.y;
    }
  }

  void leave_out_of_pie() {
    if (chart_.series.empty()) return;
    auto& points = chart_.series[0].points;
    const size_t before = points.size();
    std::erase_if(points, [](const Point& p) { return p.y.value_or(0) <= 0; });
    if (before != points.size())
      chart_.notes.push_back(std::to_string(before - points.size()) +
                             " values that are not above zero are not drawn");
  }

  const Table& table_;
  const Request& request_;
  Chart chart_;
  size_t x_ = 0, without_x_ = 0;
  std::vector<size_t> y_, series_, anomalies_;
  std::map<std::string, size_t> places_;
  std::vector<double> order_;
};

}  // namespace

bool is_drawn(std::string_view kind) { return kind_of(kind) != nullptr; }

Result<Chart> plot(const Table& table, const Request& request) { return Plotter(table, request).run(); }

}  // namespace linkgate::chart
