#include "scan/deep_scan.h"

#include "document/image_for_test.h"
#include "scan/looking_for_test.h"
#include "scan/url_model_stage.h"

namespace linkgate::scan {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using verdict::Disposition;
using verdict::Page;

using DeepScanTest = LookingTest;

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

TEST_F(DeepScanTest, AQrCodeToAnotherSiteIsFollowedAndJudged) {
  const auto poster = [](const std::string& text, const std::string& target) {
    Page page = page_at("https://a.example/", text);
    page.images.push_back("https://a.example/code.png");
    page.screenshot = document::as_png(document::qr_image(target, 400));
    return page;
  };
  struct Case {
    const char *text, *target;
    Disposition disposition;
    bool is_told;
  };
  const Case cases[] = {
      {"Scan to go on", "https://bad.example/", Disposition::kPhishing, true},
      {"Scan to go on", "https://listed.example/", Disposition::kPhishing, true},
      {"Sign in with your phone to view the document", "https://b.example/", Disposition::kSuspicious, true},
      {"Our events", "https://b.example/", Disposition::kClean, true},
      {"Sign in with your phone to view the document", "https://www.a.example/x", Disposition::kClean, false},
      {"Scan to pay", "just a text", Disposition::kClean, false},
  };
  pages_.pages["fetch https://bad.example/"] = asks_for_password("https://bad.example/");
  pages_.pages["fetch https://b.example/"] = page_at("https://b.example/", "Events");
  for (const Case& one : cases) {
    Page page = poster(one.text, one.target);
    pages_.pages["fetch https://a.example/"] = page;
    pages_.pages["fetch https://a.example/"].screenshot.clear();
    page.is_rendered = true;
    pages_.pages["render https://a.example/"] = page;
    const auto verdict = scan("https://a.example/");
    EXPECT_EQ(verdict.disposition, one.disposition) << one.target;
    const auto told = Contains(Field(&verdict::Evidence::code, "page.qr"));
    if (one.is_told)
      EXPECT_THAT(verdict.evidence, told);
    else
      EXPECT_THAT(verdict.evidence, testing::Not(told));
  }
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
  EXPECT_EQ(verdict.valid_until, verdict.judged_at) << "a click that follows at once is not answered by it";
  ask(url, api::CheckMoment::kClick).get();
  EXPECT_THAT(pages_.looked(), testing::Not(testing::IsEmpty()));
}

TEST_F(DeepScanTest, ALinkThatActsIsNeverOpenedAtAKnownHost) {
  const auto verdict = ask("https://www.linkedin.com/comm/unsubscribe?u=5", api::CheckMoment::kClick).get();
  EXPECT_EQ(verdict.disposition, Disposition::kClean);
  EXPECT_THAT(pages_.looked(), testing::IsEmpty());
}

TEST_F(DeepScanTest, AKnownHostVouchesForNoneOfWhatAnybodyPutsThereAndForNoRedirect) {
  for (const char* url : {"https://www.google.com/url?q=https://evil.example/confirm?token=8f1c02",
                          "https://www.linkedin.com/redir?to=https%3A%2F%2Fevil.example/unsubscribe",
                          "https://docs.google.com/forms/d/e/1FAIpQL/confirm?token=8f1c02aa71",
                          "https://evil.azurewebsites.net/confirm?token=8f1c02aa71"}) {
    ask(url, api::CheckMoment::kClick).get();
    EXPECT_THAT(pages_.looked(), Contains(HasSubstr(url))) << url;
  }
}

TEST_F(DeepScanTest, TheTextOfALinkSaysNothingAgainstAKnownHost) {
  verdict::Verdict known;
  known.disposition = Disposition::kSuspicious;
  known.detection_method = kUrlModelMethod;
  start();
  api::CheckRequest request;
  request.url = "https://www.linkedin.com/e/magic?token=Zk81LmQx77aPq";
  auto answer = asio::co_spawn(io_, deep_->scan(request, request.url, known), asio::use_future);
  EXPECT_EQ(answer.get().disposition, Disposition::kClean);
  EXPECT_THAT(pages_.looked(), testing::IsEmpty());
}

TEST_F(DeepScanTest, ManyWhoAskAboutOneLinkWaitForOneScan) {
  pages_.pages["fetch https://a.example/"] = asks_for_password("https://a.example/");
  pages_.delay = std::chrono::milliseconds(100);
  std::vector<std::future<verdict::Verdict>> answers;
  for (int i = 0; i < 20; ++i) answers.push_back(ask("https://a.example/", api::CheckMoment::kClick));
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
