#include "verdict/page_view.h"

#include <algorithm>
#include <array>

#include "base/ascii.h"
#include "base/check.h"
#include "url/domain.h"

namespace linkgate::verdict {
namespace {

constexpr size_t kMaxTag = 500;
constexpr size_t kMaxHeading = 200;
constexpr size_t kMaxCopyright = 80;

std::string squeezed(std::string_view text, size_t limit) {
  std::string out;
  for (const char c : text.substr(0, limit)) {
    if (!ascii::is_space(c))
      out += ascii::to_lower(c);
    else if (!out.empty() && out.back() != ' ')
      out += ' ';
  }
  if (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

// Pictures that stand in the markup as data say nothing, and may be long.
std::string without_data(std::string_view tag) {
  std::string out(tag.substr(0, tag.find("data:")));
  if (out.size() < tag.size()) {
    const size_t end = tag.find_first_of("\"' ", out.size());
    if (end != std::string_view::npos) out += tag.substr(end);
  }
  out.resize(std::min(out.size(), kMaxTag));
  return out;
}

// Up to the bracket that ends a tag; quotes may hold others.
size_t end_of_tag(std::string_view markup, size_t at) {
  char quote = 0;
  for (; at < markup.size(); ++at) {
    const char c = markup[at];
    if (quote != 0)
      quote = c == quote ? char{0} : quote;
    else if (c == '"' || c == '\'')
      quote = c;
    else if (c == '>')
      break;
  }
  return at;
}

void collect_tags(PageView& view) {
  const std::string_view markup = view.markup;
  size_t at = 0;
  while (view.tags.size() < kMaxViewedTags && (at = markup.find('<', at)) != std::string_view::npos) {
    ++at;
    if (at >= markup.size() || !ascii::is_alpha(markup[at])) continue;
    const size_t end = end_of_tag(markup, at);
    const std::string_view tag = markup.substr(at, end - at);
    view.tags.push_back(without_data(tag));
    at = end;
    const bool heading = tag.size() >= 2 && tag[0] == 'h' && tag[1] >= '1' && tag[1] <= '3' &&
                         (tag.size() == 2 || ascii::is_space(tag[2]));
    if (heading) {
      const size_t close = std::min(markup.find("</h", end), markup.size());
      std::string text;
      bool inside = false;
      for (const char c : markup.substr(std::min(end + 1, close),
                                        std::min(close - std::min(end + 1, close), 4 * kMaxHeading))) {
        if (c == '<' || c == '>')
          inside = c == '<', text += ' ';
        else if (!inside)
          text += c;
      }
      view.headings.push_back(squeezed(text, kMaxHeading));
    }
    const bool script_or_style = tag.starts_with("script") || tag.starts_with("style");
    if (script_or_style)
      at = std::min(markup.find(tag.starts_with("style") ? "</style" : "</script", at), markup.size());
  }
}

// A picture speaks by its description and its file; everything else only where it calls itself a logo.
void collect_logos(PageView& view) {
  for (const std::string& tag : view.tags) {
    const bool icon = tag.starts_with("link") && tag.find("icon") != std::string::npos;
    if (tag.starts_with("img") || icon || tag.find("logo") != std::string::npos) view.logos.push_back(tag);
  }
}

std::string copyright_of(std::string_view text) {
  for (const std::string_view sign : {"©", "(c)", "copyright"}) {
    const size_t at = text.rfind(sign);
    if (at == std::string_view::npos) continue;
    const size_t begin = at > 30 ? at - 30 : 0;  // "Microsoft © 2026" is written as well
    return std::string(text.substr(begin, at - begin + kMaxCopyright));
  }
  return "";
}

struct FieldWords {
  Asked asked;
  std::string_view words;  // separated by '|'
};
// In names and labels of fields.
constexpr FieldWords kFieldWords[] = {
    {Asked::kSecretWords,
     "seed phrase|seedphrase|recovery phrase|secret phrase|mnemonic|recovery-phrase|12 word|24 word|private "
     "key|"
     "privatekey|srp-word|wiederherstellungsphrase|phrase de récupération|frase de recuperación"},
    {Asked::kCard,
     "cardnumber|card number|card-number|card_number|cardnum|ccnum|cc-number|cvv|cvc|security "
     "code|kartennummer|"
     "numéro de carte|número de tarjeta|numero carta|kreditkarte|creditcard|credit card|ccno|cardno|expiry "
     "date|"
     "kaartnummer|numer karty|カード番号"},
    {Asked::kCode,
     "otp|one-time|onetime|verification code|sms "
     "code|smscode|2fa|authenticator|verification-code|phototan|pushtan|"
     "tan-nummer|bestätigungscode|code de vérification|código de verificación|6-digit|auth code|authcode"},
    {Asked::kPassword,
     "password|passwd|passwort|kennwort|mot de passe|contraseña|senha|wachtwoord|hasło|lösenord|passcode|"
     "pin-code|online-pin|パスワード|密码|пароль"},
};
constexpr std::string_view kAddressWords[] = {"email",       "e-mail",   "user",      "login",   "phone",
                                              "account",     "benutzer", "anmelde",   "usuario", "correo",
                                              "identifiant", "utente",   "gebruiker", "kennung", "メール"};
// Who asks for an address to send letters to is not asking who signs in.
constexpr std::string_view kLetterWords[] = {"newsletter",  "subscribe",    "abonnieren",  "search",
                                             "s'abonner",   "suscrib",      "iscriviti",   "keep me posted",
                                             "contact us",  "your message", "nachricht",   "kontaktformular",
                                             "get a quote", "unsubscribe",  "abmelden vom"};
// What stands on the way on from an address to a password.
constexpr std::string_view kWayOn[] = {"next",           "sign in",  "log in",  "login",     "continue",
                                       "weiter",         "anmelden", "suivant", "connexion", "siguiente",
                                       "iniciar sesión", "avanti",   "accedi",  "volgende",  "inloggen",
                                       "view document",  "access",   "verify",  "unlock",    "download"};

bool says(std::string_view text, std::string_view words) {
  for (const std::string_view word : ascii::split(words, '|')) {
    if (text.find(word) != std::string_view::npos) return true;
  }
  return false;
}

template <typename List>
bool says_any(std::string_view text, const List& words) {
  return std::any_of(std::begin(words), std::end(words),
                     [text](std::string_view word) { return text.find(word) != std::string_view::npos; });
}

Asked asked_by(const FormField& field) {
  if (field.type == "hidden" || field.type == "submit" || field.type == "checkbox") return Asked::kNothing;
  const std::string said = ascii::to_lower(field.name + " " + field.label);
  for (const FieldWords& known : kFieldWords) {
    if (known.asked != Asked::kPassword && says(said, known.words)) return known.asked;
  }
  if (field.type == "password" || says(said, kFieldWords[3].words)) return Asked::kPassword;
  const bool address = field.type == "email" || (field.type != "search" && says_any(said, kAddressWords));
  return address ? Asked::kAddress : Asked::kNothing;
}

void look_at_forms(PageView& view) {
  for (const Form& form : view.page->forms) {
    Asked asked = Asked::kNothing;
    size_t visible = 0;
    for (const FormField& field : form.fields) {
      asked = std::max(asked, asked_by(field));
      visible += field.type == "hidden" ? 0 : 1;
    }
    // One or two fields and a way on; a letter's sign-up has the same fields and other words.
    const bool letters =
        says_any(ascii::to_lower(form.action), kLetterWords) || says_any(view.text, kLetterWords);
    const bool step = visible <= 4 && !letters && says_any(view.text, kWayOn);
    if (asked == Asked::kAddress && !step) asked = Asked::kNothing;
    if (asked > view.asked) {
      view.asked = asked;
      view.asking_form = &form;
    }
  }
}

// "northgate-voicemail" of northgate-voicemail.com; of a host under a public suffix that gives names away the
// suffix list has it right already ("x" of x.github.io).
std::string owner_label_of(const std::string& domain) { return domain.substr(0, domain.find('.')); }

}  // namespace

std::string_view to_string(Asked asked) {
  switch (asked) {
    case Asked::kNothing:
      return "nothing";
    case Asked::kAddress:
      return "an account's address";
    case Asked::kPassword:
      return "a password";
    case Asked::kCode:
      return "a security code";
    case Asked::kCard:
      return "card details";
    case Asked::kSecretWords:
      return "the secret words of a wallet";
  }
  return "";
}

bool has_word(std::string_view text, std::string_view word) {
  for (size_t at = 0; (at = text.find(word, at)) != std::string_view::npos; ++at) {
    const bool before = at == 0 || !ascii::is_alnum(text[at - 1]) || !ascii::is_alnum(word.front());
    const size_t end = at + word.size();
    const bool after = end == text.size() || !ascii::is_alnum(text[end]) || !ascii::is_alnum(word.back());
    if (before && after) return true;
  }
  return false;
}

PageView view_of(const Page& page) {
  CHECK(!page.chain.empty());
  auto url = url::Url::parse(page.chain.back().url);
  CHECK(url);
  PageView view{.page = &page, .url = *std::move(url)};
  view.host = view.url.hostname();
  view.domain = url::registrable_domain(view.host);
  view.owner_label = owner_label_of(view.domain);
  view.title = squeezed(page.title, kMaxViewedText);
  view.text = squeezed(page.visible_text, kMaxViewedText);
  view.markup = ascii::to_lower(std::string_view(page.html).substr(0, kMaxViewedMarkup));
  for (const std::string& script : page.inline_scripts) {
    if (view.script.size() + script.size() > kMaxViewedMarkup) break;
    view.script += script + "\n";
  }
  collect_tags(view);
  collect_logos(view);
  view.copyright = copyright_of(view.text);
  look_at_forms(view);
  return view;
}

}  // namespace linkgate::verdict
