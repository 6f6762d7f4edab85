// Gumbo as an oracle for the links of HTML: on all HTML of real mails, and on mutations of it.
#include <gtest/gtest.h>

#include <string>

#include "mail/charset_choice.h"
#include "mail/corpus.h"
#include "mail/html_mutations.h"
#include "mail/html_oracle.h"
#include "mail/mime_structure.h"
#include "mail/transfer_encoding.h"

namespace linkgate::mail {
namespace {

constexpr size_t kMutations = 2;  // of each document; the full form makes more
constexpr size_t kMutationsOfFull = 20;

// As UTF-8 without NUL, which is all that Gumbo reads; what is no UTF-8 becomes '?'.
std::string readable(std::string_view bytes, const Charset& charset) {
  std::string html = charset.to_utf8(bytes);
  const bool valid = is_valid_utf8(html);
  for (char& c : html) {
    if (c == '\0') c = ' ';
    if (!valid && static_cast<unsigned char>(c) >= 0x80) c = '?';
  }
  return html;
}

class HtmlOracle : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    if (!corpus_.is_open()) GTEST_SKIP() << corpus_.why_not() << ": nothing was tested";
  }
  Corpus& corpus_ = Corpus::of(GetParam());
};

TEST_P(HtmlOracle, NoLinkOfGumbosTreeIsMissed) {
  Tally real;
  Tally mutated;
  for (const auto& path : corpus_.mails()) {
    const std::string bytes = Corpus::read(path);
    const auto structure = scan_structure(bytes, Limits());
    if (!structure) continue;
    for (const Entity& entity : structure->entities) {
      if (entity.type != "text/html" || entity.is_multipart) continue;
      const std::string body =
          decode(std::string_view(bytes).substr(entity.body.begin, entity.body.size()), entity.encoding);
      const std::string html = readable(body, choose_charset(entity.charset, body, /*is_html=*/true).charset);
      Comparison(html, real, path).run();
      HtmlMutations mutations(html);
      for (size_t i = 0; i < (Corpus::is_full() ? kMutationsOfFull : kMutations); ++i) {
        const std::string mutation = mutations.next();
        Comparison(mutation, mutated, path.string() + ", mutation " + std::to_string(i)).run();
      }
    }
  }
  std::printf("%s, as received: %s\n", GetParam(), real.printed().c_str());
  std::printf("%s, mutated: %s\n", GetParam(), mutated.printed().c_str());
  EXPECT_GT(real.links, 5U);
  // In mutations a link can be open for us that the tree closed with a cell or a table.
  EXPECT_EQ(real.names_missed, 0U);
  EXPECT_EQ(real.refused, 0U) << real.last_refused;
}

INSTANTIATE_TEST_SUITE_P(Mail, HtmlOracle,
                         testing::Values("phishing_pot.tar.xz", "newsletters.tar.xz", "fixtures.tar.xz",
                                         "spamassassin_public_corpus.tar.xz", "nazario"),
                         [](const auto& info) { return Corpus::name_of(info.param); });

// Documents of nothing but marks about which readers could differ, with a link here and there.
TEST(HtmlOracleOfMarks, NoLinkOfGumbosTreeIsMissed) {
  Tally tally;
  const size_t count = Corpus::is_full() ? 1'000'000 : 20'000;
  HtmlMutations mutations("<a href=http://put.example/>");
  for (size_t i = 0; i < count; ++i) {
    const std::string html = mutations.marks("<a href=http://put.example/>");
    Comparison(html, tally, "document " + std::to_string(i)).run();
  }
  std::printf("documents of marks: %s\n", tally.printed().c_str());
  EXPECT_GT(tally.links, count / 10);
}

}  // namespace
}  // namespace linkgate::mail
