#pragma once
// Deep scans of pages that tests made themselves.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "scan/deep_scan.h"

namespace linkgate::scan {

namespace asio = boost::asio;

inline constexpr auto kPatience = std::chrono::seconds(20);

inline verdict::Page page_at(const std::string& url, const std::string& text) {
  verdict::Page page;
  page.chain.push_back({url, verdict::HopKind::kStart, 200});
  page.status = 200;
  page.media_type = "text/html";
  page.visible_text = text;
  page.html = "<p>" + text;
  return page;
}

inline verdict::Page asks_for_password(const std::string& url) {
  verdict::Page page = page_at(url, "Your mailbox is full. Keep the same password.");
  page.forms.push_back({"https://collector.example/post.php", "post", {{"password", "p", "Password"}}});
  return page;
}

// Pages by URL and visitor; what is not there has no address, but for visitors who see what all see.
class Pages final : public Looker {
 public:
  asio::awaitable<verdict::Page> fetch(LookRequest request) override {
    const std::string how = who(request, "fetch ");
    co_return co_await answer(request, how);
  }
  asio::awaitable<verdict::Page> render(LookRequest request) override {
    const std::string how = "render " + who(request, "");
    co_return co_await answer(request, how);
  }
  static std::string who(const LookRequest& request, const char* desktop) {
    if (request.visitor == Visitor::kBot) return "bot ";
    if (request.visitor == Visitor::kMobile) return "mobile ";
    return request.language == "de-DE" ? "german " : desktop;
  }
  std::string no_browser() const override { return without_browser; }

  std::map<std::string, verdict::Page> pages;  // "fetch https://...", "bot ...", "render ..."
  std::string without_browser;
  std::chrono::milliseconds delay{0};
  std::vector<std::string> looked() const {
    const std::lock_guard lock(mutex_);
    return looked_;
  }

 private:
  asio::awaitable<verdict::Page> answer(LookRequest request, std::string how) {
    {
      const std::lock_guard lock(mutex_);
      looked_.push_back(how + request.url);
    }
    if (delay.count() > 0) {
      asio::steady_timer timer(co_await asio::this_coro::executor, delay);
      co_await timer.async_wait(asio::use_awaitable);
    }
    if (const auto found = pages.find(how + request.url); found != pages.end()) co_return found->second;
    const bool is_another = how == "bot " || how == "mobile " || how == "german ";
    if (const auto found = pages.find("fetch " + request.url); found != pages.end() && is_another)
      co_return found->second;
    verdict::Page page;
    page.chain.push_back({request.url, verdict::HopKind::kStart, 0});
    page.trouble = "its host has no address";
    co_return page;
  }
  mutable std::mutex mutex_;
  std::vector<std::string> looked_;
};

class LookingTest : public testing::Test {
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
      return Listed{verdict::Disposition::kPhishing, {"feed.listed", "listed", ""}};
    };
    deep_ = std::make_unique<DeepScan>(options_, pages_, find_listed, verdict::BrandLooks::shipped(), clock_);
    thread_ = std::thread([this] { io_.run(); });
  }
  ~LookingTest() override {
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

}  // namespace linkgate::scan
