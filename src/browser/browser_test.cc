#include <sys/stat.h>

#include "browser/world_for_test.h"

namespace linkgate::browser {
namespace {

TEST_F(BrowserTest, SeesAPageAsAPersonDoes) {
  sites->html(
      "http://shop.example/",
      "<!doctype html><title>A shop</title><p>Welcome</p><p style='display:none'>unseen</p>"
      "<form action=/login method=post><label>Your mail <input type=email name=mail></label>"
      "<input type=password name=secret placeholder=Password></form>"
      "<a href=/more>more</a><img src=/logo.png><script>document.body.append('made by script')</script>");
  const verdict::Page page = look("http://shop.example/");
  EXPECT_EQ(page.trouble, "");
  EXPECT_EQ(chain_text(page), "start http://shop.example/ 200");
  EXPECT_EQ(page.title, "A shop");
  EXPECT_NE(page.visible_text.find("Welcome"), std::string::npos);
  EXPECT_NE(page.visible_text.find("made by script"), std::string::npos);
  EXPECT_EQ(page.visible_text.find("unseen"), std::string::npos);
  ASSERT_EQ(page.forms.size(), 1U);
  EXPECT_EQ(page.forms[0].action, "http://shop.example/login");
  EXPECT_EQ(page.forms[0].method, "post");
  ASSERT_EQ(page.forms[0].fields.size(), 2U);
  EXPECT_EQ(page.forms[0].fields[0].label, "Your mail");
  EXPECT_EQ(page.forms[0].fields[1].type, "password");
  EXPECT_EQ(page.forms[0].fields[1].label, "Password");
  EXPECT_EQ(page.links, std::vector<std::string>{"http://shop.example/more"});
  EXPECT_EQ(page.images, std::vector<std::string>{"http://shop.example/logo.png"});
  EXPECT_EQ(page.inline_scripts.size(), 1U);
  EXPECT_EQ(page.screenshot.substr(1, 3), "PNG");
  EXPECT_EQ(page.status, 200);
  EXPECT_EQ(page.media_type, "text/html");
}

TEST_F(BrowserTest, SeesWhatIsInShadowsAndFrames) {
  sites->html("http://a.example/",
              "<title>Outer</title><p>outer words</p><div id=h></div><iframe src=http://b.example/></iframe>"
              "<script>h.attachShadow({mode: 'open'}).innerHTML = '<p>words in the shadow</p>"
              "<form action=/s><input type=password name=p></form>'</script>");
  sites->html("http://b.example/",
              "<p>words of another</p><form action=/f method=post><input name=q></form>");
  const verdict::Page page = look("http://a.example/");
  EXPECT_EQ(page.title, "Outer");
  for (const char* words : {"outer words", "words in the shadow", "words of another"})
    EXPECT_NE(page.visible_text.find(words), std::string::npos) << words;
  ASSERT_EQ(page.forms.size(), 2U);
  EXPECT_EQ(page.forms[0].action, "http://a.example/s");
  EXPECT_EQ(page.forms[1].action, "http://b.example/f");
  EXPECT_EQ(page.frames, std::vector<std::string>{"http://b.example/"});
}

TEST_F(BrowserTest, NamesOfElementsDeceiveNobody) {
  sites->html("http://a.example/",
              "<title>Real</title><form id=f action=/real><input name=action value=/false>"
              "<input name=method><input name=elements><input name=getAttribute></form>"
              "<form name=body></form><form name=title></form><img name=documentElement>"
              "<script>Element.prototype.getAttribute = () => '/false';"
              "JSON.stringify = () => '{}'; document.title = 'Real'</script>");
  const verdict::Page page = look("http://a.example/");
  EXPECT_EQ(page.title, "Real");
  ASSERT_EQ(page.forms.size(), 3U);
  EXPECT_EQ(page.forms[0].action, "http://a.example/real");
  EXPECT_EQ(page.forms[0].fields.size(), 4U);
}

TEST_F(BrowserTest, WhatComesLaterIsSeen) {
  sites->html("http://a.example/",
              "<title>Wait</title><p>One moment</p><script>setTimeout(() => document.body.innerHTML ="
              "'<form action=/in><input type=password>', 1200)</script>");
  EXPECT_EQ(look("http://a.example/").forms.size(), 1U);
}

TEST_F(BrowserTest, WhatIsTypedAsDotsIsAPasswordAndWordsOfTheStyleSheetAreRead) {
  sites->html(
      "http://a.example/",
      R"html(<style>h1:before{content:"\41 cme \"mail\""}</style><h1></h1>)html"
      "<div contenteditable id=u></div><div contenteditable id=p style='-webkit-text-security:disc'></div>");
  const verdict::Page page = look("http://a.example/");
  EXPECT_EQ(page.visible_text, "Acme \"mail\"");
  ASSERT_EQ(page.forms.size(), 1U);
  ASSERT_EQ(page.forms[0].fields.size(), 2U);
  EXPECT_EQ(page.forms[0].fields[0].type, "editable");
  EXPECT_EQ(page.forms[0].fields[1].type, "password");
}

TEST_F(BrowserTest, WhoWaitsForAScrollOrAClickIsServed) {
  const std::string decoy =
      "<p style='height:300vh'>" + std::string(60, 'w') +
      " of a workshop that makes tables and chairs"
      " and of a garden and of a kitchen where soup is made of lentils, onions, carrots and of patience."
      " We are there on Saturdays, and on Sundays too.<a href=/x>On</a>";
  for (const char* on : {"scroll", "click"}) {
    sites->html("http://a.example/",
                decoy + "<script>addEventListener('" + on +
                    "', e => { if (e.isTrusted) document.title = 'Seen' }, true)</script>");
    EXPECT_EQ(look("http://a.example/").title, "Seen") << on;
  }
}

TEST_F(BrowserTest, TheIconIsKept) {
  const std::string icon = "\x89PNG\r\n\x1a\n not a real one";
  sites->html("http://a.example/", "<link rel='shortcut icon' href=/i.png><p>Words");
  sites->on("http://a.example/i.png", [icon](const net::HttpRequest&) {
    net::HttpResponse response;
    response.headers = {{"Content-Type", "image/png"}, {"Cache-Control", "max-age=60"}};
    response.body = icon;
    return response;
  });
  EXPECT_EQ(look("http://a.example/").favicon, icon);
}

TEST_F(BrowserTest, WhatTheProxyRefusesSaysSo) {
  sites->html("http://a.example/",
              "<p>Words<img src=http://inside.example/x><img src=https://other.example/y>");
  sites->on("http://inside.example/x", [](const net::HttpRequest&) {
    net::HttpResponse response;
    response.status = 403;
    response.body = "a line of text";
    response.headers = {{"Content-Type", "text/html"},
                        {"Proxy-Status", "linkgate-egress; error=destination_ip_prohibited"}};
    return response;
  });
  const verdict::Page page = look("http://a.example/");
  size_t refused = 0;
  for (const verdict::Request& request : page.requests) refused += request.is_refused ? 1 : 0;
  EXPECT_EQ(refused, 2U);
  const verdict::Page none = look("http://inside.example/x");
  EXPECT_EQ(none.trouble, "the egress proxy refused it");
  EXPECT_EQ(none.visible_text, "");
}

TEST_F(BrowserTest, AHostThatDoesNotAnswerIsTrouble) {
  const verdict::Page page = look("https://nobody.example/");
  EXPECT_EQ(page.trouble, "net::ERR_TUNNEL_CONNECTION_FAILED");
  EXPECT_FALSE(page.is_rendered);
  EXPECT_EQ(page.html, "");
  EXPECT_EQ(look("ftp://a.example/").trouble, "only http and https are visited");
}

}  // namespace
}  // namespace linkgate::browser
