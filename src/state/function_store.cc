#include "state/function_store.h"

#include "state/sql.h"

namespace linkgate::state {
namespace {

constexpr std::string_view kMigrations[] = {R"sql(
CREATE TABLE version (value BIGINT NOT NULL);
INSERT INTO version VALUES (1);
CREATE TABLE functions (name TEXT PRIMARY KEY, parameters TEXT NOT NULL, body TEXT NOT NULL, folder TEXT NOT NULL,
                        docstring TEXT NOT NULL, changed_by TEXT NOT NULL, changed BIGINT NOT NULL);
)sql"};
constexpr StoreSchema kSchema{"functions", kMigrations};

class SqlFunctionStore final : public FunctionStore, private SqlStore {
 public:
  using SqlStore::SqlStore;

  Result<Version> version() override { return read_version(); }

  Result<std::vector<QueryFunction>> list() override {
    TRY_ASSIGN(const SqlRows rows,
               query("SELECT name, parameters, body, folder, docstring, changed_by, changed "
                     "FROM functions ORDER BY name"));
    std::vector<QueryFunction> found;
    for (size_t i = 0; i < rows.size(); ++i) {
      found.push_back({rows.text(i, 0), rows.text(i, 1), rows.text(i, 2), rows.text(i, 3), rows.text(i, 4),
                       rows.text(i, 5), from_sql(rows.integer(i, 6))});
    }
    return found;
  }

  Result<void> put(const QueryFunction& f, Put put) override {
    if (f.parameters.size() + f.body.size() + f.docstring.size() > kMaxFunctionBytes)
      return Error(ErrorCode::kLimit,
                   "a stored function has at most " + std::to_string(kMaxFunctionBytes) + " octets");
    return write(Bump::kVersion, [&]() -> Result<void> {
      TRY_ASSIGN(const SqlRows same, run("SELECT name FROM functions WHERE name = ?1", {f.name}));
      TRY_ASSIGN(const SqlRows all, run("SELECT count(*) FROM functions"));
      if (put == Put::kNew && same.size() > 0)
        return Error(ErrorCode::kInvalidArgument, "there is a function '" + f.name + "' already");
      if (put == Put::kExisting && same.size() == 0)
        return Error(ErrorCode::kNotFound, "there is no function '" + f.name + "'");
      if (same.size() == 0 && all.integer(0, 0) >= static_cast<int64_t>(kMaxFunctions))
        return Error(ErrorCode::kLimit, "there are " + std::to_string(kMaxFunctions) + " functions already");
      TRY(run("DELETE FROM functions WHERE name = ?1", {f.name}));
      TRY(
          run("INSERT INTO functions (name, parameters, body, folder, docstring, changed_by, changed) "
              "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
              {f.name, f.parameters, f.body, f.folder, f.docstring, f.changed_by, to_sql(f.changed)}));
      return {};
    });
  }

  Result<void> drop(std::string_view name) override {
    return write(Bump::kVersion, [&]() -> Result<void> {
      TRY_ASSIGN(const SqlRows gone, run("DELETE FROM functions WHERE name = ?1 RETURNING name", {name}));
      if (gone.size() == 0)
        return Error(ErrorCode::kNotFound, "there is no function '" + std::string(name) + "'");
      return {};
    });
  }
};

}  // namespace

Result<std::unique_ptr<FunctionStore>> open_function_store(const StateOptions& options) {
  TRY_ASSIGN(auto sql, open_sql(options, kSchema));
  return std::make_unique<SqlFunctionStore>(std::move(sql), options);
}

}  // namespace linkgate::state
