// Whom a page pretends to be.
#include <algorithm>
#include <bitset>
#include <unordered_map>
#include <unordered_set>

#include "base/ascii.h"
#include "url/domain.h"
#include "verdict/page_signs.h"

namespace linkgate::verdict {
namespace {

// What each way of claiming is worth at most. A title and a heading, or the markup of a sign-in page, are
// enough alone; a picture of a logo is not: shops and sign-in pages of others show many.
constexpr double kTitle = 0.6, kSignedTitle = 0.7;
constexpr double kHeading = 0.35;
constexpr double kLogo = 0.4;
constexpr double kCopyright = 0.5;
constexpr double kTraits = 1.1;
constexpr double kPhrases = 1.0;
constexpr double kAssets = 0.45;
constexpr double kLinks = 0.35;
constexpr double kShare = 0.3;  // where most of the little text that there is names it
constexpr size_t kLittleText = 700;
// Markup copied whole keeps its links: this many and most of those that leave the page.
constexpr size_t kFewestLinks = 3;

// The longer a text, the less likely somebody else wrote the same.
double trait_worth(std::string_view trait) {
  if (trait.size() < 5) return 0.05;
  return trait.size() < 8 ? 0.2 : 0.4;
}
double phrase_worth(std::string_view phrase) {
  if (phrase.size() < 14) return 0.1;
  return phrase.size() < 24 ? 0.25 : phrase.size() < 40 ? 0.4 : 0.6;
}

std::string domain_of(std::string_view address) {
  const auto url = url::Url::parse(address);
  return url && url->is_http() ? url::registrable_domain(std::string(url->hostname())) : std::string();
}

// "Sign in with Google", "Pay with PayPal", "Follow us on Facebook": other names on one's own page.
bool is_mere_mention(std::string_view text, std::string_view word) {
  constexpr std::string_view kMentions[] = {
      "with ", "mit ",     "avec ", "con ", "via ",    "by ",  "on ",  "from ", "through ", "for ",
      "über ", "through ", "from ", "auf ", "import ", "und ", "and ", "or ",   "oder "};
  const size_t at = text.find(word);
  if (at == std::string_view::npos) return false;
  return std::any_of(std::begin(kMentions), std::end(kMentions),
                     [&](std::string_view mention) { return text.substr(0, at).ends_with(mention); });
}

// Which of all brands' texts stand in a text, at the beginning of a word. One pass, whatever their number is.
class FoundTexts {
 public:
  FoundTexts(std::string_view in, const BrandLooks& brands, std::vector<std::string> BrandLook::*texts) {
    std::unordered_map<uint32_t, std::vector<std::string_view>> by_begin;
    std::bitset<kBegins> begins;
    for (const BrandLook& brand : brands.all()) {
      for (const std::string& text : brand.*texts) {
        if (text.size() < kBegin) continue;
        by_begin[begin_of(text)].push_back(text);
        begins.set(begin_of(text) % kBegins);
      }
    }
    bool is_inside = false;
    for (size_t at = 0; at + kBegin <= in.size(); ++at) {
      const bool was_inside = is_inside;
      is_inside = ascii::is_alnum(in[at]);
      if (was_inside && is_inside) continue;
      const uint32_t begin = begin_of(in.substr(at));
      if (!begins[begin % kBegins]) continue;
      const auto candidates = by_begin.find(begin);
      if (candidates == by_begin.end()) continue;
      for (const std::string_view text : candidates->second) {
        if (in.substr(at).starts_with(text)) found_.insert(text);
      }
    }
  }
  bool contains(std::string_view text) const { return found_.contains(text); }

 private:
  static constexpr size_t kBegin = 3, kBegins = 1 << 16;  // of how texts begin
  static uint32_t begin_of(std::string_view text) {
    return static_cast<uint32_t>(static_cast<uint8_t>(text[0])) << 16U |
           static_cast<uint32_t>(static_cast<uint8_t>(text[1])) << 8U | static_cast<uint8_t>(text[2]);
  }
  std::unordered_set<std::string_view> found_;
};

struct Found {
  Found(const PageView& view, const BrandLooks& brands)
      : traits(view.markup, brands, &BrandLook::traits), phrases(view.text, brands, &BrandLook::phrases) {}
  FoundTexts traits, phrases;
};

class Claim {
 public:
  Claim(const PageView& view, const BrandLook& brand, const Found& found)
      : view_(view), brand_(brand), found_(found) {}

  BrandClaim total() {
    title();
    texts(view_.headings, kHeading, "its headings");
    logos();
    copyright();
    list(brand_.traits, kTraits, trait_worth, found_.traits, "the markup of its sign-in page");
    list(brand_.phrases, kPhrases, phrase_worth, found_.phrases, "the words of its sign-in page");
    assets();
    links();
    share();
    // Pictures and links alone are on every page that offers to pay or to sign in with somebody.
    const double strength = says_who_ ? sum_ : std::min(sum_, 0.5);
    return {&brand_, strength, copied_, signs_, because_};
  }

 private:
  void add(double worth, std::string_view reason, bool says_who) {
    if (worth <= 0) return;
    sum_ += worth;
    says_who_ = says_who_ || says_who;
    if (worth < 0.15) return;
    because_ += because_.empty() ? "" : ", ";
    because_ += reason;
  }

  bool names(std::string_view text) const {
    return std::any_of(brand_.words.begin(), brand_.words.end(), [text](const std::string& word) {
      return has_word(text, word) && !is_mere_mention(text, word);
    });
  }

  void title() {
    if (!names(view_.title)) return;
    // A long title is a headline about somebody.
    signs_ = is_signed(view_.title);
    const double worth = view_.title.size() > 60 ? kTitle / 3 : signs_ ? kSignedTitle : kTitle;
    add(worth, "its title", view_.title.size() <= 60);
  }

  // The name stands alone between the signs that part a title, or with one word more ("Google One").
  bool is_signed(std::string_view title) const {
    for (size_t begin = 0; begin <= title.size();) {
      size_t end = title.size(), next = title.size() + 1;
      for (const std::string_view between : {" - ", " | ", ": ", " – ", " — ", " · ", " • "}) {
        const size_t at = title.find(between, begin);
        if (at < end) end = at, next = at + between.size();
      }
      const std::string_view part = ascii::trim(title.substr(begin, end - begin));
      const auto is_name = [part](const std::string& word) {
        return part == word || (part.starts_with(word + " ") && part.find(' ', word.size() + 1) == part.npos);
      };
      if (std::any_of(brand_.words.begin(), brand_.words.end(), is_name)) return true;
      begin = next;
    }
    return false;
  }

  void texts(const std::vector<std::string>& texts, double worth, std::string_view reason) {
    const bool found = std::any_of(texts.begin(), texts.end(),
                                   [this](const std::string& t) { return t.size() <= 80 && names(t); });
    add(found ? worth : 0, reason, found);
  }

  void logos() {
    const bool found = std::any_of(view_.logos.begin(), view_.logos.end(), [this](const std::string& tag) {
      return std::any_of(brand_.words.begin(), brand_.words.end(), [&tag](const std::string& word) {
        return has_word(tag, word) && tag.find("with") == std::string::npos;
      });
    });
    add(found ? kLogo : 0, "its logo", false);
  }

  void copyright() {
    const bool found = !view_.copyright.empty() &&
                       std::any_of(brand_.words.begin(), brand_.words.end(), [this](const std::string& word) {
                         return has_word(view_.copyright, word);
                       });
    add(found ? kCopyright : 0, "its copyright line", found);
  }

  void list(const std::vector<std::string>& texts, double most, double (*worth)(std::string_view),
            const FoundTexts& in, std::string_view reason) {
    double found = 0;
    for (const std::string& text : texts) found += in.contains(text) ? worth(text) : 0;
    copied_ += std::min(found, most);
    add(std::min(found, most), reason, found >= 0.5);
  }

  bool is_brands(const std::string& domain) const {
    return owns(brand_, domain) ||
           std::find(brand_.assets.begin(), brand_.assets.end(), domain) != brand_.assets.end();
  }

  void assets() {
    const Page& page = *view_.page;
    size_t theirs = 0;
    for (const auto* list : {&page.images, &page.scripts}) {
      for (const std::string& address : *list) theirs += is_brands(domain_of(address)) ? 1 : 0;
    }
    add(theirs == 0 ? 0 : theirs == 1 ? kAssets / 2 : kAssets, "pictures and scripts taken from it", false);
  }

  void links() {
    size_t theirs = 0, away = 0;
    for (const std::string& address : view_.page->links) {
      const std::string domain = domain_of(address);
      if (domain.empty() || domain == view_.domain) continue;
      ++away;
      theirs += owns(brand_, domain) ? 1 : 0;
    }
    add(theirs >= kFewestLinks && theirs * 2 > away ? kLinks : 0, "links to it", false);
  }

  void share() {
    const bool named = std::any_of(brand_.words.begin(), brand_.words.end(), [this](const std::string& word) {
      return has_word(view_.text, word) && !is_mere_mention(view_.text, word);
    });
    add(named && view_.text.size() < kLittleText ? kShare : 0, "its name in what little text there is",
        false);
  }

  const PageView& view_;
  const BrandLook& brand_;
  const Found& found_;
  double sum_ = 0, copied_ = 0;
  bool says_who_ = false, signs_ = false;
  std::string because_;
};

}  // namespace

BrandClaims claims_on(const PageView& view, const BrandLooks& brands) {
  constexpr double kCopied = 0.5;
  const Found found(view, brands);
  BrandClaims best;
  for (const BrandLook& brand : brands.all()) {
    BrandClaim claim = Claim(view, brand, found).total();
    if (brand.is_self_hosted && claim.copied >= kCopied && claim.copied > best.software.copied)
      best.software = claim;
    if (claim.strength > best.strongest.strength) best.strongest = std::move(claim);
  }
  return best;
}

}  // namespace linkgate::verdict
