#include "state/audit_store.h"

#include "state/sql.h"

namespace linkgate::state {
namespace {

// Triggers are the one thing that the two engines write differently.
constexpr std::string_view kTable = R"sql(
CREATE TABLE audit (id {ID}, at BIGINT NOT NULL, who TEXT NOT NULL, action TEXT NOT NULL, details TEXT NOT NULL);
CREATE INDEX audit_by_time ON audit (at);
)sql";
constexpr std::string_view kSqliteTriggers = R"sql(
CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER audit_is_not_deleted BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
)sql";
constexpr std::string_view kPostgresTriggers = R"sql(
CREATE FUNCTION audit_is_kept() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN RAISE EXCEPTION 'the audit log is append-only'; END $$;
CREATE TRIGGER audit_rows_are_kept BEFORE UPDATE OR DELETE ON audit FOR EACH ROW EXECUTE FUNCTION audit_is_kept();
CREATE TRIGGER audit_is_not_emptied BEFORE TRUNCATE ON audit FOR EACH STATEMENT EXECUTE FUNCTION audit_is_kept();
)sql";
constexpr std::string_view kSqliteMigrations[] = {kTable, kSqliteTriggers};
constexpr std::string_view kPostgresMigrations[] = {kTable, kPostgresTriggers};
constexpr StoreSchema kSqliteSchema{"audit", kSqliteMigrations};
constexpr StoreSchema kPostgresSchema{"audit", kPostgresMigrations};

// The length of the UTF-8 character that begins here; 0: none does. Overlong forms of three and four octets,
// surrogates and what lies beyond Unicode are none (RFC 3629).
size_t character_at(std::string_view text) {
  const auto octet = [&](size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
  const unsigned first = octet(0), second = octet(1);
  if (first < 0x80) return first == 0 ? 0 : 1;
  const size_t length = first >= 0xc2 && first < 0xe0   ? 2
                        : first >= 0xe0 && first < 0xf0 ? 3
                        : first >= 0xf0 && first < 0xf5 ? 4
                                                        : 0;
  if ((first == 0xe0 && second < 0xa0) || (first == 0xed && second >= 0xa0)) return 0;
  if ((first == 0xf0 && second < 0x90) || (first == 0xf4 && second >= 0x90)) return 0;
  for (size_t i = 1; i < length; ++i) {
    if ((octet(i) & 0xc0) != 0x80) return 0;
  }
  return length;
}

// PostgreSQL takes nothing but UTF-8: other octets become '?', so that they keep no record from being
// written.
std::string as_utf8(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const size_t length = character_at(text);
    out += length == 0 ? std::string_view("?") : text.substr(0, length);
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return out;
}

class SqlAuditStore final : public AuditStore, private SqlStore {
 public:
  using SqlStore::SqlStore;

  Result<void> append(const AuditRecord& record) override {
    std::string details = as_utf8(std::string_view(record.details).substr(0, kMaxAuditDetails));
    if (record.details.size() > kMaxAuditDetails) details += " (cut off)";
    const Time at = record.at == Time{} ? now() : record.at;
    return write(Bump::kNothing, [&]() -> Result<void> {
      TRY(run("INSERT INTO audit (at, who, action, details) VALUES (?1, ?2, ?3, ?4)",
              {to_sql(at), record.who, record.action, details}));
      return {};
    });
  }

  Result<std::vector<AuditRecord>> since(Time begin, size_t limit) override {
    TRY_ASSIGN(
        const SqlRows rows,
        query("SELECT id, at, who, action, details FROM audit WHERE at >= ?1 ORDER BY id DESC LIMIT ?2",
              {to_sql(begin), static_cast<int64_t>(limit)}));
    std::vector<AuditRecord> records;
    for (size_t i = 0; i < rows.size(); ++i) {
      records.push_back({rows.integer(i, 0), from_sql(rows.integer(i, 1)), rows.text(i, 2), rows.text(i, 3),
                         rows.text(i, 4)});
    }
    return records;
  }
};

}  // namespace

Result<std::unique_ptr<AuditStore>> open_audit_store(const StateOptions& options) {
  const bool is_sqlite = options.location.starts_with("sqlite:");
  TRY_ASSIGN(auto sql, open_sql(options, is_sqlite ? kSqliteSchema : kPostgresSchema));
  return std::make_unique<SqlAuditStore>(std::move(sql), options);
}

}  // namespace linkgate::state
