#include "training/linear_view.h"

#include <atomic>
#include <future>

#include "training/linear_trainer.h"
#include "training/weight_slots.h"

namespace linkgate::training {
namespace {

using verdict::UrlModelParts;

constexpr int kLeastDomains = 3;  // of a feature

class Learner {
 public:
  Learner(const SampleSet& set, const std::vector<uint32_t>& chosen, uint64_t seed)
      : set_(set),
        chosen_(chosen),
        seed_(seed),
        folds_(split_in_folds(set, chosen)),
        table_(number_features(set, chosen, kLeastDomains)) {
    view_.sums.resize(chosen.size());
    view_.totals.resize(chosen.size());
  }

  LinearView run() {
    std::atomic<uint32_t> next = 0;
    const auto work = [&] {
      // The largest comes first: that which leaves no fold out.
      for (uint32_t job = next++; job <= kFolds; job = next++) {
        if (job == 0) {
          view_.parts = learn_without(kFolds);
        } else {
          judge(job - 1, verdict::UrlModel(learn_without(job - 1)));
        }
      }
    };
    auto other = std::async(std::launch::async, work);
    work();
    other.get();
    return std::move(view_);
  }

 private:
  UrlModelParts learn_without(uint32_t fold) const {
    std::vector<uint32_t> positions;
    for (uint32_t i = 0; i < chosen_.size(); ++i) {
      if (folds_[i] != fold) positions.push_back(i);
    }
    const auto known = known_features(set_, chosen_, table_, positions, kLeastDomains);
    UrlModelParts parts;
    fill_slots(table_, train_linear(set_, chosen_, table_, positions, known, {.seed = seed_}), &parts);
    return parts;
  }

  void judge(uint32_t fold, const verdict::UrlModel& model) {
    for (size_t i = 0; i < chosen_.size(); ++i) {
      if (folds_[i] != fold) continue;
      const Sample& sample = set_.samples[chosen_[i]];
      for (uint64_t at = sample.first; at < sample.last; ++at)
        view_.sums[i][static_cast<size_t>(set_.speakers[at])] += model.weight(set_.hashes[at]);
      view_.totals[i] = model.parts().bias + verdict::total(view_.sums[i]);
    }
  }

  const SampleSet& set_;
  const std::vector<uint32_t>& chosen_;
  const uint64_t seed_;
  const std::vector<uint8_t> folds_;
  const FeatureTable table_;
  LinearView view_;
};

}  // namespace

LinearView learn_linear(const SampleSet& set, const std::vector<uint32_t>& chosen, uint64_t seed) {
  return Learner(set, chosen, seed).run();
}

}  // namespace linkgate::training
