// Fetching through the real egress proxy, from sites on loopback.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include "scan/web_for_test.h"

namespace linkgate::scan {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;
using namespace std::chrono_literals;

std::string routes(uint16_t http, uint16_t https = 1) {
  return "[egress]\nroutes = [\"*.site.example:80=127.0.0.1:" + std::to_string(http) +
         "\", \"*.site.example:443=127.0.0.1:" + std::to_string(https) + "\"]\n";
}

class Fetching : public FolderTest {};

TEST_F(Fetching, APageComesWithItsStatusItsHeadersAndItsCertificate) {
  const TestCertificate authority("Lab Authority", "");
  const TestCertificate certificate("www.site.example", "DNS:www.site.example,DNS:site.example", 3600,
                                    &authority);
  authority.write(folder_ + "/ca.pem");
  const auto answer = [](TestExchange& exchange) {
    exchange.answer(200, "Content-Type: text/html\r\nX-Seen: " + exchange.target + "\r\n",
                    "<p>" + exchange.head);
  };
  TestSite plain(answer), secure(answer, &certificate);
  TestWeb web(folder_, routes(plain.port(), secure.port()), folder_ + "/ca.pem");

  const FetchResult over_http = web.fetch("http://www.site.example/a?b#c");
  EXPECT_EQ(over_http.status, 200) << over_http.details;
  EXPECT_EQ(over_http.header("x-seen"), "/a?b");
  EXPECT_THAT(over_http.body, HasSubstr("Host: www.site.example\r\n"));
  EXPECT_THAT(over_http.body, HasSubstr("Chrome/"));
  EXPECT_EQ(over_http.alpn, "");
  EXPECT_FALSE(over_http.certificate.has_value());

  const FetchResult over_tls = web.fetch("https://user:secret@www.site.example/");
  EXPECT_EQ(over_tls.status, 200) << over_tls.details;
  EXPECT_EQ(over_tls.alpn, "http/1.1");
  ASSERT_TRUE(over_tls.certificate.has_value());
  EXPECT_TRUE(over_tls.certificate->is_trusted);
  EXPECT_EQ(over_tls.certificate->issuer, "Lab Authority");
  EXPECT_THAT(over_tls.certificate->names, Contains("site.example"));
  EXPECT_THAT(over_tls.body, Not(HasSubstr("Authorization")));
  EXPECT_EQ(plain.requests() + secure.requests(), 2) << "nothing but the URLs themselves is asked for";
}

TEST_F(Fetching, ABadCertificateIsEvidenceAndNoReasonToTurnBack) {
  const TestCertificate authority("Lab Authority", "");
  const TestCertificate unknown("www.site.example", "DNS:www.site.example");
  const TestCertificate other("www.other.example", "DNS:www.other.example", 3600, &authority);
  const TestCertificate old("www.site.example", "DNS:www.site.example", -60, &authority);
  authority.write(folder_ + "/ca.pem");
  for (const TestCertificate* bad : {&unknown, &other, &old}) {
    TestSite site([](TestExchange& exchange) { exchange.html("in"); }, bad);
    TestWeb web(folder_, routes(1, site.port()), folder_ + "/ca.pem");
    const FetchResult result = web.fetch("https://www.site.example/");
    EXPECT_EQ(result.body, "in") << result.details;
    ASSERT_TRUE(result.certificate.has_value());
    EXPECT_FALSE(result.certificate->is_trusted) << result.certificate->subject;
  }
}

TEST_F(Fetching, CookiesAndConnectionsStayWithinAVisit) {
  TestSite site([](TestExchange& exchange) {
    exchange.answer(200, "Set-Cookie: seen=yes\r\n", exchange.header("Cookie"));
  });
  TestWeb web(folder_, routes(site.port()));
  FetchRequest request;
  request.url = *url::Url::parse("http://www.site.example/");
  const auto one = web.fetcher().visit(identity_of(Visitor::kDesktop), "one"),
             two = web.fetcher().visit(identity_of(Visitor::kMobile), "two");
  EXPECT_EQ(one->fetch_and_wait(request).body, "");
  EXPECT_EQ(one->fetch_and_wait(request).body, "seen=yes");
  EXPECT_EQ(site.connections(), 1) << "used again";
  EXPECT_EQ(two->fetch_and_wait(request).body, "");
  EXPECT_EQ(site.connections(), 2);
}

TEST_F(Fetching, AVisitWithAListOfHostsGoesNowhereElse) {
  TestSite site([](TestExchange& exchange) { exchange.html("in"); });
  TestWeb web(folder_, routes(site.port()));
  const auto visit =
      web.fetcher().visit(identity_of(Visitor::kBot), "data", {"a.site.example", "*.b.site.example"});
  const auto fetch = [&](const char* text) {
    FetchRequest request;
    request.url = *url::Url::parse(text);
    return visit->fetch_and_wait(std::move(request)).trouble;
  };
  EXPECT_EQ(fetch("http://a.site.example/"), FetchTrouble::kNone);
  EXPECT_EQ(fetch("http://x.b.site.example/"), FetchTrouble::kNone);
  EXPECT_EQ(fetch("http://c.site.example/"), FetchTrouble::kRefused);
  EXPECT_EQ(fetch("http://xb.site.example/"), FetchTrouble::kRefused);
  EXPECT_EQ(site.requests(), 2);
}

std::string gzip(size_t zeros) {
  z_stream stream{};
  deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  std::string in(1 << 20, '\0'), out;
  std::string piece(1 << 16, '\0');
  for (size_t done = 0; done <= zeros; done += in.size()) {
    stream.next_in = reinterpret_cast<Bytef*>(in.data());
    stream.avail_in = static_cast<uInt>(in.size());
    do {
      stream.next_out = reinterpret_cast<Bytef*>(piece.data());
      stream.avail_out = static_cast<uInt>(piece.size());
      deflate(&stream, done + in.size() > zeros ? Z_FINISH : Z_NO_FLUSH);
      out.append(piece, 0, piece.size() - stream.avail_out);
    } while (stream.avail_out == 0);
  }
  deflateEnd(&stream);
  return out;
}

// What a hostile server does, and what is said of it.
struct Hostile {
  const char* name;
  TestSite::Answer answer;
  FetchTrouble trouble;
  const char* details;
};

std::vector<Hostile> hostile_sites() {
  static const std::string bomb = gzip(200 << 20);
  const std::string head = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n";
  return {
      {"hangs", [](TestExchange& e) { e.hang(); }, FetchTrouble::kTimeout, "no answer in time"},
      {"drips a byte a second",
       [=](TestExchange& e) {
         e.send(head + "\r\nbegin");
         while (e.pause(1000) && e.send("x")) {
         }
       },
       FetchTrouble::kTimeout, "did not end in time"},
      {"drips its headers",
       [=](TestExchange& e) {
         e.send(head);
         while (e.pause(100) && e.send("X: y\r\n")) {
         }
       },
       FetchTrouble::kTimeout, "in time"},
      {"sends gigabytes",
       [=](TestExchange& e) {
         const std::string piece(1 << 20, 'x');
         e.send(head + "Content-Length: 10000000000\r\n\r\n");
         for (int i = 0; i < 10'000 && e.send(piece); ++i) {
         }
         e.head.clear();
       },
       FetchTrouble::kTooLarge, "larger than"},
      {"sends a gzip bomb",
       [=](TestExchange& e) { e.answer(200, "Content-Type: text/html\r\nContent-Encoding: gzip\r\n", bomb); },
       FetchTrouble::kTooLarge, "larger than"},
      {"sends headers without end",
       [=](TestExchange& e) {
         e.send(head);
         while (e.send("X-Header: " + std::string(500, 'y') + "\r\n")) {
         }
         e.head.clear();
       },
       FetchTrouble::kBroken, ""},
      {"sends interim answers without end",
       [](TestExchange& e) {
         while (e.send("HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n")) {
         }
         e.head.clear();
       },
       FetchTrouble::kBroken, ""},
      {"breaks its chunks",
       [=](TestExchange& e) {
         e.send(head + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nzz\r\n");
         e.head.clear();
       },
       FetchTrouble::kBroken, ""},
      {"ends before its length",
       [=](TestExchange& e) {
         e.send(head + "Content-Length: 100\r\n\r\nshort");
         e.head.clear();
       },
       FetchTrouble::kBroken, ""},
      {"closes without a word", [](TestExchange& e) { e.head.clear(); }, FetchTrouble::kBroken, ""},
      {"speaks something else",
       [](TestExchange& e) {
         e.send("220 mail.example ESMTP\r\n\r\n");
         e.head.clear();
       },
       FetchTrouble::kBroken, ""},
  };
}

TEST_F(Fetching, WhateverASiteDoesThereIsAResultWithinTheBudget) {
  for (const Hostile& hostile : hostile_sites()) {
    TestSite site(hostile.answer);
    TestWeb web(folder_, routes(site.port()));
    const auto begin = std::chrono::steady_clock::now();
    const FetchResult result = web.fetch("http://www.site.example/", 1500ms);
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 5s) << hostile.name;
    EXPECT_EQ(to_string(result.trouble), to_string(hostile.trouble))
        << hostile.name << ": " << result.details;
    EXPECT_THAT(result.details, HasSubstr(hostile.details)) << hostile.name;
    EXPECT_LE(result.body.size(), kMaxFetchBody) << hostile.name;
  }
}

TEST_F(Fetching, BrokenTlsIsSaid) {
  TestSite site([](TestExchange& exchange) { exchange.html("in"); });
  TestWeb web(folder_, routes(1, site.port()));
  const FetchResult result = web.fetch("https://www.site.example/", 500ms);
  EXPECT_NE(result.trouble, FetchTrouble::kNone);
  EXPECT_EQ(result.status, 0);
}

TEST_F(Fetching, WithoutTheProxyThereIsNoOtherWay) {
  TestSite site([](TestExchange& exchange) { exchange.html("in"); });
  const auto fetcher = Fetcher::start({folder_ + "/nobody.sock", ""});
  ASSERT_TRUE(fetcher.has_value());
  FetchRequest request;
  request.url = *url::Url::parse("http://127.0.0.1:" + std::to_string(site.port()) + "/");
  const FetchResult result = (*fetcher)->visit(identity_of(Visitor::kDesktop), "x")->fetch_and_wait(request);
  EXPECT_EQ(result.trouble, FetchTrouble::kNoProxy) << result.details;
  EXPECT_EQ(site.connections(), 0);
}

TEST_F(Fetching, AnUnknownFileOfAuthoritiesIsRefused) {
  EXPECT_FALSE(Fetcher::start({folder_ + "/x.sock", folder_ + "/none.pem"}).has_value());
}

}  // namespace
}  // namespace linkgate::scan
