#include "scan/feed_sorter.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <map>

#include "base/folder_for_test.h"

namespace linkgate::scan {
namespace {

using verdict::Disposition;

class Sorter : public FolderTest {};

// What `memory` makes of the same entries; with a little of it there are many runs.
void sorts_with(const std::string& folder, size_t memory) {
  FeedSorter sorter(folder, memory);
  std::map<std::string, std::string> last;
  for (int i = 0; i < 5'000; ++i) {
    const std::string key = "host" + std::to_string(i * 7919 % 3'000) + ".example/";
    const std::string detail(static_cast<size_t>(i % 40), static_cast<char>('a' + i % 26));
    ASSERT_TRUE(sorter.add(key, Disposition::kMalware, detail).has_value());
    last[key] = detail;
  }
  EXPECT_EQ(sorter.added(), 5'000u);
  std::pair<uint64_t, std::string> before{0, ""};
  size_t seen = 0;
  while (true) {
    const auto next = sorter.next();
    ASSERT_TRUE(next.has_value()) << next.error().message();
    if (*next == nullptr) break;
    const state::FeedEntry& entry = **next;
    const std::pair<uint64_t, std::string> now{state::listing_hash(entry.key), entry.key};
    EXPECT_LT(before, now) << "each once, in order";
    EXPECT_EQ(entry.detail, last.at(entry.key)) << "the last of a key counts";
    EXPECT_EQ(entry.disposition, Disposition::kMalware);
    before = now;
    ++seen;
  }
  EXPECT_EQ(seen, last.size());
  EXPECT_EQ(sorter.next().value(), nullptr);
  EXPECT_TRUE(std::filesystem::is_empty(folder)) << "files have no names";
}

TEST_F(Sorter, EntriesComeInTheStoresOrderWhateverTheMemory) {
  for (const size_t memory : {1UL, 1'000UL, 20'000UL, 1UL << 20, 64UL << 20}) sorts_with(folder_, memory);
}

TEST_F(Sorter, AFeedOfNothingHasNoEntries) {
  FeedSorter sorter(folder_);
  EXPECT_EQ(sorter.next().value(), nullptr);
}

TEST_F(Sorter, AFolderThatIsNotThereIsAnError) {
  FeedSorter sorter(folder_ + "/none", 1);
  EXPECT_TRUE(sorter.add("a.example/", Disposition::kPhishing, "").has_value());
  const auto added = sorter.add("b.example/", Disposition::kPhishing, "");
  ASSERT_FALSE(added.has_value());
  EXPECT_EQ(added.error().code(), ErrorCode::kNotFound);
}

}  // namespace
}  // namespace linkgate::scan
