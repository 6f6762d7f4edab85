// Real mails through parse and render.
#include "mail/corpus.h"

#include <gtest/gtest.h>

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
  size_t links = 0;
  for (const auto& path : corpus_.mails()) {
    const std::string bytes = Corpus::read(path);
    const auto message = Message::parse(bytes);
    ++mails;
    refused += message ? 0 : 1;
    links += message ? message->links().size() : 0;
    EXPECT_EQ(laws::broken_by(bytes), "") << path;
    EXPECT_EQ(laws::changes_other_bytes(bytes), "") << path;
  }
  std::printf("%s: %d mails, %d refused, %zu links\n", GetParam(), mails, refused, links);
  EXPECT_GT(mails, 100);
  EXPECT_GT(links, 50U);
}

INSTANTIATE_TEST_SUITE_P(Mail, CorpusTest,
                         testing::Values("phishing_pot.tar.xz", "newsletters.tar.xz", "fixtures.tar.xz",
                                         "spamassassin_public_corpus.tar.xz", "nazario"),
                         [](const auto& info) { return Corpus::name_of(info.param); });

}  // namespace
}  // namespace linkgate::mail
