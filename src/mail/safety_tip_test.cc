#include "mail/safety_tip.h"

#include <gtest/gtest.h>

#include "base/base64.h"
#include "mail/rewrite_laws.h"

namespace linkgate::mail {
namespace {

constexpr std::string_view kAdvice = "You don't often get email from eve@ext.test.";
const std::vector<SafetyTip> kTips = {{std::string(kAdvice), {"Selten f\xc3\xbcr Sie: eve@ext.test."}}};

std::string tipped(std::string_view message, std::string_view prefix = "") {
  const auto result = with_safety_tips(message, kTips, prefix);
  EXPECT_TRUE(result);
  return result ? result->bytes : std::string();
}

size_t count(std::string_view text, std::string_view what) {
  size_t n = 0;
  for (size_t at = text.find(what); at != text.npos; at = text.find(what, at + 1)) ++n;
  return n;
}

TEST(SafetyTip, StandsAboveBothFormsOfAnAlternative) {
  const std::string message =
      "Subject: s\r\nMIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\n"
      "Content-Type: text/plain\r\n\r\nhello\r\n--b\r\nContent-Type: text/html\r\n\r\n"
      "<html><head><title>t</title></head><body class=x><p>hello</p></body></html>\r\n--b--\r\n";
  const std::string got = tipped(message);
  EXPECT_NE(got.find("\r\n\r\n[!] You don't often get email from eve@ext.test.\r\n\r\nhello\r\n--b"),
            got.npos)
      << got;
  EXPECT_NE(got.find("<body class=x>\r\n<div style="), got.npos) << got;
  EXPECT_NE(got.find("You don&#39;t often get email from eve@ext.test.</div>\r\n<p>hello"), got.npos) << got;
  EXPECT_EQ(laws::tips_break(message), "");
}

TEST(SafetyTip, IsWrittenInTheEncodingOfItsPart) {
  const std::string html = "<p>gr\xc3\xbc\xc3\x9f</p>";
  const std::string base64 =
      "Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n" +
      base64_encode(html) + "\r\n";
  const std::string got = tipped(base64);
  const std::string decoded =
      decode(std::string_view(got).substr(got.find("\r\n\r\n") + 4), Encoding::kBase64);
  EXPECT_NE(decoded.find("don&#39;t often"), decoded.npos) << decoded;
  EXPECT_TRUE(decoded.ends_with("</div>\r\n" + html)) << decoded;
  const std::string printable = tipped(
      "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: "
      "quoted-printable\r\n\r\nfr=C3=BCh=20\r\n");
  EXPECT_NE(printable.find("[!] You don't often"), printable.npos) << printable;
  EXPECT_TRUE(printable.ends_with("\r\n\r\nfr=C3=BCh=20\r\n")) << printable;
}

TEST(SafetyTip, IsSpelledInWhatTheCharsetHas) {
  const auto german = [](const std::string& message) {
    return with_safety_tips(message, {{"F\xc3\xbcr Sie", {}}}, "").value().bytes;
  };
  EXPECT_NE(german("Content-Type: text/plain; charset=us-ascii\n\nhi\n").find("[!] Fuer Sie\n\nhi"),
            std::string::npos);
  EXPECT_NE(german("Content-Type: text/plain; charset=utf-8\n\nhi\n").find("[!] Fuer Sie\n"),
            std::string::npos)
      << "7bit says nothing of other bytes";
  EXPECT_NE(german("Content-Type: text/plain; charset=utf-8\n\nh\xc3\xa4\n").find("[!] F\xc3\xbcr Sie\n"),
            std::string::npos);
  EXPECT_NE(german("Content-Type: text/html; charset=koi8-r\n\nhi\n").find("F&#252;r Sie"),
            std::string::npos);
}

TEST(SafetyTip, StandsOnceInWhateverLanguage) {
  const std::string message = "Subject: s\n\nhello\n";
  const std::string once = tipped(message);
  EXPECT_EQ(tipped(once), once);
  const std::vector<SafetyTip> other = {{kTips[0].also[0], {std::string(kAdvice)}}};
  EXPECT_EQ(with_safety_tips(once, other, "").value().bytes, once);
  const std::vector<SafetyTip> more = {{"Another.", {}}, kTips[0]};
  const std::string both = with_safety_tips(once, more, "").value().bytes;
  EXPECT_EQ(count(both, kAdvice), 1U);
  EXPECT_EQ(count(both, "[!] Another."), 1U);
}

TEST(SafetyTip, LeavesAloneWhatItWouldBreak) {
  const std::string cases[] = {
      "Content-Type: multipart/signed; boundary=b; protocol=\"application/pkcs7-signature\"\r\n\r\n--b\r\n"
      "Content-Type: text/plain\r\n\r\nhello\r\n--b\r\nContent-Type: "
      "application/pkcs7-signature\r\n\r\nx\r\n--b--\r\n",
      "Content-Type: multipart/encrypted; boundary=b\r\n\r\n--b\r\nContent-Type: "
      "text/plain\r\n\r\nx\r\n--b--\r\n",
      "Subject: s\r\n\r\nhi\r\n-----BEGIN PGP SIGNED MESSAGE-----\r\nHash: SHA256\r\n\r\nhello\r\n",
      "Content-Type: text/html\r\n\r\n<html><frameset cols=1><frame src=a></frameset></html>",
      "Content-Type: text/html; charset=utf-16le\r\n\r\n" + std::string("<\0p\0>\0h\0", 8),
      "Content-Type: text/calendar\r\n\r\nBEGIN:VCALENDAR\r\n",
      "Content-Type: message/rfc822\r\n\r\nSubject: s\r\n\r\nhello\r\n",
      "Content-Type: text/plain\r\nContent-Type: text/html\r\n\r\n<p>two readings</p>\r\n",
  };
  for (const std::string& message : cases) {
    const auto result = with_safety_tips(message, kTips, "");
    ASSERT_TRUE(result);
    EXPECT_EQ(result->bytes, message);
    EXPECT_FALSE(result->is_shown) << message;
  }
}

TEST(SafetyTip, HoldsNothingThatTurnsTheTextAround) {
  const std::vector<SafetyTip> hostile = {{"a</div><script>\r\n\xe2\x80\xaeX", {}}};
  const std::string html = with_safety_tips("Content-Type: text/html\n\n<p>x", hostile, "").value().bytes;
  EXPECT_NE(html.find("a&lt;/div&gt;&lt;script&gt;X</div>"), html.npos) << html;
}

TEST(SafetyTip, PutsThePrefixOnceInFrontOfTheSubject) {
  EXPECT_EQ(with_safety_tips("Subject: hi\n\n", {}, "[External]").value().bytes,
            "Subject: [External] hi\n\n");
  const std::string reply = "Subject: Re: [External] hi\n\n";
  EXPECT_EQ(with_safety_tips(reply, {}, "[External]").value().bytes, reply);
  const std::string encoded =
      with_safety_tips("Subject: =?utf-8?Q?gr=C3=BCn?=\n\n", {}, "[Ext\xc3\xa9rieur]").value().bytes;
  EXPECT_EQ(Message::parse(encoded)->envelope().subject, "[Ext\xc3\xa9rieur] gr\xc3\xbcn");
}

}  // namespace
}  // namespace linkgate::mail
