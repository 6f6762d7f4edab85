// Real mails through parse and render.
#include "mail/corpus.h"

#include <gtest/gtest.h>

#include "mail/html_mutations.h"
#include "mail/rewrite_laws.h"

namespace linkgate::mail {
namespace {

class CorpusTest : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    if (!corpus_.is_open()) GTEST_SKIP() << corpus_.why_not() << ": nothing was tested";
  }
  Corpus& corpus_ = Corpus::of(GetParam());
};

TEST_P(CorpusTest, KeepsTheLaws) {
  int mails = 0;
  int refused = 0;
  int with_tip = 0;
  size_t links = 0;
  for (const auto& path : corpus_.mails()) {
    const std::string bytes = Corpus::read(path);
    const auto message = Message::parse(bytes);
    ++mails;
    refused += message ? 0 : 1;
    links += message ? message->links().size() : 0;
    EXPECT_EQ(laws::broken_by(bytes), "") << path;
    EXPECT_EQ(laws::changes_other_bytes(bytes), "") << path;
    EXPECT_EQ(laws::tips_break(bytes), "") << path;
    const auto tipped = with_safety_tips(bytes, {{"tip", {}}}, "");
    with_tip += tipped && tipped->is_shown ? 1 : 0;
  }
  std::printf("%s: %d mails, %d refused, %zu links, %d with a tip\n", GetParam(), mails, refused, links,
              with_tip);
  EXPECT_GT(mails, 100);
  EXPECT_GT(links, 50U);
}

INSTANTIATE_TEST_SUITE_P(Mail, CorpusTest,
                         testing::Values("phishing_pot.tar.xz", "newsletters.tar.xz", "fixtures.tar.xz",
                                         "spamassassin_public_corpus.tar.xz", "nazario"),
                         [](const auto& info) { return Corpus::name_of(info.param); });

// HTML of nothing but marks about which readers could differ.
TEST(CorpusTestOfMarks, KeepsTheLaws) {
  const size_t count = Corpus::is_full() ? 200'000 : 2'000;
  HtmlMutations mutations("laws");
  size_t refused = 0;
  for (size_t i = 0; i < count; ++i) {
    const std::string mail =
        "Content-Type: text/html; charset=utf-8\n\n" + mutations.marks("<a href=http://put.example/>");
    refused += Message::parse(mail) ? 0 : 1;
    EXPECT_EQ(laws::broken_by(mail), "") << mail;
    EXPECT_EQ(laws::changes_other_bytes(mail), "") << mail;
    EXPECT_EQ(laws::tips_break(mail), "") << mail;
  }
  std::printf("laws on documents of marks: %zu mails, %zu refused\n", count, refused);
}

}  // namespace
}  // namespace linkgate::mail
