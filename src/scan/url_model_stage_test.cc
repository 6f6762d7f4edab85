#include "scan/url_model_stage.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "base/folder_for_test.h"
#include "url/canonical_key.h"
#include "verdict/url_model_file.h"

namespace linkgate::scan {
namespace {

using verdict::Disposition;
using verdict::Verdict;

// Every URL has this sum; thresholds are 1, 2 and 3.
UrlModelPointer constant(float sum) {
  verdict::UrlModelParts parts;
  parts.slots.resize(4);
  parts.bias = sum;
  parts.exceeded_by_percent = 1;
  parts.exceeded_by_thousandth = 2;
  parts.exceeded_by_ten_thousandth = 3;
  return std::make_shared<const verdict::UrlModel>(parts);
}

class Known final : public Stage {
 public:
  explicit Known(Disposition disposition) : disposition_(disposition) {}
  Next judge(const Subject&, Verdict* verdict) override {
    verdict->disposition = disposition_;
    return Next::kDone;
  }

 private:
  Disposition disposition_;
};

Verdict judge(std::vector<std::unique_ptr<Stage>> stages, const std::string& url = "https://x.example/") {
  static const SystemClock clock;
  const Judge judge(std::move(stages), clock, std::chrono::seconds(60));
  api::CheckRequest request;
  request.url = url;
  return judge.judge(request);
}

Verdict by_model(float sum, const std::string& url = "https://x.example/") {
  std::vector<std::unique_ptr<Stage>> stages;
  stages.push_back(url_model_stage(constant(sum)));
  return judge(std::move(stages), url);
}

TEST(UrlModelStageTest, CallsSuspiciousWhatOneOfAThousandHarmlessUrlsExceeds) {
  struct Case {
    float sum;
    Disposition disposition;
    std::string_view code;
  };
  for (const Case& one :
       {Case{0.5F, Disposition::kUnknown, "nothing.known"}, Case{1.5F, Disposition::kUnknown, "url.model"},
        Case{2.5F, Disposition::kSuspicious, "url.model"}, Case{9, Disposition::kSuspicious, "url.model"}}) {
    const Verdict verdict = by_model(one.sum);
    EXPECT_EQ(verdict.disposition, one.disposition) << one.sum;
    ASSERT_FALSE(verdict.evidence.empty());
    EXPECT_EQ(verdict.evidence[0].code, one.code) << one.sum;
    EXPECT_LT(verdict.confidence, 100);
  }
}

TEST(UrlModelStageTest, NeverAnswersWhereABetterStageDid) {
  for (const auto known : {Disposition::kClean, Disposition::kMalware}) {
    std::vector<std::unique_ptr<Stage>> stages;
    stages.push_back(std::make_unique<Known>(known));
    stages.push_back(url_model_stage(constant(9)));
    const Verdict verdict = judge(std::move(stages));
    EXPECT_EQ(verdict.disposition, known);
  }
}

TEST(UrlModelStageTest, LeavesTheLastWordToLaterStages) {
  std::vector<std::unique_ptr<Stage>> stages;
  stages.push_back(url_model_stage(constant(9)));
  stages.push_back(std::make_unique<Known>(Disposition::kClean));
  EXPECT_EQ(judge(std::move(stages)).disposition, Disposition::kClean);
}

TEST(UrlModelStageTest, JudgesWhereAWrapperLeadsInsteadOfTheWrapper) {
  const auto url = url::Url::parse(
      "https://nam01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fa.example%2F&data=x");
  ASSERT_TRUE(url);
  const auto targets = static_targets(*url);
  const WorstTarget worst = worst_target(*constant(9), targets);
  ASSERT_NE(worst.target, nullptr);
  EXPECT_EQ(worst.target->url.href(), "https://a.example/");
}

class UrlModelFileTest : public FolderTest {
 protected:
  UrlModelFileTest() {
    config_.data = folder_;
    std::filesystem::create_directories(folder_ + "/models");
  }
  void write(const std::string& bytes) { std::ofstream(own_url_model(config_), std::ios::binary) << bytes; }

  Config config_;
};

TEST_F(UrlModelFileTest, TheOneInTheDataDirectoryComesBeforeTheShippedOne) {
  write(verdict::print_model(constant(1)->parts()));
  EXPECT_EQ(url_model_path(config_), own_url_model(config_));
  const auto model = load_url_model(config_);
  ASSERT_TRUE(model) << model.error().message();
  EXPECT_FLOAT_EQ((*model)->parts().bias, 1);
}

TEST_F(UrlModelFileTest, AnEmptyFileMeansNoneAndABrokenOneIsRefused) {
  write("");
  const auto none = load_url_model(config_);
  ASSERT_TRUE(none);
  EXPECT_EQ(*none, nullptr);
  write("no model");
  EXPECT_FALSE(load_url_model(config_));
}

}  // namespace
}  // namespace linkgate::scan
