#include "state/search_store.h"

#include <fmt/format.h>

#include "state/sql.h"

namespace linkgate::state {
namespace {

constexpr std::string_view kMigrations[] = {R"sql(
CREATE TABLE version (value BIGINT NOT NULL);
INSERT INTO version VALUES (1);
CREATE TABLE searches (name TEXT PRIMARY KEY, view TEXT NOT NULL, filters TEXT NOT NULL, saved_by TEXT NOT NULL,
                       saved BIGINT NOT NULL);
)sql"};
constexpr StoreSchema kSchema{"searches", kMigrations};

Error no_search(std::string_view name) {
  return {ErrorCode::kNotFound, fmt::format("there is no saved search '{}'", name)};
}

SavedSearch search_of(const SqlRows& rows, size_t i) {
  return {rows.text(i, 0), rows.text(i, 1), rows.text(i, 2), rows.text(i, 3), from_sql(rows.integer(i, 4))};
}

class SqlSearchStore final : public SearchStore, private SqlStore {
 public:
  using SqlStore::SqlStore;

  Result<std::vector<SavedSearch>> list() override {
    TRY_ASSIGN(const SqlRows rows,
               query("SELECT name, view, filters, saved_by, saved FROM searches ORDER BY name"));
    std::vector<SavedSearch> found;
    for (size_t i = 0; i < rows.size(); ++i) found.push_back(search_of(rows, i));
    return found;
  }

  Result<void> save(const SavedSearch& search) override {
    if (search.name.empty() || search.name.size() > kMaxSearchName)
      return Error(ErrorCode::kInvalidArgument,
                   fmt::format("a search's name has 1 to {} octets", kMaxSearchName));
    if (search.filters.size() > kMaxSearchFilters)
      return Error(ErrorCode::kLimit, fmt::format("a search has at most {} octets", kMaxSearchFilters));
    return write(Bump::kVersion, [&]() -> Result<void> {
      TRY_ASSIGN(const SqlRows same, run("SELECT name FROM searches WHERE name = ?1", {search.name}));
      if (same.size() > 0)
        return Error(ErrorCode::kInvalidArgument,
                     fmt::format("there is a saved search '{}' already", search.name));
      TRY_ASSIGN(const SqlRows all, run("SELECT count(*) FROM searches"));
      if (all.integer(0, 0) >= static_cast<int64_t>(kMaxSearches))
        return Error(ErrorCode::kLimit, fmt::format("there are {} saved searches already", kMaxSearches));
      TRY(run("INSERT INTO searches (name, view, filters, saved_by, saved) VALUES (?1, ?2, ?3, ?4, ?5)",
              {search.name, search.view, search.filters, search.saved_by, to_sql(search.saved)}));
      return {};
    });
  }

  Result<void> remove(std::string_view name) override {
    return write(Bump::kVersion, [&]() -> Result<void> {
      TRY_ASSIGN(const SqlRows gone, run("DELETE FROM searches WHERE name = ?1 RETURNING name", {name}));
      return gone.size() == 0 ? Result<void>(no_search(name)) : Result<void>();
    });
  }

  Result<SavedSearch> find(std::string_view name) override {
    TRY_ASSIGN(const SqlRows rows,
               query("SELECT name, view, filters, saved_by, saved FROM searches WHERE name = ?1", {name}));
    if (rows.size() == 0) return no_search(name);
    return search_of(rows, 0);
  }
};

}  // namespace

Result<std::unique_ptr<SearchStore>> open_search_store(const StateOptions& options) {
  TRY_ASSIGN(auto sql, open_sql(options, kSchema));
  return std::make_unique<SqlSearchStore>(std::move(sql), options);
}

}  // namespace linkgate::state
