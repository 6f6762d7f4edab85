#include "training/feature_table.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <unordered_map>

#include "base/check.h"
#include "url/url.h"

namespace linkgate::training {
namespace {

// Domains are counted in a table by the low bits of a feature's hash: features that meet there count
// together, which keeps a few more.
constexpr uint32_t kCountBits = 25;
constexpr size_t kLeastShare = 16;  // of the examples of a kind a fold has one of so many
constexpr uint32_t kCountMask = (1U << kCountBits) - 1;

uint16_t short_hash(std::string_view text) {
  uint32_t h = 0x811c9dc5U;
  for (const char c : text) h = (h ^ static_cast<uint8_t>(c)) * 0x01000193U;
  return static_cast<uint16_t>(h >> 16 | 1);
}

// By the low bits of the hash: under how many domains, as far as neighbours differ.
std::vector<uint8_t> count_domains(const SampleSet& set, const std::vector<uint32_t>& chosen) {
  std::vector<uint8_t> counts(size_t{1} << kCountBits);
  std::vector<uint16_t> last(size_t{1} << kCountBits);
  for (const uint32_t index : chosen) {
    const Sample& sample = set.samples[index];
    const uint16_t domain = short_hash(sample.domain);
    for (const uint32_t hash : set.of(sample)) {
      const uint32_t at = hash & kCountMask;
      if (last[at] == domain) continue;
      last[at] = domain;
      if (counts[at] < UINT8_MAX) ++counts[at];
    }
  }
  return counts;
}

std::vector<uint8_t> folds_of(const SampleSet& set, const std::vector<uint32_t>& chosen, bool by_time) {
  constexpr int32_t kDaysTogether = 90;
  std::unordered_map<std::string_view, uint8_t> by_domain;
  std::vector<uint8_t> folds;
  for (const uint32_t index : chosen) {
    const Sample& sample = set.samples[index];
    uint32_t part = short_hash(sample.domain) >> 1;
    if (by_time && sample.day >= 0) part = static_cast<uint32_t>(sample.day / kDaysTogether);
    folds.push_back(by_domain.emplace(sample.domain, part % kFolds).first->second);
  }
  return folds;
}

// Whether each fold has enough of each kind.
bool is_even(const SampleSet& set, const std::vector<uint32_t>& chosen, const std::vector<uint8_t>& folds) {
  std::array<std::array<size_t, kFolds>, 2> counts{};
  for (size_t i = 0; i < chosen.size(); ++i) ++counts[set.samples[chosen[i]].is_phishing][folds[i]];
  return std::all_of(counts.begin(), counts.end(), [](const auto& of_kind) {
    const size_t all = std::accumulate(of_kind.begin(), of_kind.end(), size_t{0});
    return *std::min_element(of_kind.begin(), of_kind.end()) * kLeastShare >= all;
  });
}

}  // namespace

SampleSet cut_examples(const std::vector<Example>& examples, verdict::FactMask unused) {
  SampleSet set;
  set.samples.reserve(examples.size());
  std::vector<verdict::UrlFeature> features;
  for (const Example& example : examples) {
    const auto url = url::Url::parse(example.url);
    CHECK(url && url->is_http());
    const verdict::UrlParts parts = verdict::cut_url(*url);
    const verdict::UrlKnowledge known = verdict::know_url(parts);
    verdict::extract_features(parts, known, unused, &features);
    Sample sample;
    sample.domain = parts.domain();
    sample.is_given = known.host_kind != verdict::HostKind::kOwn;
    if (!sample.is_given) sample.top_level = parts.top_level();
    sample.is_bare = parts.path.size() < 2 && parts.query.empty();
    sample.is_phishing = example.is_phishing;
    sample.day = example.day;
    sample.weight = example.weight;
    sample.first = set.hashes.size();
    for (const auto& feature : features) {
      set.hashes.push_back(feature.hash);
      set.speakers.push_back(feature.speaker);
    }
    sample.last = set.hashes.size();
    set.samples.push_back(std::move(sample));
  }
  return set;
}

FeatureTable number_features(const SampleSet& set, const std::vector<uint32_t>& chosen, int least) {
  const auto counts = count_domains(set, chosen);
  FeatureTable table;
  table.first.push_back(0);
  std::unordered_map<uint32_t, uint32_t> numbers;
  for (const uint32_t index : chosen) {
    for (const uint32_t hash : set.of(set.samples[index])) {
      if (counts[hash & kCountMask] < least) continue;
      const auto [at, is_new] = numbers.emplace(hash, static_cast<uint32_t>(table.hash_of.size()));
      if (is_new) table.hash_of.push_back(hash);
      table.numbers.push_back(at->second);
    }
    table.first.push_back(table.numbers.size());
  }
  return table;
}

std::vector<bool> known_features(const SampleSet& set, const std::vector<uint32_t>& chosen,
                                 const FeatureTable& table, const std::vector<uint32_t>& positions,
                                 int least) {
  std::vector<uint8_t> counts(table.hash_of.size());
  std::vector<uint16_t> last(table.hash_of.size());
  for (const uint32_t position : positions) {
    const uint16_t domain = short_hash(set.samples[chosen[position]].domain);
    for (uint64_t i = table.first[position]; i < table.first[position + 1]; ++i) {
      const uint32_t number = table.numbers[i];
      if (last[number] == domain) continue;
      last[number] = domain;
      if (counts[number] < UINT8_MAX) ++counts[number];
    }
  }
  std::vector<bool> known(counts.size());
  for (size_t i = 0; i < counts.size(); ++i) known[i] = counts[i] >= least;
  return known;
}

std::vector<uint8_t> split_in_folds(const SampleSet& set, const std::vector<uint32_t>& chosen) {
  auto by_time = folds_of(set, chosen, true);
  return is_even(set, chosen, by_time) ? by_time : folds_of(set, chosen, false);
}

}  // namespace linkgate::training
