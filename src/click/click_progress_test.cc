// What pages ask for beside the click: how far the check is, and what the page behind the link looks like.
#include <gmock/gmock.h>

#include "click/world_for_test.h"

namespace linkgate::click {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

const std::string kName(64, 'a');
constexpr const char* kUrl = "https://slow.example/";

class Progress : public World {
 protected:
  // The pieces of a stream of events, until its end.
  std::vector<std::string> pieces(net::HttpResponse& response) {
    std::vector<std::string> all;
    while (true) {
      std::optional<std::string> piece;
      bool is_there = false;
      auto next = response.next_chunk();
      net::asio::co_spawn(io_, std::move(next), [&](std::exception_ptr, std::optional<std::string> got) {
        piece = std::move(got);
        is_there = true;
      });
      io_.restart();
      while (!is_there) io_.run_one();
      if (!piece) return all;
      all.push_back(*piece);
    }
  }
  static std::string attribute(const net::HttpResponse& page, const std::string& name) {
    return unescape(between(page.body, page.body.find(name + "=\""), name + "=\"", "\""));
  }
  verdict::Verdict suspicious() const {
    auto verdict = listed(Disposition::kSuspicious);
    verdict.evidence[0].artifact = "screenshot:" + kName;
    return verdict;
  }
};

TEST_F(Progress, TheScanningPageFollowsTheCheckAndGoesOnWithoutAScriptToo) {
  scan_.delay = std::chrono::milliseconds(900);
  scan_.progress = api::Progress::kOpening;
  const auto page = get(link(kUrl));
  ASSERT_THAT(page.body, HasSubstr("<noscript><meta http-equiv=\"refresh\""));
  const std::string csp = header(page, "Content-Security-Policy");
  EXPECT_THAT(csp, HasSubstr("script-src 'sha256-"));
  EXPECT_THAT(csp, HasSubstr("connect-src 'self'"));
  EXPECT_THAT(csp, Not(HasSubstr("unsafe")));
  auto events = get(attribute(page, "data-events"));
  ASSERT_EQ(events.status, 200u);
  EXPECT_EQ(header(events, "Content-Type"), "text/event-stream");
  EXPECT_EQ(node_->followers.count(), 1);
  EXPECT_THAT(pieces(events), ElementsAre("event: stage\ndata: Opening the page in a browser of our own\n\n",
                                          "event: done\ndata: \n\n"));
  events = {};
  EXPECT_EQ(node_->followers.count(), 0);
  EXPECT_EQ(get(attribute(page, "data-next")).status, 302u);
  EXPECT_EQ(clicks().size(), 1u) << "following is no click";
}

TEST_F(Progress, OnlyTheScanningPageHasAScript) {
  scan_.verdicts[kUrl] = listed(Disposition::kPhishing);
  const auto page = get(link(kUrl));
  EXPECT_THAT(page.body, Not(HasSubstr("<script")));
  EXPECT_THAT(header(page, "Content-Security-Policy"), Not(HasSubstr("script-src")));
}

TEST_F(Progress, NobodyFollowsWithoutATokenOfThatLinkOrTooManyAtOnce) {
  scan_.delay = std::chrono::milliseconds(900);
  const auto page = get(link(kUrl));
  const std::string events = attribute(page, "data-events");
  const std::string token = events.substr(8, events.find('/', 8) - 8);
  EXPECT_EQ(get("/events/" + token + link("https://other.example/")).status, 404u);
  EXPECT_EQ(get("/events/x" + link(kUrl)).status, 404u);
  EXPECT_EQ(get("/picture/" + token + link(kUrl)).status, 404u) << "a token for something else";
  std::vector<net::HttpResponse> open;
  for (int i = 0; i < kMaxFollowersOfOne; ++i) open.push_back(get(events));
  EXPECT_EQ(open.back().status, 200u);
  EXPECT_EQ(get(events).status, 503u);
}

TEST_F(Progress, ASuspiciousPageIsShownAsItIsUnderItsOwnToken) {
  scan_.verdicts[kUrl] = suspicious();
  scan_.pictures[kName] = "\x89PNG...";
  const auto page = get(link(kUrl));
  EXPECT_THAT(page.body, HasSubstr("This is what is there"));
  EXPECT_THAT(header(page, "Content-Security-Policy"), HasSubstr("img-src data: 'self'"));
  EXPECT_THAT(page.body, Not(HasSubstr(kName))) << "its name says nothing to whoever guesses";
  const std::string src = page.body.substr(page.body.find("src=\"/picture/") + 5);
  const auto picture = get(unescape(src.substr(0, src.find('"'))));
  ASSERT_EQ(picture.status, 200u);
  EXPECT_EQ(picture.body, scan_.pictures[kName]);
  EXPECT_EQ(header(picture, "Content-Type"), "image/png");
  EXPECT_THAT(header(picture, "Content-Security-Policy"), HasSubstr("sandbox"));
  EXPECT_EQ(clicks().size(), 1u);
  scan_.verdicts[kUrl].disposition = Disposition::kMalware;
  ++node_->changes;
  EXPECT_EQ(get(unescape(src.substr(0, src.find('"')))).status, 404u) << "it is malware by now";
}

TEST_F(Progress, WhatIsPhishingOrMalwareIsNeverShown) {
  for (const Disposition disposition : {Disposition::kPhishing, Disposition::kMalware}) {
    scan_.verdicts[kUrl] = suspicious();
    scan_.verdicts[kUrl].disposition = disposition;
    ++node_->changes;
    EXPECT_THAT(get(link(kUrl)).body, Not(HasSubstr("<figure>")));
  }
}

}  // namespace
}  // namespace linkgate::click
