#include "verdict/page_fields.h"

#include <algorithm>

#include "base/ascii.h"

namespace linkgate::verdict {
namespace {

struct FieldWords {
  Asked asked;
  std::string_view words;  // separated by '|'
};
// In names and labels of fields, what costs most first.
constexpr FieldWords kFieldWords[] = {
    {Asked::kSecretWords,
     "seed phrase|seedphrase|recovery phrase|secret phrase|mnemonic|recovery-phrase|12 word|24 word|12-word|"
     "24-word|private key|privatekey|srp-word|wiederherstellungsphrase|phrase de récupération|frase de "
     "recuperación|frase de recuperação|frase di recupero|word1 word2|助记词|シードフレーズ"},
    {Asked::kCard,
     "cardnumber|card number|card-number|card_number|cardnum|ccnum|cc-number|cvv|cvc|security code (cv|"
     "card to receive|kartennummer|prüfziffer|numéro de carte|número de tarjeta|número do cartão|numero "
     "carta|numero della carta|kreditkarte|creditcard|credit card|ccno|cardno|kaartnummer|numer karty|"
     "カード番号|卡号|номер карты"},
    {Asked::kCode,
     "otp|one-time|onetime|verification code|sms code|smscode|2fa|authenticator|verification-code|phototan|"
     "pushtan|tan-nummer|bestätigungscode|code de vérification|código de verificación|código de "
     "verificação|codice di verifica|verificatiecode|kod weryfikacyjny|6-digit|auth code|authcode|enter "
     "code|enter the code|security code|sicherheitscode|code eingeben|認証コード|验证码|код из"},
    {Asked::kPassword,
     "password|passwd|passwort|kennwort|mot de passe|contraseña|palavra-passe|senha|wachtwoord|hasło|"
     "lösenord|adgangskode|passord|salasana|heslo|jelszó|parola|şifre|passcode|pin-code|online-pin|"
     "パスワード|密码|密碼|비밀번호|пароль|mật khẩu|كلمة المرور"},
    {Asked::kIdentity,
     "social security|ssn|national insurance number|passport number|driver's license|driver's licence|"
     "steuer-id|steueridentifikation|personalausweis|ausweisnummer|numéro fiscal|numéro de sécurité "
     "sociale|codice fiscale|número de dni|número de identificación|documento de identidad|cpf|bsn-nummer|"
     "numer pesel|mother's maiden|マイナンバー|身份证"},
};
constexpr std::string_view kAddressWords[] = {
    "email",     "e-mail",  "user",       "login",       "phone",    "account",     "benutzer",
    "anmelde",   "usuario", "utilizador", "correo",      "courriel", "identifiant", "utente",
    "gebruiker", "kennung", "mobile",     "handynummer", "telefon",  "téléphone",   "teléfono",
    "celular",   "メール",  "电话",       "手机",        "邮箱",     "почт",        "телефон"};
// Who asks for an address to send letters to is not asking who signs in.
constexpr std::string_view kLetterWords[] = {"newsletter",  "subscribe",    "abonnieren",  "search",
                                             "s'abonner",   "suscrib",      "iscriviti",   "keep me posted",
                                             "contact us",  "your message", "nachricht",   "kontaktformular",
                                             "get a quote", "unsubscribe",  "abmelden vom"};
// What stands on the way on from an address to a password.
constexpr std::string_view kWayOn[] = {
    "next",     "sign in",   "log in",     "login",          "continue",  "weiter",   "anmelden",
    "suivant",  "connexion", "siguiente",  "iniciar sesión", "avanti",    "accedi",   "volgende",
    "inloggen", "dalej",     "zaloguj",    "view document",  "access",    "verify",   "unlock",
    "download", "confirm",   "bestätigen", "confirmer",      "confirmar", "conferma", "bevestig",
    "entrar",   "seguinte",  "próximo",    "vote",           "次へ",      "下一步",   "далее"};
// A password that belongs to one file, and to nobody's account.
constexpr std::string_view kThingWords[] = {"document", "share",    "file",    "datei",
                                            "freigabe", "dokument", "album",   "gallery",
                                            "fichier",  "archivo",  "meeting", "pdf"};

// "ssn" stands for itself, but not in "businessname".
constexpr size_t kShortWord = 4;

bool says_word(std::string_view text, std::string_view word) {
  for (size_t at = 0; (at = text.find(word, at)) != std::string_view::npos; ++at) {
    const size_t end = at + word.size();
    const bool is_alone =
        (at == 0 || !ascii::is_alpha(text[at - 1])) && (end == text.size() || !ascii::is_alpha(text[end]));
    if (word.size() > kShortWord || is_alone) return true;
  }
  return false;
}

bool says(std::string_view text, std::string_view words) {
  for (const std::string_view word : ascii::split(words, '|')) {
    if (says_word(text, word)) return true;
  }
  return false;
}

template <typename List>
bool says_any(std::string_view text, const List& words) {
  return std::any_of(std::begin(words), std::end(words),
                     [text](std::string_view word) { return text.find(word) != std::string_view::npos; });
}

bool is_filled_in(const FormField& field) {
  return field.type != "hidden" && field.type != "submit" && field.type != "button" &&
         field.type != "checkbox" && field.type != "radio" && field.type != "image" && field.type != "reset";
}

Asked asked_by(const FormField& field) {
  if (!is_filled_in(field)) return Asked::kNothing;
  const std::string said = ascii::to_lower(field.name + " " + field.label);
  const bool is_masked = field.type == "password";
  for (const FieldWords& known : kFieldWords) {
    if (is_masked && known.asked < Asked::kPassword) break;
    if (says(said, known.words)) return known.asked;
  }
  if (is_masked) return Asked::kPassword;
  const bool address = field.type == "email" || field.type == "tel" ||
                       (field.type != "search" && says_any(said, kAddressWords));
  return address ? Asked::kAddress : Asked::kNothing;
}

// One field, and it says that it opens a document: whoever typed something there gave no account away.
bool opens_a_thing(const Form& form) {
  const FormField* only = nullptr;
  for (const FormField& field : form.fields) {
    if (!is_filled_in(field)) continue;
    if (only != nullptr) return false;
    only = &field;
  }
  return only != nullptr && says_any(ascii::to_lower(only->name + " " + only->label), kThingWords);
}

Asked asked_by(const Form& form, std::string_view text) {
  Asked asked = Asked::kNothing;
  ptrdiff_t filled_in = 0;
  for (const FormField& field : form.fields) {
    asked = std::max(asked, asked_by(field));
    filled_in += is_filled_in(field) ? 1 : 0;
  }
  if (asked == Asked::kPassword && opens_a_thing(form)) return Asked::kNothing;
  if (asked != Asked::kAddress) return asked;
  // One or two fields and a way on; a letter's sign-up has the same fields and other words.
  constexpr ptrdiff_t kFewFields = 4;
  const bool letters = says_any(ascii::to_lower(form.action), kLetterWords) || says_any(text, kLetterWords);
  return filled_in <= kFewFields && !letters && says_any(text, kWayOn) ? asked : Asked::kNothing;
}

}  // namespace

std::string_view to_string(Asked asked) {
  switch (asked) {
    case Asked::kNothing:
      return "nothing";
    case Asked::kAddress:
      return "an account's address";
    case Asked::kIdentity:
      return "numbers of identity papers";
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

void find_asked(PageView& view) {
  for (const Form& form : view.page->forms) {
    const Asked asked = asked_by(form, view.text);
    if (asked <= view.asked) continue;
    view.asked = asked;
    view.asking_form = &form;
  }
  // A dialog of the browser itself, "enter your password", is a field as well.
  for (const std::string& dialog : view.page->dialogs) {
    const std::string said = ascii::to_lower(dialog);
    for (const FieldWords& known : kFieldWords) {
      if (known.asked > view.asked && says(said, known.words)) view.asked = known.asked;
    }
  }
}

}  // namespace linkgate::verdict
