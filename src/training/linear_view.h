#pragma once
// The linear view of a model, and what it says of the examples that it was learnt from, as it would if it had
// not seen them: the trees are grown on these sums, and on fitted ones they would trust them too much.

#include <vector>

#include "training/feature_table.h"
#include "verdict/url_model.h"

namespace linkgate::training {

struct LinearView {
  verdict::UrlModelParts parts;           // step, bias and slots, learnt from all
  std::vector<verdict::LinearSums> sums;  // of each chosen sample, by what the other folds' domains teach
  std::vector<float> totals;              // with the bias
};

// Two threads, whose results do not depend on which of them does what.
LinearView learn_linear(const SampleSet& set, const std::vector<uint32_t>& chosen, uint64_t seed);

}  // namespace linkgate::training
