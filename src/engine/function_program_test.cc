// linkgate_call() in the engine itself: answers, malformed calls, and what a query sees when the program
// dies.
#include "engine/function_program.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "engine/database.h"

namespace linkgate::engine {
namespace {

class FunctionProgram : public testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/linkgate-functions-XXXXXX";
    root_ = mkdtemp(name);
    before_ = std::filesystem::current_path();
    ASSERT_FALSE(function_program_folder().empty()) << "linkgate-functions is not built";
    auto database = Database::open({.data = root_ + "/data",
                                    .backups = root_ + "/backups",
                                    .config_file = root_ + "/engine.xml",
                                    .function_file = root_ + "/functions.xml",
                                    .function_folder = function_program_folder(),
                                    .geoip_file = root_ + "/none.mmdb"});
    ASSERT_TRUE(database) << database.error().message();
    database_ = *std::move(database);
  }
  void TearDown() override {
    database_.reset();
    std::filesystem::current_path(before_);
    std::filesystem::remove_all(root_);
  }
  std::string ask(const std::string& sql) {
    const auto session = database_->connect();
    if (!session) return session.error().message();
    const auto answer = (*session)->query(sql);
    return answer ? answer->body : answer.error().message();
  }
  // Ends the programs that the engine has started; how many.
  static int kill_programs() {
    int killed = 0;
    for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
      std::ifstream children(task.path() / "children");
      for (pid_t pid = 0; children >> pid; ++killed) ::kill(pid, SIGKILL);
    }
    return killed;
  }

  std::string root_;
  std::filesystem::path before_;
  std::unique_ptr<Database> database_;
};

TEST_F(FunctionProgram, AnswersEveryRowInItsOrder) {
  EXPECT_EQ(ask("SELECT linkgate_call('punycode_from_string', [toNullable(concat('ü', toString(number)))]) "
                "FROM numbers(3)"),
            "0-dha\n1-dha\n2-dha\n");
  EXPECT_EQ(
      ask("SELECT countIf(linkgate_call('punycode_to_string', [toNullable(concat(toString(number % 10), "
          "'-dha'))]) "
          "!= concat('ü', toString(number % 10))) FROM numbers_mt(300000)"),
      "0\n");
  EXPECT_EQ(
      ask("SELECT linkgate_call('punycode_to_string', [NULL]), linkgate_call('nothing', [toNullable('x')])"),
      "\\N\t\\N\n");
}

TEST_F(FunctionProgram, IsStartedAgainAfterItDied) {
  const std::string call = "SELECT linkgate_call('punycode_from_string', [toNullable('ü')])";
  EXPECT_EQ(ask(call), "tda\n");
  EXPECT_GE(kill_programs(), 1);
  EXPECT_EQ(exception_code(ask(call)), 754);
  EXPECT_EQ(ask(call), "tda\n");
}

TEST_F(FunctionProgram, AnswersAlsoWithoutItsDatabaseOfPlaces) {
  EXPECT_EQ(ask("SELECT linkgate_call('geo_info_from_ip_address', [toNullable('192.0.2.1')])"), "\\N\n");
}

TEST_F(FunctionProgram, EndsOverACallThatIsNone) {
  const std::string answer = ask("SELECT linkgate_call('x', arrayMap(i -> toNullable('a'), range(17)))");
  EXPECT_EQ(exception_code(answer), 754);
  EXPECT_NE(answer.find("linkgate-functions: this is no call of a function"), answer.npos) << answer;
  EXPECT_EQ(ask("SELECT linkgate_call('punycode_from_string', [toNullable('ü')])"), "tda\n");
}

TEST(FunctionDefinition, IsTheSameForAServer) {
  std::ifstream file(LINKGATE_SOURCE_DIR "/packaging/clickhouse/linkgate_function.xml");
  std::ostringstream text;
  text << file.rdbuf();
  EXPECT_EQ(text.str(), function_definition(16));
}

TEST(FunctionDefinition, NamesTheDatabaseOfPlaces) {
  EXPECT_NE(function_definition(1, "/a&b.mmdb").find("<command>linkgate-functions /a&amp;b.mmdb</command>"),
            std::string::npos);
}

}  // namespace
}  // namespace linkgate::engine
