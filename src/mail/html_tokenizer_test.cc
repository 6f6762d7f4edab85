#include "mail/html_tokenizer.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/ascii.h"

namespace linkgate::mail {
namespace {

TEST(HtmlTokenizer, TokensCoverTheDocumentWithoutGapOrOverlap) {
  const std::string_view documents[] = {"",
                                        "<",
                                        "</",
                                        "a<b>c</b>",
                                        "<a href='x",
                                        "<!--",
                                        "<!-->x",
                                        "<![CDATA[x]]>",
                                        "<svg><![CDATA[<a>]]></svg>",
                                        "<script><!--<script></script>--></script>x",
                                        "<title>a</title>",
                                        "<title></title>",
                                        "<style>",
                                        "<plaintext><a>"};
  for (const std::string_view document : documents) {
    HtmlTokenizer tokenizer(document);
    HtmlToken token;
    size_t at = 0;
    while (tokenizer.next(token)) {
      EXPECT_EQ(token.range.begin, at) << document;
      EXPECT_GT(token.range.end, at) << document;
      at = token.range.end;
    }
    EXPECT_EQ(at, document.size()) << document;
  }
}

struct AttributeCase {
  std::string_view tag;
  std::string_view value;
  Quote quote;
};

TEST(HtmlTokenizer, SaysWhereAttributeValuesStand) {
  const AttributeCase cases[] = {
      {"<a href=\"x y\">", "x y", Quote::kDouble},
      {"<a href='x\"y'>", "x\"y", Quote::kSingle},
      {"<a href=x/>", "x/", Quote::kUnquoted},
      {"<a href = x >", "x", Quote::kUnquoted},
      {"<a href>", "", Quote::kNone},
      {"<a href=>", "", Quote::kNone},
      {"<a/href=x>", "x", Quote::kUnquoted},
      {"<a title=\"\"href=x>", "x", Quote::kUnquoted},
      {"<A HREF\n=\n\"x\">", "x", Quote::kDouble},
      {"<a href=\"x", "x", Quote::kNone},
      {"<a href=\"\">", "", Quote::kDouble},
      {"<a href=x", "x", Quote::kUnquoted},
  };
  for (const auto& c : cases) {
    HtmlTokenizer tokenizer(c.tag);
    HtmlToken token;
    ASSERT_TRUE(tokenizer.next(token)) << c.tag;
    const auto& attributes = tokenizer.attributes();
    const auto href = std::find_if(attributes.begin(), attributes.end(),
                                   [](const HtmlAttribute& a) { return ascii::iequals(a.name, "href"); });
    ASSERT_NE(href, attributes.end()) << c.tag;
    EXPECT_EQ(tokenizer.text(href->value), c.value) << c.tag;
    EXPECT_EQ(href->quote, c.quote) << c.tag;
  }
}

}  // namespace
}  // namespace linkgate::mail
