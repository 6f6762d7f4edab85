#include "state/scan_store.h"

#include "state/policy_document.h"
#include "state/sql.h"

namespace linkgate::state {
namespace {

using verdict::Disposition;

// Senders and recipients are the sender's bytes. due and lease: 0 where there is none.
constexpr std::string_view kMigrations[] = {R"sql(
CREATE TABLE version (value BIGINT NOT NULL);
INSERT INTO version VALUES (1);
CREATE TABLE urls (hash BYTEA PRIMARY KEY, url TEXT NOT NULL, url_chain TEXT NOT NULL, by_page BIGINT NOT NULL,
                   stands BIGINT NOT NULL, judged_at BIGINT NOT NULL, seen BIGINT NOT NULL, group_key BYTEA NOT NULL,
                   sender BYTEA NOT NULL, sender_is_known BIGINT NOT NULL, recipient BYTEA NOT NULL,
                   clicked BIGINT NOT NULL, represented BIGINT NOT NULL, base BIGINT NOT NULL, due BIGINT NOT NULL,
                   lease BIGINT NOT NULL, fingerprint BYTEA NOT NULL);
CREATE INDEX urls_by_due ON urls (due) WHERE due > 0;
CREATE INDEX urls_by_group ON urls (group_key) WHERE due > 0 OR represented > 0;
CREATE INDEX urls_by_seen ON urls (seen);
CREATE TABLE flips (id {ID}, hash BYTEA NOT NULL, url TEXT NOT NULL, was BIGINT NOT NULL, became BIGINT NOT NULL,
                    at BIGINT NOT NULL, cause TEXT NOT NULL, reason TEXT NOT NULL);
CREATE INDEX flips_by_time ON flips (at);
)sql"};
constexpr StoreSchema kSchema{"scan", kMigrations};

constexpr std::string_view kAddUrl = R"sql(
INSERT INTO urls (hash, url, url_chain, by_page, stands, judged_at, seen, group_key, sender, sender_is_known,
                  recipient, clicked, represented, base, due, lease, fingerprint)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6, ?8, ?8, 0, ?8, 0, 0, 0, 0, 0, ?7) ON CONFLICT (hash) DO NOTHING
)sql";
constexpr std::string_view kChangeUrl = R"sql(
UPDATE urls SET url_chain = ?2, by_page = ?3, stands = ?4, judged_at = ?5, fingerprint = ?6 WHERE hash = ?1
)sql";
constexpr std::string_view kPutJob = R"sql(
UPDATE urls SET group_key = ?2, sender = ?3, sender_is_known = ?4, recipient = ?5, clicked = ?6, represented = ?7,
                base = ?8, due = ?9, fingerprint = CASE WHEN length(?10) > 0 THEN ?10 ELSE fingerprint END
WHERE hash = ?1
)sql";
constexpr std::string_view kFinishJob = R"sql(
UPDATE urls SET lease = 0, due = CASE WHEN due <> ?3 THEN due ELSE ?4 END,
                fingerprint = CASE WHEN length(?5) > 0 THEN ?5 ELSE fingerprint END
WHERE hash = ?1 AND lease = ?2 RETURNING hash
)sql";
constexpr std::string_view kTakeable = R"sql(
SELECT hash, url, group_key, sender, sender_is_known, recipient, clicked, base, due, fingerprint, stands FROM urls
WHERE due > 0 AND due <= ?1 AND lease <= ?1 ORDER BY clicked DESC, due LIMIT ?2
)sql";

constexpr int64_t kPageRows = 5'000;  // of one SELECT while all URLs are read

Disposition disposition_of(int64_t stored) {
  const bool is_one = stored >= 0 && stored <= static_cast<int64_t>(Disposition::kMalware);
  return is_one ? static_cast<Disposition>(stored) : Disposition::kUnknown;
}
int64_t to_sql(Disposition disposition) { return static_cast<int64_t>(disposition); }

bool is_harmless(Disposition disposition) { return disposition <= Disposition::kUnknown; }

class SqlScanStore final : public ScanStore, private SqlStore {
 public:
  using SqlStore::SqlStore;

  Result<Version> version() override { return read_version(); }

  Result<std::vector<Flip>> record(const std::vector<Judgement>& judgements) override {
    std::vector<Flip> flips;
    TRY(write(Bump::kNothing, [&]() -> Result<void> {
      for (const Judgement& judgement : judgements) TRY(apply(judgement, &flips));
      if (flips.empty()) return {};
      // Taken until the commit, so that numbers become visible in their order.
      TRY(bump_version());
      for (Flip& flip : flips) {
        TRY_ASSIGN(const SqlRows id, run("INSERT INTO flips (hash, url, was, became, at, cause, reason) "
                                         "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) RETURNING id",
                                         {Blob{flip.canonical_hash}, flip.url, to_sql(flip.was),
                                          to_sql(flip.is), state::to_sql(flip.at), flip.cause, flip.reason}));
        flip.id = id.integer(0, 0);
      }
      return {};
    }));
    return flips;
  }

  Result<std::vector<Flip>> flips_since(int64_t id, size_t most) override {
    TRY_ASSIGN(const SqlRows rows, query("SELECT id, hash, url, was, became, at, cause, reason FROM flips "
                                         "WHERE id > ?1 ORDER BY id LIMIT ?2",
                                         {id, static_cast<int64_t>(most)}));
    std::vector<Flip> flips;
    for (size_t i = 0; i < rows.size(); ++i) {
      flips.push_back({rows.integer(i, 0), rows.text(i, 1), rows.text(i, 2),
                       disposition_of(rows.integer(i, 3)), disposition_of(rows.integer(i, 4)),
                       from_sql(rows.integer(i, 5)), rows.text(i, 6), rows.text(i, 7)});
    }
    return flips;
  }

  Result<std::vector<std::string>> missed(const std::vector<std::string>& canonical_hashes) override {
    std::vector<std::string> found;
    for (const std::string& hash : canonical_hashes) {
      TRY_ASSIGN(const SqlRows rows, query("SELECT 1 FROM urls WHERE hash = ?1 AND (stands <= ?2 OR EXISTS "
                                           "(SELECT 1 FROM flips WHERE flips.hash = ?1 AND became > ?2))",
                                           {Blob{hash}, to_sql(Disposition::kUnknown)}));
      if (rows.size() == 0) found.push_back(hash);
    }
    return found;
  }

  Result<std::vector<std::string>> chain_of(std::string_view canonical_hash) override {
    TRY_ASSIGN(const SqlRows rows,
               query("SELECT url_chain FROM urls WHERE hash = ?1", {Blob{canonical_hash}}));
    if (rows.size() == 0) return std::vector<std::string>();
    return strings_from_json(rows.text(0, 0));
  }

  Result<int64_t> last_flip() override {
    TRY_ASSIGN(const SqlRows rows, query("SELECT MAX(id) FROM flips"));
    return rows.integer(0, 0);
  }

  Result<void> for_each_url(const std::function<void(const RememberedUrl&)>& take) override {
    std::string hash;
    while (true) {
      TRY_ASSIGN(const SqlRows rows, query("SELECT hash, url, url_chain, by_page, stands FROM urls "
                                           "WHERE hash > ?1 ORDER BY hash LIMIT ?2",
                                           {Blob{hash}, kPageRows}));
      for (size_t i = 0; i < rows.size(); ++i) {
        TRY_ASSIGN(auto chain, strings_from_json(rows.text(i, 2)));
        take({rows.text(i, 0), rows.text(i, 1), std::move(chain), disposition_of(rows.integer(i, 3)),
              disposition_of(rows.integer(i, 4))});
      }
      if (static_cast<int64_t>(rows.size()) < kPageRows) return {};
      hash = rows.text(rows.size() - 1, 0);
    }
  }

  Result<size_t> drop_before(Time time) override {
    size_t dropped = 0;
    TRY(write(Bump::kNothing, [&]() -> Result<void> {
      TRY(run("DELETE FROM flips WHERE at < ?1", {state::to_sql(time)}));
      TRY_ASSIGN(const SqlRows gone,
                 run("DELETE FROM urls WHERE seen < ?1 AND due = 0 RETURNING seen", {state::to_sql(time)}));
      dropped = gone.size();
      return {};
    }));
    return dropped;
  }

  Result<void> put_jobs(const std::vector<RescanJob>& jobs) override {
    return write(Bump::kNothing, [&]() -> Result<void> {
      for (const RescanJob& job : jobs) TRY(put(job));
      return {};
    });
  }

  Result<std::vector<RescanJob>> take_jobs(Time now, Time lease, size_t most) override {
    std::vector<RescanJob> jobs;
    // Nearly always nothing is due, and then nobody's writing is in the way.
    TRY_ASSIGN(const SqlRows any, query(kTakeable, {state::to_sql(now), int64_t{1}}));
    if (any.size() == 0) return jobs;
    TRY(write(Bump::kNothing, [&]() -> Result<void> {
      const std::string statement = std::string(kTakeable) + std::string(skip_locked());
      TRY_ASSIGN(const SqlRows rows, run(statement, {state::to_sql(now), static_cast<int64_t>(most)}));
      for (size_t i = 0; i < rows.size(); ++i) {
        RescanJob job{rows.text(i, 0),
                      rows.text(i, 1),
                      rows.text(i, 2),
                      rows.text(i, 3),
                      rows.text(i, 5),
                      rows.integer(i, 4) > 0,
                      rows.integer(i, 6) > 0,
                      from_sql(rows.integer(i, 7)),
                      from_sql(rows.integer(i, 8)),
                      rows.text(i, 9),
                      disposition_of(rows.integer(i, 10)),
                      lease};
        TRY(run("UPDATE urls SET lease = ?2 WHERE hash = ?1",
                {Blob{job.canonical_hash}, state::to_sql(lease)}));
        jobs.push_back(std::move(job));
      }
      return {};
    }));
    return jobs;
  }

  Result<void> finish_job(const RescanJob& job, std::optional<Time> due,
                          std::string_view fingerprint) override {
    return write(Bump::kNothing, [&]() -> Result<void> {
      // A click that came meanwhile began the schedule anew: that stays.
      TRY_ASSIGN(const SqlRows mine,
                 run(kFinishJob, {Blob{job.canonical_hash}, state::to_sql(job.lease), state::to_sql(job.due),
                                  due ? state::to_sql(*due) : int64_t{0}, Blob{fingerprint}}));
      if (mine.size() == 0) return Error(ErrorCode::kNotFound, "this job is somebody else's by now");
      return {};
    });
  }

  Result<size_t> wake_group(std::string_view group, Time due) override {
    size_t woken = 0;
    TRY(write(Bump::kNothing, [&]() -> Result<void> {
      TRY_ASSIGN(const SqlRows rows, run("UPDATE urls SET represented = 0, due = ?2 "
                                         "WHERE group_key = ?1 AND represented > 0 RETURNING hash",
                                         {Blob{group}, state::to_sql(due)}));
      woken = rows.size();
      return {};
    }));
    return woken;
  }

  Result<JobCounts> count_jobs(Time now) override {
    TRY_ASSIGN(const SqlRows rows, query("SELECT (SELECT COUNT(*) FROM urls WHERE due > 0 AND due <= ?1), "
                                         "(SELECT COUNT(*) FROM urls WHERE due > 0), "
                                         "(SELECT COUNT(*) FROM urls WHERE represented > 0)",
                                         {state::to_sql(now)}));
    return JobCounts{static_cast<size_t>(rows.integer(0, 0)), static_cast<size_t>(rows.integer(0, 1)),
                     static_cast<size_t>(rows.integer(0, 2))};
  }

 private:
  Result<void> add(const Judgement& judgement) {
    const Disposition disposition = judgement.disposition.value_or(Disposition::kUnknown);
    const Disposition by_page = judgement.by_page ? disposition : Disposition::kUnknown;
    TRY(run(kAddUrl, {Blob{judgement.canonical_hash}, judgement.url, strings_to_json(judgement.url_chain),
                      to_sql(by_page), to_sql(disposition), state::to_sql(judgement.at),
                      Blob{judgement.fingerprint}, Blob{""}}));
    return {};
  }

  Result<void> apply(const Judgement& judgement, std::vector<Flip>* flips) {
    const std::string statement =
        "SELECT stands, by_page, judged_at, url_chain, fingerprint, seen FROM urls WHERE hash = ?1" +
        std::string(row_lock());
    TRY_ASSIGN(const SqlRows known, run(statement, {Blob{judgement.canonical_hash}}));
    if (known.size() == 0) return judgement.came_by ? add(judgement) : Result<void>{};
    if (judgement.came_by && from_sql(known.integer(0, 5)) < judgement.at)
      TRY(run("UPDATE urls SET seen = ?2 WHERE hash = ?1",
              {Blob{judgement.canonical_hash}, state::to_sql(judgement.at)}));
    if (!judgement.disposition && !judgement.fingerprint.empty())
      TRY(run("UPDATE urls SET fingerprint = ?2 WHERE hash = ?1",
              {Blob{judgement.canonical_hash}, Blob{judgement.fingerprint}}));
    if (!judgement.disposition || from_sql(known.integer(0, 2)) > judgement.at) return {};
    const Disposition is = *judgement.disposition, was = disposition_of(known.integer(0, 0));
    const Disposition page_was = disposition_of(known.integer(0, 1));
    const bool is_unseen = judgement.by_page && is == Disposition::kUnknown;
    if (is_unseen && !is_harmless(page_was)) return {};
    const std::string chain = judgement.by_page ? strings_to_json(judgement.url_chain) : known.text(0, 3);
    const std::string& fingerprint = judgement.fingerprint.empty() ? known.text(0, 4) : judgement.fingerprint;
    TRY(run(kChangeUrl, {Blob{judgement.canonical_hash}, chain, to_sql(judgement.by_page ? is : page_was),
                         to_sql(is), state::to_sql(judgement.at), Blob{fingerprint}}));
    if (is == was || (is_harmless(is) && is_harmless(was))) return {};
    flips->push_back({0, judgement.canonical_hash, judgement.url, was, is, judgement.at, judgement.cause,
                      judgement.reason});
    return {};
  }

  Result<void> put(const RescanJob& job) {
    const std::string statement =
        "SELECT clicked, base, due, lease FROM urls WHERE hash = ?1" + std::string(row_lock());
    TRY_ASSIGN(const SqlRows known, run(statement, {Blob{job.canonical_hash}}));
    if (known.size() == 0) return {};
    const bool was_clicked = known.integer(0, 0) > 0;
    if (was_clicked && job.is_clicked) return {};
    const int64_t due = known.integer(0, 2), wanted = state::to_sql(job.due);
    bool is_represented = false;
    if (!job.is_clicked && !was_clicked && due == 0 && !job.group.empty()) {
      TRY_ASSIGN(const SqlRows other,
                 run("SELECT 1 FROM urls WHERE group_key = ?1 AND due > 0 AND hash <> ?2 LIMIT 1",
                     {Blob{job.group}, Blob{job.canonical_hash}}));
      is_represented = other.size() > 0;
    }
    // The first click begins the schedule anew; later ones, and other mails, do not push it away.
    const bool is_first_click = job.is_clicked && !was_clicked;
    const bool is_taken = known.integer(0, 3) > 0;  // finish_job() keeps a time that is not the job's own
    int64_t next = wanted;
    if (is_represented) next = 0;
    if (due > 0 && !(is_first_click && is_taken)) next = std::min(due, wanted);
    const int64_t base = due > 0 && !is_first_click ? known.integer(0, 1) : state::to_sql(job.base);
    TRY(run(kPutJob,
            {Blob{job.canonical_hash}, Blob{job.group}, Blob{job.sender_domain}, int64_t{job.sender_is_known},
             Blob{job.recipient}, int64_t{was_clicked || job.is_clicked}, int64_t{is_represented}, base, next,
             Blob{job.fingerprint}}));
    return {};
  }
};

}  // namespace

Result<std::unique_ptr<ScanStore>> open_scan_store(const StateOptions& options) {
  TRY_ASSIGN(auto sql, open_sql(options, kSchema));
  return std::make_unique<SqlScanStore>(std::move(sql), options);
}

}  // namespace linkgate::state
