#include "training/url_model_trainer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <unordered_set>

#include "base/check.h"
#include "training/feature_table.h"
#include "training/linear_view.h"
#include "training/made_examples.h"
#include "training/tree_trainer.h"
#include "url/domain.h"
#include "verdict/feature_sink.h"
#include "verdict/plain_math.h"

namespace linkgate::training {
namespace {

using verdict::Fact;
using verdict::UrlModelParts;

constexpr size_t kMostTreeRows = 150'000;
constexpr float kGivenWeight = 2;  // hosts that were given away are rare in training and not in life
constexpr float kMadeWeight = 0.5F;
constexpr float kHarmlessWeight =
    3;  // thresholds lie where few harmless ones are: these are to be learnt well
constexpr size_t kLeastOfTopLevel = 10;  // domains

uint32_t text_hash(std::string_view text) { return verdict::feature_hash(3, text) * 0x9e3779b9U >> 8; }

std::string domain_of(const Example& example) {
  const auto url = url::Url::parse(example.url);
  CHECK(url.has_value());
  return url::registrable_domain(url->hostname());
}

// The day from which a seventh of the dated examples of a label are.
int32_t newest_seventh(const std::vector<Example>& examples, bool is_phishing) {
  std::vector<int32_t> days;
  for (const Example& example : examples) {
    if (example.day != kNoDate && example.is_phishing == is_phishing) days.push_back(example.day);
  }
  if (days.size() < kLeastExamples) return INT32_MAX;
  std::sort(days.begin(), days.end());
  return days[days.size() - days.size() / 7];
}

// Log odds by top-level domain, a domain counting once.
std::vector<std::pair<std::string, float>> top_level_odds(const SampleSet& set,
                                                          const std::vector<uint32_t>& chosen) {
  struct Count {
    size_t bad = 0, good = 0;
  };
  std::map<std::string, Count> counts;
  std::unordered_set<std::string> seen;
  for (const uint32_t index : chosen) {
    const Sample& sample = set.samples[index];
    if (sample.top_level.empty() || !seen.insert(sample.domain + (sample.is_phishing ? "+" : "-")).second)
      continue;
    Count& count = counts[sample.top_level];
    ++(sample.is_phishing ? count.bad : count.good);
  }
  std::vector<std::pair<std::string, float>> out;
  for (const auto& [name, count] : counts) {
    if (count.bad + count.good < kLeastOfTopLevel) continue;
    const double odds = (static_cast<double>(count.bad) + 3) / (static_cast<double>(count.good) + 3);
    out.emplace_back(name, static_cast<float>(verdict::plain_log2(odds)));
  }
  return out;
}

// `base`: from the linear view's total to log odds.
std::vector<TreeRow> tree_rows(const std::vector<Example>& examples, const SampleSet& set,
                               const std::vector<uint32_t>& chosen, const LinearView& linear,
                               const Calibration& base,
                               const std::vector<std::pair<std::string, float>>& odds, uint64_t seed) {
  const std::map<std::string_view, float> by_name(odds.begin(), odds.end());
  std::vector<uint32_t> positions(chosen.size());
  std::iota(positions.begin(), positions.end(), 0U);
  Random(seed).shuffle(&positions);
  if (positions.size() > kMostTreeRows) positions.resize(kMostTreeRows);
  std::vector<TreeRow> rows;
  for (const uint32_t position : positions) {
    const Sample& sample = set.samples[chosen[position]];
    const auto url = url::Url::parse(examples[chosen[position]].url);
    const verdict::UrlParts parts = verdict::cut_url(*url);
    const auto found = by_name.find(parts.top_level());
    rows.push_back({verdict::measure_url(parts, verdict::know_url(parts),
                                         found == by_name.end() ? 0 : found->second, linear.sums[position]),
                    sample.is_phishing, sample.weight, base.slope * linear.totals[position] + base.offset});
  }
  return rows;
}

// How the linear view's totals lead to log odds among these samples.
Calibration calibrate_linear(const SampleSet& set, const std::vector<uint32_t>& chosen,
                             const LinearView& linear) {
  std::vector<Judged> judged;
  double bad = 1, good = 1;
  for (size_t i = 0; i < chosen.size(); ++i) {
    const Sample& sample = set.samples[chosen[i]];
    judged.push_back({linear.totals[i], sample.is_phishing, false, false});
    (sample.is_phishing ? bad : good) += sample.weight;
  }
  Calibration base = calibrate(judged);
  base.offset += static_cast<float>((verdict::plain_log2(bad) - verdict::plain_log2(good)) /
                                    verdict::plain_log2(2.718281828459045));
  return base;
}

class Training {
 public:
  Training(const std::vector<Example>& examples, const SampleSet& set, const TrainOptions& options)
      : examples_(examples), set_(set), options_(options) {}

  UrlModelParts fit(const std::vector<uint32_t>& chosen) const {
    const auto odds = top_level_odds(set_, chosen);
    LinearView linear = learn_linear(set_, chosen, options_.seed);
    const Calibration base = calibrate_linear(set_, chosen, linear);
    UrlModelParts parts = std::move(linear.parts);
    Trees grown = train_trees(tree_rows(examples_, set_, chosen, linear, base, odds, options_.seed),
                              {.seed = options_.seed});
    parts.nodes = std::move(grown.nodes);
    parts.depth = grown.depth;
    parts.tree_bias = base.offset;
    parts.tree_share = 1 / base.slope;
    for (const auto& [name, value] : odds) parts.top_levels.push_back({verdict::top_level_hash(name), value});
    std::sort(parts.top_levels.begin(), parts.top_levels.end(),
              [](const auto& a, const auto& b) { return a.hash < b.hash; });
    const auto last = std::unique(parts.top_levels.begin(), parts.top_levels.end(),
                                  [](const auto& a, const auto& b) { return a.hash == b.hash; });
    parts.top_levels.erase(last, parts.top_levels.end());
    parts.unused = unused(options_);
    return parts;
  }

  static verdict::FactMask unused(const TrainOptions& options) {
    if (options.learns_hosts) return 0;
    return bit(Fact::kFreeSuffix) | bit(Fact::kBrandName) | bit(Fact::kPathBrandName);
  }

 private:
  const std::vector<Example>& examples_;
  const SampleSet& set_;
  const TrainOptions& options_;
};

size_t add_made(const TrainOptions& options, std::vector<Example>* examples) {
  const auto phishing =
      std::count_if(examples->begin(), examples->end(), [](const Example& e) { return e.is_phishing; });
  const auto count = static_cast<size_t>(options.made_share * static_cast<float>(phishing));
  Random random(options.seed);
  for (const std::string& url : make_phishing(count, &random)) {
    Example example;
    example.url = "http://" + url;
    example.is_phishing = true;
    example.weight = kMadeWeight;
    if (url::Url::parse(example.url)) examples->push_back(std::move(example));
  }
  return count;
}

void set_thresholds(const std::vector<Judged>& judged, UrlModelParts* parts) {
  const Calibration calibration = calibrate(judged);
  parts->slope = calibration.slope;
  parts->offset = calibration.offset;
  parts->exceeded_by_percent = threshold_at(judged, 0.01);
  parts->exceeded_by_thousandth = threshold_at(judged, 0.001);
  parts->exceeded_by_ten_thousandth = threshold_at(judged, 0.0001);
}

std::string card_of(const std::vector<Example>& examples, size_t made, const TrainOptions& options,
                    const std::array<Figures, kUrlGroups>& figures) {
  std::map<std::string, std::pair<size_t, size_t>> sources;
  for (const Example& example : examples) {
    auto& count = sources[example.source.empty() ? "-" : example.source];
    ++(example.is_phishing ? count.first : count.second);
  }
  std::string card = fmt::format("seed: {}\nlearns hosts: {}\nmade examples: {}\n", options.seed,
                                 options.learns_hosts ? "yes" : "no", made);
  for (const auto& [name, count] : sources)
    card += fmt::format("source {}: {} phishing, {} harmless\n", name, count.first, count.second);
  for (size_t g = 0; g < kUrlGroups; ++g)
    card += fmt::format(
        "found of {}: {:.3f} at FPR 0.1 %, {:.3f} at FPR 1 % ({} phishing, {} harmless held back)\n",
        kUrlGroupNames[g], figures[g].at_thousandth, figures[g].at_percent, figures[g].phishing,
        figures[g].harmless);
  return card;
}

}  // namespace

Split split_by_time(const std::vector<Example>& examples) {
  const int32_t from[] = {newest_seventh(examples, false), newest_seventh(examples, true)};
  std::vector<std::string> domains;
  std::vector<bool> held(examples.size());
  std::unordered_set<std::string> trained;
  for (size_t i = 0; i < examples.size(); ++i) {
    const Example& example = examples[i];
    domains.push_back(domain_of(example));
    held[i] = example.day != kNoDate && from[example.is_phishing] != INT32_MAX
                  ? example.day >= from[example.is_phishing]
                  : text_hash(domains.back()) % 10 == 0;
    if (!held[i]) trained.insert(domains.back());
  }
  Split split;
  for (size_t i = 0; i < examples.size(); ++i) {
    if (!held[i]) split.trained.push_back(static_cast<uint32_t>(i));
    if (held[i] && !trained.contains(domains[i])) split.held.push_back(static_cast<uint32_t>(i));
  }
  return split;
}

std::vector<Judged> judge_all(const verdict::UrlModel& model, const std::vector<Example>& examples,
                              const std::vector<uint32_t>& chosen) {
  std::vector<Judged> out;
  for (const uint32_t index : chosen) {
    const auto url = url::Url::parse(examples[index].url);
    const verdict::UrlParts parts = verdict::cut_url(*url);
    out.push_back({model.score(*url).sum, examples[index].is_phishing,
                   parts.path.size() < 2 && parts.query.empty(),
                   verdict::host_kind(parts.host) != verdict::HostKind::kOwn});
  }
  return out;
}

bool is_better(const Figures& all, const Figures& current) {
  return all.at_thousandth >= current.at_thousandth && all.at_percent >= current.at_percent &&
         (all.at_thousandth > current.at_thousandth || all.at_percent > current.at_percent);
}

Result<TrainedModel> train_url_model(std::vector<Example> examples, const TrainOptions& options) {
  const auto say = [&](const std::string& text) {
    if (options.say) options.say(text);
  };
  TrainedModel out;
  out.split = split_by_time(examples);
  for (const bool kind : {false, true}) {
    const auto of_kind = [&](uint32_t i) { return examples[i].is_phishing == kind; };
    if (static_cast<size_t>(std::count_if(out.split.trained.begin(), out.split.trained.end(), of_kind)) <
            kLeastExamples ||
        std::count_if(out.split.held.begin(), out.split.held.end(), of_kind) < 10)
      return Error(
          ErrorCode::kInvalidArgument,
          fmt::format("too few {} URLs: at least {} to learn from and 10 of other domains to measure by",
                      kind ? "phishing" : "harmless", kLeastExamples));
  }
  const size_t given = examples.size();
  const size_t made = add_made(options, &examples);
  std::vector<uint32_t> all(examples.size());
  std::iota(all.begin(), all.end(), 0U);
  std::vector<uint32_t> trained = out.split.trained;
  trained.insert(trained.end(), all.begin() + static_cast<std::ptrdiff_t>(given), all.end());
  say(fmt::format("reading {} URLs", examples.size()));
  SampleSet set = cut_examples(examples, Training::unused(options));
  for (size_t i = 0; i < given; ++i)
    set.samples[i].weight *=
        (set.samples[i].is_given ? kGivenWeight : 1) * (set.samples[i].is_phishing ? 1 : kHarmlessWeight);
  const Training training(examples, set, options);
  say(fmt::format("learning from {}, {} held back", trained.size(), out.split.held.size()));
  out.measured = training.fit(trained);
  const auto judged = judge_all(verdict::UrlModel(out.measured), examples, out.split.held);
  out.figures = evaluate(judged);
  set_thresholds(judged, &out.measured);
  say("learning from all");
  out.parts = training.fit(all);
  set_thresholds(judged, &out.parts);
  examples.resize(given);
  out.parts.card = card_of(examples, made, options, out.figures);
  return out;
}

}  // namespace linkgate::training
