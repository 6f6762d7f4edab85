#pragma once
// How likely a URL is phishing by its text alone. Two views, added: a linear one over pieces and facts
// (url_features.h), and boosted trees over measures and over the sums of the first (url_measures.h).
// docs/url_model.md says what it was trained on and what it is worth. Immutable: thread-safe.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "url/url.h"
#include "verdict/url_measures.h"

namespace linkgate::verdict {

// The model as it is trained; UrlModel is the same as it is used. Its file is written down in
// url_model_file.h.
struct UrlModelParts {
  // Pieces and facts: four slots a group, the group by the low bits of the hash. In a slot the high eight
  // bits of the hash and a weight in steps of `step`; weight 0: empty.
  struct Slot {
    uint8_t tag = 0;
    int8_t weight = 0;
  };
  static constexpr size_t kSlots = 4;
  uint32_t group_bits = 0;
  std::vector<Slot> slots;
  float step = 0, bias = 0;
  FactMask unused = 0;

  struct TopLevel {
    uint32_t hash = 0;
    float log_odds = 0;
  };
  std::vector<TopLevel> top_levels;  // sorted by hash

  // Complete trees, 2^(depth+1)-1 nodes each, children of node n at 2n+1 (measure <= value) and 2n+2. A leaf
  // has measure -1, and its value is added.
  struct Node {
    int16_t measure = -1;
    float value = 0;
  };
  uint32_t depth = 0;
  std::vector<Node> nodes;
  float tree_bias = 0, tree_share = 1;  // sum = linear + share * trees

  // Probability by a logistic function of the sum, fitted on a part held back; among as many phishing as
  // other URLs.
  float slope = 1, offset = 0;
  // The sums that one of 100, 1,000 and 10,000 harmless URLs of that part exceeds.
  float exceeded_by_percent = 0, exceeded_by_thousandth = 0, exceeded_by_ten_thousandth = 0;

  std::string card;  // "key: value" lines for people: data, seed, figures
};

struct UrlScore {
  float sum = 0;
  double probability = 0;  // 0 to 1
  // How rare such a sum is among harmless URLs.
  enum class Rarity : uint8_t { kUsual, kOneIn100, kOneIn1000, kOneIn10000 } rarity = Rarity::kUsual;
};

// One thing that moved the sum, as a clerk would say it: `the host name carries "paypal" but belongs to
// x.example`.
struct UrlReason {
  std::string sentence;
  float effect = 0;  // on the sum; positive: towards phishing
};

class UrlModel {
 public:
  // The bytes of a file. kInvalidArgument for whatever is no model of this version, whole and as it was
  // written.
  static Result<UrlModel> parse(std::string_view bytes);
  explicit UrlModel(UrlModelParts parts) : parts_(std::move(parts)) {}

  // REQUIRES: url.is_http(). Less than 20 microseconds.
  UrlScore score(const url::Url& url) const;
  // What speaks most for phishing, strongest first, at most `most`; about three times the time of score().
  std::vector<UrlReason> explain(const url::Url& url, size_t most = 3) const;
  // Of a feature of the linear half; 0 where none is known.
  float weight(uint32_t hash) const;
  const std::string& card() const { return parts_.card; }
  const UrlModelParts& parts() const { return parts_; }
  size_t memory() const;  // bytes

 private:
  friend class UrlExplanation;
  LinearSums sums(const std::vector<UrlFeature>& features) const;
  float trees(const Measures& measures) const;
  float top_level(const UrlParts& parts) const;

  UrlModelParts parts_;
};

}  // namespace linkgate::verdict
