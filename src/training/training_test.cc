#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <map>
#include <numeric>
#include <unordered_set>

#include "training/linear_view.h"
#include "training/made_examples.h"
#include "training/tree_trainer.h"
#include "training/url_model_trainer.h"
#include "url/domain.h"
#include "verdict/url_model_file.h"

namespace linkgate::training {
namespace {

// Phishing that borrows names and harmless sites of two words each, each under its own domain, over two
// years.
std::vector<Example> some_examples(size_t count) {
  Random random(5);
  static constexpr std::string_view kWords[] = {"garden", "river", "paper", "music", "stone", "bread",
                                                "cloud",  "maple", "quiet", "north", "field", "light",
                                                "green",  "apple", "wood",  "table"};
  std::vector<Example> all;
  const auto phishing = make_phishing(count, &random);
  for (size_t i = 0; i < count; ++i) {
    Example bad;
    bad.url = "http://" + phishing[i];
    bad.is_phishing = true;
    bad.day = static_cast<int32_t>(20'000 + i % 700);
    all.push_back(bad);
    Example good;
    good.url = "http://";
    good.url.append(kWords[random.below(16)])
        .append(kWords[random.below(16)])
        .append(std::to_string(i))
        .append(".org/")
        .append(kWords[random.below(16)]);
    good.day = bad.day;
    all.push_back(good);
  }
  return all;
}

TEST(TrainingTest, LearnsWhatSetsTheKindsApartAndSaysHowWell) {
  const auto trained = train_url_model(some_examples(3000), {.made_share = 0});
  ASSERT_TRUE(trained) << trained.error().message();
  EXPECT_GT(trained->figures[0].at_percent, 0.9);
  EXPECT_GT(trained->figures[0].phishing, 300U);
  EXPECT_NE(trained->parts.card.find("found of all: "), std::string::npos);
  const verdict::UrlModel model(trained->parts);
  const auto probability = [&](std::string_view url) {
    return model.score(*url::Url::parse(url)).probability;
  };
  EXPECT_GT(probability("https://metamask-wallet-login.webflow.io/"), 0.9);
  EXPECT_LT(probability("https://quietgarden77.org/paper"), 0.1);
}

TEST(TrainingTest, TheSameExamplesAndSeedGiveTheSameBytes) {
  const auto bytes = [](uint64_t seed) {
    return verdict::print_model(train_url_model(some_examples(600), {.seed = seed})->parts);
  };
  const std::string once = bytes(3);
  EXPECT_EQ(bytes(3), once);
  EXPECT_NE(bytes(4), once);
}

// How often a sum of the first kind lies above one of the second.
double order_of(const std::vector<float>& first, const std::vector<float>& second) {
  double above = 0;
  for (const float a : first) {
    for (const float b : second) above += a > b ? 1 : a == b ? 0.5 : 0;
  }
  return above / static_cast<double>(first.size() * second.size());
}

TEST(TrainingTest, TheTreesGrowOnSumsThatAreNotFitted) {
  // Labels by chance teach nothing: who has seen an example knows its label, who has not guesses.
  auto examples = some_examples(1500);
  Random random(11);
  for (Example& example : examples) example.is_phishing = random.one_in(2);
  const SampleSet set = cut_examples(examples, 0);
  std::vector<uint32_t> all(examples.size());
  std::iota(all.begin(), all.end(), 0U);
  const LinearView view = learn_linear(set, all, 1);
  std::array<std::vector<float>, 2> guessed, known;
  const verdict::UrlModel fitted(view.parts);
  for (size_t i = 0; i < examples.size(); ++i) {
    guessed[examples[i].is_phishing].push_back(view.totals[i]);
    known[examples[i].is_phishing].push_back(fitted.score(*url::Url::parse(examples[i].url)).sum);
  }
  EXPECT_NEAR(order_of(guessed[1], guessed[0]), 0.5, 0.05);
  EXPECT_GT(order_of(known[1], known[0]), 0.7);
}

TEST(TrainingTest, FoldsKeepDomainsAndQuartersTogether) {
  auto examples = some_examples(1000);
  std::vector<uint32_t> all(examples.size());
  std::iota(all.begin(), all.end(), 0U);
  const auto folds = [&] { return split_in_folds(cut_examples(examples, 0), all); };
  examples[601].url = examples[1].url;  // one domain, two quarters
  const auto by_time = folds();
  EXPECT_EQ(by_time[601], by_time[1]);
  std::map<int32_t, std::unordered_set<int>> of_quarter;
  for (size_t i = 1; i < examples.size(); i += 2) {
    if (i != 601) of_quarter[examples[i].day / 90].insert(by_time[i]);
  }
  EXPECT_GE(of_quarter.size(), 7U);
  for (const auto& [quarter, found] : of_quarter) EXPECT_EQ(found.size(), 1U) << quarter;
  // All in one quarter: one fold would have everything.
  for (Example& example : examples) example.day = 20'000;
  std::array<size_t, kFolds> sizes{};
  for (const uint8_t fold : folds()) ++sizes[fold];
  for (const size_t size : sizes) EXPECT_GT(size, examples.size() / 8);
}

TEST(TrainingTest, TreesBeginWhereTheyAreTold) {
  // The base explains all: nothing is left to learn. Without it the first measure does.
  std::vector<TreeRow> rows;
  for (int i = 0; i < 2000; ++i) {
    TreeRow row{};
    row.is_phishing = i % 2 == 0;
    row.measures[0] = row.is_phishing ? 1 : 0;
    row.weight = 1;
    row.base = row.is_phishing ? 12.0F : -12.0F;
    rows.push_back(row);
  }
  const auto largest_leaf = [&] {
    float largest = 0;
    for (const auto& node : train_trees(rows, {.trees = 10}).nodes) {
      if (node.measure < 0) largest = std::max(largest, std::fabs(node.value));
    }
    return largest;
  };
  EXPECT_LT(largest_leaf(), 0.01F);
  for (TreeRow& row : rows) row.base = 0;
  EXPECT_GT(largest_leaf(), 0.1F);
}

TEST(TrainingTest, WhatIsHeldBackIsLaterAndOfOtherDomains) {
  const auto examples = some_examples(2000);
  const Split split = split_by_time(examples);
  EXPECT_GT(split.held.size(), 400U);
  int32_t newest = 0;
  std::unordered_set<std::string> domains;
  const auto domain = [&](uint32_t i) {
    return url::registrable_domain(url::Url::parse(examples[i].url)->hostname());
  };
  for (const uint32_t i : split.trained) {
    newest = std::max(newest, examples[i].day);
    domains.insert(domain(i));
  }
  for (const uint32_t i : split.held) {
    EXPECT_GE(examples[i].day, newest);
    EXPECT_FALSE(domains.contains(domain(i)));
  }
}

TEST(TrainingTest, TooLittleToLearnFromIsAnError) {
  EXPECT_FALSE(train_url_model(some_examples(50), {}));
  EXPECT_FALSE(train_url_model({}, {}));
}

TEST(ExamplesTest, BothFormsOfLinesAreRead) {
  size_t passed_over = 0;
  const auto read = parse_examples(
      "# a comment\n"
      "1\tevil.example/login\n"
      "0\thttps://good.example/\t2026-05-31\tmine\r\n"
      "2026-01-02\t1\tfeed\tbad.example\n"
      "-\t0\tcrawl\tfine.example/a\n"
      "\n"
      "phishing\thttp://\n",
      &passed_over);
  ASSERT_TRUE(read) << read.error().message();
  ASSERT_EQ(read->size(), 4U);
  EXPECT_EQ((*read)[0].url, "http://evil.example/login");
  EXPECT_TRUE((*read)[0].is_phishing);
  EXPECT_EQ((*read)[1].source, "mine");
  EXPECT_EQ((*read)[1].day, 20'604);
  EXPECT_EQ((*read)[2].day, 20'455);
  EXPECT_EQ((*read)[3].day, kNoDate);
  EXPECT_EQ(passed_over, 1U);
  for (const auto* const wrong :
       {"evil.example\n", "maybe\tevil.example\n", "1\ta.example\tyesterday\n", "1\ta.example\t2026-02-30\n"})
    EXPECT_FALSE(parse_examples(wrong, &passed_over)) << wrong;
}

TEST(EvaluationTest, FiguresCountWhatLiesAboveTheThreshold) {
  std::vector<Judged> judged;
  for (int i = 0; i < 1000; ++i) judged.push_back({static_cast<float>(i), false, false, false});
  for (int i = 0; i < 100; ++i) judged.push_back({static_cast<float>(900 + 2 * i), true, true, false});
  // One of 1,000 lies above 998, ten above 989.
  EXPECT_FLOAT_EQ(threshold_at(judged, 0.001), 998);
  EXPECT_FLOAT_EQ(threshold_at(judged, 0.01), 989);
  const auto figures = evaluate(judged);
  EXPECT_DOUBLE_EQ(figures[0].at_thousandth, 0.50);
  EXPECT_DOUBLE_EQ(figures[0].at_percent, 0.55);
  EXPECT_EQ(figures[static_cast<size_t>(UrlGroup::kBare)].phishing, 100U);
  EXPECT_EQ(figures[static_cast<size_t>(UrlGroup::kPaths)].harmless, 1000U);
  const Figures better{0, 0, 0.6, 0.8}, worse{0, 0, 0.6, 0.7}, mixed{0, 0, 0.5, 0.9};
  EXPECT_TRUE(is_better(better, worse));
  EXPECT_FALSE(is_better(worse, better));
  EXPECT_FALSE(is_better(better, better));
  EXPECT_FALSE(is_better(mixed, worse));
}

TEST(EvaluationTest, CalibratedProbabilitiesAreThoseThatWereSeen) {
  // At each sum s, of 1,000 URLs logistic(2 s - 1) are phishing.
  std::vector<Judged> judged;
  size_t bad = 0;
  for (int s = -20; s <= 20; ++s) {
    const float sum = static_cast<float>(s) / 10;
    for (int i = 0; i < 1000; ++i) {
      const bool is_bad = (i + 0.5) / 1000 < 1 / (1 + std::exp(-(2 * sum - 1)));
      bad += is_bad;
      judged.push_back({sum, is_bad, false, false});
    }
  }
  const Calibration found = calibrate(judged);
  EXPECT_NEAR(found.slope, 2, 0.1);
  // Both kinds weigh the same, which moves the offset by the log of their odds.
  const double odds = static_cast<double>(bad) / static_cast<double>(judged.size() - bad);
  EXPECT_NEAR(found.offset, -1 - std::log(odds), 0.1);
}

}  // namespace
}  // namespace linkgate::training
