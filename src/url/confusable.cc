#include "url/confusable.h"

#include <unicode/uscript.h>
#include <unicode/uset.h>
#include <unicode/uspoof.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <set>

#include "base/ascii.h"
#include "base/check.h"
#include "url/idna.h"
#include "url/ip_address.h"

namespace linkgate::url {

namespace {

constexpr size_t kMaxDnsLabel = 63;    // longer ones name nothing
constexpr size_t kMaxSkeleton = 4096;  // of a label, in bytes

// Names that phishing is written after, long enough that nothing else looks like them by accident.
constexpr std::string_view kWellKnownNames[] = {
    "adobe",          "allegro",      "amazon",      "americanexpress", "apple",           "bankofamerica",
    "barclays",       "binance",      "blockchain",  "booking",         "chase",           "citibank",
    "cloudflare",     "coinbase",     "commerzbank", "deutschebank",    "discord",         "docusign",
    "dropbox",        "ebay",         "facebook",    "fedex",           "github",          "gitlab",
    "gmail",          "google",       "hotmail",     "icloud",          "instagram",       "klarna",
    "linkedin",       "mastercard",   "metamask",    "microsoft",       "microsoftonline", "netflix",
    "office365",      "onedrive",     "outlook",     "paypal",          "postbank",        "revolut",
    "roblox",         "santander",    "sharepoint",  "shopify",         "sparkasse",       "spotify",
    "steamcommunity", "steampowered", "stripe",      "telegram",        "telekom",         "tiktok",
    "trustwallet",    "twitter",      "vodafone",    "volksbank",       "wellsfargo",      "wetransfer",
    "whatsapp",       "wikipedia",    "windows",     "yahoo",           "youtube"};

const USpoofChecker& checker() {
  static const USpoofChecker* const instance = [] {
    UErrorCode status = U_ZERO_ERROR;
    USpoofChecker* checker = uspoof_open(&status);
    uspoof_setChecks(checker, USPOOF_RESTRICTION_LEVEL, &status);
    uspoof_setRestrictionLevel(checker, USPOOF_HIGHLY_RESTRICTIVE);
    USet* all = uset_open(0, 0x10ffff);  // which characters are fit for names is the registries' business
    uspoof_setAllowedChars(checker, all, &status);
    uset_close(all);
    CHECK(U_SUCCESS(status));
    return checker;
  }();
  return *instance;
}

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<uint8_t>(c) < 0x80; });
}

// Small palochka and dotless letters have the skeleton of 'i' and the look of 'l' (Chromium holds them to
// both).
std::string with_i_as_l(std::string look) {
  std::replace(look.begin(), look.end(), 'i', 'l');
  return look;
}

// The well-known name that `word` looks like without being it; empty: none.
std::string_view well_known_name_like(std::string_view word) {
  static const std::vector<std::string>* const skeletons = [] {
    auto* all = new std::vector<std::string>;
    for (const auto name : kWellKnownNames) all->push_back(skeleton(name));
    return all;
  }();
  const std::string look = skeleton(word);
  if (look.empty()) return {};
  for (size_t i = 0; i < skeletons->size(); ++i) {
    const std::string& known = (*skeletons)[i];
    const bool alike = is_ascii(word) ? look == known : with_i_as_l(look) == with_i_as_l(known);
    if (alike) return kWellKnownNames[i] == word ? std::string_view() : kWellKnownNames[i];
  }
  return {};
}

// The scripts of the letters of `label`, by ICU's names and in their order.
std::vector<std::string> scripts_of(std::string_view label) {
  std::set<std::string> names;
  const auto size = static_cast<int32_t>(label.size());
  for (int32_t at = 0; at < size;) {
    UChar32 c = 0;
    U8_NEXT_OR_FFFD(label.data(), at, size, c);
    UErrorCode status = U_ZERO_ERROR;
    const UScriptCode script = uscript_getScript(c, &status);
    if (U_SUCCESS(status) && script != USCRIPT_COMMON && script != USCRIPT_INHERITED)
      names.insert(uscript_getName(script));
  }
  return {names.begin(), names.end()};
}

bool mixes_scripts(std::string_view label) {
  UErrorCode status = U_ZERO_ERROR;
  const int32_t failed =
      uspoof_check2UTF8(&checker(), label.data(), static_cast<int32_t>(label.size()), nullptr, &status);
  return U_SUCCESS(status) && (failed & USPOOF_RESTRICTION_LEVEL) != 0;
}

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (size_t i = 0; i < words.size(); ++i)
    out.append(i == 0 ? "" : i + 1 == words.size() ? " and " : ", ").append(words[i]);
  return out;
}

// What `label`, readable, is confusable with, if anything: `like` is empty where it is not.
ConfusableLabel judge_label(std::string_view label, bool ascii_tld) {
  using Kind = ConfusableLabel::Kind;
  for (const auto word : ascii::split(label, '-')) {
    const auto name = well_known_name_like(word);
    if (!name.empty()) return {Kind::kLooksLike, std::string(label), std::string(name)};
  }
  if (is_ascii(label)) return {};
  const auto scripts = scripts_of(label);
  const std::string look = skeleton(label);
  const bool foreign = std::find(scripts.begin(), scripts.end(), "Latin") == scripts.end();
  // Latin with other marks is how most of Europe spells; only other scripts count as a whole.
  if (foreign && ascii_tld && !scripts.empty() && !look.empty() && is_ascii(look))
    return {Kind::kLooksLike, std::string(label), look};
  if (scripts.size() > 1 && mixes_scripts(label))
    return {Kind::kMixedScripts, std::string(label), joined(scripts)};
  return {};
}

}  // namespace

std::string skeleton(std::string_view text) {
  std::string out(kMaxSkeleton, '\0');
  UErrorCode status = U_ZERO_ERROR;
  const int32_t length = uspoof_getSkeletonUTF8(&checker(), 0, text.data(), static_cast<int32_t>(text.size()),
                                                out.data(), static_cast<int32_t>(out.size()), &status);
  out.resize(U_SUCCESS(status) ? static_cast<size_t>(length) : 0);
  return ascii::to_lower(out);
}

std::vector<ConfusableLabel> confusable_labels(std::string_view hostname) {
  std::vector<ConfusableLabel> found;
  if (hostname.starts_with('[') || ends_in_a_number(hostname)) return found;
  const auto labels = ascii::split(hostname.substr(0, hostname.size() - hostname.ends_with('.')), '.');
  const bool ascii_tld = !labels.empty() && !labels.back().starts_with("xn--");
  for (const auto label : labels) {
    if (label.size() > kMaxDnsLabel || found.size() == kMaxConfusableLabels) continue;
    const std::string readable = domain_to_unicode(label);
    if (readable.starts_with("xn--")) continue;
    auto judged = judge_label(readable, ascii_tld);
    if (!judged.like.empty()) found.push_back(std::move(judged));
  }
  return found;
}

}  // namespace linkgate::url
