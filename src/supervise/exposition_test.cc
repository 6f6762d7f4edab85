#include "supervise/exposition.h"

#include <gtest/gtest.h>

namespace linkgate::supervise {
namespace {

TEST(Exposition, OneFamilyOfTwoProgramsStandsTogether) {
  const std::string gateway =
      "# HELP linkgate_mails_total Mails\n# TYPE linkgate_mails_total counter\nlinkgate_mails_total 3\n"
      "# HELP linkgate_open_fds Descriptors\n# TYPE linkgate_open_fds gauge\nlinkgate_open_fds{} 9\n";
  const std::string click =
      "# HELP linkgate_open_fds Descriptors\n# TYPE linkgate_open_fds gauge\nlinkgate_open_fds{kind=\"all\"} "
      "7\n"
      "# HELP linkgate_s Seconds\n# TYPE linkgate_s histogram\nlinkgate_s_count "
      "1\nlinkgate_s_bucket{le=\"+Inf\"} 1\n";
  EXPECT_EQ(merge_expositions({{"gateway", gateway}, {"click.0", click}}),
            "# HELP linkgate_mails_total Mails\n# TYPE linkgate_mails_total counter\n"
            "linkgate_mails_total{program=\"gateway\"} 3\n"
            "# HELP linkgate_open_fds Descriptors\n# TYPE linkgate_open_fds gauge\n"
            "linkgate_open_fds{program=\"gateway\"} 9\n"
            "linkgate_open_fds{program=\"click.0\",kind=\"all\"} 7\n"
            "# HELP linkgate_s Seconds\n# TYPE linkgate_s histogram\n"
            "linkgate_s_count{program=\"click.0\"} 1\n"
            "linkgate_s_bucket{program=\"click.0\",le=\"+Inf\"} 1\n");
}

TEST(Exposition, WhatIsNoSampleIsDropped) {
  EXPECT_EQ(merge_expositions({{"scan", "# EOF\n\n{x} 1\nbare\nlinkgate_y 2"}}),
            "linkgate_y{program=\"scan\"} 2\n");
}

}  // namespace
}  // namespace linkgate::supervise
