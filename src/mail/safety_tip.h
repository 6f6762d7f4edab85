#pragma once
// Lines of advice above the text of a message, for readers of its HTML and of its plain text. Works on the
// bytes of a message as it would be delivered: every byte outside the lines stays, and what cannot be changed
// safely is not changed. Pure.

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace linkgate::mail {

struct SafetyTip {
  std::string text;  // one line of UTF-8, at most kMaxSafetyTip octets
  // The same in other languages: where one of these stands there already, it stays and nothing is added.
  std::vector<std::string> also = {};
};
inline constexpr size_t kMaxSafetyTip = 600;
// How far into a document the place for a tip is looked for.
inline constexpr size_t kMaxTipPrologue = 256 * 1024;

struct TippedMessage {
  std::string bytes;
  bool is_shown = false;  // somewhere in the text, now or before
};

// `tips` above the text, and `subject_prefix` (UTF-8; empty: none) in front of the subject, once each: a
// message that has them already stays as it is. Both forms of a multipart/alternative get them; of other
// multiparts the first part. Left alone are signed, encrypted and attached parts and OpenPGP in the text,
// charsets that do not keep ASCII, framesets, and whatever mail clients would not read in one way; such a
// message gets the prefix alone. Error: `message` cannot be read.
Result<TippedMessage> with_safety_tips(std::string_view message, const std::vector<SafetyTip>& tips,
                                       std::string_view subject_prefix);

}  // namespace linkgate::mail
