#include "state/submission_store.h"

#include <fmt/format.h>

#include <algorithm>

#include "state/sql.h"

namespace linkgate::state {
namespace {

// What comes from messages and links are strangers' bytes.
constexpr std::string_view kMigrations[] = {R"sql(
CREATE TABLE submissions (id TEXT PRIMARY KEY, reported BIGINT NOT NULL, source TEXT NOT NULL, category TEXT NOT NULL,
                          reporter BYTEA NOT NULL, verified BIGINT NOT NULL, message TEXT NOT NULL, recipient BYTEA NOT NULL,
                          url BYTEA NOT NULL, subject BYTEA NOT NULL, verdict TEXT NOT NULL, note TEXT NOT NULL,
                          decided_by TEXT NOT NULL, decided BIGINT NOT NULL);
CREATE INDEX submissions_by_time ON submissions (reported);
)sql"};
constexpr StoreSchema kSchema{"submissions", kMigrations};

constexpr std::string_view kColumns =
    "id, reported, source, category, reporter, verified, message, recipient, url, subject, verdict, note, "
    "decided_by, decided";

Submission submission_of(const SqlRows& rows, size_t i) {
  Submission one;
  one.id = rows.text(i, 0);
  one.reported = from_sql(rows.integer(i, 1));
  one.source = rows.text(i, 2);
  one.category = rows.text(i, 3);
  one.reporter = rows.text(i, 4);
  one.verified = rows.integer(i, 5) != 0;
  one.network_message_id = rows.text(i, 6);
  one.recipient = rows.text(i, 7);
  one.url = rows.text(i, 8);
  one.subject = rows.text(i, 9);
  one.verdict = rows.text(i, 10);
  one.note = rows.text(i, 11);
  one.decided_by = rows.text(i, 12);
  one.decided = from_sql(rows.integer(i, 13));
  return one;
}

class SqlSubmissionStore final : public SubmissionStore, private SqlStore {
 public:
  using SqlStore::SqlStore;

  Result<size_t> put(const std::vector<Submission>& submissions) override {
    size_t added = 0;
    TRY(write(Bump::kNothing, [&]() -> Result<void> {
      added = 0;
      for (const Submission& one : submissions) {
        TRY_ASSIGN(const SqlRows rows,
                   run(fmt::format("INSERT INTO submissions ({}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, "
                                   "?10, '', '', '', 0) ON CONFLICT (id) DO NOTHING RETURNING id",
                                   kColumns),
                       {one.id, to_sql(one.reported), one.source, one.category, Blob{one.reporter},
                        int64_t{one.verified}, one.network_message_id, Blob{one.recipient}, Blob{one.url},
                        Blob{one.subject}}));
        added += rows.size();
      }
      return {};
    }));
    return added;
  }

  Result<Submission> find(std::string_view id) override {
    TRY_ASSIGN(const SqlRows rows,
               query(fmt::format("SELECT {} FROM submissions WHERE id = ?1", kColumns), {id}));
    if (rows.size() == 0) return Error(ErrorCode::kNotFound, fmt::format("there is no submission {}", id));
    return submission_of(rows, 0);
  }

  Result<std::vector<Submission>> list(const SubmissionFilter& filter) override {
    TRY_ASSIGN(
        const SqlRows rows,
        query(fmt::format("SELECT {} FROM submissions WHERE (length(?1) = 0 OR reporter = ?1) AND (?2 = 0 OR "
                          "verdict = '') ORDER BY reported DESC, id LIMIT ?3",
                          kColumns),
              {Blob{filter.reporter}, int64_t{filter.open_only}, static_cast<int64_t>(filter.most)}));
    std::vector<Submission> found;
    for (size_t i = 0; i < rows.size(); ++i) found.push_back(submission_of(rows, i));
    return found;
  }

  Result<void> decide(std::string_view id, std::string_view verdict, std::string_view note,
                      std::string_view by, Time now) override {
    if (std::find(std::begin(kSubmissionVerdicts), std::end(kSubmissionVerdicts), verdict) ==
        std::end(kSubmissionVerdicts))
      return Error(ErrorCode::kInvalidArgument, fmt::format("\"{}\" is none of phish, spam, clean", verdict));
    if (note.size() > kMaxSubmissionNote)
      return Error(ErrorCode::kLimit,
                   fmt::format("a note has at most {} octets, this one {}", kMaxSubmissionNote, note.size()));
    return write(Bump::kNothing, [&]() -> Result<void> {
      TRY_ASSIGN(const SqlRows rows, run("UPDATE submissions SET verdict = ?2, note = ?3, decided_by = ?4, "
                                         "decided = ?5 WHERE id = ?1 RETURNING id",
                                         {id, verdict, note, by, to_sql(now)}));
      if (rows.size() == 0) return Error(ErrorCode::kNotFound, fmt::format("there is no submission {}", id));
      return {};
    });
  }

  Result<size_t> drop_reported_before(Time time) override {
    size_t dropped = 0;
    TRY(write(Bump::kNothing, [&]() -> Result<void> {
      TRY_ASSIGN(const SqlRows rows,
                 run("DELETE FROM submissions WHERE reported < ?1 RETURNING id", {to_sql(time)}));
      dropped = rows.size();
      return {};
    }));
    return dropped;
  }
};

}  // namespace

Result<std::unique_ptr<SubmissionStore>> open_submission_store(const StateOptions& options) {
  TRY_ASSIGN(auto sql, open_sql(options, kSchema));
  return std::make_unique<SqlSubmissionStore>(std::move(sql), options);
}

}  // namespace linkgate::state
