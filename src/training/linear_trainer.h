#pragma once
// The linear view: logistic regression over numbered features by AdaGrad, with features left out at random so
// that no single one carries a URL.

#include <span>
#include <vector>

#include "training/feature_table.h"

namespace linkgate::training {

struct LinearOptions {
  int epochs = 2;
  float rate = 0.05F;     // falls to a tenth of it
  float left_out = 0.3F;  // of the features of a URL, each time it is looked at
  int runs = 3;           // with other orders and other features left out; the weights are their mean
  uint64_t seed = 1;
};

struct LinearWeights {
  std::vector<float> weights;  // by number of the feature
  float bias = 0;
};

// `chosen`: the samples of the table, in its order. Learns from those at `positions`; features that are not
// `known` get no weight.
LinearWeights train_linear(const SampleSet& set, const std::vector<uint32_t>& chosen,
                           const FeatureTable& table, const std::vector<uint32_t>& positions,
                           const std::vector<bool>& known, const LinearOptions& options);

}  // namespace linkgate::training
