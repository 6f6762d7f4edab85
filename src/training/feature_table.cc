#include "training/feature_table.h"

#include <unordered_map>

#include "base/check.h"
#include "url/url.h"

namespace linkgate::training {
namespace {

// Domains are counted in a table by the low bits of a feature's hash: features that meet there count
// together, which keeps a few more.
constexpr uint32_t kCountBits = 25;
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
    for (const auto& feature : features) set.hashes.push_back(feature.hash);
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

}  // namespace linkgate::training
