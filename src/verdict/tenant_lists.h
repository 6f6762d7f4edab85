#pragma once
// The organisation's own URL lists: the Tenant Allow/Block List, and the do-not-rewrite lists of policies.
// Pure matching over patterns of url/pattern.h; entries are stored by state/.
//
// Rules: a block wins over an allow. A block matches the link as it was written, as it parses, in its
// canonical form and what another vendor's wrapper in it leads to, so that no spelling gets past it. An allow
// matches the canonical form alone, so that no spelling gets let through by it. (Source: Defender's
// "tenant-allow-block-list-urls-configure".)

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "url/pattern.h"

namespace linkgate::verdict {

struct TenantUrlEntry {
  url::TablPattern pattern;
  url::ListAction action = url::ListAction::kBlock;
  std::optional<Time> expires;  // absent: never
  std::string notes;
};

// All URL entries at one moment: immutable once built, thread-safe to read. Finding candidates is linear in
// the length of the URL and independent of the number of entries.
class TenantLists {
 public:
  TenantLists() = default;
  explicit TenantLists(std::vector<TenantUrlEntry> entries);

  // The entry that decides about `url`, or nullptr. Entries that are expired at `now` do not count. Lives as
  // long as this.
  const TenantUrlEntry* match(std::string_view url, Time now) const;
  size_t size() const { return entries_.size(); }

 private:
  using Candidates = std::vector<uint32_t>;
  const TenantUrlEntry* match_spelling(std::string_view spelling, url::ListAction action, Time now) const;
  void collect(std::string_view text, Candidates* found) const;

  std::vector<TenantUrlEntry> entries_;
  // By the first two adjacent labels of the entry's host ("contoso.com"), by the single label of a top-level
  // wildcard.
  std::unordered_map<std::string, Candidates> by_labels_;
  Candidates everywhere_;  // entries without such labels (IPv6): looked at for every URL
};

// "Do not rewrite the following URLs in email" of one policy, compiled.
class DoNotRewriteList {
 public:
  DoNotRewriteList() = default;
  // Entries that do not parse are left out: the store refuses them, so only a damaged one could hold any.
  explicit DoNotRewriteList(const std::vector<std::string>& entries);
  bool matches(std::string_view url) const;

 private:
  std::vector<url::DoNotRewritePattern> patterns_;
};

}  // namespace linkgate::verdict
