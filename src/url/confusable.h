#pragma once
// Labels of a host that are written to be taken for something else, by Unicode's UTS 39: letters of several
// scripts in one label, or a spelling whose skeleton is that of an ASCII name. Evidence, never a judgement by
// itself: honest names do it too.

#include <string>
#include <string_view>
#include <vector>

namespace linkgate::url {

struct ConfusableLabel {
  enum class Kind {
    kLooksLike,     // `like` is the ASCII text that it looks like: a well-known name, or what its skeleton
                    // spells
    kMixedScripts,  // `like` names the scripts, "Cyrillic and Latin"; not "highly restrictive" (UTS 39,
                    // section 5.2)
  };
  Kind kind;
  std::string label;  // readable, in UTF-8
  std::string like;
};

// `hostname` as Url::hostname() gives it. At most one finding a label, from the left, and at most
// kMaxConfusableLabels. ASCII labels are compared with well-known names alone ("paypa1", "rnicrosoft-login").
// A whole label of another script counts only where the top-level domain is ASCII: ".рф" names no foreigners.
inline constexpr size_t kMaxConfusableLabels = 4;
std::vector<ConfusableLabel> confusable_labels(std::string_view hostname);

// What `text` (UTF-8) looks like: two texts of one skeleton can be taken for each other. That of UTS 39 in
// lower case, since '0' and '1' become 'O' and 'l' there. For comparing only, never to be shown. Empty where
// it is too long.
std::string skeleton(std::string_view text);

}  // namespace linkgate::url
