#pragma once
// The features of many URLs at once, as numbers from 0: what appears under too few domains is left out, since
// what one campaign alone has teaches nothing about the next.

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "training/examples.h"
#include "verdict/url_features.h"
#include "verdict/url_measures.h"

namespace linkgate::training {

// One example, cut and known.
struct Sample {
  std::string domain;                      // registrable
  std::string top_level;                   // empty for hosts that were given away
  bool is_bare = false, is_given = false;  // no path; the host was given away
  bool is_phishing = false;
  int32_t day = kNoDate;
  float weight = 1;
  uint64_t first = 0, last = 0;  // its features, in those of SampleSet
};

struct SampleSet {
  std::vector<Sample> samples;
  std::vector<uint32_t> hashes;
  std::vector<verdict::Speaker> speakers;  // of the same features
  std::span<const uint32_t> of(const Sample& sample) const {
    return std::span(hashes).subspan(sample.first, sample.last - sample.first);
  }
};

SampleSet cut_examples(const std::vector<Example>& examples, verdict::FactMask unused);

// Parts that examples are split in to be judged by what is learnt from the other parts: of each chosen sample
// one below kFolds, of all samples of a domain the same. Dated ones are split by their quarter of a year, so
// that what the others know of a campaign is no more than what will be known of the next one; where that
// leaves a fold without a sixteenth of either kind, all are split by their domains.
inline constexpr uint32_t kFolds = 4;
std::vector<uint8_t> split_in_folds(const SampleSet& set, const std::vector<uint32_t>& chosen);

// The features of `chosen` samples that appear under at least `least` domains.
struct FeatureTable {
  std::vector<uint32_t> hash_of;  // by number
  std::vector<uint32_t> numbers;  // of the chosen samples, one behind the other
  std::vector<uint64_t> first;    // by position in `chosen`, and one more
};
FeatureTable number_features(const SampleSet& set, const std::vector<uint32_t>& chosen, int least);
// By number: whether the feature appears under at least `least` domains of the samples at `positions`.
std::vector<bool> known_features(const SampleSet& set, const std::vector<uint32_t>& chosen,
                                 const FeatureTable& table, const std::vector<uint32_t>& positions,
                                 int least);

}  // namespace linkgate::training
