#include "state/notice_store.h"

#include <fmt/format.h>

#include "state/sql.h"

namespace linkgate::state {
namespace {

constexpr std::string_view kMigrations[] = {R"sql(
CREATE TABLE version (value BIGINT NOT NULL);
INSERT INTO version VALUES (1);
CREATE TABLE notices (alert TEXT NOT NULL, receiver TEXT NOT NULL, state BIGINT NOT NULL, since BIGINT NOT NULL,
                      due BIGINT NOT NULL, attempts BIGINT NOT NULL, trouble TEXT NOT NULL, lease BIGINT NOT NULL,
                      PRIMARY KEY (alert, receiver));
CREATE INDEX notices_by_due ON notices (receiver, state, due);
)sql"};
constexpr StoreSchema kSchema{"notices", kMigrations};

constexpr std::string_view kColumns = "alert, receiver, state, since, due, attempts, trouble, lease";

Result<std::vector<Notice>> notices_of(const SqlRows& rows) {
  std::vector<Notice> notices;
  for (size_t i = 0; i < rows.size(); ++i) {
    const int64_t state = rows.integer(i, 2);
    if (state < 0 || state > static_cast<int64_t>(NoticeState::kGivenUp))
      return Error(ErrorCode::kCorrupt, "state: a notice of an unknown state");
    notices.push_back({rows.text(i, 0), rows.text(i, 1), static_cast<NoticeState>(state),
                       from_sql(rows.integer(i, 3)), from_sql(rows.integer(i, 4)),
                       static_cast<int>(rows.integer(i, 5)), rows.text(i, 6), from_sql(rows.integer(i, 7))});
  }
  return notices;
}

class SqlNoticeStore final : public NoticeStore, private SqlStore {
 public:
  using SqlStore::SqlStore;

  Result<void> announce(std::string_view alert, const std::vector<std::string>& receivers,
                        Time now) override {
    if (receivers.empty()) return {};
    return write(Bump::kNothing, [&]() -> Result<void> {
      for (const std::string& receiver : receivers) {
        TRY(
            run("INSERT INTO notices (alert, receiver, state, since, due, attempts, trouble, lease) "
                "VALUES (?1, ?2, 0, ?3, ?3, 0, '', 0) ON CONFLICT (alert, receiver) DO NOTHING",
                {alert, receiver, to_sql(now)}));
      }
      return {};
    });
  }

  Result<std::vector<Notice>> claim(std::string_view receiver, Time now, Time lease, size_t most) override {
    std::vector<Notice> notices;
    TRY(write(Bump::kNothing, [&]() -> Result<void> {
      TRY_ASSIGN(const SqlRows rows,
                 run(fmt::format("SELECT {} FROM notices WHERE receiver = ?1 AND state = 0 AND due <= ?2 AND "
                                 "lease <= ?2 ORDER BY due, alert LIMIT ?3{}",
                                 kColumns, skip_locked()),
                     {receiver, to_sql(now), static_cast<int64_t>(most)}));
      TRY_ASSIGN(notices, notices_of(rows));
      for (Notice& notice : notices) {
        notice.lease = lease;
        TRY(run("UPDATE notices SET lease = ?3 WHERE alert = ?1 AND receiver = ?2",
                {notice.alert, notice.receiver, to_sql(lease)}));
      }
      return {};
    }));
    return notices;
  }

  Result<void> finish(const Notice& notice) override {
    return write(Bump::kNothing, [&]() -> Result<void> {
      TRY_ASSIGN(const SqlRows rows,
                 run("UPDATE notices SET state = ?4, due = ?5, attempts = ?6, trouble = ?7, lease = 0 "
                     "WHERE alert = ?1 AND receiver = ?2 AND lease = ?3 RETURNING alert",
                     {notice.alert, notice.receiver, to_sql(notice.lease), static_cast<int64_t>(notice.state),
                      to_sql(notice.due), static_cast<int64_t>(notice.attempts), notice.trouble}));
      if (rows.size() == 0)
        return Error(ErrorCode::kNotFound, "another node tells " + notice.receiver + " of it now");
      return {};
    });
  }

  Result<void> end_leases() override {
    return write(Bump::kNothing, [&]() -> Result<void> {
      TRY(run("UPDATE notices SET lease = 0 WHERE lease > 0"));
      return {};
    });
  }

  Result<std::vector<Notice>> of_alert(std::string_view alert) override {
    const std::string text =
        fmt::format("SELECT {} FROM notices WHERE alert = ?1 ORDER BY receiver", kColumns);
    TRY_ASSIGN(const SqlRows rows, query(text, {alert}));
    return notices_of(rows);
  }

  Result<size_t> waiting(std::string_view receiver) override {
    TRY_ASSIGN(const SqlRows rows,
               query("SELECT COUNT(*) FROM notices WHERE receiver = ?1 AND state = 0", {receiver}));
    return static_cast<size_t>(rows.integer(0, 0));
  }

  Result<size_t> drop_asked_before(Time time) override {
    size_t dropped = 0;
    TRY(write(Bump::kNothing, [&]() -> Result<void> {
      TRY_ASSIGN(const SqlRows rows,
                 run("DELETE FROM notices WHERE state <> 0 AND since < ?1 RETURNING alert", {to_sql(time)}));
      dropped = rows.size();
      return {};
    }));
    return dropped;
  }
};

}  // namespace

std::string_view to_string(NoticeState state) {
  switch (state) {
    case NoticeState::kWaiting:
      return "waiting";
    case NoticeState::kTold:
      return "told";
    case NoticeState::kGivenUp:
      break;
  }
  return "given up";
}

Result<std::unique_ptr<NoticeStore>> open_notice_store(const StateOptions& options) {
  TRY_ASSIGN(auto sql, open_sql(options, kSchema));
  return std::make_unique<SqlNoticeStore>(std::move(sql), options);
}

}  // namespace linkgate::state
