#include "state/alert_store.h"

#include <algorithm>
#include <map>

#include "state/sql.h"

namespace linkgate::state {
namespace {

constexpr std::string_view kMigrations[] = {R"sql(
CREATE TABLE version (value BIGINT NOT NULL);
INSERT INTO version VALUES (1);
CREATE TABLE alerts (id TEXT PRIMARY KEY, raised BIGINT NOT NULL, updated BIGINT NOT NULL, status TEXT NOT NULL,
                     classification TEXT NOT NULL, assigned_to TEXT NOT NULL, resolved BIGINT);
CREATE INDEX alerts_by_time ON alerts (raised, id);
CREATE TABLE comments (place {ID}, alert TEXT NOT NULL, author TEXT NOT NULL, text TEXT NOT NULL, at BIGINT NOT NULL);
CREATE INDEX comments_by_alert ON comments (alert, place);
)sql",
                                            R"sql(
ALTER TABLE alerts ADD COLUMN determination TEXT NOT NULL DEFAULT 'unknown';
)sql"};
constexpr StoreSchema kSchema{"alerts", kMigrations};

constexpr std::string_view kColumns =
    "SELECT id, raised, updated, status, classification, assigned_to, resolved, determination FROM alerts ";

AlertWork work_of(const SqlRows& rows, size_t i) {
  AlertWork work{rows.text(i, 0),
                 from_sql(rows.integer(i, 1)),
                 from_sql(rows.integer(i, 2)),
                 rows.text(i, 3),
                 rows.text(i, 4),
                 rows.text(i, 5)};
  work.determination = rows.text(i, 7);
  if (!rows.is_null(i, 6)) work.resolved = from_sql(rows.integer(i, 6));
  return work;
}

template <size_t N>
Result<void> check_word(std::string_view what, const std::optional<std::string>& word,
                        const std::string_view (&words)[N]) {
  if (!word || std::find(std::begin(words), std::end(words), *word) != std::end(words)) return {};
  std::string all;
  for (const std::string_view one : words) all += (all.empty() ? "" : ", ") + std::string(one);
  return Error(ErrorCode::kInvalidArgument, "an alert's " + std::string(what) + " is one of " + all);
}

Result<void> check(const AlertChange& change) {
  TRY(check_word("status", change.status, kAlertStatuses));
  TRY(check_word("classification", change.classification, kAlertClassifications));
  TRY(check_word("determination", change.determination, kAlertDeterminations));
  for (const auto* text : {&change.assigned_to, &change.comment}) {
    if (*text && (*text)->size() > kMaxAlertText)
      return Error(ErrorCode::kLimit,
                   "a text of an alert has at most " + std::to_string(kMaxAlertText) + " octets");
  }
  if (change.comment && change.comment->empty())
    return Error(ErrorCode::kInvalidArgument, "a comment says something");
  return {};
}

class SqlAlertStore final : public AlertStore, private SqlStore {
 public:
  using SqlStore::SqlStore;

  Result<Version> version() override { return read_version(); }

  Result<Time> raise(std::string_view id, Time at) override {
    Time first{};
    TRY(write(Bump::kVersion, [&]() -> Result<void> {
      TRY(
          run("INSERT INTO alerts (id, raised, updated, status, classification, assigned_to) "
              "VALUES (?1, ?2, ?2, 'new', 'unknown', '') ON CONFLICT (id) DO NOTHING",
              {id, to_sql(at)}));
      TRY_ASSIGN(const SqlRows rows, run("SELECT raised FROM alerts WHERE id = ?1", {id}));
      first = from_sql(rows.integer(0, 0));
      return {};
    }));
    return first;
  }

  Result<std::optional<AlertWork>> find(std::string_view id) override {
    const std::string text = std::string(kColumns) + "WHERE id = ?1";
    TRY_ASSIGN(const SqlRows rows, query(text, {id}));
    if (rows.size() == 0) return std::optional<AlertWork>();
    AlertWork work = work_of(rows, 0);
    TRY_ASSIGN(const SqlRows comments,
               query("SELECT author, text, at FROM comments WHERE alert = ?1 ORDER BY place", {id}));
    for (size_t i = 0; i < comments.size(); ++i)
      work.comments.push_back({comments.text(i, 0), comments.text(i, 1), from_sql(comments.integer(i, 2))});
    return std::optional(std::move(work));
  }

  Result<std::vector<AlertWork>> list(Time since) override {
    const std::string text = std::string(kColumns) + "WHERE raised >= ?1 ORDER BY raised, id";
    TRY_ASSIGN(const SqlRows rows, query(text, {to_sql(since)}));
    TRY_ASSIGN(const SqlRows comments,
               query("SELECT c.alert, c.author, c.text, c.at FROM comments c JOIN alerts a ON a.id = c.alert "
                     "WHERE a.raised >= ?1 ORDER BY c.place",
                     {to_sql(since)}));
    std::vector<AlertWork> found;
    std::map<std::string, size_t, std::less<>> places;
    for (size_t i = 0; i < rows.size(); ++i) {
      places.emplace(rows.text(i, 0), found.size());
      found.push_back(work_of(rows, i));
    }
    for (size_t i = 0; i < comments.size(); ++i) {
      const auto place = places.find(comments.text(i, 0));
      if (place == places.end()) continue;  // came between the two questions
      found[place->second].comments.push_back(
          {comments.text(i, 1), comments.text(i, 2), from_sql(comments.integer(i, 3))});
    }
    return found;
  }

  Result<AlertWork> change(std::string_view id, const AlertChange& change, Time now) override {
    TRY(check(change));
    TRY(write(Bump::kVersion, [&] { return change_one(id, change, now); }));
    TRY_ASSIGN(auto work, find(id));
    if (!work) return Error(ErrorCode::kNotFound, "there is no alert " + std::string(id));
    return *std::move(work);
  }

 private:
  Result<void> change_one(std::string_view id, const AlertChange& change, Time now) {
    const std::string text = std::string(kColumns) + "WHERE id = ?1";
    TRY_ASSIGN(const SqlRows rows, run(text, {id}));
    if (rows.size() == 0) return Error(ErrorCode::kNotFound, "there is no alert " + std::string(id));
    AlertWork work = work_of(rows, 0);
    if (change.status && *change.status != work.status) {
      work.status = *change.status;
      work.resolved = work.status == "resolved" ? std::optional(now) : std::nullopt;
    }
    if (change.classification) work.classification = *change.classification;
    if (change.determination) work.determination = *change.determination;
    if (change.assigned_to) work.assigned_to = *change.assigned_to;
    const SqlValue resolved = work.resolved ? SqlValue(to_sql(*work.resolved)) : SqlValue(nullptr);
    TRY(run(
        "UPDATE alerts SET updated = ?2, status = ?3, classification = ?4, assigned_to = ?5, "
        "resolved = ?6, determination = ?7 WHERE id = ?1",
        {id, to_sql(now), work.status, work.classification, work.assigned_to, resolved, work.determination}));
    if (!change.comment) return {};
    TRY_ASSIGN(const SqlRows count, run("SELECT count(*) FROM comments WHERE alert = ?1", {id}));
    if (count.integer(0, 0) >= static_cast<int64_t>(kMaxAlertComments))
      return Error(ErrorCode::kLimit,
                   "the alert has " + std::to_string(kMaxAlertComments) + " comments already");
    TRY(run("INSERT INTO comments (alert, author, text, at) VALUES (?1, ?2, ?3, ?4)",
            {id, change.by, *change.comment, to_sql(now)}));
    return {};
  }
};

}  // namespace

Result<std::unique_ptr<AlertStore>> open_alert_store(const StateOptions& options) {
  TRY_ASSIGN(auto sql, open_sql(options, kSchema));
  return std::make_unique<SqlAlertStore>(std::move(sql), options);
}

}  // namespace linkgate::state
