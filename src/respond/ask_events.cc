#include "respond/ask_events.h"

namespace linkgate::respond {

Result<Table> ask_events(store::StoreClient& client, const kql::Catalog& catalog, const Config& config,
                         Time now, const std::string& kql) {
  kql::CompileOptions options;
  options.now = now;
  const auto compiled = kql::compile(kql, catalog, options);
  if (!compiled)
    return Error(ErrorCode::kInternal, "an alert's query: " + kql::render(compiled.error(), kql));
  store::QueryLimits limits;
  limits.max_memory = config.kql.query_memory_bytes;
  TRY_ASSIGN(const store::QueryResult found, client.query(compiled->sql, limits));
  Table rows;
  for (const std::string& line : found.rows) {
    TRY_ASSIGN(auto texts, kql::row_to_text(line, compiled->columns));
    rows.push_back(std::move(texts));
  }
  return rows;
}

}  // namespace linkgate::respond
