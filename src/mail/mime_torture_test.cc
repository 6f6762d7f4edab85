// Messages that readers take apart in different ways: how their structure is read here, and what becomes of
// the links in them.
#include <gtest/gtest.h>

#include "mail/mime_structure.h"
#include "mail/rewrite_laws.h"
#include "mail/rewriter.h"

namespace linkgate::mail {
namespace {

// "multipart/mixed(text/plain text/html)", bodies in brackets where they are short.
std::string tree(std::string_view bytes) {
  const auto structure = scan_structure(bytes, Limits());
  if (!structure) return "refused: " + structure.error().message();
  std::string text;
  int depth = 0;
  for (const Entity& entity : structure->entities) {
    for (; depth > entity.depth; --depth) text += ")";
    if (depth < entity.depth) text += "(", ++depth;
    if (!text.empty() && !text.ends_with('(')) text += " ";
    text += entity.type;
    if (entity.is_multipart || entity.is_message) continue;
    std::string body(bytes.substr(entity.body.begin, entity.body.size()));
    std::replace(body.begin(), body.end(), '\n', '/');
    text += "[" + body + "]";
  }
  return text + std::string(static_cast<size_t>(depth), ')');
}

struct TreeCase {
  std::string_view claim;
  std::string_view bytes;
  std::string_view tree;
};

TEST(MimeTorture, BoundariesAreReadAsTheStandardHasThem) {
  const TreeCase cases[] = {
      {"one is the beginning of another",
       "Content-Type: multipart/mixed; boundary=a\n\n--a\nContent-Type: multipart/mixed; boundary=ab\n\n"
       "--ab\n\nx\n--ab--\n--a\n\ny\n--a--\n",
       "multipart/mixed(multipart/mixed(text/plain[x]) text/plain[y])"},
      {"the outer one ends what is open inside",
       "Content-Type: multipart/mixed; boundary=1\n\n--1\nContent-Type: multipart/mixed; boundary=2\n\n"
       "--2\n\nx\n--1\n\ny\n--1--\n",
       "multipart/mixed(multipart/mixed(text/plain[x]) text/plain[y])"},
      {"white space may follow", "Content-Type: multipart/mixed; boundary=b\n\n--b \t\n\nx\n--b-- \n",
       "multipart/mixed(text/plain[x])"},
      {"white space in front is none",
       "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nx\n --b\ny\n--b--\n",
       "multipart/mixed(text/plain[x/ --b/y])"},
      {"letters behind are none",
       "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nx\n--bc\ny\n--b--c\n--b--\n",
       "multipart/mixed(text/plain[x/--bc/y/--b--c])"},
      {"case counts", "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nx\n--B\n--b--\n",
       "multipart/mixed(text/plain[x/--B])"},
      {"preamble and epilogue hold no parts but their boundary",
       "Content-Type: multipart/mixed; boundary=b\n\npreamble --b\n--b\n\nx\n--b--\nepilogue\n--b\n\ny\n",
       "multipart/mixed(text/plain[x])"},
      {"no closing one", "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nx\n",
       "multipart/mixed(text/plain[x/])"},
      {"none at all", "Content-Type: multipart/mixed\n\n--b\n\nx\n", "multipart/mixed[--b//x/]"},
      {"an empty one", "Content-Type: multipart/mixed; boundary=\"\"\n\n--\n\nx\n----\n",
       "multipart/mixed[--//x/----/]"},
      {"quotes, comments and other parameters around it",
       "Content-Type: multipart/mixed (c); charset=x; boundary=\"a b;c\" ; x=y\n\n--a b;c\n\nx\n--a b;c--\n",
       "multipart/mixed(text/plain[x])"},
      {"in pieces of RFC 2231",
       "Content-Type: multipart/mixed; boundary*0=a; boundary*1=\"b c\"\n\n--ab c\n\nx\n--ab c--\n",
       "multipart/mixed(text/plain[x])"},
      {"escaped as in RFC 2231",
       "Content-Type: multipart/mixed; boundary*=us-ascii''a%20b\n\n--a b\n\nx\n--a b--\n",
       "multipart/mixed(text/plain[x])"},
      {"without the semicolon", "Content-Type: multipart/mixed\n\tboundary=\"b\"\n\n--b\n\nx\n--b--\n",
       "multipart/mixed(text/plain[x])"},
      {"dashes of its own", "Content-Type: multipart/mixed; boundary=--\n\n----\n\nx\n------\n",
       "multipart/mixed(text/plain[x])"},
      {"the same inside: the inner one is nearer",
       "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: multipart/mixed; "
       "boundary=b\n\n--b\n\nx\n"
       "--b--\n--b--\n",
       "multipart/mixed(multipart/mixed(text/plain[x]))"},
  };
  for (const auto& c : cases) EXPECT_EQ(tree(c.bytes), c.tree) << c.claim;
}

TEST(MimeTorture, HeadersOfPartsAreReadAsMostReadersDo) {
  const TreeCase cases[] = {
      {"the first of several types", "Content-Type: text/html\nContent-Type: text/plain\n\nx",
       "text/html[x]"},
      {"a type that is none", "Content-Type: nonsense\n\nx", "text/plain[x]"},
      {"a type with nothing behind the slash", "Content-Type: text/\n\nx", "text/plain[x]"},
      {"a part without a header has its body at once",
       "Content-Type: multipart/mixed; boundary=b\n\n--b\nsee this\n\nand that\n--b\n\nx\n--b--\n",
       "multipart/mixed(text/plain[see this//and that] text/plain[x])"},
      {"a message inside without a header is text",
       "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: message/rfc822\n\nno field "
       "here\n--b--\n",
       "multipart/mixed(message/rfc822(text/plain[no field here]))"},
      {"a part of nothing", "Content-Type: multipart/mixed; boundary=b\n\n--b\n--b\n\n--b--\n",
       "multipart/mixed(text/plain[] text/plain[])"},
      {"a header that runs into the boundary",
       "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/html\n--b--\n",
       "multipart/mixed(text/html[])"},
      {"parts of a digest are messages",
       "Content-Type: multipart/digest; boundary=b\n\n--b\n\nSubject: s\n\nx\n--b--\n",
       "multipart/digest(message/rfc822(text/plain[x]))"},
      {"external-body is what it says",
       "Content-Type: message/external-body; access-type=URL; URL=\"http://a.example/\"\n\nContent-Type: "
       "text/html\n\n",
       "message/external-body[Content-Type: text/html//]"},
      {"a fragment is refused", "Content-Type: message/partial; id=a; number=1; total=2\n\nx",
       "refused: fragment of a message (message/partial), which cannot be read alone"},
  };
  for (const auto& c : cases) EXPECT_EQ(tree(c.bytes), c.tree) << c.claim;
}

std::string nested(std::string_view type, int levels) {
  std::string bytes;
  for (int i = 0; i < levels; ++i) {
    const std::string boundary = "b" + std::to_string(i);
    bytes += "Content-Type: " + std::string(type) + "; boundary=" + boundary + "\n\n";
    if (type.starts_with("multipart/")) bytes += "--" + boundary + "\n";
  }
  return bytes + "Content-Type: text/plain\n\nhttp://a.example/\n";
}

TEST(MimeTorture, DepthIsBounded) {
  const int most = Limits().max_nesting;
  for (const std::string_view type : {"multipart/mixed", "message/rfc822"}) {
    EXPECT_TRUE(Message::parse(nested(type, most))) << type;
    const auto deeper = Message::parse(nested(type, most + 1));
    ASSERT_FALSE(deeper) << type;
    EXPECT_FALSE(deeper.error().is_ours());
    EXPECT_EQ(deeper.error().message(), "MIME parts nested too deeply");
  }
  EXPECT_FALSE(Message::parse(nested("multipart/mixed", 100'000)));
}

// One line a link: the reason and the URL.
std::string fates(std::string_view bytes) {
  const auto message = Message::parse(bytes);
  if (!message) return "refused: " + message.error().message();
  const auto rendered = message->render({}, laws::seal);
  if (!rendered) return "not rendered: " + rendered.error().message();
  std::string text;
  for (const LinkOutcome& outcome : rendered->outcomes) {
    text += std::string(to_string(outcome.result)) + " " + message->links()[outcome.link].url + "\n";
  }
  EXPECT_EQ(laws::broken_by(bytes), "") << bytes;
  return text;
}

struct FateCase {
  std::string_view claim;
  std::string_view bytes;
  std::string_view fates;
};

TEST(MimeTorture, LinksInOddPartsArePatchedOrCounted) {
  const FateCase cases[] = {
      {"a part without a header",
       "Content-Type: multipart/mixed; boundary=b\n\n--b\nsee "
       "http://a.example/\n\nhttp://b.example/\n--b--\n",
       "Wrapped http://a.example/\nWrapped http://b.example/\n"},
      {"a message inside without a header", "Content-Type: message/rfc822\n\nsee http://a.example/\n",
       "Wrapped http://a.example/\n"},
      {"parts whose boundary lacks the semicolon",
       "Content-Type: multipart/mixed boundary=b\n\n--b\nContent-Type: text/html\n"
       "Content-Transfer-Encoding: base64\n\nPGEgaHJlZj0iaHR0cDovL2EuZXhhbXBsZS8iPng8L2E+\n--b--\n",
       "Wrapped http://a.example/\n"},
      {"an encoding with a semicolon behind",
       "Content-Type: text/html\nContent-Transfer-Encoding: "
       "base64;\n\nPGEgaHJlZj0iaHR0cDovL2EuZXhhbXBsZS8iPng8L2E+\n",
       "Wrapped http://a.example/\n"},
      {"an encoding that contradicts the first",
       "Content-Transfer-Encoding: 7bit\nContent-Transfer-Encoding: base64\n\nhttp://a.example/\n",
       "Wrapped http://a.example/\n"},
      {"several MIME-Versions", "MIME-Version: 1.0\nMIME-Version: 2.0\n\nhttp://a.example/\n",
       "Wrapped http://a.example/\n"},
      {"base64 with junk between", "Content-Transfer-Encoding: base64\n\naHR0!cDov\nL2Eu*ZXhhbXBsZS8=\n",
       "Wrapped http://a.example/\n"},
      {"base64 in several pieces",
       "Content-Transfer-Encoding: "
       "base64\n\naHR0cDovL2EuZXhhbXBsZS8K\naHR0cDovL2IuZXhhbXBsZS8KIA==\naHR0cDovL2MuZXhhbXBsZS8K\n",
       "Wrapped http://a.example/\nWrapped http://b.example/\nWrapped http://c.example/\n"},
      {"soft line breaks within the scheme, with blanks behind",
       "Content-Transfer-Encoding: quoted-printable\n\nht=  \ntp://a.exam=\nple/=\n",
       "Wrapped http://a.example/\n"},
      {"quoted-printable that is none",
       "Content-Transfer-Encoding: quoted-printable\n\nhttp://a.example/?q=zz=\n",
       "Wrapped http://a.example/?q=zz\n"},
      {"an encoding nobody knows", "Content-Transfer-Encoding: x-none\n\nhttp://a.example/\n",
       "Wrapped http://a.example/\n"},
      {"a charset nobody knows", "Content-Type: text/plain; charset=x-none\n\nhttp://a.example/ \xE4\n",
       "Wrapped http://a.example/\n"},
      {"UTF-7", "Content-Type: text/plain; charset=utf-7\n\nhttp+ADo-//a.example/\n",
       "Wrapped http://a.example/\n"},
      {"a charset given twice",
       "Content-Type: text/plain; charset=utf-8; charset=utf-16\n\nhttp://a.example/\n",
       "Wrapped http://a.example/\n"},
      {"an attachment stays",
       "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/html\n"
       "Content-Disposition: attachment\n\n<a href=http://a.example/>\n--b--\n",
       ""},
      {"a reply to an invitation",
       "Content-Type: text/calendar; method=REPLY\n\nBEGIN:VCALENDAR\nURL:http://a.example/\nEND:VCALENDAR\n",
       "Wrapped http://a.example/\n"},
      {"a report holds the message it is about",
       "Content-Type: multipart/report; boundary=b\n\n--b\n\nx\n--b\nContent-Type: "
       "message/delivery-status\n\n"
       "Reporting-MTA: dns; a.example\n--b\nContent-Type: message/rfc822\n\nSubject: "
       "s\n\nhttp://a.example/\n--b--\n",
       "Wrapped http://a.example/\n"},
  };
  for (const auto& c : cases) EXPECT_EQ(fates(c.bytes), c.fates) << c.claim;
}

TEST(MimeTorture, WinmailDatIsAnAttachmentWithItsName) {
  const std::string bytes =
      "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nx\n--b\nContent-Type: application/ms-tnef; "
      "name=winmail.dat\nContent-Transfer-Encoding: base64\n\neJ8+IgEA\n--b--\n";
  const auto message = Message::parse(bytes);
  ASSERT_TRUE(message);
  ASSERT_EQ(message->parts().size(), 3U);
  const Part& part = message->parts()[2];
  EXPECT_TRUE(part.attachment);
  EXPECT_EQ(part.content_type, "application/ms-tnef");
  EXPECT_EQ(part.file_name, "winmail.dat");
  EXPECT_EQ(part.decoded_size, 6U);
  EXPECT_EQ(fates(bytes), "");
}

}  // namespace
}  // namespace linkgate::mail
