#include "training/tree_trainer.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "training/random.h"
#include "verdict/plain_math.h"

namespace linkgate::training {
namespace {

using verdict::kMeasures;
using Node = verdict::UrlModelParts::Node;

constexpr size_t kBins = 256;
constexpr size_t kMostCuts = 200;
constexpr size_t kMostForCuts = 50'000;  // rows that the cuts are taken from
constexpr float kLeastCurvature = 1e-4F;
constexpr double kLeastGain = 1e-3;

struct Sums {
  double slope = 0, curvature = 0;
};

// Where the values of one measure are cut: each value if they are few, else quantiles.
std::vector<float> cuts_of(const std::vector<TreeRow>& rows, size_t measure) {
  std::vector<float> values;
  const size_t stride = std::max<size_t>(1, rows.size() / kMostForCuts);
  for (size_t i = 0; i < rows.size(); i += stride) values.push_back(rows[i].measures[measure]);
  std::sort(values.begin(), values.end());
  std::vector<float> distinct = values;
  distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
  if (distinct.size() <= kMostCuts) return distinct;
  std::vector<float> cuts;
  for (size_t i = 1; i < kMostCuts; ++i) {
    const float cut = values[values.size() * i / kMostCuts];
    if (cuts.empty() || cut > cuts.back()) cuts.push_back(cut);
  }
  return cuts;
}

class Booster {
 public:
  Booster(const std::vector<TreeRow>& rows, const TreeOptions& options)
      : rows_(rows),
        options_(options),
        random_(options.seed),
        sums_(rows.size()),
        slopes_(rows.size()),
        curvatures_(rows.size()),
        node_of_(rows.size()),
        bins_(rows.size()) {
    for (size_t m = 0; m < kMeasures; ++m) {
      cuts_[m] = cuts_of(rows, m);
      for (size_t i = 0; i < rows.size(); ++i) {
        const auto at = std::lower_bound(cuts_[m].begin(), cuts_[m].end(), rows[i].measures[m]);
        bins_[i][m] = static_cast<uint8_t>(at - cuts_[m].begin());
      }
    }
  }

  Trees run() {
    Trees out;
    out.depth = options_.depth;
    for (size_t i = 0; i < rows_.size(); ++i) sums_[i] = rows_[i].base;
    for (int tree = 0; tree < options_.trees; ++tree) {
      grow();
      for (size_t i = 0; i < tree_.size(); ++i)
        out.nodes.push_back({tree_[i].measure, tree_[i].measure < 0 ? tree_[i].value : cut_of(tree_[i])});
    }
    return out;
  }

 private:
  struct Grown {
    int16_t measure = -1;
    uint8_t bin = 0;
    float value = 0;
  };

  float cut_of(const Grown& node) const { return cuts_[static_cast<size_t>(node.measure)][node.bin]; }

  void grow() {
    tree_.assign((size_t{2} << options_.depth) - 1, {});
    choose();
    for (uint32_t level = 0; level <= options_.depth; ++level) {
      const size_t first = (size_t{1} << level) - 1;
      sum_nodes(first, first + 1);
      if (level == options_.depth) break;
      split(first, first + 1);
    }
    for (size_t i = 0; i < rows_.size(); ++i) sums_[i] += tree_[leaf_of(i)].value;
  }

  // The rows and columns of this tree, and the derivatives of the loss.
  void choose() {
    columns_.clear();
    for (size_t m = 0; m < kMeasures; ++m) {
      if (random_.uniform() < options_.columns) columns_.push_back(m);
    }
    if (columns_.empty()) columns_.push_back(random_.below(kMeasures));
    chosen_.clear();
    for (size_t i = 0; i < rows_.size(); ++i) {
      const auto p = static_cast<float>(verdict::logistic(sums_[i]));
      slopes_[i] = rows_[i].weight * (p - (rows_[i].is_phishing ? 1.0F : 0.0F));
      curvatures_[i] = rows_[i].weight * std::max(p * (1 - p), kLeastCurvature);
      node_of_[i] = 0;
      if (random_.uniform() < options_.rows) chosen_.push_back(static_cast<uint32_t>(i));
    }
  }

  void sum_nodes(size_t first, size_t width) {
    totals_.assign(width, {});
    for (const uint32_t row : chosen_) {
      if (node_of_[row] < first) continue;
      totals_[node_of_[row] - first].slope += slopes_[row];
      totals_[node_of_[row] - first].curvature += curvatures_[row];
    }
    for (size_t k = 0; k < width; ++k) {
      const Sums& total = totals_[k];
      tree_[first + k].value =
          static_cast<float>(-options_.rate * total.slope / (total.curvature + options_.smoothing));
    }
  }

  void split(size_t first, size_t width) {
    histogram_.assign(width * columns_.size() * kBins, {});
    for (const uint32_t row : chosen_) {
      if (node_of_[row] < first) continue;
      auto* const of_node = &histogram_[(node_of_[row] - first) * columns_.size() * kBins];
      for (size_t c = 0; c < columns_.size(); ++c) {
        auto& bin = of_node[c * kBins + bins_[row][columns_[c]]];
        bin[0] += slopes_[row];
        bin[1] += curvatures_[row];
      }
    }
    for (size_t k = 0; k < width; ++k)
      split_node(first + k, totals_[k], &histogram_[k * columns_.size() * kBins]);
    for (const uint32_t row : chosen_) {
      const size_t node = node_of_[row];
      if (node >= first && tree_[node].measure >= 0) node_of_[row] = static_cast<uint32_t>(child(node, row));
    }
  }

  size_t child(size_t node, size_t row) const {
    return 2 * node + (bins_[row][static_cast<size_t>(tree_[node].measure)] <= tree_[node].bin ? 1 : 2);
  }
  size_t leaf_of(size_t row) const {
    size_t node = 0;
    while (tree_[node].measure >= 0) node = child(node, row);
    return node;
  }

  double worth(double slope, double curvature) const {
    return slope * slope / (curvature + options_.smoothing);
  }

  void split_node(size_t node, const Sums& total, const std::array<float, 2>* histogram) {
    double best = kLeastGain;
    for (size_t c = 0; c < columns_.size(); ++c) {
      Sums left;
      const size_t cuts = cuts_[columns_[c]].size();
      for (size_t bin = 0; bin < cuts; ++bin) {
        left.slope += histogram[c * kBins + bin][0];
        left.curvature += histogram[c * kBins + bin][1];
        const double right = total.curvature - left.curvature;
        if (left.curvature < options_.least || right < options_.least) continue;
        const double gain = worth(left.slope, left.curvature) + worth(total.slope - left.slope, right) -
                            worth(total.slope, total.curvature);
        if (gain <= best) continue;
        best = gain;
        tree_[node].measure = static_cast<int16_t>(columns_[c]);
        tree_[node].bin = static_cast<uint8_t>(bin);
      }
    }
  }

  const std::vector<TreeRow>& rows_;
  const TreeOptions& options_;
  Random random_;
  std::array<std::vector<float>, kMeasures> cuts_;
  std::vector<float> sums_, slopes_, curvatures_;
  std::vector<uint32_t> node_of_;
  std::vector<std::array<uint8_t, kMeasures>> bins_;
  std::vector<size_t> columns_;
  std::vector<uint32_t> chosen_;
  std::vector<Sums> totals_;
  std::vector<std::array<float, 2>> histogram_;
  std::vector<Grown> tree_;
};

}  // namespace

Trees train_trees(const std::vector<TreeRow>& rows, const TreeOptions& options) {
  return Booster(rows, options).run();
}

}  // namespace linkgate::training
