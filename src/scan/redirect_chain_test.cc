// Chains of hops of every kind, through the real egress proxy.
#include "scan/redirect_chain.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>

#include "scan/web_for_test.h"

namespace linkgate::scan {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using verdict::Page;
using namespace std::chrono_literals;

class Following : public FolderTest {
 protected:
  // A site that answers for every host under site.example by `answer`.
  void serve(TestSite::Answer answer, const std::string& more = "") {
    site_.emplace(std::move(answer));
    web_.emplace(folder_, "[egress]\nroutes = [\"*.example:80=127.0.0.1:" + std::to_string(site_->port()) +
                              "\"]\n" + more);
  }
  Page follow_link(const std::string& url, std::chrono::milliseconds budget = 10s,
                   Visitor visitor = Visitor::kDesktop, std::vector<std::string> hosts = {}) {
    boost::asio::io_context io;
    LookRequest request;
    request.url = url;
    request.visitor = visitor;
    request.budget = budget;
    request.client = "test";
    auto page = boost::asio::co_spawn(io, follow(web_->fetcher(), std::move(request), std::move(hosts)),
                                      boost::asio::use_future);
    io.run();
    return page.get();
  }
  static std::string kinds(const Page& page) {
    std::string all;
    for (const auto& hop : page.chain) all += (all.empty() ? "" : ", ") + std::string(to_string(hop.how));
    return all;
  }
  std::optional<TestSite> site_;
  std::optional<TestWeb> web_;
};

TEST_F(Following, AProxyThatIsBeingStartedAgainIsWaitedFor) {
  const auto fetcher = Fetcher::start({DataPaths(folder_).egress_socket(), ""}).value();
  LookRequest request;
  request.url = "http://a.site.example/";
  boost::asio::io_context io;
  auto page = boost::asio::co_spawn(io, follow(*fetcher, std::move(request)), boost::asio::use_future);
  std::thread thread([&io] { io.run(); });
  EXPECT_EQ(page.wait_for(300ms), std::future_status::timeout);
  serve([](TestExchange& e) { e.html("<p>here"); });
  EXPECT_EQ(page.get().status, 200);
  thread.join();
}

TEST_F(Following, EveryKindOfHopIsOneOfTheChain) {
  serve([](TestExchange& e) {
    if (e.target == "/1") return e.redirect(302, "/2");
    if (e.target == "/2") return e.answer(200, "Refresh: 0; url=/3\r\nContent-Type: text/html\r\n", "wait");
    if (e.target == "/3") return e.html("<meta http-equiv=refresh content='0;url=/4'>");
    if (e.target == "/4")
      return e.html("<script>setTimeout(()=>{location='http://b.site.example/5'},10)</script>");
    if (e.target == "/5")
      return e.html(
          "<form method=post action=/6><input name=k "
          "value=v></form><script>document.forms[0].submit()</script>");
    if (e.target == "/6" && e.method == "POST" && e.body == "k=v") return e.redirect(303, "/7");
    if (e.target == "/7" && e.method == "GET")
      return e.html("<iframe src=/8 width=100% height=100%></iframe>");
    if (e.target == "/8") return e.html("<a href=http://c.site.example/9>Continue</a>");
    if (e.target == "/9")
      return e.html("<title>End</title><form><input type=password name=p></form> referred by " +
                    e.header("Referer"));
    e.answer(404, "", "");
  });
  const Page page = follow_link("http://a.site.example/1");
  EXPECT_EQ(kinds(page), "start, http, refresh header, meta refresh, script, form, http, frame, click");
  EXPECT_EQ(page.trouble, "");
  EXPECT_EQ(page.chain.back().url, "http://c.site.example/9");
  EXPECT_EQ(page.chain.front().status, 302);
  EXPECT_EQ(page.status, 200);
  EXPECT_EQ(page.media_type, "text/html");
  EXPECT_EQ(page.title, "End");
  EXPECT_THAT(page.visible_text, HasSubstr("referred by http://b.site.example/"));
  ASSERT_EQ(page.forms.size(), 1U);
  EXPECT_EQ(site_->requests(), 9) << "each hop once, and nothing beside them";
}

TEST_F(Following, SixtyHopsAreNotTooMany) {
  serve([](TestExchange& e) {
    const int n = std::stoi("0" + e.target.substr(1));
    const std::string next = "/" + std::to_string(n + 1);
    if (n >= 60) return e.html("<p>arrived");
    if (n % 3 == 0) return e.redirect(307, next);
    e.html(n % 3 == 1 ? "<script>top.location.replace('" + next + "')</script>"
                      : "<meta http-equiv=refresh content='0," + next + "'>");
  });
  const Page page = follow_link("http://a.site.example/0");
  EXPECT_EQ(page.chain.size(), 61U);
  EXPECT_EQ(page.visible_text, "arrived");
  EXPECT_EQ(site_->connections(), 1) << "one host, one connection";
}

TEST_F(Following, WhatNeverEndsIsEndedAndSaid) {
  serve([](TestExchange& e) {
    if (e.target == "/self") return e.redirect(302, "/self");
    if (e.target == "/ping") return e.redirect(302, "/pong");
    if (e.target == "/pong") return e.html("<script>location='/ping'</script>");
    if (e.target.starts_with("/slow")) e.pause(200);
    e.redirect(302, e.target + "x");
  });
  EXPECT_THAT(follow_link("http://a.site.example/self").trouble, HasSubstr("leads in a circle"));
  EXPECT_THAT(follow_link("http://a.site.example/ping").trouble, HasSubstr("leads in a circle"));
  const Page endless = follow_link("http://a.site.example/more");
  EXPECT_THAT(endless.trouble, HasSubstr("more than 100 hops"));
  EXPECT_EQ(endless.chain.size(), kMaxHops + 1);
  const auto begin = std::chrono::steady_clock::now();
  const Page slow = follow_link("http://a.site.example/slow", 900ms);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 3s);
  EXPECT_NE(slow.trouble, "");
  EXPECT_GT(slow.chain.size(), 1U);
}

TEST_F(Following, CookiesGoAlongAndAChallengeIsMet) {
  serve([](TestExchange& e) {
    if (e.target == "/set") return e.answer(302, "Set-Cookie: a=1\r\nLocation: /check\r\n", "");
    if (e.target == "/check" && e.header("Cookie") == "a=1")
      return e.html("<script>document.cookie='js=yes'; location.reload()</script>");
    if (e.target == "/check" && e.header("Cookie").find("js=yes") != std::string::npos)
      return e.html("<p>in");
    e.html("<p>out");
  });
  const Page page = follow_link("http://a.site.example/set");
  EXPECT_EQ(page.visible_text, "in");
  EXPECT_EQ(kinds(page), "start, http, script");
}

TEST_F(Following, AnotherVendorsWrapperIsTakenOffAndNotAsked) {
  serve([](TestExchange& e) { e.html("<p>" + e.header("Host")); });
  const Page page = follow_link(
      "http://eur01.safelinks.protection.outlook.com/"
      "?url=http%3A%2F%2Finner.site.example%2F&data=x&sdata=y&reserved=0");
  EXPECT_EQ(kinds(page), "start, carried");
  EXPECT_EQ(page.visible_text, "inner.site.example");
}

TEST_F(Following, ARedirectorThatDoesNotAnswerStillCarriesItsTarget) {
  serve([](TestExchange& e) { e.html("<p>in"); }, "refuse = [\"www.google.com\"]\n");
  const Page page = follow_link("http://www.google.com/url?q=http://b.site.example/");
  EXPECT_EQ(kinds(page), "start, carried");
  EXPECT_EQ(page.visible_text, "in");
}

TEST_F(Following, AHopThatIsRefusedEndsTheChainAndIsNamed) {
  serve([](TestExchange& e) {
    if (e.target == "/file") return e.redirect(302, "file:///etc/passwd");
    if (e.target == "/script")
      return e.html("<script>location='http://169.254.169.254/latest/meta-data'</script>");
    if (e.target == "/source") return e.html("<script>location='view-source:http://127.0.0.1/'</script>");
    if (e.target == "/app") return e.html("<script>location='zoommtg://join?room=1'</script>");
    e.redirect(302, "http://127.0.0.1/admin");
  });
  const Page inward = follow_link("http://a.site.example/");
  EXPECT_THAT(inward.trouble, HasSubstr("127.0.0.1: loopback"));
  EXPECT_EQ(inward.chain.back().url, "http://127.0.0.1/admin");
  EXPECT_EQ(inward.status, 0);
  ASSERT_EQ(inward.requests.size(), 1U);
  EXPECT_TRUE(inward.requests[0].is_refused);
  EXPECT_TRUE(inward.requests[0].is_inward);
  EXPECT_THAT(follow_link("http://a.site.example/script").trouble, HasSubstr("cloud metadata"));
  EXPECT_THAT(follow_link("http://a.site.example/file").trouble, HasSubstr("file:///etc/passwd"));
  EXPECT_TRUE(follow_link("http://a.site.example/source").requests.at(0).is_inward);
  EXPECT_THAT(follow_link("http://a.site.example/app").requests, testing::IsEmpty());
}

TEST_F(Following, AConditionCountsOnlyWhereThereIsNothingToSee) {
  const std::string text(400, 'x');
  serve([text](TestExchange& e) {
    const std::string script = "<script>if (a) { location='/there' }</script>";
    if (e.target == "/there") return e.html("there");
    e.html(e.target == "/empty" ? script : "<p>" + text + script);
  });
  EXPECT_EQ(follow_link("http://a.site.example/empty").visible_text, "there");
  const Page full = follow_link("http://a.site.example/full");
  EXPECT_EQ(full.visible_text, text);
  EXPECT_THAT(full.links, ElementsAre("http://a.site.example/there")) << "told all the same";
}

TEST_F(Following, AFileIsMeasuredAndNotRead) {
  serve([](TestExchange& e) {
    e.answer(200,
             "Content-Type: application/zip\r\nContent-Disposition: attachment; filename=\"invoice.zip\"\r\n",
             "PK");
  });
  const Page page = follow_link("http://a.site.example/get?id=1");
  ASSERT_EQ(page.downloads.size(), 1U);
  EXPECT_EQ(page.downloads[0].file_name, "invoice.zip");
  EXPECT_EQ(page.downloads[0].bytes, 2U);
  EXPECT_EQ(page.downloads[0].sha256, "fcab7fcc2b4cffd9bb45003bfc2e468a04ef6f77ca8200a7341f027631584d25");
  EXPECT_EQ(page.html, "");
}

TEST_F(Following, VisitorsAreTold) {
  serve([](TestExchange& e) { e.html("<p>" + e.header("User-Agent")); });
  EXPECT_THAT(follow_link("http://a.site.example/", 10s, Visitor::kDesktop).visible_text,
              HasSubstr("Windows"));
  EXPECT_THAT(follow_link("http://a.site.example/", 10s, Visitor::kMobile).visible_text,
              HasSubstr("Android"));
  EXPECT_THAT(follow_link("http://a.site.example/", 10s, Visitor::kBot).visible_text, HasSubstr("curl/"));
}

TEST_F(Following, OtherCharsetsBecomeUtf8) {
  serve([](TestExchange& e) {
    if (e.target == "/header")
      return e.answer(200, "Content-Type: text/html; charset=ISO-8859-1\r\n", "<p>caf\xe9");
    if (e.target == "/meta")
      return e.answer(200, "Content-Type: text/html\r\n", "<meta charset=windows-1251><p>\xcf\xee");
    if (e.target == "/mark")
      return e.answer(200, "Content-Type: text/html\r\n", std::string("\xff\xfe<\0p\0>\0x\0", 10));
    if (e.target == "/broken")
      return e.answer(200, "Content-Type: text/html; charset=utf-8\r\n",
                      "<p>a\xff"
                      "b");
    e.answer(200, "Content-Type: text/html\r\n", "<p>caf\xe9");
  });
  EXPECT_EQ(follow_link("http://a.site.example/header").visible_text, "caf\xc3\xa9");
  EXPECT_EQ(follow_link("http://a.site.example/meta").visible_text, "\xd0\x9f\xd0\xbe");
  EXPECT_EQ(follow_link("http://a.site.example/mark").visible_text, "x");
  EXPECT_EQ(follow_link("http://a.site.example/broken").visible_text,
            "a\xef\xbf\xbd"
            "b");
  EXPECT_EQ(follow_link("http://a.site.example/none").visible_text, "caf\xc3\xa9");
}

TEST_F(Following, AListOfHostsHoldsForRedirectsToo) {
  serve([](TestExchange& e) { e.redirect(302, "http://other.example/"); });
  const Page page = follow_link("http://a.site.example/", 10s, Visitor::kBot, {"*.site.example"});
  EXPECT_THAT(page.trouble, HasSubstr("not on the list of hosts"));
  EXPECT_EQ(site_->requests(), 1);
}

}  // namespace
}  // namespace linkgate::scan
