#include "verdict/gate.h"

#include <algorithm>

#include "base/ascii.h"

namespace linkgate::verdict {
namespace {

constexpr size_t kMaxMarkup = 512 * 1024;
constexpr size_t kMaxKey = 100;

// What marks a widget, in markup or among the requests.
struct Widget {
  std::string_view code, kind;
  std::string_view marks;  // separated by '|'
  // On a page of its own it is the vendor's interstitial, whatever else is there.
  bool is_interstitial = false;
};
constexpr Widget kWidgets[] = {
    // First: its frame comes from the place of whole challenge pages.
    {"gate.turnstile", "Cloudflare Turnstile", "challenges.cloudflare.com/turnstile|cf-turnstile", false},
    {"gate.cloudflare", "Cloudflare challenge",
     "cdn-cgi/challenge-platform|cf-browser-verification|cf_chl_opt|_cf_chl_|cf-challenge-running", true},
    {"gate.datadome", "DataDome",
     "captcha-delivery.com|geo.captcha-delivery|ct.captcha-delivery|datadome.co/captcha|ddcaptcha|dd={'rt'",
     true},
    {"gate.perimeterx", "PerimeterX", "captcha.px-cdn.net|px-captcha|perimeterx.net|_pxappid|human-challenge",
     true},
    {"gate.aws-waf", "AWS WAF", "awswafcaptcha|awswaf.com|aws-waf-token|gokuprops", true},
    {"gate.imperva", "Imperva", "_incapsula_resource|incapsula incident", true},
    {"gate.akamai", "Akamai", "sec-if-cpt-container|akam-sw|/_sec/cp_challenge", true},
    {"gate.recaptcha", "reCAPTCHA",
     "google.com/recaptcha|recaptcha.net/recaptcha|g-recaptcha|gstatic.com/recaptcha", false},
    {"gate.hcaptcha", "hCaptcha", "hcaptcha.com/1/api.js|js.hcaptcha.com|h-captcha", false},
    {"gate.arkose", "Arkose Labs", "arkoselabs.com|funcaptcha", false},
    {"gate.geetest", "GeeTest", "geetest.com|gt_captcha|initgeetest", false},
    {"gate.friendly-captcha", "Friendly Captcha", "friendlycaptcha|frc-captcha", false},
    {"gate.proof-of-work", "mCaptcha or ALTCHA", "mcaptcha__|altcha-widget", false},
};

// What gates say, in the languages that they say it in.
constexpr std::string_view kWords[] = {"verify you are human",
                                       "verify that you are human",
                                       "verifying you are human",
                                       "are you human",
                                       "i am human",
                                       "i'm not a robot",
                                       "i am not a robot",
                                       "not a robot",
                                       "confirm you are human",
                                       "prove you are human",
                                       "human verification",
                                       "checking your browser",
                                       "just a moment",
                                       "performing security verification",
                                       "security check",
                                       "press and hold",
                                       "press & hold",
                                       "hold the button",
                                       "slide to",
                                       "drag the slider",
                                       "complete the puzzle",
                                       "solve the puzzle",
                                       "select all images",
                                       "click to continue",
                                       "click here to continue",
                                       "tap to continue",
                                       "needs to review the security of your connection",
                                       "access is denied until",
                                       "enable javascript and cookies to continue",
                                       "one more step",
                                       "quick check",
                                       "how much is",
                                       "what is the sum",
                                       "slide",
                                       "swipe to",
                                       "move the slider",
                                       "choose all pictures",
                                       "before you go on: how much",
                                       "drag to",
                                       "unlock to continue",
                                       "to prove you are a person",
                                       "prove that you are a person",
                                       "complete the captcha",
                                       "enter the characters",
                                       "type the characters",
                                       "enter the code shown",
                                       "type the text you see",
                                       "bestätigen sie, dass sie ein mensch",
                                       "sind sie ein mensch",
                                       "ich bin kein roboter",
                                       "sicherheitsüberprüfung",
                                       "gedrückt halten",
                                       "vérifiez que vous êtes humain",
                                       "je ne suis pas un robot",
                                       "vérification de sécurité",
                                       "no soy un robot",
                                       "verifica que eres humano",
                                       "comprobando su navegador",
                                       "non sono un robot",
                                       "verifica di essere umano",
                                       "ik ben geen robot",
                                       "nie jestem robotem",
                                       "não sou um robô",
                                       "私はロボットではありません",
                                       "verifying your browser",
                                       "browser check",
                                       "checking if the site connection is secure"};

// What pages say that open for one reader alone, with one field to prove that one is he.
constexpr std::string_view kLocked[] = {
    "protected message",          "protected document",       "protected file",
    "password from the mail",     "password from the e-mail", "password in the email",
    "password in the mail",       "this message was sent to", "intended recipient",
    "only the recipient",         "recipient of this",        "enter the password to open",
    "this document is protected", "password is in the mail",  "address to which this message was sent",
    "password protected",         "password-protected",       "geschütztes dokument",
    "passwort aus der mail",      "kennwort aus der e-mail",  "document protégé",
    "documento protegido",        "documento protetto"};

bool has_password(const Page& page) {
  for (const Form& form : page.forms) {
    for (const FormField& field : form.fields) {
      if (field.type == "password") return true;
    }
  }
  return false;
}

// Fields that people fill in; a gate has at most one, for the characters of a picture.
size_t fields_to_fill(const Page& page) {
  size_t count = 0;
  for (const Form& form : page.forms) {
    for (const FormField& field : form.fields) {
      constexpr std::string_view kNotFilled[] = {"hidden", "submit", "button", "checkbox",
                                                 "image",  "reset",  "range"};
      const bool widgets_own = field.name.find("captcha") != std::string::npos ||
                               field.name.find("cf-turnstile") != std::string::npos ||
                               field.name.find("-response") != std::string::npos;
      if (!widgets_own &&
          std::find(std::begin(kNotFilled), std::end(kNotFilled), field.type) == std::end(kNotFilled))
        ++count;
    }
  }
  return count;
}

const Widget* widget_of(const Page& page, std::string_view markup) {
  for (const Widget& widget : kWidgets) {
    for (const std::string_view mark : ascii::split(widget.marks, '|')) {
      if (markup.find(mark) != std::string_view::npos) return &widget;
      const bool asked =
          std::any_of(page.requests.begin(), page.requests.end(), [mark](const Request& request) {
            return ascii::to_lower(request.url).find(mark) != std::string::npos;
          });
      if (asked) return &widget;
    }
  }
  return nullptr;
}

std::string site_key_of(const Page& page) {
  constexpr std::string_view kMark = "data-sitekey=";
  const size_t at = ascii::to_lower(std::string_view(page.html).substr(0, kMaxMarkup)).find(kMark);
  if (at == std::string::npos) return "";
  std::string key;
  for (size_t i = at + kMark.size(); i < page.html.size() && key.size() < kMaxKey; ++i) {
    const char c = page.html[i];
    if (ascii::is_alnum(c) || c == '-' || c == '_')
      key += c;
    else if (!key.empty() || (c != '"' && c != '\''))
      break;
  }
  return key;
}

std::string_view words_of(const std::string& text) {
  for (const std::string_view words : kWords) {
    if (text.find(words) != std::string::npos) return words;
  }
  return "";
}

// One field, and words that say for whom the page opens: a document behind a password that came with the
// mail.
std::optional<Gate> locked_page(const Page& page) {
  if (page.visible_text.size() > kMaxGateText || fields_to_fill(page) != 1) return std::nullopt;
  const std::string text = ascii::to_lower(page.title + "\n" + page.visible_text);
  for (const std::string_view words : kLocked) {
    if (text.find(words) == std::string::npos) continue;
    return Gate{"gate.home-made", "home-made", "",
                "The page opens only for who knows what the mail says (\"" + std::string(words) +
                    "\"), so what lies behind it was not seen"};
  }
  return std::nullopt;
}

}  // namespace

std::optional<Gate> find_gate(const Page& page, bool is_whole) {
  if (auto locked = locked_page(page)) return locked;
  if (has_password(page) || page.visible_text.size() > kMaxGateText || fields_to_fill(page) > 1)
    return std::nullopt;
  const std::string markup = ascii::to_lower(std::string_view(page.html).substr(0, kMaxMarkup));
  const std::string text = ascii::to_lower(page.title + "\n" + page.visible_text);
  const std::string_view words = words_of(text);
  if (const Widget* widget = widget_of(page, markup)) {
    // A widget that the visitor does not see (a score for a form) says nothing; one with hardly a word does.
    if (widget->is_interstitial && words.empty() && page.visible_text.size() > kMaxGateText / 2)
      return std::nullopt;
    if (words.empty() && fields_to_fill(page) > 0) return std::nullopt;
    return Gate{std::string(widget->code), std::string(widget->kind), site_key_of(page),
                "The page shows itself only to those who pass " + std::string(widget->kind) +
                    "; nothing was solved, so what lies behind it was not seen"};
  }
  if (words.empty() || !is_whole) return std::nullopt;
  return Gate{"gate.home-made", "home-made", "",
              "The page asks to prove that one is human (\"" + std::string(words) +
                  "\") with means of its own; nothing was solved, so what lies behind it was not seen"};
}

}  // namespace linkgate::verdict
