// Whether a page says the name that its host has.
#include <algorithm>

#include "base/ascii.h"
#include "verdict/page_signs.h"
#include "verdict/url_words.h"

namespace linkgate::verdict {
namespace {

constexpr size_t kShortest = 4, kShortestPart = 6;

// Letters of Latin with marks, as hosts write them: by the letter alone, and as German does it.
struct Plain {
  char second_byte;  // behind C3
  std::string_view letter, german;
};
constexpr Plain kPlain[] = {
    {'\xA0', "a", "a"}, {'\xA1', "a", "a"},   {'\xA2', "a", "a"},  {'\xA3', "a", "a"},  {'\xA4', "a", "ae"},
    {'\xA5', "a", "a"}, {'\xA6', "ae", "ae"}, {'\xA7', "c", "c"},  {'\xA8', "e", "e"},  {'\xA9', "e", "e"},
    {'\xAA', "e", "e"}, {'\xAB', "e", "e"},   {'\xAC', "i", "i"},  {'\xAD', "i", "i"},  {'\xAE', "i", "i"},
    {'\xAF', "i", "i"}, {'\xB0', "d", "d"},   {'\xB1', "n", "n"},  {'\xB2', "o", "o"},  {'\xB3', "o", "o"},
    {'\xB4', "o", "o"}, {'\xB5', "o", "o"},   {'\xB6', "o", "oe"}, {'\xB8', "o", "oe"}, {'\xB9', "u", "u"},
    {'\xBA', "u", "u"}, {'\xBB', "u", "u"},   {'\xBC', "u", "ue"}, {'\xBD', "y", "y"},  {'\x9F', "ss", "ss"}};

// Letters and digits alone, each letter in its plain form.
std::string letters_of(std::string_view text, std::string_view Plain::*form) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (ascii::is_alnum(text[i])) {
      out += text[i];
    } else if (text[i] == '\xC3' && i + 1 < text.size()) {
      // Capital letters lie 0x20 before the small ones.
      const char next = static_cast<char>(static_cast<unsigned char>(text[++i]) | 0x20U);
      const auto* const plain = std::find_if(std::begin(kPlain), std::end(kPlain), [&](const Plain& p) {
        return p.second_byte == next || p.second_byte == text[i];
      });
      if (plain != std::end(kPlain)) out += (*plain).*form;
    }
  }
  return out;
}

// What a page says of itself: title, headings, copyright, logos.
class Sayings {
 public:
  explicit Sayings(const PageView& view) {
    add(view.title);
    add(view.copyright);
    for (const std::string& heading : view.headings) add(heading);
    for (const std::string& logo : view.logos) {
      const size_t alt = logo.find("alt=");
      if (alt != std::string::npos) add(std::string_view(logo).substr(alt + 4, 100));
    }
  }
  bool have(std::string_view name) const {
    return std::any_of(said_.begin(), said_.end(),
                       [name](const std::string& text) { return text.find(name) != std::string::npos; });
  }

 private:
  void add(std::string_view text) {
    said_.push_back(letters_of(text, &Plain::letter));
    said_.push_back(letters_of(text, &Plain::german));
  }
  std::vector<std::string> said_;
};

// Words that hosts are made of, and pages too, without being a name.
constexpr std::string_view kNobodysNames[] = {
    "online", "portal", "digital", "system", "server", "business", "company", "reader", "access", "meeting",
    "review", "request", "badge", "device", "devices", "receipt", "order", "orders", "konto", "kunden",
    "postfach", "dokument", "dokumente", "documento", "facture", "group", "invite", "webinar", "signup",
    "launch", "reschedule", "withdraw", "withdrawal", "today", "form", "forms", "policy", "session", "status",
    "center", "join", "call", "audio", "signin", "scan", "paket", "sendung", "colis", "correo", "correios",
    "abo", "mitglied", "membership", "subscription",
    // What is bought, given back and voted on, in the languages that such lures come in.
    "achat", "achats", "annulation", "magasin", "boutique", "remboursement", "compra", "compras", "tienda",
    "cancelacion", "reembolso", "devolucion", "einkauf", "kauf", "stornierung", "storno", "erstattung",
    "acquisto", "acquisti", "negozio", "annullamento", "rimborso", "cancelamento", "loja", "purchase",
    "cancellation", "vote", "voting", "votacao", "votacion", "votazione", "concurso", "abstimmung"};

bool is_nobodys_name(std::string_view part) {
  return is_lure_word(part) ||
         std::find(std::begin(kNobodysNames), std::end(kNobodysNames), part) != std::end(kNobodysNames);
}

// Whether a part of a host is somebody's name: as it is ("apple"), or with words of lures at its side
// ("appleid", "paypalsecurity").
enum class Whose : uint8_t { kNobody, kBrand, kFederation };
Whose whose(std::string_view part, const BrandLooks& brands) {
  constexpr size_t kLongName = 5;
  for (const BrandLook& brand : brands.all()) {
    for (const std::string& text : brand.words) {
      const std::string word = letters_of(text, &Plain::letter);
      const bool is_it =
          part == word ||
          (word.size() >= kLongName &&
           ((part.starts_with(word) && is_nobodys_name(part.substr(word.size()))) ||
            (part.ends_with(word) && is_nobodys_name(part.substr(0, part.size() - word.size())))));
      if (is_it) return brand.is_federation ? Whose::kFederation : Whose::kBrand;
    }
  }
  return Whose::kNobody;
}

}  // namespace

bool is_made_of_lure_words(std::string_view owner_label) {
  size_t words = 0;
  for (const std::string_view part : ascii::split(owner_label, '-')) {
    const bool is_nobodys = is_nobodys_name(part);
    if (!is_nobodys && part.size() >= kShortest) return false;
    words += is_nobodys ? 1 : 0;
  }
  return words >= 2;
}

OwnName says_own_name(const PageView& view, const BrandLooks& brands) {
  const Sayings said(view);
  const std::string whole = letters_of(view.owner_label, &Plain::letter);
  const bool is_said =
      whole.size() >= kShortest && said.have(whole) && whose(whole, brands) == Whose::kNobody;
  if (is_made_of_lure_words(view.owner_label)) return is_said ? OwnName::kPart : OwnName::kNone;
  if (is_said) return OwnName::kWhole;
  // All names in it, in whatever order: "Volksbank Talsperre" at talsperre-volksbank.example. A label with
  // somebody else's name in it needs more names of its own: "apple-orchard-cider", not "apple-invoice".
  size_t names = 0, nobodys = 0, wanted = 1;
  bool all_said = true;
  OwnName own = OwnName::kNone;
  for (const std::string_view part : ascii::split(view.owner_label, '-')) {
    const Whose owner = whose(part, brands);
    if (owner == Whose::kBrand) wanted = 2;
    if (owner != Whose::kNobody) continue;
    const bool is_nobodys = is_nobodys_name(part);
    nobodys += is_nobodys ? 1 : 0;
    if (is_nobodys || part.size() < kShortest) continue;
    ++names;
    const bool part_said = said.have(part);
    all_said = all_said && part_said;
    if (part_said && part.size() >= kShortestPart) own = OwnName::kPart;
  }
  // One name among words of lures may be such a word that we do not know.
  if (nobodys >= 2) return own;
  return names >= wanted && all_said ? OwnName::kWords : own;
}

}  // namespace linkgate::verdict
