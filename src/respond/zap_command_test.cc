// `linkgate zap` and `linkgate quarantine`, as an administrator gives them.
#include <stdio.h>

#include <algorithm>

#include "respond/zap_world_for_test.h"

namespace linkgate::respond {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

constexpr char kBad[] = "https://bad.example/login";

class ZapCommand : public ZapWorld {
 protected:
  void SetUp() override {
    program_ = std::filesystem::read_symlink("/proc/self/exe").parent_path() / "linkgate";
    if (!std::filesystem::exists(program_)) GTEST_SKIP() << "NOT run: linkgate is not built";
    if (!start(2)) GTEST_SKIP() << "NOT run: " << why_;
    std::ofstream(config_.data + "/respond.toml")
        << "[events]\nurl = \"" << store::store_options(config_)->url << "\"\npassword_file = \""
        << DataPaths(config_.data).store_secret() << "\"\n[mailboxes]\nimap = \"" << dovecot_->endpoint()
        << "\"\nmaster_user = \"zap\"\npassword_file = \"" << config_.mailboxes.password_file << "\"\n";
    deliver({.id = 1, .recipient = address(0), .url = kBad});
    deliver({.id = 2, .recipient = address(1), .url = "https://fine.example/"});
    settle_mail();
  }
  // Both outputs and, behind them, "exit N".
  std::string run(const std::string& arguments) {
    const std::string line = program_.string() + " --config " + config_.data + "/respond.toml --data " +
                             config_.data + " " + arguments + " 2>&1; echo exit $?";
    FILE* pipe = ::popen(line.c_str(), "r");  // NOLINT: our own words
    std::string out;
    char block[4096];
    for (size_t size; (size = ::fread(block, 1, sizeof block, pipe)) > 0;) out.append(block, size);
    ::pclose(pipe);
    return out;
  }
  std::filesystem::path program_;
};

TEST_F(ZapCommand, SaysWhatItWouldDoDoesItAndTakesItBack) {
  const std::string dry = run("zap --url " + std::string(kBad) + " --dry-run --format csv");
  EXPECT_THAT(dry, HasSubstr(uuid(1) + "," + address(0) + "," + address(0) + ",quarantine"));
  EXPECT_THAT(dry, HasSubstr("exit 0"));
  EXPECT_THAT(jobs_->jobs({}).value(), IsEmpty()) << "a dry run asks for nothing";
  EXPECT_THAT(run("zap --url https://nowhere.example/"), HasSubstr("exit 1"));
  EXPECT_THAT(run("zap --url " + std::string(kBad)), HasSubstr("1 are taken back"));
  work();
  EXPECT_THAT(lying(address(0)), IsEmpty());
  EXPECT_THAT(run("zap --list --format json"), HasSubstr("\"state\":\"done\""));
  const std::string id = std::to_string(jobs_->jobs({}).value()[0].id);
  EXPECT_THAT(run("zap --undo " + id), HasSubstr("1 of 1 are put back"));
  work();
  EXPECT_THAT(lying(address(0)), ElementsAre("INBOX 1"));
  EXPECT_THAT(run("zap --undo " + id), HasSubstr("exit 1"));
}

TEST_F(ZapCommand, AQueryChoosesMessages) {
  const std::string query =
      "'EmailEvents | where Subject == \"Message 2\" | project NetworkMessageId, RecipientEmailAddress'";
  EXPECT_THAT(run("zap --action junk --kql " + query), HasSubstr("1 are taken back"));
  work();
  EXPECT_THAT(lying(address(1)), ElementsAre(".Junk 2"));
  EXPECT_THAT(lying(address(0)), ElementsAre("INBOX 1"));
  EXPECT_THAT(run("zap --kql 'EmailEvents | project Subject'"), HasSubstr("NetworkMessageId"));
  EXPECT_THAT(run("zap --kql 'EmailEvents | wher x'"), HasSubstr("exit 2"));
  EXPECT_THAT(run("zap --list --url x"), HasSubstr("exit 2"));
}

TEST_F(ZapCommand, QuarantineIsListedShownReleasedAndDeleted) {
  run("zap --url " + std::string(kBad));
  work();
  const auto held = quarantine_->list({}).value();
  ASSERT_THAT(held, SizeIs(1));
  EXPECT_THAT(run("quarantine list"), HasSubstr("Message 1"));
  const std::string shown = run("quarantine show " + held[0].id);
  EXPECT_THAT(shown, HasSubstr("hxxps://bad[.]example/login"));
  EXPECT_THAT(shown, Not(HasSubstr(kBad)));
  EXPECT_THAT(run("quarantine show --raw " + held[0].id), HasSubstr("X-Linkgate-Id: " + uuid(1)));
  EXPECT_THAT(run("quarantine release " + held[0].id), HasSubstr("exit 0"));
  work();
  EXPECT_THAT(lying(address(0)), ElementsAre("INBOX 1"));
  EXPECT_THAT(run("quarantine delete " + held[0].id), HasSubstr("exit 1")) << "it is back";
  EXPECT_THAT(run("quarantine show nothing"), HasSubstr("exit 1"));
}

}  // namespace
}  // namespace linkgate::respond
