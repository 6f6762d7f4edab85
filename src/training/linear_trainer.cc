#include "training/linear_trainer.h"

#include <cmath>
#include <numeric>

#include "training/random.h"
#include "verdict/plain_math.h"

namespace linkgate::training {
namespace {

constexpr float kFirstSquare = 0.01F;  // AdaGrad's sum of squares before the first step

class Trainer {
 public:
  Trainer(const FeatureTable& table, const LinearOptions& options)
      : table_(table),
        options_(options),
        random_(options.seed),
        squares_(table.hash_of.size(), kFirstSquare) {
    out_.weights.resize(table.hash_of.size());
  }

  void learn(const Sample& sample, size_t position, float rate) {
    choose(position);
    float sum = out_.bias;
    for (const uint32_t number : kept_) sum += out_.weights[number];
    const float wanted = sample.is_phishing ? 1.0F : 0.0F;
    const float slope = sample.weight * (static_cast<float>(verdict::logistic(sum)) - wanted);
    const float square = slope * slope;
    bias_square_ += square;
    out_.bias -= rate * slope / std::sqrt(bias_square_);
    for (const uint32_t number : kept_) {
      squares_[number] += square;
      out_.weights[number] -= rate * slope / std::sqrt(squares_[number]);
    }
  }
  Random& random() { return random_; }
  LinearWeights take() { return std::move(out_); }

 private:
  // kept_: the features of this URL that are looked at this time.
  void choose(size_t position) {
    kept_.clear();
    const auto threshold = static_cast<uint64_t>(options_.left_out * 65536);
    uint64_t bits = 0;
    int left = 0;
    for (uint64_t i = table_.first[position]; i < table_.first[position + 1]; ++i) {
      if (left == 0) {
        bits = random_.next();
        left = 4;
      }
      if ((bits & 0xffff) >= threshold) kept_.push_back(table_.numbers[i]);
      bits >>= 16;
      --left;
    }
  }

  const FeatureTable& table_;
  const LinearOptions& options_;
  Random random_;
  std::vector<float> squares_;
  float bias_square_ = kFirstSquare;
  std::vector<uint32_t> kept_;
  LinearWeights out_;
};

LinearWeights run_once(const SampleSet& set, const std::vector<uint32_t>& chosen, const FeatureTable& table,
                       const LinearOptions& options) {
  Trainer trainer(table, options);
  std::vector<uint32_t> order(chosen.size());
  std::iota(order.begin(), order.end(), 0U);
  const auto steps = static_cast<float>(order.size()) * static_cast<float>(options.epochs);
  float done = 0;
  for (int epoch = 0; epoch < options.epochs; ++epoch) {
    trainer.random().shuffle(&order);
    for (const uint32_t position : order) {
      trainer.learn(set.samples[chosen[position]], position, options.rate * (1 - 0.9F * done / steps));
      ++done;
    }
  }
  return trainer.take();
}

}  // namespace

LinearWeights train_linear(const SampleSet& set, const std::vector<uint32_t>& chosen,
                           const FeatureTable& table, const LinearOptions& options) {
  LinearWeights mean;
  mean.weights.resize(table.hash_of.size());
  const float share = 1.0F / static_cast<float>(options.runs);
  for (int run = 0; run < options.runs; ++run) {
    LinearOptions again = options;
    again.seed = options.seed * 1000 + static_cast<uint64_t>(run);
    const LinearWeights one = run_once(set, chosen, table, again);
    mean.bias += share * one.bias;
    for (size_t i = 0; i < mean.weights.size(); ++i) mean.weights[i] += share * one.weights[i];
  }
  return mean;
}

}  // namespace linkgate::training
