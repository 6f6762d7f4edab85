// Pages that do everything at once, nothing ever, or harm.

#include <signal.h>

#include <chrono>
#include <filesystem>
#include <future>
#include <thread>

#include "browser/world_for_test.h"

namespace linkgate::browser {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

class TroubleTest : public BrowserTest {
 protected:
  void SetUp() override {
    BrowserTest::SetUp();
    if (sites) sites->html("http://good.example/", "<title>Good</title><p>All is well");
  }
  void expect_others_unharmed() { EXPECT_EQ(look("http://good.example/").title, "Good"); }
  std::future<verdict::Page> look_aside(const std::string& url) {
    return std::async(std::launch::async, [this, url] { return look(url); });
  }
  void wait_for_request(const std::string& url) {
    const auto deadline = steady_clock::now() + std::chrono::seconds(20);
    while (sites->times_asked(url) == 0 && steady_clock::now() < deadline)
      std::this_thread::sleep_for(milliseconds(5));
  }
};

TEST_F(TroubleTest, DialogsAreDismissedAndTheirTextIsKept) {
  sites->html("http://a.example/",
              "<script>alert('Your computer is infected'); confirm('Call us?');"
              "document.title = 'answered ' + prompt('Password?')</script>");
  const verdict::Page page = look("http://a.example/");
  EXPECT_EQ(page.dialogs, (std::vector<std::string>{"Your computer is infected", "Call us?", "Password?"}));
  EXPECT_EQ(page.title, "answered null");
}

TEST_F(TroubleTest, ADialogForEverEndsOnTheBudget) {
  sites->html("http://a.example/", "<title>Locked</title><script>for (;;) alert('again')</script>");
  const verdict::Page page = look("http://a.example/");
  EXPECT_FALSE(page.dialogs.empty());
  EXPECT_LE(page.dialogs.size(), 16U);
  expect_others_unharmed();
}

TEST_F(TroubleTest, ADownloadIsMeasuredAndGone) {
  sites->on("http://a.example/invoice", [](const net::HttpRequest&) {
    net::HttpResponse response;
    response.headers = {{"Content-Type", "application/zip"},
                        {"Content-Disposition", "attachment; filename=\"../../invoice.zip\""}};
    response.body = "PK\x03\x04 not really";
    return response;
  });
  sites->html("http://b.example/", "<p>Thank you<script>location = 'http://a.example/invoice'</script>");
  for (const char* url : {"http://a.example/invoice", "http://b.example/"}) {
    const verdict::Page page = look(url);
    ASSERT_EQ(page.downloads.size(), 1U) << url << " " << page.trouble << " " << chain_text(page);
    EXPECT_EQ(page.downloads[0].url, "http://a.example/invoice");
    EXPECT_EQ(page.downloads[0].bytes, 15U);
    EXPECT_EQ(page.downloads[0].sha256, "70ddedc452deb857bba7012fa5834f6a0e3e4c0b644d6af9592b7261d6bc29b2")
        << url;
    EXPECT_EQ(page.downloads[0].file_name.find('/'), std::string::npos);
    EXPECT_EQ(page.downloads[0].media_type, "application/zip");
  }
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_))
    EXPECT_NE(entry.path().parent_path().filename(), "downloads") << entry.path();
}

TEST_F(TroubleTest, AStormOfWindowsIsCalmed) {
  sites->html("http://a.example/",
              "<title>Storm</title><p>Here we go<script>for (let i = 0; i < 60; ++i)"
              "window.open('http://b.example/' + i)</script>");
  const verdict::Page page = look("http://a.example/");
  EXPECT_EQ(page.title, "Storm") << page.trouble;
  size_t followed = 0;
  for (const verdict::Request& request : page.requests) followed += request.type == "popup" ? 1 : 0;
  EXPECT_GE(followed, 1U);
  EXPECT_LE(followed, 6U);
  expect_others_unharmed();
}

TEST_F(TroubleTest, AScriptThatNeverRestsIsEndedAndThePageTaken) {
  sites->html("http://a.example/", "<title>Busy</title><p>Something to read<script>for (;;);</script>");
  const auto begin = steady_clock::now();
  const verdict::Page page = look("http://a.example/");
  EXPECT_LT(steady_clock::now() - begin, std::chrono::seconds(14));
  EXPECT_EQ(chain_text(page), "start http://a.example/ 200");
  EXPECT_TRUE(page.title == "Busy" || !page.trouble.empty());
  expect_others_unharmed();
}

TEST_F(TroubleTest, AnAnswerThatNeverEndsEndsOnTheBudget) {
  sites->on("http://a.example/", [](const net::HttpRequest&) {
    net::HttpResponse response;
    response.headers = {{"Content-Type", "text/html"}};
    response.body = "<title>Slow</title><p>First words";
    response.next_chunk = []() -> net::asio::awaitable<std::optional<std::string>> {
      std::this_thread::sleep_for(milliseconds(20));
      co_return "<p>and more";
    };
    return response;
  });
  const verdict::Page page = look("http://a.example/");
  EXPECT_EQ(page.title, "Slow");
  EXPECT_EQ(page.trouble, "the page was not done in time");
}

TEST_F(TroubleTest, ALoopOfRedirectsEnds) {
  sites->redirect("http://a.example/", 302, "http://b.example/");
  sites->redirect("http://b.example/", 302, "http://a.example/");
  const verdict::Page page = look("http://a.example/");
  EXPECT_EQ(page.trouble, "net::ERR_TOO_MANY_REDIRECTS");
  EXPECT_GE(page.chain.size(), 10U);
  sites->html("http://a.example/", "<script>location = 'http://c.example/?' + Math.random()</script>");
  sites->html("http://c.example/", "<script>location = 'http://a.example/?' + Math.random()</script>");
  const verdict::Page endless = look("http://a.example/");
  EXPECT_GE(endless.chain.size(), 5U);
  EXPECT_EQ(endless.trouble, "the page was not done in time");
  expect_others_unharmed();
}

TEST_F(TroubleTest, ACrashOfOnePageLeavesTheOthers) {
  sites->html("http://a.example/", "<p>one moment<script>setInterval(() => {}, 10)</script>");
  auto crashed = look_aside("http://a.example/");
  wait_for_request("http://a.example/");
  std::this_thread::sleep_for(milliseconds(300));
  for (const Member& member : members_of(pool().figures().browser_pid)) {
    if (member.is_renderer) ::kill(member.pid, SIGKILL);
  }
  const verdict::Page page = crashed.get();
  EXPECT_EQ(page.trouble, "the page crashed its process");
  EXPECT_EQ(chain_text(page), "start http://a.example/ 200");
  expect_others_unharmed();
  EXPECT_EQ(pool().figures().browsers_started, 1U);
}

TEST_F(TroubleTest, ABrowserThatIsKilledIsReplaced) {
  sites->html("http://a.example/", "<p>one moment<script>setInterval(() => {}, 10)</script>");
  auto lost = look_aside("http://a.example/");
  wait_for_request("http://a.example/");
  const pid_t before = pool().figures().browser_pid;
  ::kill(before, SIGKILL);
  EXPECT_EQ(lost.get().trouble, "the browser ended");
  expect_others_unharmed();
  EXPECT_NE(pool().figures().browser_pid, before);
  EXPECT_EQ(pool().figures().browsers_lost, 1U);
}

TEST_F(TroubleTest, APageThatEatsMemoryIsEnded) {
  PoolOptions small = options();
  small.max_memory_bytes = 500ULL << 20;
  start(small);
  sites->html("http://a.example/",
              "<p>hungry<script>const all = [];"
              "setInterval(() => all.push(new Uint8Array(3e7).fill(1)), 20)</script>");
  const verdict::Page page = look("http://a.example/");
  EXPECT_EQ(page.trouble, "the page crashed its process");
  EXPECT_GE(pool().figures().renderers_killed, 1U);
  expect_others_unharmed();
}

TEST_F(TroubleTest, NothingIsLeftOfABrowser) {
  const pid_t pid = pool().figures().browser_pid;
  expect_others_unharmed();
  pool_.reset();
  EXPECT_FALSE(is_group_running(pid));
  for (const auto& entry : std::filesystem::directory_iterator(folder_))
    EXPECT_EQ(entry.path().filename(), "proxy.sock") << entry.path();
}

TEST_F(TroubleTest, WhatAProcessThatIsGoneLeftIsRemoved) {
  // No process has this id: it is above the largest that Linux gives.
  const std::string left = folder_ + "/linkgate-browser-99999999-abcdef";
  const std::string other = folder_ + "/linkgate-browser-" + std::to_string(::getpid()) + "-abcdef";
  std::filesystem::create_directories(left + "/profile/Default");
  std::filesystem::create_directories(other);
  expect_others_unharmed();
  EXPECT_FALSE(std::filesystem::exists(left));
  EXPECT_TRUE(std::filesystem::exists(other));
}

TEST_F(TroubleTest, AFullQueueSaysSo) {
  PoolOptions small = options();
  small.pages = 1;
  small.queue = 1;
  start(small);
  std::vector<std::future<verdict::Page>> pages;
  for (int at = 0; at < 6; ++at) pages.push_back(look_aside("http://good.example/"));
  int seen = 0, refused = 0;
  for (auto& page : pages) {
    const verdict::Page one = page.get();
    seen += one.title == "Good" ? 1 : 0;
    refused += one.trouble == "too many pages wait for the browser" ? 1 : 0;
  }
  EXPECT_GE(seen, 2);
  EXPECT_GE(refused, 1);
  EXPECT_EQ(seen + refused, 6);
}

TEST_F(TroubleTest, AWornBrowserIsReplacedBetweenVisits) {
  PoolOptions small = options();
  small.visits_per_browser = 2;
  start(small);
  for (int at = 0; at < 5; ++at) expect_others_unharmed();
  EXPECT_GE(pool().figures().browsers_started, 2U);
  EXPECT_EQ(pool().figures().browsers_lost, 0U);
}

}  // namespace
}  // namespace linkgate::browser
