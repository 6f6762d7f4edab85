// Filters before the store: they may ask too much, and never decide.
#include "scan/feed_index.h"

#include <gtest/gtest.h>

#include "base/folder_for_test.h"
#include "base/log.h"
#include "scan/intel.h"
#include "scan/judge.h"

namespace linkgate::scan {
namespace {

using verdict::Disposition;

constexpr Time kNoon{Ticks(17'000'000'000'000'000)};

std::string host(size_t number) { return "host" + std::to_string(number) + ".example"; }

class Filtered : public FolderTest {
 protected:
  std::unique_ptr<state::IntelStore> open() const {
    state::StateOptions options;
    options.location = "sqlite:" + folder_;
    return state::open_intel_store(options).value();
  }
  void list(size_t from, size_t to, const std::string& feed = "f") {
    std::vector<state::FeedEntry> entries;
    for (size_t i = from; i < to; ++i) entries.push_back({host(i) + "/"});
    ASSERT_TRUE(store_->replace_feed({.name = feed, .source = "s", .loaded = kNoon}, entries).has_value());
  }
  std::shared_ptr<const FeedShard> shard(const FeedShard* before = nullptr) {
    return FeedShard::load(*store_, store_->feeds()->at(0), before).value();
  }
  // A host that the filter takes for listed although it is not.
  static std::string mistaken(const FeedShard& shard, size_t from) {
    size_t number = from;
    while (!shard.may_list(state::listing_hash(host(number) + "/"))) ++number;
    return host(number);
  }

  std::unique_ptr<state::IntelStore> store_ = open();
};

TEST_F(Filtered, AMistakeOfTheFilterIsNoListingAndNoVerdict) {
  list(0, 2'000);
  const auto intel = Intel::start(open(), open()).value();
  ASSERT_TRUE(intel->look().has_value());
  const auto filter = shard();
  const auto stage = intel_stage(*intel);
  size_t from = 2'000;
  for (int i = 0; i < 5; ++i) {
    const std::string name = mistaken(*filter, from);
    const auto url = *url::Url::parse("https://" + name + "/");
    EXPECT_TRUE(intel->current()->find(url).empty()) << name;
    api::CheckRequest request;
    request.url = url.href();
    const Subject subject{request, {Target{url, ""}}, "", kNoon};
    verdict::Verdict verdict;
    verdict.url_chain = {request.url};
    EXPECT_EQ(stage->judge(subject, &verdict), Stage::Next::kGoOn) << name;
    EXPECT_EQ(verdict.disposition, Disposition::kUnknown);
    EXPECT_TRUE(verdict.evidence.empty());
    from = std::stoul(name.substr(4)) + 1;
  }
  EXPECT_EQ(intel->current()->find(*url::Url::parse("https://www.host7.example/x")).size(), 1u);
}

TEST_F(Filtered, WhatIsAddedLiesBesideTheFilterUntilItIsMuch) {
  list(0, 40'000);
  const auto first = shard();
  list(0, 40'100);
  const auto second = shard(first.get());
  for (size_t i = 0; i < 40'100; ++i) ASSERT_TRUE(second->may_list(state::listing_hash(host(i) + "/"))) << i;
  EXPECT_LE(second->bytes(), first->bytes() + 200 * sizeof(uint64_t)) << "the filter is the same";
  list(0, 60'000);
  const auto third = shard(second.get());
  EXPECT_GT(third->bytes(), second->bytes() * 5 / 4) << "built anew";
  for (size_t i = 0; i < 60'000; ++i) ASSERT_TRUE(third->may_list(state::listing_hash(host(i) + "/"))) << i;
  list(0, 10'000);
  EXPECT_LT(shard(third.get())->bytes(), third->bytes() / 4) << "most of it is gone";
}

TEST_F(Filtered, WhatIsDelistedIsNotFoundThoughTheFilterStillHasIt) {
  list(0, 1'000);
  const auto intel = Intel::start(open(), open()).value();
  ASSERT_TRUE(intel->look().has_value());
  const auto url = *url::Url::parse("https://host1.example/");
  EXPECT_EQ(intel->current()->find(url).size(), 1u);
  EXPECT_EQ(intel->current()->find(url).size(), 1u) << "as remembered";
  const auto before = shard();
  list(2, 1'001);
  ASSERT_TRUE(shard(before.get())->may_list(state::listing_hash("host1.example/")));
  ASSERT_TRUE(intel->look().has_value());
  EXPECT_TRUE(intel->current()->find(url).empty());
  EXPECT_EQ(intel->current()->find(*url::Url::parse("https://host1000.example/")).size(), 1u);
}

TEST_F(Filtered, WithoutFiltersTheStoreIsAsked) {
  list(0, 100);
  list(100, 200, "g");
  const auto intel = Intel::open(open(), open()).value();
  EXPECT_EQ(intel->current()->bytes(), 0u);
  EXPECT_EQ(intel->current()->find(*url::Url::parse("https://host1.example/a")).at(0).feed, "f");
  EXPECT_EQ(intel->current()->find(*url::Url::parse("https://host150.example/")).at(0).feed, "g");
  EXPECT_TRUE(intel->current()->find(*url::Url::parse("https://host200.example/")).empty());
}

class UnreadableStore final : public state::IntelStore {
 public:
  Result<state::Version> version() override { return fail(); }
  Result<void> replace_feed(const state::FeedStatus&, const state::FeedEntries&) override { return fail(); }
  Result<void> record_feed_trouble(std::string_view, std::string_view, std::string_view) override {
    return fail();
  }
  Result<void> remove_feed(std::string_view) override { return fail(); }
  Result<std::vector<state::FeedStatus>> feeds() override { return fail(); }
  Result<std::optional<state::FeedEntry>> find_listed(std::string_view, std::string_view) override {
    return fail();
  }
  Result<void> for_each_hash(std::string_view, const std::function<void(uint64_t)>&) override {
    return fail();
  }
  Result<std::vector<uint64_t>> additions(std::string_view, uint64_t) override { return fail(); }
  Result<std::vector<Listed>> listed() override { return fail(); }
  Result<void> for_each_listed(const std::function<void(const Listed&)>&) override { return fail(); }
  Result<void> for_each_listed_by(std::string_view,
                                  const std::function<void(const state::FeedEntry&)>&) override {
    return fail();
  }
  Result<void> put_verdict(std::string_view, const verdict::Verdict&) override { return fail(); }
  Result<void> put_verdicts(const std::vector<CachedVerdict>&) override { return fail(); }
  Result<std::optional<verdict::Verdict>> verdict(std::string_view, Time) override { return fail(); }
  Result<size_t> drop_expired_verdicts(Time) override { return fail(); }
  Result<void> for_each_verdict(Time, const std::function<void(const verdict::Verdict&)>&) override {
    return fail();
  }

 private:
  static Error fail() { return Error(ErrorCode::kIo, "the disk is gone"); }
};

TEST(ExactListings, AStoreThatCannotBeReadListsNothingAndSaysSo) {
  ExactListings exact(std::make_unique<UnreadableStore>());
  EXPECT_FALSE(exact.in_trouble());
  EXPECT_EQ(exact.find("f", 1, "a.example/"), std::nullopt);
  EXPECT_TRUE(exact.in_trouble());
}

}  // namespace
}  // namespace linkgate::scan
