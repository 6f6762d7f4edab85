#pragma once
// The command line of Chromium. The network namespace is the guard; what stands here about the network is the
// second line behind it.

#include <cstdint>
#include <string>
#include <vector>

namespace linkgate::browser {

// `own_port`: the proxy of what the browser asks of its own accord. Pages get theirs with their context.
std::vector<std::string> chromium_arguments(const std::string& binary, const std::string& profile,
                                            uint16_t own_port);

}  // namespace linkgate::browser
