#include "scan/fuse_filter.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"

namespace linkgate::scan {
namespace {

constexpr uint32_t kMaxSegment = 1 << 18;
constexpr size_t kFewestSized = 16;  // fewer hashes get as many slots: the formulas are for large sets
constexpr int kMaxTries = 1000;  // one in about 1.1 succeeds; distinct hashes that fail so often are a bug

// MurmurHash3's finalizer: every bit of the sum reaches every bit of the answer.
uint64_t mix(uint64_t hash, uint64_t seed) {
  uint64_t h = hash + seed;
  h ^= h >> 33;
  h *= 0xff51afd7ed558ccd;
  h ^= h >> 33;
  h *= 0xc4ceb9fe1a85ec53;
  return h ^ h >> 33;
}

uint64_t next_seed(uint64_t* state) {  // SplitMix64
  uint64_t z = *state += 0x9e3779b97f4a7c15;
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
  z = (z ^ z >> 27) * 0x94d049bb133111eb;
  return z ^ z >> 31;
}

uint16_t fingerprint(uint64_t mixed) { return static_cast<uint16_t>(mixed ^ mixed >> 32); }

}  // namespace

// Lengths as the paper's section 4 has them for order 3.
FuseBlock::FuseBlock(size_t size) {
  const auto n = static_cast<double>(std::max(size, kFewestSized));
  const double power = std::floor(std::log(n) / std::log(3.33) + 2.25);
  segment_ = std::min(uint32_t{1} << static_cast<uint32_t>(power), kMaxSegment);
  const double factor = std::max(1.125, 0.875 + 0.25 * std::log(1e6) / std::log(n));
  const auto capacity = static_cast<uint32_t>(std::llround(n * factor));
  const uint32_t segments = std::max((capacity + segment_ - 1) / segment_, uint32_t{3});
  starts_ = (segments - 2) * segment_;
  fingerprints_.assign(size_t{segments} * segment_, 0);
}

FuseBlock::Slots FuseBlock::slots_of(uint64_t mixed) const {
  const auto first = static_cast<uint32_t>(static_cast<unsigned __int128>(mixed) * starts_ >> 64);
  const uint32_t mask = segment_ - 1;
  return {first, (first + segment_) ^ (static_cast<uint32_t>(mixed >> 18) & mask),
          (first + 2 * segment_) ^ (static_cast<uint32_t>(mixed) & mask)};
}

FuseBlock FuseBlock::of(const std::vector<uint64_t>& hashes) {
  CHECK(hashes.size() < size_t{1} << 31);
  FuseBlock block(hashes.size());
  uint64_t state = 0x6c696e6b67617465;
  for (int tries = 0; tries < kMaxTries; ++tries) {
    block.seed_ = next_seed(&state);
    if (block.place(hashes)) return block;
  }
  CHECK(false);
  return block;
}

// Peels hashes that have a slot for themselves until none is left, then gives each, in the opposite order,
// the fingerprint that makes its three slots agree. False where some hashes hold each other's slots.
bool FuseBlock::place(const std::vector<uint64_t>& hashes) {
  struct Slot {
    uint64_t mixed = 0;  // of all hashes in it, by exclusive or
    uint32_t count = 0;
  };
  std::vector<Slot> slots(fingerprints_.size());
  for (const uint64_t hash : hashes) {
    const uint64_t mixed = mix(hash, seed_);
    const Slots at = slots_of(mixed);
    for (const uint32_t slot : {at.first, at.second, at.third}) {
      slots[slot].mixed ^= mixed;
      ++slots[slot].count;
    }
  }
  std::vector<uint32_t> alone;
  for (uint32_t i = 0; i < slots.size(); ++i) {
    if (slots[i].count == 1) alone.push_back(i);
  }
  std::vector<std::pair<uint64_t, uint32_t>> peeled;  // with the slot that is its own
  peeled.reserve(hashes.size());
  while (!alone.empty()) {
    const uint32_t own = alone.back();
    alone.pop_back();
    if (slots[own].count != 1) continue;
    const uint64_t mixed = slots[own].mixed;
    peeled.emplace_back(mixed, own);
    const Slots at = slots_of(mixed);
    for (const uint32_t slot : {at.first, at.second, at.third}) {
      slots[slot].mixed ^= mixed;
      if (--slots[slot].count == 1) alone.push_back(slot);
    }
  }
  if (peeled.size() != hashes.size()) return false;
  for (auto one = peeled.rbegin(); one != peeled.rend(); ++one) {
    const Slots at = slots_of(one->first);
    uint16_t wanted = fingerprint(one->first);
    for (const uint32_t slot : {at.first, at.second, at.third}) {
      if (slot != one->second) wanted ^= fingerprints_[slot];
    }
    fingerprints_[one->second] = wanted;
  }
  return true;
}

bool FuseBlock::may_contain(uint64_t hash) const {
  const uint64_t mixed = mix(hash, seed_);
  const Slots at = slots_of(mixed);
  return (fingerprint(mixed) ^ fingerprints_[at.first] ^ fingerprints_[at.second] ^
          fingerprints_[at.third]) == 0;
}

bool FuseFilter::may_contain(uint64_t hash) const {
  const auto block = std::lower_bound(blocks_.begin(), blocks_.end(), hash,
                                      [](const Block& one, uint64_t wanted) { return one.last < wanted; });
  return block != blocks_.end() && block->filter.may_contain(hash);
}

size_t FuseFilter::bytes() const {
  size_t bytes = blocks_.capacity() * sizeof(Block);
  for (const Block& block : blocks_) bytes += block.filter.bytes();
  return bytes;
}

void FuseFilterBuilder::add(uint64_t hash) {
  CHECK(filter_.size_ == 0 || hash > last_);
  last_ = hash;
  ++filter_.size_;
  hashes_.push_back(hash);
  if (hashes_.size() == FuseFilter::kBlockHashes) close_block();
}

void FuseFilterBuilder::close_block() {
  filter_.blocks_.push_back({last_, FuseBlock::of(hashes_)});
  hashes_.clear();
}

FuseFilter FuseFilterBuilder::finish() && {
  if (!hashes_.empty()) close_block();
  return std::move(filter_);
}

}  // namespace linkgate::scan
