#include "verdict/tenant_lists.h"

#include <algorithm>
#include <utility>

#include "base/ascii.h"
#include "url/canonical_key.h"
#include "url/unwrap.h"
#include "url/url.h"

namespace linkgate::verdict {
namespace {

// What the token rule of TABL takes for part of a name; everything else separates names.
constexpr bool is_label_char(char c) { return ascii::is_alnum(c) || c == '-'; }

// Calls `visit(labels)` for every label of `text` and for every two labels joined by a dot, in order,
// lower-cased.
template <typename Visit>
void for_each_label_key(std::string_view text, Visit visit) {
  const std::string lower = ascii::to_lower(text);
  size_t previous_begin = 0, previous_end = 0;
  for (size_t i = 0; i < lower.size();) {
    if (!is_label_char(lower[i])) {
      ++i;
      continue;
    }
    size_t end = i;
    while (end < lower.size() && is_label_char(lower[end])) ++end;
    visit(std::string_view(lower).substr(i, end - i), false);
    if (previous_end > 0 && previous_end + 1 == i && lower[previous_end] == '.') {
      visit(std::string_view(lower).substr(previous_begin, end - previous_begin), true);
    }
    previous_begin = i;
    previous_end = end;
    i = end;
  }
}

// The key under which an entry is kept: the first pair of labels of its host, the one label where it has no
// pair, "" for none. Any text that the entry matches holds the same labels, bounded the same way, whatever
// stands around them.
std::string key_of(std::string_view entry) {
  const std::string_view host = entry.substr(0, entry.find('/'));
  if (host.find(':') != host.npos) return "";
  std::string single, pair;
  for_each_label_key(host, [&](std::string_view labels, bool is_pair) {
    std::string& key = is_pair ? pair : single;
    if (key.empty()) key = std::string(labels);
  });
  return pair.empty() ? single : pair;
}

bool is_live(const TenantUrlEntry& entry, Time now) { return !entry.expires || *entry.expires > now; }

}  // namespace

TenantLists::TenantLists(std::vector<TenantUrlEntry> entries) : entries_(std::move(entries)) {
  for (uint32_t i = 0; i < entries_.size(); ++i) {
    const std::string key = key_of(entries_[i].pattern.text());
    (key.empty() ? everywhere_ : by_labels_[key]).push_back(i);
  }
}

void TenantLists::collect(std::string_view text, Candidates* found) const {
  *found = everywhere_;
  std::vector<const Candidates*> lists;
  std::string key;
  for_each_label_key(text, [&](std::string_view labels, bool) {
    key.assign(labels);
    const auto at = by_labels_.find(key);
    if (at != by_labels_.end()) lists.push_back(&at->second);
  });
  // A hostile URL may name one host thousands of times.
  std::sort(lists.begin(), lists.end());
  lists.erase(std::unique(lists.begin(), lists.end()), lists.end());
  for (const Candidates* list : lists) found->insert(found->end(), list->begin(), list->end());
}

const TenantUrlEntry* TenantLists::match_spelling(std::string_view spelling, url::ListAction action,
                                                  Time now) const {
  Candidates candidates;
  collect(spelling, &candidates);
  for (const uint32_t i : candidates) {
    const TenantUrlEntry& entry = entries_[i];
    if (entry.action == action && is_live(entry, now) && entry.pattern.matches(spelling, action))
      return &entry;
  }
  return nullptr;
}

const TenantUrlEntry* TenantLists::match(std::string_view text, Time now) const {
  if (entries_.empty()) return nullptr;
  const auto parsed = url::Url::parse(text);
  std::vector<std::string> spellings{std::string(text)};
  if (parsed) {
    spellings.push_back(parsed->href());
    spellings.push_back(url::canonical_key(*parsed));
  }
  const std::string inner = url::unwrap(text).url;
  if (inner != text) {
    spellings.push_back(inner);
    if (const auto target = url::Url::parse(inner)) spellings.push_back(url::canonical_key(*target));
  }
  for (const std::string& spelling : spellings) {
    if (const auto* entry = match_spelling(spelling, url::ListAction::kBlock, now)) return entry;
  }
  if (!parsed) return nullptr;
  return match_spelling(url::canonical_key(*parsed), url::ListAction::kAllow, now);
}

DoNotRewriteList::DoNotRewriteList(const std::vector<std::string>& entries) {
  for (const std::string& entry : entries) {
    if (auto pattern = url::DoNotRewritePattern::parse(entry)) patterns_.push_back(std::move(*pattern));
  }
}

bool DoNotRewriteList::matches(std::string_view url) const {
  return std::any_of(patterns_.begin(), patterns_.end(),
                     [&](const url::DoNotRewritePattern& pattern) { return pattern.matches(url); });
}

}  // namespace linkgate::verdict
