#pragma once
// The database of places that addresses are at, in MaxMind's format: GeoLite2 City, GeoIP2 City, DB-IP and
// others.

#include <string>

#include "base/result.h"

namespace linkgate::functions {

// Opens the file for geo_info_from_ip_address(); before confine(). One that is replaced on the disk counts
// from the next start of the program. Without one, every address is nowhere.
Result<void> open_places(const std::string& file);

}  // namespace linkgate::functions
