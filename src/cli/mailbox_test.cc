// linkgate unwrap-mailbox: the way out.
#include <gmock/gmock.h>

#include "cli/run_for_test.h"

namespace linkgate::cli {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class Mailbox : public RunTest {
 protected:
  void make_keys() { ASSERT_EQ(run({"keys", "rotate"}).code, 0); }
};

constexpr char kMail[] =
    "From: a@ext.test\nTo: ada@x.test\nSubject: s\n\nsee https://example.com/x and https://example.org/y\n";

TEST_F(Mailbox, AFolderThatIsNoMaildirIsNotOneWithoutMessages) {
  std::filesystem::create_directory(folder_ + "/mails");
  std::ofstream(folder_ + "/mails/a.eml") << kMail;
  const Outcome refused = run({"unwrap-mailbox", folder_ + "/mails"});
  EXPECT_EQ(refused.code, 2);
  EXPECT_THAT(refused.err, HasSubstr("is neither a Maildir nor an mbox file"));
}

TEST_F(Mailbox, AMailboxGetsItsLinksBack) {
  make_keys();
  const std::string sealed = run({"rewrite", "--recipient", "ada@x.test"}, kMail).out;
  for (const char* part : {"/m/cur", "/m/new", "/m/tmp", "/m/.Sub/cur"})
    std::filesystem::create_directories(folder_ + part);
  const std::string one = folder_ + "/m/cur/1:2,S", two = folder_ + "/m/.Sub/cur/2:2,",
                    plain = folder_ + "/m/new/3";
  std::ofstream(one) << sealed;
  std::ofstream(two) << sealed;
  std::ofstream(plain) << kMail;
  std::ofstream(folder_ + "/m/tmp/4") << sealed;
  std::ofstream(folder_ + "/m/dovecot.index") << sealed;

  EXPECT_THAT(run({"unwrap-mailbox", "--dry-run", folder_ + "/m"}).out,
              StartsWith("3 messages: 4 links would be restored in 2"));
  EXPECT_EQ(slurp(one), sealed) << "a dry run changes nothing";
  const Outcome done = run({"unwrap-mailbox", folder_ + "/m"});
  ASSERT_EQ(done.code, 0) << done.err;
  EXPECT_EQ(slurp(one), kMail);
  EXPECT_EQ(slurp(two), kMail);
  EXPECT_EQ(slurp(plain), kMail);
  EXPECT_EQ(slurp(folder_ + "/m/tmp/4"), sealed);
  EXPECT_EQ(slurp(folder_ + "/m/dovecot.index"), sealed);
  EXPECT_EQ(slurp(folder_ + "/m.linkgate-backup/cur/1:2,S"), sealed);
  EXPECT_THAT(run({"unwrap-mailbox", folder_ + "/m"}).out, StartsWith("3 messages: 0 links restored in 0"));
}

TEST_F(Mailbox, AnMboxFileGetsItsLinksBack) {
  make_keys();
  const std::string sealed = run({"rewrite", "--recipient", "ada@x.test"}, kMail).out;
  const std::string quoted = "From: b@ext.test\nSubject: q\n\n>From the start, https://plain.example/\n";
  const std::string file = folder_ + "/box";
  std::ofstream(file) << "From a Sat Nov 21 00:00:00 2026\n"
                      << sealed << "\nFrom b Sat Nov 21 00:00:01 2026\n"
                      << quoted << "\n";
  ASSERT_EQ(run({"unwrap-mailbox", file}).code, 0);
  EXPECT_EQ(slurp(file), std::string("From a Sat Nov 21 00:00:00 2026\n") + kMail +
                             "\nFrom b Sat Nov 21 00:00:01 2026\n" + quoted + "\n");
}

}  // namespace
}  // namespace linkgate::cli
