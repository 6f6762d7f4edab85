#pragma once
// Operational state as domain operations, each store with one owner who writes it. Implemented twice, on
// SQLite (WAL, one file a store) and on PostgreSQL (one schema a store), and held to one contract by
// state/contract_test.cc. All calls block and may be made from any thread. Errors: kIo, kUnavailable,
// kCorrupt are ours; kInvalidArgument and kNotFound the caller's.

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "url/sealed_link.h"
#include "verdict/policy.h"
#include "verdict/verdict.h"

namespace linkgate::state {

// Bumped by every write of its kind, whoever made it; readers poll it every 200 ms (state/poller.h) and
// swap their snapshots. Cheap: SQLite looks at PRAGMA data_version first, PostgreSQL reads one row.
using Version = uint64_t;

// ---- Policies and lists: written by the command line and the portal, read by gateway, click and scan.
enum class EntryKind { kUrl, kSender, kFileHash };
enum class EntryAction { kAllow, kBlock };
struct ListEntry {
  int64_t id = 0;
  EntryKind kind = EntryKind::kUrl;
  EntryAction action = EntryAction::kBlock;
  std::string value;  // a TABL pattern for URLs
  std::string notes;
  std::string modified_by;
  Time modified{};
  std::optional<Time> expires;
};

// Entries whose value is longer are refused (Defender's limit for URLs).
inline constexpr size_t kMaxEntryValue = 250;
// Trimmed and, where case means nothing, lower-cased. URLs: what url::TablPattern takes; senders: an address
// or a domain; file hashes: SHA-256 in hexadecimal. kInvalidArgument with the reason (also where such a
// pattern cannot have this action), kLimit.
Result<ListEntry> validate_entry(ListEntry entry);

// Errors of the writers: kInvalidArgument and kLimit (what verdict::validate and validate_entry refuse),
// kNotFound, and kPermission where the store was opened read-only. Names are unique without case.
class PolicyStore {
 public:
  virtual ~PolicyStore() = default;
  virtual Result<Version> version() = 0;
  virtual Result<verdict::PolicySet> load() = 0;
  virtual Result<void> put_policy(const verdict::SafeLinksPolicy& policy) = 0;  // by Name, replaces
  virtual Result<void> remove_policy(std::string_view name) = 0;  // kInvalidArgument while a rule uses it
  // By Name, replaces. An occupied Priority shifts that rule and all below by one; priorities stay without
  // gaps, so that one beyond the last puts the rule last. kInvalidArgument: the policy does not exist, or
  // another rule uses it already.
  virtual Result<void> put_rule(const verdict::SafeLinksRule& rule) = 0;
  virtual Result<void> remove_rule(std::string_view name) = 0;
  virtual Result<void> put_preset(const verdict::SafeLinksRule& rule) = 0;  // see verdict::validate_preset
  // kInvalidArgument where another source keeps the group: what people write would be gone with its next
  // look.
  virtual Result<void> put_group(const verdict::Group& group) = 0;
  virtual Result<void> remove_group(std::string_view name) = 0;  // kInvalidArgument: another source keeps it
  // Makes the groups of a source exactly these, all at once; how many changed. Nothing is written where none
  // did. kInvalidArgument: one of them is kept by another source.
  virtual Result<size_t> sync_groups(std::string_view source, const std::vector<verdict::Group>& groups) = 0;
  // Makes policies, rules, presets and the groups that people keep those of `next`, in one transaction.
  // kUnavailable where version() is no longer `read_at`: somebody else changed something meanwhile.
  virtual Result<void> replace(const verdict::PolicySet& next, Version read_at) = 0;

  // In the order in which they were made; expired ones excluded (they stay stored until replaced or removed).
  virtual Result<std::vector<ListEntry>> entries() = 0;
  virtual Result<int64_t> put_entry(const ListEntry& entry) = 0;  // same kind, action and value: replaced
  virtual Result<void> remove_entry(EntryKind kind, EntryAction action, std::string_view value) = 0;
};

// ---- Intel and verdict cache: written and read by linkgate-scan alone.
inline constexpr size_t kFeedChangeRows = 10'000;  // of one transaction
inline constexpr size_t kMaxFeedAdditions =
    50'000;  // of a feed that are remembered as such; beyond it readers read all
struct FeedEntry {
  std::string key;  // url::canonical_key, or a host with trailing '/' for a whole host
  verdict::Disposition disposition = verdict::Disposition::kPhishing;
  std::string detail;  // what the feed says of it, may be empty
  Time since{};        // when this feed first listed it; set by the store, kept while it stays listed
};
// By what entries are ordered: 64 bits of the key (SipHash-2-4, spread evenly). Two keys may share it.
uint64_t listing_hash(std::string_view key);
// Entries one by one, ascending by (listing_hash(key), key), each key once; nullptr at the end.
using FeedEntries = std::function<Result<const FeedEntry*>()>;

struct FeedStatus {
  std::string name;
  std::string source;  // file path or URL
  Time loaded{};
  size_t entries = 0;
  std::string trouble;  // last error, empty when well
  // The rest is set by the store.
  Version version = 0;          // version() when its entries changed last
  uint64_t generation = 0;      // counts the changes of its entries
  uint64_t additions_from = 0;  // what was added after this generation can be asked for
};
class IntelStore {
 public:
  virtual ~IntelStore() = default;
  virtual Result<Version> version() = 0;
  // Makes a feed's entries those of `next`, which no other thread may change meanwhile. Clears the feed's
  // trouble. Costs a write for each difference only, in transactions of at most kFeedChangeRows, so that it
  // keeps no other writer waiting and needs no memory for the rest. Cut short (by an error of `next`, or a
  // crash) it has made some of the changes: version() stays, and the next call makes the others.
  // status.entries is counted by the store. One caller at a time for one feed.
  virtual Result<void> replace_feed(const FeedStatus& status, const FeedEntries& next) = 0;
  // The same with entries in any order; of a key given twice the last counts.
  Result<void> replace_feed(const FeedStatus& status, std::vector<FeedEntry> entries);
  virtual Result<void> record_feed_trouble(std::string_view feed, std::string_view source,
                                           std::string_view trouble) = 0;
  virtual Result<void> remove_feed(std::string_view feed) = 0;
  virtual Result<std::vector<FeedStatus>> feeds() = 0;
  // What the feed says of exactly this key.
  virtual Result<std::optional<FeedEntry>> find_listed(std::string_view feed, std::string_view key) = 0;
  // The hashes of a feed's keys, ascending, each once. Of an entry that comes or goes meanwhile nothing is
  // promised.
  virtual Result<void> for_each_hash(std::string_view feed, const std::function<void(uint64_t)>& take) = 0;
  // Hashes of the keys that were added after `generation`, which is at least the status' additions_from.
  virtual Result<std::vector<uint64_t>> additions(std::string_view feed, uint64_t generation) = 0;
  // Entries of all feeds with their feed's name, in one pass over memory-bounded pages.
  struct Listed {
    std::string feed;
    FeedEntry entry;
  };
  virtual Result<std::vector<Listed>> listed() = 0;
  // The same, handed over one by one without keeping all in memory.
  virtual Result<void> for_each_listed(const std::function<void(const Listed&)>& take) = 0;
  virtual Result<void> for_each_listed_by(std::string_view feed,
                                          const std::function<void(const FeedEntry&)>& take) = 0;

  virtual Result<void> put_verdict(std::string_view canonical_hash, const verdict::Verdict& verdict) = 0;
  // Many in one transaction. Verdicts do not change version(): readers of feeds need not look again.
  struct CachedVerdict {
    std::string canonical_hash;
    verdict::Verdict verdict;
  };
  virtual Result<void> put_verdicts(const std::vector<CachedVerdict>& verdicts) = 0;
  virtual Result<std::optional<verdict::Verdict>> verdict(std::string_view canonical_hash,
                                                          Time now) = 0;  // expired: absent
  virtual Result<size_t> drop_expired_verdicts(Time now) = 0;
  // All that are valid at `now`, in no order that means anything, page by page.
  virtual Result<void> for_each_verdict(Time now,
                                        const std::function<void(const verdict::Verdict&)>& take) = 0;
};

// ---- Sealing keys: written by the command line (and first start), acknowledged by click nodes.
// A node that acknowledged nothing for this long is not live: it opens no links, and reads all keys when it
// comes back.
inline constexpr std::chrono::minutes kNodeLifetime{5};
// Invariants, refused with kInvalidArgument: at most one key seals; a revoked key stays revoked; the secret
// of an id never changes; the sealing key is not taken away from without a successor (promote that first,
// then revoke).
class KeyStore {
 public:
  virtual ~KeyStore() = default;
  virtual Result<Version> version() = 0;
  virtual Result<url::Keyring> load() = 0;
  virtual Result<void> put_key(const url::SealingKey& key) = 0;  // new id, or a new state of a known one
  // "Click node `node` holds key `id`": promote() refuses (kUnavailable) while a live node has not said so.
  // Said again at least every minute, it keeps the node live. Does not change version().
  virtual Result<void> acknowledge(std::string_view node, uint32_t id, Time now) = 0;
  // published -> sealing, the former one -> open-only. Of the key that seals already: nothing to do.
  // kInvalidArgument for any other state, kNotFound.
  virtual Result<void> promote(uint32_t id, Time now) = 0;
  struct Node {
    std::string name;
    Time seen{};
    std::vector<uint32_t> keys;
  };
  virtual Result<std::vector<Node>> nodes() = 0;
  virtual Result<void> forget_node(std::string_view name) = 0;
};

// ---- What the gateway remembers: delivered markers, links too long to seal. Written by the gateway, links
// read by click.
class DeliveryStore {
 public:
  virtual ~DeliveryStore() = default;
  // Durable when it returns (also over a power cut). Recipients of one message at once; concurrent calls
  // share one sync. `contacts` are seen at `now`, in the same sync.
  virtual Result<void> mark_delivered(std::string_view network_message_id,
                                      const std::vector<std::string>& recipients,
                                      const std::vector<std::string>& contacts, Time now) = 0;
  Result<void> mark_delivered(std::string_view network_message_id, const std::vector<std::string>& recipients,
                              Time now) {
    return mark_delivered(network_message_id, recipients, {}, now);
  }
  virtual Result<bool> was_delivered(std::string_view network_message_id, std::string_view recipient) = 0;
  virtual Result<size_t> drop_markers_before(
      Time time) = 0;  // retention: longer than any MTA's queue lifetime

  // Who wrote to whom, as keys that say nothing to a reader (gateway/contacts.h makes them; at most
  // kMaxContactKey octets). The time of one is renewed once a day at most.
  static constexpr size_t kMaxContactKey = 32;
  // For each key whether it was seen at `since` or later.
  virtual Result<std::vector<bool>> contacts_seen(const std::vector<std::string>& keys, Time since) = 0;
  // The time of the first contact that was ever kept; absent: there was none.
  virtual Result<std::optional<Time>> contacts_began() = 0;
  // Contacts of the past; one that is there keeps the later time.
  virtual Result<void> put_contacts(const std::vector<std::pair<std::string, Time>>& contacts) = 0;
  // Those seen last before `time` go, and of more than `most` the oldest.
  virtual Result<void> drop_contacts(Time time, size_t most) = 0;

  virtual Result<void> put_url(std::string_view url_hash, std::string_view url) = 0;
  virtual Result<std::optional<std::string>> url(std::string_view url_hash) = 0;
};

// ---- API tokens: written by the command line, read by portal. Only their hashes are kept (api/token.h).
struct ApiToken {
  std::string name;
  std::string scope;  // what its bearer may do: api::kHuntingScope
  Time created{};
  friend bool operator==(const ApiToken&, const ApiToken&) = default;
};
class TokenStore {
 public:
  virtual ~TokenStore() = default;
  virtual Result<void> create(const ApiToken& token,
                              std::string_view hash) = 0;  // kInvalidArgument: name taken
  virtual Result<std::optional<ApiToken>> find(std::string_view hash) = 0;
  virtual Result<std::vector<ApiToken>> list() = 0;
  virtual Result<void> revoke(std::string_view name) = 0;  // kNotFound
};

// Where state lives: "sqlite:DIR" or a libpq connection string ("postgresql://...").
// Read-only: writers answer kPermission. SQLite stores are then read while another process writes; one that
// does not exist yet is made (empty) where the directory allows it, else kNotFound. kPermission: a folder or
// file that we may not open. A new store's file has mode 0640, those of keys and tokens 0600. Opening brings
// an older schema up to date; one made by a newer release is refused (kCorrupt).
struct StateOptions {
  std::string location;
  bool read_only = false;
  const Clock* clock = nullptr;  // for expiry; absent: the system's. Outlives the store.
};
Result<std::unique_ptr<PolicyStore>> open_policy_store(const StateOptions& options);
Result<std::unique_ptr<IntelStore>> open_intel_store(const StateOptions& options);
Result<std::unique_ptr<KeyStore>> open_key_store(const StateOptions& options);
Result<std::unique_ptr<DeliveryStore>> open_delivery_store(const StateOptions& options);
Result<std::unique_ptr<TokenStore>> open_token_store(const StateOptions& options);

}  // namespace linkgate::state
