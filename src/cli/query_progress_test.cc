#include "cli/query_progress.h"

#include <gtest/gtest.h>

namespace linkgate::cli {
namespace {

TEST(QueryProgress, SaysWhatIsKnown) {
  const struct {
    int seconds;
    store::ReadSoFar read;
    const char* want;
  } cases[] = {
      {2, {}, "asking for 2 s"},
      {3, {0, 500}, "asking for 3 s"},
      {3, {950, 0}, "asking for 3 s, 950 rows read"},
      {3, {21'999, 1'500'000}, "asking for 3 s, 21 thousand rows read of some 1.5 million"},
      {12, {258'103'914, 3'000'000'000}, "asking for 12 s, 258 million rows read of some 3,000 million"},
      {75, {100, 90}, "asking for 75 s, 100 rows read"}};
  for (const auto& one : cases)
    EXPECT_EQ(progress_line(std::chrono::seconds(one.seconds), one.read), one.want);
}

}  // namespace
}  // namespace linkgate::cli
