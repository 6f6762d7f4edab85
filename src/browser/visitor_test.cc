// Whom a page believes to have before it.

#include "browser/world_for_test.h"

namespace linkgate::browser {
namespace {

constexpr const char* kMirror =
    "<pre id=p></pre><script>"
    "const say = (name, value) => { p.textContent += name + '=' + value + '\\n' };"
    "say('webdriver', navigator.webdriver); say('agent', navigator.userAgent); say('platform', "
    "navigator.platform);"
    "say('languages', navigator.languages); say('touch', navigator.maxTouchPoints > 0);"
    "say('width', innerWidth); say('headless', /headless/i.test(navigator.userAgent + navigator.appVersion));"
    "say('plugins', navigator.plugins.length > 0); say('chrome', typeof window.chrome);"
    "say('zone', Intl.DateTimeFormat().resolvedOptions().timeZone);"
    "say('permission', Notification.permission);"
    "const w = new Worker(URL.createObjectURL(new Blob(['postMessage(navigator.userAgent)'])));"
    "w.onmessage = e => say('worker', e.data == navigator.userAgent);"
    "navigator.geolocation.getCurrentPosition(() => say('place', 'given'), () => say('place', 'refused'));"
    "</script>";

class VisitorTest : public BrowserTest {
 protected:
  std::string seen_by(Visitor visitor, const Locale& locale) {
    sites->html("http://a.example/", kMirror);
    VisitRequest request;
    request.url = "http://a.example/";
    request.visitor = visitor;
    request.locale = locale;
    return pool().visit(request).visible_text + "\n";
  }
  static void expect_lines(const std::string& text, const std::vector<std::string>& lines) {
    for (const std::string& line : lines)
      EXPECT_NE(text.find(line + "\n"), std::string::npos) << line << " in\n" << text;
  }
};

TEST_F(VisitorTest, SeesSomebodyAtADesk) {
  const std::string text = seen_by(Visitor::kDesktop, {"de-DE,de", "Europe/Berlin"});
  expect_lines(text,
               {"webdriver=false", "platform=Win32", "languages=de-DE,de", "touch=false", "width=1280",
                "headless=false", "plugins=true", "chrome=object", "zone=Europe/Berlin", "worker=true"});
  EXPECT_NE(text.find("Windows NT 10.0; Win64; x64"), std::string::npos);
}

TEST_F(VisitorTest, SeesSomebodyWithATelephone) {
  const std::string text = seen_by(Visitor::kMobile, Locale());
  expect_lines(text, {"webdriver=false", "touch=true", "headless=false", "languages=en-US,en"});
  EXPECT_NE(text.find("Android 10; K"), std::string::npos);
  EXPECT_NE(text.find("Mobile Safari"), std::string::npos);
}

TEST_F(VisitorTest, AFetchSaysOfItselfWhatTheBrowserSays) {
  for (const Visitor visitor : {Visitor::kDesktop, Visitor::kMobile}) {
    const Locale locale = locale_of("de-DE");
    seen_by(visitor, locale);
    const auto asked = sites->asked();
    const auto document = std::find_if(asked.rbegin(), asked.rend(), [](const net::HttpRequest& one) {
      return one.target == "http://a.example/";
    });
    ASSERT_NE(document, asked.rend());
    const net::HttpRequest& request = *document;
    EXPECT_EQ(request.header("Accept-Language"), "de-DE,de;q=0.9");
    EXPECT_EQ(request.header("User-Agent"), user_agent(visitor, kUsualVersion));
    for (const std::string& line : navigation_headers(visitor, locale, kUsualVersion)) {
      const size_t colon = line.find(':');
      const std::string_view sent = request.header(line.substr(0, colon));
      if (sent.empty()) continue;  // client hints go over TLS alone
      EXPECT_EQ(sent, line.substr(colon + 2)) << line;
    }
  }
}

TEST(Locales, HaveATimeZoneWhereTheLanguageIsSpoken) {
  EXPECT_EQ(locale_of("de-DE"), (Locale{"de-DE,de", "Europe/Berlin"}));
  EXPECT_EQ(locale_of("ja"), (Locale{"ja", "Asia/Tokyo"}));
  EXPECT_EQ(locale_of("pt-BR").time_zone, "America/Sao_Paulo");
  EXPECT_EQ(locale_of("xx").time_zone, Locale().time_zone);
}

TEST_F(VisitorTest, NoRequestSpeaksOfABrowserWithoutAHead) {
  seen_by(Visitor::kDesktop, Locale());
  ASSERT_FALSE(sites->asked().empty());
  for (const auto& request : sites->asked()) {
    EXPECT_EQ(request.target.find("http://a.example/"), 0U)
        << "the browser itself asked for " << request.target;
    EXPECT_EQ(std::string(request.header("User-Agent")).find("Headless"), std::string::npos)
        << request.target;
    EXPECT_NE(std::string(request.header("User-Agent")).find("Windows NT"), std::string::npos)
        << request.target;
  }
}

}  // namespace
}  // namespace linkgate::browser
