#pragma once
// A set of 64-bit hashes in 18.5 bits each that answers "surely not" or "perhaps"; perhaps is wrong for one
// in 65,536 of what is not in it. Binary fuse filters (Graf and Lemire, Binary Fuse Filters: Fast and Smaller
// Than Xor Filters, JEA 27, 2022) of order 3 with fingerprints of 16 bits, one for each range of hashes, so
// that building takes the memory of one range and not of the set. Immutable once built, thread-safe to read.

#include <cstddef>
#include <cstdint>
#include <vector>

namespace linkgate::scan {

// One binary fuse filter.
class FuseBlock {
 public:
  // Distinct hashes, in any order. CHECK: fewer than 2^31.
  static FuseBlock of(const std::vector<uint64_t>& hashes);
  bool may_contain(uint64_t hash) const;
  size_t bytes() const { return fingerprints_.size() * sizeof(uint16_t); }

 private:
  struct Slots {
    uint32_t first, second, third;
  };
  explicit FuseBlock(size_t size);
  Slots slots_of(uint64_t mixed) const;
  bool place(const std::vector<uint64_t>& hashes);

  uint64_t seed_ = 0;
  uint32_t segment_ = 0;  // its length, a power of two
  uint32_t starts_ = 0;   // slots in which a hash's first one may lie
  std::vector<uint16_t> fingerprints_;
};

class FuseFilter {
 public:
  // Of one range. While a filter is built it takes about 50 bytes for each of these besides what is done: 13
  // MB.
  static constexpr size_t kBlockHashes = 1 << 18;

  bool may_contain(uint64_t hash) const;
  size_t bytes() const;  // of memory
  size_t size() const { return size_; }

 private:
  friend class FuseFilterBuilder;
  struct Block {
    uint64_t last;  // the greatest hash in it
    FuseBlock filter;
  };
  std::vector<Block> blocks_;  // by hash
  size_t size_ = 0;
};

// Takes the hashes of a set in ascending order, each once (CHECK).
class FuseFilterBuilder {
 public:
  void add(uint64_t hash);
  FuseFilter finish() &&;

 private:
  void close_block();
  FuseFilter filter_;
  std::vector<uint64_t> hashes_;
  uint64_t last_ = 0;
};

}  // namespace linkgate::scan
