#include "verdict/verdict_export.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace linkgate::verdict {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr Time kNoon{Ticks(17'000'000'000'000'000)};  // 2023-11-14T22:13:20Z

Verdict bad(std::string url, Disposition disposition = Disposition::kPhishing, Time judged_at = kNoon) {
  Verdict verdict;
  verdict.disposition = disposition;
  verdict.url_chain = {std::move(url), "https://landing.example/"};
  verdict.judged_at = judged_at;
  verdict.valid_until = judged_at + std::chrono::hours(24);
  return verdict;
}

struct Export {
  TenantLists lists;
  std::vector<std::string> allowed;
  Time since{};
  std::vector<Verdict> verdicts;

  void allow(const std::string& value) {
    std::vector<TenantUrlEntry> entries;
    allowed.push_back(value);
    for (const std::string& one : allowed)
      entries.push_back({*url::TablPattern::parse(one), url::ListAction::kAllow, std::nullopt, ""});
    lists = TenantLists(std::move(entries));
  }
  std::string print(ExportFormat format) const {
    VerdictExport out(lists, allowed, since, kNoon);
    for (const Verdict& verdict : verdicts) out.add(verdict);
    return out.print(format);
  }
};

TEST(VerdictExport, OnlyPhishingAndMalwareThatIsInForce) {
  Export out;
  for (const Disposition harmless :
       {Disposition::kClean, Disposition::kUnknown, Disposition::kSuspicious, Disposition::kGated})
    out.verdicts.push_back(bad("https://harmless.example/", harmless));
  out.verdicts.push_back(bad("https://old.example/", Disposition::kPhishing, kNoon - std::chrono::hours(25)));
  out.verdicts.push_back(bad("ftp://files.example/"));
  out.verdicts.push_back(bad("https://b.example/x?y"));
  out.verdicts.push_back(bad("https://a.example/", Disposition::kMalware));
  out.verdicts.push_back(bad("https://a.example/", Disposition::kMalware));
  EXPECT_EQ(
      out.print(ExportFormat::kList),
      "# URLs that Linkgate judged to be phishing or malware\nhttps://a.example/\nhttps://b.example/x?y\n");
  out.since = kNoon + std::chrono::seconds(1);
  EXPECT_EQ(out.print(ExportFormat::kList), "# URLs that Linkgate judged to be phishing or malware\n");
}

TEST(VerdictExport, AZoneHasTheHostsThatAreBadAsSuch) {
  Export out;
  out.verdicts = {
      bad("https://www.evil.example/"),  bad("http://a.evil.example:80/"),  bad("https://shop.example/login"),
      bad("https://shop.example/?id=1"), bad("https://port.example:8443/"), bad("http://192.0.2.1/"),
      bad("https://github.io/"),         bad("https://phish.github.io/"),   bad("http://com/")};
  EXPECT_EQ(
      out.print(ExportFormat::kRpz),
      "$TTL 300\n@ IN SOA localhost. hostmaster.localhost. 1700000000 300 60 86400 60\n  IN NS localhost.\n"
      "a.evil.example CNAME .\nphish.github.io CNAME .\nwww.evil.example CNAME .\n");
}

TEST(VerdictExport, WhatIsAllowedIsNeverExported) {
  Export out;
  out.verdicts = {bad("https://good.example/"), bad("https://evil.example/"), bad("https://other.example/a"),
                  bad("https://other.example/b")};
  out.allow("good.example");
  out.allow("portal.Evil.example");
  out.allow("other.example/a");
  const std::string list = out.print(ExportFormat::kList), zone = out.print(ExportFormat::kRpz);
  EXPECT_THAT(list, Not(HasSubstr("good.example")));
  EXPECT_THAT(list, Not(HasSubstr("other.example/a")));
  EXPECT_THAT(list, HasSubstr("https://other.example/b\n"));
  EXPECT_THAT(zone, Not(HasSubstr("evil.example"))) << "a page on it is allowed";
}

TEST(VerdictExport, AStixBundleIsTheSameForTheSameVerdicts) {
  Export out;
  out.verdicts = {bad("https://evil.example/it's?a=\"b\"")};
  const std::string bundle = out.print(ExportFormat::kStix);
  EXPECT_THAT(bundle, HasSubstr(R"("pattern":"[url:value = 'https://evil.example/it\\'s?a=%22b%22']")"));
  EXPECT_THAT(
      bundle,
      HasSubstr(R"("valid_from":"2023-11-14T22:13:20.000Z","valid_until":"2023-11-15T22:13:20.000Z")"));
  EXPECT_THAT(bundle, HasSubstr(R"("labels":["phishing"])"));
  EXPECT_EQ(bundle, out.print(ExportFormat::kStix));
  out.verdicts.push_back(bad("https://more.example/"));
  EXPECT_NE(bundle.substr(0, 80), out.print(ExportFormat::kStix).substr(0, 80)) << "another bundle";
}

TEST(VerdictExport, FormatsHaveNames) {
  EXPECT_EQ(export_format("rpz"), ExportFormat::kRpz);
  EXPECT_EQ(export_format("xml"), std::nullopt);
  EXPECT_EQ(media_type(ExportFormat::kStix), "application/stix+json;version=2.1");
}

}  // namespace
}  // namespace linkgate::verdict
