#pragma once
// Where features are collected, and the hash that names them. Part of the model's format.

#include <string_view>
#include <vector>

#include "verdict/url_features.h"

namespace linkgate::verdict {

constexpr uint32_t feature_step(uint32_t h, char c) { return (h ^ static_cast<uint8_t>(c)) * 0x01000193U; }
constexpr uint32_t feature_hash(uint32_t stream, std::string_view text) {
  uint32_t h = stream * 0x9e3779b9U + 0x811c9dc5U;
  for (const char c : text) h = feature_step(h, c);
  return h;
}
constexpr uint32_t top_level_hash(std::string_view top_level) { return feature_hash(2, top_level); }
// Small numbers as one.
constexpr uint64_t pack(uint64_t a, uint64_t b, uint64_t c = 0, uint64_t d = 0) {
  return a | b << 12 | c << 24 | d << 36;
}

class FeatureSink {
 public:
  FeatureSink(std::vector<UrlFeature>* out, FactMask unused) : out_(*out), unused_(unused) { out_.clear(); }

  void piece(uint32_t hash, Speaker speaker, PartText text, size_t begin, size_t length) {
    if (out_.size() < kMaxFeatures)
      out_.push_back({mixed(hash), speaker, Fact::kNone, text, static_cast<uint16_t>(begin),
                      static_cast<uint16_t>(length)});
  }
  // `form` tells the forms of one fact apart.
  void fact(Fact fact, uint32_t form, uint64_t value) {
    char bytes[sizeof value];
    for (size_t i = 0; i < sizeof value; ++i) bytes[i] = static_cast<char>(value >> (8 * i));
    this->fact(fact, form, std::string_view(bytes, sizeof bytes));
  }
  void fact(Fact fact, uint32_t form, std::string_view value) {
    if ((unused_ & bit(fact)) != 0 || out_.size() >= kMaxFeatures) return;
    const uint32_t stream = 1000 + static_cast<uint32_t>(fact) * 16 + form;
    out_.push_back({mixed(feature_hash(stream, value)), speaker_of(fact), fact});
  }

 private:
  static constexpr uint32_t mixed(uint32_t h) {
    h = (h ^ h >> 16) * 0x7feb352dU;
    h = (h ^ h >> 15) * 0x846ca68bU;
    return h ^ h >> 16;
  }
  std::vector<UrlFeature>& out_;
  const FactMask unused_;
};

// The facts of url_features.h.
void add_host_facts(const UrlParts& parts, const UrlKnowledge& known, FeatureSink* sink);
void add_path_facts(const UrlParts& parts, const UrlKnowledge& known, FeatureSink* sink);

}  // namespace linkgate::verdict
