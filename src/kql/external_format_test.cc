// Rows of externaldata out of bytes.
#include "kql/external_format.h"

#include <gtest/gtest.h>

namespace linkgate::kql {
namespace {

std::string rows(std::string_view format, std::string_view body, bool ignore_first = false,
                 std::vector<ExternalColumn> columns = {{"a", Type::kString}, {"b", Type::kLong}}) {
  const ExternalLayout layout{find_external_format(format), ignore_first, std::move(columns)};
  std::string lines;
  EXPECT_TRUE(append_external_rows(body, layout, lines, 1 << 20));
  return lines;
}

TEST(ExternalFormat, ReadsEachFormat) {
  struct Case {
    const char *format, *body, *want;
  };
  const Case cases[] = {
      {"csv", "x,1\r\ny,2", "[\"x\",\"1\"]\n[\"y\",\"2\"]"},
      {"csv", "\"a\r\n\"\"b,\",5\n", R"(["a\r\n\"b,","5"])"},
      {"csv", "a\"b,1\n\n,\n", "[\"a\\\"b\",\"1\"]\n[\"\",null]"},
      {"csv", "\"not closed,1\n", R"(["not closed,1\n",null])"},
      {"csv", "\xEF\xBB\xBFx,+7,more,still more", R"(["x","7"])"},
      {"csv", "\xFFx\xC3\xA9\xC3,1", "[\"\xEF\xBF\xBDx\xC3\xA9\xEF\xBF\xBD\",\"1\"]"},
      {"csv", "", ""},
      {"TSV", "a b\t3\n", R"(["a b","3"])"},
      {"psv", "a|3", R"(["a","3"])"},
      {"scsv", "a;3", R"(["a","3"])"},
      {"sohsv",
       "a\x01"
       "3",
       R"(["a","3"])"},
      {"tsve", "a\\tb\\\\\\n\t3\n\n", R"(["a\tb\\\n","3"])"},
      {"txt", "a,3\r\n\r\nb\n", "[\"a,3\",null]\n[\"b\",null]"},
      {"raw", "a\nb\n", R"(["a\nb\n",null])"},
      {"json", "{\"a\":1.5,\"b\":\"2\"}\r\n[1]\n{\"b\":[]}", "[\"1.5\",\"2\"]\n[\"\",null]"},
      {"multijson", " [{\"a\":\"x\"}]\n{\"b\":2}{\"b\":", "[\"x\",null]\n[\"\",\"2\"]"},
  };
  for (const Case& c : cases) EXPECT_EQ(rows(c.format, c.body), c.want) << c.format << " " << c.body;
}

TEST(ExternalFormat, LeavesTheFirstRecordOut) {
  EXPECT_EQ(rows("csv", "\"a\nb\",b\nx,1\n", true), R"(["x","1"])");
  EXPECT_EQ(rows("multijson", "[{\"a\":1},{\"a\":2}]", true), R"(["2",null])");
}

TEST(ExternalFormat, IsToldByTheAddress) {
  const auto name = [](std::string_view address) {
    const ExternalFormat* format = external_format_of(address);
    return format != nullptr ? format->name : "none";
  };
  EXPECT_EQ(name("https://h.example/a.b/list.TXT.gz?x=.json#.tsv"), "txt");
  EXPECT_EQ(name("https://h.example/a.json/list"), "csv");
  EXPECT_EQ(name("https://h.example/a.json"), "json");
  EXPECT_EQ(name("https://h.example/a.parquet"), "none");
  EXPECT_EQ(name(""), "csv");
}

TEST(ExternalFormat, StopsWhereRowsAreTooMany) {
  const ExternalLayout layout{find_external_format("csv"), false,
                              std::vector<ExternalColumn>(2000, {"a", Type::kLong})};
  std::string body, lines;
  for (int i = 0; i < 100'000; ++i) body += "x\n";
  EXPECT_FALSE(append_external_rows(body, layout, lines, 1 << 20));
  EXPECT_LT(lines.size(), (1u << 20) + 20'000);
}

}  // namespace
}  // namespace linkgate::kql
