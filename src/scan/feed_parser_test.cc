#include "scan/feed_parser_for_test.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "url/canonical_key.h"
#include "url/url.h"

namespace linkgate::scan {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using verdict::Disposition;

FeedConfig text_feed() { return {}; }
FeedConfig csv_feed(std::string url_column = "url", std::string threat_column = "") {
  FeedConfig config;
  config.format = "csv";
  config.url_column = std::move(url_column);
  config.threat_column = std::move(threat_column);
  return config;
}

std::vector<std::string> keys_of(std::string_view bytes, const FeedConfig& config) {
  const auto feed = parsed_feed(bytes, config);
  EXPECT_TRUE(feed.has_value()) << feed.error().message();
  std::vector<std::string> keys;
  if (!feed) return keys;
  for (const auto& entry : feed->list) keys.push_back(entry.key);
  return keys;
}

struct WordCase {
  std::string_view word;
  std::string_view key;
};

TEST(FeedKey, NamesAUrlOrAWholeHost) {
  const WordCase cases[] = {
      {"evil.example", "evil.example/"},
      {"EVIL.Example.", "evil.example/"},
      {"http://evil.example", "evil.example/"},
      {"https://evil.example/", "evil.example/"},
      {"https://evil.example/login", "evil.example/login"},
      {"evil.example/login?x=1#y", "evil.example/login?x=1"},
      {"hxxps://evil[.]example/a", "evil.example/a"},
      {"evil(.)example", "evil.example/"},
      {"evil.example:8080/a", "evil.example:8080/a"},
      {"http://user@evil.example:80/a", "evil.example/a"},
      {"192.0.2.7", "192.0.2.7/"},
      {"http://0xC0.0.2.7/a", "192.0.2.7/a"},
      {"b\u00fccher.example", "xn--bcher-kva.example/"},
      {"localhost", ""},
      {"com", ""},
      {"???", ""},
      {"mailto:a@evil.example", ""},
      {"javascript://evil.example/%0aalert(1)", ""},
      {"<html>", ""},
      {"", ""},
  };
  for (const auto& c : cases) EXPECT_EQ(feed_key(c.word), c.key) << c.word;
}

TEST(TextFeed, TakesUrlsHostsHostsFilesAndComments) {
  EXPECT_THAT(keys_of("\xef\xbb\xbf# made 2026\r\n"
                      "evil.example\r\n"
                      "\n"
                      "  https://a.example/x  \t2026-01-01\n"
                      "; ini comment\n! filter comment\n// code comment\n"
                      "0.0.0.0 b.example c.example # two\n"
                      "127.0.0.1\tlocalhost\n"
                      "::1 localhost ip6-loopback\n"
                      "0.0.0.0 0.0.0.0\n"
                      "d.example",
                      text_feed()),
              ElementsAre("evil.example/", "a.example/x", "b.example/", "c.example/", "d.example/"));
}

TEST(TextFeed, LinesThatAreNeitherArePassedOverAndCounted) {
  const auto feed = parsed_feed("evil.example\nnonsense\n\x01\xff broken\n", text_feed());
  ASSERT_TRUE(feed.has_value());
  EXPECT_EQ(feed->list.size(), 1u);
  EXPECT_EQ(feed->skipped, 2u);
  EXPECT_EQ(feed->first_skipped, "nonsense");
}

TEST(TextFeed, AnErrorPageDoesNotEmptyTheFeed) {
  const auto feed = parsed_feed("<html>\n<body>Too many requests</body>\n</html>\n", text_feed());
  ASSERT_FALSE(feed.has_value());
  EXPECT_THAT(feed.error().message(), HasSubstr("<html>"));
}

TEST(TextFeed, AnEmptiedFeedIsEmpty) {
  EXPECT_THAT(keys_of("", text_feed()), IsEmpty());
  EXPECT_THAT(keys_of("# nothing at present\n", text_feed()), IsEmpty());
}

TEST(TextFeed, TheThreatIsTheConfigurations) {
  FeedConfig config = text_feed();
  config.threat = "malware";
  EXPECT_EQ(parsed_feed("evil.example", config)->list[0].disposition, Disposition::kMalware);
  EXPECT_EQ(parsed_feed("evil.example", text_feed())->list[0].disposition, Disposition::kPhishing);
}

struct RecordCase {
  std::string_view bytes;
  std::vector<std::string> fields;
  size_t at;
};

TEST(CsvRecord, ReadsWhatRfc4180Says) {
  const RecordCase cases[] = {
      {"a,b\r\nc", {"a", "b"}, 5},
      {"a,b\nc", {"a", "b"}, 4},
      {"a,,", {"a", "", ""}, 3},
      {"\"a,b\",c", {"a,b", "c"}, 7},
      {"\"a\"\"b\"", {"a\"b"}, 6},
      {"\"a\r\nb\",c\n", {"a\r\nb", "c"}, 9},
      {"\"\"", {""}, 2},
      {"\"a\"x,b", {"ax", "b"}, 6},
      {"a\"b,c", {"a\"b", "c"}, 5},
      {"\n", {""}, 1},
  };
  for (const auto& c : cases) {
    size_t at = 0;
    std::vector<std::string> fields;
    EXPECT_TRUE(read_csv_record(c.bytes, &at, &fields)) << c.bytes;
    EXPECT_EQ(fields, c.fields) << c.bytes;
    EXPECT_EQ(at, c.at) << c.bytes;
  }
  size_t at = 0;
  std::vector<std::string> fields;
  EXPECT_FALSE(read_csv_record("\"never closed\n", &at, &fields));
  EXPECT_FALSE(read_csv_record("", &at, &fields));
}

TEST(CsvFeed, ColumnsAreFoundByName) {
  EXPECT_THAT(keys_of("id,URL,date\n1,\"https://evil.example/a,b\",2026\n2,b.example,2026\n", csv_feed()),
              ElementsAre("evil.example/a,b", "b.example/"));
}

TEST(CsvFeed, AHeaderInACommentIsUnderstood) {
  EXPECT_THAT(
      keys_of("# A feed\r\n# id,dateadded,url\r\n\"1\",\"2026\",\"http://evil.example/x\"\r\n# end\r\n",
              csv_feed()),
      ElementsAre("evil.example/x"));
}

TEST(CsvFeed, ColumnsMayBeNumbered) {
  EXPECT_THAT(keys_of("1,http://evil.example/x\n2,http://b.example/\n", csv_feed("2")),
              ElementsAre("evil.example/x", "b.example/"));
}

TEST(CsvFeed, TheThreatColumnDecides) {
  const auto feed = parsed_feed(
      "url,threat\na.example,Phishing kit\nb.example,malware_download\nc.example,benign\nd.example,PHISH\n",
      csv_feed("url", "threat"));
  ASSERT_TRUE(feed.has_value());
  ASSERT_EQ(feed->list.size(), 3u);
  EXPECT_EQ(feed->list[0].disposition, Disposition::kPhishing);
  EXPECT_EQ(feed->list[0].detail, "Phishing kit");
  EXPECT_EQ(feed->list[1].disposition, Disposition::kMalware);
  EXPECT_EQ(feed->skipped, 1u);
}

TEST(CsvFeed, AWrongColumnOrAnOpenQuoteRefusesTheWholeFeed) {
  EXPECT_THAT(parsed_feed("a,b\n1,2\n", csv_feed()).error().message(), HasSubstr("no column \"url\""));
  EXPECT_THAT(parsed_feed("url,b\n1,2\n", csv_feed("url", "kind")).error().message(),
              HasSubstr("no column \"kind\""));
  EXPECT_THAT(parsed_feed("", csv_feed()).error().message(), HasSubstr("no column"));
  EXPECT_THAT(parsed_feed("url\na.example\n\"b.example\nc.example\n", csv_feed()).error().message(),
              HasSubstr("never ends"));
}

TEST(CsvFeed, ARecordThatIsTooShortIsPassedOver) {
  const auto feed = parsed_feed("id,url\n1\n2,b.example\n", csv_feed());
  ASSERT_TRUE(feed.has_value());
  EXPECT_EQ(feed->skipped, 1u);
  EXPECT_EQ(feed->list.size(), 1u);
}

TEST(Feed, OneThatIsTooLargeIsRefusedNotCut) {
  const std::string large(kMaxFeedBytes + 1, '\n');
  EXPECT_EQ(parsed_feed(large, text_feed()).error().code(), ErrorCode::kLimit);
  std::string many;
  many.reserve(kMaxFeedEntries * 6 + 16);
  for (size_t i = 0; i <= kMaxFeedEntries; ++i) many += "a.co\n";
  EXPECT_EQ(parsed_feed(many, text_feed()).error().code(), ErrorCode::kLimit);
}

TEST(Feed, AnEndlessLineIsOneLineThatIsPassedOver) {
  std::string bytes = "evil.example\n" + std::string(5'000'000, 'a') + ".example\nb.example\n";
  const auto feed = parsed_feed(bytes, text_feed());
  ASSERT_TRUE(feed.has_value());
  EXPECT_EQ(feed->list.size(), 2u);
  EXPECT_LE(feed->first_skipped.size(), 80u);
}

// What a feed lists must be found under every spelling of the link.
TEST(Feed, EverySpellingOfAUrlFindsItsEntry) {
  const std::string key = feed_key("http://evil.example/a/login.php?id=7");
  for (const std::string_view spelling :
       {"http://evil.example/a/login.php?id=7", "https://evil.example/a/login.php?id=7",
        "HTTP://EVIL.EXAMPLE:80/a/login.php?id=7#top", "http://user:pw@evil.example/a/login.php?id=7",
        "http://evil.example./a/login.php?id=7", "http://evil.example/a/./b/../login.php?id=7",
        "http://evil.example//a//login.php?id=7", "http://evil.example/%61/login.php?id=7",
        "http://evil.example/%2561/login.php?id=7", "http://ev\til.example/a/login.php?id=7",
        "http:\\\\evil.example\\a\\login.php?id=7", "http://%65vil.example/a/login.php?id=7"}) {
    const auto url = url::Url::parse(spelling);
    ASSERT_TRUE(url.has_value()) << spelling;
    EXPECT_THAT(url::lookup_keys(*url), testing::Contains(key)) << spelling;
  }
}

}  // namespace
}  // namespace linkgate::scan
