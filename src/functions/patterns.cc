#include "functions/patterns.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>
#include <unordered_map>

namespace linkgate::functions {
namespace {

using Places = std::vector<uint32_t>;  // of rows

bool contains(const Pattern& wide, const std::vector<uint32_t>& narrow) {
  for (size_t c = 0; c < wide.values.size(); ++c) {
    if (wide.values[c] != kAnyValue && wide.values[c] != narrow[c]) return false;
  }
  return true;
}

// A set of rows that is still to be looked at, with what all of them share.
struct Frame {
  Places places;
  Pattern pattern;
  size_t core = 0;   // columns before this one are done with
  size_t depth = 0;  // columns set on their own
};

class Search {
 public:
  Search(const std::vector<PatternRow>& rows, const PatternSearch& limits) : rows_(rows), limits_(limits) {}

  std::optional<std::vector<Pattern>> run() {
    Places all(rows_.size());
    std::iota(all.begin(), all.end(), 0U);
    Frame whole{.places = std::move(all)};
    whole.pattern = shared(whole.places);
    add(std::move(whole));
    while (!open_.empty()) {
      const Frame frame = std::move(open_.back());
      open_.pop_back();
      if (frame.depth < limits_.most_columns) extend(frame);
      if (found_.size() > limits_.most_patterns) return std::nullopt;
    }
    return std::move(found_);
  }

 private:
  bool is_enough(double first, double second) const {
    return first >= limits_.least_first || second >= limits_.least_second;
  }

  // What all of these rows have in common.
  Pattern shared(const Places& places) const {
    Pattern found{.values = rows_[places[0]].values};
    for (const uint32_t place : places) {
      const PatternRow& row = rows_[place];
      found.first += row.first;
      found.second += row.second;
      for (size_t c = 0; c < found.values.size(); ++c) {
        if (found.values[c] != row.values[c]) found.values[c] = kAnyValue;
      }
    }
    return found;
  }

  void add(Frame frame) {
    if (frame.pattern.set() > 0) found_.push_back(frame.pattern);
    open_.push_back(std::move(frame));
  }

  // Sets one column more, from the frame's core on. What follows from that in a column before it was found
  // from there already.
  void extend(const Frame& frame) {
    for (size_t c = frame.core; c < frame.pattern.values.size(); ++c) {
      if (frame.pattern.values[c] != kAnyValue) continue;
      std::unordered_map<uint32_t, Places> groups;
      for (const uint32_t place : frame.places) groups[rows_[place].values[c]].push_back(place);
      for (auto& [value, places] : groups) {
        double first = 0, second = 0;
        for (const uint32_t place : places) first += rows_[place].first, second += rows_[place].second;
        if (!is_enough(first, second)) continue;
        Frame next{.pattern = shared(places), .core = c + 1, .depth = frame.depth + 1};
        if (!std::equal(frame.pattern.values.begin(), frame.pattern.values.begin() + static_cast<long>(c),
                        next.pattern.values.begin()))
          continue;
        next.places = std::move(places);
        add(std::move(next));
        if (found_.size() > limits_.most_patterns) return;
      }
    }
  }

  const std::vector<PatternRow>& rows_;
  const PatternSearch& limits_;
  std::vector<Frame> open_;
  std::vector<Pattern> found_;
};

// Climbs from one row.
class Climb {
 public:
  Climb(const std::vector<PatternRow>& rows, double total, double size_weight)
      : rows_(rows), total_(total), size_weight_(size_weight) {}

  Pattern from(const PatternRow& seed) const {
    Pattern best = weighed(seed.values);
    for (bool better = true; better;) {
      better = false;
      const Pattern start = best;
      for (size_t c = 0; c < seed.values.size(); ++c) {
        std::vector<uint32_t> values = start.values;
        values[c] = values[c] == kAnyValue ? seed.values[c] : kAnyValue;
        Pattern next = weighed(std::move(values));
        if (!(score(next) > score(best) + 1e-12)) continue;  // nor where one is no number
        best = std::move(next);
        better = true;
      }
    }
    return best;
  }

  double score(const Pattern& pattern) const {
    const double shared = static_cast<double>(pattern.set()) / static_cast<double>(pattern.values.size());
    return std::pow(pattern.first / total_, size_weight_) * std::pow(shared, 1 - size_weight_);
  }

 private:
  Pattern weighed(std::vector<uint32_t> values) const {
    Pattern found{.values = std::move(values)};
    for (const PatternRow& row : rows_) {
      if (contains(found, row.values)) found.first += row.first;
    }
    return found;
  }

  const std::vector<PatternRow>& rows_;
  double total_;
  double size_weight_;
};

// Of several rows none is commoner than another, and each pattern is one of them: a list of rows.
bool all_differ(const std::vector<PatternRow>& rows, const std::vector<Pattern>& patterns) {
  if (rows.size() < 2) return false;
  const double weight = rows[0].first;
  const auto as_heavy = [weight](const auto& one) { return one.first == weight; };
  return std::all_of(rows.begin(), rows.end(), as_heavy) &&
         std::all_of(patterns.begin(), patterns.end(), as_heavy);
}

}  // namespace

size_t Pattern::set() const {
  return values.size() - static_cast<size_t>(std::count(values.begin(), values.end(), kAnyValue));
}

std::optional<std::vector<Pattern>> frequent_patterns(const std::vector<PatternRow>& rows,
                                                      const PatternSearch& search) {
  if (rows.empty()) return std::vector<Pattern>();
  return Search(rows, search).run();
}

std::vector<Pattern> grown_patterns(const std::vector<PatternRow>& rows, double size_weight, size_t seeds) {
  double total = 0;
  for (const PatternRow& row : rows) total += row.first;
  std::vector<const PatternRow*> heaviest;
  for (const PatternRow& row : rows) heaviest.push_back(&row);
  std::stable_sort(heaviest.begin(), heaviest.end(),
                   [](const PatternRow* a, const PatternRow* b) { return a->first > b->first; });
  heaviest.resize(std::min(heaviest.size(), seeds));
  const Climb climb(rows, total, size_weight);
  std::vector<Pattern> found;
  std::set<std::vector<uint32_t>> known;
  for (const PatternRow* seed : heaviest) {
    Pattern grown = climb.from(*seed);
    if (grown.set() > 0 && known.insert(grown.values).second) found.push_back(std::move(grown));
  }
  if (all_differ(rows, found)) return {};
  std::stable_sort(found.begin(), found.end(),
                   [&](const Pattern& a, const Pattern& b) { return climb.score(a) > climb.score(b); });
  return found;
}

std::vector<Pattern> without_related(const std::vector<Pattern>& patterns) {
  std::vector<Pattern> kept;
  for (const Pattern& pattern : patterns) {
    const auto related = [&pattern](const Pattern& other) {
      return contains(other, pattern.values) || contains(pattern, other.values);
    };
    if (std::none_of(kept.begin(), kept.end(), related)) kept.push_back(pattern);
  }
  return kept;
}

}  // namespace linkgate::functions
