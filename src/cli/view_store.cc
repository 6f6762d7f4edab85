#include "cli/view_store.h"

#include <fmt/format.h>

#include "base/file_system.h"
#include "store/freshness.h"
#include "views/event_catalog.h"

namespace linkgate::cli {

ViewStore::ViewStore(const Config& config, std::unique_ptr<AskedStore> store, Time now)
    : config_(&config),
      store_(std::move(store)),
      now_(now),
      catalog_(views::event_catalog(config.events.database)) {}

Result<ViewStore> ViewStore::open(const Config& config, bool installed, Time now) {
  TRY_ASSIGN(auto store, AskedStore::open(config, installed));
  return ViewStore(config, std::move(store), now);
}

Result<kql::Compiled> compile_view(const std::string& kql, const kql::Catalog& catalog, Time now,
                                   uint64_t most) {
  kql::CompileOptions options;
  options.now = now;
  options.row_limit = most == 0 ? 0 : most + 1;  // the last tells that there are more
  auto compiled = kql::compile(kql, catalog, options);
  if (compiled) return *std::move(compiled);
  return Error(ErrorCode::kInternal, "a view's own query: " + kql::render(compiled.error(), kql));
}

Result<kql::Compiled> ViewStore::compile(const std::string& kql, uint64_t most) const {
  return compile_view(kql, catalog_, now_, most);
}

store::QueryLimits ViewStore::limits() const {
  store::QueryLimits limits;
  limits.max_memory = config_->kql.query_memory_bytes;
  return limits;
}

Result<ViewRows> ViewStore::ask(const std::string& kql, uint64_t most) {
  TRY_ASSIGN(kql::Compiled compiled, compile(kql, most));
  TRY_ASSIGN(store::QueryResult found, store_->query(compiled.sql, limits()));
  ViewRows rows{std::move(compiled.columns), std::move(found.rows), std::move(compiled.visualization)};
  rows.more = most > 0 && rows.lines.size() > most;
  if (rows.more) rows.lines.resize(most);
  return rows;
}

Result<void> ViewStore::stream(const std::string& kql, const std::function<void(const ViewRows&)>& begin,
                               const std::function<bool(std::string_view line)>& take) {
  TRY_ASSIGN(kql::Compiled compiled, compile(kql, 0));
  begin({compiled.columns, {}, compiled.visualization});
  store::QueryLimits unhurried = limits();
  unhurried.time = std::chrono::hours(1);
  return store_->stream(compiled.sql, unhurried, take);
}

std::string ViewStore::freshness() const {
  const auto fresh = store::read_freshness(DataPaths(config_->data), real_file_system());
  if (!fresh) return "";
  std::string text = to_iso8601(*fresh).substr(0, 19);
  text[10] = ' ';
  return fmt::format("Everything recorded before {} (UTC) is in it.", text);
}

}  // namespace linkgate::cli
