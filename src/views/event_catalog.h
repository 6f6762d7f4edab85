#pragma once
// The event tables as KQL sees them.

#include <string>

#include "kql/kql.h"

namespace linkgate::views {

kql::Catalog event_catalog(const std::string& database);

}  // namespace linkgate::views
