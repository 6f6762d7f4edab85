// The one contract of state/, held to both engines: intel and keys.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "state/contract_for_test.h"

namespace linkgate::state {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;
using namespace std::chrono_literals;
using url::KeyState;
using verdict::Disposition;

class SecretsAndIntelContract : public ContractTest {};

TEST_P(SecretsAndIntelContract, AFeedIsReplacedAsAWholeAndKeepsSinceWhenAnEntryIsListed) {
  const auto store = intel();
  const Version empty = store->version().value();
  expect_ok(store->replace_feed(
      {.name = "f", .source = "/f.txt", .loaded = kNoon},
      {{"a.example/", Disposition::kPhishing, ""}, {"b.example/x", Disposition::kMalware, "d"}}));
  expect_ok(store->replace_feed({.name = "g", .source = "/g.txt", .loaded = kNoon}, {{"a.example/"}}));
  EXPECT_NE(store->version().value(), empty);
  const Time later = kNoon + std::chrono::hours(2);
  expect_ok(store->replace_feed({.name = "f", .source = "/f.txt", .loaded = later},
                                {{"c.example/"},
                                 {"b.example/x", Disposition::kPhishing, "e"},
                                 {"c.example/", Disposition::kMalware, "last"}}));
  auto listed = store->listed().value();
  ASSERT_EQ(listed.size(), 3u);
  std::sort(listed.begin(), listed.end(), [](const auto& a, const auto& b) {
    return std::tie(a.feed, a.entry.key) < std::tie(b.feed, b.entry.key);
  });
  EXPECT_EQ(listed[0].entry.key, "b.example/x");
  EXPECT_EQ(listed[0].entry.disposition, Disposition::kPhishing);
  EXPECT_EQ(listed[0].entry.detail, "e");
  EXPECT_EQ(listed[0].entry.since, kNoon);
  EXPECT_EQ(listed[1].entry.key, "c.example/");
  EXPECT_EQ(listed[1].entry.detail, "last") << "of a key given twice the last counts";
  EXPECT_EQ(listed[1].entry.since, later);
  EXPECT_EQ(listed[2].feed, "g");
  const auto feeds = store->feeds().value();
  EXPECT_EQ(feeds.at(0).version, store->version().value()) << "f changed last";
  EXPECT_LT(feeds.at(1).version, feeds.at(0).version);
  size_t of_g = 0;
  expect_ok(store->for_each_listed_by("g", [&](const FeedEntry&) { ++of_g; }));
  EXPECT_EQ(of_g, 1u);
  expect_ok(store->remove_feed("f"));
  EXPECT_EQ(store->listed()->size(), 1u);
  EXPECT_EQ(error_of(store->remove_feed("f")), ErrorCode::kNotFound);
}

TEST_P(SecretsAndIntelContract, AFeedsTroubleIsRememberedUntilItLoadsAgain) {
  const auto store = intel();
  expect_ok(store->record_feed_trouble("f", "/f.txt", "no such file"));
  EXPECT_EQ(store->feeds()->at(0).trouble, "no such file");
  expect_ok(store->replace_feed({.name = "f", .source = "/f.txt", .loaded = kNoon}, {{"a.example/"}}));
  EXPECT_EQ(store->feeds()->at(0).trouble, "");
  EXPECT_EQ(store->feeds()->at(0).entries, 1u);
  EXPECT_EQ(store->feeds()->at(0).loaded, kNoon);
  expect_ok(store->record_feed_trouble("f", "/f.txt", "gone"));
  EXPECT_EQ(store->feeds()->at(0).trouble, "gone");
  EXPECT_EQ(store->listed()->size(), 1u) << "old entries stay";
}

TEST_P(SecretsAndIntelContract, AFeedOfManyPagesIsReadWhole) {
  const auto store = intel();
  std::vector<FeedEntry> entries;
  for (int i = 0; i < 45'000; ++i) entries.push_back({"host" + std::to_string(i) + ".example/"});
  expect_ok(store->replace_feed({.name = "big", .source = "s", .loaded = kNoon}, entries));
  size_t count = 0;
  expect_ok(store->for_each_listed([&](const IntelStore::Listed&) { ++count; }));
  EXPECT_EQ(count, entries.size());
}

std::vector<FeedEntry> hosts(int from, int to) {
  std::vector<FeedEntry> entries;
  for (int i = from; i < to; ++i) entries.push_back({"host" + std::to_string(i) + ".example/"});
  return entries;
}

TEST_P(SecretsAndIntelContract, EachEntryIsFoundByItsKeyAndByItsHash) {
  const auto store = intel();
  expect_ok(store->replace_feed({.name = "f", .source = "s", .loaded = kNoon}, hosts(0, 25'000)));
  expect_ok(store->replace_feed({.name = "g", .source = "s", .loaded = kNoon}, hosts(25'000, 25'010)));
  EXPECT_EQ(store->find_listed("f", "host24999.example/").value()->since, kNoon);
  EXPECT_EQ(store->find_listed("g", "host24999.example/").value(), std::nullopt);
  EXPECT_EQ(store->find_listed("f", "host24999.example").value(), std::nullopt);
  EXPECT_EQ(store->find_listed("none", "host1.example/").value(), std::nullopt);
  std::vector<uint64_t> hashes, wanted;
  expect_ok(store->for_each_hash("f", [&](uint64_t hash) { hashes.push_back(hash); }));
  for (const auto& entry : hosts(0, 25'000)) wanted.push_back(listing_hash(entry.key));
  std::sort(wanted.begin(), wanted.end());
  EXPECT_EQ(hashes, wanted) << "ascending, each once";
}

TEST_P(SecretsAndIntelContract, OnlyDifferencesAreWrittenAndWhatWasAddedCanBeAsked) {
  const auto store = intel();
  expect_ok(store->replace_feed({.name = "f", .source = "s", .loaded = kNoon}, hosts(0, 30'000)));
  const auto first = store->feeds()->at(0);
  EXPECT_EQ(first.additions_from, first.generation);
  expect_ok(store->replace_feed({.name = "f", .source = "s", .loaded = kNoon + 1h}, hosts(0, 30'000)));
  const auto same = store->feeds()->at(0);
  EXPECT_EQ(same.generation, first.generation) << "nothing changed";
  EXPECT_EQ(same.version, first.version);
  EXPECT_EQ(same.loaded, kNoon + 1h);
  expect_ok(store->replace_feed({.name = "f", .source = "s", .loaded = kNoon + 2h}, hosts(15'000, 30'003)));
  const auto later = store->feeds()->at(0);
  EXPECT_EQ(later.entries, 15'003u);
  EXPECT_EQ(later.generation, first.generation + 1);
  EXPECT_THAT(store->additions("f", first.generation).value(),
              UnorderedElementsAre(listing_hash("host30000.example/"), listing_hash("host30001.example/"),
                                   listing_hash("host30002.example/")));
  EXPECT_THAT(store->additions("f", later.generation).value(), IsEmpty());
  EXPECT_EQ(store->find_listed("f", "host14999.example/").value(), std::nullopt);
  EXPECT_EQ(store->find_listed("f", "host15000.example/").value()->since, kNoon);
  EXPECT_EQ(store->find_listed("f", "host30002.example/").value()->since, kNoon + 2h);
  // More than is remembered: readers are told to read everything.
  expect_ok(store->replace_feed({.name = "f", .source = "s", .loaded = kNoon}, hosts(0, 90'000)));
  const auto many = store->feeds()->at(0);
  EXPECT_EQ(many.additions_from, many.generation);
}

TEST_P(SecretsAndIntelContract, ALoadThatIsCutShortIsMadeGoodByTheNext) {
  const auto store = intel();
  expect_ok(store->replace_feed({.name = "f", .source = "s", .loaded = kNoon}, hosts(0, 10)));
  const Version before = store->version().value();
  const uint64_t generation = store->feeds()->at(0).generation;
  // Entries in the order of their hashes, until the disk fails.
  std::vector<FeedEntry> entries = hosts(0, 30'000);
  std::sort(entries.begin(), entries.end(),
            [](const auto& a, const auto& b) { return listing_hash(a.key) < listing_hash(b.key); });
  size_t at = 0;
  const FeedEntries next = [&]() -> Result<const FeedEntry*> {
    if (at == 25'000) return Error(ErrorCode::kIo, "the disk is gone");
    return &entries[at++];
  };
  EXPECT_EQ(error_of(store->replace_feed({.name = "f", .source = "s", .loaded = kNoon}, next)),
            ErrorCode::kIo);
  EXPECT_EQ(store->version().value(), before) << "no news yet";
  expect_ok(store->replace_feed({.name = "f", .source = "s", .loaded = kNoon}, hosts(0, 30'000)));
  const auto status = store->feeds()->at(0);
  EXPECT_EQ(status.entries, 30'000u);
  EXPECT_GT(status.generation, generation);
  EXPECT_EQ(status.additions_from, status.generation) << "what the first one added is not known";
  EXPECT_EQ(store->listed()->size(), 30'000u);
}

TEST_P(SecretsAndIntelContract, ALargeFeedGoesAsAWhole) {
  const auto store = intel();
  expect_ok(store->replace_feed({.name = "f", .source = "s", .loaded = kNoon}, hosts(0, 25'000)));
  expect_ok(store->replace_feed({.name = "g", .source = "s", .loaded = kNoon}, hosts(0, 3)));
  expect_ok(store->remove_feed("f"));
  EXPECT_EQ(store->listed()->size(), 3u);
  EXPECT_EQ(store->feeds()->size(), 1u);
}

TEST_P(SecretsAndIntelContract, AVerdictComesBackAsItWasPutUntilItExpires) {
  const auto store = intel();
  verdict::Verdict judged;
  judged.disposition = Disposition::kPhishing;
  judged.confidence = 97;
  judged.evidence = {{"feed.listed", "Listed \"since\" \u2026", "shot.png"}, {"b", "", ""}};
  judged.url_chain = {"http://a.example/", "https://b.example/?x='1'"};
  judged.detection_method = "URL detonation";
  judged.judged_at = kNoon;
  judged.valid_until = kNoon + std::chrono::hours(1);
  const std::string hash("\x00\xff'\\x", 5);
  expect_ok(store->put_verdict(hash, verdict::Verdict{}));
  const Version before = store->version().value();
  expect_ok(store->put_verdicts({{hash, judged}, {"other", judged}}));
  EXPECT_EQ(store->version().value(), before) << "verdicts are no news for readers of feeds";
  EXPECT_EQ(store->verdict(hash, kNoon).value(), judged);
  EXPECT_EQ(store->verdict(hash, judged.valid_until).value(), std::nullopt);
  EXPECT_EQ(store->verdict("none", kNoon).value(), std::nullopt);
  size_t valid = 0;
  expect_ok(
      store->for_each_verdict(kNoon, [&](const verdict::Verdict& one) { valid += one == judged ? 1 : 0; }));
  EXPECT_EQ(valid, 2u);
  expect_ok(store->for_each_verdict(judged.valid_until, [&](const verdict::Verdict&) { ++valid; }));
  EXPECT_EQ(valid, 2u) << "expired ones are not given";
  EXPECT_EQ(store->drop_expired_verdicts(judged.valid_until).value(), 2u);
  EXPECT_EQ(store->verdict(hash, kNoon).value(), std::nullopt);
}

url::SealingKey key_in(uint32_t id, KeyState state) {
  url::SealingKey key;
  key.id = id;
  key.state = state;
  key.secret.fill(static_cast<uint8_t>(id * 37));
  key.secret[1] = 0;
  key.created = kNoon;
  return key;
}

std::vector<KeyState> states_of(KeyStore& store) {
  std::vector<KeyState> states;
  const auto ring = store.load();
  EXPECT_TRUE(ring.has_value());
  if (!ring) return states;
  for (const auto& key : ring->keys()) states.push_back(key.state);
  return states;
}

TEST_P(SecretsAndIntelContract, AKeyComesBackAsItWasPut) {
  const auto store = keys();
  const Version before = store->version().value();
  expect_ok(store->put_key(key_in(4'000'000'000U, KeyState::kSealing)));
  EXPECT_NE(store->version().value(), before);
  const auto ring = opened(open_key_store(read_only()))->load().value();
  ASSERT_EQ(ring.keys().size(), 1u);
  EXPECT_EQ(ring.keys()[0].id, 4'000'000'000U);
  EXPECT_EQ(ring.keys()[0].secret, key_in(4'000'000'000U, KeyState::kSealing).secret);
  EXPECT_EQ(ring.keys()[0].created, kNoon);
}

TEST_P(SecretsAndIntelContract, AKeyIsPromotedOnlyWhenEveryLiveNodeHasIt) {
  const auto store = keys();
  expect_ok(store->put_key(key_in(1, KeyState::kSealing)));
  expect_ok(store->put_key(key_in(2, KeyState::kPublished)));
  expect_ok(store->acknowledge("click.0", 1, kNoon));
  expect_ok(store->acknowledge("click.1", 1, kNoon));
  expect_ok(store->acknowledge("click.1", 2, kNoon));
  const auto refused = store->promote(2, kNoon);
  EXPECT_EQ(error_of(refused), ErrorCode::kUnavailable);
  EXPECT_THAT(refused.error().message(), HasSubstr("click.0"));
  EXPECT_THAT(states_of(*store), ElementsAre(KeyState::kSealing, KeyState::kPublished));
  expect_ok(store->acknowledge("click.0", 2, kNoon));
  expect_ok(store->promote(2, kNoon));
  EXPECT_THAT(states_of(*store), ElementsAre(KeyState::kOpenOnly, KeyState::kSealing));
  expect_ok(store->promote(2, kNoon));
  EXPECT_EQ(error_of(store->promote(1, kNoon)), ErrorCode::kInvalidArgument)
      << "open-only does not seal again";
  EXPECT_EQ(error_of(store->promote(9, kNoon)), ErrorCode::kNotFound);
}

TEST_P(SecretsAndIntelContract, ANodeThatIsGoneOrForgottenHoldsNoPromotionUp) {
  const auto store = keys();
  expect_ok(store->put_key(key_in(1, KeyState::kPublished)));
  expect_ok(store->put_key(key_in(2, KeyState::kPublished)));
  expect_ok(store->acknowledge("click.0", 1, kNoon));
  EXPECT_EQ(error_of(store->promote(2, kNoon)), ErrorCode::kUnavailable);
  expect_ok(store->promote(2, kNoon + kNodeLifetime));
  expect_ok(store->put_key(key_in(3, KeyState::kPublished)));
  EXPECT_EQ(error_of(store->promote(3, kNoon)), ErrorCode::kUnavailable);
  EXPECT_EQ(store->nodes()->at(0).name, "click.0");
  EXPECT_THAT(store->nodes()->at(0).keys, ElementsAre(1u));
  expect_ok(store->forget_node("click.0"));
  EXPECT_EQ(error_of(store->forget_node("click.0")), ErrorCode::kNotFound);
  EXPECT_THAT(store->nodes().value(), IsEmpty());
  expect_ok(store->promote(3, kNoon));
}

TEST_P(SecretsAndIntelContract, KeysKeepTheirInvariants) {
  const auto store = keys();
  expect_ok(store->put_key(key_in(1, KeyState::kSealing)));
  expect_ok(store->put_key(key_in(2, KeyState::kPublished)));
  EXPECT_EQ(error_of(store->put_key(key_in(2, KeyState::kSealing))), ErrorCode::kInvalidArgument)
      << "two would seal";
  EXPECT_EQ(error_of(store->put_key(key_in(1, KeyState::kRevoked))), ErrorCode::kInvalidArgument)
      << "none would seal";
  auto other = key_in(2, KeyState::kPublished);
  other.secret[0] ^= 1;
  EXPECT_EQ(error_of(store->put_key(other)), ErrorCode::kInvalidArgument) << "another secret";
  expect_ok(store->put_key(key_in(2, KeyState::kRevoked)));
  EXPECT_EQ(error_of(store->put_key(key_in(2, KeyState::kOpenOnly))), ErrorCode::kInvalidArgument)
      << "for good";
  EXPECT_EQ(error_of(store->promote(2, kNoon)), ErrorCode::kInvalidArgument);
  EXPECT_THAT(states_of(*store), ElementsAre(KeyState::kSealing, KeyState::kRevoked));
}

TEST_P(SecretsAndIntelContract, AcknowledgingIsNoChangeOfKeys) {
  const auto store = keys();
  expect_ok(store->put_key(key_in(1, KeyState::kSealing)));
  const Version before = store->version().value();
  expect_ok(store->acknowledge("click.0", 1, kNoon));
  EXPECT_EQ(store->version().value(), before);
}

TEST_P(SecretsAndIntelContract, TokensAreFoundByTheirHashUntilTheyAreRevoked) {
  const auto store = tokens();
  const std::string one(32, '\1'), two("\0two", 4);
  expect_ok(store->create({"console", "hunting.read", kNoon}, one));
  expect_ok(store->create({"soar", "hunting.read", kNoon}, two));
  EXPECT_EQ(error_of(store->create({"soar", "hunting.read", kNoon}, "other")), ErrorCode::kInvalidArgument);
  EXPECT_EQ(store->find(two).value()->name, "soar");
  EXPECT_EQ(store->find("none").value(), std::nullopt);
  expect_ok(store->revoke("soar"));
  EXPECT_EQ(error_of(store->revoke("soar")), ErrorCode::kNotFound);
  EXPECT_EQ(store->find(two).value(), std::nullopt);
  EXPECT_EQ(store->list()->size(), 1u);
}

INSTANTIATE_TEST_SUITE_P(Engines, SecretsAndIntelContract, testing::Values("sqlite", "postgresql"),
                         [](const auto& info) { return info.param; });

}  // namespace
}  // namespace linkgate::state
