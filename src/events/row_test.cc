#include "events/row.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "events/crc32c.h"

namespace linkgate::events {
namespace {

const Table& table(std::string_view name) { return *find_table(name); }
Time time(std::string_view text) { return *from_iso8601(text); }

TEST(Row, HasTimeAndKeyAndLeavesToTheTableWhatIsTheSameInEveryRow) {
  const auto json =
      nlohmann::json::parse(Row(table("UrlClickEvents"), time("2026-11-21T22:52:13.1234567Z"), "id-1", 7)
                                .set("IsClickedThrough", true)
                                .finish());
  EXPECT_EQ(json["Timestamp"], "2026-11-21T22:52:13.1234567Z");
  EXPECT_EQ(json["_RowId"], "id-1");
  EXPECT_EQ(json["_Version"], 7);
  EXPECT_EQ(json["IsClickedThrough"], true);
  EXPECT_GT(json["_BilledSize"], 50);
  for (const char* same : {"TimeGenerated", "TenantId", "Type", "SourceSystem", "_IsBillable"}) {
    EXPECT_FALSE(json.contains(same)) << same;
  }
  EXPECT_FALSE(json.contains("Url")) << "what is not set is left to the column's default";
}

TEST(Row, TheLastValueOfAColumnStands) {
  const std::string line = Row(table("UrlClickEvents"), time("2026-11-21"), "id", 1)
                               .set("Url", "a")
                               .set("Url", std::string("b"))
                               .finish();
  EXPECT_EQ(nlohmann::json::parse(line)["Url"], "b");
  EXPECT_EQ(line.find("\"Url\""), line.rfind("\"Url\""));
}

TEST(Row, AnEmptyTextIsNoValueAndTakesBackAnEarlierOne) {
  const auto json = nlohmann::json::parse(Row(table("UrlClickEvents"), time("2026-11-21"), "id", 1)
                                              .set("Url", "a")
                                              .set("Workload", "Email")
                                              .set("Url", "")
                                              .finish());
  EXPECT_FALSE(json.contains("Url"));
  EXPECT_EQ(json["Workload"], "Email");
}

TEST(Row, TakesOverWhatAnotherRowWasGiven) {
  const Row click =
      Row(table("UrlClickEvents"), time("2026-11-21"), "id", 1).set("Url", "a").set("Workload", "Email");
  const auto json = nlohmann::json::parse(Row(table("UrlClickLog"), time("2026-11-22"), "log", 3)
                                              .set("Workload", "Chat")
                                              .set_all_of(click)
                                              .set("Step", "page")
                                              .finish());
  EXPECT_EQ(json["Url"], "a");
  EXPECT_EQ(json["Workload"], "Email");
  EXPECT_EQ(json["Timestamp"], "2026-11-22T00:00:00.0000000Z");
  EXPECT_EQ(json["_RowId"], "log");
  EXPECT_EQ(json["Step"], "page");
}

TEST(Row, NumbersAreHeldToWhatTheColumnCanStore) {
  const auto json = nlohmann::json::parse(Row(table("EmailEvents"), time("2026-11-21"), "id", 1)
                                              .set("AttachmentCount", int64_t{1} << 40)
                                              .set("EmailClusterId", int64_t{1} << 40)
                                              .set("LastEventExecutionTime", time("1066-10-14"))
                                              .finish());
  EXPECT_EQ(json["AttachmentCount"], 2147483647);
  EXPECT_EQ(json["EmailClusterId"], int64_t{1} << 40);
  EXPECT_EQ(json["LastEventExecutionTime"], "1900-01-01T00:00:00.0000000Z");
}

TEST(RowDeathTest, WrongNamesAndTypesAreBugs) {
  const auto row = [] { return Row(table("UrlClickEvents"), time("2026-11-21"), "id", 1); };
  EXPECT_DEATH(row().set("NoSuchColumn", "x"), "CHECK|row.cc");
  EXPECT_DEATH(row().set("Url", 1), "CHECK|row.cc");
  EXPECT_DEATH(row().set("IsClickedThrough", "true"), "CHECK|row.cc");
}

struct TextCase {
  std::string_view text;
  std::string_view json;
};

TEST(JsonString, EscapesControlsAndRepairsUtf8) {
  using namespace std::string_view_literals;
  const TextCase cases[] = {
      {"plain", "\"plain\""},
      {"q\"b\\s/", "\"q\\\"b\\\\s/\""},
      {"a\nb\rc\td"sv, "\"a\\nb\\rc\\td\""},
      {"nul\0esc\x1b"sv, "\"nul\\u0000esc\\u001b\""},
      {"Gr\xC3\xBC\xC3\x9F \xE2\x82\xAC \xF0\x9F\x98\x80",
       "\"Gr\xC3\xBC\xC3\x9F \xE2\x82\xAC \xF0\x9F\x98\x80\""},
      {"\xFF", "\"\xEF\xBF\xBD\""},
      {"\xC3", "\"\xEF\xBF\xBD\""},
      {"\xC0\xAF", "\"\xEF\xBF\xBD\xEF\xBF\xBD\""},                                  // overlong
      {"\xED\xA0\x80", "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\""},                  // surrogate
      {"\xF4\x90\x80\x80", "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\""},  // past U+10FFFF
      {"\xE2\x82x", "\"\xEF\xBF\xBD\xEF\xBF\xBDx\""},
  };
  for (const auto& c : cases) EXPECT_EQ(json_string(c.text), c.json);
}

TEST(Row, AColumnThatHadItsDefaultIsSetAfterAnotherWasSetTwice) {
  Row row(*find_table("EmailEvents"), Time{}, "id", 1);
  row.set("LatestDeliveryLocation", "Inbox/Folder").set("LatestDeliveryAction", "").set_json("To", "[1]");
  row.set("LatestDeliveryLocation", "Quarantine").set("LatestDeliveryAction", "Moved");
  const std::string json = row.finish();
  EXPECT_NE(json.find("\"LatestDeliveryLocation\":\"Quarantine\""), std::string::npos) << json;
  EXPECT_NE(json.find("\"LatestDeliveryAction\":\"Moved\""), std::string::npos) << json;
  EXPECT_NE(json.find("\"To\":\"[1]\""), std::string::npos) << json;
}

TEST(Crc32c, IsTheCastagnoliChecksumAndCanGoOn) {
  EXPECT_EQ(crc32c("123456789"), 0xe3069283u);              // the check value of every CRC catalogue
  EXPECT_EQ(crc32c(std::string(32, '\0')), 0x8a9136aau);    // RFC 3720, B.4
  EXPECT_EQ(crc32c(std::string(32, '\xff')), 0x62a8ab43u);  // RFC 3720, B.4
  EXPECT_EQ(crc32c("456789", crc32c("123")), crc32c("123456789"));
  EXPECT_EQ(crc32c(""), 0u);
}

}  // namespace
}  // namespace linkgate::events
