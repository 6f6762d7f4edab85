#include "store/shipper.h"

#include <gtest/gtest.h>

#include <map>

#include "base/memory_file_system.h"
#include "events/row.h"
#include "events/spool_format.h"
#include "store/freshness.h"
#include "store/store_process.h"
#include "store/store_sink.h"

namespace linkgate::store {
namespace {

using namespace std::chrono_literals;
using Lines = std::vector<std::string>;

constexpr const char* kSpools = "/spool";
constexpr const char* kClick = "/spool/click";

// A store in memory in which a row replaces itself, as in the real one, and that fails on demand.
class MemorySink final : public EventSink {
 public:
  Result<void> insert(std::string_view table, const std::vector<std::string_view>& lines) override {
    ++calls;
    if (down) return Error(ErrorCode::kUnavailable, "the event store does not answer");
    for (const std::string_view line : lines) {
      if (line.find("riddle") != line.npos) return Error(ErrorCode::kInternal, "Code: 1001");
      if (line.find("poison") != line.npos) return Error(ErrorCode::kInvalidArgument, "cannot parse");
    }
    Lines& rows = tables[std::string(table)];
    bool new_rows = false;
    for (const std::string_view line : lines) {
      if (std::find(rows.begin(), rows.end(), line) != rows.end()) continue;
      rows.emplace_back(line);
      new_rows = true;
    }
    if (die_after_insert && new_rows) return Error(ErrorCode::kUnavailable, "the answer was lost");
    return {};
  }
  bool down = false;
  bool die_after_insert = false;  // new rows are in, their confirmation never comes
  int calls = 0;
  std::map<std::string, Lines> tables;
};

class ShipperTest : public testing::Test {
 protected:
  ShipperTest() : shipper({.spools = kSpools}, sink, files, clock) {
    (void)files.make_directories(kClick);
    (void)files.make_directories("/run");
  }
  void seal(int number, const std::string& bytes, const std::string& directory = kClick) {
    (void)files.make_directories(directory);
    files.write_file(
        directory + "/" +
            events::SegmentName{static_cast<uint64_t>(number), "00000000000000aa", "click"}.text() + ".seg",
        bytes);
  }
  std::string line(const std::string& json, const std::string& table = "UrlClickEvents") {
    return events::format_line(table, json);
  }
  Lines left(const std::string& directory = kClick) {
    Lines names = files.list(directory).value();
    std::erase(names, "LOCK");
    return names;
  }

  MemoryFileSystem files;
  MemorySink sink;
  SystemClock clock;
  Shipper shipper;
};

TEST_F(ShipperTest, SegmentsGoInOrderTableByTableAndDisappear) {
  seal(2, line("{\"n\":3}"));
  seal(1, line("{\"n\":1}") + line("{\"m\":1}", "UrlClickLog") + line("{\"n\":2}"));
  seal(1, line("{\"e\":1}", "EmailEvents"), "/spool/gateway");
  ASSERT_TRUE(shipper.drain());
  EXPECT_EQ(sink.tables["UrlClickEvents"], (Lines{"{\"n\":1}", "{\"n\":2}", "{\"n\":3}"}));
  EXPECT_EQ(sink.tables["UrlClickLog"], Lines{"{\"m\":1}"});
  EXPECT_EQ(sink.tables["EmailEvents"], Lines{"{\"e\":1}"});
  EXPECT_EQ(sink.calls, 4) << "one INSERT for each table of a segment";
  EXPECT_TRUE(left().empty());
}

TEST_F(ShipperTest, KilledBetweenInsertAndRemoveTheRowsAreThereOnce) {
  seal(1, line("{\"n\":1}") + line("{\"n\":2}"));
  sink.die_after_insert = true;
  EXPECT_FALSE(shipper.drain());
  EXPECT_EQ(left().size(), 1u) << "nothing goes before the store confirmed";
  sink.die_after_insert = false;
  Shipper next({.spools = kSpools}, sink, files, clock);
  ASSERT_TRUE(next.drain());
  EXPECT_EQ(sink.tables["UrlClickEvents"], (Lines{"{\"n\":1}", "{\"n\":2}"}));
  EXPECT_TRUE(left().empty());
}

TEST_F(ShipperTest, WhileTheStoreIsDownEverythingWaitsAndIsSaidToBeStale) {
  EXPECT_NE(shipper.trouble(), "") << "whether the store is there is not known before it was asked";
  const Time before = clock.now();
  seal(1, line("{\"n\":1}"));
  sink.down = true;
  EXPECT_FALSE(shipper.drain());
  EXPECT_FALSE(shipper.drain());
  EXPECT_NE(shipper.trouble(), "");
  EXPECT_EQ(left().size(), 1u);
  EXPECT_LT(shipper.fresh_until(), clock.now() - 1ms);
  EXPECT_GT(shipper.fresh_until(), before - 1s);
  sink.down = false;
  const Time up = clock.now();
  ASSERT_TRUE(shipper.drain());
  ASSERT_TRUE(shipper.drain());
  EXPECT_EQ(shipper.trouble(), "");
  EXPECT_EQ(sink.tables["UrlClickEvents"].size(), 1u);
  EXPECT_GE(shipper.fresh_until(), up);
}

TEST_F(ShipperTest, NothingIsCalledFreshWhileARowLiesInAnOpenSegment) {
  ASSERT_TRUE(shipper.drain());
  ASSERT_TRUE(shipper.drain());
  auto writer =
      events::SpoolWriter::open({.directory = kClick, .program = "click", .max_segment_age = 1h}, files)
          .value();
  const Time appended = clock.now();
  ASSERT_TRUE(writer->append("UrlClickEvents", "{\"n\":1}"));
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(shipper.drain());
  EXPECT_LE(shipper.fresh_until(), appended);
  writer.reset();  // seals
  for (int i = 0; i < 2; ++i) ASSERT_TRUE(shipper.drain());
  EXPECT_EQ(sink.tables["UrlClickEvents"].size(), 1u);
  EXPECT_GT(shipper.fresh_until(), appended);
}

TEST_F(ShipperTest, AnErrorThatNobodyKnowsDoesNotBlockForever) {
  seal(1, line("{\"riddle\":1}") + line("{\"n\":1}"));
  int tries = 0;
  while (!shipper.drain() && tries < 1000) ++tries;
  EXPECT_GT(tries, 100) << "trouble of the store's own is waited for";
  EXPECT_LT(tries, 1000);
  EXPECT_EQ(sink.tables["UrlClickEvents"], Lines{"{\"n\":1}"});
  EXPECT_TRUE(left().at(0).ends_with(".rejected"));
}

TEST_F(ShipperTest, LinesThatTheStoreRefusesAreSetAsideAndDoNotHoldUpTheOthers) {
  std::string bytes, poison;
  for (int i = 0; i < 100; ++i) {
    const bool bad = i == 17 || i == 99;
    const std::string one = line("{\"n\":" + std::to_string(i) + (bad ? ",\"poison\":1}" : "}"));
    bytes += one;
    if (bad) poison += one;
  }
  seal(1, bytes);
  seal(2, line("{\"after\":1}"));
  ASSERT_TRUE(shipper.drain());
  EXPECT_EQ(sink.tables["UrlClickEvents"].size(), 99u);
  ASSERT_EQ(left().size(), 1u);
  EXPECT_EQ(files.read(std::string(kClick) + "/" + left()[0]).value(), poison);
  EXPECT_TRUE(left()[0].ends_with(".seg.rejected"));
}

TEST_F(ShipperTest, KilledWhileFindingABadLineItFindsItAgainAndDoublesNothing) {
  seal(1, line("{\"n\":1}") + line("{\"poison\":1}") + line("{\"n\":2}") + line("{\"n\":3}"));
  sink.die_after_insert = true;
  for (int i = 0; i < 10 && !shipper.drain(); ++i) continue;  // every confirmation is lost once
  ASSERT_TRUE(shipper.drain());
  EXPECT_EQ(sink.tables["UrlClickEvents"], (Lines{"{\"n\":1}", "{\"n\":2}", "{\"n\":3}"}));
}

TEST_F(ShipperTest, LinesOfATableThatIsNotOursAreSetAside) {
  seal(1, line("{}", "system.users") + line("{\"n\":1}"));
  ASSERT_TRUE(shipper.drain());
  EXPECT_EQ(sink.tables.size(), 1u);
  EXPECT_EQ(left().size(), 1u);
}

TEST_F(ShipperTest, ASpoolWhoseProgramIsGoneIsSealedAndShipped) {
  files.write_file(std::string(kClick) + "/0000000000000001-00000000000000aa-click.open",
                   line("{\"n\":1}") + "torn");
  ASSERT_TRUE(shipper.drain());
  EXPECT_EQ(sink.tables["UrlClickEvents"], Lines{"{\"n\":1}"});
}

TEST_F(ShipperTest, FreshnessIsAFileThatAnswersCanRead) {
  const DataPaths paths("");
  EXPECT_FALSE(read_freshness(paths, files));
  FreshnessFile file(paths, files);
  const Time time = *from_iso8601("2026-11-21T22:52:13.1234567Z");
  file.tell(time, time);
  EXPECT_EQ(read_freshness(paths, files), time);
  file.tell(time + 1s, time + 1ms);
  EXPECT_EQ(read_freshness(paths, files), time) << "a few times a second suffice";
  file.tell(time + 1s, time + 1s);
  EXPECT_EQ(read_freshness(paths, files), time + 1s);
}

class ForgetfulSink final : public EventSink {
 public:
  explicit ForgetfulSink(const Config& config) : sink_(config) {}
  Result<void> prepare() override { return sink_.prepare(); }
  Result<void> insert(std::string_view table, const std::vector<std::string_view>& lines) override {
    auto result = sink_.insert(table, lines);
    if (result && lose_answers) return Error(ErrorCode::kUnavailable, "the answer was lost");
    return result;
  }
  bool lose_answers = false;

 private:
  StoreSink sink_;
};

// The whole road on real parts: writer, disk, shipper, store.
TEST(ShipperStoreTest, EveryRowArrivesOnceThoughAnswersAreLostAndTheStoreDies) {
  if (StoreProcess::binary().empty()) GTEST_SKIP() << "linkgate-store is not built";
  StoreProcess process;
  ForgetfulSink sink(process.config);
  const DataPaths paths(process.config.data);
  SystemClock clock;
  Shipper shipper({.spools = paths.spools()}, sink, real_file_system(), clock);
  auto writer = events::SpoolWriter::open(
      {.directory = paths.spool("click"), .program = "click", .max_segment_age = 10ms}, real_file_system());
  ASSERT_TRUE(writer);
  constexpr int kRows = 600;
  for (int i = 0; i < kRows; ++i) {
    const Time now = clock.now();
    for (const char* table : {"UrlClickEvents", "UrlClickLog"}) {
      std::string row = events::Row(*events::find_table(table), now, std::to_string(i), 1)
                            .set("Url", "https://x/")
                            .finish();
      ASSERT_TRUE((*writer)->append(table, row));
    }
    sink.lose_answers = i % 3 == 0;
    if (i % 50 == 0) (void)shipper.drain();
    if (i == kRows / 2) {
      process.stop(SIGKILL);
      (void)shipper.drain();
      ASSERT_TRUE(process.start());  // on another port
    }
  }
  writer->reset();
  sink.lose_answers = false;
  while (!shipper.drain()) continue;  // the first finds the connection gone
  const auto client = process.client();
  for (const char* table : {"UrlClickEvents FINAL", "UrlClickLog FINAL"}) {
    const auto result = client->query(std::string("SELECT count(), uniqExact(_RowId) FROM ") + table, {});
    ASSERT_TRUE(result) << result.error().message();
    EXPECT_EQ(result->rows, Lines{"[\"600\", \"600\"]"}) << table;
  }
}

}  // namespace
}  // namespace linkgate::store
