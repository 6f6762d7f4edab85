// KQL to rows, on the real event store: every src/kql/testdata/*.test is a list of queries with what they
// answer.
//
//   insert UrlClickEvents                 rows for the queries below, one JSON object a line; row, version
//   and time are the
//   {"row":"1","time":"2026-...","..."}   row's key, everything else a column
//
//   body https://data.example/a.csv       what externaldata finds there, for the queries below
//   a,1
//
//   query what it shows                   a query, then what comes back: the columns, one JSON array a row;
//   or the refusal T | count                             with its caret
//   ----
//   Count:long
//   [3]
//
// Several results follow one another, from the second on each behind a line `== name`.
//
// `query unordered ...` compares rows as a set. Blocks end at an empty line, # starts a comment.
// LINKGATE_UPDATE_GOLDEN=1 writes what came back into the files, for somebody to read and judge.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "base/clock.h"
#include "events/row.h"
#include "kql/kql.h"
#include "store/client.h"
#include "store/sql.h"
#include "store/store_process.h"

namespace linkgate {
namespace {

using Lines = std::vector<std::string>;

constexpr std::string_view kNow = "2026-11-21T22:52:13Z";

kql::Catalog catalog_of(const std::string& database) {
  kql::Catalog catalog;
  for (const events::Table& table : events::tables()) {
    kql::CatalogTable& out = catalog.tables.emplace_back();
    out = {std::string(table.name), database, std::string(table.name), {}, true};
    for (const events::Column& column : table.columns) {
      const auto type = kql::type_from_name(events::kql_type(column.type));
      out.columns.push_back({std::string(column.name), type.value_or(kql::Type::kString), column.nullable});
      if (column.name == "TimeGenerated") out.columns.back().stored = "Timestamp";
    }
  }
  return catalog;
}

std::string row_of(const events::Table& table, const std::string& line) {
  const auto json = nlohmann::json::parse(line);
  events::Row row(table, from_iso8601(json.at("time").get<std::string>()).value(),
                  json.at("row").get<std::string>(), json.value("version", 1U));
  for (const auto& [name, value] : json.items()) {
    if (name == "row" || name == "version" || name == "time") continue;
    const events::Column* column = events::find_column(table, name);
    if (column == nullptr) throw std::runtime_error("no column " + name);
    switch (column->type) {
      case events::ColumnType::kBool:
        row.set(name, value.get<bool>());
        break;
      case events::ColumnType::kInt:
      case events::ColumnType::kLong:
        row.set(name, value.get<int64_t>());
        break;
      case events::ColumnType::kReal:
        row.set(name, value.get<double>());
        break;
      case events::ColumnType::kDateTime:
        row.set(name, from_iso8601(value.get<std::string>()).value());
        break;
      case events::ColumnType::kDynamic:
        row.set_json(name, value.dump());
        break;
      case events::ColumnType::kString:
        row.set(name, value.get<std::string>());
        break;
    }
  }
  return row.finish();
}

Lines split_lines(const std::string& text) {
  Lines lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

class KqlRows : public testing::TestWithParam<std::string> {
 protected:
  static void SetUpTestSuite() {
    if (!store::StoreProcess::binary().empty()) process = std::make_unique<store::StoreProcess>();
  }
  static void TearDownTestSuite() { process.reset(); }
  void SetUp() override {
    if (!process)
      GTEST_SKIP() << "linkgate-store is not built: run 'npm ci' in tools/npm, or set LINKGATE_STORE_BINARY";
    store = process->client("kql_" + std::filesystem::path(GetParam()).stem().string());
    ASSERT_TRUE(store::migrate(*store));
  }

  void insert(const std::string& table_name, const Lines& rows) {
    const events::Table* table = events::find_table(table_name);
    ASSERT_NE(table, nullptr) << table_name;
    Lines made;
    for (const std::string& row : rows) made.push_back(row_of(*table, row));
    const std::vector<std::string_view> views(made.begin(), made.end());
    const auto inserted = store->insert(table_name, views);
    ASSERT_TRUE(inserted) << inserted.error().message();
  }

  Lines answer(const std::string& query) {
    const auto ask = [this](const std::string& sql) -> Result<Lines> {
      TRY_ASSIGN(store::QueryResult answer, store->query(sql, {}));
      return std::move(answer.rows);
    };
    kql::Fetch fetch;
    if (!bodies.empty()) fetch = [this](const std::string& url) { return fetched(url); };
    const auto asked = kql::compile_asking(query, catalog_of(store->database()),
                                           {.now = from_iso8601(kNow).value()}, ask, fetch);
    if (!asked) return {"engine: " + asked.error().message()};
    const auto& compiled = *asked;
    if (!compiled) return split_lines(render(compiled.error(), query));
    Lines out = lines_of(*compiled);
    for (const kql::CompiledResult& further : compiled->more) {
      out.push_back("== " + further.name);
      for (std::string& line : lines_of(further)) out.push_back(std::move(line));
    }
    return out;
  }

  Result<std::string> fetched(const std::string& url) const {
    const auto found = bodies.find(url);
    if (found == bodies.end()) return Error(ErrorCode::kNotFound, "answers 404");
    return found->second;
  }

  Lines lines_of(const kql::CompiledResult& compiled) {
    const auto result = store->query(compiled.sql, {});
    if (!result) return {"engine: " + result.error().message(), compiled.sql};
    Lines out(1);
    for (const auto& column : compiled.columns) {
      out[0] += (out[0].empty() ? "" : " ") + column.name + ":" + std::string(to_string(column.type));
    }
    for (const std::string& line : result->rows) {
      const auto row = kql::row_to_json(line, compiled.columns);
      out.push_back(row ? *row : row.error().message());
    }
    return out;
  }

  static inline std::unique_ptr<store::StoreProcess> process;
  std::unique_ptr<store::StoreClient> store;
  std::map<std::string, std::string> bodies;  // by address
};

TEST_P(KqlRows, AnswersAsWritten) {
  std::ifstream in(GetParam());
  Lines block;
  std::string written;
  const auto run = [&] {
    if (block.empty()) return;
    const std::string head = block[0];
    if (head.starts_with("insert ")) {
      insert(head.substr(7), {block.begin() + 1, block.end()});
    } else if (head.starts_with("body ")) {
      std::string& body = bodies[head.substr(5)];
      for (auto it = block.begin() + 1; it != block.end(); ++it) body += *it + "\n";
    } else {
      ASSERT_TRUE(head.starts_with("query ")) << head;
      const auto line = std::find(block.begin(), block.end(), "----");
      ASSERT_NE(line, block.end()) << head;
      std::string query;
      for (auto it = block.begin() + 1; it != line; ++it) query += (query.empty() ? "" : "\n") + *it;
      Lines want(line + 1, block.end());
      Lines got = answer(query);
      block.erase(line + 1, block.end());
      block.insert(block.end(), got.begin(), got.end());
      if (head.starts_with("query unordered")) {
        std::sort(want.begin(), want.end());
        std::sort(got.begin(), got.end());
      }
      EXPECT_EQ(got, want) << head << "\n" << query;
    }
    for (const std::string& line : block) written += line + "\n";
    block.clear();
  };
  for (std::string line; std::getline(in, line);) {
    if (!line.empty() && !line.starts_with("#")) {
      block.push_back(line);
      continue;
    }
    run();
    written += line + "\n";
  }
  run();
  if (getenv("LINKGATE_UPDATE_GOLDEN") != nullptr) std::ofstream(GetParam()) << written;
}

TEST(ExternalRows, GoAlongWithAQueryUpToTheirLimit) {
  if (store::StoreProcess::binary().empty()) GTEST_SKIP() << "linkgate-store is not built";
  store::StoreProcess process;
  const auto store = process.client("external");
  ASSERT_TRUE(store::migrate(*store));
  std::string body;
  for (int i = 0; i < 300'000; ++i) body += "a line that 'is' \\ told by " + std::to_string(i) + "\n";
  const auto compiled = [&](const std::string& query) {
    return *kql::compile_asking(
        query, catalog_of("external"), {}, [](const std::string&) { return Result<Lines>(Lines()); },
        [&](const std::string&) { return Result<std::string>(body); });
  };
  const std::string data = "externaldata(a:string)['https://data.example/a.txt']";
  const auto once = compiled(data + " | summarize count(), countif(a endswith \"7\")");
  ASSERT_TRUE(once) << once.error().message;
  const auto answer = store->query(once->sql, {});
  ASSERT_TRUE(answer) << answer.error().message();
  EXPECT_EQ(answer->rows, Lines{R"(["300000", "30000"])"});
  const auto often = compiled("let T = " + data + "; union T, T, T, T");
  ASSERT_FALSE(often);
  EXPECT_NE(often.error().message.find("more than the 32 MiB"), std::string::npos) << often.error().message;
}

std::vector<std::string> test_files() {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(LINKGATE_SOURCE_DIR "/src/kql/testdata")) {
    if (entry.path().extension() == ".test") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

INSTANTIATE_TEST_SUITE_P(Files, KqlRows, testing::ValuesIn(test_files()),
                         [](const auto& info) { return std::filesystem::path(info.param).stem().string(); });

}  // namespace
}  // namespace linkgate
