#pragma once
// The event tables as KQL sees them.

#include <string>

#include "kql/kql.h"

namespace linkgate::portal {

kql::Catalog event_catalog(const std::string& database);

}  // namespace linkgate::portal
