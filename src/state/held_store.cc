#include "state/held_store.h"

#include "state/sql.h"

namespace linkgate::state {
namespace {

constexpr std::string_view kMigrations[] = {R"sql(
CREATE TABLE version (value BIGINT NOT NULL);
INSERT INTO version VALUES (1);
CREATE TABLE held (message TEXT NOT NULL, recipient BYTEA NOT NULL, time BIGINT NOT NULL, sealed BYTEA NOT NULL,
                   PRIMARY KEY (message, recipient));
CREATE INDEX held_by_time ON held (time);
)sql"};
// Its name begins as that of the delivered-markers, and so do its readers: gateway and respond.
constexpr StoreSchema kSchema{"delivery_held", kMigrations, true};

class SqlHeldStore final : public HeldStore, private SqlStore {
 public:
  using SqlStore::SqlStore;

  Result<void> put(const HeldMail& mail) override {
    return write(Bump::kNothing, [&]() -> Result<void> {
      TRY(
          run("INSERT INTO held (message, recipient, time, sealed) VALUES (?1, ?2, ?3, ?4) "
              "ON CONFLICT (message, recipient) DO NOTHING",
              {mail.network_message_id, Blob{mail.recipient}, to_sql(mail.time), Blob{mail.sealed}}));
      return {};
    });
  }

  Result<std::vector<HeldMail>> oldest(size_t most) override {
    TRY_ASSIGN(const SqlRows rows, query("SELECT message, recipient, time, sealed FROM held "
                                         "ORDER BY time, message, recipient LIMIT ?1",
                                         {static_cast<int64_t>(most)}));
    std::vector<HeldMail> mails;
    for (size_t i = 0; i < rows.size(); ++i)
      mails.push_back({rows.text(i, 0), rows.text(i, 1), from_sql(rows.integer(i, 2)), rows.text(i, 3)});
    return mails;
  }

  Result<void> remove(std::string_view network_message_id, std::string_view recipient) override {
    return write(Bump::kNothing, [&]() -> Result<void> {
      TRY(run("DELETE FROM held WHERE message = ?1 AND recipient = ?2",
              {network_message_id, Blob{recipient}}));
      return {};
    });
  }
};

}  // namespace

Result<std::unique_ptr<HeldStore>> open_held_store(const StateOptions& options) {
  TRY_ASSIGN(auto sql, open_sql(options, kSchema));
  return std::make_unique<SqlHeldStore>(std::move(sql), options);
}

}  // namespace linkgate::state
