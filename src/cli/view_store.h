#pragma once
// Queries of views, put to the store of this installation.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/config.h"
#include "cli/asked_store.h"
#include "kql/kql.h"

namespace linkgate::cli {

struct ViewRows {
  std::vector<kql::ResultColumn> columns;
  std::vector<std::string> lines;  // the store's
  kql::Visualization visualization;
  bool more = false;  // than were asked for
};

class ViewStore {
 public:
  // All of a view's queries have one `now`. Errors of AskedStore::open.
  static Result<ViewStore> open(const Config& config, bool installed, Time now);

  // kInternal where the query does not compile: it is ours. `most`: 0 is all, within the limits of a query.
  Result<ViewRows> ask(const std::string& kql, uint64_t most);
  // The columns first, then line by line whatever there is.
  Result<void> stream(const std::string& kql, const std::function<void(const ViewRows&)>& begin,
                      const std::function<bool(std::string_view line)>& take);
  // "Everything recorded before 2026-11-21 10:00:00 (UTC) is in it."; empty where nobody knows.
  std::string freshness() const;

 private:
  ViewStore(const Config& config, std::unique_ptr<AskedStore> store, Time now);
  Result<kql::Compiled> compile(const std::string& kql, uint64_t most) const;
  store::QueryLimits limits() const;

  const Config* config_;
  std::unique_ptr<AskedStore> store_;
  Time now_;
  kql::Catalog catalog_;
};

// For programs that check what a view asks: the text compiled, or the error of ask().
Result<kql::Compiled> compile_view(const std::string& kql, const kql::Catalog& catalog, Time now,
                                   uint64_t most);

}  // namespace linkgate::cli
