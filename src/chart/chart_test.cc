// What is drawn from which table, and that both media show it.
#include <gmock/gmock.h>

#include "chart/plot.h"
#include "chart/scale.h"
#include "chart/svg.h"
#include "chart/terminal.h"

namespace linkgate::chart {
namespace {

using testing::HasSubstr;
using testing::Not;

Cell text(std::string value) { return {std::move(value), std::nullopt}; }
Cell number(double value) { return {number_label(value), value}; }
Cell none() { return {"", std::nullopt}; }

constexpr double kDay = 86400, kMonday = 1'763'942'400;  // 2025-11-24

Table by_action() {
  return {{{"ActionType", ColumnKind::kText}, {"Count", ColumnKind::kNumber}},
          {{text("ClickAllowed"), number(120)}, {text("ClickBlocked"), number(30)}, {text(""), none()}}};
}

Table by_day() {
  Table table{{{"Action", ColumnKind::kText}, {"Day", ColumnKind::kTime}, {"Count", ColumnKind::kNumber}},
              {}};
  for (int i = 9; i >= 0; --i) {
    for (const char* action : {"a", "b"})
      table.rows.push_back(
          {text(action), number(kMonday + i * kDay), number(i * (action[0] == 'a' ? 1 : 2))});
  }
  return table;
}

TEST(Plot, TakesTheColumnsThatKustoTakes) {
  const auto bars = plot(by_action(), {"barchart", {}});
  ASSERT_TRUE(bars) << bars.error().message();
  EXPECT_EQ(bars->labels, (std::vector<std::string>{"ClickAllowed", "ClickBlocked", "(empty)"}));
  EXPECT_EQ(bars->series.size(), 1U);
  EXPECT_EQ(bars->series[0].points[0].y, 120);
  EXPECT_FALSE(bars->series[0].points[2].y.has_value());
  EXPECT_EQ(bars->x_title, "ActionType");
  const auto lines = plot(by_day(), {"timechart", {}});
  ASSERT_TRUE(lines) << lines.error().message();
  EXPECT_EQ(lines->axis, Axis::kTime);
  ASSERT_EQ(lines->series.size(), 2U);
  EXPECT_EQ(lines->series[1].name, "b");
  EXPECT_EQ(lines->series[1].points.front().x, kMonday) << "by time, whatever the order of the rows";
  const auto columns = plot(by_day(), {"columnchart", {{"xcolumn", "Day"}}});
  ASSERT_TRUE(columns) << columns.error().message();
  EXPECT_EQ(columns->labels.front(), "2025-11-24");
}

TEST(Plot, FollowsProperties) {
  const auto chart = plot(by_day(), {"areachart",
                                     {{"title", "Clicks"},
                                      {"kind", "stacked"},
                                      {"xcolumn", "Day"},
                                      {"ycolumns", "Count"},
                                      {"series", "Action"},
                                      {"xtitle", "day"},
                                      {"ytitle", "clicks"},
                                      {"ymin", "0"},
                                      {"ymax", "100"},
                                      {"legend", "hidden"},
                                      {"yaxis", "log"}}});
  ASSERT_TRUE(chart) << chart.error().message();
  EXPECT_EQ(chart->title, "Clicks");
  EXPECT_EQ(chart->stacking, Stacking::kStacked);
  EXPECT_EQ(chart->y_max, 100);
  EXPECT_FALSE(chart->legend);
  EXPECT_EQ(chart->notes, std::vector<std::string>{"yaxis=log is not drawn"});
  EXPECT_EQ(extent_of_y(*chart)->high, 27) << "9 and 18 above it";
}

TEST(Plot, RefusesWhatCannotBeDrawn) {
  const auto refused = [](const Table& table, const Request& request) {
    const auto chart = plot(table, request);
    return chart ? "drawn" : chart.error().message();
  };
  EXPECT_THAT(refused(by_action(), {"treemap", {}}), HasSubstr("treemap is not drawn"));
  EXPECT_THAT(refused(by_action(), {"scatterchart", {{"kind", "map"}}}), HasSubstr("kind=map is not drawn"));
  EXPECT_THAT(refused(by_action(), {"barchart", {{"xcolumn", "Nobody"}}}), HasSubstr("'Nobody'"));
  EXPECT_THAT(refused({{{"a", ColumnKind::kText}}, {}}, {"barchart", {}}),
              HasSubstr("needs a column of numbers"));
  EXPECT_THAT(refused({{}, {}}, {"timechart", {}}), HasSubstr("no columns"));
}

TEST(Plot, AddsUpBarsOfOnePlaceAndDrawsAtMostSoManySeries) {
  Table table = by_action();
  table.rows.push_back({text("ClickBlocked"), number(5)});
  EXPECT_EQ(plot(table, {"columnchart", {}})->series[0].points[1].y, 35);
  Table many{{{"x", ColumnKind::kNumber}, {"name", ColumnKind::kText}, {"y", ColumnKind::kNumber}}, {}};
  for (int i = 0; i < 100; ++i) many.rows.push_back({number(1), text("s" + std::to_string(i)), number(i)});
  const auto chart = plot(many, {"linechart", {}});
  EXPECT_EQ(chart->series.size(), kMaxSeries);
  EXPECT_EQ(chart->notes, std::vector<std::string>{"the first 24 of 100 series are drawn"});
}

std::vector<std::string> labels(const Scale& scale) {
  std::vector<std::string> out;
  for (const Tick& tick : scale.ticks) out.push_back(tick.label);
  return out;
}

TEST(Scale, StepsAreRound) {
  EXPECT_EQ(labels(number_scale(0, 97, 5)), (std::vector<std::string>{"0", "20", "40", "60", "80", "100"}));
  EXPECT_EQ(labels(number_scale(-3, 12, 3)), (std::vector<std::string>{"-5", "0", "5", "10", "15"}));
  EXPECT_EQ(labels(number_scale(5, 5, 3)).size(), number_scale(5, 5, 3).ticks.size());
  EXPECT_GT(number_scale(5, 5, 3).high, number_scale(5, 5, 3).low);
  EXPECT_EQ(labels(time_scale(kMonday, kMonday + 3 * kDay, 4)),
            (std::vector<std::string>{"11-24", "11-25", "11-26", "11-27"}));
  EXPECT_EQ(labels(time_scale(kMonday, kMonday + 3600, 4)),
            (std::vector<std::string>{"00:00", "00:15", "00:30", "00:45", "01:00"}));
  EXPECT_EQ(labels(time_scale(kMonday, kMonday + 400 * kDay, 5)).front(), "2026-01");
}

TEST(Scale, NumbersAreShort) {
  const std::pair<double, const char*> cases[] = {{0, "0"},         {1500, "1,500"}, {-1234567, "-1.235M"},
                                                  {0.004, "0.004"}, {1e18, "1e+18"}, {999999, "999,999"},
                                                  {2.5e9, "2.5G"}};
  for (const auto& [value, label] : cases) EXPECT_EQ(number_label(value), label);
  EXPECT_EQ(clipped("a\x1b[2Jb", 10), "a [2Jb");
  EXPECT_EQ(clipped("日本語テキスト", 7), "日本語…");
  EXPECT_EQ(text_columns("é日"), 3U);
}

TEST(Svg, HoldsTheDataEscaped) {
  Table table = by_action();
  table.rows.push_back({text("<script>&\""), number(4)});
  const std::string svg = to_svg(*plot(table, {"barchart", {{"title", "a < b"}}}));
  EXPECT_THAT(svg, HasSubstr("&lt;script&gt;&amp;&quot;"));
  EXPECT_THAT(svg, Not(HasSubstr("<script>")));
  EXPECT_THAT(svg, HasSubstr("a &lt; b"));
  EXPECT_THAT(svg, HasSubstr("<title>Count, ClickAllowed: 120</title>"));
  EXPECT_TRUE(svg.ends_with("</svg>\n"));
}

// Whatever the rows, something is drawn: none, one, nulls alone, values below zero, ends that cross.
TEST(Charts, AreDrawnOfAnyRows) {
  std::vector<Table> tables = {
      by_action(), by_day(), {by_day().columns, {}}, {by_day().columns, {by_day().rows[0]}}};
  tables.push_back({by_action().columns, {{text("a"), none()}, {text("b"), none()}}});
  tables.push_back(
      {by_action().columns, {{text("a"), number(-5)}, {text("b"), number(3)}, {text("c"), number(0)}}});
  Table wide{by_action().columns, {}};
  for (int i = 0; i < 500; ++i)
    wide.rows.push_back({text(std::string(200, 'x') + std::to_string(i)), number(i)});
  tables.push_back(wide);
  for (const Table& table : tables) {
    for (const char* kind : {"barchart", "columnchart", "linechart", "timechart", "anomalychart", "areachart",
                             "stackedareachart", "scatterchart", "piechart", "card"}) {
      for (const char* stacking : {"default", "stacked", "stacked100"}) {
        for (const char* end : {"", "1000", "-1000"}) {
          const auto chart =
              plot(table, {kind, {{"kind", stacking}, {"ymin", end}, {"title", std::string(300, 't')}}});
          ASSERT_TRUE(chart) << chart.error().message();
          EXPECT_THAT(to_svg(*chart), Not(HasSubstr("nan")));
          for (const size_t columns : {1U, 80U, 200U}) {
            for (const bool colored : {true, false})
              EXPECT_TRUE(
                  to_text(*chart, {.columns = columns, .lines = 12, .colored = colored}).ends_with("\n"));
          }
        }
      }
    }
  }
}

TEST(Terminal, DrawsBarsAndTheirValues) {
  const std::string drawn = to_text(*plot(by_action(), {"barchart", {}}), {.columns = 50, .colored = false});
  EXPECT_EQ(drawn,
            "ClickAllowed █████████████████████████ 120\n"
            "ClickBlocked ██████▎ 30\n");
}

TEST(Terminal, HasColoursOnlyWhereTheyAreWanted) {
  const auto chart = plot(by_day(), {"timechart", {}});
  EXPECT_THAT(to_text(*chart, {.colored = true}), HasSubstr("\x1b[38;5;33m"));
  const std::string plain = to_text(*chart, {.colored = false});
  EXPECT_THAT(plain, Not(HasSubstr("\x1b")));
  EXPECT_THAT(plain, HasSubstr("+")) << "the second series has a sign of its own";
}

}  // namespace
}  // namespace linkgate::chart
