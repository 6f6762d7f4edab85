// Components of a graph: what SQL would need a round of joins for each step away.

#include <simdjson.h>

#include <algorithm>
#include <array>
#include <limits>
#include <numeric>
#include <string>
#include <unordered_map>
#include <vector>

#include "functions/function.h"

namespace linkgate::functions {
namespace {

constexpr uint32_t kNone = std::numeric_limits<uint32_t>::max();

// Nodes by the order in which edges name them first.
struct Graph {
  std::vector<std::string_view> names;
  std::vector<std::pair<uint32_t, uint32_t>> edges;
};

// `json` is an array of texts "from to".
bool read(simdjson::ondemand::document& json, Graph& graph) {
  std::unordered_map<std::string_view, uint32_t> places;
  const auto place_of = [&](std::string_view name) {
    const auto [found, is_new] = places.emplace(name, static_cast<uint32_t>(graph.names.size()));
    if (is_new) graph.names.push_back(name);
    return found->second;
  };
  simdjson::ondemand::array edges;
  if (json.get_array().get(edges) != simdjson::SUCCESS) return false;
  for (auto edge : edges) {
    std::string_view text;
    if (edge.get_string().get(text) != simdjson::SUCCESS) return false;
    const size_t space = text.find(' ');
    if (space == text.npos) return false;
    const uint32_t from = place_of(text.substr(0, space));
    graph.edges.emplace_back(from, place_of(text.substr(space + 1)));
  }
  return true;
}

// For each node the first of those that it is connected with, in whichever direction.
std::vector<uint32_t> weak(const Graph& graph) {
  std::vector<uint32_t> first(graph.names.size());
  std::iota(first.begin(), first.end(), 0U);
  const auto root = [&first](uint32_t node) {
    while (first[node] != node) node = first[node] = first[first[node]];
    return node;
  };
  for (const auto& [from, to] : graph.edges) {
    const uint32_t a = root(from), b = root(to);
    first[std::max(a, b)] = std::min(a, b);
  }
  for (uint32_t node = 0; node < first.size(); ++node) first[node] = root(node);
  return first;
}

// For each node one of those that it reaches and is reached from. R. Tarjan, "Depth-first search and linear
// graph algorithms" (1972), with a stack of its own.
class Strong {
 public:
  explicit Strong(const Graph& graph)
      : begin_(graph.names.size() + 1), order_(graph.names.size(), kNone), low_(order_), of_(order_) {
    for (const auto& [from, to] : graph.edges) ++begin_[from + 1];
    std::partial_sum(begin_.begin(), begin_.end(), begin_.begin());
    next_ = begin_;
    to_.resize(graph.edges.size());
    std::vector<uint32_t> at = begin_;
    for (const auto& [from, to] : graph.edges) to_[at[from]++] = to;
  }

  std::vector<uint32_t> run() {
    for (uint32_t node = 0; node < order_.size(); ++node) {
      if (order_[node] == kNone) visit(node);
    }
    return of_;
  }

 private:
  void enter(uint32_t node) {
    order_[node] = low_[node] = count_++;
    open_.push_back(node);
    way_.push_back(node);
  }

  void visit(uint32_t start) {
    enter(start);
    while (!way_.empty()) {
      const uint32_t node = way_.back();
      if (next_[node] < begin_[node + 1]) {
        const uint32_t to = to_[next_[node]++];
        if (order_[to] == kNone)
          enter(to);
        else if (of_[to] == kNone)
          low_[node] = std::min(low_[node], order_[to]);
        continue;
      }
      way_.pop_back();
      if (!way_.empty()) low_[way_.back()] = std::min(low_[way_.back()], low_[node]);
      if (low_[node] != order_[node]) continue;
      uint32_t member = kNone;
      do {
        member = open_.back();
        open_.pop_back();
        of_[member] = node;
      } while (member != node);
    }
  }

  std::vector<uint32_t> begin_, next_, to_;  // edges by the node that they leave
  std::vector<uint32_t> order_, low_, of_;
  std::vector<uint32_t> open_, way_;
  uint32_t count_ = 0;
};

// graph_components("weak" or "strong", ["from to", ...]): [["node",component], ...], counted from 0 in the
// order of the edges.
Value graph_components(const Arguments& a) {
  const simdjson::padded_string text(a.text(1));
  simdjson::ondemand::parser parser;
  simdjson::ondemand::document document;
  Graph graph;
  if (parser.iterate(text).get(document) != simdjson::SUCCESS || !read(document, graph)) return std::nullopt;
  const std::vector<uint32_t> of = a.text(0) == "strong" ? Strong(graph).run() : weak(graph);
  std::vector<uint32_t> numbers(of.size(), kNone);
  uint32_t count = 0;
  std::string out = "[";
  for (size_t node = 0; node < of.size(); ++node) {
    uint32_t& number = numbers[of[node]];
    if (number == kNone) number = count++;
    out += out.size() > 1 ? ",[\"" : "[\"";
    out += graph.names[node];
    out += "\"," + std::to_string(number) + "]";
  }
  return out + "]";
}

constexpr auto kRows = std::to_array<FunctionRow>({
    {"graph_components", 2, 2, graph_components},
});

}  // namespace

std::span<const FunctionRow> graph_rows() { return kRows; }

}  // namespace linkgate::functions
