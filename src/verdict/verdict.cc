#include "verdict/verdict.h"

namespace linkgate::verdict {
namespace {

struct Word {
  Disposition disposition;
  std::string_view word;
  std::string_view threat_type;
};
constexpr Word kWords[] = {
    {Disposition::kClean, "clean", ""},
    {Disposition::kUnknown, "unknown", ""},
    {Disposition::kSuspicious, "suspicious", "Suspicious"},
    {Disposition::kGated, "gated", "Suspicious"},
    {Disposition::kPhishing, "phishing", "Phish"},
    {Disposition::kMalware, "malware", "Malware"},
};

const Word& word_of(Disposition disposition) {
  for (const Word& word : kWords) {
    if (word.disposition == disposition) return word;
  }
  return kWords[1];
}

}  // namespace

std::string_view to_string(Disposition disposition) { return word_of(disposition).word; }

std::string_view threat_type(Disposition disposition) { return word_of(disposition).threat_type; }

bool from_string(std::string_view text, Disposition* disposition) {
  for (const Word& word : kWords) {
    if (word.word != text) continue;
    *disposition = word.disposition;
    return true;
  }
  return false;
}

}  // namespace linkgate::verdict
