#include "verdict/false_alarm.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "base/ascii.h"

namespace linkgate::verdict {
namespace {

constexpr size_t kMaxText = 20'000;     // the page is one screen; what follows is something else
constexpr size_t kMaxScript = 1 << 20;  // of scripts and markup together
constexpr size_t kFewestDigits = 9, kMostDigits = 15;  // of a number that is called (E.164)
constexpr size_t kLongestNumber = 40;                  // with its signs and spaces
constexpr size_t kFewestAlarms = 2;

constexpr std::string_view kAlarms[] = {"has been blocked",
                                        "is blocked",
                                        "has been locked",
                                        "is locked",
                                        "virus",
                                        "trojan",
                                        "spyware",
                                        "malware",
                                        "harmful files",
                                        "infected",
                                        "do not shut down",
                                        "do not restart",
                                        "do not turn off",
                                        "security alert",
                                        "security warning",
                                        "error 0x",
                                        "error code",
                                        "has been disabled",
                                        "data is at risk",
                                        "stolen",
                                        "wurde gesperrt",
                                        "ist gesperrt",
                                        "schädliche",
                                        "infiziert",
                                        "nicht ausschalten",
                                        "sicherheitswarnung",
                                        "a été bloqué",
                                        "est bloqué",
                                        "infecté",
                                        "n'éteignez pas",
                                        "ha sido bloqueado",
                                        "está bloqueado",
                                        "infectado",
                                        "no apague",
                                        "è stato bloccato",
                                        "infettato",
                                        "non spegnere",
                                        "is geblokkeerd",
                                        "geïnfecteerd",
                                        "został zablokowany",
                                        "foi bloqueado",
                                        "ウイルス",
                                        "感染"};
constexpr std::string_view kMachines[] = {
    "computer",   "windows",  "pc",        "mac",         "iphone",      "device",   "rechner", "gerät",
    "ordinateur", "appareil", "ordenador", "dispositivo", "computadora", "komputer", "パソコン"};
constexpr std::string_view kCalls[] = {
    "call ", "toll free", "toll-free", "helpline", "support", "hotline", "rufen sie", "anrufen", "appelez",
    "llame", "llamar",    "chiamare",  "chiamate", "bel ",    "zadzwoń", "ligue",     "サポート"};
// Ways of holding somebody fast, one a row; the words of a row are one way.
constexpr std::string_view kHolds[] = {"requestfullscreen|webkitrequestfullscreen",
                                       "onbeforeunload|'beforeunload'|\"beforeunload\"",
                                       "oncontextmenu|'contextmenu'|\"contextmenu\"",
                                       "onkeydown|'keydown'|\"keydown\"|keyboard.lock",
                                       "alert(|confirm(",
                                       "history.pushstate|onpopstate",
                                       "requestpointerlock|cursor:none|cursor: none"};

template <typename List>
size_t count_in(std::string_view text, const List& list) {
  return static_cast<size_t>(std::count_if(std::begin(list), std::end(list), [text](std::string_view word) {
    return text.find(word) != text.npos;
  }));
}

// The first run of digits, spaces and signs that is a number to call; empty where there is none.
std::string_view telephone_in(std::string_view text) {
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '+' && text[i] != '(' && !ascii::is_digit(text[i])) continue;
    size_t digits = 0, end = i, at = i;
    bool is_split = false;
    for (; at < text.size() && at - i < kLongestNumber; ++at) {
      if (ascii::is_digit(text[at])) {
        ++digits;
        end = at + 1;
      } else if (std::string_view(" -().+/").find(text[at]) == std::string_view::npos) {
        break;
      } else {
        is_split = true;
      }
    }
    if (digits >= kFewestDigits && digits <= kMostDigits && is_split) return text.substr(i, end - i);
    i = at;
  }
  return "";
}

std::string text_of(const Page& page) {
  std::string text = page.title + "\n" + page.visible_text.substr(0, kMaxText);
  for (const std::string& dialog : page.dialogs) text += "\n" + dialog;
  return ascii::to_lower(text);
}

size_t holds_of(const Page& page) {
  std::string script;
  for (const std::string& one : page.inline_scripts) {
    if (script.size() < kMaxScript) script += one;
  }
  script = ascii::to_lower(script + page.html.substr(0, kMaxScript));
  size_t holds = 0;
  for (const std::string_view way : kHolds) {
    const auto words = ascii::split(way, '|');
    holds += std::any_of(words.begin(), words.end(),
                         [&script](std::string_view word) { return script.find(word) != script.npos; });
  }
  return holds;
}

}  // namespace

std::optional<FalseAlarm> false_alarm_of(const Page& page) {
  const std::string text = text_of(page);
  if (count_in(text, kAlarms) < kFewestAlarms || count_in(text, kMachines) == 0 ||
      count_in(text, kCalls) == 0)
    return std::nullopt;
  const std::string_view number = telephone_in(text);
  const size_t holds = number.empty() ? 0 : holds_of(page);
  if (holds == 0) return std::nullopt;
  return FalseAlarm{{"page.false_alarm",
                     "The page says that something is wrong with the computer, gives a number to call (" +
                         std::string(number) + "), and keeps its visitor from leaving",
                     ""},
                    holds >= 2};
}

}  // namespace linkgate::verdict
