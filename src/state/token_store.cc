#include "state/sql.h"

namespace linkgate::state {
namespace {

constexpr std::string_view kMigrations[] = {R"sql(
CREATE TABLE version (value BIGINT NOT NULL);
INSERT INTO version VALUES (1);
CREATE TABLE tokens (name TEXT PRIMARY KEY, scope TEXT NOT NULL, hash BYTEA NOT NULL UNIQUE,
                     created BIGINT NOT NULL);
)sql"};
constexpr StoreSchema kSchema{"accounts", kMigrations, /*secret=*/true};

ApiToken token_of(const SqlRows& rows, size_t row) {
  return {rows.text(row, 0), rows.text(row, 1), from_sql(rows.integer(row, 2))};
}

class SqlTokenStore final : public TokenStore, private SqlStore {
 public:
  using SqlStore::SqlStore;

  Result<void> create(const ApiToken& token, std::string_view hash) override {
    return write(Bump::kVersion, [&]() -> Result<void> {
      TRY_ASSIGN(const SqlRows same, run("SELECT name FROM tokens WHERE name = ?1", {token.name}));
      if (same.size() > 0)
        return Error(ErrorCode::kInvalidArgument, "there is a token \"" + token.name + "\" already");
      TRY(run("INSERT INTO tokens (name, scope, hash, created) VALUES (?1, ?2, ?3, ?4)",
              {token.name, token.scope, Blob{hash}, to_sql(token.created)}));
      return {};
    });
  }

  Result<std::optional<ApiToken>> find(std::string_view hash) override {
    TRY_ASSIGN(const SqlRows rows,
               query("SELECT name, scope, created FROM tokens WHERE hash = ?1", {Blob{hash}}));
    if (rows.size() == 0) return std::optional<ApiToken>();
    return std::optional(token_of(rows, 0));
  }

  Result<std::vector<ApiToken>> list() override {
    TRY_ASSIGN(const SqlRows rows, query("SELECT name, scope, created FROM tokens ORDER BY name"));
    std::vector<ApiToken> tokens;
    for (size_t i = 0; i < rows.size(); ++i) tokens.push_back(token_of(rows, i));
    return tokens;
  }

  Result<void> revoke(std::string_view name) override {
    return write(Bump::kVersion, [&]() -> Result<void> {
      TRY_ASSIGN(const SqlRows gone, run("DELETE FROM tokens WHERE name = ?1 RETURNING name", {name}));
      if (gone.size() == 0)
        return Error(ErrorCode::kNotFound, "there is no token \"" + std::string(name) + "\"");
      return {};
    });
  }
};

}  // namespace

Result<std::unique_ptr<TokenStore>> open_token_store(const StateOptions& options) {
  TRY_ASSIGN(auto sql, open_sql(options, kSchema));
  return std::make_unique<SqlTokenStore>(std::move(sql), options);
}

}  // namespace linkgate::state
