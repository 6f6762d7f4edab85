// The store client, tables, migrations, retention, backup: each on a real linkgate-store.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <thread>

#include "base/clock.h"
#include "events/row.h"
#include "store/client.h"
#include "store/sql.h"
#include "store/store_process.h"

namespace linkgate::store {
namespace {

using namespace std::chrono_literals;
using Lines = std::vector<std::string>;

class StoreTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    if (!StoreProcess::binary().empty()) process = std::make_unique<StoreProcess>();
  }
  static void TearDownTestSuite() { process.reset(); }
  void SetUp() override {
    if (!process)
      GTEST_SKIP() << "linkgate-store is not built: run 'npm ci' in tools/npm, or set LINKGATE_STORE_BINARY";
    static int counter = 0;
    store = process->client("test" + std::to_string(++counter));  // a database of its own
  }
  void TearDown() override {
    if (store) {
      EXPECT_TRUE(store->command("DROP DATABASE IF EXISTS " + quoted_name(store->database())));
    }
  }

  Lines rows(const std::string& sql) {
    auto result = store->query(sql, {});
    if (!result) return {"error: " + result.error().message()};
    return result->rows;
  }

  static inline std::unique_ptr<StoreProcess> process;
  std::unique_ptr<StoreClient> store;
};

Time now() { return SystemClock().now(); }

std::string click(std::string_view row_id, uint64_t version, std::string_view action, Time time = now()) {
  return events::Row(*events::find_table("UrlClickEvents"), time, row_id, version)
      .set("ActionType", action)
      .finish();
}

TEST_F(StoreTest, EveryTableTakesARowWithEveryColumnSet) {
  ASSERT_TRUE(migrate(*store));
  const Time time = *from_iso8601("2026-11-21T22:52:13.1234567Z");
  for (const events::Table& table : events::tables()) {
    events::Row row(table, time, "row", 3);
    for (const events::Column& column : table.columns) {
      switch (column.type) {
        case events::ColumnType::kBool:
          row.set(column.name, true);
          break;
        case events::ColumnType::kInt:
          row.set(column.name, -7);
          break;
        case events::ColumnType::kLong:
          row.set(column.name, INT64_MIN);
          break;
        case events::ColumnType::kReal:
          row.set(column.name, 0.1);
          break;
        case events::ColumnType::kString:
          row.set(column.name, "a\n'\"\\\t\xE2\x82\xAC");
          break;
        case events::ColumnType::kDateTime:
          row.set(column.name, time);
          break;
        case events::ColumnType::kDynamic:
          row.set_json(column.name, "{\"a\":[1,null]}");
          break;
      }
    }
    const std::string line = row.finish();
    const auto inserted = store->insert(table.name, {line});
    ASSERT_TRUE(inserted) << table.name << ": " << inserted.error().message();
    for (const events::Column& column : table.columns) {
      const Lines got = rows("SELECT " + quoted_name(column.name) + " FROM " + quoted_name(table.name));
      std::string want;
      switch (column.type) {
        case events::ColumnType::kBool:
          want = "[true]";
          break;
        case events::ColumnType::kInt:
          want = "[-7]";
          break;
        case events::ColumnType::kLong:
          want = "[\"-9223372036854775808\"]";
          break;
        case events::ColumnType::kReal:
          want = column.name == "_BilledSize" ? got.at(0) : "[0.1]";
          break;
        case events::ColumnType::kDateTime:
          want = "[\"2026-11-21 22:52:13.1234567\"]";
          break;
        case events::ColumnType::kDynamic:
          want = "[\"{\\\"a\\\":[1,null]}\"]";
          break;
        case events::ColumnType::kString:
          want = "[\"a\\n'\\\"\\\\\\t\xE2\x82\xAC\"]";
          break;
      }
      EXPECT_EQ(got, Lines{want}) << table.name << "." << column.name;
    }
  }
}

TEST_F(StoreTest, ColumnsThatAreNotSetGetTheirDefaults) {
  ASSERT_TRUE(migrate(*store));
  const std::string line = events::Row(*events::find_table("EmailEvents"), now(), "row", 1).finish();
  ASSERT_TRUE(store->insert("EmailEvents", {line}));
  EXPECT_EQ(
      rows("SELECT TenantId, Type, SourceSystem, _IsBillable, TimeGenerated = Timestamp FROM EmailEvents"),
      Lines{"[\"00000000-0000-0000-0000-000000000000\", \"EmailEvents\", \"Linkgate\", \"False\", 1]"});
  EXPECT_EQ(rows("SELECT Subject, UrlCount, BulkComplaintLevel, IsFirstContact, To, LastEventExecutionTime "
                 "FROM EmailEvents"),
            Lines{"[\"\", 0, null, null, \"null\", null]"});
}

TEST_F(StoreTest, ARowThatIsSentAgainIsThereOnceAlsoInOtherBatches) {
  ASSERT_TRUE(migrate(*store));
  for (const events::Table& table : events::tables()) {
    const std::string a = events::Row(table, now(), "a", 1).finish();
    const std::string b = events::Row(table, now(), "b", 1).finish();
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(store->insert(table.name, {a, b}));
    ASSERT_TRUE(store->insert(table.name, {b}));
    EXPECT_EQ(rows(fmt::format("SELECT count() FROM {} FINAL", table.name)), Lines{"[\"2\"]"}) << table.name;
  }
}

TEST_F(StoreTest, TheHighestVersionOfARowIsTheOneThatIsRead) {
  ASSERT_TRUE(migrate(*store));
  const Time time = now();
  ASSERT_TRUE(store->insert("UrlClickEvents", {click("a", 2, "second", time)}));
  ASSERT_TRUE(store->insert("UrlClickEvents", {click("a", 1, "first", time)}));  // a late spool
  ASSERT_TRUE(store->insert("UrlClickEvents", {click("b", 1, "other", time)}));
  EXPECT_EQ(rows("SELECT _RowId, ActionType FROM UrlClickEvents FINAL ORDER BY _RowId"),
            (Lines{"[\"a\", \"second\"]", "[\"b\", \"other\"]"}));
}

TEST_F(StoreTest, RowsThatAreWrongAreToldApartFromAStoreInTrouble) {
  ASSERT_TRUE(migrate(*store));
  const std::string good = click("a", 1, "x");
  const auto wrong_type = store->insert("UrlClickEvents", {good, "{\"Timestamp\":\"yesterday\"}"});
  ASSERT_FALSE(wrong_type);
  EXPECT_EQ(wrong_type.error().code(), ErrorCode::kInvalidArgument) << wrong_type.error().message();
  const auto unknown_column = store->insert("UrlClickEvents", {"{\"NoSuchColumn\":1}"});
  ASSERT_FALSE(unknown_column);
  EXPECT_EQ(unknown_column.error().code(), ErrorCode::kInvalidArgument) << unknown_column.error().message();
  const auto unknown_table = store->insert("NoSuchTable", {good});
  ASSERT_FALSE(unknown_table);
  EXPECT_EQ(unknown_table.error().code(), ErrorCode::kNotFound) << unknown_table.error().message();
  EXPECT_EQ(rows("SELECT count() FROM UrlClickEvents"), Lines{"[\"0\"]"}) << "all lines of a batch or none";

  StoreClient nobody({.url = "http://127.0.0.1:1"});
  EXPECT_EQ(nobody.ping().error().code(), ErrorCode::kUnavailable);
  StoreOptions options = store_options(process->config).value();
  options.password = "wrong";
  EXPECT_EQ(StoreClient(options).ping().error().code(), ErrorCode::kPermission);
}

TEST_F(StoreTest, QueriesKeepToTheirLimits) {
  ASSERT_TRUE(migrate(*store));
  const auto code = [&](const std::string& sql, const QueryLimits& limits) {
    const auto result = store->query(sql, limits);
    return result ? "answered" : std::string(to_string(result.error().code()));
  };
  EXPECT_EQ(code("SELECT sum(number) FROM system.numbers", {.time = 1s}), "timeout");
  EXPECT_EQ(code("SELECT number FROM numbers(1000)", {.max_rows = 100}), "limit exceeded");
  EXPECT_EQ(code("SELECT repeat('x', 1000) FROM numbers(10000)", {.max_bytes = 1 << 20}), "limit exceeded");
  EXPECT_EQ(
      code("SELECT groupArray(number) FROM numbers(1000000000)", {.time = 20s, .max_memory = 100 << 20}),
      "limit exceeded");
  EXPECT_EQ(code("SELECT 1", {}), "answered");
}

TEST_F(StoreTest, AnAnswerOfAnySizeComesRowByRow) {
  ASSERT_TRUE(migrate(*store));
  QueryLimits limits;
  limits.max_rows = limits.max_bytes = 10;  // of answers that are kept
  uint64_t sum = 0, rows = 0;
  const auto add = [&](std::string_view line) {
    sum += std::stoull(std::string(line.substr(2)));
    return ++rows < 300'000;
  };
  ASSERT_TRUE(store->stream("SELECT number FROM numbers(200000)", limits, add));
  EXPECT_EQ(rows, 200'000U);
  EXPECT_EQ(sum, 199'999ULL * 100'000);
  EXPECT_EQ(store->stream("SELECT number FROM numbers(200000)", limits, add).error().code(),
            ErrorCode::kUnavailable)
      << "whoever reads has had enough";
  EXPECT_EQ(rows, 300'000U);
}

TEST_F(StoreTest, AnAnswerThatBreaksOffIsNoWholeOne) {
  ASSERT_TRUE(migrate(*store));
  uint64_t rows = 0;
  const auto count = [&](std::string_view) { return ++rows > 0; };
  const auto broken =
      store->stream("SELECT number, throwIf(number = 2000000) FROM numbers(3000000)", {}, count);
  ASSERT_FALSE(broken);
  EXPECT_THAT(broken.error().message(), testing::HasSubstr("throwIf"));
  EXPECT_FALSE(store->stream("SELECT nothing", {}, count));
}

TEST_F(StoreTest, WhatAQueryHasReadIsKnownWhileItRuns) {
  ASSERT_TRUE(migrate(*store));
  const auto other = store->another();
  ReadSoFar last;
  const auto look = [&] {
    const auto found = other->read_so_far("long-one");
    if (found) last = *found;
    return last.rows > 0;
  };
  (void)store->query("SELECT sum(cityHash64(number)) FROM numbers(100000000000)",
                     {.time = 60s, .cancelled = look}, "long-one");
  EXPECT_GT(last.rows, 0U);
  EXPECT_EQ(last.of_rows, 100'000'000'000U);
  EXPECT_EQ(other->read_so_far("no'ne").error().code(), ErrorCode::kNotFound);
}

TEST_F(StoreTest, CancelledQueryEndsInTheStoreToo) {
  ASSERT_TRUE(migrate(*store));
  const auto other = process->client(store->database());
  const auto running = [&] {
    const auto result =
        other->query("SELECT count() FROM system.processes WHERE Settings['log_comment'] = 'to-cancel'", {});
    return result && result->rows == Lines{"[\"1\"]"};
  };
  // Cancelled once the store says that it runs: from the moment on the client is gone.
  const auto result = store->query("SELECT count() FROM numbers(1000000000000)",
                                   {.time = 60s, .cancelled = [&] { return running(); }}, "to-cancel");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().message(), "cancelled");
  const auto deadline = std::chrono::steady_clock::now() + 5s;
  while (running() && std::chrono::steady_clock::now() < deadline) std::this_thread::sleep_for(10ms);
  EXPECT_FALSE(running());
}

TEST_F(StoreTest, MigrationFromAnOlderSchemaKeepsRowsAndAddsColumns) {
  const std::string db = quoted_name(store->database());
  ASSERT_TRUE(store->command("CREATE DATABASE " + db));
  ASSERT_TRUE(store->command("CREATE TABLE " + db +
                             ".`UrlClickEvents` (`Timestamp` DateTime64(7, 'UTC'), `Url` String, "
                             "`_RowId` String, `_Version` UInt64) ENGINE = ReplacingMergeTree(`_Version`) "
                             "PARTITION BY toDate(Timestamp) ORDER BY (Timestamp, `_RowId`)"));
  ASSERT_TRUE(store->insert(
      "UrlClickEvents",
      {"{\"Timestamp\":\"2026-11-21T22:52:13Z\",\"Url\":\"https://old/\",\"_RowId\":\"a\",\"_Version\":1}"}));
  for (int i = 0; i < 2; ++i) {  // idempotent
    const auto migrated = migrate(*store);
    ASSERT_TRUE(migrated) << migrated.error().message();
  }
  ASSERT_TRUE(store->insert("UrlClickEvents", {click("b", 1, "ClickAllowed")}));
  EXPECT_EQ(rows("SELECT Url, ActionType, IsClickedThrough FROM UrlClickEvents FINAL ORDER BY _RowId"),
            (Lines{"[\"https://old/\", \"\", false]", "[\"\", \"ClickAllowed\", false]"}));
  EXPECT_EQ(
      rows("SELECT count() FROM system.tables WHERE database = currentDatabase() AND name = 'EmailEvents'"),
      Lines{"[\"1\"]"});
}

TEST_F(StoreTest, AStoreOfANewerVersionIsLeftAlone) {
  ASSERT_TRUE(migrate(*store));
  ASSERT_TRUE(store->insert("_LinkgateSchema", {"{\"Version\":99,\"AppliedAt\":\"2030-01-01T00:00:00Z\"}"}));
  const auto migrated = migrate(*store);
  ASSERT_FALSE(migrated);
  EXPECT_EQ(migrated.error().code(), ErrorCode::kCorrupt);
}

TEST_F(StoreTest, RetentionTakesDaysThatAreOverAndKeepsTheOthers) {
  ASSERT_TRUE(migrate(*store));
  using std::chrono::days;
  ASSERT_TRUE(store->insert("UrlClickLog",
                            {click("old", 1, "x", now() - days(40)), click("new", 1, "x", now() - days(2))}));
  for (int i = 0; i < 2; ++i) {
    const auto applied = apply_retention(*store, 30);
    ASSERT_TRUE(applied) << applied.error().message();
  }
  // The store looks for expired parts on its own schedule; a merge asked for looks at once.
  const auto deadline = std::chrono::steady_clock::now() + 60s;
  do {
    ASSERT_TRUE(store->command("OPTIMIZE TABLE " + qualified(store->database(), "UrlClickLog") + " FINAL"));
  } while (rows("SELECT _RowId FROM UrlClickLog").size() > 1 && std::chrono::steady_clock::now() < deadline);
  EXPECT_EQ(rows("SELECT _RowId FROM UrlClickLog"), Lines{"[\"new\"]"});
  ASSERT_TRUE(apply_retention(*store, 1));
  EXPECT_NE(rows("SHOW CREATE TABLE UrlClickLog").at(0).find("toIntervalDay(1)"), std::string::npos);
}

TEST_F(StoreTest, TablesAreMadeWithTheirRetention) {
  ASSERT_TRUE(migrate(*store, 45));
  EXPECT_NE(rows("SHOW CREATE TABLE EmailEvents").at(0).find("toIntervalDay(45)"), std::string::npos);
}

TEST_F(StoreTest, ABackupBringsBackEveryRow) {
  ASSERT_TRUE(migrate(*store));
  ASSERT_TRUE(store->insert("UrlClickEvents", {click("a", 1, "x"), click("b", 1, "y")}));
  const std::string name = "backup-" + store->database();
  const auto saved = backup(*store, name);
  ASSERT_TRUE(saved) << saved.error().message();
  EXPECT_FALSE(backup(*store, name)) << "a backup is never overwritten";
  EXPECT_EQ(restore(*store, name).error().code(), ErrorCode::kInvalidArgument) << "the store holds events";
  ASSERT_TRUE(store->command("DROP DATABASE " + quoted_name(store->database())));
  ASSERT_TRUE(migrate(*store));
  const auto restored = restore(*store, name);
  ASSERT_TRUE(restored) << restored.error().message();
  EXPECT_EQ(rows("SELECT _RowId FROM UrlClickEvents FINAL ORDER BY _RowId"), (Lines{"[\"a\"]", "[\"b\"]"}));
  ASSERT_TRUE(migrate(*store));
  for (const char* bad : {"", "../x", "a/b", ".x", "a'b"}) EXPECT_FALSE(backup(*store, bad)) << bad;
}

// The engine's own deduplication fails this: it writes a batch down as seen before the rows are there for
// good.
TEST(StoreProcessTest, RowsOfABatchThatAKillBrokeOffAreThereOnceItIsSentAgain) {
  if (StoreProcess::binary().empty()) GTEST_SKIP() << "linkgate-store is not built";
  StoreProcess process;
  auto store = process.client();
  ASSERT_TRUE(migrate(*store));
  int sent = 0;
  for (int round = 1; round <= 8; ++round) {
    std::thread killer([&] {
      std::this_thread::sleep_for(std::chrono::milliseconds(30 * round));
      process.stop(SIGKILL);
    });
    std::string line;
    do {
      line = click(std::to_string(sent++), 1, "x");
    } while (store->insert("UrlClickLog", {line}));
    killer.join();
    ASSERT_TRUE(process.start());
    store = process.client();
    ASSERT_TRUE(store->insert("UrlClickLog", {line}));
    const auto counted = store->query("SELECT toString(count()) FROM UrlClickLog FINAL", {});
    ASSERT_TRUE(counted) << counted.error().message();
    ASSERT_EQ(counted->rows, Lines{"[\"" + std::to_string(sent) + "\"]"}) << "round " << round;
  }
  for (const auto& entry : std::filesystem::recursive_directory_iterator(process.config.data)) {
    EXPECT_FALSE(entry.path().parent_path().filename() == "deduplication_logs" && entry.file_size() > 0)
        << "the engine remembers batches in " << entry.path();
  }
}

TEST(StoreProcessTest, RowsConfirmedBeforeAKillAreThereAfterIt) {
  if (StoreProcess::binary().empty()) GTEST_SKIP() << "linkgate-store is not built";
  StoreProcess process;
  auto store = process.client();
  ASSERT_TRUE(migrate(*store));
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(store->insert("UrlClickLog", {click(std::to_string(i), 1, "x")}));
  }
  process.stop(SIGKILL);
  ASSERT_TRUE(process.start());
  store = process.client();
  EXPECT_EQ(store->query("SELECT count() FROM UrlClickLog", {})->rows, Lines{"[\"20\"]"});
  EXPECT_EQ(process.stop(SIGTERM), 0) << "told to stop, it ends well";
}

}  // namespace
}  // namespace linkgate::store
