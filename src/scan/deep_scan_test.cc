#include "scan/deep_scan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>
#include <map>
#include <mutex>

#include "scan/url_model_stage.h"

namespace linkgate::scan {
namespace {

namespace asio = boost::asio;
using testing::Contains;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using verdict::Disposition;
using verdict::Page;

constexpr auto kPatience = std::chrono::seconds(20);

Page page_at(const std::string& url, const std::string& text) {
  Page page;
  page.chain.push_back({url, verdict::HopKind::kStart, 200});
  page.status = 200;
  page.media_type = "text/html";
  page.visible_text = text;
  page.html = "<p>" + text;
  return page;
}

Page asks_for_password(const std::string& url) {
  Page page = page_at(url, "Your mailbox is full. Keep the same password.");
  page.forms.push_back({"https://collector.example/post.php", "post", {{"password", "p", "Password"}}});
  return page;
}

// Pages by URL and visitor; what is not there has no address.
class Pages final : public Looker {
 public:
  asio::awaitable<Page> fetch(LookRequest request) override {
    co_return co_await answer(request, request.visitor == Visitor::kBot ? "bot " : "fetch ");
  }
  asio::awaitable<Page> render(LookRequest request) override {
    co_return co_await answer(request, "render ");
  }
  std::string no_browser() const override { return without_browser; }

  std::map<std::string, Page> pages;  // "fetch https://...", "bot ...", "render ..."
  std::string without_browser;
  std::chrono::milliseconds delay{0};
  std::vector<std::string> looked() const {
    const std::lock_guard lock(mutex_);
    return looked_;
  }

 private:
  asio::awaitable<Page> answer(LookRequest request, std::string how) {
    {
      const std::lock_guard lock(mutex_);
      looked_.push_back(how + request.url);
    }
    if (delay.count() > 0) {
      asio::steady_timer timer(co_await asio::this_coro::executor, delay);
      co_await timer.async_wait(asio::use_awaitable);
    }
    if (const auto found = pages.find(how + request.url); found != pages.end()) co_return found->second;
    if (const auto found = pages.find("fetch " + request.url); found != pages.end() && how == "bot ")
      co_return found->second;
    Page page;
    page.chain.push_back({request.url, verdict::HopKind::kStart, 0});
    page.trouble = "its host has no address";
    co_return page;
  }
  mutable std::mutex mutex_;
  std::vector<std::string> looked_;
};

class DeepScanTest : public testing::Test {
 protected:
  verdict::Verdict scan(const std::string& url) {
    start();
    return ask(url).get();
  }
  std::future<verdict::Verdict> ask(const std::string& url,
                                    api::CheckMoment moment = api::CheckMoment::kAsked,
                                    const std::string& sender = "") {
    start();
    api::CheckRequest request;
    request.url = url;
    request.moment = moment;
    request.sender_domain = sender;
    return asio::co_spawn(io_, deep_->scan(request, url, {}), asio::use_future);
  }
  void start() {
    if (deep_) return;
    const auto find_listed = [](const url::Url& url) -> std::optional<Listed> {
      if (url.hostname() != "listed.example") return std::nullopt;
      return Listed{Disposition::kPhishing, {"feed.listed", "listed", ""}};
    };
    deep_ = std::make_unique<DeepScan>(options_, pages_, find_listed, verdict::BrandLooks::shipped(), clock_);
    thread_ = std::thread([this] { io_.run(); });
  }
  ~DeepScanTest() override {
    deep_.reset();
    io_.stop();
    if (thread_.joinable()) thread_.join();
  }

  Pages pages_;
  DeepScanOptions options_;
  SystemClock clock_;
  std::unique_ptr<DeepScan> deep_;
  asio::io_context io_{1};
  asio::executor_work_guard<asio::io_context::executor_type> work_ = asio::make_work_guard(io_);
  std::thread thread_;
};

TEST_F(DeepScanTest, APageThatTheFetchCondemnsIsNotOpenedInABrowser) {
  pages_.pages["fetch https://a.example/"] = asks_for_password("https://a.example/");
  EXPECT_EQ(scan("https://a.example/").disposition, Disposition::kPhishing);
  EXPECT_THAT(pages_.looked(), ElementsAre("fetch https://a.example/"));
}

TEST_F(DeepScanTest, APageOfScriptsIsOpenedInABrowserAndJudgedByWhatIsThere) {
  Page shell = page_at("https://a.example/", "");
  shell.scripts.push_back("https://a.example/app.js");
  pages_.pages["fetch https://a.example/"] = shell;
  Page rendered = asks_for_password("https://a.example/login");
  rendered.is_rendered = true;
  pages_.pages["render https://a.example/"] = rendered;
  EXPECT_EQ(scan("https://a.example/").disposition, Disposition::kPhishing);
}

TEST_F(DeepScanTest, WithoutABrowserAPageOfScriptsIsNeverClean) {
  Page shell = page_at("https://a.example/", "Welcome");
  shell.inline_scripts.push_back("go()");
  pages_.pages["fetch https://a.example/"] = shell;
  pages_.without_browser = "no Chromium is installed";
  const auto verdict = scan("https://a.example/");
  EXPECT_EQ(verdict.disposition, Disposition::kUnknown);
  EXPECT_THAT(verdict.evidence,
              Contains(Field(&verdict::Evidence::sentence, HasSubstr("no Chromium is installed"))));
}

TEST_F(DeepScanTest, APlainPageThatWasSeenWholeIsClean) {
  pages_.pages["fetch https://a.example/"] = page_at("https://a.example/", "Welcome to our bakery");
  EXPECT_EQ(scan("https://a.example/").disposition, Disposition::kClean);
}

TEST(Merged, APlainPageClearsWhatTheTextOfALinkMadeSuspicious) {
  verdict::Verdict known, plain, asking;
  known.disposition = Disposition::kSuspicious;
  known.detection_method = kUrlModelMethod;
  plain.disposition = asking.disposition = Disposition::kClean;
  asking.evidence.push_back({std::string(kUnnamed), "", ""});
  EXPECT_EQ(merged(known, plain).disposition, Disposition::kClean);
  EXPECT_EQ(merged(known, asking).disposition, Disposition::kSuspicious);
  known.detection_method = "URL malicious reputation";
  EXPECT_EQ(merged(known, plain).disposition, Disposition::kSuspicious);
}

TEST_F(DeepScanTest, WhatDoesNotAnswerIsUnknownAndSaysWhy) {
  const auto verdict = scan("https://nowhere.example/");
  EXPECT_EQ(verdict.disposition, Disposition::kUnknown);
  EXPECT_THAT(verdict.evidence, Contains(Field(&verdict::Evidence::sentence, HasSubstr("no address"))));
}

TEST_F(DeepScanTest, AGateIsGatedAndNotClean) {
  Page gate = page_at("https://a.example/", "Verify you are human");
  gate.scripts.push_back("https://challenges.cloudflare.com/turnstile/v0/api.js");
  gate.html = R"(<div class="cf-turnstile" data-sitekey="0x4A">)";
  pages_.pages["fetch https://a.example/"] = gate;
  gate.is_rendered = true;
  pages_.pages["render https://a.example/"] = gate;
  const auto verdict = scan("https://a.example/");
  EXPECT_EQ(verdict.disposition, Disposition::kGated);
  EXPECT_THAT(verdict.evidence, Contains(Field(&verdict::Evidence::code, "gate.turnstile")));
}

TEST_F(DeepScanTest, AListedHopOfTheChainIsEnough) {
  Page page = page_at("https://a.example/", "Welcome");
  page.chain.push_back({"https://listed.example/x", verdict::HopKind::kHttp, 302});
  page.chain.push_back({"https://end.example/", verdict::HopKind::kHttp, 200});
  pages_.pages["fetch https://a.example/"] = page;
  const auto verdict = scan("https://a.example/");
  EXPECT_EQ(verdict.disposition, Disposition::kPhishing);
  EXPECT_THAT(verdict.url_chain,
              ElementsAre("https://a.example/", "https://listed.example/x", "https://end.example/"));
}

TEST_F(DeepScanTest, APageThatSendsPeopleElsewhereThanProgramsIsSuspicious) {
  Page person = page_at("https://a.example/", "Offers of the week");
  person.chain.push_back({"https://b.example/", verdict::HopKind::kHttp, 200});
  pages_.pages["fetch https://a.example/"] = person;
  pages_.pages["bot https://a.example/"] = page_at("https://a.example/", "A bakery");
  EXPECT_EQ(scan("https://a.example/").disposition, Disposition::kSuspicious);
}

TEST_F(DeepScanTest, AProgramToDownloadIsSuspiciousAndAnyOtherFileUnknown) {
  Page program = page_at("https://a.example/setup.exe", "");
  program.media_type = "application/octet-stream";
  pages_.pages["fetch https://a.example/setup.exe"] = program;
  Page archive = page_at("https://a.example/photos.zip", "");
  archive.media_type = "application/zip";
  pages_.pages["fetch https://a.example/photos.zip"] = archive;
  EXPECT_EQ(scan("https://a.example/setup.exe").disposition, Disposition::kSuspicious);
  EXPECT_EQ(ask("https://a.example/photos.zip").get().disposition, Disposition::kUnknown);
}

TEST_F(DeepScanTest, ALinkThatActsIsNotOpenedBeforeSomebodyClicks) {
  const std::string url = "https://letters.example/unsubscribe?u=5";
  const auto verdict = ask(url, api::CheckMoment::kDelivery).get();
  EXPECT_EQ(verdict.disposition, Disposition::kUnknown);
  EXPECT_THAT(verdict.evidence, Contains(Field(&verdict::Evidence::code, "link.acts")));
  EXPECT_THAT(pages_.looked(), testing::IsEmpty());
  ask(url, api::CheckMoment::kClick).get();
  EXPECT_THAT(pages_.looked(), testing::Not(testing::IsEmpty()));
}

TEST_F(DeepScanTest, ALinkThatActsIsNeverOpenedAtAKnownHost) {
  const auto verdict = ask("https://www.linkedin.com/comm/unsubscribe?u=5", api::CheckMoment::kClick).get();
  EXPECT_EQ(verdict.disposition, Disposition::kClean);
  EXPECT_THAT(pages_.looked(), testing::IsEmpty());
}

TEST_F(DeepScanTest, ManyWhoAskAboutOneLinkWaitForOneScan) {
  pages_.pages["fetch https://a.example/"] = asks_for_password("https://a.example/");
  pages_.delay = std::chrono::milliseconds(100);
  std::vector<std::future<verdict::Verdict>> answers;
  for (int i = 0; i < 20; ++i) answers.push_back(ask("https://a.example/"));
  for (auto& answer : answers) {
    ASSERT_EQ(answer.wait_for(kPatience), std::future_status::ready);
    EXPECT_EQ(answer.get().disposition, Disposition::kPhishing);
  }
  EXPECT_EQ(pages_.looked().size(), 1U);
}

TEST_F(DeepScanTest, WhatFindsNoRoomIsToldSoAtOnceAndIsNotClean) {
  options_.queue.parallel = 1;
  options_.queue.max_waiting = 1;
  pages_.delay = std::chrono::milliseconds(300);
  auto first = ask("https://a.example/"), second = ask("https://b.example/"),
       third = ask("https://c.example/");
  const auto refused = third.get();
  EXPECT_EQ(refused.disposition, Disposition::kUnknown);
  EXPECT_THAT(refused.evidence, Contains(Field(&verdict::Evidence::code, "scan.no_room")));
  EXPECT_EQ(first.wait_for(kPatience), std::future_status::ready);
  EXPECT_EQ(second.wait_for(kPatience), std::future_status::ready);
}

TEST_F(DeepScanTest, ClicksComeBeforeDeliveriesAndSendersTakeTurns) {
  options_.queue.parallel = 1;
  pages_.delay = std::chrono::milliseconds(50);
  using api::CheckMoment;
  std::vector<std::future<verdict::Verdict>> answers;
  answers.push_back(ask("https://first.example/", CheckMoment::kDelivery, "many.example"));
  for (const char* url : {"https://m1.example/", "https://m2.example/", "https://m3.example/"})
    answers.push_back(ask(url, CheckMoment::kDelivery, "many.example"));
  answers.push_back(ask("https://one.example/", CheckMoment::kDelivery, "one.example"));
  answers.push_back(ask("https://click.example/", CheckMoment::kClick));
  for (auto& answer : answers) ASSERT_EQ(answer.wait_for(kPatience), std::future_status::ready);
  EXPECT_THAT(pages_.looked(), ElementsAre("fetch https://first.example/", "fetch https://click.example/",
                                           "fetch https://m1.example/", "fetch https://one.example/",
                                           "fetch https://m2.example/", "fetch https://m3.example/"));
}

}  // namespace
}  // namespace linkgate::scan
