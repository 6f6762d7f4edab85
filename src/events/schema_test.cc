#include "events/schema.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "events/documentation.h"

namespace linkgate::events {
namespace {

std::string read_text(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

std::filesystem::path data_folder() {
  const char* named = std::getenv("LINKGATE_DATA");
  return named != nullptr ? named : std::filesystem::path(LINKGATE_SOURCE_DIR) / "../shared/data";
}

TEST(Schema, EveryTableHasTheStandardColumnsOnce) {
  for (const Table& table : tables()) {
    std::set<std::string_view> names;
    for (const Column& column : table.columns) {
      EXPECT_TRUE(names.insert(column.name).second) << table.name << "." << column.name << " stands twice";
      EXPECT_FALSE(column.meaning.empty()) << table.name << "." << column.name;
      const bool never_null = column.type == ColumnType::kString || column.type == ColumnType::kDynamic;
      EXPECT_FALSE(never_null && column.nullable) << table.name << "." << column.name;
    }
    for (const auto name :
         {"Timestamp", "TimeGenerated", "TenantId", "Type", "SourceSystem", "_IsBillable", "_BilledSize"}) {
      EXPECT_TRUE(names.contains(name)) << table.name << " lacks " << name;
    }
    EXPECT_FALSE(find_column(table, "Timestamp")->nullable);
  }
}

TEST(Schema, ClickLogHasEveryColumnOfTheClickTable) {
  for (const Column& column : find_table("UrlClickEvents")->columns) {
    EXPECT_NE(find_column(*find_table("UrlClickLog"), column.name), nullptr) << column.name;
  }
  EXPECT_FALSE(find_table("UrlClickLog")->changes);
  EXPECT_EQ(find_table("NoSuchTable"), nullptr);
}

TEST(Schema, OffersEveryColumnThatPublishedQueriesUse) {
  const auto path = data_folder() / "kql/schema_linkgate.json";
  if (!std::filesystem::exists(path)) GTEST_SKIP() << "no data set at " << path << "; set LINKGATE_DATA";
  const auto json = nlohmann::ordered_json::parse(read_text(path));
  int columns = 0;
  for (const auto& [name, wanted] : json["tables"].items()) {
    const Table* table = find_table(name);
    ASSERT_NE(table, nullptr) << name;
    size_t place = 0;  // same order, what is ours comes after
    for (const auto& [column, type] : wanted.items()) {
      ASSERT_LT(place, table->columns.size()) << name;
      EXPECT_EQ(table->columns[place].name, column) << name;
      EXPECT_EQ(kql_type(table->columns[place].type), type.get<std::string>()) << name << "." << column;
      ++place;
      ++columns;
    }
  }
  EXPECT_GT(columns, 200);
}

TEST(Schema, DocumentationIsWhatTheSchemaSays) {
  const auto path = std::filesystem::path(LINKGATE_SOURCE_DIR) / "docs/tables.md";
  if (std::getenv("LINKGATE_UPDATE_DOCS") != nullptr) std::ofstream(path) << tables_markdown();
  EXPECT_EQ(read_text(path), tables_markdown())
      << "run events_test with LINKGATE_UPDATE_DOCS=1 and commit the page";
}

}  // namespace
}  // namespace linkgate::events
