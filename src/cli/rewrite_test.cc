// linkgate rewrite --jsonl: many messages in one run.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "cli/run_for_test.h"

namespace linkgate::cli {
namespace {

using nlohmann::json;
using testing::HasSubstr;

class RewriteFiles : public RunTest {
 protected:
  void SetUp() override {
    RunTest::SetUp();
    ASSERT_EQ(run({"keys", "rotate"}).code, 0);
  }
  std::string file(const std::string& name, const std::string& bytes) {
    std::string path = folder_ + "/" + name;
    std::ofstream(path, std::ios::binary) << bytes;
    return path;
  }
  static std::string line(const json& value) { return value.dump() + "\n"; }
  static std::vector<json> answers(const Outcome& outcome) {
    std::vector<json> out;
    std::istringstream lines(outcome.out);
    for (std::string text; std::getline(lines, text);) out.push_back(json::parse(text));
    return out;
  }
};

constexpr char kMail[] =
    "From: a@ext.test\nDate: Sun, 1 Nov 2026 10:00:00 +0000\nSubject: s\n\n"
    "https://example.com/x example.org mailto:a@b.test ftp://f.test/\n";

TEST_F(RewriteFiles, EachIsRewrittenAndItsLinksAreAccountedFor) {
  const std::string in = file("in.eml", kMail), out = folder_ + "/out.eml", back = folder_ + "/back.eml";
  const Outcome done =
      run({"rewrite", "--jsonl", "--recipient", "ada@x.test"}, line({{"file", in}, {"to", out}}));
  ASSERT_EQ(done.code, 0) << done.err;
  const json answer = answers(done).at(0);
  EXPECT_EQ(answer["file"], in);
  EXPECT_EQ(answer["links"], json({{"sealed", 2}, {"Schemeless", 1}}));
  EXPECT_EQ(answer["left_alone"], json::array({{{"url", "http://example.org/"}, {"reason", "Schemeless"}}}));
  EXPECT_EQ(answer["repairs"], 0);
  // Links carry the second in which they were sealed: where it has just turned, both are made again.
  std::string alone = run({"rewrite", "--recipient", "ada@x.test"}, kMail).out;
  for (int i = 0; i < 3 && alone != slurp(out); ++i) {
    run({"rewrite", "--jsonl", "--recipient", "ada@x.test"}, line({{"file", in}, {"to", out}}));
    alone = run({"rewrite", "--recipient", "ada@x.test"}, kMail).out;
  }
  EXPECT_EQ(slurp(out), alone) << "as one by one";
  EXPECT_THAT(slurp(out), HasSubstr("X-Linkgate-Id: " + answer["message"].get<std::string>() + "."));
  ASSERT_EQ(run({"rewrite", "--jsonl", "--outbound"}, line({{"file", out}, {"to", back}})).code, 0);
  EXPECT_EQ(slurp(back), kMail);
}

TEST_F(RewriteFiles, ALineMayNameItsRecipientAndNeedNotBeWritten) {
  const std::string in = file("in.eml", kMail);
  const Outcome done =
      run({"rewrite", "--jsonl"}, line({{"file", in}}) + line({{"file", in}, {"recipient", "eve@x.test"}}) +
                                      line({{"file", in}, {"recipient", "eve"}}));
  EXPECT_EQ(done.code, 2);
  const auto said = answers(done);
  ASSERT_EQ(said.size(), 3U);
  EXPECT_THAT(said[0]["error"].get<std::string>(), HasSubstr("--recipient is missing"));
  EXPECT_EQ(said[1]["links"]["sealed"], 2);
  EXPECT_THAT(said[2]["error"].get<std::string>(), HasSubstr("is no address"));
}

TEST_F(RewriteFiles, WhatTheSenderIsToBlameForIsAnAnswer) {
  const std::string none = file("none.eml", "no header here");
  const std::string fragment = file("part.eml", "Content-Type: message/partial; id=x; number=1\n\nx\n");
  const Outcome done = run({"rewrite", "--jsonl", "--recipient", "ada@x.test"},
                           line({{"file", none}, {"to", folder_ + "/o"}}) + line({{"file", fragment}}) +
                               line({{"file", folder_ + "/absent"}}));
  EXPECT_EQ(done.code, 2) << "a file that cannot be read";
  const auto said = answers(done);
  ASSERT_EQ(said.size(), 3U);
  EXPECT_EQ(said[0], json({{"file", none}, {"refused", "message without a header"}}));
  EXPECT_FALSE(std::filesystem::exists(folder_ + "/o"));
  EXPECT_THAT(said[1]["refused"].get<std::string>(), HasSubstr("message/partial"));
  EXPECT_THAT(said[2]["error"].get<std::string>(), HasSubstr("cannot be read"));
}

TEST_F(RewriteFiles, TwiceIsOnceWhateverStandsInFrontOfTheHeader) {
  for (const std::string front : {"", "From a@ext.test Thu Aug 22 12:36:23 2002\n", "begin 644 x\n"}) {
    const std::string once = run({"rewrite", "--recipient", "ada@x.test"}, front + kMail).out;
    EXPECT_EQ(run({"rewrite", "--recipient", "ada@x.test"}, once).out, once) << front;
    EXPECT_EQ(run({"rewrite", "--outbound"}, once).out, front + kMail);
  }
}

TEST_F(RewriteFiles, OneIdForAllIsRefused) {
  const Outcome done = run({"rewrite", "--jsonl", "--recipient", "ada@x.test", "--message", "x"});
  EXPECT_EQ(done.code, 2);
  EXPECT_THAT(done.err, HasSubstr("--message is of one message"));
}

}  // namespace
}  // namespace linkgate::cli
