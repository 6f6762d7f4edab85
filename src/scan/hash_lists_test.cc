// Lists of URL hashes: decoding, the update protocols of Safe Browsing v5 and Web Risk, and the search for
// whole hashes, against a server on loopback that speaks both.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sodium.h>

#include <boost/asio/use_future.hpp>

#include "base/base64.h"
#include "scan/feed_parser_for_test.h"
#include "scan/feed_server_for_test.h"
#include "scan/hash_check.h"
#include "scan/hash_list.h"
#include "scan/hash_list_source.h"
#include "scan/hash_search.h"

namespace linkgate::scan {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using verdict::Disposition;

using Numbers = std::vector<uint32_t>;

// The opposite of decode(): `values` ascend.
RiceSeries encoded(const Numbers& values, uint32_t parameter) {
  RiceSeries series{values.at(0), parameter, static_cast<uint32_t>(values.size() - 1), ""};
  std::vector<bool> bits;
  for (size_t i = 1; i < values.size(); ++i) {
    const uint32_t difference = values[i] - values[i - 1];
    bits.insert(bits.end(), difference >> parameter, true);
    bits.push_back(false);
    for (uint32_t k = 0; k < parameter; ++k) bits.push_back((difference >> k & 1) != 0);
  }
  series.data.assign((bits.size() + 7) / 8, '\0');
  for (size_t i = 0; i < bits.size(); ++i) {
    if (bits[i]) series.data[i / 8] = static_cast<char>(series.data[i / 8] | 1 << (i % 8));
  }
  return series;
}

TEST(RiceSeries, ComesBackAsItWasEncoded) {
  EXPECT_EQ(decode({1, 2, 3, "\xc1\x04"}).value(), (Numbers{1, 5, 7, 13}))
      << "the example of the documentation";
  EXPECT_EQ(decode({7, 0, 0, ""}).value(), (Numbers{7}));
  Numbers values;
  for (uint32_t i = 0; i < 5'000; ++i) values.push_back(i * 850'001U + i % 7);
  for (const uint32_t parameter : {14U, 19U, 22U, 30U})
    EXPECT_EQ(decode(encoded(values, parameter)).value(), values) << parameter;
}

TEST(RiceSeries, WhatIsNoneIsRefused) {
  const std::pair<RiceSeries, ErrorCode> cases[] = {
      {{1, 2, 3, "\xc1"}, ErrorCode::kInvalidArgument},
      {{1, 0, 3, "\xc1\x04"}, ErrorCode::kInvalidArgument},
      {{1, 32, 3, std::string(100, 'x')}, ErrorCode::kInvalidArgument},
      {{1, 2, 3, std::string(2, '\xff')}, ErrorCode::kInvalidArgument},
      {{1, 2, 3, std::string(2, '\0')}, ErrorCode::kInvalidArgument},
      {{0xffffffff, 2, 1, std::string("\x02", 1)}, ErrorCode::kInvalidArgument},
      {{1, 2, 0xffffffff, "x"}, ErrorCode::kLimit},
  };
  for (const auto& [series, code] : cases) EXPECT_EQ(decode(series).error().code(), code) << series.count;
}

std::string checksum(Numbers prefixes) {
  std::sort(prefixes.begin(), prefixes.end());
  std::string octets;
  for (const uint32_t one : prefixes) {
    for (const int shift : {24, 16, 8, 0}) octets += static_cast<char>(one >> shift);
  }
  return expression_hash(octets);
}

TEST(HashList, RemovalsComeBeforeAdditionsAndTheChecksumDecides) {
  const HashList before{"v1", {10, 20, 30, 40}};
  EXPECT_EQ(updated(before, {"l", "v2", true, {1, 3}, {25, 5}, checksum({5, 10, 25, 30})})->prefixes,
            (Numbers{5, 10, 25, 30}));
  EXPECT_EQ(updated(before, {"l", "v2", false, {}, {7}, checksum({7})})->prefixes, (Numbers{7}));
  EXPECT_EQ(updated(before, {"l", "v2", true, {1}, {}, checksum({7})}).error().code(), ErrorCode::kCorrupt);
  EXPECT_EQ(updated(before, {"l", "v2", true, {4}, {}, checksum({10})}).error().code(), ErrorCode::kCorrupt);
}

std::string series_json(const Numbers& values, const std::string& count) {
  const RiceSeries series = encoded(values, 20);
  return R"({"firstValue":)" + std::to_string(series.first) + R"(,"riceParameter":20,")" + count + R"(":)" +
         std::to_string(series.count) + R"(,"encodedData":")" + base64_encode(series.data) + "\"}";
}

// hashLists:batchGet's answer for one list.
std::string batch(const std::string& version, bool is_partial, const std::string& changes,
                  const Numbers& whole, const std::string& wait = "0s") {
  return R"({"hashLists":[{"name":"se-4b","version":")" + version + R"(","partialUpdate":)" +
         (is_partial ? "true" : "false") + changes + R"(,"minimumWaitDuration":")" + wait +
         R"(","sha256Checksum":")" + base64_encode(checksum(whole)) + "\"}]}";
}

class HashServer : public FeedServerTest {
 protected:
  static std::string lines(Result<std::optional<FeedBytes>> bytes) {
    if (!bytes) return bytes.error().message();
    return *bytes ? std::string((*bytes)->view().value()) : "unchanged";
  }
};

TEST_F(HashServer, SafeBrowsingListsAreKeptUpToDateByDifferences) {
  const std::string first = "/v5/hashLists:batchGet?alt=json&names=se-4b";
  const Numbers one{0x01020304, 0x11223344, 0xaabbccdd};
  serve(first,
        {.body = batch("djE=", false, ",\"additionsFourBytes\":" + series_json(one, "entriesCount"), one)});
  const auto source = hash_list_source(HashProtocol::kSafeBrowsing, url("/"), "se-4b", cancelled_, options());
  EXPECT_EQ(lines(source->fetch_if_changed()), "01020304 se-4b\n11223344 se-4b\naabbccdd se-4b\n");
  const Numbers two{0x01020304, 0x20000000, 0xaabbccdd};
  serve(first + "&version=djE%3D",
        {.body = batch("djI=", true,
                       ",\"compressedRemovals\":" + series_json({1}, "entriesCount") +
                           ",\"additionsFourBytes\":" + series_json({0x20000000}, "entriesCount"),
                       two)});
  EXPECT_EQ(lines(source->fetch_if_changed()), "01020304 se-4b\n20000000 se-4b\naabbccdd se-4b\n");
  serve(first + "&version=djI%3D", {.body = batch("djI=", true, "", two)});
  EXPECT_EQ(lines(source->fetch_if_changed()), "unchanged");
  source->forget();
  EXPECT_EQ(lines(source->fetch_if_changed()), "01020304 se-4b\n20000000 se-4b\naabbccdd se-4b\n");
  // A difference that does not lead to the list that it should: then all of it.
  serve(first + "&version=djI%3D", {.body = batch("djM=", true, "", one)});
  EXPECT_THAT(lines(source->fetch_if_changed()), HasSubstr("SHA-256"));
  asked();
  serve(first, {.body = batch("djM=", false, ",\"additionsFourBytes\":" + series_json(one, "entriesCount"),
                              one, "1800s")});
  EXPECT_EQ(lines(source->fetch_if_changed()), "01020304 se-4b\n11223344 se-4b\naabbccdd se-4b\n");
  EXPECT_EQ(lines(source->fetch_if_changed()), "unchanged");
  EXPECT_THAT(asked(), ElementsAre(first)) << "left alone as long as it wants";
}

TEST_F(HashServer, WebRiskListsLikewise) {
  const std::string first =
      "/v1/threatLists:computeDiff?threatType=MALWARE&constraints.supportedCompressions=RICE";
  const Numbers whole{0x01020304, 0xaabbccdd};
  const Numbers swapped{0x04030201, 0xddccbbaa};
  serve(first, {.body = R"({"responseType":"RESET","newVersionToken":"dG8=","additions":{"riceHashes":)" +
                        series_json(swapped, "entryCount") + R"(},"checksum":{"sha256":")" +
                        base64_encode(checksum(whole)) + "\"}}"});
  const auto source = hash_list_source(HashProtocol::kWebRisk, url(""), "MALWARE", cancelled_, options());
  EXPECT_EQ(lines(source->fetch_if_changed()), "01020304 MALWARE\naabbccdd MALWARE\n");
  serve(first + "&versionToken=dG8%3D",
        {.body = R"({"responseType":"DIFF","newVersionToken":"dHA=","removals":{"rawIndices":{"indices":[0]}},
                    "additions":{"rawHashes":[{"prefixSize":4,"rawHashes":")" +
                 base64_encode("abcd") + R"("}]},
                    "checksum":{"sha256":")" +
                 base64_encode(checksum({0xaabbccdd, 0x61626364})) + "\"}}"});
  EXPECT_EQ(lines(source->fetch_if_changed()), "61626364 MALWARE\naabbccdd MALWARE\n");
}

TEST(HashFeed, ALineIsAPrefixUnderItsKey) {
  FeedConfig config;
  config.format = "safebrowsing";
  const auto feed = parsed_feed("01020304 se-4b\naabbccdd mw-4b\nnonsense\n", config);
  ASSERT_TRUE(feed.has_value());
  ASSERT_EQ(feed->list.size(), 2u);
  EXPECT_EQ(feed->list[0].key, "sha256:01020304");
  EXPECT_EQ(feed->list[0].disposition, Disposition::kPhishing);
  EXPECT_EQ(feed->list[1].disposition, Disposition::kMalware);
  EXPECT_EQ(feed->skipped, 1u);
}

// The whole way: a prefix in the index, the server's word, the verdict.
class Confirmed : public HashServer {
 protected:
  void SetUp() override {
    HashServer::SetUp();
    state::StateOptions state;
    state.location = "sqlite:" + folder_;
    store_ = state::open_intel_store(state).value();
    std::vector<state::FeedEntry> entries;
    for (const char* expression : {"evil.example/login", "honest.example/"})
      entries.push_back(
          {hash_key(prefix_of(expression_hash(expression))), Disposition::kPhishing, "se-4b", {}});
    ASSERT_TRUE(
        store_->replace_feed({.name = "gsb", .source = "s", .loaded = clock_.now()}, entries).has_value());
    intel_ =
        Intel::open(state::open_intel_store(state).value(), state::open_intel_store(state).value()).value();
    FeedConfig feed;
    feed.name = "gsb";
    feed.source = url("");
    feed.format = "safebrowsing";
    check_ = std::make_unique<HashCheck>(std::vector{feed}, options(), *intel_, clock_);
  }
  std::string question(const std::string& expression) const {
    std::string text = "/v5/hashes:search?alt=json&hashPrefixes=";
    for (const char c : base64_encode(expression_hash(expression).substr(0, 4)))
      text += c == '=' ? "%3D" : c == '+' ? "%2B" : c == '/' ? "%2F" : std::string(1, c);
    return text;
  }
  static std::string said(const std::string& expression, const std::string& details) {
    return R"({"fullHashes":[{"fullHash":")" + base64_encode(expression_hash(expression)) +
           R"(","fullHashDetails":[)" + details + R"(]}],"cacheDuration":"300s"})";
  }
  std::pair<bool, verdict::Verdict> look(const std::string& text) {
    net::asio::io_context io;
    verdict::Verdict verdict;
    auto looking = check_->look(text, &verdict);
    auto done = net::asio::co_spawn(io, std::move(looking), net::asio::use_future);
    io.run();
    return {done.get(), verdict};
  }

  FakeClock clock_{Time(Ticks(17'000'000'000'000'000))};
  std::unique_ptr<state::IntelStore> store_;
  std::unique_ptr<Intel> intel_;
  std::unique_ptr<HashCheck> check_;
};

TEST_F(Confirmed, AWholeHashThatTheServerListsIsAVerdict) {
  serve(question("evil.example/login"),
        {.body = said("evil.example/login", R"({"threatType":"SOCIAL_ENGINEERING"})")});
  const auto [is_listed, verdict] = look("https://www.evil.example/login?id=7");
  EXPECT_TRUE(is_listed);
  EXPECT_EQ(verdict.disposition, Disposition::kPhishing);
  ASSERT_EQ(verdict.evidence.size(), 1u);
  EXPECT_THAT(verdict.evidence[0].sentence,
              HasSubstr("\"gsb\" has the hash of evil.example/login as phishing"));
  EXPECT_TRUE(look("https://evil.example/login").first);
  EXPECT_THAT(asked(), ElementsAre(question("evil.example/login"))) << "remembered";
  clock_.advance(std::chrono::seconds(301));
  EXPECT_TRUE(look("https://evil.example/login").first);
  EXPECT_EQ(asked().size(), 1u) << "for as long as the server says";
}

TEST_F(Confirmed, APrefixAloneIsNone) {
  serve(question("honest.example/"), {.body = said("another.example/", R"({"threatType":"MALWARE"})")});
  const auto [is_listed, verdict] = look("https://honest.example/");
  EXPECT_FALSE(is_listed);
  EXPECT_THAT(verdict.evidence, IsEmpty());
  for (const char* details :
       {R"({"threatType":"MALWARE","attributes":["CANARY"]})", R"({"threatType":"SOMETHING_NEW"})", ""}) {
    clock_.advance(std::chrono::hours(1));
    serve(question("honest.example/"), {.body = said("honest.example/", details)});
    EXPECT_FALSE(look("https://honest.example/").first) << details;
  }
}

TEST_F(Confirmed, AServerThatCannotBeAskedDecidesNothingAndThatIsSaid) {
  const auto [is_listed, verdict] = look("https://evil.example/login");
  EXPECT_FALSE(is_listed);
  EXPECT_EQ(verdict.disposition, Disposition::kUnknown);
  ASSERT_EQ(verdict.evidence.size(), 1u);
  EXPECT_EQ(verdict.evidence[0].code, "hash.unconfirmed");
  asked();
  EXPECT_FALSE(look("https://unlisted.example/").first);
  EXPECT_THAT(asked(), IsEmpty()) << "whose prefix nobody lists is nobody's to know";
}

TEST(HashSearch, WebRisksAnswers) {
  const Time now{Ticks(17'000'000'000'000'000)};  // 2023-11-14T22:13:20Z
  const auto answer =
      HashSearch::parse(
          HashProtocol::kWebRisk,
          R"({"threats":[{"threatTypes":["MALWARE"],"hash":"YWJj","expireTime":"2023-11-14T22:18:20Z"}],
                                           "negativeExpireTime":"2023-11-14T22:23:20Z"})",
          now)
          .value();
  EXPECT_THAT(answer.listed, ElementsAre(std::pair(std::string("abc"), Disposition::kMalware)));
  EXPECT_EQ(answer.until, now + std::chrono::seconds(300));
  EXPECT_EQ(HashSearch::parse(HashProtocol::kWebRisk, "{}", now)->until, now);
  EXPECT_FALSE(HashSearch::parse(HashProtocol::kWebRisk, "[]", now).has_value());
}

}  // namespace
}  // namespace linkgate::scan
