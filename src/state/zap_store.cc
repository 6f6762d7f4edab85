#include "state/zap_store.h"

#include <fmt/format.h>

#include "state/policy_document.h"
#include "state/sql.h"

namespace linkgate::state {
namespace {

// Recipients are the sender's bytes. lease: 0 where nobody works on it.
constexpr std::string_view kMigrations[] = {R"sql(
CREATE TABLE version (value BIGINT NOT NULL);
INSERT INTO version VALUES (1);
CREATE TABLE jobs (id {ID}, message TEXT NOT NULL, recipient BYTEA NOT NULL, mailbox TEXT NOT NULL,
                   action BIGINT NOT NULL, unread_only BIGINT NOT NULL, threat TEXT NOT NULL, cause TEXT NOT NULL,
                   url BYTEA NOT NULL, created BIGINT NOT NULL, due BIGINT NOT NULL, give_up BIGINT NOT NULL,
                   state BIGINT NOT NULL, attempts BIGINT NOT NULL, moved BIGINT NOT NULL, trouble TEXT NOT NULL,
                   finished BIGINT NOT NULL, folders TEXT NOT NULL, lease BIGINT NOT NULL,
                   UNIQUE (message, recipient, mailbox));
CREATE INDEX jobs_by_due ON jobs (due) WHERE state = 0 OR state = 4;
CREATE INDEX jobs_by_mailbox ON jobs (mailbox) WHERE state = 0 OR state = 4;
CREATE TABLE cursors (name TEXT PRIMARY KEY, value BIGINT NOT NULL);
)sql"};
constexpr StoreSchema kSchema{"zap", kMigrations};

constexpr std::string_view kColumns =
    "id, message, recipient, mailbox, action, unread_only, threat, cause, url, created, due, give_up, state, "
    "attempts, moved, trouble, finished, folders, lease";
constexpr std::string_view kOpen = "(state = 0 OR state = 4)";  // kWaiting, kUndoing
static_assert(static_cast<int>(ZapState::kWaiting) == 0 && static_cast<int>(ZapState::kUndoing) == 4);

int64_t to_sql(ZapState state) { return static_cast<int64_t>(state); }
int64_t to_sql(ZapAction action) { return static_cast<int64_t>(action); }
int64_t to_sql(bool flag) { return flag ? 1 : 0; }

constexpr std::string_view kPut = R"sql(
INSERT INTO jobs (message, recipient, mailbox, action, unread_only, threat, cause, url, created, due, give_up,
                  state, attempts, moved, trouble, finished, folders, lease)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, 0, 0, 0, '', 0, '[]', 0)
ON CONFLICT (message, recipient, mailbox) DO UPDATE SET
  action = excluded.action, unread_only = excluded.unread_only, threat = excluded.threat, cause = excluded.cause,
  url = excluded.url, created = excluded.created, due = excluded.due, give_up = excluded.give_up, state = 0,
  attempts = 0, moved = 0, trouble = '', finished = 0, folders = '[]', lease = 0
WHERE jobs.state IN (2, 3, 5) OR
      (jobs.state IN (0, 1) AND (excluded.action > jobs.action OR excluded.unread_only < jobs.unread_only))
RETURNING id
)sql";

Result<ZapJob> job_of(const SqlRows& rows, size_t i) {
  ZapJob job;
  job.id = rows.integer(i, 0);
  job.network_message_id = rows.text(i, 1);
  job.recipient = rows.text(i, 2);
  job.mailbox = rows.text(i, 3);
  job.action = rows.integer(i, 4) == 0 ? ZapAction::kJunk : ZapAction::kQuarantine;
  job.unread_only = rows.integer(i, 5) > 0;
  job.threat = rows.text(i, 6);
  job.cause = rows.text(i, 7);
  job.url = rows.text(i, 8);
  job.created = from_sql(rows.integer(i, 9));
  job.due = from_sql(rows.integer(i, 10));
  job.give_up = from_sql(rows.integer(i, 11));
  if (rows.integer(i, 12) > to_sql(ZapState::kUndone))
    return Error(ErrorCode::kCorrupt, "state: zap: a job of an unknown state");
  job.state = static_cast<ZapState>(rows.integer(i, 12));
  job.attempts = static_cast<int>(rows.integer(i, 13));
  job.moved = static_cast<int>(rows.integer(i, 14));
  job.trouble = rows.text(i, 15);
  job.finished = from_sql(rows.integer(i, 16));
  TRY_ASSIGN(job.folders, strings_from_json(rows.text(i, 17)));
  job.lease = from_sql(rows.integer(i, 18));
  return job;
}

Result<std::vector<ZapJob>> jobs_of(const SqlRows& rows) {
  std::vector<ZapJob> jobs;
  for (size_t i = 0; i < rows.size(); ++i) {
    TRY_ASSIGN(ZapJob job, job_of(rows, i));
    jobs.push_back(std::move(job));
  }
  return jobs;
}

class SqlZapStore final : public ZapStore, private SqlStore {
 public:
  using SqlStore::SqlStore;

  Result<Version> version() override { return read_version(); }

  Result<size_t> put_jobs(const std::vector<ZapJob>& jobs) override {
    size_t waiting = 0;
    TRY(write(Bump::kVersion, [&]() -> Result<void> {
      for (const ZapJob& job : jobs) {
        TRY_ASSIGN(const SqlRows rows, run(kPut, {job.network_message_id, Blob{job.recipient}, job.mailbox,
                                                  to_sql(job.action), to_sql(job.unread_only), job.threat,
                                                  job.cause, Blob{job.url}, state::to_sql(job.created),
                                                  state::to_sql(job.due), state::to_sql(job.give_up)}));
        waiting += rows.size();
      }
      return {};
    }));
    return waiting;
  }

  Result<std::vector<ZapJob>> take_mailbox(Time now, Time lease, size_t most) override {
    std::vector<ZapJob> jobs;
    TRY(write(Bump::kNothing, [&]() -> Result<void> {
      TRY(run(fmt::format("SELECT value FROM version{}", row_lock())));  // nodes take turns
      TRY_ASSIGN(
          const SqlRows first,
          run(fmt::format("SELECT mailbox FROM jobs WHERE {} AND due <= ?1 AND lease <= ?1 AND NOT EXISTS "
                          "(SELECT 1 FROM jobs AS other WHERE other.mailbox = jobs.mailbox AND other.lease "
                          "> ?1 AND (other.state = 0 OR other.state = 4)) ORDER BY due LIMIT 1",
                          kOpen),
              {state::to_sql(now)}));
      if (first.size() == 0) return {};
      TRY_ASSIGN(
          const SqlRows rows,
          run(fmt::format("SELECT {} FROM jobs WHERE mailbox = ?1 AND {} AND due <= ?2 AND lease <= ?2 "
                          "ORDER BY due, id LIMIT ?3{}",
                          kColumns, kOpen, row_lock()),
              {first.text(0, 0), state::to_sql(now), static_cast<int64_t>(most)}));
      TRY_ASSIGN(jobs, jobs_of(rows));
      for (ZapJob& job : jobs) {
        job.lease = lease;
        TRY(run("UPDATE jobs SET lease = ?2 WHERE id = ?1", {job.id, state::to_sql(lease)}));
      }
      return {};
    }));
    return jobs;
  }

  Result<void> finish(const ZapJob& job) override {
    const std::string folders = strings_to_json(job.folders);
    return keep(
        job,
        "UPDATE jobs SET state = ?3, attempts = ?4, moved = ?5, trouble = ?6, due = ?7, finished = ?8, "
        "folders = ?9, lease = 0 WHERE id = ?1 AND lease = ?2 RETURNING id",
        {job.id, state::to_sql(job.lease), to_sql(job.state), static_cast<int64_t>(job.attempts),
         static_cast<int64_t>(job.moved), job.trouble, state::to_sql(job.due), state::to_sql(job.finished),
         folders});
  }
  Result<void> note(const ZapJob& job) override {
    const std::string folders = strings_to_json(job.folders);
    return keep(job, "UPDATE jobs SET folders = ?3, finished = ?4 WHERE id = ?1 AND lease = ?2 RETURNING id",
                {job.id, state::to_sql(job.lease), folders, state::to_sql(job.finished)});
  }
  Result<void> end_leases() override {
    return write(Bump::kNothing, [&]() -> Result<void> {
      TRY(run("UPDATE jobs SET lease = 0 WHERE lease > 0"));
      return {};
    });
  }

  Result<size_t> undo(const std::vector<int64_t>& ids, Time now, Time give_up) override {
    size_t undoing = 0;
    TRY(write(Bump::kVersion, [&]() -> Result<void> {
      for (const int64_t id : ids) {
        TRY_ASSIGN(const SqlRows rows, run("UPDATE jobs SET state = 4, due = ?2, give_up = ?3, attempts = 0, "
                                           "trouble = '', lease = 0 WHERE id = ?1 AND state = 1 RETURNING id",
                                           {id, state::to_sql(now), state::to_sql(give_up)}));
        undoing += rows.size();
      }
      return {};
    }));
    return undoing;
  }

  Result<std::vector<ZapJob>> jobs(const ZapFilter& filter) override {
    const int64_t state = filter.state ? to_sql(*filter.state) : -1;
    TRY_ASSIGN(
        const SqlRows rows,
        query(fmt::format("SELECT {} FROM jobs WHERE (?1 < 0 OR state = ?1) AND (?2 = '' OR message = ?2) "
                          "AND (length(?3) = 0 OR recipient = ?3) AND (length(?4) = 0 OR url = ?4) "
                          "ORDER BY id DESC LIMIT ?5",
                          kColumns),
              {state, filter.network_message_id, Blob{filter.recipient}, Blob{filter.url},
               static_cast<int64_t>(filter.most)}));
    return jobs_of(rows);
  }

  Result<size_t> waiting() override {
    TRY_ASSIGN(const SqlRows rows, query(fmt::format("SELECT COUNT(*) FROM jobs WHERE {}", kOpen)));
    return static_cast<size_t>(rows.integer(0, 0));
  }

  Result<std::optional<Time>> next_due() override {
    TRY_ASSIGN(const SqlRows rows,
               query(fmt::format(
                   "SELECT MIN(CASE WHEN due > lease THEN due ELSE lease END) FROM jobs WHERE {}", kOpen)));
    if (rows.size() == 0 || rows.is_null(0, 0)) return std::optional<Time>();
    return std::optional<Time>(from_sql(rows.integer(0, 0)));
  }

  Result<size_t> drop_finished_before(Time time) override {
    size_t dropped = 0;
    TRY(write(Bump::kNothing, [&]() -> Result<void> {
      TRY_ASSIGN(const SqlRows rows,
                 run(fmt::format("DELETE FROM jobs WHERE NOT {} AND finished < ?1 RETURNING id", kOpen),
                     {state::to_sql(time)}));
      dropped = rows.size();
      return {};
    }));
    return dropped;
  }

  Result<std::optional<int64_t>> cursor(std::string_view name) override {
    TRY_ASSIGN(const SqlRows rows, query("SELECT value FROM cursors WHERE name = ?1", {name}));
    if (rows.size() == 0) return std::optional<int64_t>();
    return std::optional<int64_t>(rows.integer(0, 0));
  }

  Result<void> set_cursor(std::string_view name, int64_t value) override {
    return write(Bump::kNothing, [&]() -> Result<void> {
      TRY(run("INSERT INTO cursors (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = ?2",
              {name, value}));
      return {};
    });
  }

 private:
  Result<void> keep(const ZapJob& job, std::string_view statement, std::initializer_list<SqlValue> values) {
    return write(Bump::kNothing, [&]() -> Result<void> {
      TRY_ASSIGN(const SqlRows rows, run(statement, values));
      if (rows.size() == 0)
        return Error(ErrorCode::kNotFound, fmt::format("state: zap: job {} is somebody else's now", job.id));
      return {};
    });
  }
};

}  // namespace

std::string_view to_string(ZapAction action) { return action == ZapAction::kJunk ? "junk" : "quarantine"; }

std::string_view to_string(ZapState state) {
  constexpr std::string_view kNames[] = {"waiting", "done", "not found", "given up", "undoing", "undone"};
  return kNames[static_cast<size_t>(state)];
}

Result<std::unique_ptr<ZapStore>> open_zap_store(const StateOptions& options) {
  TRY_ASSIGN(auto sql, open_sql(options, kSchema));
  return std::make_unique<SqlZapStore>(std::move(sql), options);
}

}  // namespace linkgate::state
