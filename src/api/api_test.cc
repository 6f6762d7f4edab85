#include <gtest/gtest.h>

#include "api/check.h"
#include "api/flips.h"

namespace linkgate::api {
namespace {

using verdict::Disposition;

verdict::Verdict full_verdict() {
  verdict::Verdict verdict;
  verdict.disposition = Disposition::kPhishing;
  verdict.confidence = 90;
  verdict.evidence = {{"feed.listed", "Listed by \"feed\" \u2026", ""}, {"page", "Seen", "shot/1.png"}};
  verdict.url_chain = {"https://a.example/?q=\"", "https://b.example/"};
  verdict.detection_method = "URL malicious reputation";
  verdict.judged_at = Time(Ticks(17'000'000'001'234'567));
  verdict.valid_until = verdict.judged_at + std::chrono::hours(1);
  return verdict;
}

TEST(CheckJson, AVerdictReadsBackAsItWasPrinted) {
  EXPECT_EQ(parse_verdict(to_json(full_verdict())).value(), full_verdict());
  EXPECT_EQ(parse_verdict(to_json(verdict::Verdict{})).value(), verdict::Verdict{});
}

TEST(CheckJson, ARequestReadsBackAsItWasPrinted) {
  for (const auto moment :
       {CheckMoment::kDelivery, CheckMoment::kClick, CheckMoment::kRescan, CheckMoment::kAsked}) {
    CheckRequest request;
    request.url = "https://example.com/\u00fc?\"\\";
    request.moment = moment;
    request.network_message_id = "id";
    request.recipient = "alice@example.com";
    request.sender_domain = "shop.example";
    request.sender_is_known = true;
    request.fresh = true;
    request.static_only = true;
    const auto read = parse_check_request(to_json(request));
    ASSERT_TRUE(read.has_value());
    EXPECT_EQ(to_json(*read), to_json(request));
    EXPECT_EQ(read->url, request.url);
    EXPECT_EQ(read->moment, moment);
    EXPECT_EQ(read->recipient, request.recipient);
    EXPECT_EQ(read->sender_domain, request.sender_domain);
    EXPECT_EQ(read->sender_is_known, request.sender_is_known);
    EXPECT_EQ(read->fresh, request.fresh);
    EXPECT_TRUE(read->static_only);
  }
}

TEST(CheckJson, BytesThatAreNoTextAreReplacedAndNothingThrows) {
  CheckRequest request;
  request.url = "https://example.com/\xff\xfe";
  EXPECT_EQ(parse_check_request(to_json(request))->url, "https://example.com/\ufffd\ufffd");
}

TEST(CheckJson, UnknownMembersAreIgnored) {
  EXPECT_EQ(parse_check_request(R"({"url":"http://a/","later":{"x":[1]}})")->url, "http://a/");
}

TEST(CheckJson, WhatIsNoRequestIsRefused) {
  for (const std::string_view text :
       {"", "null", "[]", "{", "{}", R"({"url":""})", R"({"url":7})", R"({"url":"a","moment":"never"})",
        R"({"url":"a","moment":1})", R"({"url":"a","static_only":"yes"})", R"({"url":"a"} x)",
        "{\"url\":\"\xff\"}"}) {
    const auto read = parse_check_request(text);
    ASSERT_FALSE(read.has_value()) << text;
    EXPECT_EQ(read.error().code(), ErrorCode::kInvalidArgument) << text;
  }
  EXPECT_EQ(parse_check_request(std::string(kMaxCheckBytes + 1, ' ')).error().code(), ErrorCode::kLimit);
}

TEST(CheckJson, WhatIsNoVerdictIsRefused) {
  for (const std::string_view text :
       {R"({})", R"({"disposition":"fine"})", R"({"disposition":"clean","confidence":101})",
        R"({"disposition":"clean","confidence":-1})", R"({"disposition":"clean","confidence":1e99})",
        R"({"disposition":"clean","confidence":"9"})", R"({"disposition":"clean","evidence":{}})",
        R"({"disposition":"clean","evidence":[7]})", R"({"disposition":"clean","url_chain":[1]})",
        R"({"disposition":"clean","judged_at":"yesterday"})"}) {
    EXPECT_FALSE(parse_verdict(text).has_value()) << text;
  }
}

TEST(CheckJson, DeepNestingDoesNotExhaustTheStack) {
  const std::string deep(kMaxCheckBytes / 2, '[');
  EXPECT_FALSE(parse_verdict("{\"x\":" + deep).has_value());
  const std::string closed =
      R"({"disposition":"clean","x":)" + std::string(100'000, '[') + std::string(100'000, ']') + "}";
  EXPECT_TRUE(parse_verdict(closed).has_value()) << "ignored like any unknown member";
}

TEST(Flips, ComeBackAsTheyWereSent) {
  const std::vector<FlipInfo> flips = {{7, "00ff", "https://a.example/", verdict::Disposition::kClean,
                                        verdict::Disposition::kPhishing, Time{Ticks(17'000'000'000'000'000)},
                                        "rescan", "It plays a \"bank\""}};
  EXPECT_EQ(parse_flips(to_json(flips)).value(), flips);
  EXPECT_TRUE(parse_flips(to_json(std::vector<FlipInfo>{})).value().empty());
  for (const char* text :
       {"", "[]", "{}", R"({"flips":5})", R"({"flips":[{}]})", R"({"flips":[{"id":"x"}]})"})
    EXPECT_FALSE(parse_flips(text).has_value()) << text;
}

}  // namespace
}  // namespace linkgate::api
