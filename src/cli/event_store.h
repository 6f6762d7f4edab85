#pragma once
// The event store of this configuration: the embedded one of a running Linkgate, or a ClickHouse elsewhere.

#include <memory>

#include "base/config.h"
#include "base/result.h"
#include "store/client.h"

namespace linkgate::cli {

// Only where it is and the secret are looked up; the first call on it may say that it is down. kUnavailable
// where no Linkgate runs on this data.
Result<std::unique_ptr<store::StoreClient>> open_event_store(const Config& config);

}  // namespace linkgate::cli
