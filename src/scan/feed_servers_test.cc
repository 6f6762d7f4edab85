// TAXII servers, MISP folders and secrets, against a server on loopback that speaks what they speak.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "scan/feed_parser_for_test.h"
#include "scan/feed_server_for_test.h"
#include "scan/misp_source.h"
#include "scan/taxii_source.h"

namespace linkgate::scan {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::UnorderedElementsAre;

std::string indicator(int id, const std::string& host) {
  return R"({"type":"indicator","id":"indicator--)" + std::to_string(id) +
         R"(","modified":"2023-01-01T00:00:00.000Z","pattern":"[domain-name:value = ')" + host + R"(']"})";
}

class FeedServers : public FeedServerTest {
 protected:
  // The keys that the source's bytes list; "unchanged", or what is wrong.
  std::vector<std::string> listed(FeedSource& source, const std::string& format) {
    auto bytes = source.fetch_if_changed();
    if (!bytes) return {bytes.error().message()};
    if (!*bytes) return {"unchanged"};
    FeedConfig config;
    config.format = format;
    const auto feed = parsed_feed((*bytes)->view().value(), config);
    if (!feed) return {feed.error().message()};
    std::vector<std::string> keys;
    for (const auto& entry : feed->list) keys.push_back(entry.key);
    return keys;
  }
  static Page taxii(std::string body, const std::string& last = "") {
    Page page{
        .body = std::move(body), .type = "application/taxii+json;version=2.1", .status = 200, .headers = {}};
    if (!last.empty()) page.headers.emplace_back("X-TAXII-Date-Added-Last", last);
    return page;
  }
  std::unique_ptr<FeedSource> taxii_at(const std::string& path, const std::string& collection = "") {
    return taxii_source(url(path), collection, cancelled_, options());
  }
  void serve_taxii() {
    serve("/taxii2/", taxii(R"({"title":"t","default":")" + url("/api/") + R"(","api_roots":[")" +
                            url("/api/") + R"(","https://elsewhere.example/api/"]})"));
    serve("/api/collections/", taxii(R"({"collections":[{"id":"one","title":"Phishing","can_read":true},
                   {"id":"two","title":"Secret","can_read":false},{"id":"three","alias":"more","can_read":true}]})"));
    serve("/api/collections/one/objects/" + kQuery,
          taxii(R"({"more":true,"next":"p 2","objects":[)" + indicator(1, "a.example") + "]}",
                "2026-01-01T00:00:00.000001Z"));
    serve("/api/collections/one/objects/" + kQuery + "&next=p%202",
          taxii(R"({"more":false,"objects":[)" + indicator(2, "b.example") + "]}",
                "2026-01-02T00:00:00.000002Z"));
    serve("/api/collections/three/objects/" + kQuery, taxii("{}"));
  }
  const std::string kQuery = "?limit=1000&match%5Btype%5D=indicator";
  const std::string kLater = kQuery + "&added_after=2026-01-02T00:00:00.000002Z";
};

TEST_F(FeedServers, TaxiiIsReadPageByPageAndThenWhatWasAdded) {
  serve_taxii();
  const auto source = taxii_at("/taxii2/");
  EXPECT_THAT(listed(*source, "stix"), ElementsAre("a.example/", "b.example/"));
  EXPECT_EQ(header("Accept"), "application/taxii+json;version=2.1");
  EXPECT_THAT(asked(), Not(Contains(HasSubstr("two"))));
  serve("/api/collections/one/objects/" + kLater, taxii("{}"));
  EXPECT_THAT(listed(*source, "stix"), ElementsAre("unchanged"));
  EXPECT_THAT(asked(), UnorderedElementsAre("/api/collections/one/objects/" + kLater,
                                            "/api/collections/three/objects/" + kQuery));
  serve("/api/collections/one/objects/" + kLater,
        taxii(R"({"objects":[)" + indicator(3, "c.example") + "]}", "2026-01-03T00:00:00.000000Z"));
  EXPECT_THAT(listed(*source, "stix"), ElementsAre("a.example/", "b.example/", "c.example/"));
  source->forget();
  serve("/api/collections/one/objects/" + kQuery + "&added_after=2026-01-03T00:00:00.000000Z", taxii("{}"));
  EXPECT_THAT(listed(*source, "stix"), ElementsAre("a.example/", "b.example/", "c.example/"))
      << "it could not be kept";
}

TEST_F(FeedServers, ATaxiiCollectionIsChosenByNameOrByItsUrl) {
  serve_taxii();
  EXPECT_THAT(listed(*taxii_at("/api/collections/", "Phishing"), "stix"),
              ElementsAre("a.example/", "b.example/"));
  EXPECT_THAT(listed(*taxii_at("/taxii2", "more"), "stix"), IsEmpty());
  EXPECT_THAT(listed(*taxii_at("/taxii2/", "Secret"), "stix"),
              ElementsAre(HasSubstr("no collection \"Secret\"")));
  serve("/api/collections/one/", taxii(R"({"id":"one","title":"Phishing","can_read":true})"));
  EXPECT_THAT(listed(*taxii_at("/api/collections/one/"), "stix"), ElementsAre("a.example/", "b.example/"));
}

TEST_F(FeedServers, ATaxiiServerThatFailsOnTheWayChangesNothing) {
  serve_taxii();
  const auto source = taxii_at("/api/collections/", "one");
  serve("/api/collections/one/objects/" + kQuery + "&next=p%202", taxii("{\"more\":tru"));
  EXPECT_THAT(listed(*source, "stix"), ElementsAre(HasSubstr("no JSON")));
  serve("/api/collections/one/objects/" + kQuery + "&next=p%202",
        {.body = "<html>", .type = "text/html", .status = 200, .headers = {}});
  EXPECT_THAT(listed(*source, "stix"), ElementsAre(HasSubstr("text/html")));
  serve("/api/collections/one/objects/" + kQuery + "&next=p%202", taxii(R"({"more":true,"objects":[]})"));
  EXPECT_THAT(listed(*source, "stix"), ElementsAre(HasSubstr("not where")));
  serve_taxii();
  EXPECT_THAT(listed(*source, "stix"), ElementsAre("a.example/", "b.example/"));
}

std::string event(const std::string& host) {
  return R"({"Event":{"info":"x","Attribute":[{"type":"domain","to_ids":true,"value":")" + host + R"("}]}})";
}

TEST_F(FeedServers, OfAMispFolderOnlyNewEventsAreFetched) {
  const std::string one = "11111111-1111-4111-8111-111111111111",
                    two = "22222222-2222-4222-8222-222222222222";
  const auto manifest = [&](const std::string& stamp, bool has_two) {
    return Page{.body = "{\"" + one + R"(":{"timestamp":")" + stamp + R"(","Orgc":{"name":"o"}})" +
                        (has_two ? ",\"" + two + R"(":{"timestamp":"5"})" : "") + "}",
                .type = "application/json",
                .status = 200,
                .headers = {{"ETag", "\"" + stamp + (has_two ? "+" : "") + "\""}}};
  };
  serve("/misp/manifest.json", manifest("1", true));
  serve("/misp/" + one + ".json", {.body = event("a.example")});
  serve("/misp/" + two + ".json", {.body = event("b.example")});
  const auto source = misp_source(url("/misp/"), cancelled_, options());
  EXPECT_THAT(listed(*source, "misp"), ElementsAre("a.example/", "b.example/"));
  EXPECT_THAT(listed(*source, "misp"), ElementsAre("unchanged"));
  asked();
  serve("/misp/manifest.json", manifest("2", true));
  serve("/misp/" + one + ".json", {.body = event("c.example")});
  EXPECT_THAT(listed(*source, "misp"), ElementsAre("c.example/", "b.example/"));
  EXPECT_THAT(asked(), ElementsAre("/misp/manifest.json", "/misp/" + one + ".json"));
  serve("/misp/manifest.json", manifest("3", false));
  serve("/misp/" + one + ".json", {.body = "<html>"});
  EXPECT_THAT(listed(*source, "misp"), ElementsAre(HasSubstr(one + ": is no JSON")));
  serve("/misp/" + one + ".json", {.body = event("d.example")});
  EXPECT_THAT(listed(*source, "misp"), ElementsAre("d.example/")) << "the other is gone";
  serve("/misp/manifest.json", {.body = "{}"});
  EXPECT_THAT(listed(*source, "misp"), ElementsAre(HasSubstr("names no event")));
}

TEST_F(FeedServers, ASecretIsSentAsTheServerWantsItAndNowhereElse) {
  const std::string file = folder_ + "/secret";
  std::ofstream(file) << "s3cret&x\n";
  serve("/list", {.body = "a.example"});
  serve("/list?key=s3cret%26x", {.body = "a.example"});
  serve("/moved", {.body = "", .type = "text/plain", .status = 302, .headers = {{"Location", url("/list")}}});
  auto with = options();
  with.secret_file = file;
  const std::tuple<std::string, std::string, std::string> cases[] = {
      {"bearer", "Authorization", "Bearer s3cret&x"},
      {"basic", "Authorization", "Basic czNjcmV0Jng="},
      {"header:Auth-Key", "Auth-Key", "s3cret&x"},
      {"query:key", "Authorization", ""},
  };
  for (const auto& [auth, name, value] : cases) {
    with.auth = auth;
    const auto answer = FeedClient(with, cancelled_).get(url("/list"), {});
    ASSERT_TRUE(answer.has_value()) << answer.error().message();
    EXPECT_EQ(answer->status, 200) << auth;
    EXPECT_EQ(header(name), value) << auth;
    EXPECT_EQ(FeedClient(with, cancelled_).get(url("/moved"), {})->status, auth == "query:key" ? 404 : 302);
  }
  with.secret_file = folder_ + "/none";
  EXPECT_EQ(FeedClient(with, cancelled_).get(url("/list"), {}).error().code(), ErrorCode::kPermission);
}

}  // namespace
}  // namespace linkgate::scan
