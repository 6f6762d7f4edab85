#include "cli/event_store.h"

#include "store/open.h"

namespace linkgate::cli {

Result<std::unique_ptr<store::StoreClient>> open_event_store(const Config& config) {
  TRY_ASSIGN(store::StoreOptions options, store::store_options(config));
  return std::make_unique<store::StoreClient>(std::move(options));
}

}  // namespace linkgate::cli
