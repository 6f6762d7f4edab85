#include "state/quarantine_store.h"

#include <fmt/format.h>

#include "state/policy_document.h"
#include "state/sql.h"

namespace linkgate::state {
namespace {

// What comes from messages are the sender's bytes.
constexpr std::string_view kMigrations[] = {R"sql(
CREATE TABLE version (value BIGINT NOT NULL);
INSERT INTO version VALUES (1);
CREATE TABLE held (id TEXT PRIMARY KEY, message TEXT NOT NULL, recipient BYTEA NOT NULL, mailbox TEXT NOT NULL,
                   folder BYTEA NOT NULL, internal_date TEXT NOT NULL, flags TEXT NOT NULL, subject BYTEA NOT NULL,
                   sender BYTEA NOT NULL, threat TEXT NOT NULL, size BIGINT NOT NULL, stored BIGINT NOT NULL,
                   expires BIGINT NOT NULL, state BIGINT NOT NULL, changed_by TEXT NOT NULL, trouble TEXT NOT NULL,
                   changed BIGINT NOT NULL);
CREATE INDEX held_by_time ON held (stored);
CREATE INDEX held_by_message ON held (message);
CREATE TABLE contents (id TEXT PRIMARY KEY, sealed BYTEA NOT NULL);
)sql"};
constexpr StoreSchema kSchema{"quarantine", kMigrations, true};

constexpr std::string_view kColumns =
    "id, message, recipient, mailbox, folder, internal_date, flags, subject, sender, threat, size, stored, "
    "expires, state, changed_by, trouble, changed";

int64_t to_sql(HeldState state) { return static_cast<int64_t>(state); }

Result<HeldMessage> held_of(const SqlRows& rows, size_t i) {
  HeldMessage held;
  held.id = rows.text(i, 0);
  held.network_message_id = rows.text(i, 1);
  held.recipient = rows.text(i, 2);
  held.mailbox = rows.text(i, 3);
  held.folder = rows.text(i, 4);
  held.internal_date = rows.text(i, 5);
  TRY_ASSIGN(held.flags, strings_from_json(rows.text(i, 6)));
  held.subject = rows.text(i, 7);
  held.sender = rows.text(i, 8);
  held.threat = rows.text(i, 9);
  held.size = static_cast<uint64_t>(rows.integer(i, 10));
  held.stored = from_sql(rows.integer(i, 11));
  held.expires = from_sql(rows.integer(i, 12));
  if (rows.integer(i, 13) > to_sql(HeldState::kDeleted))
    return Error(ErrorCode::kCorrupt, "state: quarantine: a message of an unknown state");
  held.state = static_cast<HeldState>(rows.integer(i, 13));
  held.changed_by = rows.text(i, 14);
  held.trouble = rows.text(i, 15);
  held.changed = from_sql(rows.integer(i, 16));
  return held;
}

class SqlQuarantineStore final : public QuarantineStore, private SqlStore {
 public:
  using SqlStore::SqlStore;

  Result<Version> version() override { return read_version(); }

  Result<void> put(const std::vector<SealedMessage>& messages) override {
    return write(Bump::kNothing, [&]() -> Result<void> {
      for (const SealedMessage& message : messages) TRY(put_one(message.held, message.sealed));
      return {};
    });
  }

  Result<std::vector<HeldMessage>> list(const HeldFilter& filter) override {
    TRY_ASSIGN(
        const SqlRows rows,
        query(fmt::format("SELECT {} FROM held WHERE (?1 < 0 OR state = ?1) AND (?2 = '' OR message = ?2) "
                          "AND (length(?3) = 0 OR recipient = ?3) ORDER BY stored DESC, id LIMIT ?4",
                          kColumns),
              {filter.state ? to_sql(*filter.state) : int64_t{-1}, filter.network_message_id,
               Blob{filter.recipient}, static_cast<int64_t>(filter.most)}));
    std::vector<HeldMessage> found;
    for (size_t i = 0; i < rows.size(); ++i) {
      TRY_ASSIGN(HeldMessage held, held_of(rows, i));
      found.push_back(std::move(held));
    }
    return found;
  }

  Result<HeldMessage> find(std::string_view id) override {
    TRY_ASSIGN(const SqlRows rows, query(fmt::format("SELECT {} FROM held WHERE id = ?1", kColumns), {id}));
    if (rows.size() == 0)
      return Error(ErrorCode::kNotFound, fmt::format("there is no message {} in quarantine", id));
    return held_of(rows, 0);
  }

  Result<std::string> sealed(std::string_view id) override {
    TRY_ASSIGN(const SqlRows rows, query("SELECT sealed FROM contents WHERE id = ?1", {id}));
    if (rows.size() == 0)
      return Error(ErrorCode::kNotFound, fmt::format("the content of {} is no longer in quarantine", id));
    return rows.text(0, 0);
  }

  Result<void> set_state(std::string_view id, HeldState was, HeldState is, std::string_view by,
                         Time now) override {
    return write(Bump::kVersion, [&]() -> Result<void> {
      TRY_ASSIGN(const SqlRows rows,
                 run("UPDATE held SET state = ?3, changed_by = CASE WHEN ?4 = '' THEN "
                     "changed_by ELSE ?4 END, changed = ?5, trouble = '' WHERE id = ?1 AND "
                     "state = ?2 RETURNING id",
                     {id, to_sql(was), to_sql(is), by, state::to_sql(now)}));
      if (rows.size() == 0)
        return Error(ErrorCode::kNotFound,
                     fmt::format("there is no message {} in quarantine that is {}", id, to_string(was)));
      if (is == HeldState::kReleased || is == HeldState::kDeleted)
        TRY(run("DELETE FROM contents WHERE id = ?1", {id}));
      return {};
    });
  }

  Result<void> note_trouble(std::string_view id, std::string_view trouble) override {
    return write(Bump::kNothing, [&]() -> Result<void> {
      TRY(run("UPDATE held SET trouble = ?2 WHERE id = ?1", {id, trouble}));
      return {};
    });
  }

  Result<size_t> drop_expired(Time now, Ticks kept) override {
    size_t dropped = 0;
    TRY(write(Bump::kNothing, [&]() -> Result<void> {
      TRY_ASSIGN(const SqlRows rows,
                 run("UPDATE held SET state = 3, changed = ?1, changed_by = 'retention' WHERE "
                     "state = 0 AND expires <= ?1 RETURNING id",
                     {state::to_sql(now)}));
      dropped = rows.size();
      TRY(run("DELETE FROM contents WHERE id IN (SELECT id FROM held WHERE state = 3)"));
      TRY(run("DELETE FROM held WHERE state >= 2 AND changed < ?1", {state::to_sql(now - kept)}));
      return {};
    }));
    return dropped;
  }

 private:
  Result<void> put_one(const HeldMessage& held, std::string_view sealed) {
    const std::string flags = strings_to_json(held.flags);
    TRY_ASSIGN(const SqlRows there, run("SELECT 1 FROM contents WHERE id = ?1", {held.id}));
    if (there.size() > 0) return {};
    TRY(run("DELETE FROM held WHERE id = ?1", {held.id}));
    TRY(run(
        "INSERT INTO held (id, message, recipient, mailbox, folder, internal_date, flags, subject, sender, "
        "threat, size, stored, expires, state, changed_by, trouble, changed) VALUES (?1, ?2, ?3, ?4, ?5, "
        "?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, 0, '', '', ?12)",
        {held.id, held.network_message_id, Blob{held.recipient}, held.mailbox, Blob{held.folder},
         held.internal_date, flags, Blob{held.subject}, Blob{held.sender}, held.threat,
         static_cast<int64_t>(held.size), state::to_sql(held.stored), state::to_sql(held.expires)}));
    TRY(run("INSERT INTO contents (id, sealed) VALUES (?1, ?2)", {held.id, Blob{sealed}}));
    return {};
  }
};

}  // namespace

std::string_view to_string(HeldState state) {
  constexpr std::string_view kNames[] = {"held", "releasing", "released", "deleted"};
  return kNames[static_cast<size_t>(state)];
}

Result<std::unique_ptr<QuarantineStore>> open_quarantine_store(const StateOptions& options) {
  TRY_ASSIGN(auto sql, open_sql(options, kSchema));
  return std::make_unique<SqlQuarantineStore>(std::move(sql), options);
}

}  // namespace linkgate::state
