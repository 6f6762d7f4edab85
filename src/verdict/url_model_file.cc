#include "verdict/url_model_file.h"

#include <bit>
#include <cmath>

#include "url/canonical_key.h"

namespace linkgate::verdict {
namespace {

constexpr std::string_view kMagic = "LGURLM01";
constexpr size_t kChecksum = 16;

// BLAKE2b-128, which url/ has for its keys.
std::string checksum_of(std::string_view bytes) { return url::canonical_hash(bytes); }

class Writer {
 public:
  std::string out{kMagic};
  template <typename T>
  void number(T value) {
    for (size_t i = 0; i < sizeof value; ++i)
      out.push_back(static_cast<char>(static_cast<uint64_t>(value) >> (8 * i)));
  }
  void real(float value) { number(std::bit_cast<uint32_t>(value)); }
};

// Every read checks; after a failure all reads give 0.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}
  bool ok = true;
  template <typename T>
  T number() {
    if (rest_.size() < sizeof(T)) ok = false;
    if (!ok) return 0;
    uint64_t value = 0;
    for (size_t i = 0; i < sizeof(T); ++i)
      value |= static_cast<uint64_t>(static_cast<uint8_t>(rest_[i])) << (8 * i);
    rest_.remove_prefix(sizeof(T));
    return static_cast<T>(value);
  }
  float real() {
    const float value = std::bit_cast<float>(number<uint32_t>());
    if (!std::isfinite(value)) ok = false;
    return ok ? value : 0;
  }
  size_t left() const { return rest_.size(); }
  std::string_view rest() const { return rest_; }

 private:
  std::string_view rest_;
};

struct Sizes {
  uint32_t top_levels = 0, trees = 0, card = 0;
};

bool read_header(Reader* in, UrlModelParts* parts, Sizes* sizes) {
  parts->group_bits = in->number<uint32_t>();
  sizes->top_levels = in->number<uint32_t>();
  sizes->trees = in->number<uint32_t>();
  parts->depth = in->number<uint32_t>();
  sizes->card = in->number<uint32_t>();
  parts->unused = in->number<uint64_t>();
  for (float* value :
       {&parts->step, &parts->bias, &parts->tree_bias, &parts->tree_share, &parts->slope, &parts->offset,
        &parts->exceeded_by_percent, &parts->exceeded_by_thousandth, &parts->exceeded_by_ten_thousandth})
    *value = in->real();
  return in->ok && parts->group_bits <= kMaxGroupBits && sizes->top_levels <= kMaxTopLevels &&
         sizes->trees <= kMaxTrees && parts->depth <= kMaxTreeDepth && sizes->card <= kMaxCard;
}

size_t nodes_of(uint32_t depth) { return (size_t{2} << depth) - 1; }

size_t body_size(const UrlModelParts& parts, const Sizes& sizes) {
  return (size_t{1} << parts.group_bits) * UrlModelParts::kSlots * 2 + size_t{sizes.top_levels} * 8 +
         sizes.trees * nodes_of(parts.depth) * 6 + sizes.card;
}

bool read_trees(Reader* in, const Sizes& sizes, UrlModelParts* parts) {
  const size_t nodes = nodes_of(parts->depth);
  const size_t leaves_from = nodes / 2;
  parts->nodes.resize(sizes.trees * nodes);
  for (size_t i = 0; i < parts->nodes.size(); ++i) {
    auto& node = parts->nodes[i];
    node.measure = static_cast<int16_t>(in->number<uint16_t>());
    node.value = in->real();
    if (node.measure < -1 || node.measure >= static_cast<int>(kMeasures)) return false;
    if (node.measure >= 0 && i % nodes >= leaves_from) return false;
  }
  return in->ok;
}

}  // namespace

std::string model_checksum(std::string_view bytes) {
  static constexpr char kHex[] = "0123456789abcdef";
  std::string out;
  for (const char c : bytes.substr(bytes.size() - std::min(bytes.size(), kChecksum)))
    out.append({kHex[static_cast<uint8_t>(c) >> 4], kHex[static_cast<uint8_t>(c) & 15]});
  return out;
}

std::string print_model(const UrlModelParts& parts) {
  Writer out;
  out.number(kFeatureVersion);
  out.number(parts.group_bits);
  out.number(static_cast<uint32_t>(parts.top_levels.size()));
  out.number(static_cast<uint32_t>(parts.nodes.size() / nodes_of(parts.depth)));
  out.number(parts.depth);
  out.number(static_cast<uint32_t>(parts.card.size()));
  out.number(parts.unused);
  for (const float value :
       {parts.step, parts.bias, parts.tree_bias, parts.tree_share, parts.slope, parts.offset,
        parts.exceeded_by_percent, parts.exceeded_by_thousandth, parts.exceeded_by_ten_thousandth})
    out.real(value);
  for (const auto& slot : parts.slots) {
    out.number(slot.tag);
    out.number(static_cast<uint8_t>(slot.weight));
  }
  for (const auto& top : parts.top_levels) {
    out.number(top.hash);
    out.real(top.log_odds);
  }
  for (const auto& node : parts.nodes) {
    out.number(static_cast<uint16_t>(node.measure));
    out.real(node.value);
  }
  out.out += parts.card;
  return out.out + checksum_of(out.out);
}

Result<UrlModel> UrlModel::parse(std::string_view bytes) {
  const auto refused = [](std::string why) { return Error(ErrorCode::kInvalidArgument, std::move(why)); };
  if (!bytes.starts_with(kMagic)) return refused("this is no URL model");
  if (bytes.size() < kMagic.size() + kChecksum) return refused("the URL model is cut short");
  const std::string_view body = bytes.substr(0, bytes.size() - kChecksum);
  Reader in(body.substr(kMagic.size()));
  const auto version = in.number<uint32_t>();
  if (!in.ok) return refused("the URL model is cut short");
  if (version != kFeatureVersion)
    return refused("the URL model was trained on features of version " + std::to_string(version) +
                   ", and this Linkgate has version " + std::to_string(kFeatureVersion) + ": train it again");
  UrlModelParts parts;
  Sizes sizes;
  if (!read_header(&in, &parts, &sizes)) return refused("the URL model's header is wrong");
  if (in.left() != body_size(parts, sizes)) return refused("the URL model has another length than it says");
  if (checksum_of(body) != bytes.substr(body.size())) return refused("the URL model's checksum is wrong");
  parts.slots.resize((size_t{1} << parts.group_bits) * UrlModelParts::kSlots);
  for (auto& slot : parts.slots) {
    slot.tag = in.number<uint8_t>();
    slot.weight = static_cast<int8_t>(in.number<uint8_t>());
  }
  parts.top_levels.resize(sizes.top_levels);
  for (size_t i = 0; i < parts.top_levels.size(); ++i) {
    parts.top_levels[i] = {in.number<uint32_t>(), in.real()};
    if (i > 0 && parts.top_levels[i].hash <= parts.top_levels[i - 1].hash) in.ok = false;
  }
  if (!read_trees(&in, sizes, &parts) || !in.ok) return refused("the URL model holds what no model has");
  parts.card = in.rest();
  return UrlModel(std::move(parts));
}

}  // namespace linkgate::verdict
