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
  kPathBrand
};

inline constexpr size_t kMeasures = 96;
using Measures = std::array<float, kMeasures>;

// `top_level`: log odds of the top-level domain, which the model knows; 0 for hosts that were given away.
Measures measure_url(const UrlParts& parts, const UrlKnowledge& known, float top_level);
Topic topic_of_measure(size_t index);

}  // namespace linkgate::verdict
