#include "scan/site_memory.h"

#include <gtest/gtest.h>

#include "document/image_for_test.h"

namespace linkgate::scan {
namespace {

using namespace std::chrono_literals;

// Kept in memory; what stores do is held to their contract.
class Sites final : public state::SiteStore {
 public:
  Result<Time> meet(std::string_view site, Time now) override {
    return met.emplace(std::string(site), now).first->second;
  }
  Result<std::optional<Time>> begin() override {
    std::optional<Time> first;
    for (const auto& [site, time] : met) first = std::min(first.value_or(time), time);
    return first;
  }
  Result<void> put_look(const state::StoredLook& look, Time /*now*/) override {
    kept.push_back(look);
    return {};
  }
  Result<std::vector<state::StoredLook>> looks() override { return kept; }
  Result<size_t> drop_before(Time /*time*/) override { return 0; }
  std::unordered_map<std::string, Time> met;
  std::vector<state::StoredLook> kept;
};

class SiteMemoryTest : public testing::Test {
 protected:
  void start() {
    auto store = std::make_unique<Sites>(sites_);
    store_ = store.get();
    memory_ = SiteMemory::start(std::move(store), clock_).value();
  }
  void restart() {
    sites_ = *store_;
    start();
  }
  // A page of boxes; `shift` moves them.
  static verdict::Page drawn(size_t shift) {
    document::Image image{640, 400, std::vector<uint8_t>(640 * 400 * 3, 240)};
    for (size_t y = 60; y < 340; ++y) {
      for (size_t x = 120 + shift; x < 420 + shift; ++x) {
        if (y / 20 % 2 == 0 || x / 37 % 3 == 0) std::fill_n(&image.pixels[(y * 640 + x) * 3], 3, 30);
      }
    }
    verdict::Page page;
    page.screenshot = document::as_png(image);
    return page;
  }
  Sites sites_;
  FakeClock clock_{Time{} + std::chrono::hours(24 * 365 * 50)};
  Sites* store_ = nullptr;
  std::unique_ptr<SiteMemory> memory_;
};

TEST_F(SiteMemoryTest, ANameIsNewOnlyWhereOthersHaveBeenMetForLong) {
  start();
  EXPECT_EQ(memory_->met("a.example"), std::nullopt);
  clock_.advance(13 * 24h);
  EXPECT_EQ(memory_->met("b.example"), std::nullopt);
  clock_.advance(2 * 24h);
  restart();
  const Time now = clock_.now();
  EXPECT_EQ(memory_->met("c.example"), now);
  clock_.advance(2h);
  EXPECT_EQ(memory_->met("c.example"), now);
  EXPECT_EQ(memory_->met("a.example"), now - 15 * 24h);
}

TEST_F(SiteMemoryTest, WhatLooksLikeALearntPageIsKnownAgainAndNothingElseIs) {
  start();
  const PageLook look = look_of(drawn(0));
  ASSERT_TRUE(look.screen.has_value());
  EXPECT_EQ(memory_->like(look).page, "");
  memory_->learn("Northgate", "login.northgate.example", look);
  const size_t kept = store_->kept.size();
  memory_->learn("Northgate", "login.northgate.example", look);
  EXPECT_EQ(store_->kept.size(), kept);
  restart();
  EXPECT_EQ(memory_->like(look).page, "Northgate");
  EXPECT_EQ(memory_->like(look_of(drawn(90))).page, "");
  EXPECT_EQ(memory_->like(look_of(verdict::Page{})).page, "");
}

}  // namespace
}  // namespace linkgate::scan
