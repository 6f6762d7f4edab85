#include "verdict/url_model.h"

#include <algorithm>

#include "verdict/feature_sink.h"
#include "verdict/plain_math.h"

namespace linkgate::verdict {

float UrlModel::weight(uint32_t hash) const {
  const size_t group = hash & ((1U << parts_.group_bits) - 1);
  const auto tag = static_cast<uint8_t>(hash >> 24);
  const auto* const slots = &parts_.slots[group * UrlModelParts::kSlots];
  for (size_t i = 0; i < UrlModelParts::kSlots; ++i) {
    if (slots[i].tag == tag && slots[i].weight != 0) return static_cast<float>(slots[i].weight) * parts_.step;
  }
  return 0;
}

LinearSums UrlModel::sums(const std::vector<UrlFeature>& features) const {
  LinearSums sums{};
  for (const UrlFeature& feature : features)
    sums[static_cast<size_t>(feature.speaker)] += weight(feature.hash);
  return sums;
}

float UrlModel::trees(const Measures& measures) const {
  float sum = parts_.tree_bias;
  const size_t size = (size_t{2} << parts_.depth) - 1;
  for (size_t tree = 0; tree < parts_.nodes.size(); tree += size) {
    const auto* const nodes = &parts_.nodes[tree];
    size_t at = 0;
    while (nodes[at].measure >= 0)
      at = 2 * at + (measures[static_cast<size_t>(nodes[at].measure)] <= nodes[at].value ? 1 : 2);
    sum += nodes[at].value;
  }
  return sum * parts_.tree_share;
}

float UrlModel::top_level(const UrlParts& parts) const {
  const uint32_t hash = top_level_hash(parts.top_level());
  const auto found =
      std::lower_bound(parts_.top_levels.begin(), parts_.top_levels.end(), hash,
                       [](const UrlModelParts::TopLevel& known, uint32_t h) { return known.hash < h; });
  return found != parts_.top_levels.end() && found->hash == hash ? found->log_odds : 0;
}

UrlScore UrlModel::score(const url::Url& url) const {
  const UrlParts parts = cut_url(url);
  const UrlKnowledge known = know_url(parts);
  thread_local std::vector<UrlFeature> features;  // its capacity is the point
  extract_features(parts, known, parts_.unused, &features);
  UrlScore score;
  const LinearSums sums = this->sums(features);
  score.sum = parts_.bias + total(sums) + trees(measure_url(parts, known, top_level(parts), sums));
  score.probability = logistic(double{parts_.slope} * score.sum + parts_.offset);
  using enum UrlScore::Rarity;
  score.rarity = score.sum > parts_.exceeded_by_ten_thousandth ? kOneIn10000
                 : score.sum > parts_.exceeded_by_thousandth   ? kOneIn1000
                 : score.sum > parts_.exceeded_by_percent      ? kOneIn100
                                                               : kUsual;
  return score;
}

size_t UrlModel::memory() const {
  return sizeof *this + parts_.slots.capacity() * sizeof(UrlModelParts::Slot) +
         parts_.nodes.capacity() * sizeof(UrlModelParts::Node) +
         parts_.top_levels.capacity() * sizeof(UrlModelParts::TopLevel) + parts_.card.capacity();
}

}  // namespace linkgate::verdict
