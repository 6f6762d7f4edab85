#include "training/weight_slots.h"

#include <algorithm>
#include <cmath>
#include <tuple>

namespace linkgate::training {
namespace {

using verdict::UrlModelParts;

constexpr uint32_t kGroupBits = 20;  // 8 MB of slots
constexpr uint32_t kLeastGroupBits = 8;
constexpr float kClippedShare = 0.0005F;  // of the weights; they are the outliers

}  // namespace

// Weights as slots: in each group the strongest.
void fill_slots(const FeatureTable& table, const LinearWeights& linear, UrlModelParts* parts) {
  std::vector<float> sizes;
  for (const float weight : linear.weights) sizes.push_back(std::fabs(weight));
  std::sort(sizes.begin(), sizes.end());
  const auto clipped = static_cast<size_t>(static_cast<float>(sizes.size()) * kClippedShare);
  parts->step = sizes.empty() ? 1 : std::max(sizes[sizes.size() - 1 - clipped] / 127, 1e-6F);
  parts->bias = linear.bias;
  parts->group_bits = kLeastGroupBits;
  while (parts->group_bits < kGroupBits && (size_t{2} << parts->group_bits) < sizes.size())
    ++parts->group_bits;
  struct Wanted {
    uint32_t group;
    uint8_t tag;
    int8_t weight;
  };
  std::vector<Wanted> wanted;
  for (size_t i = 0; i < table.hash_of.size(); ++i) {
    const float steps = std::clamp(std::round(linear.weights[i] / parts->step), -127.0F, 127.0F);
    const uint32_t hash = table.hash_of[i];
    if (steps != 0)
      wanted.push_back({hash & ((1U << parts->group_bits) - 1), static_cast<uint8_t>(hash >> 24),
                        static_cast<int8_t>(steps)});
  }
  std::sort(wanted.begin(), wanted.end(), [](const Wanted& a, const Wanted& b) {
    const int size_a = std::abs(a.weight), size_b = std::abs(b.weight);
    return std::tie(a.group, size_b, a.tag, a.weight) < std::tie(b.group, size_a, b.tag, b.weight);
  });
  parts->slots.assign((size_t{1} << parts->group_bits) * UrlModelParts::kSlots, {});
  for (const Wanted& one : wanted) {
    auto* const slots = &parts->slots[size_t{one.group} * UrlModelParts::kSlots];
    for (size_t i = 0; i < UrlModelParts::kSlots; ++i) {
      if (slots[i].weight != 0 && slots[i].tag == one.tag) break;  // a stronger one of that tag
      if (slots[i].weight != 0) continue;
      slots[i] = {one.tag, one.weight};
      break;
    }
  }
}

}  // namespace linkgate::training
