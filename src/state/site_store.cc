#include "state/site_store.h"

#include "state/sql.h"

namespace linkgate::state {
namespace {

constexpr std::string_view kMigrations[] = {R"sql(
CREATE TABLE version (value BIGINT NOT NULL);
INSERT INTO version VALUES (1);
CREATE TABLE sites (site TEXT PRIMARY KEY, met BIGINT NOT NULL, seen BIGINT NOT NULL);
CREATE INDEX sites_by_met ON sites (met);
CREATE TABLE looks (brand TEXT NOT NULL, site TEXT NOT NULL, part TEXT NOT NULL, hash TEXT NOT NULL, at BIGINT NOT NULL,
                    PRIMARY KEY (brand, part, hash));
CREATE INDEX looks_by_time ON looks (at);
)sql"};
constexpr StoreSchema kSchema{"sites", kMigrations};

class SqlSiteStore final : public SiteStore, private SqlStore {
 public:
  using SqlStore::SqlStore;

  Result<Time> meet(std::string_view site, Time now) override {
    Time met = now;
    TRY(write(Bump::kNothing, [&]() -> Result<void> {
      TRY_ASSIGN(const SqlRows rows,
                 run("INSERT INTO sites (site, met, seen) VALUES (?1, ?2, ?2) ON CONFLICT (site) DO UPDATE "
                     "SET seen = excluded.seen RETURNING met",
                     {std::string(site), to_sql(now)}));
      met = from_sql(rows.integer(0, 0));
      return {};
    }));
    return met;
  }

  Result<std::optional<Time>> begin() override {
    TRY_ASSIGN(const SqlRows rows, query("SELECT met FROM sites ORDER BY met LIMIT 1", {}));
    if (rows.size() == 0) return std::optional<Time>();
    return std::optional(from_sql(rows.integer(0, 0)));
  }

  Result<void> put_look(const StoredLook& look, Time now) override {
    return write(Bump::kNothing, [&]() -> Result<void> {
      TRY(
          run("INSERT INTO looks (brand, site, part, hash, at) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO "
              "NOTHING",
              {look.brand, look.site, look.part, look.hash, to_sql(now)}));
      TRY(run("DELETE FROM looks WHERE at < (SELECT at FROM looks ORDER BY at DESC LIMIT 1 OFFSET ?1)",
              {static_cast<int64_t>(kMaxStoredLooks - 1)}));
      return {};
    });
  }

  Result<std::vector<StoredLook>> looks() override {
    TRY_ASSIGN(const SqlRows rows,
               query("SELECT brand, site, part, hash FROM looks ORDER BY at, brand, part, hash", {}));
    std::vector<StoredLook> looks;
    for (size_t i = 0; i < rows.size(); ++i)
      looks.push_back({rows.text(i, 0), rows.text(i, 1), rows.text(i, 2), rows.text(i, 3)});
    return looks;
  }

  Result<size_t> drop_before(Time time) override {
    size_t dropped = 0;
    TRY(write(Bump::kNothing, [&]() -> Result<void> {
      TRY_ASSIGN(const SqlRows gone, run("DELETE FROM sites WHERE seen < ?1 RETURNING site", {to_sql(time)}));
      dropped = gone.size();
      return {};
    }));
    return dropped;
  }
};

}  // namespace

Result<std::unique_ptr<SiteStore>> open_site_store(const StateOptions& options) {
  TRY_ASSIGN(auto sql, open_sql(options, kSchema));
  return std::make_unique<SqlSiteStore>(std::move(sql), options);
}

}  // namespace linkgate::state
