#include <algorithm>

#include "base/ascii.h"
#include "state/policy_document.h"
#include "state/sql.h"
#include "url/pattern.h"

namespace linkgate::state {
namespace {

// Names are compared without case: name_key is the lower-cased name.
constexpr std::string_view kMigrations[] = {R"sql(
CREATE TABLE version (value BIGINT NOT NULL);
INSERT INTO version VALUES (1);
CREATE TABLE policies (name_key TEXT PRIMARY KEY, document TEXT NOT NULL);
CREATE TABLE rules (name_key TEXT PRIMARY KEY, policy_key TEXT NOT NULL UNIQUE REFERENCES policies (name_key),
                    priority BIGINT NOT NULL, document TEXT NOT NULL);
CREATE TABLE recipient_groups (name_key TEXT PRIMARY KEY, name TEXT NOT NULL, members TEXT NOT NULL);
CREATE TABLE entries (id {ID}, kind BIGINT NOT NULL, action BIGINT NOT NULL, value TEXT NOT NULL,
                      notes TEXT NOT NULL, modified_by TEXT NOT NULL, modified BIGINT NOT NULL, expires BIGINT,
                      UNIQUE (kind, action, value));
)sql",
                                            R"sql(
CREATE TABLE presets (name_key TEXT PRIMARY KEY, document TEXT NOT NULL);
ALTER TABLE recipient_groups ADD COLUMN source TEXT NOT NULL DEFAULT '';
)sql"};
constexpr StoreSchema kSchema{"policy", kMigrations};

Error missing(std::string_view what, std::string_view name) {
  return Error(ErrorCode::kNotFound, "there is no " + std::string(what) + " \"" + std::string(name) + "\"");
}

class SqlPolicyStore final : public PolicyStore, private SqlStore {
 public:
  using SqlStore::SqlStore;

  Result<Version> version() override { return read_version(); }

  Result<verdict::PolicySet> load() override {
    const std::lock_guard lock(mutex_);
    std::vector<verdict::SafeLinksPolicy> policies;
    TRY_ASSIGN(const SqlRows policy_rows, run("SELECT document FROM policies ORDER BY name_key"));
    for (size_t i = 0; i < policy_rows.size(); ++i) {
      TRY_ASSIGN(policies.emplace_back(), policy_from_json(policy_rows.text(i, 0)));
    }
    TRY_ASSIGN(auto rules, load_rules());
    TRY_ASSIGN(auto groups, load_groups());
    std::vector<verdict::SafeLinksRule> presets;
    TRY_ASSIGN(const SqlRows preset_rows, run("SELECT document FROM presets"));
    for (size_t i = 0; i < preset_rows.size(); ++i) {
      TRY_ASSIGN(presets.emplace_back(), rule_from_json(preset_rows.text(i, 0)));
    }
    return verdict::PolicySet(std::move(policies), std::move(rules), std::move(groups), std::move(presets));
  }

  Result<void> put_policy(const verdict::SafeLinksPolicy& policy) override {
    TRY(verdict::validate(policy));
    return write(Bump::kVersion, [&] { return store_policy(policy); });
  }

  Result<void> remove_policy(std::string_view name) override {
    return write(Bump::kVersion, [&]() -> Result<void> {
      const std::string key = ascii::to_lower(name);
      TRY_ASSIGN(const SqlRows used, run("SELECT document FROM rules WHERE policy_key = ?1", {key}));
      if (used.size() > 0) {
        TRY_ASSIGN(const auto rule, rule_from_json(used.text(0, 0)));
        return Error(ErrorCode::kInvalidArgument,
                     "policy \"" + std::string(name) + "\" is used by rule \"" + rule.Name + "\"");
      }
      TRY_ASSIGN(const SqlRows gone,
                 run("DELETE FROM policies WHERE name_key = ?1 RETURNING name_key", {key}));
      if (gone.size() == 0) return missing("policy", name);
      return {};
    });
  }

  Result<void> put_rule(const verdict::SafeLinksRule& rule) override {
    TRY(verdict::validate(rule));
    return write(Bump::kVersion, [&]() -> Result<void> {
      TRY_ASSIGN(auto rules, load_rules());
      std::erase_if(rules, [&](const auto& old) { return ascii::iequals(old.Name, rule.Name); });
      TRY(check_policy_of(rule, rules));
      const size_t place = std::min(static_cast<size_t>(rule.Priority), rules.size());
      rules.insert(rules.begin() + static_cast<ptrdiff_t>(place), rule);
      return store_rules(std::move(rules));
    });
  }

  Result<void> remove_rule(std::string_view name) override {
    return write(Bump::kVersion, [&]() -> Result<void> {
      TRY_ASSIGN(auto rules, load_rules());
      if (std::erase_if(rules, [&](const auto& rule) { return ascii::iequals(rule.Name, name); }) == 0) {
        return missing("rule", name);
      }
      return store_rules(std::move(rules));
    });
  }

  Result<void> put_preset(const verdict::SafeLinksRule& rule) override {
    TRY(verdict::validate_preset(rule));
    return write(Bump::kVersion, [&] { return store_preset(rule); });
  }

  Result<void> put_group(const verdict::Group& group) override {
    TRY(verdict::validate(group));
    return write(Bump::kVersion, [&]() -> Result<void> {
      TRY(check_keeper(group.name, group.source));
      return store_group(group);
    });
  }

  Result<void> remove_group(std::string_view name) override {
    return write(Bump::kVersion, [&]() -> Result<void> {
      TRY(check_keeper(name, ""));
      TRY_ASSIGN(const SqlRows gone,
                 run("DELETE FROM recipient_groups WHERE name_key = ?1 RETURNING name_key",
                     {ascii::to_lower(name)}));
      if (gone.size() == 0) return missing("group", name);
      return {};
    });
  }

  Result<size_t> sync_groups(std::string_view source, const std::vector<verdict::Group>& groups) override {
    for (const auto& group : groups) TRY(verdict::validate(group));
    size_t changed = 0;
    TRY(write(Bump::kNothing, [&]() -> Result<void> {
      TRY_ASSIGN(auto known, load_groups());
      std::erase_if(known, [&](const auto& group) { return group.source != source; });
      for (verdict::Group group : groups) {
        group.source = source;
        TRY(check_keeper(group.name, source));
        const auto before = std::find_if(known.begin(), known.end(), [&](const auto& one) {
          return ascii::iequals(one.name, group.name);
        });
        const bool is_same = before != known.end() && *before == group;
        if (before != known.end()) known.erase(before);
        if (is_same) continue;
        TRY(store_group(group));
        ++changed;
      }
      for (const auto& gone : known) {
        TRY(run("DELETE FROM recipient_groups WHERE name_key = ?1", {ascii::to_lower(gone.name)}));
        ++changed;
      }
      return changed > 0 ? bump_version() : Result<void>();
    }));
    return changed;
  }

  Result<void> replace(const verdict::PolicySet& next, Version read_at) override {
    for (const auto& policy : next.policies()) TRY(verdict::validate(policy));
    for (const auto& rule : next.rules()) TRY(verdict::validate(rule));
    for (const auto& preset : next.presets()) TRY(verdict::validate_preset(preset));
    for (const auto& group : next.groups()) TRY(verdict::validate(group));
    return write(Bump::kVersion, [&]() -> Result<void> {
      // write() has counted this change already.
      TRY_ASSIGN(const SqlRows version, run("SELECT value FROM version"));
      if (version.size() != 1 || static_cast<Version>(version.integer(0, 0)) != read_at + 1)
        return Error(ErrorCode::kUnavailable, "policies were changed meanwhile; look again");
      for (const char* table : {"rules", "policies", "presets"})
        TRY(run(std::string("DELETE FROM ") + table));
      TRY(run("DELETE FROM recipient_groups WHERE source = ''"));
      for (const auto& policy : next.policies()) TRY(store_policy(policy));
      for (const auto& rule : next.rules()) TRY(check_policy_of(rule, next.rules()));
      TRY(store_rules(next.rules()));
      for (const auto& preset : next.presets()) TRY(store_preset(preset));
      for (const auto& group : next.groups()) {
        if (!group.source.empty()) continue;
        TRY(check_keeper(group.name, ""));
        TRY(store_group(group));
      }
      return {};
    });
  }

  Result<std::vector<ListEntry>> entries() override {
    TRY_ASSIGN(const SqlRows rows,
               query("SELECT id, kind, action, value, notes, modified_by, modified, expires "
                     "FROM entries WHERE expires IS NULL OR expires > ?1 ORDER BY id",
                     {to_sql(now())}));
    std::vector<ListEntry> entries(rows.size());
    for (size_t i = 0; i < rows.size(); ++i) {
      ListEntry& entry = entries[i];
      entry.id = rows.integer(i, 0);
      entry.kind = static_cast<EntryKind>(rows.integer(i, 1));
      entry.action = static_cast<EntryAction>(rows.integer(i, 2));
      entry.value = rows.text(i, 3);
      entry.notes = rows.text(i, 4);
      entry.modified_by = rows.text(i, 5);
      entry.modified = from_sql(rows.integer(i, 6));
      if (!rows.is_null(i, 7)) entry.expires = from_sql(rows.integer(i, 7));
    }
    return entries;
  }

  Result<int64_t> put_entry(const ListEntry& given) override {
    TRY_ASSIGN(const ListEntry entry, validate_entry(given));
    const Time modified = entry.modified == Time{} ? now() : entry.modified;
    int64_t id = 0;
    TRY(write(Bump::kVersion, [&]() -> Result<void> {
      const SqlValue expires = entry.expires ? SqlValue(to_sql(*entry.expires)) : SqlValue(nullptr);
      TRY_ASSIGN(
          const SqlRows rows,
          run("INSERT INTO entries (kind, action, value, notes, modified_by, modified, expires) "
              "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (kind, action, value) DO UPDATE SET "
              "notes = excluded.notes, modified_by = excluded.modified_by, modified = excluded.modified, "
              "expires = excluded.expires RETURNING id",
              {static_cast<int64_t>(entry.kind), static_cast<int64_t>(entry.action), entry.value, entry.notes,
               entry.modified_by, to_sql(modified), expires}));
      id = rows.integer(0, 0);
      return {};
    }));
    return id;
  }

  Result<void> remove_entry(EntryKind kind, EntryAction action, std::string_view value) override {
    ListEntry wanted;
    wanted.kind = kind;
    wanted.value = value;
    // The spelling under which put_entry stored it; what it would have refused cannot be there.
    const auto stored = validate_entry(wanted);
    if (!stored) return missing("entry", value);
    return write(Bump::kVersion, [&]() -> Result<void> {
      TRY_ASSIGN(const SqlRows gone,
                 run("DELETE FROM entries WHERE kind = ?1 AND action = ?2 AND value = ?3 RETURNING id",
                     {static_cast<int64_t>(kind), static_cast<int64_t>(action), stored->value}));
      if (gone.size() == 0) return missing("entry", value);
      return {};
    });
  }

 private:
  // A policy is there, and belongs to no other rule.
  Result<void> check_policy_of(const verdict::SafeLinksRule& rule,
                               const std::vector<verdict::SafeLinksRule>& rules) {
    TRY_ASSIGN(const SqlRows policy,
               run("SELECT 1 FROM policies WHERE name_key = ?1", {ascii::to_lower(rule.SafeLinksPolicy)}));
    if (policy.size() == 0) return missing("policy", rule.SafeLinksPolicy);
    for (const auto& other : rules) {
      if (ascii::iequals(other.Name, rule.Name)) continue;
      if (!ascii::iequals(other.SafeLinksPolicy, rule.SafeLinksPolicy)) continue;
      return Error(ErrorCode::kInvalidArgument,
                   "policy \"" + rule.SafeLinksPolicy + "\" already belongs to rule \"" + other.Name + "\"");
    }
    return {};
  }

  Result<void> store_policy(const verdict::SafeLinksPolicy& policy) {
    TRY(
        run("INSERT INTO policies (name_key, document) VALUES (?1, ?2) "
            "ON CONFLICT (name_key) DO UPDATE SET document = excluded.document",
            {ascii::to_lower(policy.Name), policy_to_json(policy)}));
    return {};
  }

  Result<void> store_preset(const verdict::SafeLinksRule& rule) {
    TRY(
        run("INSERT INTO presets (name_key, document) VALUES (?1, ?2) "
            "ON CONFLICT (name_key) DO UPDATE SET document = excluded.document",
            {ascii::to_lower(rule.Name), rule_to_json(rule)}));
    return {};
  }

  Result<void> store_group(const verdict::Group& group) {
    TRY(
        run("INSERT INTO recipient_groups (name_key, name, members, source) VALUES (?1, ?2, ?3, ?4) "
            "ON CONFLICT (name_key) DO UPDATE SET name = excluded.name, members = excluded.members, "
            "source = excluded.source",
            {ascii::to_lower(group.name), group.name, strings_to_json(group.members), group.source}));
    return {};
  }

  // A group has one source.
  Result<void> check_keeper(std::string_view name, std::string_view source) {
    TRY_ASSIGN(const SqlRows rows,
               run("SELECT source FROM recipient_groups WHERE name_key = ?1", {ascii::to_lower(name)}));
    if (rows.size() == 0 || rows.text(0, 0) == source) return {};
    const std::string& keeper = rows.text(0, 0);
    return Error(ErrorCode::kInvalidArgument,
                 "group \"" + std::string(name) + "\" is kept by " +
                     (keeper.empty() ? "people (linkgate policy group)" : "the groups of source " + keeper));
  }

  Result<std::vector<verdict::Group>> load_groups() {
    std::vector<verdict::Group> groups;
    TRY_ASSIGN(const SqlRows rows,
               run("SELECT name, members, source FROM recipient_groups ORDER BY name_key"));
    for (size_t i = 0; i < rows.size(); ++i) {
      verdict::Group& group = groups.emplace_back();
      group.name = rows.text(i, 0);
      TRY_ASSIGN(group.members, strings_from_json(rows.text(i, 1)));
      group.source = rows.text(i, 2);
    }
    return groups;
  }

  // By priority. The columns are the truth about priority, the document about all else.
  Result<std::vector<verdict::SafeLinksRule>> load_rules() {
    TRY_ASSIGN(const SqlRows rows, run("SELECT document, priority FROM rules ORDER BY priority"));
    std::vector<verdict::SafeLinksRule> rules;
    for (size_t i = 0; i < rows.size(); ++i) {
      TRY_ASSIGN(rules.emplace_back(), rule_from_json(rows.text(i, 0)));
      rules.back().Priority = static_cast<int>(rows.integer(i, 1));
    }
    return rules;
  }

  // Their order becomes their priority. Rules are few: all are written anew.
  Result<void> store_rules(std::vector<verdict::SafeLinksRule> rules) {
    TRY(run("DELETE FROM rules"));
    for (size_t i = 0; i < rules.size(); ++i) {
      rules[i].Priority = static_cast<int>(i);
      TRY(run("INSERT INTO rules (name_key, policy_key, priority, document) VALUES (?1, ?2, ?3, ?4)",
              {ascii::to_lower(rules[i].Name), ascii::to_lower(rules[i].SafeLinksPolicy),
               static_cast<int64_t>(i), rule_to_json(rules[i])}));
    }
    return {};
  }
};

bool is_sender(std::string_view value) {
  const size_t at = value.find('@');
  if (at != value.npos && (at == 0 || value.find('@', at + 1) != value.npos)) return false;
  const std::string_view domain = at == value.npos ? value : value.substr(at + 1);
  if (domain.find('.') == domain.npos || domain.front() == '.' || domain.back() == '.') return false;
  return std::none_of(value.begin(), value.end(), [](char c) {
    return ascii::is_space(c) || static_cast<unsigned char>(c) < 0x20 || c == '*' || c == '/';
  });
}

bool is_sha256(std::string_view value) {
  return value.size() == 64 && std::all_of(value.begin(), value.end(), ascii::is_hex);
}

}  // namespace

Result<ListEntry> validate_entry(ListEntry entry) {
  entry.value = std::string(ascii::trim(entry.value));
  if (entry.value.size() > kMaxEntryValue) {
    return Error(ErrorCode::kLimit,
                 "list entry: longer than " + std::to_string(kMaxEntryValue) + " characters");
  }
  if (entry.notes.size() > verdict::kMaxComments)
    return Error(ErrorCode::kLimit, "list entry: notes are too long");
  switch (entry.kind) {
    case EntryKind::kUrl: {
      TRY_ASSIGN(const auto pattern, url::TablPattern::parse(entry.value));
      TRY(pattern.check(entry.action == EntryAction::kAllow ? url::ListAction::kAllow
                                                            : url::ListAction::kBlock));
      return entry;
    }
    case EntryKind::kSender:
      if (!is_sender(entry.value)) {
        return Error(ErrorCode::kInvalidArgument,
                     "list entry: \"" + entry.value + "\" is no address or domain");
      }
      break;
    case EntryKind::kFileHash:
      if (!is_sha256(entry.value)) {
        return Error(ErrorCode::kInvalidArgument,
                     "list entry: \"" + entry.value + "\" is no SHA-256 in hexadecimal");
      }
      break;
  }
  entry.value = ascii::to_lower(entry.value);
  return entry;
}

Result<std::unique_ptr<PolicyStore>> open_policy_store(const StateOptions& options) {
  TRY_ASSIGN(auto sql, open_sql(options, kSchema));
  return std::make_unique<SqlPolicyStore>(std::move(sql), options);
}

}  // namespace linkgate::state
