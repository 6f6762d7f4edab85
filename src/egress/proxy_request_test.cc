#include "egress/proxy_request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace linkgate::egress {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(ProxyRequest, ConnectNamesAHostAndAPort) {
  const auto parsed = parse_proxy_request(
      "CONNECT www.example.com:443 HTTP/1.1\r\nHost: x\r\nLinkgate-Client: scan-1\r\n\r\n");
  EXPECT_EQ(parsed.refusal, Refusal::kNone) << parsed.details;
  EXPECT_TRUE(parsed.request.is_connect);
  EXPECT_EQ(parsed.request.to.text(), "www.example.com:443");
  EXPECT_EQ(parsed.request.client, "scan-1");
}

TEST(ProxyRequest, APlainRequestGoesOnWithoutWhatIsBetweenUs) {
  const auto parsed = parse_proxy_request(
      "POST http://user:secret@Example.com:8080/a//b?c HTTP/1.1\r\nHost: "
      "other.example\r\nProxy-Authorization: Basic x\r\n"
      "Connection: close, X-Mine\r\nX-Mine: 1\r\nUpgrade: h2c\r\nExpect: 100-continue\r\nLinkgate-Client: a "
      "b\r\n"
      "Cookie: c\r\nContent-Length: 12\r\n\r\n");
  ASSERT_EQ(parsed.refusal, Refusal::kNone) << parsed.details;
  EXPECT_EQ(parsed.request.to.text(), "example.com:8080");
  EXPECT_EQ(parsed.request.client, "") << "no plain name";
  EXPECT_EQ(parsed.request.body_bytes, 12U);
  EXPECT_EQ(
      parsed.request.head,
      "POST /a//b?c HTTP/1.1\r\nHost: example.com:8080\r\nCookie: c\r\nContent-Length: 12\r\nConnection: "
      "close\r\n\r\n");
}

TEST(ProxyRequest, WhatTwoReadersCouldReadInTwoWaysIsRefused) {
  struct Case {
    const char* head;
    Refusal refusal;
  };
  const Case cases[] = {
      {"GET / HTTP/1.1\r\nHost: x\r\n\r\n", Refusal::kBadRequest},
      {"GET https://example.com/ HTTP/1.1\r\n\r\n", Refusal::kDenied},
      {"GET ftp://example.com/ HTTP/1.1\r\n\r\n", Refusal::kDenied},
      {"GET file:///etc/passwd HTTP/1.1\r\n\r\n", Refusal::kDenied},
      {"GET gopher://example.com/ HTTP/1.1\r\n\r\n", Refusal::kDenied},
      {"GET javascript:1 HTTP/1.1\r\n\r\n", Refusal::kBadRequest},
      {"GET http://example.com/ HTTP/2.0\r\n\r\n", Refusal::kBadRequest},
      {"GET  http://example.com/ HTTP/1.1\r\n\r\n", Refusal::kBadRequest},
      {"GET http://example.com/\r\n\r\n", Refusal::kBadRequest},
      {"GET http://example.com/ HTTP/1.1\r\nX : y\r\n\r\n", Refusal::kBadRequest},
      {"GET http://example.com/ HTTP/1.1\r\nX: y\n Z: w\r\n\r\n", Refusal::kBadRequest},
      {"GET http://example.com/ HTTP/1.1\r\n folded\r\n\r\n", Refusal::kBadRequest},
      {"POST http://example.com/ HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n",
       Refusal::kBadRequest},
      {"POST http://example.com/ HTTP/1.1\r\nContent-Length: +1\r\n\r\n", Refusal::kBadRequest},
      {"POST http://example.com/ HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", Refusal::kBadRequest},
      {"CONNECT example.com HTTP/1.1\r\n\r\n", Refusal::kBadRequest},
      {"CONNECT http://example.com/ HTTP/1.1\r\n\r\n", Refusal::kBadRequest},
  };
  for (const Case& one : cases) EXPECT_EQ(parse_proxy_request(one.head).refusal, one.refusal) << one.head;
}

TEST(ResponseHead, ASiteCannotSpeakForTheProxy) {
  const auto head = parse_response_head(
      "HTTP/1.1 403 Forbidden\r\nProxy-Status: linkgate-egress; error=destination_ip_prohibited\r\n "
      "folded\r\n"
      "Connection: keep-alive\r\nKeep-Alive: 5\nX-Own: yes\r\n\r\n");
  ASSERT_TRUE(head.has_value());
  EXPECT_EQ(head->status, 403);
  EXPECT_EQ(head->text, "HTTP/1.1 403 Forbidden\r\nX-Own: yes\r\nConnection: close\r\n\r\n");
  for (const char* bad :
       {"220 mail ESMTP\r\n\r\n", "HTTP/2 200\r\n\r\n", "HTTP/1.1 abc\r\n\r\n", "HTTP/1.1 099 x\r\n\r\n", ""})
    EXPECT_FALSE(parse_response_head(bad).has_value()) << bad;
}

TEST(ResponseHead, EndsAtAnEmptyLineHoweverItIsWritten) {
  EXPECT_EQ(response_head_size("HTTP/1.1 200 OK\r\nA: b\r\n\r\nbody"), 25U);
  EXPECT_EQ(response_head_size("HTTP/1.1 200 OK\nA: b\n\nbody"), 22U);
  EXPECT_EQ(response_head_size("HTTP/1.1 200 OK\r\nA: b\r\n"), 0U);
  EXPECT_EQ(head_size("GET x\r\n\r\n"), 9U);
  EXPECT_EQ(head_size("GET x\n\n"), 0U);
  EXPECT_EQ(head_size("GET x\r\n\r\n", 8), 9U);
}

TEST(RefusalAnswer, IsOneHeaderThatTellsWhy) {
  const std::string answer = refusal_answer(Refusal::kAddress, "x \"leads\"\r\nto: 10.0.0.1");
  EXPECT_THAT(answer, HasSubstr("HTTP/1.1 403 Forbidden\r\n"));
  EXPECT_THAT(answer, HasSubstr("Proxy-Status: linkgate-egress; error=destination_ip_prohibited; "
                                "details=\"x \\\"leads\\\"??to: 10.0.0.1\"\r\n"));
}

}  // namespace
}  // namespace linkgate::egress
