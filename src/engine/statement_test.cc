#include "engine/statement.h"

#include <gtest/gtest.h>

#include "engine/query_request.h"
#include "engine/query_settings.h"
#include "engine/sql_scanner.h"
#include "net/gzip.h"

namespace linkgate::engine {
namespace {

struct Accepted {
  std::string_view sql;
  StatementKind kind;
  std::string_view sent = "";  // to the engine; empty: the text as it is
  std::string_view format = "";
  std::string_view data = "";
};

constexpr auto kRead = StatementKind::kRead;
constexpr auto kInsert = StatementKind::kInsert;
constexpr auto kDefinition = StatementKind::kDefinition;

TEST(Statement, TakesWhatWeAndTheOfficialClientsSay) {
  const Accepted cases[] = {
      {"SELECT 1", kRead},
      {"select 1 -- a; comment", kRead},
      {"SELECT ';' /* ; */ AS `a;b`;", kRead, "SELECT ';' /* ; */ AS `a;b`"},
      {"(SELECT 1) UNION ALL (SELECT 2)", kRead},
      {"WITH 1 AS x SELECT x FORMAT JSON", kRead, "", "JSON"},
      {"SELECT format('{}', 1) FORMAT CSV SETTINGS max_threads = 1", kRead, "", "CSV"},
      {"SELECT a.file AS file FROM t AS a", kRead},
      {"SELECT 'file(' AS x, \"url\" FROM t", kRead},
      {"SELECT {a:String}, {b:Array(Int64)}", kRead},
      {"SHOW TABLES", kRead},
      {"DESCRIBE TABLE linkgate.UrlClickEvents", kRead},
      {"EXPLAIN SELECT 1", kRead},
      {"INSERT INTO t FORMAT JSONEachRow {\"a\":1}\n\n;DROP TABLE t", kInsert, "INSERT INTO t", "JSONEachRow",
       "{\"a\":1}\n\n;DROP TABLE t"},
      {"insert into `db`.`t` (a, `b`) format RowBinary\n\n\x01", kInsert, "INSERT INTO `db`.`t` (a, `b`)",
       "RowBinary", "\n\x01"},
      {"INSERT INTO TABLE db.t VALUES (1, 'x');", kInsert, "INSERT INTO db.t", "Values", "(1, 'x');"},
      {"CREATE DATABASE IF NOT EXISTS `linkgate`", kDefinition},
      {"CREATE TABLE x.t (a Int64 DEFAULT 7, b DateTime64(7, 'UTC'), INDEX i a TYPE bloom_filter(0.01)) "
       "ENGINE = ReplacingMergeTree(a) PARTITION BY toDate(b) ORDER BY (b, a) TTL toDate(b) + INTERVAL 3 DAY",
       kDefinition},
      {"ALTER TABLE x.t ADD COLUMN IF NOT EXISTS c String DEFAULT 'null'", kDefinition},
      {"ALTER TABLE t MODIFY TTL toDate(b) + INTERVAL 3 DAY", kDefinition},
      {"DROP TABLE IF EXISTS x.t", kDefinition},
      {"OPTIMIZE TABLE x.t FINAL", kDefinition},
      {"BACKUP DATABASE `x` TO File('2026-11-21')", kDefinition},
      {"RESTORE TABLE x.t FROM File('a_b.c')", kDefinition},
  };
  for (const Accepted& c : cases) {
    const auto statement = classify_statement(c.sql, false);
    ASSERT_TRUE(statement) << c.sql << ": " << statement.error().message();
    EXPECT_EQ(statement->kind, c.kind) << c.sql;
    EXPECT_EQ(statement->sql, c.sent.empty() ? c.sql : c.sent);
    EXPECT_EQ(statement->format, c.format) << c.sql;
    EXPECT_EQ(statement->data, c.data) << c.sql;
    EXPECT_EQ(classify_statement(c.sql, true).has_value(), c.kind == kRead) << "read-only: " << c.sql;
  }
}

TEST(Statement, RefusesEverythingElse) {
  const std::string_view cases[] = {
      "",
      ";",
      "-- nothing",
      "SELECT 1; SELECT 2",
      "SELECT 1;; SELECT 2",
      "SELECT 1 /* ; */ ; -- ;\nDROP TABLE t",
      "SELECT 1 PARALLEL WITH DROP TABLE t",
      "SELECT 1 INTO OUTFILE '/tmp/x'",
      "SELECT 1 INTO/**/outfile '/tmp/x' FORMAT CSV",
      "SELECT file('/etc/passwd')",
      "SELECT FILE ('/etc/passwd')",
      "SELECT `file`('/etc/passwd')",
      "SELECT \"f\\x69le\"('/etc/passwd')",
      "SELECT file/* */('/etc/passwd')",
      "SELECT arrayMap(file, ['/etc/passwd'])",
      "SELECT * APPLY(file) FROM (SELECT '/etc/passwd')",
      "SELECT * APPLY file FROM (SELECT '/etc/passwd')",
      "WITH file AS f SELECT f('/etc/passwd')",
      "SELECT a.file('/etc/passwd')",
      "SELECT arrayMap({f:Identifier}, ['/etc/passwd'])",
      "SELECT * FROM file('/etc/passwd', 'LineAsString')",
      "SELECT * FROM url('http://127.0.0.1/', 'LineAsString')",
      "SELECT * FROM s3('http://127.0.0.1/b/k')",
      "SELECT * FROM remote('127.0.0.1', system.one)",
      "SELECT * FROM mysql('127.0.0.1:1', 'a', 'b', 'c', 'd')",
      "SELECT * FROM executable('ls', 'TSV', 'a String')",
      "SELECT * FROM sqlite('/tmp/x', 't')",
      "SELECT catboostEvaluate('/etc/passwd', 1)",
      "SELECT aiGenerate('hello')",
      "SELECT $$a$$; DROP TABLE t; --$$",
      "SELECT $a$; DROP TABLE t",
      "SELECT 1 # comment\n; DROP TABLE t",
      "SELECT \xE2\x80\x98; DROP TABLE t; --\xE2\x80\x99",  // typographic quotes
      "SELECT 'a\\'; DROP TABLE t; --",                     // the quote is escaped: nothing closes it
      "SELECT 1 /* not closed",
      "SELECT 1 // 2",
      "SELECT \xC2\xA0 1",
      "KILL QUERY WHERE 1",
      "SYSTEM SHUTDOWN",
      "SET readonly = 0",
      "USE system",
      "GRANT ALL ON *.* TO x",
      "CREATE USER x",
      "CREATE FUNCTION f AS x -> x",
      "CREATE NAMED COLLECTION c AS a = 1",
      "CREATE DICTIONARY d (a Int64) PRIMARY KEY a SOURCE(HTTP(url 'http://127.0.0.1/')) LAYOUT(FLAT())",
      "CREATE VIEW v AS SELECT 1",
      "CREATE MATERIALIZED VIEW v ENGINE = MergeTree ORDER BY a AS SELECT 1 AS a",
      "CREATE TABLE t (a Int64) ENGINE = URL('http://127.0.0.1/', 'CSV')",
      "CREATE TABLE t (a Int64) ENGINE = File(CSV, '/tmp/x')",
      "CREATE TABLE t (a Int64) ENGINE = Executable('x', 'CSV')",
      "CREATE TABLE t (a Int64) ENGINE = Null",
      "CREATE TABLE t ENGINE = MergeTree ORDER BY a AS SELECT 1 AS a",
      "CREATE TABLE t AS file('/etc/passwd')",
      "CREATE TABLE t (a String DEFAULT file('/etc/passwd')) ENGINE = MergeTree ORDER BY a",
      "CREATE TABLE t (a String DEFAULT upper('x')) ENGINE = MergeTree ORDER BY a",
      "CREATE DATABASE d ENGINE = MySQL('127.0.0.1:1', 'd', 'u', 'p')",
      "CREATE DATABASE d ENGINE = Filesystem('/')",
      "ALTER TABLE t FREEZE",
      "ALTER TABLE t DELETE WHERE 1",
      "ALTER TABLE t UPDATE a = file('/etc/passwd') WHERE 1",
      "ALTER TABLE t FETCH PARTITION 'x' FROM '/'",
      "ALTER TABLE t ADD COLUMN a String DEFAULT file('/etc/passwd')",
      "ALTER TABLE t ADD COLUMN a String, FREEZE",
      "DROP TABLE t SYNC",
      "DROP USER x",
      "TRUNCATE TABLE t",
      "RENAME TABLE a TO b",
      "ATTACH TABLE t FROM '/tmp'",
      "DETACH TABLE t",
      "BACKUP DATABASE x TO Disk('d', 'x')",
      "BACKUP DATABASE x TO File('/tmp/x')",
      "BACKUP DATABASE x TO File('..')",
      "BACKUP ALL TO File('x')",
      "BACKUP DATABASE x TO S3('http://127.0.0.1/', 'a', 'b')",
      "RESTORE DATABASE x FROM File('x'), DATABASE y",
      "INSERT INTO t SELECT 1",
      "INSERT INTO t (a) SELECT file('/etc/passwd')",
      "INSERT INTO FUNCTION file('/tmp/x', 'CSV', 'a Int64') VALUES (1)",
      "INSERT INTO TABLE FUNCTION url('http://127.0.0.1/') VALUES (1)",
      "INSERT INTO t FROM INFILE '/etc/passwd' FORMAT CSV",
      "INSERT INTO t SETTINGS async_insert = 1 FORMAT CSV 1",
      "INSERT INTO t (* EXCEPT (a)) VALUES (1)",
      "INSERT INTO `/tmp/x.csv` FORMAT CSV\n1",
      "INSERT INTO t",
      "EXISTS TABLE t; DROP TABLE t",
      "DESCRIBE TABLE file('/etc/passwd')",
      "EXPLAIN SELECT * FROM url('http://127.0.0.1/')",
  };
  for (const std::string_view sql : cases) {
    EXPECT_FALSE(classify_statement(sql, false)) << sql;
    EXPECT_FALSE(classify_statement(sql, true)) << sql;
  }
  EXPECT_FALSE(classify_statement(std::string_view("SELECT 1\0; DROP TABLE t", 23), false));
}

TEST(Settings, ClientsLowerLimitsAndNeverRaiseThem) {
  const QueryLimits limits{
      .default_seconds = 60, .max_seconds = 600, .max_memory_bytes = 1000, .max_result_bytes = 500};
  const auto statement = [&](std::initializer_list<std::pair<std::string_view, std::string_view>> given) {
    QueryRequest request{.query_id = "id'", .seconds = limits.default_seconds};
    for (const auto& [name, value] : given) EXPECT_TRUE(take_setting(name, value, limits, request)) << name;
    return settings_statement(request, limits);
  };
  EXPECT_NE(statement({}).find("log_comment = 'id\\'', max_execution_time = 60"), std::string::npos)
      << statement({});
  EXPECT_TRUE(statement({}).ends_with("readonly = 1"));
  EXPECT_NE(statement({{"max_execution_time", "5"}}).find("max_execution_time = 5,"), std::string::npos);
  EXPECT_NE(statement({{"max_execution_time", "0"}}).find("max_execution_time = 600,"), std::string::npos);
  EXPECT_NE(statement({{"max_execution_time", "9999"}}).find("max_execution_time = 600,"), std::string::npos);
  EXPECT_NE(statement({{"max_memory_usage", "0"}}).find("max_memory_usage = '1000'"), std::string::npos);
  EXPECT_NE(statement({{"max_memory_usage", "10"}}).find("max_memory_usage = '10'"), std::string::npos);
  EXPECT_EQ(statement({{"max_memory_usage", "5000"}}).find("5000"), std::string::npos);
  EXPECT_EQ(statement({{"async_insert", "1"}, {"log_comment", "x"}}), statement({})) << "of no effect";
  QueryRequest request;
  for (const char* refused :
       {"allow_introspection_functions", "format_schema_path", "user_files_path", "role", "session_id",
        "input_format_values_interpret_expressions", "a=1, readonly", ""}) {
    EXPECT_FALSE(take_setting(refused, "1", limits, request)) << refused;
  }
  EXPECT_FALSE(take_setting("max_execution_time", "soon", limits, request));
}

net::HttpRequest http(std::string method, std::string target, net::Headers headers = {},
                      std::string body = "") {
  return {.method = std::move(method),
          .target = std::move(target),
          .headers = std::move(headers),
          .body = std::move(body)};
}

TEST(QueryRequest, ReadsUrlBodyAndHeadersAsClickHouseDoes) {
  auto insert = http("POST", "/?query=INSERT+INTO+t+FORMAT%20CSV&database=d&param_x=a%26b", {}, "1\n\n;2");
  const auto request = read_query_request(insert, {});
  ASSERT_TRUE(request) << request.error().message();
  EXPECT_EQ(request->statement.sql, "INSERT INTO t");
  EXPECT_EQ(request->data, "1\n\n;2");
  EXPECT_EQ(request->database, "d");
  EXPECT_EQ(request->parameters, (Parameters{{"x", "a&b"}}));
  EXPECT_EQ(request->query_id.size(), 32u);

  auto in_body = http("POST", "/?query_id=q", {{"X-ClickHouse-Format", "JSON"}}, "SELECT 1");
  EXPECT_EQ(read_query_request(in_body, {})->format, "JSON");
  auto in_both = http("POST", "/?query=SELECT", {}, "1");
  EXPECT_EQ(read_query_request(in_both, {})->statement.sql, "SELECT\n1");
  auto smuggled = http("POST", "/?query=SELECT+1", {}, "; DROP TABLE t");
  EXPECT_FALSE(read_query_request(smuggled, {}));
  auto writing_get = http("GET", "/?query=INSERT+INTO+t+VALUES+(1)");
  EXPECT_FALSE(read_query_request(writing_get, {})) << "GET only reads";

  net::GzipStream gzip;
  auto packed = http("POST", "/", {{"Content-Encoding", "gzip"}}, gzip.add("SELECT 7", true));
  EXPECT_EQ(read_query_request(packed, {})->statement.sql, "SELECT 7");
  auto broken = http("POST", "/", {{"Content-Encoding", "gzip"}}, "SELECT 7");
  EXPECT_FALSE(read_query_request(broken, {}));
}

TEST(QueryRequest, CredentialsComeByHeadersOrBasicOrUrl) {
  const auto of = [](net::HttpRequest request) {
    const Credentials given = credentials_of(request);
    return given.user + "/" + given.password;
  };
  EXPECT_EQ(of(http("GET", "/?user=a&password=b")), "a/b");
  EXPECT_EQ(of(http("GET", "/?user=a&password=b", {{"Authorization", "Basic Yzpk"}})), "c/d");
  EXPECT_EQ(
      of(http("GET", "/",
              {{"X-ClickHouse-User", "e"}, {"X-ClickHouse-Key", "f"}, {"Authorization", "Basic Yzpk"}})),
      "e/f");
  EXPECT_EQ(of(http("GET", "/")), "/");
  EXPECT_TRUE(same_secret("abc", "abc"));
  for (const char* wrong : {"", "ab", "abd", "abcabc"}) EXPECT_FALSE(same_secret(wrong, "abc")) << wrong;
  EXPECT_FALSE(same_secret("abc", ""));
}

TEST(Gzip, AnswersInPiecesAreOneStreamAndBombsAreBounded) {
  net::GzipStream gzip;
  std::string stream = gzip.add("one ", false);
  stream += gzip.add("two", true);
  EXPECT_EQ(net::inflate_all(stream, 100).value(), "one two");
  EXPECT_EQ(net::inflate_all(stream.substr(0, stream.size() - 1), 100).error().code(),
            ErrorCode::kInvalidArgument);
  net::GzipStream bomb;
  EXPECT_EQ(net::inflate_all(bomb.add(std::string(10 << 20, 'x'), true), 1 << 20).error().code(),
            ErrorCode::kLimit);
}

}  // namespace
}  // namespace linkgate::engine
