#pragma once
// The same link shown to two visitors: what one saw and the other did not. Servers that judge their visitors
// (by agent, address, language, or whether they move a mouse) are found by that, not by knowing their ways.

#include <optional>

#include "verdict/page.h"
#include "verdict/verdict.h"

namespace linkgate::verdict {

struct PageDifference {
  Evidence evidence;
  // Only one was asked for credentials, or was sent to another site: honest pages do neither. Other words and
  // a refused visitor are what many honest pages have for programs.
  bool is_telling = false;
};

// What differs where the two saw different sites, or only one of them was asked for credentials; nullopt
// where what differs is what differs between any two visits. Order does not matter.
std::optional<PageDifference> difference_of(const Page& a, const Page& b);

// 0 (nothing in common) to 1: shared words of two texts, of all that either has.
double similarity(std::string_view a, std::string_view b);

}  // namespace linkgate::verdict
