#pragma once
// From examples to a URL model: what is held back, what is learnt, what it is worth. The same examples,
// options and version give the same bytes on every machine.

#include <functional>
#include <string>
#include <vector>

#include "training/evaluation.h"
#include "training/examples.h"
#include "verdict/url_model.h"

namespace linkgate::training {

struct TrainOptions {
  uint64_t seed = 1;
  // Made examples (made_examples.h) for each phishing URL that is given.
  float made_share = 0.2F;
  // Learn what each free host and each well-known name is worth by itself. For examples that show those hosts
  // as they are met; elsewhere a host of which only harmless pages were seen would vouch for the next page.
  bool learns_hosts = false;
  std::function<void(const std::string&)> say;  // progress, for people; may be empty
};

// Which examples are held back: of the dated ones of each label the newest seventh, of the others those of a
// tenth of the domains, without those of domains that are trained on.
struct Split {
  std::vector<uint32_t> trained, held;
};
Split split_by_time(const std::vector<Example>& examples);

// The examples that are held back, judged by a model.
std::vector<Judged> judge_all(const verdict::UrlModel& model, const std::vector<Example>& examples,
                              const std::vector<uint32_t>& chosen);

struct TrainedModel {
  verdict::UrlModelParts parts;     // trained on everything; threshold and card from what was held back
  verdict::UrlModelParts measured;  // trained without what was held back: what comparisons judge
  std::array<Figures, kUrlGroups> figures;  // of `measured`
  Split split;
};

// kInvalidArgument where there are too few examples of a kind to learn from and to measure.
inline constexpr size_t kLeastExamples = 200;  // of each kind
Result<TrainedModel> train_url_model(std::vector<Example> examples, const TrainOptions& options);

// Whether figures are better: neither of those for all URLs lower, one higher.
bool is_better(const Figures& all, const Figures& current);

}  // namespace linkgate::training
