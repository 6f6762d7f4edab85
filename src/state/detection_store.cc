#include "state/detection_store.h"

#include <fmt/format.h>

#include "state/sql.h"

namespace linkgate::state {
namespace {

constexpr std::string_view kMigrations[] = {R"sql(
CREATE TABLE version (value BIGINT NOT NULL);
INSERT INTO version VALUES (1);
CREATE TABLE rules (name TEXT PRIMARY KEY, query TEXT NOT NULL, severity TEXT NOT NULL, category TEXT NOT NULL,
                    every BIGINT NOT NULL, look_back BIGINT NOT NULL, gathered BIGINT NOT NULL, enabled BIGINT NOT NULL,
                    changed_by TEXT NOT NULL, changed BIGINT NOT NULL, next BIGINT NOT NULL, last BIGINT,
                    last_alerts BIGINT NOT NULL, trouble TEXT NOT NULL, lease BIGINT NOT NULL);
CREATE TABLE events (rule TEXT NOT NULL, event TEXT NOT NULL, alert TEXT NOT NULL, written BIGINT NOT NULL,
                     at BIGINT NOT NULL, PRIMARY KEY (rule, event));
CREATE INDEX events_by_time ON events (at);
)sql"};
constexpr StoreSchema kSchema{"detections", kMigrations};

constexpr std::string_view kColumns =
    "name, query, severity, category, every, look_back, gathered, enabled, changed_by, changed, next, last, "
    "last_alerts, trouble, lease";

DetectionRule rule_of(const SqlRows& rows, size_t i) {
  DetectionRule rule;
  rule.name = rows.text(i, 0);
  rule.query = rows.text(i, 1);
  rule.severity = rows.text(i, 2);
  rule.category = rows.text(i, 3);
  rule.every = std::chrono::seconds(rows.integer(i, 4));
  rule.look_back = std::chrono::seconds(rows.integer(i, 5));
  rule.is_gathered = rows.integer(i, 6) != 0;
  rule.is_enabled = rows.integer(i, 7) != 0;
  rule.changed_by = rows.text(i, 8);
  rule.changed = from_sql(rows.integer(i, 9));
  rule.next = from_sql(rows.integer(i, 10));
  if (!rows.is_null(i, 11)) rule.last = from_sql(rows.integer(i, 11));
  rule.last_alerts = rows.integer(i, 12);
  rule.trouble = rows.text(i, 13);
  rule.lease = from_sql(rows.integer(i, 14));
  return rule;
}

Result<void> check(const DetectionRule& rule) {
  if (rule.name.empty() || rule.name.size() > kMaxDetectionName)
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("a rule's name has 1 to {} octets", kMaxDetectionName));
  if (rule.query.size() > kMaxDetectionQuery)
    return Error(ErrorCode::kLimit, fmt::format("a rule's query has at most {} octets", kMaxDetectionQuery));
  return {};
}

Error no_rule(std::string_view name) {
  return {ErrorCode::kNotFound, fmt::format("there is no rule '{}'", name)};
}

class SqlDetectionStore final : public DetectionStore, private SqlStore {
 public:
  using SqlStore::SqlStore;

  Result<std::vector<DetectionRule>> list() override {
    TRY_ASSIGN(const SqlRows rows, query(fmt::format("SELECT {} FROM rules ORDER BY name", kColumns)));
    std::vector<DetectionRule> found;
    for (size_t i = 0; i < rows.size(); ++i) found.push_back(rule_of(rows, i));
    return found;
  }

  Result<void> add(const DetectionRule& rule) override {
    TRY(check(rule));
    return write(Bump::kVersion, [&]() -> Result<void> {
      TRY_ASSIGN(const SqlRows same, run("SELECT name FROM rules WHERE name = ?1", {rule.name}));
      if (same.size() > 0)
        return Error(ErrorCode::kInvalidArgument, fmt::format("there is a rule '{}' already", rule.name));
      TRY_ASSIGN(const SqlRows all, run("SELECT count(*) FROM rules"));
      if (all.integer(0, 0) >= static_cast<int64_t>(kMaxDetectionRules))
        return Error(ErrorCode::kLimit, fmt::format("there are {} rules already", kMaxDetectionRules));
      const auto seconds = [](std::chrono::seconds time) { return static_cast<int64_t>(time.count()); };
      TRY(run(
          fmt::format("INSERT INTO rules ({}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, NULL, 0, "
                      "'', 0)",
                      kColumns),
          {rule.name, rule.query, rule.severity, rule.category, seconds(rule.every), seconds(rule.look_back),
           static_cast<int64_t>(rule.is_gathered), static_cast<int64_t>(rule.is_enabled), rule.changed_by,
           to_sql(rule.changed), to_sql(rule.next)}));
      return {};
    });
  }

  Result<void> remove(std::string_view name) override {
    return write(Bump::kVersion, [&]() -> Result<void> {
      TRY_ASSIGN(const SqlRows gone, run("DELETE FROM rules WHERE name = ?1 RETURNING name", {name}));
      if (gone.size() == 0) return no_rule(name);
      TRY(run("DELETE FROM events WHERE rule = ?1", {name}));
      return {};
    });
  }

  Result<void> enable(std::string_view name, bool is_enabled, Time now) override {
    return change("UPDATE rules SET enabled = ?2, next = ?3 WHERE name = ?1 RETURNING name", name,
                  {name, static_cast<int64_t>(is_enabled), to_sql(now)});
  }

  Result<void> run_at(std::string_view name, Time at) override {
    return change("UPDATE rules SET next = ?2 WHERE name = ?1 RETURNING name", name, {name, to_sql(at)});
  }

  Result<std::optional<DetectionRule>> claim(Time now, Time lease) override {
    std::optional<DetectionRule> claimed;
    TRY(write(Bump::kNothing, [&]() -> Result<void> {
      TRY_ASSIGN(const SqlRows rows,
                 run(fmt::format("SELECT {} FROM rules WHERE enabled = 1 AND next <= ?1 AND "
                                 "lease <= ?1 ORDER BY next, name LIMIT 1{}",
                                 kColumns, skip_locked()),
                     {to_sql(now)}));
      if (rows.size() == 0) return {};
      claimed = rule_of(rows, 0);
      claimed->lease = lease;
      TRY(run("UPDATE rules SET lease = ?2, next = ?3 WHERE name = ?1",
              {claimed->name, to_sql(lease), to_sql(lease)}));
      return {};
    }));
    return claimed;
  }

  // next is the lease while it runs: what is earlier now came by run_at().
  Result<void> finish(const DetectionRule& rule) override {
    return write(Bump::kNothing, [&]() -> Result<void> {
      const SqlValue last = rule.last ? SqlValue(to_sql(*rule.last)) : SqlValue(nullptr);
      TRY_ASSIGN(
          const SqlRows rows,
          run("UPDATE rules SET next = CASE WHEN next < ?2 THEN next ELSE ?3 END, last = ?4, "
              "last_alerts = ?5, trouble = ?6, lease = 0 WHERE name = ?1 AND lease = ?2 RETURNING name",
              {rule.name, to_sql(rule.lease), to_sql(rule.next), last, rule.last_alerts, rule.trouble}));
      return rows.size() == 0 ? Result<void>(no_rule(rule.name)) : Result<void>();
    });
  }

  Result<void> end_leases() override {
    return write(Bump::kNothing, [&]() -> Result<void> {
      TRY(run(
          "UPDATE rules SET next = CASE WHEN next < lease THEN next ELSE 0 END, lease = 0 WHERE lease > 0"));
      return {};
    });
  }

  Result<std::vector<DetectedEvent>> known(std::string_view rule,
                                           const std::vector<std::string>& events) override {
    std::vector<DetectedEvent> found;
    for (const std::string& event : events) {
      TRY_ASSIGN(const SqlRows rows, query("SELECT event, alert, written FROM events WHERE rule = ?1 AND "
                                           "event = ?2",
                                           {rule, event}));
      if (rows.size() > 0) found.push_back({rows.text(0, 0), rows.text(0, 1), rows.integer(0, 2) != 0});
    }
    return found;
  }

  Result<void> remember(std::string_view rule, const std::vector<DetectedEvent>& events, Time now) override {
    return write(Bump::kNothing, [&]() -> Result<void> {
      for (const DetectedEvent& event : events) {
        TRY(
            run("INSERT INTO events (rule, event, alert, written, at) VALUES (?1, ?2, ?3, ?4, ?5) "
                "ON CONFLICT (rule, event) DO UPDATE SET written = excluded.written",
                {rule, event.event, event.alert, static_cast<int64_t>(event.is_written), to_sql(now)}));
      }
      return {};
    });
  }

  Result<size_t> forget_before(Time time) override {
    size_t gone = 0;
    TRY(write(Bump::kNothing, [&]() -> Result<void> {
      TRY_ASSIGN(const SqlRows rows, run("DELETE FROM events WHERE at < ?1 RETURNING event", {to_sql(time)}));
      gone = rows.size();
      return {};
    }));
    return gone;
  }

 private:
  Result<void> change(std::string_view statement, std::string_view name,
                      std::initializer_list<SqlValue> values) {
    return write(Bump::kVersion, [&]() -> Result<void> {
      TRY_ASSIGN(const SqlRows rows, run(statement, values));
      return rows.size() == 0 ? Result<void>(no_rule(name)) : Result<void>();
    });
  }
};

}  // namespace

Result<std::unique_ptr<DetectionStore>> open_detection_store(const StateOptions& options) {
  TRY_ASSIGN(auto sql, open_sql(options, kSchema));
  return std::make_unique<SqlDetectionStore>(std::move(sql), options);
}

}  // namespace linkgate::state
