// Whom a page pretends to be.
#include <algorithm>

#include "base/ascii.h"
#include "url/domain.h"
#include "verdict/page_signs.h"

namespace linkgate::verdict {
namespace {

// What each way of claiming is worth at most. A title and a heading, or the markup of a sign-in page, are
// enough alone; a picture of a logo is not: shops and sign-in pages of others show many.
constexpr double kTitle = 0.6;
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

class Claim {
 public:
  Claim(const PageView& view, const BrandLook& brand) : view_(view), brand_(brand) {}

  BrandClaim total() {
    title();
    texts(view_.headings, kHeading, "its headings");
    logos();
    copyright();
    list(brand_.traits, kTraits, trait_worth, view_.markup, true, "the markup of its sign-in page");
    list(brand_.phrases, kPhrases, phrase_worth, view_.text, false, "the words of its sign-in page");
    assets();
    links();
    share();
    // Pictures and links alone are on every page that offers to pay or to sign in with somebody.
    const double strength = says_who_ ? sum_ : std::min(sum_, 0.5);
    return {&brand_, strength, copied_, because_};
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
    const double worth = view_.title.size() <= 60 ? kTitle : kTitle / 3;
    add(worth, "its title", view_.title.size() <= 60);
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
            std::string_view in, bool as_token, std::string_view reason) {
    double found = 0;
    for (const std::string& text : texts) {
      if (as_token ? is_token(in, text) : in.find(text) != std::string_view::npos) found += worth(text);
    }
    copied_ += std::min(found, most);
    add(std::min(found, most), reason, found >= 0.5);
  }

  // At the beginning of a word of the markup.
  static bool is_token(std::string_view in, std::string_view text) {
    for (size_t at = 0; (at = in.find(text, at)) != std::string_view::npos; ++at) {
      if (at == 0 || !ascii::is_alnum(in[at - 1]) || !ascii::is_alnum(text.front())) return true;
    }
    return false;
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
  double sum_ = 0, copied_ = 0;
  bool says_who_ = false;
  std::string because_;
};

bool is_brand_word(std::string_view label, const BrandLooks& brands) {
  return std::any_of(brands.all().begin(), brands.all().end(), [label](const BrandLook& brand) {
    return std::any_of(brand.words.begin(), brand.words.end(),
                       [label](const std::string& word) { return word == label; });
  });
}

bool is_federation_word(std::string_view label, const BrandLooks& brands) {
  return std::any_of(brands.all().begin(), brands.all().end(), [label](const BrandLook& brand) {
    return brand.is_federation &&
           std::find(brand.words.begin(), brand.words.end(), label) != brand.words.end();
  });
}

// "mueller-dach" is written "Müller Dach" as well: letters and digits alone are compared.
std::string letters_of(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (ascii::is_alnum(c)) out += c;
  }
  return out;
}

// Words that hosts are made of, and pages too, without being a name.
constexpr std::string_view kNobodysNames[] = {
    "online",   "service",  "services",  "support",   "portal",   "center",    "centre",    "documents",
    "document", "docs",     "files",     "shared",    "sharing",  "message",   "messages",  "mailbox",
    "webmail",  "e-mail",   "delivery",  "package",   "parcel",   "tracking",  "customs",   "payment",
    "payments", "billing",  "invoice",   "invoices",  "refund",   "notice",    "notices",   "update",
    "updates",  "upgrade",  "storage",   "cloud",     "digital",  "mobile",    "system",    "server",
    "client",   "customer", "kunden",    "konto",     "business", "company",   "office",    "viewer",
    "reader",   "access",   "secure",    "security",  "meeting",  "voicemail", "review",    "request",
    "appeal",   "badge",    "verified",  "copyright", "wallet",   "crypto",    "banking",   "device",
    "devices",  "receipt",  "order",     "orders",    "member",   "members",   "account",   "accounts",
    "postfach", "dokument", "dokumente", "rechnung",  "colis",    "factura",   "documento", "helpdesk"};

}  // namespace

BrandClaim strongest_claim(const PageView& view, const BrandLooks& brands) {
  BrandClaim best;
  for (const BrandLook& brand : brands.all()) {
    BrandClaim claim = Claim(view, brand).total();
    if (claim.strength > best.strength) best = std::move(claim);
  }
  return best;
}

BrandClaim software_of(const PageView& view, const BrandLooks& brands) {
  constexpr double kCopied = 0.5;
  BrandClaim best;
  for (const BrandLook& brand : brands.all()) {
    if (!brand.is_self_hosted) continue;
    BrandClaim claim = Claim(view, brand).total();
    if (claim.copied >= kCopied && claim.copied > best.copied) best = std::move(claim);
  }
  return best;
}

OwnName says_own_name(const PageView& view, const BrandLooks& brands) {
  constexpr size_t kShortest = 4, kShortestPart = 6;
  std::vector<std::string> said{letters_of(view.title), letters_of(view.copyright)};
  for (const std::string& heading : view.headings) said.push_back(letters_of(heading));
  for (const std::string& logo : view.logos) {
    const size_t alt = logo.find("alt=");
    if (alt != std::string::npos) said.push_back(letters_of(logo.substr(alt, 100)));
  }
  const auto is_said = [&said](const std::string& name) {
    return std::any_of(said.begin(), said.end(),
                       [&name](const std::string& text) { return text.find(name) != std::string::npos; });
  };
  const std::string whole = letters_of(view.owner_label);
  if (whole.size() >= kShortest && !is_brand_word(whole, brands) && is_said(whole)) return OwnName::kWhole;
  // "verify" and "mailbox" are nobody's name, "and" is in every text.
  // A label with somebody's name in it needs more names of its own: "apple-orchard-cider", not
  // "apple-invoice".
  size_t names = 0, names_wanted = 1;
  bool all_said = true;
  OwnName own = OwnName::kNone;
  for (const std::string_view part : ascii::split(view.owner_label, '-')) {
    if (part.size() < kShortest) continue;
    const bool said_so = is_said(std::string(part));
    all_said = all_said && said_so;
    const bool is_name =
        !is_brand_word(part, brands) &&
        std::find(std::begin(kNobodysNames), std::end(kNobodysNames), part) == std::end(kNobodysNames);
    names += is_name ? 1 : 0;
    if (is_brand_word(part, brands) && !is_federation_word(part, brands)) names_wanted = 2;
    if (is_name && said_so && part.size() >= kShortestPart) own = OwnName::kPart;
  }
  return names >= names_wanted && all_said ? OwnName::kWhole : own;
}

}  // namespace linkgate::verdict
