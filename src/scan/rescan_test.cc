// Re-scans on a clock of the test, pages of the test, and a store on disk.
#include "scan/rescan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <boost/asio/use_awaitable.hpp>
#include <map>
#include <mutex>

#include "base/folder_for_test.h"
#include "scan/page_fingerprint.h"
#include "scan/random_tokens.h"

namespace linkgate::scan {
namespace {

namespace asio = boost::asio;
using testing::ElementsAre;
using testing::IsEmpty;
using verdict::Disposition;
using verdict::Page;
using namespace std::chrono_literals;

constexpr Time kNoon{Ticks(17'000'000'000'000'000)};
const std::vector<std::chrono::seconds> kAfter = {5min, 15min, 60min, 4h};

// Two threads look at it.
class HandClock final : public Clock {
 public:
  Time now() const override { return kNoon + Ticks(ticks_.load()); }
  std::chrono::steady_clock::time_point steady_now() const override {
    return std::chrono::steady_clock::time_point(Ticks(ticks_.load()));
  }
  void set(Ticks since_noon) { ticks_ = since_noon.count(); }

 private:
  std::atomic<int64_t> ticks_{0};
};

Page page_with(const std::string& text) {
  Page page;
  page.status = 200;
  page.media_type = "text/html";
  page.visible_text = text;
  return page;
}

class Rescans : public FolderTest, public Looker {
 protected:
  asio::awaitable<Page> fetch(LookRequest request) override {
    const std::lock_guard lock(mutex_);
    ++fetches_;
    Page page = pages_[request.url];
    page.chain.push_back({request.url, verdict::HopKind::kStart, page.status});
    co_return page;
  }
  asio::awaitable<Page> render(LookRequest) override { co_return Page(); }
  std::string no_browser() const override { return ""; }

  std::unique_ptr<state::ScanStore> store() const {
    return state::open_scan_store({.location = "sqlite:" + folder_, .clock = &clock_}).value();
  }
  void came_by(const std::string& url, bool is_clicked = false, const std::string& group = "",
               Disposition stands = Disposition::kClean) {
    state::Judgement judgement{url, url, {url}, stands, true, true, clock_.now(), "delivery", "", ""};
    ASSERT_TRUE(store()->record({judgement}).has_value());
    state::RescanJob job;
    job.canonical_hash = url;
    job.group = group;
    job.is_clicked = is_clicked;
    job.base = clock_.now();
    job.due = clock_.now() + kAfter.front();
    ASSERT_TRUE(store()->put_jobs({job}).has_value());
  }
  void show(const std::string& url, Page page) {
    const std::lock_guard lock(mutex_);
    pages_[url] = std::move(page);
  }
  void start(double pages_per_minute = 60) {
    RescanOptions options;
    options.after = kAfter;
    options.pages_per_minute = pages_per_minute;
    options.period = 2ms;
    rescanner_ = std::make_unique<Rescanner>(
        store(), *this, [this](api::CheckRequest request) { return look_whole(std::move(request)); }, clock_,
        options);
  }
  asio::awaitable<verdict::Verdict> look_whole(api::CheckRequest request) {
    const std::lock_guard lock(mutex_);
    looked_.push_back(request.url);
    verdict::Verdict verdict;
    verdict.disposition = found_.count(request.url) > 0 ? found_[request.url] : Disposition::kClean;
    co_return verdict;
  }
  // Waits until nothing is due any more, or leased.
  void settle() {
    const auto mine = store();
    const auto deadline = std::chrono::steady_clock::now() + 20s;
    while (std::chrono::steady_clock::now() < deadline) {
      if (mine->count_jobs(clock_.now())->due == 0) return;
      std::this_thread::sleep_for(2ms);
    }
    FAIL() << "jobs are still due";
  }
  std::vector<std::string> looked() {
    const std::lock_guard lock(mutex_);
    return std::exchange(looked_, {});
  }
  int fetches() {
    const std::lock_guard lock(mutex_);
    return std::exchange(fetches_, 0);
  }

  HandClock clock_;
  std::mutex mutex_;
  std::map<std::string, Page> pages_;
  std::map<std::string, Disposition> found_;
  std::vector<std::string> looked_;
  int fetches_ = 0;
  std::unique_ptr<Rescanner> rescanner_;
};

constexpr const char* kShop = "https://shop.example/";

TEST_F(Rescans, APageIsFetchedOnScheduleAndLookedAtWholeOnlyWhenItChanged) {
  show(kShop, page_with("Offers"));
  came_by(kShop);
  start();
  settle();
  EXPECT_EQ(fetches(), 0) << "not before its time";
  clock_.set(5min);
  settle();
  EXPECT_THAT(looked(), ElementsAre(kShop)) << "nobody knows what it was like";
  clock_.set(15min);
  settle();
  EXPECT_EQ(fetches(), 2);
  EXPECT_THAT(looked(), IsEmpty());
  show(kShop, page_with("Sign in to see our offers"));
  clock_.set(59min);
  settle();
  EXPECT_EQ(fetches(), 0);
  clock_.set(60min);
  settle();
  EXPECT_THAT(looked(), ElementsAre(kShop));
  clock_.set(4h);
  settle();
  EXPECT_EQ(store()->count_jobs(clock_.now())->scheduled, 0u) << "the schedule has an end";
}

TEST_F(Rescans, AFingerprintOfTheFirstLookSparesTheSecond) {
  show(kShop, page_with("Offers"));
  came_by(kShop);
  Page seen = page_with("Offers");
  seen.chain.push_back({kShop, verdict::HopKind::kStart, 200});
  state::Judgement judgement;
  judgement.canonical_hash = kShop;
  judgement.fingerprint = page_fingerprint(seen);
  ASSERT_TRUE(store()->record({judgement}).has_value());
  start();
  clock_.set(5min);
  settle();
  EXPECT_EQ(fetches(), 1);
  EXPECT_THAT(looked(), IsEmpty());
}

TEST_F(Rescans, WhatTurnedBadIsDoneWithAndItsLikesAreLookedAtThemselves) {
  for (const char* url : {"https://u.example/1", "https://u.example/2", "https://u.example/3"})
    came_by(url, false, "g");
  found_["https://u.example/1"] = Disposition::kPhishing;
  start();
  clock_.set(5min);
  settle();
  EXPECT_THAT(looked(), testing::UnorderedElementsAre("https://u.example/1", "https://u.example/2",
                                                      "https://u.example/3"));
  EXPECT_EQ(store()->count_jobs(clock_.now())->scheduled, 2u);
}

TEST_F(Rescans, AGatedPageIsLookedAtWholeEachTime) {
  show(kShop, page_with("Are you human?"));
  came_by(kShop, false, "", Disposition::kGated);
  start();
  for (const auto minutes : {5min, 15min}) {
    clock_.set(minutes);
    settle();
    EXPECT_THAT(looked(), ElementsAre(kShop));
  }
}

TEST_F(Rescans, BeyondTheBudgetAPageWaitsForItsNextTimeAndIsStillLookedAt) {
  show(kShop, page_with("Offers"));
  came_by(kShop);
  came_by("https://other.example/");
  start(1.0 / 60);  // one at once, the next an hour later
  clock_.set(5min);
  settle();
  EXPECT_EQ(looked().size(), 1u);
  clock_.set(4h);
  settle();
  EXPECT_EQ(looked().size(), 1u) << "the one that was passed over";
}

TEST_F(Rescans, AJobOutlivesWhoeverHadIt) {
  came_by(kShop);
  clock_.set(5min);
  ASSERT_EQ(store()->take_jobs(clock_.now(), clock_.now() + 5min, 1)->size(), 1u);  // and never comes back
  start();
  clock_.set(9min);
  std::this_thread::sleep_for(30ms);
  EXPECT_THAT(looked(), IsEmpty());
  clock_.set(11min);
  settle();
  EXPECT_THAT(looked(), ElementsAre(kShop));
}

api::CheckRequest delivered(const std::string& url) {
  api::CheckRequest request;
  request.url = url;
  request.moment = api::CheckMoment::kDelivery;
  request.sender_domain = "letters.example";
  return request;
}

bool is_scheduled(const std::string& url, Disposition disposition = Disposition::kUnknown) {
  return rescan_job(delivered(url), "h", disposition, kAfter, verdict::BrandLooks::shipped(), kNoon)
      .has_value();
}

TEST(RescanJob, IsForWhatMayTurnBadAndMayBeOpened) {
  EXPECT_TRUE(is_scheduled("https://shop.example/offer"));
  EXPECT_TRUE(is_scheduled("https://shop.example/offer", Disposition::kGated));
  EXPECT_FALSE(is_scheduled("https://shop.example/offer", Disposition::kPhishing)) << "bad already";
  EXPECT_FALSE(is_scheduled("https://www.linkedin.com/feed")) << "known good";
  EXPECT_TRUE(is_scheduled("https://docs.google.com/forms/d/x")) << "anybody writes there";
  EXPECT_TRUE(is_scheduled("https://www.google.com/url?q=https://x.example/")) << "leads elsewhere";
  EXPECT_FALSE(is_scheduled("https://letters.example/unsubscribe?u=5")) << "acts";
  EXPECT_FALSE(is_scheduled("ftp://shop.example/"));
  EXPECT_FALSE(
      rescan_job(delivered(kShop), "h", Disposition::kClean, {}, verdict::BrandLooks::shipped(), kNoon)
          .has_value());
}

TEST(NextRescan, IsTheFirstTimeThatIsStillToComeAndSaysWhatWasMissed) {
  const auto next = [](Ticks due, Ticks now) { return next_rescan(kAfter, kNoon, kNoon + due, kNoon + now); };
  EXPECT_EQ(next(5min, 5min).due, kNoon + 15min);
  EXPECT_EQ(next(5min, 5min).missed, 0u);
  EXPECT_EQ(next(5min, 61min).due, kNoon + 4h);
  EXPECT_EQ(next(5min, 61min).missed, 2u);
  EXPECT_EQ(next(4h, 4h).due, std::nullopt);
}

TEST(RecipientGroup, IsTheSameForLinksThatDifferByRecipient) {
  const auto group = [](const char* url) { return recipient_group(url, "s.example"); };
  EXPECT_EQ(group("https://c.example/ls/click?upn=u001.a8Fk39dKeo3Lq0xPz71"),
            group("https://c.example/ls/click?upn=u001.Zz94kd0Ql3mmEo17xKa"));
  EXPECT_EQ(group("https://c.example/0b5c9a3e-77de-4f0a-9b1a-2d2b9a6f1c11/go"),
            group("https://c.example/91aa9a3e-12de-4f0a-8b1a-fd2b9a6f1c00/go"));
  EXPECT_NE(group("https://c.example/a/a8Fk39dKeo3Lq0xPz71"),
            group("https://c.example/b/a8Fk39dKeo3Lq0xPz71"));
  EXPECT_EQ(group("https://c.example/offers-of-the-week/notebooks?page=2"), "");
  EXPECT_NE(recipient_group("https://c.example/a8Fk39dKeo3Lq0xPz71", "a.example"),
            recipient_group("https://c.example/a8Fk39dKeo3Lq0xPz71", "b.example"));
}

TEST(PageFingerprint, StaysWhereOnlyWhatIsMadeUpChangesAndNotElsewhere) {
  const auto fingerprint = [](const std::function<void(Page&)>& change) {
    Page page = page_with("Offers of 12 May. 17 visitors today");
    page.chain.push_back({"https://shop.example/", verdict::HopKind::kStart, 200});
    page.inline_scripts.push_back("var nonce='a8Fk39dKeo3Lq0xPz71'");
    change(page);
    return page_fingerprint(page);
  };
  const std::string before = fingerprint([](Page&) {});
  EXPECT_EQ(fingerprint([](Page& page) { page.visible_text = "Offers of  13 May. 21 visitors today"; }),
            before);
  EXPECT_EQ(fingerprint([](Page& page) { page.inline_scripts[0] = "var nonce='Zz94kd0Ql3mmEo17xKa'"; }),
            before);
  EXPECT_NE(fingerprint([](Page& page) { page.visible_text = "Sign in"; }), before);
  EXPECT_NE(fingerprint([](Page& page) { page.status = 404; }), before);
  EXPECT_NE(fingerprint([](Page& page) {
              page.forms.push_back({"https://x.example/", "post", {}});
            }),
            before);
  EXPECT_NE(fingerprint([](Page& page) {
              page.chain.push_back({"https://x.example/", verdict::HopKind::kHttp, 200});
            }),
            before);
}

TEST(PageFingerprint, AScriptOfTheSiteThatChangesIsAChange) {
  Page page = page_with("Offers");
  page.chain.push_back({"https://www.shop.example/", verdict::HopKind::kStart, 200});
  page.scripts = {"https://cdn.example/jquery.js", "https://static.shop.example/a.js"};
  EXPECT_THAT(own_scripts(page), ElementsAre("https://static.shop.example/a.js"));
  const std::string before = page_fingerprint(page, {"200 show()"});
  EXPECT_FALSE(is_changed(before, page_fingerprint(page, {"200 show()"})));
  EXPECT_TRUE(is_changed(before, page_fingerprint(page, {"200 leave()"})));
  EXPECT_TRUE(is_changed(page_fingerprint(page), before)) << "nobody knew the script";
  EXPECT_FALSE(is_changed(page_fingerprint(page), page_fingerprint(page, {})));
}

}  // namespace
}  // namespace linkgate::scan
