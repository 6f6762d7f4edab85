// The engine itself, in this process.
#include "engine/database.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <set>
#include <sstream>

#include "engine/statement.h"

namespace linkgate::engine {
namespace {

// Table functions that make rows of nothing, or of tables that the query could name anyway.
const std::set<std::string> kInsideTableFunctions = {"SQLStandardValues",
                                                     "format",
                                                     "generateRandom",
                                                     "generateSeries",
                                                     "generate_series",
                                                     "loop",
                                                     "merge",
                                                     "null",
                                                     "numbers",
                                                     "numbers_mt",
                                                     "primes",
                                                     "values",
                                                     "view",
                                                     "viewExplain",
                                                     "viewIfPermitted",
                                                     "zeros",
                                                     "zeros_mt"};

TEST(Database, EveryTableFunctionOfTheEngineIsKnownAsInsideOrOutside) {
  char name[] = "/tmp/linkgate-engine-XXXXXX";
  const std::string root = mkdtemp(name);
  {
    const auto database = Database::open(
        {.data = root + "/data", .backups = root + "/backups", .config_file = root + "/engine.xml"});
    ASSERT_TRUE(database) << database.error().message();
    const auto session = (*database)->connect();
    ASSERT_TRUE(session);
    const auto answer = (*session)->query("SELECT name FROM system.table_functions");
    ASSERT_TRUE(answer) << answer.error().message();
    std::istringstream lines(answer->body);
    int functions = 0;
    for (std::string function; std::getline(lines, function); ++functions) {
      EXPECT_NE(is_outside_table_function(function), kInsideTableFunctions.contains(function))
          << function << " is new in this engine: decide whether it reaches outside";
    }
    EXPECT_GT(functions, 50);
    const auto refused = (*session)->query("SELECT nothing");
    ASSERT_FALSE(refused);
    EXPECT_EQ(exception_code(refused.error().message()), 47);
  }
  std::filesystem::remove_all(root);
}

TEST(Database, StringsOfSqlAreEscaped) {
  EXPECT_EQ(sql_string("a'b\\c"), "'a\\'b\\\\c'");
  EXPECT_EQ(exception_code("Code: 60. DB::Exception: x"), 60);
  EXPECT_EQ(exception_code("no number"), 0);
}

}  // namespace
}  // namespace linkgate::engine
