#pragma once
// Boosted trees over rows of numbers: second-order gradient boosting of the logistic loss over histograms, as
// XGBoost and LightGBM describe it, complete trees of one depth.

#include <vector>

#include "verdict/url_measures.h"
#include "verdict/url_model.h"

namespace linkgate::training {

struct TreeOptions {
  int trees = 150;
  uint32_t depth = 6;
  float rate = 0.1F;
  float rows = 0.7F, columns = 0.5F;  // shares that a tree looks at
  float smoothing = 5;                // added to the second derivatives of a leaf
  float least = 5;                    // of them on each side of a split
  uint64_t seed = 1;
};

struct TreeRow {
  verdict::Measures measures;
  bool is_phishing = false;
  float weight = 1;
  float base = 0;  // what is known before the first tree: log odds
};

struct Trees {
  std::vector<verdict::UrlModelParts::Node> nodes;
  uint32_t depth = 0;
};

Trees train_trees(const std::vector<TreeRow>& rows, const TreeOptions& options);

}  // namespace linkgate::training
