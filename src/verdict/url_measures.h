#pragma once
// What the model's trees see of a URL: a row of numbers. Their order is part of the model's format, as the
// features are (kFeatureVersion).

#include <array>

#include "verdict/url_features.h"

namespace linkgate::verdict {

// Which thing a measure speaks of, for explanations.
enum class Topic : uint8_t {
  kPlace,
  kLabel,
  kSubdomain,
  kHostWords,
  kHostBrand,
  kPath,
  kPathWords,
  kPathBrand,
  kSums  // of all
};

// What the linear half says, by what its features speak of.
using LinearSums = std::array<float, kSpeakers>;
float total(const LinearSums& sums);

inline constexpr size_t kOwnMeasures = 96;
inline constexpr size_t kMeasures = kOwnMeasures + kSpeakers + 1;  // and the sums, and their total
using Measures = std::array<float, kMeasures>;

// `top_level`: log odds of the top-level domain, which the model knows; 0 for hosts that were given away.
Measures measure_url(const UrlParts& parts, const UrlKnowledge& known, float top_level,
                     const LinearSums& sums);
void set_sums(const LinearSums& sums, Measures* measures);
Topic topic_of_measure(size_t index);

}  // namespace linkgate::verdict
