#pragma once
// What Linkgate thinks of a URL, and why. Pure data.

#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"

namespace linkgate::verdict {

// Stored and shown: never renumber. kUnknown is no judgement (nothing is known); it is never shown as clean.
enum class Disposition : uint8_t {
  kClean = 0,
  kUnknown = 1,
  kSuspicious = 2,
  kGated = 3,
  kPhishing = 4,
  kMalware = 5
};

std::string_view to_string(
    Disposition disposition);  // "clean", "unknown", "suspicious", "gated", "phishing", "malware"
bool from_string(std::string_view text, Disposition* disposition);
// Defender's ThreatTypes word: "Phish", "Malware", "Spam" or "" for what is no threat (gated and suspicious:
// "Suspicious").
std::string_view threat_type(Disposition disposition);

// One reason. Codes are stable words ("feed.listed", "list.block", "nothing.known"); the sentence is for
// people.
struct Evidence {
  std::string code;
  std::string sentence;
  std::string artifact;  // a reference (screenshot, request log); empty where there is none
  friend bool operator==(const Evidence&, const Evidence&) = default;
};

struct Verdict {
  Disposition disposition = Disposition::kUnknown;
  int confidence = 0;  // 0 to 100
  std::vector<Evidence> evidence;
  std::vector<std::string> url_chain;  // first the URL asked for, last where it leads
  std::string detection_method;  // Defender's detection technology word, e.g. "URL malicious reputation"
  Time judged_at{};
  Time valid_until{};
  friend bool operator==(const Verdict&, const Verdict&) = default;
};

}  // namespace linkgate::verdict
