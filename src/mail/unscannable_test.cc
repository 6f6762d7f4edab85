#include "mail/unscannable.h"

#include <gtest/gtest.h>

namespace linkgate::mail {
namespace {

struct TipCase {
  std::string_view name;
  std::string_view in;
  std::string_view want;
};

TipOptions short_tip() {
  TipOptions options;
  options.subject_prefix = "[!]";
  options.text = "Careful & slow";
  return options;
}

TEST(Unscannable, MarksEveryKindOfMessageAndBreaksNone) {
  const TipCase cases[] = {
      {"plain text", "Subject: hi\r\n\r\nbody\r\n",
       "X-Linkgate-Unscannable: too deep\r\nSubject: [!] hi\r\n\r\nCareful & slow\r\n\r\nbody\r\n"},
      {"no subject", "From: a@b.example\n\nbody\n",
       "X-Linkgate-Unscannable: too deep\nSubject: [!]\nFrom: a@b.example\n\nCareful & slow\n\nbody\n"},
      {"encoded subject", "Subject: =?utf-8?B?w6Q=?=\n\n",
       "X-Linkgate-Unscannable: too deep\nSubject: [!] =?utf-8?B?w6Q=?=\n\nCareful & slow\n\n"},
      {"html in quoted-printable",
       "Content-Type: text/html\nContent-Transfer-Encoding: quoted-printable\nSubject: h\n\n<body "
       "bgcolor=3Dred>x",
       "X-Linkgate-Unscannable: too deep\nContent-Type: text/html\nContent-Transfer-Encoding: "
       "quoted-printable\n"
       "Subject: [!] h\n\n<body bgcolor=3Dred>=\n"
       "<p style=3D\"border:1px solid;padding:4px\">Careful &amp; slow</p>=\nx"},
      {"a multipart keeps its body",
       "Content-Type: multipart/mixed; boundary=b\nSubject: m\n\n--b\n\nx\n--b--\n",
       "X-Linkgate-Unscannable: too deep\nContent-Type: multipart/mixed; boundary=b\nSubject: [!] "
       "m\n\n--b\n\nx\n--b--\n"},
      {"base64 keeps its body", "Content-Transfer-Encoding: base64\nSubject: m\n\neA==\n",
       "X-Linkgate-Unscannable: too deep\nContent-Transfer-Encoding: base64\nSubject: [!] m\n\neA==\n"},
      {"forged fields go", "X-Linkgate-Id: forged\n folded\nSubject: m\nX-Linkgate-Unscannable: no\n\n",
       "X-Linkgate-Unscannable: too deep\nSubject: [!] m\n\nCareful & slow\n\n"},
      {"no whole empty line", "Subject: m\n\r", "X-Linkgate-Unscannable: too deep\nSubject: [!] m\n\r"},
      {"a tag that does not end", "Subject: m\nContent-Type: text/html\n\n<head></head",
       "X-Linkgate-Unscannable: too deep\nSubject: [!] m\nContent-Type: text/html\n\n"
       "\n<p style=\"border:1px solid;padding:4px\">Careful &amp; slow</p>\n<head></head"},
      {"a doctype that does not end", "Subject: m\nContent-Type: text/html\n\n<!doctype",
       "X-Linkgate-Unscannable: too deep\nSubject: [!] m\nContent-Type: text/html\n\n"
       "\n<p style=\"border:1px solid;padding:4px\">Careful &amp; slow</p>\n<!doctype"},
      {"an mbox separator like a field", "From : x\nSubject: m\n\n",
       "From : x\nX-Linkgate-Unscannable: too deep\nSubject: [!] m\n\nCareful & slow\n\n"},
      {"several subjects", "Subject: a\nSubject: b\nContent-Type: image/png\n\nx",
       "X-Linkgate-Unscannable: too deep\nSubject: [!] a\nSubject: [!] b\nContent-Type: image/png\n\nx"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const auto got = pass_with_tip(c.in, "too deep", short_tip());
    ASSERT_TRUE(got);
    EXPECT_EQ(*got, c.want);
    const auto twice = pass_with_tip(*got, "too deep", short_tip());
    ASSERT_TRUE(twice);
    EXPECT_EQ(*twice, *got) << "twice is once";
  }
}

TEST(Unscannable, PrefixInAnotherScriptIsEncodedAndKeepsItsSpace) {
  TipOptions options = short_tip();
  options.subject_prefix = "[nicht geprüft]";
  const auto got = pass_with_tip("Subject: =?iso-8859-1?Q?=E4?=\n\n", "r", options);
  ASSERT_TRUE(got);
  EXPECT_NE(got->find("Subject: =?utf-8?B?W25pY2h0IGdlcHLDvGZ0XSA=?= =?iso-8859-1?Q?=E4?=\n"),
            std::string::npos)
      << *got;
  EXPECT_EQ(*pass_with_tip(*got, "r", options), *got);
}

TEST(Unscannable, ReasonCannotAddFields) {
  const auto got = pass_with_tip("Subject: a\n\n", "bad\r\nBcc: x@example.org\r\n\r\nbody", short_tip());
  ASSERT_TRUE(got);
  EXPECT_EQ(got->find("\nBcc"), std::string::npos);
}

TEST(Unscannable, NothingIsContinuedByJunkBeforeTheFirstField) {
  TipOptions options = short_tip();
  options.above = "Received: here\r\n";
  options.stamp = "id.mac";
  options.strip_own_headers = false;
  const auto got = pass_with_tip("From a@b.example\r\n\tjunk\r\nX-Linkgate-Id: id.mac\r\nSubject: m\r\n\r\n",
                                 "r", options);
  ASSERT_TRUE(got);
  EXPECT_EQ(*got,
            "From a@b.example\r\n\tjunk\r\nReceived: here\r\nX-Linkgate-Id: id.mac\r\n"
            "X-Linkgate-Unscannable: r\r\nSubject: [!] m\r\n\r\nCareful & slow\r\n\r\n")
      << "the stamp stands once";
}

TEST(Unscannable, WithoutAHeaderThereIsNothingToMark) {
  EXPECT_FALSE(pass_with_tip("", "r"));
  EXPECT_FALSE(pass_with_tip("\r\nbody", "r"));
  EXPECT_FALSE(mark_as_junk("no field here", "r"));
}

TEST(Unscannable, JunkIsMarkedInTheHeaderAlone) {
  const auto got = mark_as_junk("X-Spam-Flag: NO\nSubject: a\n\nbody\n", "r", short_tip());
  ASSERT_TRUE(got);
  EXPECT_TRUE(got->starts_with("X-Linkgate-Unscannable: r\nX-Spam-Flag: YES\n")) << *got;
  EXPECT_TRUE(got->ends_with("X-Spam-Flag: NO\nSubject: a\n\nbody\n")) << *got;
}

}  // namespace
}  // namespace linkgate::mail
