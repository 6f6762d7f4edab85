// The one contract of state/, held to both engines: policies, lists, deliveries. Keys and intel are in the
// other file.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "state/contract_for_test.h"

namespace linkgate::state {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class Contract : public ContractTest {};

verdict::SafeLinksPolicy policy_named(std::string name) {
  verdict::SafeLinksPolicy policy;
  policy.Name = std::move(name);
  return policy;
}
verdict::SafeLinksRule rule_named(std::string name, std::string policy, int priority) {
  verdict::SafeLinksRule rule;
  rule.Name = std::move(name);
  rule.SafeLinksPolicy = std::move(policy);
  rule.Priority = priority;
  rule.RecipientDomainIs = {"example.com"};
  return rule;
}

std::vector<std::string> order_of_rules(PolicyStore& store) {
  std::vector<std::string> names;
  const auto loaded = store.load();
  EXPECT_TRUE(loaded.has_value());
  if (!loaded) return names;
  for (const auto& rule : loaded->rules()) names.push_back(rule.Name + std::to_string(rule.Priority));
  return names;
}

TEST_P(Contract, APolicyComesBackAsItWasPut) {
  const auto store = policies();
  verdict::SafeLinksPolicy policy = policy_named("Fin\u00e4nce \"quoted\" 'n' %s");
  policy.AdminDisplayName = "line\nbreak";
  policy.EnableSafeLinksForEmail = policy.EnableForInternalSenders = policy.ScanUrls = false;
  policy.DeliverMessageAfterScan = policy.TrackClicks = false;
  policy.DisableUrlRewrite = policy.AllowClickThrough = policy.EnableOrganizationBranding = true;
  policy.DoNotRewriteUrls = {"contoso.com", "*.fabrikam.com/*"};
  policy.CustomNotificationText = "Ask the help desk first.";
  policy.RewriteUnverifiedSigned = policy.RewriteWwwInPlainText = false;
  policy.OnUnscannable = verdict::UnscannableAction::kDefer;
  policy.ClickFailMode = verdict::FailMode::kClosed;
  policy.WarnOnUnknown = policy.UseTranslatedNotificationText = policy.EnableFirstContactSafetyTips = true;
  policy.EnableSafeLinksForTeams = policy.EnableSafeLinksForOffice = false;
  policy.ZapEnabled = policy.PhishZapEnabled = policy.SpamZapEnabled = policy.AttachmentsActionOnError =
      false;
  policy.AttachmentsEnable = policy.AttachmentsRedirect = true;
  policy.AttachmentsAction = verdict::AttachmentAction::kAllow;
  policy.AttachmentsRedirectAddress = "soc@example.com";
  policy.AttachmentsQuarantineTag = "Mine";
  expect_ok(store->put_policy(policy));
  const auto loaded = store->load();
  expect_ok(loaded);
  EXPECT_THAT(loaded->policies(), ElementsAre(policy));

  policy.AllowClickThrough = false;
  policy.Name[0] = 'f';  // the same name without case
  expect_ok(store->put_policy(policy));
  EXPECT_THAT(policies()->load()->policies(), ElementsAre(policy))
      << "a second connection sees the replacement";
}

TEST_P(Contract, ARuleComesBackAsItWasPut) {
  const auto store = policies();
  expect_ok(store->put_policy(policy_named("P")));
  verdict::SafeLinksRule rule = rule_named("R", "P", 0);
  rule.SentTo = {"alice@example.com"};
  rule.SentToMemberOf = {"Everyone"};
  rule.ExceptIfSentTo = {"bob@example.com"};
  rule.ExceptIfSentToMemberOf = {"VIP"};
  rule.ExceptIfRecipientDomainIs = {"lab.example.com"};
  rule.Enabled = false;
  rule.Comments = "why";
  expect_ok(store->put_rule(rule));
  expect_ok(store->put_group({"Everyone", {"alice@example.com", "bob@example.com"}, {}}));
  const auto loaded = store->load();
  EXPECT_THAT(loaded->rules(), ElementsAre(rule));
  EXPECT_EQ(loaded->groups().at(0).members.size(), 2u);
  expect_ok(store->remove_group("everyone"));
  EXPECT_THAT(store->load()->groups(), IsEmpty());
  EXPECT_EQ(error_of(store->remove_group("everyone")), ErrorCode::kNotFound);
}

TEST_P(Contract, AnOccupiedPriorityShiftsThatRuleAndAllBelow) {
  const auto store = policies();
  for (const char* name : {"A", "B", "C", "D"}) expect_ok(store->put_policy(policy_named(name)));
  expect_ok(store->put_rule(rule_named("a", "A", 0)));
  expect_ok(store->put_rule(rule_named("b", "B", 1)));
  expect_ok(store->put_rule(rule_named("c", "C", 9)));
  EXPECT_THAT(order_of_rules(*store), ElementsAre("a0", "b1", "c2")) << "beyond the last is last";
  expect_ok(store->put_rule(rule_named("d", "D", 1)));
  EXPECT_THAT(order_of_rules(*store), ElementsAre("a0", "d1", "b2", "c3"));
  expect_ok(store->put_rule(rule_named("A", "A", 2)));
  EXPECT_THAT(order_of_rules(*store), ElementsAre("d0", "b1", "A2", "c3")) << "a rule may be moved";
  expect_ok(store->remove_rule("D"));
  EXPECT_THAT(order_of_rules(*store), ElementsAre("b0", "A1", "c2"));
}

TEST_P(Contract, APresetKeepsItsScopeAndItsPlace) {
  const auto store = policies();
  verdict::SafeLinksRule strict = verdict::preset_rule(verdict::Preset::kStrict);
  strict.Enabled = true;
  strict.ExceptIfSentTo = {"robot@example.com"};
  expect_ok(store->put_preset(strict));
  EXPECT_EQ(policies()->load()->presets().at(0), strict);
  strict.Priority = 1;
  EXPECT_EQ(error_of(store->put_preset(strict)), ErrorCode::kInvalidArgument);
  EXPECT_EQ(error_of(store->put_preset(rule_named("R", "P", 0))), ErrorCode::kInvalidArgument);
}

TEST_P(Contract, GroupsOfASourceAreReplacedTogetherAndKeptFromOthers) {
  const auto store = policies();
  expect_ok(store->put_group({"Mine", {"a@example.com"}, {}}));
  EXPECT_EQ(store->sync_groups("ldap", {{"B", {"b@example.com"}, {}}, {"C", {}, {}}}).value(), 2u);
  const Version before = store->version().value();
  EXPECT_EQ(store->sync_groups("ldap", {{"C", {}, {}}, {"B", {"b@example.com"}, {}}}).value(), 0u);
  EXPECT_EQ(store->version().value(), before) << "nothing is news";
  EXPECT_EQ(error_of(store->sync_groups("file", {{"D", {}, {}}, {"mine", {}, {}}})),
            ErrorCode::kInvalidArgument);
  EXPECT_EQ(error_of(store->put_group({"b", {}, {}})), ErrorCode::kInvalidArgument);
  EXPECT_EQ(error_of(store->remove_group("B")), ErrorCode::kInvalidArgument);
  EXPECT_EQ(store->load()->groups().size(), 3u);
  EXPECT_EQ(store->sync_groups("ldap", {{"B", {"x@example.com"}, {}}}).value(), 2u)
      << "one changed, one went";
  const auto groups = store->load()->groups();
  ASSERT_EQ(groups.size(), 2u);
  EXPECT_EQ(groups[0], (verdict::Group{"B", {"x@example.com"}, "ldap"}));
  EXPECT_EQ(groups[1].source, "");
}

TEST_P(Contract, ASetReplacesAllAtOnceUnlessSomebodyChangedSomethingMeanwhile) {
  const auto store = policies();
  expect_ok(store->put_policy(policy_named("Old")));
  expect_ok(store->put_rule(rule_named("old", "Old", 0)));
  expect_ok(store->put_group({"Gone", {}, {}}));
  expect_ok(store->sync_groups("file", {{"Kept", {"k@example.com"}, {}}}));
  const verdict::PolicySet next({policy_named("A"), policy_named("B")},
                                {rule_named("b", "B", 0), rule_named("a", "A", 1)}, {{"New", {}, {}}});
  const Version read_at = store->version().value();
  expect_ok(store->replace(next, read_at));
  EXPECT_THAT(order_of_rules(*store), ElementsAre("b0", "a1"));
  const auto loaded = store->load().value();
  EXPECT_EQ(loaded.policies().size(), 2u);
  ASSERT_EQ(loaded.groups().size(), 2u);
  EXPECT_EQ(loaded.groups()[0].name, "Kept");
  EXPECT_EQ(error_of(store->replace(verdict::PolicySet({}, {}, {}), read_at)), ErrorCode::kUnavailable);
  const verdict::PolicySet twice({policy_named("A")}, {rule_named("b", "A", 0), rule_named("a", "A", 1)}, {});
  EXPECT_EQ(error_of(store->replace(twice, store->version().value())), ErrorCode::kInvalidArgument);
  const verdict::PolicySet orphan({}, {rule_named("b", "A", 0)}, {});
  EXPECT_EQ(error_of(store->replace(orphan, store->version().value())), ErrorCode::kNotFound);
  EXPECT_THAT(order_of_rules(*store), ElementsAre("b0", "a1")) << "all or nothing";
}

TEST_P(Contract, WhatAPolicyOrRuleMayNotBeIsRefusedAndChangesNothing) {
  const auto store = policies();
  expect_ok(store->put_policy(policy_named("P")));
  expect_ok(store->put_rule(rule_named("r", "P", 0)));
  const Version before = store->version().value();

  auto policy = policy_named("Q");
  policy.CustomNotificationText = std::string(201, 'x');
  EXPECT_EQ(error_of(store->put_policy(policy)), ErrorCode::kInvalidArgument);
  EXPECT_EQ(error_of(store->put_policy(policy_named(""))), ErrorCode::kInvalidArgument);
  EXPECT_EQ(error_of(store->put_policy(policy_named("built-in Protection"))), ErrorCode::kInvalidArgument);
  EXPECT_EQ(error_of(store->put_rule(rule_named("s", "P", 1))), ErrorCode::kInvalidArgument)
      << "one policy, one rule";
  EXPECT_EQ(error_of(store->put_rule(rule_named("s", "none", 1))), ErrorCode::kNotFound);
  EXPECT_EQ(error_of(store->put_rule(rule_named("r", "P", -1))), ErrorCode::kInvalidArgument);
  auto unconditional = rule_named("r", "P", 0);
  unconditional.RecipientDomainIs.clear();
  EXPECT_EQ(error_of(store->put_rule(unconditional)), ErrorCode::kInvalidArgument);
  EXPECT_EQ(error_of(store->remove_policy("P")), ErrorCode::kInvalidArgument) << "while a rule uses it";
  EXPECT_EQ(error_of(store->remove_policy("none")), ErrorCode::kNotFound);

  EXPECT_EQ(store->version().value(), before);
  EXPECT_THAT(order_of_rules(*store), ElementsAre("r0"));
  expect_ok(store->remove_rule("r"));
  expect_ok(store->remove_policy("p"));
  EXPECT_THAT(store->load()->policies(), IsEmpty());
}

TEST_P(Contract, VersionTellsOfEveryWriteAndOfNothingElse) {
  const auto writer = policies();
  const auto reader = opened(open_policy_store(read_only()));
  const Version first = reader->version().value();
  EXPECT_EQ(reader->version().value(), first);
  expect_ok(writer->put_policy(policy_named("P")));
  const Version second = reader->version().value();
  EXPECT_NE(second, first);
  EXPECT_EQ(writer->version().value(), second);
  EXPECT_EQ(reader->version().value(), second);
  EXPECT_EQ(reader->load()->policies().size(), 1u);
  expect_ok(writer->put_entry({.value = "contoso.com"}));
  EXPECT_NE(reader->version().value(), second);
}

TEST_P(Contract, AReadOnlyStoreRefusesToWrite) {
  const auto reader = opened(open_policy_store(read_only()));
  EXPECT_EQ(error_of(reader->put_policy(policy_named("P"))), ErrorCode::kPermission);
  expect_ok(policies()->put_policy(policy_named("P")));
  EXPECT_EQ(reader->load()->policies().size(), 1u);
}

TEST_P(Contract, ListEntriesAreReplacedByKindActionAndValue) {
  const auto store = policies();
  const auto id = store->put_entry({.value = " contoso.com ", .notes = "one", .modified_by = "ann"});
  expect_ok(id);
  EXPECT_EQ(store->put_entry({.value = "contoso.com", .notes = "two", .modified_by = "bob"}).value(), *id);
  expect_ok(store->put_entry({.action = EntryAction::kAllow, .value = "contoso.com"}));
  expect_ok(store->put_entry({.kind = EntryKind::kSender, .value = "Eve@Contoso.com"}));
  const auto entries = store->entries().value();
  ASSERT_EQ(entries.size(), 3u);
  EXPECT_EQ(entries[0].notes, "two");
  EXPECT_EQ(entries[0].modified, kNoon);
  EXPECT_EQ(entries[0].expires, std::nullopt);
  EXPECT_EQ(entries[1].action, EntryAction::kAllow);
  EXPECT_EQ(entries[2].value, "eve@contoso.com");
  expect_ok(store->remove_entry(EntryKind::kUrl, EntryAction::kBlock, "contoso.com"));
  EXPECT_EQ(error_of(store->remove_entry(EntryKind::kUrl, EntryAction::kBlock, "contoso.com")),
            ErrorCode::kNotFound);
  expect_ok(store->remove_entry(EntryKind::kSender, EntryAction::kBlock, "eve@contoso.com"));
  EXPECT_EQ(store->entries()->size(), 1u);
}

TEST_P(Contract, AnExpiredEntryIsNoLongerListed) {
  const auto store = policies();
  expect_ok(store->put_entry({.value = "contoso.com", .expires = kNoon + std::chrono::hours(1)}));
  EXPECT_EQ(store->entries()->size(), 1u);
  clock_.advance(std::chrono::hours(1));
  EXPECT_EQ(store->entries()->size(), 0u);
  expect_ok(store->put_entry({.value = "contoso.com"}));
  EXPECT_EQ(store->entries()->size(), 1u) << "put again, it lives again";
}

TEST_P(Contract, AListEntryThatMeansNothingIsRefused) {
  const auto store = policies();
  const ListEntry wrong[] = {
      {.value = ""},
      {.value = "conto*so.com"},
      {.value = std::string(300, 'a') + ".com"},
      {.kind = EntryKind::kSender, .value = "nobody"},
      {.kind = EntryKind::kSender, .value = "a@b@example.com"},
      {.kind = EntryKind::kFileHash, .value = "abc"},
  };
  for (const ListEntry& entry : wrong) EXPECT_FALSE(store->put_entry(entry).has_value()) << entry.value;
  expect_ok(store->put_entry({.kind = EntryKind::kFileHash, .value = std::string(64, 'A')}));
  EXPECT_EQ(store->entries()->at(0).value, std::string(64, 'a'));
}

TEST_P(Contract, AMarkerIsForOneMessageAndOneRecipient) {
  const auto store = delivery();
  expect_ok(store->mark_delivered("m1", {"alice@example.com", "b\xff@example.com"}, kNoon));
  expect_ok(store->mark_delivered("m1", {"alice@example.com"}, kNoon + std::chrono::hours(1)));
  const auto other = opened(open_delivery_store(read_only()));
  EXPECT_TRUE(other->was_delivered("m1", "alice@example.com").value());
  EXPECT_TRUE(other->was_delivered("m1", "b\xff@example.com").value());
  EXPECT_FALSE(other->was_delivered("m1", "carol@example.com").value());
  EXPECT_FALSE(other->was_delivered("m2", "alice@example.com").value());
  expect_ok(store->mark_delivered("m2", {"alice@example.com"}, kNoon + std::chrono::hours(2)));
  EXPECT_EQ(store->drop_markers_before(kNoon + std::chrono::hours(1)).value(), 2u);
  EXPECT_FALSE(other->was_delivered("m1", "alice@example.com").value());
  EXPECT_TRUE(other->was_delivered("m2", "alice@example.com").value());
}

TEST_P(Contract, AContactIsKnownSinceItWasSeenLast) {
  using std::chrono::hours;
  const auto store = delivery();
  const std::vector<std::string> keys = {std::string("\x00\xff", 2), "b", "c"};
  const auto seen = [&](Time since) { return store->contacts_seen(keys, since).value(); };
  EXPECT_EQ(store->contacts_began().value(), std::nullopt);
  expect_ok(store->mark_delivered("m1", {"alice@example.com"}, {keys[0], keys[1]}, kNoon));
  EXPECT_EQ(store->contacts_began().value(), kNoon);
  EXPECT_EQ(seen(kNoon), (std::vector<bool>{true, true, false}));
  EXPECT_EQ(seen(kNoon + Ticks(1)), (std::vector<bool>{false, false, false}));
  expect_ok(store->mark_delivered("m2", {"alice@example.com"}, {keys[0]}, kNoon + hours(25)));
  EXPECT_EQ(seen(kNoon + hours(25)), (std::vector<bool>{true, false, false}));
  expect_ok(store->put_contacts({{keys[0], kNoon - hours(1)}, {keys[2], kNoon - hours(2)}}));
  EXPECT_EQ(seen(kNoon - hours(2)), (std::vector<bool>{true, true, true}));
  EXPECT_EQ(seen(kNoon + hours(25)), (std::vector<bool>{true, false, false})) << "the later time stays";
  EXPECT_EQ(store->contacts_began().value(), kNoon - hours(2));
  expect_ok(store->drop_contacts(kNoon, 10));
  EXPECT_EQ(seen(kNoon - hours(2)), (std::vector<bool>{true, true, false}));
  expect_ok(store->drop_contacts(kNoon - hours(9), 1));
  EXPECT_EQ(seen(kNoon - hours(2)), (std::vector<bool>{true, false, false})) << "the oldest go";
  EXPECT_EQ(store->contacts_began().value(), kNoon - hours(2));
}

TEST_P(Contract, ManySessionsMarkAtOnceAndNoneIsLost) {
  const auto store = delivery();
  constexpr int kThreads = 8, kEach = 25;
  std::vector<std::thread> sessions;
  for (int t = 0; t < kThreads; ++t) {
    sessions.emplace_back([&, t] {
      for (int i = 0; i < kEach; ++i) {
        expect_ok(
            store->mark_delivered("m" + std::to_string(t), {std::to_string(i) + "@example.com"}, kNoon));
      }
    });
  }
  for (auto& session : sessions) session.join();
  EXPECT_EQ(store->drop_markers_before(kNoon + Ticks(1)).value(), size_t{kThreads * kEach});
}

TEST_P(Contract, ALongUrlIsKeptByItsHash) {
  const auto store = delivery();
  const std::string hash("\x01\x00\xfe", 3), url = "https://example.com/" + std::string(9000, 'x') + "\xff";
  expect_ok(store->put_url(hash, url));
  expect_ok(store->put_url(hash, url));
  EXPECT_EQ(opened(open_delivery_store(read_only()))->url(hash).value(), url);
  EXPECT_EQ(store->url("none").value(), std::nullopt);
}

TEST_P(Contract, TwoProgramsMayOpenANewStoreAtOnce) {
  std::vector<std::thread> programs;
  for (int i = 0; i < 4; ++i) {
    programs.emplace_back([&] {
      const auto store = intel();
      if (store != nullptr) expect_ok(store->feeds());
    });
  }
  for (auto& program : programs) program.join();
}

TEST_P(Contract, AnUnknownLocationIsRefused) {
  EXPECT_EQ(error_of(open_policy_store({.location = "mysql://x"})), ErrorCode::kInvalidArgument);
  EXPECT_EQ(error_of(open_policy_store({.location = ""})), ErrorCode::kInvalidArgument);
}

TEST_P(Contract, APostgresThatCameBackIsUsedAgain) {
  if (GetParam() != "postgresql") GTEST_SKIP() << "about PostgreSQL's connections only";
  const auto policy_store = policies();
  const auto delivery_store = delivery();
  expect_ok(policy_store->put_policy(policy_named("P")));
  for (int round = 0; round < 2; ++round) {
    server()->terminate_connections(options_.location);
    if (round == 0) {
      EXPECT_EQ(policy_store->load()->policies().size(), 1u);
    } else {
      expect_ok(policy_store->put_policy(policy_named("Q")));
    }
    expect_ok(delivery_store->mark_delivered("m" + std::to_string(round), {"a@example.com"}, kNoon));
    EXPECT_TRUE(delivery_store->was_delivered("m" + std::to_string(round), "a@example.com").value());
  }
}

INSTANTIATE_TEST_SUITE_P(Engines, Contract, testing::Values("sqlite", "postgresql"),
                         [](const auto& info) { return info.param; });

}  // namespace
}  // namespace linkgate::state
