#include "url/acting_link.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/ascii.h"
#include "url/percent.h"

namespace linkgate::url {
namespace {

constexpr size_t kMaxWords = 200;
constexpr size_t kShortestSecret = 12;
constexpr size_t kShortestNamedSecret = 4;  // "key=5b1e"
constexpr size_t kShortestRandom = 6;       // of a path, where the host says what it is

constexpr std::string_view kUnsubscribe[] = {
    "unsubscribe",  "unsub",      "optout",     "opt-out",        "opt_out",       "abmelden",
    "abbestellen",  "austragen",  "desabonner", "desinscription", "desabonnement", "darsedebaja",
    "disiscriviti", "cancellami", "afmelden",   "uitschrijven",   "wypisz",        "list-unsubscribe"};
constexpr std::string_view kConfirm[] = {
    "confirm",       "confirmation", "verify",     "verification", "verifyemail",   "verify-email",
    "confirm-email", "activate",     "activation", "validate",     "bestaetigen",   "bestätigen",
    "aktivieren",    "doi",          "optin",      "opt-in",       "double-opt-in", "confirmar",
    "conferma",      "bevestigen",   "approve"};
constexpr std::string_view kSignIn[] = {
    "magic",         "magic-link",  "magiclink",   "magic_link",    "passwordless",   "otp",
    "onetime",       "one-time",    "reset",       "resetpassword", "reset-password", "password-reset",
    "passwordreset", "recover",     "signin-link", "login-link",    "autologin",      "auto-login",
    "sso-token",     "email-login", "token-login", "callback"};
constexpr std::string_view kAnswer[] = {"rsvp",     "accept",  "decline", "tentative", "zusagen", "absagen",
                                        "accepter", "refuser", "aceptar", "rechazar",  "vote"};
// What is answered, and how.
constexpr std::string_view kAsked[] = {"rsvp", "invite", "invitation", "einladung", "poll", "vote", "survey"};
constexpr std::string_view kAnswers[] = {"yes", "no", "maybe", "ja", "nein", "oui", "non", "si"};
// Hosts of secrets that are shown once.
constexpr std::string_view kOnceHosts[] = {"secret",   "secrets", "onetimesecret", "onetime",
                                           "one-time", "ots",     "privnote",      "pwpush",
                                           "scrt",     "burn",    "yopass"};
// Names of what is one in however few characters.
constexpr std::string_view kSureSecretNames[] = {"token", "code",      "key",   "hash",   "otp", "ticket",
                                                 "sig",   "signature", "nonce", "secret", "jwt"};
constexpr std::string_view kSecretNames[] = {"token", "code", "key", "hash",      "otp",   "ticket",
                                             "t",     "k",    "sig", "signature", "nonce", "secret",
                                             "jwt",   "uid",  "id",  "h",         "c"};

template <typename List>
bool contains(const List& list, std::string_view word) {
  return std::find(std::begin(list), std::end(list), word) != std::end(list);
}

// Long, and not a word: digits among letters, or letters of both cases.
bool looks_secret(std::string_view text) {
  if (text.size() < kShortestSecret) return false;
  size_t digits = 0, upper = 0, lower = 0, other = 0;
  for (const char c : text) {
    digits += ascii::is_digit(c);
    upper += ascii::is_upper(c);
    lower += ascii::is_lower(c);
    other += !ascii::is_alnum(c) && c != '-' && c != '_' && c != '.' && c != '=' && c != '~';
  }
  return other == 0 && digits >= 2 && (upper + lower >= 2 || digits >= 16) &&
         (digits * 8 >= text.size() || upper * lower > 0);
}

struct Words {
  std::vector<std::string> all;
  bool has_secret = false;

  void add(std::string_view text) {
    if (all.size() >= kMaxWords) return;
    all.push_back(ascii::to_lower(text));
    has_secret = has_secret || looks_secret(text);
    // "unsubscribe.php", "do_unsubscribe"
    std::string part;
    for (const char c : text) {
      if (ascii::is_alnum(c) || (static_cast<unsigned char>(c) & 0x80) != 0)
        part += ascii::to_lower(c);
      else if (!part.empty() && all.size() < kMaxWords)
        all.push_back(std::exchange(part, ""));
    }
    if (!part.empty() && all.size() < kMaxWords) all.push_back(std::move(part));
  }
};

Words words_of(const Url& url) {
  Words words;
  const std::string path = percent_decode(url.pathname());
  for (const std::string_view segment : ascii::split(path, '/')) {
    if (!segment.empty()) words.add(segment);
  }
  std::string_view query = url.search();
  if (query.starts_with('?')) query.remove_prefix(1);
  for (const std::string_view pair : ascii::split(query, '&')) {
    const size_t equals = std::min(pair.find('='), pair.size());
    const std::string name = ascii::to_lower(percent_decode(pair.substr(0, equals)));
    const std::string value = percent_decode(pair.substr(std::min(equals + 1, pair.size())));
    words.all.push_back(name);
    words.add(value);
    const size_t shortest = contains(kSureSecretNames, name) ? kShortestNamedSecret : kShortestSecret / 2;
    if (contains(kSecretNames, name) && value.size() >= shortest &&
        value.find_first_of("0123456789") != std::string::npos)
      words.has_secret = true;
  }
  return words;
}

// "secrets.example/s/7f1a90": what such a host shows is gone when it was read.
bool is_read_once(const Url& url) {
  const auto labels = ascii::split(url.hostname(), '.');
  const bool is_host = std::any_of(labels.begin(), labels.end(),
                                   [](std::string_view label) { return contains(kOnceHosts, label); });
  const std::string_view path = url.pathname();
  const std::string_view last = path.substr(path.rfind('/') + 1);
  const bool is_random =
      last.size() >= kShortestRandom && last.find_first_of("0123456789") != std::string_view::npos &&
      std::all_of(last.begin(), last.end(),
                  [](char c) { return ascii::is_alnum(c) || c == '-' || c == '_' || c == '='; });
  return is_host && is_random;
}

}  // namespace

std::string_view to_string(LinkAct act) {
  switch (act) {
    case LinkAct::kUnsubscribe:
      return "unsubscribes";
    case LinkAct::kConfirm:
      return "confirms something";
    case LinkAct::kSignIn:
      return "signs somebody in";
    case LinkAct::kAnswer:
      return "answers an invitation";
    case LinkAct::kReadOnce:
      return "uses up a secret that can be read once";
  }
  return "";
}

std::optional<LinkAct> link_act(const Url& url) {
  if (!url.is_http()) return std::nullopt;
  const Words words = words_of(url);
  const auto any = [&words](const auto& list) {
    return std::any_of(words.all.begin(), words.all.end(),
                       [&list](const std::string& word) { return contains(list, word); });
  };
  if (any(kUnsubscribe)) return LinkAct::kUnsubscribe;
  if (any(kAsked) && any(kAnswers)) return LinkAct::kAnswer;
  if (is_read_once(url)) return LinkAct::kReadOnce;
  if (!words.has_secret) return std::nullopt;
  if (any(kSignIn)) return LinkAct::kSignIn;
  if (any(kConfirm)) return LinkAct::kConfirm;
  if (any(kAnswer)) return LinkAct::kAnswer;
  return std::nullopt;
}

}  // namespace linkgate::url
