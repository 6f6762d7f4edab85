#include "engine/confine.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

#include "base/file_system.h"

namespace linkgate::engine {
namespace {

// In a child, since it is for good. Its exit status is the number of the first claim that fails.
int claims_of_a_confined_process(const std::string& own) {
  if (!confine_files({own}, {"/usr/lib"})) return 77;
  if (open("/etc/passwd", O_RDONLY) >= 0) return 1;
  if (open("/tmp/linkgate-confine-other", O_WRONLY | O_CREAT, 0600) >= 0) return 2;
  FileSystem& files = real_file_system();
  if (!files.make_directories(own + "/a") || !files.make_directories(own + "/b")) return 3;
  if (!files.create(own + "/a/x") || !files.rename(own + "/a/x", own + "/b/x")) return 4;
  if (!files.read(own + "/b/x") || !files.remove(own + "/b/x")) return 5;
  if (!files.list("/usr/lib")) return 6;
  if (files.create("/usr/lib/linkgate-confine")) return 7;
  return 0;
}

TEST(Confine, AConfinedProcessSeesItsOwnFoldersAndNoOthers) {
  char name[] = "/tmp/linkgate-confine-XXXXXX";
  const std::string own = mkdtemp(name);
  const pid_t child = fork();
  if (child == 0) _exit(claims_of_a_confined_process(own));
  int status = 0;
  waitpid(child, &status, 0);
  std::filesystem::remove_all(own);
  ASSERT_TRUE(WIFEXITED(status));
  if (WEXITSTATUS(status) == 77) GTEST_SKIP() << "this kernel has no Landlock";
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

}  // namespace
}  // namespace linkgate::engine
