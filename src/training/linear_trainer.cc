#include "training/linear_trainer.h"

#include <cmath>
#include <limits>

#include "training/random.h"
#include "verdict/plain_math.h"

namespace linkgate::training {
namespace {

constexpr float kFirstSquare = 0.01F;  // AdaGrad's sum of squares before the first step

class Trainer {
 public:
  Trainer(const FeatureTable& table, const std::vector<bool>& known, const LinearOptions& options)
      : table_(table), options_(options), random_(options.seed), weights_(known.size()) {
    for (size_t i = 0; i < known.size(); ++i) {
      if (!known[i]) weights_[i].square = std::numeric_limits<float>::infinity();  // no step is left
    }
  }

  void learn(const Sample& sample, size_t position, float rate) {
    choose(position);
    float sum = bias_;
    for (const uint32_t number : kept_) sum += weights_[number].value;
    const float wanted = sample.is_phishing ? 1.0F : 0.0F;
    const float slope = sample.weight * (static_cast<float>(verdict::logistic(sum)) - wanted);
    const float square = slope * slope;
    bias_square_ += square;
    bias_ -= rate * slope / std::sqrt(bias_square_);
    for (const uint32_t number : kept_) {
      Weight& weight = weights_[number];
      weight.square += square;
      weight.value -= rate * slope / std::sqrt(weight.square);
    }
  }
  Random& random() { return random_; }
  void add_to(LinearWeights* mean, float share) const {
    mean->bias += share * bias_;
    for (size_t i = 0; i < weights_.size(); ++i) mean->weights[i] += share * weights_[i].value;
  }

 private:
  struct Weight {
    float value = 0, square = kFirstSquare;  // together: one look at memory
  };
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
  std::vector<Weight> weights_;
  float bias_ = 0, bias_square_ = kFirstSquare;
  std::vector<uint32_t> kept_;
};

void run_once(const SampleSet& set, const std::vector<uint32_t>& chosen, std::vector<uint32_t> order,
              const LinearOptions& options, Trainer* trainer) {
  const auto steps = static_cast<float>(order.size()) * static_cast<float>(options.epochs);
  float done = 0;
  for (int epoch = 0; epoch < options.epochs; ++epoch) {
    trainer->random().shuffle(&order);
    for (const uint32_t position : order) {
      trainer->learn(set.samples[chosen[position]], position, options.rate * (1 - 0.9F * done / steps));
      ++done;
    }
  }
}

}  // namespace

LinearWeights train_linear(const SampleSet& set, const std::vector<uint32_t>& chosen,
                           const FeatureTable& table, const std::vector<uint32_t>& positions,
                           const std::vector<bool>& known, const LinearOptions& options) {
  LinearWeights mean;
  mean.weights.resize(table.hash_of.size());
  const float share = 1.0F / static_cast<float>(options.runs);
  for (int run = 0; run < options.runs; ++run) {
    LinearOptions again = options;
    again.seed = options.seed * 1000 + static_cast<uint64_t>(run);
    Trainer trainer(table, known, again);
    run_once(set, chosen, positions, again, &trainer);
    trainer.add_to(&mean, share);
  }
  return mean;
}

}  // namespace linkgate::training
