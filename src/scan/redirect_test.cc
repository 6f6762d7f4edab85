// Where answers lead, read off them.
#include "scan/redirect.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <time.h>

#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "scan/redirect_script.h"

namespace linkgate::scan {
namespace {

using testing::ElementsAre;
using verdict::HopKind;

url::Url here() { return *url::Url::parse("https://a.example/dir/page?q=1#frag"); }

PageHops hops_of(const std::string& html, const std::string& headers = "") {
  FetchResult answer;
  answer.status = 200;
  if (!headers.empty()) answer.headers.emplace_back("refresh", headers);
  verdict::Page page;
  page.chain.push_back({here().href(), HopKind::kStart, 200});
  Markup markup = read_markup(html, here(), &page);
  return page_redirects(answer, here(), &markup, &page);
}

// The first hop as "kind url", empty where there is none.
std::string first(const std::string& html, const std::string& refresh = "") {
  const PageHops found = hops_of(html, refresh);
  if (found.hops.empty()) return "";
  const NextHop& hop = found.hops.front();
  return std::string(to_string(hop.how)) + " " + (hop.method == "POST" ? "POST " : "") + hop.url +
         (hop.body.empty() ? "" : " " + hop.body);
}

std::string script(const std::string& text) { return first("<p>some text</p><script>" + text + "</script>"); }

TEST(Refresh, IsReadAsTheStandardSays) {
  struct Case {
    const char* content;
    std::optional<Refresh> want;
  };
  const Case cases[] = {{"0; url=x", Refresh{0, "x"}},
                        {"5", Refresh{5, ""}},
                        {"0.9;url=x", Refresh{0, "x"}},
                        {".5; x", Refresh{0, "x"}},
                        {"1;URL='x'y", Refresh{1, "x"}},
                        {"1 ur l=x", Refresh{1, "ur l=x"}},
                        {"1; urlx", Refresh{1, "urlx"}},
                        {"1; 'x", Refresh{1, "x"}},
                        {"", std::nullopt},
                        {"url=x", std::nullopt},
                        {"-1; x", std::nullopt},
                        {"1x; y", std::nullopt},
                        {"1,\turl =\n\"x\"", Refresh{1, "x"}}};
  for (const Case& one : cases) EXPECT_EQ(parse_refresh(one.content), one.want) << one.content;
}

TEST(Refresh, PublicVectorsHold) {
  const char* data = std::getenv("LINKGATE_DATA");
  if (data == nullptr) GTEST_SKIP() << "LINKGATE_DATA names no folder of test data";
  std::ifstream file(std::string(data) + "/conformance/wpt_meta_refresh/vectors.json");
  if (!file) GTEST_SKIP() << "no vectors there";
  const auto vectors = nlohmann::json::parse(file).at("tests");
  const url::Url base = here();
  for (const auto& one : vectors) {
    const std::string content = one[0];
    const auto got = parse_refresh(content);
    ASSERT_EQ(got.has_value(), !one[1].empty()) << content;
    if (!got) continue;
    EXPECT_EQ(got->seconds, one[1][0].get<double>()) << content;
    if (one[1][1].is_null()) {
      EXPECT_EQ(got->url, "") << content;
      continue;
    }
    const auto want = url::Url::parse(one[1][1].get<std::string>(), &base),
               is = url::Url::parse(got->url, &base);
    ASSERT_TRUE(want && is) << content;
    EXPECT_EQ(is->href(), want->href()) << content;
  }
  EXPECT_GT(vectors.size(), 60U);
}

TEST(HttpRedirect, FollowsTheStatus) {
  FetchRequest post;
  post.url = here();
  post.method = "POST";
  post.body = "a=b";
  struct Case {
    int status;
    const char *location, *want;  // "METHOD url"
  };
  const Case cases[] = {{301, "/x", "GET https://a.example/x#frag"},
                        {302, "//b.example/", "GET https://b.example/#frag"},
                        {303, "?y#own", "GET https://a.example/dir/page?y#own"},
                        {307, "http://b.example", "POST http://b.example/#frag"},
                        {308, "../z", "POST https://a.example/z#frag"},
                        {302, "javascript:alert(1)", "GET javascript:alert(1)#frag"},
                        {302, "file:///etc/passwd", "GET file:///etc/passwd#frag"},
                        {302, "", ""},
                        {304, "/x", ""},
                        {200, "/x", ""},
                        {302, "http://[", ""}};
  for (const Case& one : cases) {
    FetchResult answer;
    answer.status = one.status;
    answer.headers.emplace_back("location", one.location);
    const auto hop = http_redirect(answer, here(), post);
    EXPECT_EQ(hop ? hop->method + " " + hop->url : "", one.want) << one.status << " " << one.location;
  }
}

TEST(PageRedirects, OfMarkup) {
  struct Case {
    const char *html, *want;
  };
  const Case cases[] = {
      {"<meta http-equiv=Refresh content='0; url=/next'>", "meta refresh https://a.example/next"},
      {"<base href='https://b.example/'><meta http-equiv=refresh content='0;url=x'>",
       "meta refresh https://b.example/x"},
      {"<meta http-equiv=refresh content='0;url=javascript:alert(1)'>", ""},
      {"<noscript><meta http-equiv=refresh content='0;url=/nojs'></noscript><p>hello", ""},
      {"<meta http-equiv=refresh content='5'><p>hello", ""},
      {"<frameset rows='100%,*'><frame src='https://b.example/f'></frameset>", "frame https://b.example/f"},
      {"<iframe src=/inner width=100% height=100%></iframe> <p>words words words words words words words "
       "words",
       "frame https://a.example/inner"},
      {"<iframe src=/inner style='position:fixed; width:100vw; height:100vh'></iframe>",
       "frame https://a.example/inner"},
      {"<iframe src=/only></iframe>", "frame https://a.example/only"},
      {"<iframe src=/ad width=300 height=250></iframe><p>An article about many things, none of which is a "
       "frame",
       ""},
      {"<p>Please <a href='https://b.example/go'>click here</a> to continue", "click https://b.example/go"},
      {"<a href=/1>one</a><a href=/2>two</a>", ""},
      {"<p>My app</p><a href=/login>Sign in</a>", ""},
      {"<script>location='mailto:a@b.example'; window.open('about:blank')</script>", ""},
      {"<form method=post action=/f><input type=hidden name=t value='a b&'><input name=u></form>"
       "<script>document.forms[0].submit()</script>",
       "form POST https://a.example/f t=a+b%26&u="},
      {"<form name=go action=/g?old><input name=q value=1></form><script>document.go.submit();</script>",
       "form https://a.example/g?q=1"},
      {"<form id=f action=/g></form><body onload=\"document.getElementById('f').submit()\">",
       "form https://a.example/g?"},
      {"<form id=f "
       "action=/g></form><script>setTimeout(function(){document.querySelector('#f').submit()},0)</script>",
       "form https://a.example/g?"},
      {"<form id=f action=/g><input type=submit "
       "id=b></form><script>document.getElementById('b').click()</script>",
       "form https://a.example/g?"},
      {"<a id=x href=/1></a><a id=y href=/2></a><script>document.getElementById('y').click()</script>",
       "click https://a.example/2"},
      {"<a href=/1></a><a href=/2></a><script>document.links[1].click()</script>",
       "click https://a.example/2"},
      {"<img src=x onerror=\"location='/e'\">", "script https://a.example/e"},
      {"<iframe src=\"javascript:parent.location='/j'\"></iframe>", "script https://a.example/j"},
  };
  for (const Case& one : cases) EXPECT_EQ(first(one.html), one.want) << one.html;
  EXPECT_EQ(first("<p>hello", "0; url=/h"), "refresh header https://a.example/h");
}

TEST(PageRedirects, OfScripts) {
  const std::string to = "script https://b.example/x";
  const char* leads[] = {
      "location='https://b.example/x'",
      "window.location = \"https://b.example/x\";",
      "location.href='https://b.example/x'",
      "top.location.href = `https://b.example/x`",
      "window['location']['href']='https://b.example/x'",
      "location['hr'+'ef']='https://b.example/x'",
      "var h='href'; self['loc'+'ation'][h]='https://b.example/x'",
      "document.location='https://b.example/x'",
      "self.parent.location.replace('https://b.example/x')",
      "location.assign(\"https:\\/\\/b.example\\/x\")",
      "window.open('https://b.example/x','_self')",
      "setTimeout(\"location.href='https://b.example/x'\", 500)",
      "setTimeout(function(){ location.href='https://b.example/x' }, 500)",
      "setTimeout(() => { location.href='https://b.example/x' }, 500)",
      "setTimeout(() => location.replace('https://b.example/x'), 500)",
      "function go(){location='https://b.example/x'} go();",
      "function go(){location='https://b.example/x'} window.onload=go;",
      "const go = () => { location='https://b.example/x' }; setTimeout(go, 10);",
      "(function(){ location='https://b.example/x' })()",
      "(()=>{ location='https://b.example/x' })()",
      "!function(){ location='https://b.example/x' }()",
      "window.addEventListener('load', function(){ location='https://b.example/x' })",
      "$(document).ready(function(){ window.location.href='https://b.example/x' })",
      "location = 'https://' + 'b.exa' + \"mple\" + '/x'",
      "location = atob('aHR0cHM6Ly9iLmV4YW1wbGUveA==')",
      "location = unescape('https%3A//b.example/x')",
      "location = decodeURIComponent('https%3A%2F%2Fb.example%2Fx')",
      "location = String.fromCharCode(104,116,116,112,115,58,47,47,98,46,101,120,97,109,112,108,101,47,120)",
      "location = '\\x68ttps://b.ex\\u0061mple/x'",
      "location = 'x/elpmaxe.b//:sptth'.split('').reverse().join('')",
      "location = ['https:','','b.example','x'].join('/')",
      "location = 'hxxps://b.example/x'.replace('xx','tt')",
      "var u = 'https://b.example/'; u += 'x'; location.href = u;",
      "let a='https://', b='b.example'; window.location.href = a + b + '/x'",
      "eval(\"location='https://b.example/x'\")",
      "eval(atob('bG9jYXRpb249J2h0dHBzOi8vYi5leGFtcGxlL3gn'))",
      "document.write('<meta http-equiv=refresh content=\"0;url=https://b.example/x\">')",
      "document.write(unescape('%3Cscript%3Elocation%3D%22https%3A//b.example/x%22%3C/script%3E'))",
      "/* location='/no' */ // location='/no'\nlocation='https://b.example/x'",
      "var r = /location='no'/; location='https://b.example/x'",
  };
  for (const char* one : leads) {
    std::string got = script(one);
    if (got.starts_with("meta refresh ")) got.replace(0, 12, "script");
    EXPECT_EQ(got, to) << one;
  }
  EXPECT_EQ(script("location = 'https://b.example/#' + location.hash.substring(1)"),
            "script https://b.example/#frag");
  EXPECT_EQ(script("history.replaceState(null,'',location.pathname+'?again=1');location.reload()"),
            "script https://a.example/dir/page?again=1");
  EXPECT_EQ(script("history.pushState({a:[1,2]},'','//b.example/x');location.reload()"), "")
      << "another origin";
  EXPECT_EQ(script("var a=document.createElement('a'); a.href='/made'; a.click()"),
            "click https://a.example/made");
  EXPECT_EQ(script("var f=document.createElement('form'); f.action='/made'; f.submit()"),
            "script https://a.example/made");
}

TEST(PageRedirects, WhatWaitsForAPersonLeadsNowhereByItself) {
  const char* stays[] = {
      "function logout(){ location.href='/out' }",
      "var menu = { go: function(){ location='/x' } };",
      "button.onclick = function(){ location='/x' }",
      "document.addEventListener('click', function(){ location='/x' })",
      "$('#b').on('click', () => { location='/x' })",
      "$('#b').click(function(){ location='/x' })",
      "element.addEventListener('click', () => location.href='/x')",
      "if (location == '/x') {}",
      "if (location.href === 'https://b.example/') {}",
      "if (top != self) top.location = self.location;",
      "xhr.open('GET', '/data')",
      "var location2 = '/x'; mylocation = '/x'; a.location2 = '/x'",
      "location.hash = '#x'",
      "location = unknown + '/x'",
      "\"location='/x'\"",
      "function submitIt(){ document.forms[0].submit() }",
  };
  for (const char* one : stays) EXPECT_EQ(script(one), "") << one;
}

TEST(PageRedirects, ConditionsCookiesAndReloadsAreSaid) {
  const auto conditional =
      hops_of("<script>if (screen.width < 800) { location='/mobile' } location='/all'</script>");
  ASSERT_EQ(conditional.hops.size(), 2U);
  EXPECT_TRUE(conditional.hops[0].is_conditional);
  EXPECT_FALSE(conditional.hops[1].is_conditional);
  const auto challenge = hops_of("<script>document.cookie='seen='+'1; path=/'; location.reload()</script>");
  EXPECT_THAT(challenge.cookies, ElementsAre("seen=1; path=/"));
  EXPECT_TRUE(challenge.reloads);
}

TEST(Markup, WhatJudgementWantsToKnow) {
  verdict::Page page;
  const Markup markup = read_markup(
      "<!doctype html><title> Sign \n in </title><base href='/b/'><style>p{}</style>"
      "<p>Hello&nbsp;<b>wo</b>rld<br>again <span hidden>secret</span><span style='display: "
      "none'>too</span></p>"
      "<form action=login method=POST><label for=m>Mail</label><input id=m type=email name=mail>"
      "<label>Code <input type=PASSWORD name=pw></label><input placeholder=Name name=n>"
      "<select name=s></select><textarea name=t></textarea><button>Go</button></form>"
      "<input name=loose><a href=x#y>link</a><a href='mailto:a@b'>mail</a><script src=s.js></script>"
      "<script>var a</script><script type='application/json'>{}</script><img src=i.png><iframe "
      "src=f.html></iframe>",
      here(), &page);
  EXPECT_EQ(page.title, "Sign in");
  EXPECT_EQ(page.visible_text, "Hello\xC2\xA0world again Mail Code Go linkmail");
  ASSERT_EQ(page.forms.size(), 2U);
  EXPECT_EQ(page.forms[0].action, "https://a.example/b/login");
  EXPECT_EQ(page.forms[0].method, "post");
  ASSERT_EQ(page.forms[0].fields.size(), 6U);
  EXPECT_EQ(page.forms[0].fields[0].label, "Mail");
  EXPECT_EQ(page.forms[0].fields[1].type, "password");
  EXPECT_EQ(page.forms[0].fields[1].label, "Code");
  EXPECT_EQ(page.forms[0].fields[2].label, "Name");
  EXPECT_EQ(page.forms[1].fields[0].name, "loose") << "what lies outside a form is one form more";
  EXPECT_THAT(page.links, ElementsAre("https://a.example/b/x#y", "mailto:a@b"));
  EXPECT_THAT(page.scripts, ElementsAre("https://a.example/b/s.js"));
  EXPECT_THAT(page.inline_scripts, ElementsAre("var a"));
  EXPECT_THAT(page.images, ElementsAre("https://a.example/b/i.png"));
  EXPECT_THAT(page.frames, ElementsAre("https://a.example/b/f.html"));
  EXPECT_EQ(markup.trouble, "");
}

TEST(Markup, HostileMarkupIsReadInBounds) {
  const auto repeated = [](const std::string& piece, size_t bytes) {
    std::string all;
    while (all.size() < bytes) all += piece;
    return all;
  };
  std::string formats;
  for (int i = 0; i < 900; ++i) formats += "<font color=" + std::to_string(i) + ">";
  const std::pair<const char*, std::string> cases[] = {
      {"deep", repeated("<div>", 8 << 20)},
      {"deep behind ends that fit nothing", repeated("<div></b>", 4 << 20)},
      {"formats that are opened again", formats + repeated("<p>x", 1 << 20)},
      {"many elements", repeated("<i></i>", 4 << 20)},
      {"many attributes", "<p " + repeated("a ", 4 << 20)},
      {"tables", repeated("<table><td>", 4 << 20)},
      {"long", repeated("text ", 20 << 20)},
  };
  for (const auto& [name, html] : cases) {
    verdict::Page page;
    const auto begin = std::chrono::steady_clock::now();
    const Markup markup = read_markup(html, here(), &page);
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(8)) << name;
    EXPECT_LE(page.visible_text.size(), kMaxVisibleText) << name;
    EXPECT_NE(markup.trouble + page.visible_text, "") << name;
  }
}

TEST(Markup, WhatStandsBeforeTheLimitIsRead) {
  verdict::Page page;
  std::string html = "<p title='a > b'>seen</p><form><input type=password></form><p ";
  for (int i = 0; i < 50'000; ++i) html += "a" + std::to_string(i) + "=1 ";
  const auto begin = std::chrono::steady_clock::now();
  const Markup markup = read_markup(html + ">not seen</p>", here(), &page);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, kMaxParserTime);
  EXPECT_EQ(page.visible_text, "seen");
  EXPECT_EQ(page.forms.size(), 1U);
  EXPECT_EQ(markup.trouble, "the document has more markup than is read");
}

#ifdef __SANITIZE_ADDRESS__
constexpr std::chrono::seconds kMostForScripts{40};  // sanitizers cost about ten times the time
#else
constexpr std::chrono::seconds kMostForScripts{3};
#endif

// Of this thread: what others do on the machine does not count.
std::chrono::nanoseconds processor_time() {
  timespec now = {};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

TEST(Script, HostileScriptsAreReadInBounds) {
  const auto repeated = [](const std::string& piece) {
    std::string all;
    while (all.size() < (2U << 20)) all += piece;
    return all;
  };
  for (const std::string& text :
       {repeated("("), repeated("x=>"), repeated("if(a)"), repeated("'a'+"),
        "location=" + repeated("'aaaaaaaa'+"), repeated("a=a+a;"), repeated("function f(){"),
        repeated("f(function(){"), repeated("[x,"), repeated("a&&"), "var a='x';" + repeated("a+=a;"),
        repeated("`${"), repeated("/[/"), repeated("\\u"), repeated("setTimeout('"),
        repeated("location.a.")}) {
    ScriptWorld world;
    world.location = here();
    const auto begin = processor_time();
    (void)read_script(text, &world);
    EXPECT_LT(processor_time() - begin, kMostForScripts) << text.substr(0, 20);
  }
}

}  // namespace
}  // namespace linkgate::scan
