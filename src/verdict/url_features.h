#pragma once
// What the linear half of the URL model sees of a URL: pieces of its text, and facts about it, each a hash.
// The hashes are part of the model's format: who changes what is emitted raises kFeatureVersion, and models
// trained before are refused.

#include <cstdint>
#include <vector>

#include "verdict/url_parts.h"
#include "verdict/url_words.h"

namespace linkgate::verdict {

inline constexpr uint32_t kFeatureVersion = 2;
inline constexpr size_t kMaxFeatures = 6144;  // of one URL; the limits of UrlParts keep it below that

// Facts that are not pieces of text. Several speak of one thing, alone and together with others.
enum class Fact : uint8_t {
  kNone,
  kSuffix,      // the public suffix of a domain of its own
  kFreeSuffix,  // the suffix of a host that was given away
  kTopLevel,    // for such a host its kind instead
  kHostKind,
  kBare,  // no path, with the kind, the suffix, the top-level domain
  kAddress,
  kPort,
  kDepthOfHost,  // how many labels stand in front
  kLabelLength,
  kLabelLooks,  // digits, hyphens, vowels, consonants
  kLabelShape,  // "a2 02 - a1"
  kSubdomainLooks,
  kSubdomainWord,
  kPunycode,
  kOwned,  // a well-known name's own domain
  kHostWords,
  kBrandCount,
  kBrandName,
  kBrandWay,  // how it is spelt and where it stands
  kFreeLabelWord,
  kPathShape,
  kPathLooks,
  kPathEnding,  // the file name's ending
  kPathText,
  kQueryShape,
  kForeignMark,  // an "@" or a URL in path or query
  kPathWords,
  kPathBrandWay,
  kPathBrandName,
  kCount
};
using FactMask = uint64_t;  // bit Fact: not used
constexpr FactMask bit(Fact fact) { return FactMask{1} << static_cast<unsigned>(fact); }

enum class PartText : uint8_t { kNone, kHost, kPath, kQuery };

// What a feature speaks of. The weights of each are summed apart: that is what the trees see of the linear
// half.
enum class Speaker : uint8_t {
  kLabel,      // pieces of the registrable name
  kSubdomain,  // and of what stands in front of it
  kPath,
  kQuery,
  kWhole,      // pieces of host and path as one text
  kPlace,      // where the host lives
  kHostLooks,  // what it looks like
  kHostNames,  // names and words in it
  kPathFacts,
  kCount
};
inline constexpr size_t kSpeakers = static_cast<size_t>(Speaker::kCount);
Speaker speaker_of(Fact fact);

struct UrlFeature {
  uint32_t hash;
  Speaker speaker;
  Fact fact = Fact::kNone;  // or a piece of:
  PartText text = PartText::kNone;
  uint16_t begin = 0, length = 0;  // of the piece, in UrlParts' host, path or query
};

// What is known of a URL beyond its letters.
struct UrlKnowledge {
  HostKind host_kind = HostKind::kOwn;
  std::vector<Borrowed>
      host_brands;  // in the host in front of the suffix; none where the domain is a brand's own
  std::vector<Borrowed> path_brands;
  bool is_owned = false;  // the registrable domain is a well-known name's own
  uint32_t host_words = 0, path_words = 0;
};
UrlKnowledge know_url(const UrlParts& parts);

// Clears and fills *features, without the facts of `unused`.
void extract_features(const UrlParts& parts, const UrlKnowledge& known, FactMask unused,
                      std::vector<UrlFeature>* features);

}  // namespace linkgate::verdict
