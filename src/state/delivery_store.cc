#include <chrono>
#include <condition_variable>

#include "state/sql.h"

namespace linkgate::state {
namespace {

// Recipients and URLs are the sender's bytes, not always UTF-8: kept as bytes.
constexpr std::string_view kMigrations[] = {R"sql(
CREATE TABLE version (value BIGINT NOT NULL);
INSERT INTO version VALUES (1);
CREATE TABLE delivered (message TEXT NOT NULL, recipient BYTEA NOT NULL, time BIGINT NOT NULL,
                        PRIMARY KEY (message, recipient));
CREATE INDEX delivered_by_time ON delivered (time);
CREATE TABLE long_urls (hash BYTEA PRIMARY KEY, url BYTEA NOT NULL);
)sql",
                                            R"sql(
CREATE TABLE contacts (key BYTEA PRIMARY KEY, time BIGINT NOT NULL);
CREATE INDEX contacts_by_time ON contacts (time);
)sql"};
constexpr StoreSchema kSchema{"delivery", kMigrations};

constexpr std::chrono::hours kContactRenewal{24};
// The one key that is no contact: its time is that of the first.
constexpr std::string_view kBeganKey = "began";

class SqlDeliveryStore final : public DeliveryStore, private SqlStore {
 public:
  using SqlStore::SqlStore;

  // Sessions that come while a transaction is under way wait for it together and are then written in one:
  // each commit costs a sync of the disk, whatever is in it.
  Result<void> mark_delivered(std::string_view network_message_id, const std::vector<std::string>& recipients,
                              const std::vector<std::string>& contacts, Time now) override {
    Request request{network_message_id, &recipients, &contacts, now, std::nullopt};
    std::unique_lock lock(queue_mutex_);
    queue_.push_back(&request);
    if (writing_) {
      written_.wait(lock, [&] { return request.result.has_value() || !writing_; });
      if (request.result) return std::move(*request.result);
    }
    writing_ = true;
    while (!request.result) {
      const std::vector<Request*> batch = std::exchange(queue_, {});
      lock.unlock();
      const Result<void> result = write_markers(batch);
      lock.lock();
      for (Request* served : batch) served->result = result;
    }
    writing_ = false;
    written_.notify_all();
    return std::move(*request.result);
  }

  Result<bool> was_delivered(std::string_view network_message_id, std::string_view recipient) override {
    TRY_ASSIGN(const SqlRows rows, query("SELECT 1 FROM delivered WHERE message = ?1 AND recipient = ?2",
                                         {network_message_id, Blob{recipient}}));
    return rows.size() > 0;
  }

  Result<size_t> drop_markers_before(Time time) override {
    size_t dropped = 0;
    TRY(write(Bump::kNothing, [&]() -> Result<void> {
      TRY_ASSIGN(const SqlRows rows, run("SELECT COUNT(*) FROM delivered WHERE time < ?1", {to_sql(time)}));
      dropped = static_cast<size_t>(rows.integer(0, 0));
      TRY(run("DELETE FROM delivered WHERE time < ?1", {to_sql(time)}));
      return {};
    }));
    return dropped;
  }

  Result<std::vector<bool>> contacts_seen(const std::vector<std::string>& keys, Time since) override {
    std::vector<bool> seen;
    for (const std::string& key : keys) {
      TRY_ASSIGN(const SqlRows rows,
                 query("SELECT 1 FROM contacts WHERE key = ?1 AND time >= ?2", {Blob{key}, to_sql(since)}));
      seen.push_back(rows.size() > 0);
    }
    return seen;
  }

  Result<std::optional<Time>> contacts_began() override {
    TRY_ASSIGN(const SqlRows rows, query("SELECT time FROM contacts WHERE key = ?1", {Blob{kBeganKey}}));
    if (rows.size() == 0) return std::optional<Time>();
    return std::optional<Time>(from_sql(rows.integer(0, 0)));
  }

  Result<void> put_contacts(const std::vector<std::pair<std::string, Time>>& contacts) override {
    return write(Bump::kNothing, [&]() -> Result<void> {
      for (const auto& [key, time] : contacts) {
        TRY(put_contact(key, time, time));
        TRY(run("UPDATE contacts SET time = ?2 WHERE key = ?1 AND time > ?2",
                {Blob{kBeganKey}, to_sql(time)}));
      }
      return {};
    });
  }

  Result<void> drop_contacts(Time time, size_t most) override {
    return write(Bump::kNothing, [&]() -> Result<void> {
      TRY(run("DELETE FROM contacts WHERE time < ?1 AND key <> ?2", {to_sql(time), Blob{kBeganKey}}));
      TRY(
          run("DELETE FROM contacts WHERE key <> ?2 AND time <= "
              "(SELECT time FROM contacts WHERE key <> ?2 ORDER BY time DESC LIMIT 1 OFFSET ?1)",
              {static_cast<int64_t>(most), Blob{kBeganKey}}));
      return {};
    });
  }

  Result<void> put_url(std::string_view url_hash, std::string_view url) override {
    return write(Bump::kNothing, [&]() -> Result<void> {
      TRY(run("INSERT INTO long_urls (hash, url) VALUES (?1, ?2) ON CONFLICT (hash) DO NOTHING",
              {Blob{url_hash}, Blob{url}}));
      return {};
    });
  }

  Result<std::optional<std::string>> url(std::string_view url_hash) override {
    TRY_ASSIGN(const SqlRows rows, query("SELECT url FROM long_urls WHERE hash = ?1", {Blob{url_hash}}));
    if (rows.size() == 0) return std::optional<std::string>();
    return std::optional<std::string>(rows.text(0, 0));
  }

 private:
  struct Request {
    std::string_view message;
    const std::vector<std::string>* recipients;
    const std::vector<std::string>* contacts;
    Time time;
    std::optional<Result<void>> result;
  };

  Result<void> write_markers(const std::vector<Request*>& batch) {
    return write(Bump::kNothing, [&]() -> Result<void> {
      for (const Request* request : batch) {
        for (const std::string& recipient : *request->recipients) {
          TRY(
              run("INSERT INTO delivered (message, recipient, time) VALUES (?1, ?2, ?3) "
                  "ON CONFLICT (message, recipient) DO NOTHING",
                  {request->message, Blob{recipient}, to_sql(request->time)}));
        }
        for (const std::string& key : *request->contacts)
          TRY(put_contact(key, request->time, request->time - kContactRenewal));
      }
      return {};
    });
  }

  // A contact whose time is `renew_before` or later keeps it.
  Result<void> put_contact(std::string_view key, Time time, Time renew_before) {
    TRY(
        run("INSERT INTO contacts (key, time) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET time = ?2 "
            "WHERE contacts.time < ?3",
            {Blob{key}, to_sql(time), to_sql(renew_before)}));
    TRY(run("INSERT INTO contacts (key, time) VALUES (?1, ?2) ON CONFLICT (key) DO NOTHING",
            {Blob{kBeganKey}, to_sql(time)}));
    return {};
  }

  std::mutex queue_mutex_;
  std::condition_variable written_;
  std::vector<Request*> queue_;  // of callers that wait in mark_delivered
  bool writing_ = false;
};

}  // namespace

Result<std::unique_ptr<DeliveryStore>> open_delivery_store(const StateOptions& options) {
  TRY_ASSIGN(auto sql, open_sql(options, kSchema));
  return std::make_unique<SqlDeliveryStore>(std::move(sql), options);
}

}  // namespace linkgate::state
