#include "store/store_sink.h"

#include "store/open.h"

namespace linkgate::store {

Result<void> StoreSink::prepare() {
  if (client_) return {};
  TRY_ASSIGN(StoreOptions options, store_options(config_));
  auto client = std::make_unique<StoreClient>(std::move(options));
  TRY(migrate(*client, config_.events.retention_days));
  TRY(apply_retention(*client, config_.events.retention_days));
  client_ = std::move(client);
  return {};
}

Result<void> StoreSink::insert(std::string_view table, const std::vector<std::string_view>& lines) {
  TRY(prepare());
  auto inserted = client_->insert(table, lines);
  if (inserted) return inserted;
  const ErrorCode code = inserted.error().code();
  // It may come back elsewhere, with another secret, or as an empty one.
  if (code == ErrorCode::kUnavailable || code == ErrorCode::kPermission || code == ErrorCode::kNotFound)
    client_.reset();
  return inserted;
}

}  // namespace linkgate::store
