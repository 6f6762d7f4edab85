#pragma once
// What the spelling of a link's hosts says: evidence beside the judgement, which never changes it.

#include <vector>

#include "scan/redirectors.h"
#include "verdict/verdict.h"

namespace linkgate::scan {

// Adds "host.looks_like" and "host.mixed_scripts" (url/confusable.h) for the hosts of `targets`, each once,
// unless the verdict says so already: one from the cache holds what was found when it was reached.
void add_spelling_evidence(const std::vector<Target>& targets, verdict::Verdict* verdict);

}  // namespace linkgate::scan
