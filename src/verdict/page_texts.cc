// Signs in what a page says, and to whom.
#include <algorithm>

#include "base/ascii.h"
#include "verdict/page_lures.h"
#include "verdict/page_signs.h"

namespace linkgate::verdict {
namespace {

constexpr size_t kShownWindow = 1500;  // of text: a page that plays a browser's window has little besides

constexpr size_t kMaxToken = 400;

// What `text` is as base64, with either alphabet; empty where it is none, or no readable text.
std::string from_base64(std::string_view text) {
  std::string out;
  uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    if (c == '=') break;
    const int value = ascii::is_upper(c)     ? c - 'A'
                      : ascii::is_lower(c)   ? c - 'a' + 26
                      : ascii::is_digit(c)   ? c - '0' + 52
                      : c == '+' || c == '-' ? 62
                      : c == '/' || c == '_' ? 63
                                             : -1;
    if (value < 0) return "";
    bits = bits << 6U | static_cast<uint32_t>(value);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    const char byte = static_cast<char>(bits >> static_cast<unsigned>(count) & 0xFFU);
    if (byte <= ' ' || byte > '~') return "";
    out += byte;
  }
  return out;
}

bool is_address(std::string_view text) {
  const size_t at = text.find('@');
  return at != std::string_view::npos && at > 0 && text.find('.', at) != std::string_view::npos &&
         text.size() <= 254 && text.find('@', at + 1) == std::string_view::npos;
}

// An address of mail within the link itself, as it is or in base64: whom the link was made for.
std::string address_in(const url::Url& url) {
  std::string places(url.pathname());
  for (const std::string_view part : {url.search(), url.hash()}) places.append("&").append(part);
  std::string token;
  places += '&';
  for (size_t i = 0; i < places.size(); ++i) {
    char c = places[i];
    if (c == '%' && i + 2 < places.size() && ascii::is_hex(places[i + 1]) && ascii::is_hex(places[i + 2])) {
      c = static_cast<char>(ascii::hex_value(places[i + 1]) * 16 + ascii::hex_value(places[i + 2]));
      i += 2;
    }
    const bool ends =
        c == '&' || c == '?' || c == '#' || c == '/' || c == ';' || (c == '=' && token.size() < 20);
    if (!ends) {
      if (token.size() < kMaxToken) token += c;
      continue;
    }
    if (is_address(token)) return ascii::to_lower(token);
    if (const std::string plain = from_base64(token); is_address(plain)) return ascii::to_lower(plain);
    token.clear();
  }
  return "";
}

bool knows(const PageView& view, const std::string& address) {
  return !address.empty() &&
         (view.text.find(address) != std::string::npos || view.markup.find(address) != std::string::npos);
}

void add_victim(const PageView& view, const PageContext& context, PageSigns& signs) {
  const std::string recipient = ascii::to_lower(context.recipient);
  if (knows(view, recipient))
    signs.push_back({"text.knows_recipient", 0.3, "has the recipient's address filled in already"});
  else if (const std::string address = address_in(view.url); knows(view, address))
    signs.push_back({"text.knows_recipient", 0.3, "has an address filled in that it took from the link"});
}

// Links that were left from a page that was copied, or never led anywhere.
void add_dead_links(const PageView& view, PageSigns& signs) {
  size_t dead = 0;
  for (const std::string& tag : view.tags) {
    if (tag.empty() || tag[0] != 'a' || (tag.size() > 1 && !ascii::is_space(tag[1]))) continue;
    const size_t at = tag.find("href=");
    std::string_view target =
        at == std::string::npos ? std::string_view() : std::string_view(tag).substr(at + 5);
    if (!target.empty() && (target.front() == '"' || target.front() == '\'')) target.remove_prefix(1);
    const std::string_view end = target.starts_with('#') ? target.substr(1) : target;
    const bool leads_nowhere = end.empty() || end.front() == '"' || end.front() == '\'' || end.front() == ' ';
    dead += leads_nowhere || target.starts_with("javascript:") ? 1 : 0;
  }
  const size_t links = std::max(view.page->links.size(), dead);
  if (dead >= 2 && dead * 10 >= links * 6)
    signs.push_back({"text.dead_links", 0.2, "has links that lead nowhere"});
}

// "https://login.brand.example/..." as text of a page elsewhere, and no link: an address bar that is painted.
bool shows_address_of(const PageView& view, const std::string& domain) {
  for (size_t at = 0; (at = view.text.find(domain, at)) != std::string::npos; at += domain.size()) {
    const size_t begin = view.text.rfind("https://", at);
    constexpr size_t kMostLabels = 60;
    if (begin == std::string::npos || at - begin > kMostLabels) continue;
    const std::string_view between = std::string_view(view.text).substr(begin + 8, at - begin - 8);
    if (between.find_first_of(" /") != std::string_view::npos) continue;
    const bool is_link = view.markup.find("href=\"" + view.text.substr(begin, at - begin + domain.size())) !=
                         std::string::npos;
    if (!is_link) return true;
  }
  return false;
}

void add_painted_address(const PageView& view, const BrandLooks& brands, PageSigns& signs) {
  if (view.text.size() > kShownWindow || view.text.find("https://") == std::string::npos) return;
  for (const BrandLook& brand : brands.all()) {
    if (owns(brand, view.domain)) return;
    const bool shown = std::any_of(brand.domains.begin(), brand.domains.end(),
                                   [&](const std::string& domain) { return shows_address_of(view, domain); });
    if (!shown) continue;
    signs.push_back({"text.painted_address", 0.7,
                     "shows an address of " + brand.name + " as if it were the browser's own"});
    return;
  }
}

// A password asked without one word that could be read: pictures, canvases and style sheets say the rest.
void add_unreadable(const PageView& view, PageSigns& signs) {
  constexpr size_t kHardlyAny = 2;
  if (view.asked < Asked::kPassword || view.text.size() > kHardlyAny || view.asking_form == nullptr) return;
  const auto& fields = view.asking_form->fields;
  const bool labelled = std::any_of(fields.begin(), fields.end(), [](const FormField& field) {
    return !field.label.empty() && field.type != "hidden";
  });
  if (!labelled)
    signs.push_back({"text.unreadable", 0.55,
                     "shows its words as pictures or drawings, so that programs cannot read what it asks"});
}

// "Email password": the key to another house than the one that asks. Houses of mail say "password".
void add_mail_password(const PageView& view, PageSigns& signs) {
  constexpr std::string_view kMailPasswords[] = {"email password",
                                                 "e-mail password",
                                                 "mail password",
                                                 "webmail password",
                                                 "outlook password",
                                                 "gmail password",
                                                 "office 365 password",
                                                 "network password",
                                                 "domain password",
                                                 "windows password",
                                                 "work password",
                                                 "corporate password",
                                                 "password of your email",
                                                 "mail-passwort",
                                                 "mailpasswort",
                                                 "e-mail-kennwort",
                                                 "mot de passe de messagerie",
                                                 "mot de passe email",
                                                 "mot de passe e-mail",
                                                 "contraseña de correo",
                                                 "contraseña del correo",
                                                 "senha do e-mail",
                                                 "password della posta",
                                                 "password dell'e-mail",
                                                 "e-mailwachtwoord"};
  if (view.asking_form == nullptr || view.asked < Asked::kPassword) return;
  for (const FormField& field : view.asking_form->fields) {
    const std::string label = ascii::to_lower(field.label);
    const bool is_mails =
        std::any_of(std::begin(kMailPasswords), std::end(kMailPasswords),
                    [&label](std::string_view words) { return label.find(words) != label.npos; });
    if (!is_mails) continue;
    signs.push_back(
        {"text.mail_password", 0.35,
         "asks for the password of another account (\"" + field.label + "\"), which it does not keep"});
    return;
  }
}

}  // namespace

void add_text_signs(const PageView& view, const PageContext& context, const BrandLooks& brands,
                    PageSigns& signs) {
  for (FoundLure& lure : find_lures(view.title + " " + view.text))
    signs.push_back({lure.code, lure.weight, std::string(lure.what) + " (\"" + lure.words + "\")"});
  add_victim(view, context, signs);
  add_dead_links(view, signs);
  add_painted_address(view, brands, signs);
  add_unreadable(view, signs);
  add_mail_password(view, signs);
}

}  // namespace linkgate::verdict
