#include "scan/hash_list.h"

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <nlohmann/json.hpp>

#include "base/base64.h"

namespace linkgate::scan {
namespace {

using Json = nlohmann::json;

constexpr uint32_t kMaxRiceParameter = 31;

Error malformed(std::string_view what) {
  return Error(ErrorCode::kInvalidArgument, "is no list of hashes: " + std::string(what));
}

// Bits from the low end of each octet.
class Bits {
 public:
  explicit Bits(std::string_view bytes) : bytes_(bytes) {}
  // -1 at the end.
  int next() {
    if (at_ >= bytes_.size() * 8) return -1;
    const auto octet = static_cast<uint8_t>(bytes_[at_ / 8]);
    return octet >> (at_++ % 8) & 1;
  }

 private:
  std::string_view bytes_;
  size_t at_ = 0;
};

std::string sha256_of(const std::vector<uint32_t>& prefixes) {
  crypto_hash_sha256_state state;
  crypto_hash_sha256_init(&state);
  for (const uint32_t prefix : prefixes) {
    const std::array<unsigned char, 4> octets{
        static_cast<unsigned char>(prefix >> 24), static_cast<unsigned char>(prefix >> 16),
        static_cast<unsigned char>(prefix >> 8), static_cast<unsigned char>(prefix)};
    crypto_hash_sha256_update(&state, octets.data(), octets.size());
  }
  std::string digest(crypto_hash_sha256_BYTES, '\0');
  crypto_hash_sha256_final(&state, reinterpret_cast<unsigned char*>(digest.data()));
  return digest;
}

const Json* member(const Json& object, const char* name) {
  const auto at = object.find(name);
  return at != object.end() ? &*at : nullptr;
}
std::string text_of(const Json& object, const char* name) {
  const Json* value = member(object, name);
  return value != nullptr && value->is_string() ? value->get<std::string>() : "";
}
// Either alphabet, padded or not.
std::optional<std::string> octets_of(const Json& object, const char* name) {
  const std::string text = text_of(object, name);
  auto octets = base64_decode(text);
  return octets ? octets : base64url_decode(text);
}
// A number, or a text that is one (64 bits in proto3's JSON); absent is 0.
std::optional<uint32_t> number_of(const Json& object, const char* name) {
  const Json* value = member(object, name);
  if (value == nullptr) return 0;
  uint64_t number = 0;
  if (value->is_number_unsigned()) {
    number = value->get<uint64_t>();
  } else if (value->is_string()) {
    const auto& text = value->get_ref<const std::string&>();
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  } else {
    return std::nullopt;
  }
  if (number > UINT32_MAX) return std::nullopt;
  return static_cast<uint32_t>(number);
}

Result<std::vector<uint32_t>> series_of(const Json& json, const char* count_name) {
  const auto first = number_of(json, "firstValue"), parameter = number_of(json, "riceParameter"),
             count = number_of(json, count_name);
  const auto data = octets_of(json, "encodedData");
  if (!first || !parameter || !count || !data) return malformed("a series has no such numbers");
  return decode({*first, *parameter, *count, *data});
}

// "300s", "1.5s".
int64_t seconds_of(const std::string& duration) {
  int64_t seconds = 0;
  std::from_chars(duration.data(), duration.data() + duration.size(), seconds);
  return std::clamp<int64_t>(seconds, 0, 86'400);
}

}  // namespace

Result<std::vector<uint32_t>> decode(const RiceSeries& series) {
  if (series.count >= kMaxHashPrefixes) return Error(ErrorCode::kLimit, "has more than 20,000,000 hashes");
  if (series.count > 0 && (series.parameter == 0 || series.parameter > kMaxRiceParameter))
    return malformed("a Rice parameter that none has");
  // Each difference takes one bit and its remainder at least.
  if (uint64_t{series.count} * (series.parameter + 1) > series.data.size() * 8)
    return malformed("a series ends early");
  std::vector<uint32_t> values{series.first};
  values.reserve(size_t{series.count} + 1);
  Bits bits(series.data);
  for (uint32_t i = 0; i < series.count; ++i) {
    uint64_t quotient = 0;
    int bit = bits.next();
    for (; bit == 1; bit = bits.next()) ++quotient;
    uint64_t difference = quotient << series.parameter;
    for (uint32_t k = 0; k < series.parameter && bit >= 0; ++k) {
      bit = bits.next();
      difference |= static_cast<uint64_t>(bit == 1 ? 1 : 0) << k;
    }
    if (bit < 0) return malformed("a series ends early");
    const uint64_t value = values.back() + difference;
    if (difference == 0 || value > UINT32_MAX)
      return malformed("a series that does not ascend within 32 bits");
    values.push_back(static_cast<uint32_t>(value));
  }
  return values;
}

Result<HashList> updated(const HashList& before, const HashListUpdate& update) {
  HashList after;
  after.version = update.version;
  if (update.is_partial) {
    std::vector<uint32_t> removals = update.removals;
    std::sort(removals.begin(), removals.end());
    if (!removals.empty() && removals.back() >= before.prefixes.size())
      return Error(ErrorCode::kCorrupt, "removes a hash behind the end of its list " + update.name);
    size_t removed = 0;
    for (size_t i = 0; i < before.prefixes.size(); ++i) {
      const bool is_removed = removed < removals.size() && removals[removed] == i;
      while (removed < removals.size() && removals[removed] == i) ++removed;
      if (!is_removed) after.prefixes.push_back(before.prefixes[i]);
    }
  }
  after.prefixes.insert(after.prefixes.end(), update.additions.begin(), update.additions.end());
  if (after.prefixes.size() > kMaxHashPrefixes)
    return Error(ErrorCode::kLimit, "has more than 20,000,000 hashes");
  std::sort(after.prefixes.begin(), after.prefixes.end());
  if (sha256_of(after.prefixes) != update.sha256)
    return Error(ErrorCode::kCorrupt,
                 "list " + update.name + " does not have the SHA-256 that its update says");
  return after;
}

std::string expression_hash(std::string_view expression) {
  std::string digest(crypto_hash_sha256_BYTES, '\0');
  crypto_hash_sha256(reinterpret_cast<unsigned char*>(digest.data()),
                     reinterpret_cast<const unsigned char*>(expression.data()), expression.size());
  return digest;
}

std::string hash_key(uint32_t prefix) { return fmt::format("sha256:{:08x}", prefix); }

uint32_t prefix_of(std::string_view full_hash) {
  uint32_t prefix = 0;
  for (size_t i = 0; i < 4; ++i) prefix = prefix << 8 | static_cast<uint8_t>(full_hash[i]);
  return prefix;
}

Result<std::vector<HashListUpdate>> parse_hash_lists(std::string_view text, int64_t* wait_s) {
  const Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  const Json* lists = json.is_object() ? member(json, "hashLists") : nullptr;
  if (lists == nullptr || !lists->is_array()) return malformed("it has no hashLists");
  std::vector<HashListUpdate> updates;
  *wait_s = 0;
  for (const Json& one : *lists) {
    if (!one.is_object()) return malformed("a list is no object");
    HashListUpdate& update = updates.emplace_back();
    update.name = text_of(one, "name");
    update.version = text_of(one, "version");
    const Json* partial = member(one, "partialUpdate");
    update.is_partial = partial != nullptr && *partial == Json(true);
    update.sha256 = octets_of(one, "sha256Checksum").value_or("");
    *wait_s = std::max(*wait_s, seconds_of(text_of(one, "minimumWaitDuration")));
    if (const Json* added = member(one, "additionsFourBytes"); added != nullptr && added->is_object()) {
      TRY_ASSIGN(update.additions, series_of(*added, "entriesCount"));
    }
    if (const Json* removed = member(one, "compressedRemovals"); removed != nullptr && removed->is_object()) {
      TRY_ASSIGN(update.removals, series_of(*removed, "entriesCount"));
    }
    for (const char* longer : {"additionsEightBytes", "additionsSixteenBytes", "additionsThirtyTwoBytes"}) {
      if (member(one, longer) != nullptr)
        return malformed("list " + update.name + " has hashes of more than four octets");
    }
  }
  return updates;
}

Result<HashListUpdate> parse_threat_diff(std::string_view text) {
  const Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object() || text_of(json, "newVersionToken").empty())
    return malformed("it has no newVersionToken");
  HashListUpdate update;
  update.version = text_of(json, "newVersionToken");
  update.is_partial = text_of(json, "responseType") == "DIFF";
  if (const Json* checksum = member(json, "checksum"); checksum != nullptr && checksum->is_object())
    update.sha256 = octets_of(*checksum, "sha256").value_or("");
  if (const Json* added = member(json, "additions"); added != nullptr && added->is_object()) {
    if (const Json* rice = member(*added, "riceHashes"); rice != nullptr && rice->is_object()) {
      TRY_ASSIGN(update.additions, series_of(*rice, "entryCount"));
      // There the octets are read as little-endian numbers.
      for (uint32_t& one : update.additions) one = __builtin_bswap32(one);
    }
    const Json* raw = member(*added, "rawHashes");
    for (const Json& some : raw != nullptr && raw->is_array() ? *raw : Json::array()) {
      const auto size = some.is_object() ? number_of(some, "prefixSize") : std::nullopt;
      const auto octets = some.is_object() ? octets_of(some, "rawHashes") : std::nullopt;
      if (size != 4U || !octets || octets->size() % 4 != 0)
        return malformed("raw hashes are not of four octets");
      for (size_t at = 0; at < octets->size(); at += 4)
        update.additions.push_back(prefix_of(std::string_view(*octets).substr(at)));
    }
  }
  if (const Json* removed = member(json, "removals"); removed != nullptr && removed->is_object()) {
    if (const Json* rice = member(*removed, "riceIndices"); rice != nullptr && rice->is_object()) {
      TRY_ASSIGN(update.removals, series_of(*rice, "entryCount"));
    }
    const Json* raw = member(*removed, "rawIndices");
    const Json* indices = raw != nullptr && raw->is_object() ? member(*raw, "indices") : nullptr;
    for (const Json& one : indices != nullptr && indices->is_array() ? *indices : Json::array()) {
      if (!one.is_number_unsigned() || one.get<uint64_t>() > UINT32_MAX)
        return malformed("an index is no number");
      update.removals.push_back(one.get<uint32_t>());
    }
  }
  return update;
}

}  // namespace linkgate::scan
