#include "url/unwrap.h"

#include <gtest/gtest.h>

#include "base/ascii.h"
#include "url/find.h"
#include "url/percent.h"
#include "url/test_data.h"

namespace linkgate::url {
namespace {

TEST(Unwrap, EveryVectorOfEveryVendor) {
  READ_TEST_DATA_OR_SKIP(table, "safelinks/unwrap_vectors.tsv");
  int rows = 0;
  for (const auto line : ascii::split(table, '\n')) {
    if (line.empty() || line[0] == '#') continue;
    const auto fields = ascii::split(line, '\t');
    ASSERT_GE(fields.size(), 3u) << line;
    ++rows;
    const auto unwrapped = unwrap(fields[1]);
    ASSERT_EQ(unwrapped.wrappers.size(), 1u) << line;
    EXPECT_TRUE(fields[0].starts_with(unwrapped.wrappers[0])) << line << " by " << unwrapped.wrappers[0];
    constexpr std::string_view kOpaque = "(not decodable offline; domain hint ";
    if (fields[2].starts_with(kOpaque)) {
      EXPECT_TRUE(unwrapped.opaque);
      EXPECT_EQ(unwrapped.url, fields[1]);
      EXPECT_EQ(unwrapped.domain_hint,
                fields[2].substr(kOpaque.size(), fields[2].size() - kOpaque.size() - 1));
    } else {
      EXPECT_EQ(unwrapped.url, fields[2]) << line;
      EXPECT_FALSE(unwrapped.opaque);
    }
  }
  EXPECT_GE(rows, 25) << "vectors are lost";
}

TEST(Unwrap, EveryVectorOfProofpoint) {
  READ_TEST_DATA_OR_SKIP(table, "safelinks/proofpoint_vectors.tsv");
  int rows = 0;
  for (const auto line : ascii::split(table, '\n')) {
    if (line.empty() || line[0] == '#') continue;
    const auto fields = ascii::split(line, '\t');
    ASSERT_GE(fields.size(), 4u) << line;
    ++rows;
    const auto unwrapped = unwrap(fields[2]);
    if (fields[3].empty() || fields[3] == fields[2]) {
      // Nothing is inside: the link stays what it is, and says that it could not be read.
      EXPECT_EQ(unwrapped.url, fields[2]);
      EXPECT_TRUE(unwrapped.opaque) << line;
      continue;
    }
    // "1": the expected text is the one whose escapes are decoded as well, which unwrap leaves to the parser.
    EXPECT_EQ(fields[1] == "1" ? percent_decode(unwrapped.url) : unwrapped.url, fields[3]) << line;
    EXPECT_EQ(unwrapped.wrappers, std::vector<std::string>{"proofpoint"}) << line;
    EXPECT_FALSE(unwrapped.opaque) << line;
  }
  EXPECT_GE(rows, 29) << "vectors are lost";
}

// Whole mails with wrapped links in their text, and the same mails decoded.
TEST(Unwrap, FindsAndUnwrapsInWholeMails) {
  const std::string folder = "decoders/atc0005_safelinks/internal/safelinks/testdata/";
  const std::pair<std::string, std::string> files[] = {
      {"encoded-all/email-with-angle-brackets-with-lf-eol.txt",
       "embedded/decoded-email-with-angle-brackets-with-lf-eol.txt"},
      {"encoded-all/email-without-angle-brackets-with-crlf-eol.txt",
       "embedded/decoded-email-without-angle-brackets-with-crlf-eol.txt"},
      {"encoded-mixed/email-with-angle-brackets-with-crlf-eol.txt",
       "embedded/decoded-email-with-angle-brackets-with-crlf-eol.txt"},
      {"encoded-all/list-of-urls-with-lf-eol.txt", "standalone/decoded-list-of-urls-with-lf-eol.txt"},
      {"encoded-all/list-of-markdown-formatted-urls-with-lf-eol.txt",
       "standalone/decoded-list-of-markdown-formatted-urls-with-lf-eol.txt"},
  };
  for (const auto& [wrapped_name, decoded_name] : files) {
    READ_TEST_DATA_OR_SKIP(wrapped, folder + "input/" + wrapped_name);
    READ_TEST_DATA_OR_SKIP(decoded, folder + "output/" + decoded_name);
    std::string text;
    size_t done = 0;
    for (const auto& url : find_urls(wrapped)) {
      if (url.kind != FoundKind::kScheme) continue;
      text.append(wrapped, done, url.begin - done);
      text += unwrap(std::string_view(wrapped).substr(url.begin, url.end - url.begin)).url;
      done = url.end;
    }
    text.append(wrapped, done);
    EXPECT_EQ(text, decoded) << wrapped_name;
  }
}

struct UnwrapCase {
  std::string_view wrapped;
  std::string_view url;
  std::string_view vendors;  // outermost first
  bool opaque = false;
};

TEST(Unwrap, TakesLayersOffUntilNothingIsLeft) {
  const UnwrapCase cases[] = {
      {"https://example.com/?url=https%3A%2F%2Fother.example",
       "https://example.com/?url=https%3A%2F%2Fother.example", ""},
      {"HTTPS://EUR01.SafeLinks.Protection.Outlook.COM:443/?url=http%3a%2f%2fa.example", "http://a.example",
       "safelinks"},
      {"https://nam01.safelinks.protection.outlook.com/ap/w-59584e83/?url=http%3A%2F%2Fa.example&data=x",
       "http://a.example", "safelinks"},
      {"https://nam01.safelinks.protection.outlook.com/"
       "?url=https%3A%2F%2Furldefense.com%2Fv3%2F__http%3A%2F%2Fa.example__%3B!!b!c%24&data=x",
       "http://a.example", "safelinks proofpoint"},
      {"https://linkprotect.cudasvc.com/url?a=https://a.example/?x=1&y=2&c=E,1,AAAA&typo=1",
       "https://a.example/?x=1&y=2", "barracuda"},
      {"https://clicktime.symantec.com/a/1/sig=?d=blob&u=https%3A%2F%2Fa.example%2F", "https://a.example/",
       "symantec"},
      {"https://nam01.safelinks.protection.outlook.com/?url=3Dhttp%3A%2F%2Fa.example&data=3D05",
       "http://a.example", "safelinks"},
      {"https://nam01.safelinks.prot=\r\nection.outlook.com/?url=http%3A%2F%2Fa.exa=\nmple",
       "http://a.example", "safelinks"},
      {"https://nam01.safelinks.protection.outlook.com/?url=javascript%3Aalert(1)",
       "https://nam01.safelinks.protection.outlook.com/?url=javascript%3Aalert(1)", "safelinks", true},
      {"https://nam01.safelinks.protection.outlook.com.evil.example/?url=http%3A%2F%2Fa.example",
       "https://nam01.safelinks.protection.outlook.com.evil.example/?url=http%3A%2F%2Fa.example", ""},
      {"https://www.mimecast.com/blog/", "https://www.mimecast.com/blog/", ""},
      {"https://secure-web.cisco.com/1abcdef", "https://secure-web.cisco.com/1abcdef", "cisco", true},
      {"https://secure-web.cisco.com/1abc/https%3A%2F%2Fa.example%2F%3Fq%3D1", "https://a.example/?q=1",
       "cisco"},
      {"https://protect.checkpoint.com/v2/r05/___myyux://fcfruqj.htr___.YzJl",
       "https://protect.checkpoint.com/v2/r05/___myyux://fcfruqj.htr___.YzJl", "checkpoint", true},
      {"https://urldefense.com/v3/__https:/a.example/*x__;Iw!!o!i$", "https://a.example/#x", "proofpoint"},
      {"https://scanmail.trustwave.com/?c=1&d=2&u=http%3a%2f%2fa.example%2fx", "http://a.example/x",
       "trustwave"},
      // A browser opens evil.example, whatever stands around it.
      {"https://evil.example\\.safelinks.protection.outlook.com/?url=http%3A%2F%2Fa.example",
       "https://evil.example\\.safelinks.protection.outlook.com/?url=http%3A%2F%2Fa.example", ""},
      {"https://nam01.safelinks.protection.outlook.com:443@evil.example/?url=http%3A%2F%2Fa.example",
       "https://nam01.safelinks.protection.outlook.com:443@evil.example/?url=http%3A%2F%2Fa.example", ""},
      {"https://nam01.safelinks.protection.outlook.com:x/?url=http%3A%2F%2Fa.example",
       "https://nam01.safelinks.protection.outlook.com:x/?url=http%3A%2F%2Fa.example", ""},
      {"https://evil.example;.awstrack.me/L0/http%3A%2F%2Fa.example/1",
       "https://evil.example;.awstrack.me/L0/http%3A%2F%2Fa.example/1", ""},
      {"", "", ""},
      {"not a url", "not a url", ""},
  };
  for (const auto& c : cases) {
    const auto unwrapped = unwrap(c.wrapped);
    EXPECT_EQ(unwrapped.url, c.url) << c.wrapped;
    EXPECT_EQ(unwrapped.opaque, c.opaque) << c.wrapped;
    std::string vendors;
    for (const auto& vendor : unwrapped.wrappers) vendors += (vendors.empty() ? "" : " ") + vendor;
    EXPECT_EQ(vendors, c.vendors) << c.wrapped;
  }
}

TEST(Unwrap, StopsAtTheDepthLimit) {
  std::string url = "https://a.example/";
  for (int i = 0; i < kMaxUnwrapDepth + 2; ++i) {
    std::string wrapped = "https://linkprotect.cudasvc.com/url?a=";
    append_encoded(wrapped, url, kUnreservedOnlySet);
    url = wrapped;
  }
  const auto unwrapped = unwrap(url);
  EXPECT_EQ(unwrapped.wrappers.size(), static_cast<size_t>(kMaxUnwrapDepth));
  EXPECT_TRUE(unwrapped.url.starts_with("https://linkprotect.cudasvc.com/"));
}

}  // namespace
}  // namespace linkgate::url
