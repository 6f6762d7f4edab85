#pragma once
// A question of ours to the event store, in KQL.

#include <string>
#include <vector>

#include "base/clock.h"
#include "base/config.h"
#include "base/result.h"
#include "kql/kql.h"
#include "store/client.h"

namespace linkgate::respond {

using Table = std::vector<std::vector<std::string>>;  // kql::row_to_text of each row

// kInternal where the text does not compile: it is ours. Errors of StoreClient::query.
Result<Table> ask_events(store::StoreClient& client, const kql::Catalog& catalog, const Config& config,
                         Time now, const std::string& kql);

}  // namespace linkgate::respond
