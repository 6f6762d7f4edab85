#include "scan/fuse_filter.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace linkgate::scan {
namespace {

std::vector<uint64_t> hashes(size_t count, uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<uint64_t> all(count);
  for (uint64_t& one : all) one = random();
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

FuseFilter filter_of(const std::vector<uint64_t>& set) {
  FuseFilterBuilder builder;
  for (const uint64_t hash : set) builder.add(hash);
  return std::move(builder).finish();
}

TEST(FuseFilter, MayContainAllThatWasAdded) {
  for (const size_t count : {0UL, 1UL, 2UL, 3UL, 10UL, 100UL, 5'000UL, FuseFilter::kBlockHashes - 1,
                             FuseFilter::kBlockHashes, FuseFilter::kBlockHashes + 1, 500'000UL}) {
    const auto set = hashes(count, count);
    const FuseFilter filter = filter_of(set);
    EXPECT_EQ(filter.size(), set.size());
    size_t missed = 0;
    for (const uint64_t hash : set) missed += filter.may_contain(hash) ? 0 : 1;
    EXPECT_EQ(missed, 0u) << count;
  }
}

TEST(FuseFilter, TakesOthersForItsOwnOnceIn65536) {
  const FuseFilter filter = filter_of(hashes(300'000, 1));
  size_t taken = 0;
  constexpr size_t kAsked = 4'000'000;
  for (const uint64_t hash : hashes(kAsked, 2)) taken += filter.may_contain(hash) ? 1 : 0;
  EXPECT_GT(taken, kAsked / 65'536 / 2);
  EXPECT_LT(taken, kAsked / 65'536 * 2);
}

TEST(FuseFilter, TakesUnder19BitsAHash) {
  const FuseFilter filter = filter_of(hashes(1'000'000, 3));
  EXPECT_LT(static_cast<double>(filter.bytes()) * 8 / 1e6, 19.0);
}

TEST(FuseFilter, HashesThatLieCloseTogetherAreNoTrouble) {
  std::vector<uint64_t> set;
  for (uint64_t i = 0; i < 200'000; ++i) set.push_back(i);
  set.push_back(~uint64_t{0});
  const FuseFilter filter = filter_of(set);
  EXPECT_TRUE(std::all_of(set.begin(), set.end(), [&](uint64_t hash) { return filter.may_contain(hash); }));
}

TEST(FuseFilterDeathTest, HashesComeInAscendingOrder) {
  FuseFilterBuilder builder;
  builder.add(7);
  EXPECT_DEATH(builder.add(7), "");
}

}  // namespace
}  // namespace linkgate::scan
