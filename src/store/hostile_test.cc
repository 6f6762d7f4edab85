// What a client with the right secret tries on a real linkgate-store, through its real HTTP: refused, or
// bounded, and the store is well afterwards.
#include <gtest/gtest.h>

#include <filesystem>

#include "store/client.h"
#include "store/http.h"
#include "store/store_process.h"

namespace linkgate::store {
namespace {

using namespace std::chrono_literals;

class HostileTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    if (StoreProcess::binary().empty()) return;
    process = std::make_unique<StoreProcess>();
    store = process->client();
    ASSERT_TRUE(migrate(*store));
    ASSERT_TRUE(
        store->insert("UrlClickLog", {"{\"Timestamp\":\"2026-11-21T00:00:00Z\",\"Url\":\"https://x/\"}"}));
  }
  static void TearDownTestSuite() {
    store.reset();
    process.reset();
  }
  void SetUp() override {
    if (!process)
      GTEST_SKIP() << "linkgate-store is not built: run 'npm ci' in tools/npm, or set LINKGATE_STORE_BINARY";
  }
  void TearDown() override {
    if (!process) return;
    const auto result = store->query("SELECT count() FROM UrlClickLog", {});
    ASSERT_TRUE(result) << "the store is gone: " << result.error().message();
    EXPECT_EQ(result->rows, std::vector<std::string>{"[\"1\"]"});
  }

  // What the store answers to a body, by POST with parameters.
  static Result<std::string> post(std::string_view body,
                                  std::vector<std::pair<std::string, std::string>> parameters = {}) {
    const StoreOptions options = store_options(process->config).value();
    StoreConnection connection(options.url, options.user, options.password);
    StoreRequest request{.parameters = std::move(parameters), .body = body, .timeout = 60s};
    return connection.post("/", request);
  }

  static inline std::unique_ptr<StoreProcess> process;
  static inline std::unique_ptr<StoreClient> store;
};

TEST_F(HostileTest, StatementsThatReachOutsideAreRefused) {
  const std::string out = process->config.data + "/outfile";
  const std::string cases[] = {
      "SELECT 1; DROP TABLE linkgate.UrlClickLog",
      "DROP TABLE linkgate.UrlClickLog SYNC",
      "TRUNCATE TABLE linkgate.UrlClickLog",
      "ALTER TABLE linkgate.UrlClickLog DELETE WHERE 1",
      "SELECT file('/etc/hostname')",
      "SELECT arrayMap(file, ['/etc/hostname'])",
      "SELECT * APPLY(file) FROM (SELECT '/etc/hostname' AS a)",
      "SELECT * FROM file('/etc/hostname', 'LineAsString')",
      "SELECT * FROM `/etc/hostname`",
      "SELECT * FROM '/etc/hostname'",
      "SELECT * FROM default.`/etc/hostname`",
      "SELECT * FROM url('http://127.0.0.1:1/', 'LineAsString')",
      "SELECT * FROM `http://127.0.0.1:1/x.csv`",
      "SELECT * FROM s3('http://127.0.0.1:1/bucket/key')",
      "SELECT * FROM remote('127.0.0.1:1', 'system', 'one')",
      "SELECT * FROM executable('id', 'TSV', 'a String')",
      "SELECT * FROM sqlite('" + out + "', 't')",
      "SELECT 1 INTO OUTFILE '" + out + "'",
      "INSERT INTO FUNCTION file('" + out + "', 'CSV', 'a Int64') VALUES (1)",
      "INSERT INTO linkgate.UrlClickLog SELECT * FROM linkgate.UrlClickLog",
      "INSERT INTO linkgate.UrlClickLog (Url, Step) VALUES ('a', file('/etc/hostname'))",
      "INSERT INTO linkgate.UrlClickLog FORMAT JSONEachRow {\"Url\":\"x\"}\n\n;DROP TABLE "
      "linkgate.UrlClickLog",
      "CREATE TABLE linkgate.x (a Int64) ENGINE = File(CSV)",
      "CREATE TABLE linkgate.x (a Int64) ENGINE = URL('http://127.0.0.1:1/', 'CSV')",
      "CREATE FUNCTION f AS x -> x",
      "CREATE USER x IDENTIFIED BY 'x'",
      "KILL QUERY WHERE 1",
      "SET readonly = 0",
      "SELECT 1 SETTINGS readonly = 0",
      "SYSTEM SHUTDOWN",
      "SYSTEM STOP MERGES",
      "ATTACH DATABASE x",
      "BACKUP DATABASE linkgate TO File('" + out + "')",
  };
  for (const std::string& sql : cases) {
    const auto answer = post(sql);
    EXPECT_FALSE(answer) << sql << " answered " << *answer;
  }
  EXPECT_FALSE(std::filesystem::exists(out));
  for (const char* setting : {"readonly", "allow_ddl"})
    EXPECT_FALSE(post("DROP TABLE linkgate.UrlClickLog", {{setting, "2"}}));
}

TEST_F(HostileTest, DataOfAnInsertIsNeverReadAsSql) {
  ASSERT_TRUE(
      post("CREATE TABLE IF NOT EXISTS linkgate.t (a Int64, s String) ENGINE = MergeTree ORDER BY a"));
  EXPECT_FALSE(post("1,x\n\n;DROP TABLE linkgate.t;\n\n", {{"query", "INSERT INTO linkgate.t FORMAT CSV"}}));
  ASSERT_TRUE(
      post("1,\"x\n\n;DROP TABLE linkgate.t;\n\n\"\n", {{"query", "INSERT INTO linkgate.t FORMAT CSV"}}));
  const std::string binary("\n\n;\0DROP\x05\n;'\"`", 14);
  ASSERT_TRUE(post(binary, {{"query", "INSERT INTO linkgate.t FORMAT RowBinary"}}));
  EXPECT_EQ(post("SELECT count(), sum(length(s)) FROM linkgate.t").value(), "2\t33\n");
  ASSERT_TRUE(post("DROP TABLE linkgate.t"));
}

TEST_F(HostileTest, QueriesWithoutEndAreEnded) {
  const std::pair<const char*, const char*> cases[] = {
      {"SELECT sum(number) FROM system.numbers", "1"},
      {"SELECT sleepEachRow(0.1) FROM numbers(100000) FORMAT Null", "1"},
      {"SELECT count() FROM numbers(10000000) AS a, numbers(10000000) AS b", "1"},
      {"WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r) SELECT max(n) FROM r", "1"},
  };
  for (const auto& [sql, seconds] : cases) {
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_FALSE(post(sql, {{"max_execution_time", seconds}})) << sql;
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 30s) << sql;
  }
}

TEST_F(HostileTest, MemoryBombsAreBounded) {
  const char* cases[] = {
      "SELECT groupArray(number) FROM numbers(2000000000)",
      "SELECT repeat('x', 1000000000) || repeat('y', 1000000000)",
      "SELECT arrayMap(x -> range(1000000), range(100000))",
      "SELECT uniqExact(number, rand64()) FROM numbers(1000000000)",
      "SELECT number FROM numbers(1000000000) ORDER BY rand64() FORMAT JSONEachRow",
  };
  for (const char* sql : cases) EXPECT_FALSE(post(sql, {{"max_execution_time", "3"}})) << sql;
}

TEST_F(HostileTest, DeepAndLongTextsAreRefusedOrAnswered) {
  const std::string deep = "SELECT " + std::string(200'000, '(') + "1" + std::string(200'000, ')');
  EXPECT_FALSE(post(deep));
  std::string unions = "SELECT 1";
  for (int i = 0; i < 20'000; ++i) unions += " UNION ALL SELECT 1";
  (void)post(unions, {{"max_execution_time", "10"}});  // whichever; the store lives
  EXPECT_FALSE(post(std::string("SELECT 1\0; SELECT 2", 19)));
  EXPECT_FALSE(post("SELECT 1", {{"query_id", std::string(1000, 'x')}}));
}

}  // namespace
}  // namespace linkgate::store
