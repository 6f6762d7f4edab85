#include "state/poller.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "base/folder_for_test.h"

namespace linkgate::state {
namespace {

constexpr std::chrono::seconds kPatience{20};

template <typename Condition>
bool comes_true(Condition condition) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return true;
}

class Snapshots : public FolderTest {
 protected:
  void SetUp() override {
    options_.location = "sqlite:" + folder_;
    read_only_ = options_;
    read_only_.read_only = true;
  }
  StateOptions options_, read_only_;
};

verdict::SafeLinksPolicy policy_named(std::string name) {
  verdict::SafeLinksPolicy policy;
  policy.Name = std::move(name);
  return policy;
}

TEST_F(Snapshots, AChangeOfPoliciesIsSeenAndTheOldViewStaysWhole) {
  const auto writer = open_policy_store(options_).value();
  auto policy = policy_named("P");
  policy.DoNotRewriteUrls = {"contoso.com/*"};
  ASSERT_TRUE(writer->put_policy(policy).has_value());
  const auto snapshots = PolicySnapshots::start(open_policy_store(read_only_).value()).value();
  const auto before = snapshots->current();
  ASSERT_EQ(before->policies.policies().size(), 1u) << "read before start returned";
  EXPECT_TRUE(before->do_not_rewrite(before->policies.policies()[0]).matches("https://contoso.com/a"));
  EXPECT_FALSE(before->do_not_rewrite(verdict::built_in_policy()).matches("https://contoso.com/a"));

  ASSERT_TRUE(writer->put_entry({.value = "evil.com"}).has_value());
  ASSERT_TRUE(writer->put_entry({.kind = EntryKind::kSender, .value = "eve@evil.com"}).has_value());
  ASSERT_TRUE(comes_true([&] { return snapshots->current()->sender_entries.size() == 1; }));
  EXPECT_NE(snapshots->current()->url_lists.match("https://evil.com/x", SystemClock().now()), nullptr);
  EXPECT_EQ(before->url_lists.size(), 0u);
}

TEST_F(Snapshots, AStoreThatCannotBeReadAnyMoreLeavesWhatWasKnown) {
  const auto writer = open_policy_store(options_).value();
  ASSERT_TRUE(writer->put_policy(policy_named("P")).has_value());

  struct Broken final : PolicyStore {
    explicit Broken(std::unique_ptr<PolicyStore> inner_) : inner(std::move(inner_)) {}
    std::unique_ptr<PolicyStore> inner;
    std::atomic<bool> broken = false;
    Result<Version> version() override {
      if (broken) return Error(ErrorCode::kUnavailable, "gone");
      return inner->version();
    }
    Result<verdict::PolicySet> load() override { return inner->load(); }
    Result<void> put_policy(const verdict::SafeLinksPolicy& p) override { return inner->put_policy(p); }
    Result<void> remove_policy(std::string_view n) override { return inner->remove_policy(n); }
    Result<void> put_rule(const verdict::SafeLinksRule& r) override { return inner->put_rule(r); }
    Result<void> remove_rule(std::string_view n) override { return inner->remove_rule(n); }
    Result<void> put_group(const verdict::Group& g) override { return inner->put_group(g); }
    Result<void> remove_group(std::string_view n) override { return inner->remove_group(n); }
    Result<void> put_preset(const verdict::SafeLinksRule& r) override { return inner->put_preset(r); }
    Result<size_t> sync_groups(std::string_view s, const std::vector<verdict::Group>& g) override {
      return inner->sync_groups(s, g);
    }
    Result<void> replace(const verdict::PolicySet& s, Version v) override { return inner->replace(s, v); }
    Result<std::vector<ListEntry>> entries() override { return inner->entries(); }
    Result<int64_t> put_entry(const ListEntry& e) override { return inner->put_entry(e); }
    Result<void> remove_entry(EntryKind k, EntryAction a, std::string_view v) override {
      return inner->remove_entry(k, a, v);
    }
  };
  auto store = std::make_unique<Broken>(open_policy_store(read_only_).value());
  Broken& broken = *store;
  const auto snapshots = PolicySnapshots::start(std::move(store)).value();
  EXPECT_FALSE(snapshots->in_trouble());
  broken.broken = true;
  ASSERT_TRUE(comes_true([&] { return snapshots->in_trouble(); }));
  EXPECT_EQ(snapshots->current()->policies.policies().size(), 1u);
  ASSERT_TRUE(writer->put_policy(policy_named("Q")).has_value());
  broken.broken = false;
  ASSERT_TRUE(comes_true([&] { return snapshots->current()->policies.policies().size() == 2; }));
  EXPECT_FALSE(snapshots->in_trouble());
}

TEST_F(Snapshots, ANodeAcknowledgesTheKeysItHolds) {
  const auto writer = open_key_store(options_).value();
  url::SealingKey first;
  first.id = 1;
  first.state = url::KeyState::kSealing;
  ASSERT_TRUE(writer->put_key(first).has_value());
  const auto snapshots = KeySnapshots::start(open_key_store(options_).value(), "click.0").value();
  ASSERT_EQ(writer->nodes()->size(), 1u);
  url::SealingKey second;
  second.id = 2;
  ASSERT_TRUE(writer->put_key(second).has_value());
  ASSERT_TRUE(comes_true([&] { return writer->promote(2, SystemClock().now()).has_value(); }));
  EXPECT_NE(snapshots->current()->find(2), nullptr) << "held before it was acknowledged";
  ASSERT_TRUE(comes_true([&] { return snapshots->current()->sealing()->id == 2; }));
}

TEST_F(Snapshots, AGatewayReadsKeysAndAcknowledgesNothing) {
  const auto writer = open_key_store(options_).value();
  ASSERT_TRUE(writer->put_key({}).has_value());
  const auto snapshots = KeySnapshots::start(open_key_store(read_only_).value()).value();
  EXPECT_EQ(snapshots->current()->keys().size(), 1u);
  EXPECT_TRUE(writer->nodes()->empty());
}

}  // namespace
}  // namespace linkgate::state
