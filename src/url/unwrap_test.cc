#include "url/unwrap.h"

#include <gtest/gtest.h>

#include "base/ascii.h"
#include "url/percent.h"
#include "url/test_data.h"

namespace linkgate::url {
namespace {

TEST(Unwrap, EveryVectorOfEveryVendor) {
  READ_TEST_DATA_OR_SKIP(table, "safelinks/unwrap_vectors.tsv");
  int rows = 0;
  for (const auto line : ascii::split(table, '\n')) {
    if (line.empty() || line[0] == '#') continue;
    const auto fields = ascii::split(line, '\t');
    ASSERT_GE(fields.size(), 3u) << line;
    ++rows;
    const auto unwrapped = unwrap(fields[1]);
    ASSERT_EQ(unwrapped.wrappers.size(), 1u) << line;
    EXPECT_TRUE(fields[0].starts_with(unwrapped.wrappers[0])) << line << " by " << unwrapped.wrappers[0];
    constexpr std::string_view kOpaque = "(not decodable offline; domain hint ";
    if (fields[2].starts_with(kOpaque)) {
      EXPECT_TRUE(unwrapped.opaque);
      EXPECT_EQ(unwrapped.url, fields[1]);
      EXPECT_EQ(unwrapped.domain_hint,
                fields[2].substr(kOpaque.size(), fields[2].size() - kOpaque.size() - 1));
    } else {
      EXPECT_EQ(unwrapped.url, fields[2]) << line;
      EXPECT_FALSE(unwrapped.opaque);
    }
  }
  EXPECT_GE(rows, 25);
}

TEST(Unwrap, EveryVectorOfProofpoint) {
  READ_TEST_DATA_OR_SKIP(table, "safelinks/proofpoint_vectors.tsv");
  int rows = 0;
  for (const auto line : ascii::split(table, '\n')) {
    if (line.empty() || line[0] == '#') continue;
    const auto fields = ascii::split(line, '\t');
    ASSERT_GE(fields.size(), 4u) << line;
    ++rows;
    const auto unwrapped = unwrap(fields[2]);
    if (fields[3].empty() || fields[3] == fields[2]) {
      // Nothing is inside: the link stays what it is, and says that it could not be read.
      EXPECT_EQ(unwrapped.url, fields[2]);
      EXPECT_TRUE(unwrapped.opaque) << line;
      continue;
    }
    const bool decode = fields[1] == "1" || fields[0] == "v2";
    EXPECT_EQ(decode ? percent_decode(unwrapped.url) : unwrapped.url,
              decode && fields[0] == "v2" ? percent_decode(fields[3]) : std::string(fields[3]))
        << line;
  }
  EXPECT_GE(rows, 29);
}

}  // namespace
}  // namespace linkgate::url
