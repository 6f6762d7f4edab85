// How a page leads elsewhere, in every way that pages know.

#include "browser/world_for_test.h"

namespace linkgate::browser {
namespace {

constexpr const char* kEnd =
    "<title>End</title><p>You have arrived at the place where this page leads people to, and it has "
    "some more words to read than a page that only says: one moment, please. Nothing else is to be "
    "found here, and nobody is to be led any further from here.";

class ChainTest : public BrowserTest {
 protected:
  void SetUp() override {
    BrowserTest::SetUp();
    if (sites) sites->html("http://end.example/", kEnd);
  }
  void expect_chain(const std::string& what, const std::string& chain) {
    const verdict::Page page = look("http://a.example/");
    EXPECT_EQ(chain_text(page), chain) << what;
    EXPECT_EQ(page.title, "End") << what;
    EXPECT_EQ(page.trouble, "") << what;
  }
};

TEST_F(ChainTest, FollowsEveryStatusThatRedirects) {
  for (const unsigned status : {301, 302, 303, 307, 308}) {
    sites->redirect("http://a.example/", status, "http://b.example/x?q#f");
    sites->redirect("http://b.example/x", 302, "http://end.example/");
    const std::string code = std::to_string(status);
    expect_chain(code, "start http://a.example/ " + code +
                           " > http http://b.example/x?q#f 302 > http http://end.example/#f 200");
  }
}

TEST_F(ChainTest, FollowsWhatHeadersAndScriptsAskFor) {
  const struct {
    const char *what, *body;
    const char* refresh;
    const char* how;
  } kCases[] = {
      {"Refresh header", "", "0; url=http://end.example/", "refresh header"},
      {"meta refresh", "<meta http-equiv=refresh content='0; url=http://end.example/'>", "", "meta refresh"},
      {"meta refresh after a second", "<meta http-equiv=refresh content='1; url=http://end.example/'>", "",
       "meta refresh"},
      {"location =", "<script>location = 'http://end.example/'</script>", "", "script"},
      {"location.href", "<script>window.location.href = 'http://end.example/'</script>", "", "script"},
      {"location.assign", "<script>location.assign('http://end.example/')</script>", "", "script"},
      {"location.replace", "<script>location.replace('http://end.example/')</script>", "", "script"},
      {"top.location", "<script>top.location = 'http://end.example/'</script>", "", "script"},
      {"after a timer", "<script>setTimeout(() => { location = 'http://end.example/' }, 900)</script>", "",
       "script"},
      {"after a fetch", "<script>fetch('/x').then(() => { location = 'http://end.example/' })</script>", "",
       "script"},
      {"window.open", "<script>window.open('http://end.example/')</script>", "", "script"},
      {"window.open, itself", "<script>window.open('http://end.example/', '_self')</script>", "", "script"},
      {"form",
       "<form action=http://end.example/ method=post></form><script>document.forms[0].submit()</script>", "",
       "form"},
      {"anchor",
       "<a id=a href=http://end.example/ "
       "target=_self></a><script>document.getElementById('a').click()</script>",
       "", "click"},
      {"mouse", "<p>Move</p><script>onmousemove = () => { location = 'http://end.example/' }</script>", "",
       "script"},
      {"frame",
       "<style>*{margin:0}</style><iframe src=http://end.example/ style='border:0;width:100vw;height:100vh'>",
       "", "frame"},
  };
  for (const auto& one : kCases) {
    net::Headers headers;
    if (*one.refresh != '\0') headers.emplace_back("Refresh", one.refresh);
    sites->html("http://a.example/", one.body, headers);
    expect_chain(one.what,
                 std::string("start http://a.example/ 200 > ") + one.how + " http://end.example/ 200");
  }
}

TEST_F(ChainTest, FollowsHistory) {
  sites->html("http://a.example/",
              std::string(kEnd) + "<script>history.pushState({}, '', '/account/login')</script>");
  expect_chain("pushState", "start http://a.example/ 200 > script http://a.example/account/login");
}

TEST_F(ChainTest, FollowsSixtyHopsOfMixedKinds) {
  std::string want = "start http://a.example/ 302";
  sites->redirect("http://a.example/", 302, "http://h1.example/");
  for (int at = 1; at <= 60; ++at) {
    const std::string here = "http://h" + std::to_string(at) + ".example/";
    const std::string next =
        at == 60 ? "http://end.example/" : "http://h" + std::to_string(at + 1) + ".example/";
    const bool came_by_script = (at - 1) % 10 == 0 && at > 1;
    want += (came_by_script ? " > script " : " > http ") + here;
    if (at % 10 == 0) {
      sites->html(here, "<script>location = '" + next + "'</script>");
      want += " 200";
    } else {
      sites->redirect(here, 307, next);
      want += " 307";
    }
  }
  expect_chain("sixty", want + " > script http://end.example/ 200");
}

}  // namespace
}  // namespace linkgate::browser
