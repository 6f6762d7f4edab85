#include "url/find.h"

#include <gtest/gtest.h>

#include <chrono>

namespace linkgate::url {
namespace {

// What was found, one a line: "S http://..." for schemes, "W www...." and "B example.com".
std::string found_in(std::string_view text) {
  std::string out;
  size_t last = 0;
  for (const auto& url : find_urls(text)) {
    EXPECT_GE(url.begin, last) << "overlap in " << text;
    EXPECT_GT(url.end, url.begin);
    last = url.end;
    out += url.kind == FoundKind::kScheme ? "S " : url.kind == FoundKind::kWww ? "W " : "B ";
    out.append(text.substr(url.begin, url.end - url.begin)).append("\n");
  }
  return out;
}

struct FindCase {
  std::string_view text;
  std::string_view found;
};

TEST(FindUrls, EndsWhereAReaderSeesTheEnd) {
  const FindCase cases[] = {
      {"see http://example.com/a for more", "S http://example.com/a\n"},
      {"HTTPS://Example.COM", "S HTTPS://Example.COM\n"},
      {"ftp://host/file.txt.", "S ftp://host/file.txt\n"},
      {"<http://example.com/a>.", "S http://example.com/a\n"},
      {"(http://example.com/a_(b))", "S http://example.com/a_(b)\n"},
      {"http://example.com/a_(b)))", "S http://example.com/a_(b)\n"},
      {"(see http://example.com/a.)", "S http://example.com/a\n"},
      {"[http://example.com]", "S http://example.com\n"},
      {"{http://example.com/}", "S http://example.com/\n"},
      {"\"http://example.com/a\"", "S http://example.com/a\n"},
      {"'http://example.com/a'", "S http://example.com/a\n"},
      {"http://example.com/'quoted'", "S http://example.com/'quoted'\n"},
      {"http://example.com/?q=a&amp;b&gt;", "S http://example.com/?q=a&amp;b\n"},
      {"http://example.com/a?!...", "S http://example.com/a\n"},
      {"**http://example.com/a**", "S http://example.com/a\n"},
      {"_http://example.com/a_", "S http://example.com/a\n"},
      {"( http://example.com/c/eJwszk__9_ )", "S http://example.com/c/eJwszk__9_\n"},
      {"http://example.com/?t=a_.", "S http://example.com/?t=a_\n"},
      {"http://example.com_ or http://example.com/", "S http://example.com\nS http://example.com/\n"},
      {"http://example.com/dash-", "S http://example.com/dash-\n"},
      {"[text](http://example.com/a)[more](mailto:a@example.com)", "S http://example.com/a\n"},
      {"[text](http://example.com)[more](mailto:a@example.com)", "S http://example.com\n"},
      {"http://a.example,http://b.example;http://c.example/x",
       "S http://a.example\nS http://b.example\nS http://c.example/x\n"},
      {"http://a.example/x,http://b.example/y", "S http://a.example/x,http://b.example/y\n"},
      {"http://[2001:db8::1]:8080/x", "S http://[2001:db8::1]:8080/x\n"},
      {"http://user:pa$$@example.com/x", "S http://user:pa$$@example.com/x\n"},
      {"http://192.168.1.1/x http://0x7f.1", "S http://192.168.1.1/x\nS http://0x7f.1\n"},
      {"http://localhost:8000?", "S http://localhost:8000\n"},
      {"http://~~~~?~~~~ http://a~?~", "S http://a\n"},
      {"view-source:http://example.com", "S http://example.com\n"},
      {"line one http://example.com/a\r\nline two", "S http://example.com/a\n"},
  };
  for (const auto& c : cases) EXPECT_EQ(found_in(c.text), c.found) << c.text;
}

TEST(FindUrls, KnowsOtherScripts) {
  const FindCase cases[] = {
      {"請看https://example.com/路徑。謝謝", "S https://example.com/路徑\n"},
      {"2018 - 2024https://example.com/a", "S https://example.com/a\n"},
      {"season.http://www.example.com/ xhttp://localhost/",
       "S http://www.example.com/\nS http://localhost/\n"},
      {"請看www.example.com，謝謝", "W www.example.com\n"},
      {"«http://example.com/a»", "S http://example.com/a\n"},
      {"http://example.com/a\u00a0b", "S http://example.com/a\n"},
      {"http://example.com/a\u3000b", "S http://example.com/a\n"},
      {"http://bücher.example/ä", "S http://bücher.example/ä\n"},
      {"http://✪df.ws/123", "S http://✪df.ws/123\n"},
      {"президент.рф", "B президент.рф\n"},
      {"例え.jp と 日本語.みんな", "B 例え.jp\nB 日本語.みんな\n"},
      {"日本語example.comです。twitter.comとit.so한국", "B example.com\nB twitter.com\nB it.so\n"},
      {"ELPAÍS.com аpple.com", "B ELPAÍS.com\nB аpple.com\n"},
      {"http://a.example/頁http://b.example/次www.c.example",
       "S http://a.example/頁\nS http://b.example/次\nW www.c.example\n"},
      {"http://a.example/http://b.example/", "S http://a.example/http://b.example/\n"},
      {"http://example.com/a\xff\xfe", "S http://example.com/a\n"},
      {"http://example.com/\xc3(", "S http://example.com/\n"},
      {"\xe2\x82http://example.com/", "S http://example.com/\n"},
  };
  for (const auto& c : cases) EXPECT_EQ(found_in(c.text), c.found) << c.text;
}

TEST(FindUrls, WwwNamesAndBareDomainsAreKeptApart) {
  const FindCase cases[] = {
      {"www.example.com", "W www.example.com\n"},
      {"Visit www.example.com/a.b.", "W www.example.com/a.b\n"},
      {"(WWW.example.com/x)", "W WWW.example.com/x\n"},
      {"www. www.. www", ""},
      {"wwww.example.com", "B wwww.example.com\n"},
      {"args.to and local_termination.sh", "B args.to\n"},
      {"example.com/path?x=1.", "B example.com/path?x=1\n"},
      {"report.pdf node.js foo.invalid image.jpg 1.2.3.4 10.5", ""},
      {"mail alice@example.com or bob.smith@mail.example.com", ""},
      {"mail first.la+tag.x@example.com or b.co-d!e@example.com", ""},
      {"args.to+x and args.to/x@y", "B args.to\nB args.to/x@y\n"},
      {"/usr/lib/example.com", ""},
      {"example.com.", "B example.com\n"},
      {"a.b.c.example.org: yes", "B a.b.c.example.org\n"},
  };
  for (const auto& c : cases) EXPECT_EQ(found_in(c.text), c.found) << c.text;
}

TEST(FindUrls, LeavesAloneWhatIsNoUrl) {
  for (const std::string_view text :
       {"", "http://", "http:// example", "http://.", "http://..", "http://#", "http://?", "http://.x/",
        "http:///", "hppt://localhost", "mailto:a@localhost", "http:localhost", "javascript:alert(1)",
        "http://[::zz]/", "http://local host:99999999/", "://x"}) {
    const auto found = found_in(text);
    EXPECT_TRUE(found.empty() || found == "S http://local\n") << text << " gives " << found;
  }
}

// A second that grows with the square of the text would be minutes here.
TEST(FindUrls, IsLinearOnTextMadeToBeSlow) {
  for (const std::string_view piece :
       {"http://[x/", "http://",   "http://a@",   "www.",        "www.a.",     "a.",
        "&a;",        "(((",       "http://a/)",  "(http://a/)", "(a.to/)",    "'http://a/'",
        "http://a?~", "http://a,", "http://a&a;", "é",           "\xc3",       "a@b.com",
        "a.to+",      "あa",       "あa.to",      "あhttp://",   "http://a/あ"}) {
    std::string text = "http://example.com/";
    while (text.size() < 1'000'000) text += piece;
    const auto start = std::chrono::steady_clock::now();
    find_urls(text);
    EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(20)) << piece;
    find_urls(std::string_view(text).substr(19));
  }
}

}  // namespace
}  // namespace linkgate::url
