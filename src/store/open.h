#pragma once
// Where this installation's event store is, and the secret for it.

#include "base/config.h"
#include "base/result.h"
#include "store/client.h"

namespace linkgate::store {

// events.url and events.password_file, or what linkgate-store on this machine wrote into DATA. kUnavailable
// while it has not yet: try again.
Result<StoreOptions> store_options(const Config& config);

}  // namespace linkgate::store
