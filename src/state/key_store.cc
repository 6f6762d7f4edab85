#include <algorithm>

#include "state/sql.h"

namespace linkgate::state {
namespace {

constexpr std::string_view kMigrations[] = {R"sql(
CREATE TABLE version (value BIGINT NOT NULL);
INSERT INTO version VALUES (1);
CREATE TABLE sealing_keys (id BIGINT PRIMARY KEY, state BIGINT NOT NULL, secret BYTEA NOT NULL,
                           created BIGINT NOT NULL);
CREATE TABLE nodes (name TEXT PRIMARY KEY, seen BIGINT NOT NULL);
CREATE TABLE node_keys (node TEXT NOT NULL REFERENCES nodes (name) ON DELETE CASCADE, id BIGINT NOT NULL,
                        PRIMARY KEY (node, id));
)sql"};
constexpr StoreSchema kSchema{"keys", kMigrations, /*secret=*/true};

using url::KeyState;
using url::SealingKey;

Error refused(uint32_t id, std::string_view why) {
  return Error(ErrorCode::kInvalidArgument, "key " + std::to_string(id) + ": " + std::string(why));
}

std::string_view bytes_of(const SealingKey& key) {
  return {reinterpret_cast<const char*>(key.secret.data()), key.secret.size()};
}

class SqlKeyStore final : public KeyStore, private SqlStore {
 public:
  using SqlStore::SqlStore;

  Result<Version> version() override { return read_version(); }

  Result<url::Keyring> load() override {
    const std::lock_guard lock(mutex_);
    TRY_ASSIGN(auto keys, load_keys());
    return url::Keyring(std::move(keys));
  }

  Result<void> put_key(const SealingKey& key) override {
    return write(Bump::kVersion, [&]() -> Result<void> {
      TRY_ASSIGN(const auto keys, load_keys());
      for (const SealingKey& known : keys) {
        if (known.id == key.id) {
          TRY(check_change(known, key));
        } else if (known.state == KeyState::kSealing && key.state == KeyState::kSealing) {
          return refused(key.id, "key " + std::to_string(known.id) + " seals already");
        }
      }
      return store(key);
    });
  }

  Result<void> acknowledge(std::string_view node, uint32_t id, Time now) override {
    return write(Bump::kNothing, [&]() -> Result<void> {
      TRY(
          run("INSERT INTO nodes (name, seen) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET seen = "
              "excluded.seen",
              {node, to_sql(now)}));
      TRY(run("INSERT INTO node_keys (node, id) VALUES (?1, ?2) ON CONFLICT (node, id) DO NOTHING",
              {node, int64_t{id}}));
      return {};
    });
  }

  Result<void> promote(uint32_t id, Time now) override {
    return write(Bump::kVersion, [&]() -> Result<void> {
      TRY_ASSIGN(auto keys, load_keys());
      const auto next =
          std::find_if(keys.begin(), keys.end(), [&](const SealingKey& key) { return key.id == id; });
      if (next == keys.end()) return Error(ErrorCode::kNotFound, "there is no key " + std::to_string(id));
      if (next->state == KeyState::kSealing) return {};
      if (next->state != KeyState::kPublished) return refused(id, "only a published key can begin to seal");
      TRY(check_acknowledged(id, now));
      for (SealingKey& key : keys) {
        if (key.state != KeyState::kSealing) continue;
        key.state = KeyState::kOpenOnly;
        TRY(store(key));
      }
      next->state = KeyState::kSealing;
      return store(*next);
    });
  }

  Result<std::vector<Node>> nodes() override {
    const std::lock_guard lock(mutex_);
    return load_nodes();
  }

  Result<void> forget_node(std::string_view name) override {
    return write(Bump::kNothing, [&]() -> Result<void> {
      TRY(run("DELETE FROM node_keys WHERE node = ?1", {name}));
      TRY_ASSIGN(const SqlRows gone, run("DELETE FROM nodes WHERE name = ?1 RETURNING name", {name}));
      if (gone.size() == 0)
        return Error(ErrorCode::kNotFound, "there is no node \"" + std::string(name) + "\"");
      return {};
    });
  }

 private:
  static Result<void> check_change(const SealingKey& known, const SealingKey& key) {
    if (known.secret != key.secret) return refused(key.id, "its secret cannot change");
    if (known.state == key.state) return {};
    if (known.state == KeyState::kRevoked) return refused(key.id, "is revoked, which is for good");
    if (known.state == KeyState::kSealing) return refused(key.id, "seals: promote another one first");
    return {};
  }

  // A gateway must never seal with a key that a click node could not open.
  Result<void> check_acknowledged(uint32_t id, Time now) {
    TRY_ASSIGN(const auto nodes, load_nodes());
    for (const Node& node : nodes) {
      const bool is_live = node.seen + kNodeLifetime > now;
      const bool has_it = std::find(node.keys.begin(), node.keys.end(), id) != node.keys.end();
      if (is_live && !has_it) {
        return Error(ErrorCode::kUnavailable, "key " + std::to_string(id) + ": click node \"" + node.name +
                                                  "\" has not acknowledged it yet");
      }
    }
    return {};
  }

  Result<std::vector<SealingKey>> load_keys() {
    TRY_ASSIGN(const SqlRows rows, run("SELECT id, state, secret, created FROM sealing_keys ORDER BY id"));
    std::vector<SealingKey> keys(rows.size());
    for (size_t i = 0; i < rows.size(); ++i) {
      keys[i].id = static_cast<uint32_t>(rows.integer(i, 0));
      const int64_t state = rows.integer(i, 1);
      const std::string& secret = rows.text(i, 2);
      if (secret.size() != keys[i].secret.size() || state < 0 ||
          state > static_cast<int64_t>(KeyState::kRevoked)) {
        return Error(ErrorCode::kCorrupt, "key " + std::to_string(keys[i].id) + " is damaged");
      }
      keys[i].state = static_cast<KeyState>(state);
      std::copy(secret.begin(), secret.end(), keys[i].secret.begin());
      keys[i].created = from_sql(rows.integer(i, 3));
    }
    return keys;
  }

  Result<std::vector<Node>> load_nodes() {
    TRY_ASSIGN(const SqlRows rows, run("SELECT name, seen, id FROM nodes LEFT JOIN node_keys ON node = name "
                                       "ORDER BY name, id"));
    std::vector<Node> nodes;
    for (size_t i = 0; i < rows.size(); ++i) {
      if (nodes.empty() || nodes.back().name != rows.text(i, 0)) {
        nodes.push_back({rows.text(i, 0), from_sql(rows.integer(i, 1)), {}});
      }
      if (!rows.is_null(i, 2)) nodes.back().keys.push_back(static_cast<uint32_t>(rows.integer(i, 2)));
    }
    return nodes;
  }

  Result<void> store(const SealingKey& key) {
    TRY(
        run("INSERT INTO sealing_keys (id, state, secret, created) VALUES (?1, ?2, ?3, ?4) "
            "ON CONFLICT (id) DO UPDATE SET state = excluded.state",
            {int64_t{key.id}, static_cast<int64_t>(key.state), Blob{bytes_of(key)}, to_sql(key.created)}));
    return {};
  }
};

}  // namespace

Result<std::unique_ptr<KeyStore>> open_key_store(const StateOptions& options) {
  TRY_ASSIGN(auto sql, open_sql(options, kSchema));
  return std::make_unique<SqlKeyStore>(std::move(sql), options);
}

}  // namespace linkgate::state
