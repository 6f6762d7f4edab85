#include "base/readiness.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

namespace linkgate {
namespace {

TEST(Readiness, WritesOneByteOnceAndClosesTheDescriptor) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  ::setenv("LINKGATE_READY_FD", std::to_string(ends[1]).c_str(), 1);
  announce_ready();
  announce_ready();
  char bytes[4];
  EXPECT_EQ(::read(ends[0], bytes, sizeof bytes), 1);
  EXPECT_EQ(::read(ends[0], bytes, sizeof bytes), 0) << "the writing end must be closed";
  ::close(ends[0]);
}

TEST(Readiness, WithoutASupervisorNothingHappens) {
  ::unsetenv("LINKGATE_READY_FD");
  announce_ready();
  ::setenv("LINKGATE_READY_FD", "1x", 1);
  announce_ready();
  EXPECT_EQ(::write(STDOUT_FILENO, "", 0), 0) << "stdout must still be open";
}

TEST(Readiness, ASupervisorThatIsGoneDoesNotKillTheProgram) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  ::close(ends[0]);
  ::setenv("LINKGATE_READY_FD", std::to_string(ends[1]).c_str(), 1);
  announce_ready();
}

TEST(StopSignal, ArrivesOnceSent) {
  StopSignal stop;
  EXPECT_FALSE(stop.arrived());
  ::raise(SIGTERM);
  stop.wait();
  EXPECT_TRUE(stop.arrived());
}

}  // namespace
}  // namespace linkgate
