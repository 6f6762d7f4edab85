// A table of small feeds, one for each format, and what they list.
#include "scan/feed_formats.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "scan/feed_parser_for_test.h"

namespace linkgate::scan {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using verdict::Disposition;

constexpr Time kNoon{Ticks(17'000'000'000'000'000)};  // 2023-11-14

FeedConfig of(std::string format) {
  FeedConfig config;
  config.format = std::move(format);
  return config;
}

// "key disposition detail"
std::vector<std::string> listed(std::string_view bytes, const FeedConfig& config) {
  const auto feed = parsed_feed(bytes, config, kNoon);
  EXPECT_TRUE(feed.has_value()) << feed.error().message();
  std::vector<std::string> all;
  if (!feed) return all;
  for (const auto& entry : feed->list) {
    std::string text = entry.key + " " + std::string(verdict::to_string(entry.disposition));
    if (!entry.detail.empty()) text += " " + entry.detail;
    all.push_back(std::move(text));
  }
  return all;
}
std::string trouble(std::string_view bytes, const FeedConfig& config) {
  const auto feed = parsed_feed(bytes, config, kNoon);
  return feed ? "" : feed.error().message();
}

TEST(FeedFormats, EachHasANameOfItsOwnAndIsFoundByIt) {
  for (const FeedFormat& format : feed_formats()) EXPECT_EQ(find_feed_format(format.name), &format);
  EXPECT_EQ(find_feed_format("xml"), nullptr);
  EXPECT_EQ(trouble("a.example", of("xml")), "has a format that is not known");
}

TEST(FeedFormats, FilterListsBlockHostsAndExceptSome) {
  EXPECT_THAT(
      listed("[Adblock Plus 2.0]\n! title\n||evil.example^\n||all.example^$all\n||ads.example^$third-party\n"
             "@@||good.evil.example^\n||evil.example/path\n",
             of("text")),
      ElementsAre("evil.example/ phishing", "all.example/ phishing", "good.evil.example/ clean"));
}

TEST(FeedFormats, UrlhausDumps) {
  EXPECT_THAT(
      listed(
          "################\n# abuse.ch URLhaus Database Dump (CSV)\n#\n"
          "# id,dateadded,url,url_status,last_online,threat,tags,urlhaus_link,reporter\r\n"
          "\"7\",\"2026-01-01 00:00:00\",\"http://192.0.2.9:8080/a.sh\",\"online\",\"\",\"malware_download\","
          "\"elf,mirai\",\"https://urlhaus.example/url/7/\",\"r\"\r\n",
          of("urlhaus-csv")),
      ElementsAre("192.0.2.9:8080/a.sh malware malware_download: elf,mirai"));
  EXPECT_THAT(listed(R"({"7":[{"dateadded":"x","url":"http://evil.example/a","url_status":"online",
                        "threat":"malware_download","tags":["exe","loader"]}]})",
                     of("urlhaus-json")),
              ElementsAre("evil.example/a malware malware_download: exe loader"));
  EXPECT_THAT(
      listed(
          R"({"query_status":"ok","urls":[{"id":"1","url":"http://evil.example/b","threat":"malware_download",
                        "tags":null}]})",
          of("urlhaus-json")),
      ElementsAre("evil.example/b malware malware_download"));
  EXPECT_THAT(trouble(R"({"query_status":"unknown_auth_key"})", of("urlhaus-json")),
              HasSubstr("unknown_auth_key"));
}

TEST(FeedFormats, PhishtankDumps) {
  EXPECT_THAT(
      listed("phish_id,url,phish_detail_url,submission_time,verified,verification_time,online,target\n"
             "1,https://evil.example/a,http://d,t,yes,t,yes,PayPal\n2,https://evil.example/b,http://"
             "d,t,yes,t,yes,Other\n",
             of("phishtank-csv")),
      ElementsAre("evil.example/a phishing PayPal", "evil.example/b phishing Other"));
  EXPECT_THAT(listed(R"([{"phish_id":1,"url":"https:\/\/evil.example\/a","verified":"yes","online":"yes",
                          "details":[{"ip_address":"192.0.2.1","url":"x"}],"target":"PayPal"},
                         {"phish_id":2,"url":"https://gone.example/","verified":"yes","online":"no","target":""}])",
                     of("phishtank-json")),
              ElementsAre("evil.example/a phishing PayPal"));
}

TEST(FeedFormats, MispEvents) {
  const auto config = of("misp");
  EXPECT_THAT(listed(R"({"Event":{"info":"x","Attribute":[
        {"type":"url","value":"https://evil.example/a","to_ids":true,"category":"Network activity","comment":"phishing page"},
        {"type":"domain","value":"evil.example","to_ids":true,"category":"Network activity","comment":""},
        {"type":"domain|ip","value":"both.example|192.0.2.1","to_ids":"1","category":"Payload delivery","comment":"malware"},
        {"type":"url","value":"https://about.example/","to_ids":false,"category":"External analysis","comment":""},
        {"type":"url","value":"https://gone.example/","to_ids":true,"deleted":true,"category":"x","comment":""},
        {"type":"sha256","value":"00","to_ids":true}],
        "Object":[{"name":"url","Attribute":[{"type":"url","value":"https://deep.example/x","to_ids":true}]}]}})",
                     config),
              ElementsAre("evil.example/a phishing Network activity: phishing page",
                          "evil.example/ phishing Network activity",
                          "both.example/ malware Payload delivery: malware", "deep.example/x phishing"));
}

TEST(FeedFormats, StixBundlesOfWhatIsInForce) {
  auto config = of("stix");
  const std::string_view bundle = R"({"type":"bundle","objects":[
    {"type":"indicator","id":"indicator--1","modified":"2023-01-01T00:00:00.000Z","pattern_type":"stix",
     "pattern":"[url:value = 'https://old.example/']","valid_from":"2023-01-01T00:00:00Z","labels":["phishing"]},
    {"type":"indicator","id":"indicator--1","modified":"2023-02-01T00:00:00.000Z","pattern_type":"stix","name":"kit",
     "pattern":"[url:value = 'https://evil.example/a']","valid_from":"2023-01-01T00:00:00Z","indicator_types":["malicious-activity"]},
    {"type":"indicator","id":"indicator--2","modified":"2023-01-01T00:00:00Z","pattern":"[domain-name:value = 'gone.example']",
     "revoked":true},
    {"type":"indicator","id":"indicator--3","modified":"2023-01-01T00:00:00Z","pattern":"[domain-name:value = 'past.example']",
     "valid_until":"2023-06-01T00:00:00Z"},
    {"type":"indicator","id":"indicator--4","modified":"2023-01-01T00:00:00Z","pattern":"[domain-name:value = 'later.example']",
     "valid_from":"2030-06-01T00:00:00Z"},
    {"type":"indicator","id":"indicator--5","modified":"2023-01-01T00:00:00Z","pattern":"[domain-name:value = 'fine.example']",
     "indicator_types":["benign"]},
    {"type":"indicator","id":"indicator--6","modified":"2023-01-01T00:00:00Z","confidence":30,
     "pattern":"[ipv4-addr:value = '192.0.2.1' OR url:value = 'http://m.example/x']","labels":["malware"]},
    {"type":"indicator","id":"indicator--7","modified":"2023-01-01T00:00:00Z","pattern_type":"snort","pattern":"alert tcp"},
    {"type":"malware","id":"malware--1","name":"[url:value = 'https://no.example/']"}]})";
  EXPECT_THAT(listed(bundle, config),
              ElementsAre("evil.example/a phishing kit, malicious-activity", "192.0.2.1/ malware malware",
                          "m.example/x malware malware"));
  config.min_confidence = 50;
  EXPECT_THAT(listed(bundle, config), ElementsAre("evil.example/a phishing kit, malicious-activity"));
}

TEST(FeedFormats, ResponsePolicyZones) {
  EXPECT_THAT(listed("$TTL 1H\n$ORIGIN rpz.example.\n"
                     "@ IN SOA ns.example. host.example. ( 2026010101 ; serial\n  1h 15m 30d 2h )\n"
                     "  IN NS localhost.\n"
                     "evil.example CNAME .\n*.evil.example CNAME .\n"
                     "good.evil.example 300 IN CNAME rpz-passthru.\n"
                     "Nodata.Example.RPZ.example. IN CNAME *.\n"
                     "drop.example CNAME rpz-drop.\ntcp.example CNAME rpz-tcp-only.\n"
                     "garden.example A 192.0.2.1\n  TXT \"why ; not\"\nelse.example CNAME wall.example.\n"
                     "32.1.2.0.192.rpz-ip CNAME .\nns.bad.example.rpz-nsdname CNAME .\n"
                     "other.zone.example. CNAME .\n",
                     of("rpz")),
              ElementsAre("evil.example/ phishing", "evil.example/ phishing", "good.evil.example/ clean",
                          "nodata.example/ phishing", "drop.example/ phishing",
                          "garden.example/ phishing answered otherwise",
                          "garden.example/ phishing answered otherwise",
                          "else.example/ phishing answered otherwise"));
  EXPECT_THAT(trouble("evil.example CNAME .\n", of("rpz")), HasSubstr("SOA"));
  EXPECT_THAT(trouble("", of("rpz")), HasSubstr("SOA"));
  EXPECT_THAT(trouble("$INCLUDE /etc/passwd\n", of("rpz")), HasSubstr("$INCLUDE"));
  EXPECT_THAT(listed("@ SOA a. b. 1 1 1 1 1\n", of("rpz")), IsEmpty());
}

}  // namespace
}  // namespace linkgate::scan
