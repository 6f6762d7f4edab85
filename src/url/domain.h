#pragma once
// Registrable domains (public suffix plus one label) by the Public Suffix List, through libpsl's built-in
// copy.

#include <string>
#include <string_view>

namespace linkgate::url {

// `hostname` as Url::hostname() gives it. An IP address, a single label, or a bare public suffix is returned
// as it is: the answer is always something that lists and reports can group by, never empty for a non-empty
// host.
std::string registrable_domain(std::string_view hostname);

// True where `hostname` ends in a suffix that ICANN's section of the list names, with at least one label in
// front: a host that can exist in public DNS.
bool has_known_suffix(std::string_view hostname);

}  // namespace linkgate::url
