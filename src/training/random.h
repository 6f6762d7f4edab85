#pragma once
// Random numbers that are the same on every machine for a seed (SplitMix64), unlike those of <random>'s
// distributions.

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace linkgate::training {

class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}
  uint64_t next() {
    uint64_t z = (state_ += 0x9e3779b97f4a7c15ULL);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
  }
  // 0 to n - 1. REQUIRES: 0 < n < 2^32.
  size_t below(size_t n) { return static_cast<size_t>((next() >> 32) * n >> 32); }
  bool one_in(size_t n) { return below(n) == 0; }
  float uniform() { return static_cast<float>(next() >> 40) / static_cast<float>(1U << 24); }  // [0, 1)
  template <typename T>
  const T& any(std::span<const T> list) {
    return list[below(list.size())];
  }
  template <typename T>
  void shuffle(std::vector<T>* list) {
    for (size_t i = list->size(); i > 1; --i) std::swap((*list)[i - 1], (*list)[below(i)]);
  }

 private:
  uint64_t state_;
};

}  // namespace linkgate::training
