// Results of queries as charts and files.
#include "cli/drawing.h"

#include <gmock/gmock.h>

#include "base/folder_for_test.h"
#include "cli/files.h"

namespace linkgate::cli {
namespace {

using kql::Type;
using testing::StartsWith;

// The ticks of 2026-11-21 and the day after.
constexpr const char* kRow = R"(["639308160000000000","7","36000000000"])";
constexpr const char* kNextRow = R"(["639309024000000000",null,"-36000000000"])";

TEST(Drawing, ReadsTimesNumbersAndTimespans) {
  const auto chart =
      chart_of({kRow, kNextRow}, {{"t", Type::kDateTime}, {"n", Type::kLong}, {"d", Type::kTimeSpan}},
               {"timechart", {}});
  ASSERT_TRUE(chart) << chart.error().message();
  EXPECT_EQ(chart->axis, chart::Axis::kTime);
  ASSERT_EQ(chart->series.size(), 2U);
  EXPECT_EQ(chart->series[0].points[0].x, 1795219200);
  EXPECT_EQ(chart->series[0].points[1].y, std::nullopt);
  EXPECT_EQ(chart->series[1].points[1].y, -3600) << "seconds";
}

TEST(Drawing, ArraysOfMakeSeriesAreAPointForEachElement) {
  const std::string line =
      R"(["a","[\"2026-11-21T00:00:00.0000000Z\",\"2026-11-22T00:00:00.0000000Z\"]","[1,null]"])";
  const auto chart = chart_of({line}, {{"k", Type::kString}, {"t", Type::kDynamic}, {"n", Type::kDynamic}},
                              {"timechart", {}});
  ASSERT_TRUE(chart) << chart.error().message();
  ASSERT_EQ(chart->series.size(), 1U);
  EXPECT_EQ(chart->series[0].name, "a");
  ASSERT_EQ(chart->series[0].points.size(), 2U);
  EXPECT_EQ(chart->series[0].points[1].x - chart->series[0].points[0].x, 86400);
  EXPECT_EQ(chart->series[0].points[0].y, 1);
}

class DrawingTest : public FolderTest {};

TEST_F(DrawingTest, FilesAreSvgOrPng) {
  const auto chart = chart_of({R"(["a","7"])"}, {{"k", Type::kString}, {"n", Type::kLong}}, {"barchart", {}});
  ASSERT_TRUE(chart);
  ASSERT_TRUE(write_chart(*chart, folder_ + "/a.svg"));
  EXPECT_THAT(*read_file(folder_ + "/a.svg"), StartsWith("<svg "));
  const auto png = write_chart(*chart, folder_ + "/a.png");
  if (png)
    EXPECT_THAT(*read_file(folder_ + "/a.png"), StartsWith("\x89PNG"));
  else
    EXPECT_THAT(png.error().message(), testing::HasSubstr("librsvg2-bin"));
  EXPECT_EQ(write_chart(*chart, folder_ + "/a.gif").error().code(), ErrorCode::kInvalidArgument);
}

}  // namespace
}  // namespace linkgate::cli
