#include "verdict/sender_looks.h"

#include <algorithm>
#include <utility>

#include "base/ascii.h"
#include "url/confusable.h"
#include "url/domain.h"
#include "url/idna.h"
#include "url/url.h"
#include "verdict/url_brands.h"

namespace linkgate::verdict {
namespace {

constexpr size_t kMinNameOneEdit = 5;  // shorter names have honest neighbours
constexpr size_t kMinNameTwoEdits = 9;
constexpr size_t kMinBrandAsName = 5;  // "PayPal" as a display name, not "Ups"
constexpr size_t kMinBrandOneEdit = 8;
constexpr size_t kMinPersonLetters = 6;
constexpr size_t kMaxDisplayName = 256;

std::string_view domain_of(std::string_view address) {
  const size_t at = address.rfind('@');
  return at == std::string_view::npos ? std::string_view() : address.substr(at + 1);
}

// As a URL's host has it: lower case, A-labels. Empty where it is no host name.
std::string host_name(std::string_view domain) {
  if (domain.empty()) return {};
  const auto parsed = url::Url::parse("http://" + std::string(domain) + "/");
  return parsed ? std::string(parsed->hostname()) : std::string();
}

// The label in front of the public suffix: what people read as the name.
std::string_view name_of(std::string_view registrable) {
  return registrable.substr(0, registrable.find('.'));
}

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c & 0x80) != 0; }

// The words of a name in lower case and sorted, as the skeleton has them; empty where it is less than two
// words: one alone is nobody's name.
std::string person_key(std::string_view name) {
  std::vector<std::string> words;
  std::string word;
  size_t letters = 0;
  // Lower case first: the skeleton of "I" is that of "l".
  for (const char c : url::skeleton(ascii::to_lower(name.substr(0, kMaxDisplayName)))) {
    if (is_letter(c)) {
      word += c, ++letters;
    } else if (!word.empty()) {
      words.push_back(std::exchange(word, {}));
    }
  }
  if (!word.empty()) words.push_back(std::move(word));
  if (words.size() < 2 || letters < kMinPersonLetters) return {};
  std::sort(words.begin(), words.end());
  std::string key;
  for (const std::string& one : words) key.append(one).append(" ");
  return key;
}

std::string letters_and_digits(std::string_view text) {
  std::string out;
  for (const char c : ascii::to_lower(text.substr(0, kMaxDisplayName))) {
    if (is_letter(c) || (c >= '0' && c <= '9')) out += c;
  }
  return out;
}

bool is_near(std::string_view a, std::string_view b) {
  const size_t shorter = std::min(a.size(), b.size());
  const size_t edits = shorter >= kMinNameTwoEdits ? 2 : shorter >= kMinNameOneEdit ? 1 : 0;
  return edits > 0 && is_within_edits(a, b, edits);
}

// Brands by how they look; made once.
const std::vector<std::pair<std::string, const Brand*>>& brand_skeletons() {
  static const auto* const all = [] {
    auto* made = new std::vector<std::pair<std::string, const Brand*>>;
    for (const Brand& brand : brands()) made->emplace_back(url::skeleton(brand.name), &brand);
    return made;
  }();
  return *all;
}

const Brand* brand_like(std::string_view registrable, std::string_view display_name) {
  const std::string readable = url::domain_to_unicode(registrable);
  const std::string_view name = name_of(readable);
  const std::string skeleton = url::skeleton(name);
  const std::string shown = letters_and_digits(display_name);
  const std::string shown_skeleton = shown.size() >= kMinBrandAsName ? url::skeleton(shown) : std::string();
  for (const auto& [look, brand] : brand_skeletons()) {
    if (is_own_domain(*brand, registrable)) continue;
    if (look == shown_skeleton) return brand;
    if (name == brand->name || brand->name.size() < kMinBrandAsName) continue;  // another's honest name
    if (look == skeleton) return brand;
    if (brand->name.size() >= kMinBrandOneEdit && is_within_edits(name, brand->name, 1)) return brand;
  }
  return nullptr;
}

}  // namespace

std::string_view to_string(SenderLookKind kind) {
  switch (kind) {
    case SenderLookKind::kOwnUser:
      return "OwnUser";
    case SenderLookKind::kOwnDomain:
      return "OwnDomain";
    case SenderLookKind::kBrand:
      return "Brand";
    case SenderLookKind::kUnusualCharacters:
      break;
  }
  return "UnusualCharacters";
}

// Three rows of the table of distances, and of each row no more than a band around the diagonal.
bool is_within_edits(std::string_view a, std::string_view b, size_t most) {
  if (a.size() > b.size()) std::swap(a, b);
  if (b.size() - a.size() > most) return false;
  const size_t beyond = most + 1;
  std::vector<size_t> before_last(b.size() + 1, beyond), last(b.size() + 1, beyond), row(b.size() + 1);
  for (size_t j = 0; j <= std::min(b.size(), most); ++j) last[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    std::fill(row.begin(), row.end(), beyond);
    if (i <= most) row[0] = i;
    for (size_t j = i > most ? i - most : 1; j <= std::min(b.size(), i + most); ++j) {
      if (j == 0) continue;
      const size_t replaced = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({replaced, last[j] + 1, row[j - 1] + 1, beyond});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
    std::swap(before_last, last);
    std::swap(last, row);
  }
  return last[b.size()] <= most;
}

OwnNames::OwnNames(const std::vector<std::string>& domains) {
  for (const std::string& domain : domains) {
    Domain own;
    own.name = host_name(domain);
    if (own.name.empty()) continue;
    own.registrable = url::registrable_domain(own.name);
    own.readable = url::domain_to_unicode(own.registrable);
    own.skeleton = url::skeleton(own.readable);
    domains_.push_back(std::move(own));
  }
}

void OwnNames::add_person(std::string_view address) {
  if (people_.size() >= kMaxPeople) return;
  std::string key = person_key(address.substr(0, address.rfind('@')));
  if (!key.empty()) people_.emplace(std::move(key), address);
}

bool OwnNames::is_own(std::string_view domain) const {
  const std::string host = host_name(domain);
  return std::any_of(domains_.begin(), domains_.end(), [&](const Domain& own) {
    return host == own.name || (host.size() > own.name.size() && host.ends_with(own.name) &&
                                host[host.size() - own.name.size() - 1] == '.');
  });
}

std::string_view OwnNames::person_called(std::string_view display_name) const {
  const std::string key = person_key(display_name);
  const auto found = key.empty() ? people_.end() : people_.find(key);
  return found == people_.end() ? std::string_view() : std::string_view(found->second);
}

// A domain that looks the same, whose name is a typing error away, or that is our name under another suffix
// or with a word added.
std::string_view OwnNames::domain_like(std::string_view domain) const {
  const std::string readable = url::domain_to_unicode(domain);
  const std::string skeleton = url::skeleton(readable);
  for (const Domain& own : domains_) {
    if (domain == own.registrable) return {};
  }
  for (const Domain& own : domains_) {
    const std::string_view name = name_of(readable), ours = name_of(own.readable);
    bool is_like = skeleton == own.skeleton || is_near(name, ours) || is_near(readable, own.readable);
    for (const std::string_view word : ascii::split(name, '-'))
      is_like = is_like || (word == ours && ours.size() >= kMinNameOneEdit);
    if (is_like) return own.name;
  }
  return {};
}

std::vector<SenderLook> sender_looks(std::string_view address, std::string_view display_name,
                                     const OwnNames& own) {
  std::vector<SenderLook> looks;
  const std::string host = host_name(domain_of(address));
  if (host.empty() || own.is_own(host)) return looks;
  const std::string registrable = url::registrable_domain(host);
  if (const auto person = own.person_called(display_name); !person.empty())
    looks.push_back({SenderLookKind::kOwnUser, std::string(person)});
  if (const auto domain = own.domain_like(registrable); !domain.empty())
    looks.push_back({SenderLookKind::kOwnDomain, std::string(domain)});
  const auto labels = url::confusable_labels(registrable);
  const Brand* brand = brand_like(registrable, display_name);
  if (brand != nullptr) looks.push_back({SenderLookKind::kBrand, std::string(brand->name)});
  for (const url::ConfusableLabel& label : labels) {
    const bool is_ascii =
        std::all_of(label.label.begin(), label.label.end(), [](char c) { return (c & 0x80) == 0; });
    if (is_ascii && brand != nullptr) continue;
    looks.push_back({is_ascii ? SenderLookKind::kBrand : SenderLookKind::kUnusualCharacters, label.like});
    break;
  }
  return looks;
}

}  // namespace linkgate::verdict
