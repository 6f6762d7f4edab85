#pragma once
// Several programs' metrics as one text (Prometheus text format 0.0.4): every sample gets the label
// program="...", and what belongs to one metric stands together under one HELP and one TYPE, as the format
// demands. Pure.

#include <string>
#include <utility>
#include <vector>

namespace linkgate::supervise {

// {program, its exposition}; lines that are no sample, HELP or TYPE are dropped.
std::string merge_expositions(const std::vector<std::pair<std::string, std::string>>& programs);

}  // namespace linkgate::supervise
