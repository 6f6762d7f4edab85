// Feeds, index, cache, judge and service together, on a store of their own.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <filesystem>
#include <fstream>

#include "base/folder_for_test.h"

#include "api/feeds.h"
#include "api/flips.h"
#include "scan/feed_parser.h"
#include "scan/service.h"
#include "scan/url_model_stage.h"
#include "url/canonical_key.h"

namespace linkgate::scan {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using verdict::Disposition;
using namespace std::chrono_literals;

constexpr Time kNoon{Ticks(17'000'000'000'000'000)};

template <typename Condition>
bool comes_true(Condition condition) {
  const auto deadline = std::chrono::steady_clock::now() + 20s;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(5ms);
  }
  return true;
}

class Scan : public FolderTest {
 protected:
  void SetUp() override {
    config_.data = folder_;
    // No URL model: url_model_stage_test.cc has it.
    std::filesystem::create_directories(folder_ + "/models");
    std::ofstream(own_url_model(config_));
  }

  std::string write(const std::string& name, std::string_view text) const {
    const std::string path = folder_ + "/" + name, fresh = path + ".new";
    std::ofstream(fresh) << text;
    std::filesystem::rename(fresh, path);
    return path;
  }
  void add_feed(const std::string& name, const std::string& source) {
    FeedConfig feed;
    feed.name = name;
    feed.source = source;
    config_.scan.feeds.push_back(feed);
  }
  std::unique_ptr<state::IntelStore> store() const {
    return state::open_intel_store(state_options(config_)).value();
  }
  std::unique_ptr<Service> service() {
    auto started = Service::start(config_, clock_);
    EXPECT_TRUE(started.has_value()) << started.error().message();
    return std::move(*started);
  }
  static verdict::Verdict judged(const Service& service, std::string url) {
    api::CheckRequest request;
    request.url = std::move(url);
    return service.judge().judge(request);
  }
  static Disposition disposition(const Service& service, std::string url) {
    return judged(service, std::move(url)).disposition;
  }

  Config config_;
  FakeClock clock_{kNoon};
};

TEST_F(Scan, AListedHostTakesItsSubdomainsAndPathsWithIt) {
  add_feed("mine",
           write("feed.txt", "northgate-voicemail.com\nhttps://shop.example/a/\nhttps://one.example/page\n"));
  const auto running = service();
  const std::pair<std::string, Disposition> cases[] = {
      {"https://northgate-voicemail.com/", Disposition::kPhishing},
      {"http://www.northgate-voicemail.com/x?y=z", Disposition::kPhishing},
      {"https://northgate-voicemail.com.example/", Disposition::kUnknown},
      {"https://anorthgate-voicemail.com/", Disposition::kUnknown},
      {"https://shop.example/a/b/c", Disposition::kPhishing},
      {"https://shop.example/b", Disposition::kUnknown},
      {"https://one.example/page", Disposition::kPhishing},
      {"https://one.example/page?tracking=1", Disposition::kPhishing},
      {"https://one.example/page/sub", Disposition::kUnknown},
      {"https://one.example/", Disposition::kUnknown},
  };
  for (const auto& [url, expected] : cases) EXPECT_EQ(disposition(*running, url), expected) << url;
}

TEST_F(Scan, TheEvidenceNamesFeedWhatIsListedAndSinceWhen) {
  add_feed("mine", write("feed.txt", "evil.example\n"));
  const auto verdict = judged(*service(), "https://www.evil.example/x");
  ASSERT_EQ(verdict.evidence.size(), 1u);
  EXPECT_EQ(verdict.evidence[0].code, "feed.listed");
  EXPECT_EQ(verdict.evidence[0].sentence,
            "The feed \"mine\" lists the whole host evil.example as phishing since " +
                to_iso8601(kNoon).substr(0, 16) + "Z");
  EXPECT_EQ(verdict.detection_method, "URL malicious reputation");
  EXPECT_THAT(verdict.url_chain, ElementsAre("https://www.evil.example/x"));
  EXPECT_EQ(verdict.judged_at, kNoon);
  EXPECT_EQ(verdict.valid_until, kNoon + config_.scan.verdict_lifetime);
}

TEST_F(Scan, NothingKnownIsUnknownAndSaysSo) {
  const auto verdict = judged(*service(), "https://good.example/");
  EXPECT_EQ(verdict.disposition, Disposition::kUnknown);
  EXPECT_EQ(verdict.confidence, 0);
  ASSERT_EQ(verdict.evidence.size(), 1u);
  EXPECT_EQ(verdict.evidence[0].code, "nothing.known");
  EXPECT_EQ(judged(*service(), "http://[broken/").evidence[0].code, "url.invalid");
}

TEST_F(Scan, AHostThatLooksLikeAnotherIsEvidenceAndChangesNoJudgement) {
  add_feed("mine", write("feed.txt", "paypa1.example\n"));
  const auto running = service();
  const auto unknown = judged(*running, "https://www.аррӏе.com/");
  EXPECT_EQ(unknown.disposition, Disposition::kUnknown);
  EXPECT_EQ(unknown.confidence, 0);
  ASSERT_EQ(unknown.evidence.size(), 2u);
  EXPECT_EQ(unknown.evidence[0].code, "nothing.known");
  EXPECT_EQ(unknown.evidence[1].code, "host.looks_like");
  EXPECT_EQ(unknown.evidence[1].sentence,
            "\"аррӏе\" in the host www.аррӏе.com (www.xn--80ak6aa92e.com) is written to look like \"apple\"");
  const auto mixed = judged(*running, "https://www.google.com/url?q=https://bаnk.example/");
  ASSERT_EQ(mixed.evidence.size(), 2u);
  EXPECT_EQ(mixed.evidence[1].code, "host.mixed_scripts");
  EXPECT_EQ(mixed.evidence[1].sentence,
            "\"bаnk\" in the host bаnk.example (xn--bnk-6cd.example) mixes letters of Cyrillic and Latin");
  const auto listed = judged(*running, "https://paypa1.example/");
  EXPECT_EQ(listed.disposition, Disposition::kPhishing);
  ASSERT_EQ(listed.evidence.size(), 2u);
  EXPECT_EQ(listed.evidence[0].code, "feed.listed");
  EXPECT_EQ(listed.evidence[1].code, "host.looks_like");
  EXPECT_EQ(judged(*running, "https://www.apple.com/").evidence.size(), 1u);
}

TEST_F(Scan, WhatWrappersAndRedirectorsCarryIsJudgedToo) {
  add_feed("mine", write("feed.txt", "evil.example\n"));
  const auto running = service();
  for (const char* url : {
           "https://nam01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fevil.example%2Fa&data=05",
           "https://www.google.com/url?q=https://evil.example/a&sa=D",
           "https://www.google.co.uk/url?sa=t&url=https%3A%2F%2Fevil.example%2Fa",
           "https://l.facebook.com/l.php?u=https%3A%2F%2Fevil.example%2Fa&h=x",
           "https://www.bing.com/ck/a?!&&p=x&u=a1aHR0cHM6Ly9ldmlsLmV4YW1wbGUvYQ&ntb=1",
           "https://href.li/?https://evil.example/a",
           "https://www.youtube.com/"
           "redirect?q=https%3A%2F%2Fwww.google.com%2Furl%3Fq%3Dhttps%253A%252F%252Fevil.example%252Fa",
       }) {
    const auto verdict = judged(*running, url);
    EXPECT_EQ(verdict.disposition, Disposition::kPhishing) << url;
    EXPECT_EQ(verdict.url_chain.back(), "https://evil.example/a") << url;
    ASSERT_FALSE(verdict.evidence.empty()) << url;
    EXPECT_THAT(verdict.evidence[0].sentence, HasSubstr("leads there through")) << url;
  }
  EXPECT_EQ(disposition(*running, "https://report.example/?about=https%3A%2F%2Fevil.example%2Fa"),
            Disposition::kUnknown)
      << "a page about a URL is no redirect to it";
}

TEST_F(Scan, TheWorstListingDecidesAndAllAreNamed) {
  add_feed("phish", write("a.txt", "evil.example\n"));
  add_feed("malware", write("b.txt", "https://evil.example/x.exe\n"));
  config_.scan.feeds[1].threat = "malware";
  const auto running = service();
  const auto verdict = judged(*running, "https://evil.example/x.exe");
  EXPECT_EQ(verdict.disposition, Disposition::kMalware);
  EXPECT_EQ(verdict.evidence.size(), 2u);
  EXPECT_EQ(disposition(*running, "https://evil.example/"), Disposition::kPhishing);
}

TEST_F(Scan, AFileIsReadAgainWhenItChangesAndAListingWinsOverWhatWasJudgedBefore) {
  add_feed("mine", write("feed.txt", "evil.example\n"));
  const auto running = service();
  EXPECT_EQ(disposition(*running, "https://late.example/"), Disposition::kUnknown);
  EXPECT_EQ(disposition(*running, "https://late.example/"), Disposition::kUnknown) << "from the cache";
  write("feed.txt", "evil.example\nlate.example\n");
  EXPECT_TRUE(
      comes_true([&] { return disposition(*running, "https://late.example/") == Disposition::kPhishing; }));
  write("feed.txt", "late.example\n");
  EXPECT_TRUE(comes_true([&] {
    return disposition(*running, "https://evil.example/") == Disposition::kUnknown;
  })) << "what is delisted is no longer bad";
}

TEST_F(Scan, AFeedThatFailsKeepsItsEntriesAndSaysWhy) {
  const std::string path = write("feed.txt", "evil.example\n");
  add_feed("mine", path);
  const auto running = service();
  const auto reader = store();
  std::filesystem::remove(path);
  ASSERT_TRUE(comes_true([&] { return !reader->feeds()->at(0).trouble.empty(); }));
  EXPECT_THAT(reader->feeds()->at(0).trouble, HasSubstr("No such file"));
  EXPECT_EQ(disposition(*running, "https://evil.example/"), Disposition::kPhishing);
  write("feed.txt", "<html>\nToo many requests\n</html>");
  ASSERT_TRUE(comes_true([&] { return reader->feeds()->at(0).trouble.find("no URL") != std::string::npos; }));
  EXPECT_EQ(disposition(*running, "https://evil.example/"), Disposition::kPhishing);
  write("feed.txt", "evil.example\nmore.example\n");
  ASSERT_TRUE(comes_true([&] { return reader->feeds()->at(0).trouble.empty(); }));
  EXPECT_EQ(reader->feeds()->at(0).entries, 2u);
}

TEST_F(Scan, WhatWasLoadedBeforeARestartIsKnownFromTheStart) {
  const std::string path = write("feed.txt", "evil.example\n");
  add_feed("mine", path);
  { service(); }
  std::filesystem::remove(path);
  EXPECT_EQ(disposition(*service(), "https://evil.example/"), Disposition::kPhishing);
}

TEST_F(Scan, AFeedThatIsNoLongerConfiguredIsForgotten) {
  add_feed("mine", write("feed.txt", "evil.example\n"));
  add_feed("other", write("other.txt", "bad.example\n"));
  const auto running = service();
  running->configure_feeds({config_.scan.feeds[1]});
  EXPECT_TRUE(
      comes_true([&] { return disposition(*running, "https://evil.example/") == Disposition::kUnknown; }));
  EXPECT_EQ(disposition(*running, "https://bad.example/"), Disposition::kPhishing);
  EXPECT_EQ(store()->feeds()->size(), 1u);
}

TEST_F(Scan, AVerdictIsKeptOverARestartUntilItExpires) {
  auto cache = std::make_unique<VerdictCache>(store(), store(), clock_);
  verdict::Verdict clean;
  clean.disposition = Disposition::kClean;
  clean.url_chain = {"https://good.example/", "https://landing.example/"};
  clean.judged_at = kNoon;
  clean.valid_until = kNoon + 1h;
  const std::string hash = url::canonical_hash("good.example/");
  cache->put(hash, clean);
  EXPECT_EQ(cache->find(hash), clean) << "at once, from memory";
  cache = std::make_unique<VerdictCache>(store(), store(), clock_);
  EXPECT_EQ(cache->find(hash), clean) << "from the store";
  clock_.advance(1h);
  EXPECT_EQ(cache->find(hash), std::nullopt);
}

TEST_F(Scan, WhatIsKnownBeforeThePageWasLookedAtAnswersNobodyElse) {
  auto running = service();
  EXPECT_EQ(disposition(*running, "https://nobody-knows.example/"), Disposition::kUnknown);
  api::CheckRequest again;
  again.url = "https://nobody-knows.example/";
  EXPECT_FALSE(running->judge().look_up(again).is_decided);
  running.reset();  // writes what it would remember
  EXPECT_EQ(store()->verdict(url::canonical_hash("nobody-knows.example/"), kNoon).value(), std::nullopt);
}

TEST_F(Scan, ACachedVerdictWhoseChainIsListedByNowIsJudgedAnew) {
  verdict::Verdict clean;
  clean.disposition = Disposition::kClean;
  clean.url_chain = {"https://good.example/", "https://landing.example/"};
  clean.judged_at = kNoon;
  clean.valid_until = kNoon + 1h;
  ASSERT_TRUE(store()->put_verdict(url::canonical_hash("good.example/"), clean).has_value());
  add_feed("mine", write("feed.txt", "evil.example\n"));
  const auto running = service();
  EXPECT_EQ(disposition(*running, "https://good.example/"), Disposition::kClean);
  write("feed.txt", "evil.example\nlanding.example\n");
  EXPECT_TRUE(
      comes_true([&] { return disposition(*running, "https://good.example/") == Disposition::kUnknown; }));
}

TEST_F(Scan, TheCacheForgetsWhatWasUsedLeastFirstAndTheStoreDoesNot) {
  VerdictCacheOptions options;
  options.max_in_memory = 2;
  VerdictCache cache(store(), store(), clock_, options);
  verdict::Verdict unknown;
  unknown.valid_until = kNoon + 1h;
  for (const char* hash : {"a", "b", "c"}) cache.put(hash, unknown);
  cache.flush();
  for (const char* hash : {"a", "b", "c"}) EXPECT_TRUE(cache.find(hash).has_value()) << hash;
}

class ScanHttp : public Scan {
 protected:
  net::HttpResponse ask(Service& service, std::string method, std::string target, std::string body = "") {
    net::asio::io_context io;
    const auto handler = service.handler();
    net::HttpRequest request;
    request.method = std::move(method);
    request.target = std::move(target);
    request.body = std::move(body);
    auto response = net::asio::co_spawn(io, handler(request), net::asio::use_future);
    io.run();
    return response.get();
  }
};

TEST_F(ScanHttp, ChecksFeedsAndRefreshAreAnswered) {
  const std::string path = write("feed.txt", "evil.example\n");
  add_feed("mine", path);
  const auto running = service();
  auto response = ask(*running, "POST", "/check", R"({"url":"https://evil.example/"})");
  EXPECT_EQ(response.status, 200u);
  EXPECT_EQ(api::parse_verdict(response.body)->disposition, Disposition::kPhishing);

  response = ask(*running, "GET", "/feeds");
  EXPECT_EQ(response.status, 200u);
  const auto feeds = api::parse_feeds(response.body).value();
  ASSERT_EQ(feeds.size(), 1u);
  EXPECT_EQ(feeds[0], (api::FeedInfo{"mine", path, kNoon, 1, ""}));

  write("feed.txt", "evil.example\nnew.example\n");
  response = ask(*running, "POST", "/feeds/refresh");
  EXPECT_EQ(response.status, 200u);
  EXPECT_EQ(api::parse_feeds(response.body)->at(0).entries, 2u);
  EXPECT_EQ(disposition(*running, "https://new.example/"), Disposition::kPhishing)
      << "when it answered, it knows";
}

TEST_F(ScanHttp, ALinkThatWasDeliveredUnaskedAndIsKnownBadNowHasTurned) {
  add_feed("mine", write("feed.txt", "evil.example\n"));
  const auto running = service();
  ask(*running, "POST", "/check", R"({"url":"https://evil.example/asked","moment":"delivery"})");
  ask(*running, "POST", "/check", R"({"url":"https://evil.example/missed","moment":"missed"})");
  ask(*running, "POST", "/check", R"({"url":"https://good.example/missed","moment":"missed"})");
  const auto flips = [&] { return api::parse_flips(ask(*running, "GET", "/flips?since=0").body).value(); };
  ASSERT_TRUE(comes_true([&] { return !flips().empty(); }));
  ASSERT_EQ(flips().size(), 1u);
  EXPECT_EQ(flips()[0].url, "https://evil.example/missed");
  EXPECT_EQ(flips()[0].is, Disposition::kPhishing);
}

TEST_F(ScanHttp, FlipsAreToldToWhoeverAsksSince) {
  add_feed("mine", write("feed.txt", "evil.example\n"));
  const auto running = service();
  ask(*running, "POST", "/check", R"({"url":"https://late.example/","moment":"delivery"})");
  const auto since = [&](const std::string& query) {
    return api::parse_flips(ask(*running, "GET", "/flips" + query).body).value();
  };
  EXPECT_TRUE(since("").empty());
  write("feed.txt", "evil.example\nlate.example\n");
  ASSERT_TRUE(comes_true([&] { return !since("?since=0").empty(); }));
  const auto flips = since("?since=0");
  ASSERT_EQ(flips.size(), 1u);
  EXPECT_EQ(flips[0].url, "https://late.example/");
  EXPECT_EQ(flips[0].is, Disposition::kPhishing);
  EXPECT_EQ(flips[0].canonical_hash.size(), 32u);
  EXPECT_TRUE(since("?since=" + std::to_string(flips[0].id)).empty());
  EXPECT_EQ(ask(*running, "GET", "/flips?since=x").status, 400u);
}

TEST_F(ScanHttp, WhatIsNoRequestIsRefused) {
  const auto running = service();
  EXPECT_EQ(ask(*running, "POST", "/check", "{").status, 400u);
  EXPECT_EQ(ask(*running, "GET", "/check").status, 405u);
  EXPECT_EQ(ask(*running, "POST", "/feeds").status, 405u);
  EXPECT_EQ(ask(*running, "GET", "/").status, 404u);
  EXPECT_THAT(ask(*running, "GET", "/nothing").body, HasSubstr("\"message\":\"there is no /nothing\""));
}

}  // namespace
}  // namespace linkgate::scan
