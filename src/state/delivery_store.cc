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
)sql"};
constexpr StoreSchema kSchema{"delivery", kMigrations};

class SqlDeliveryStore final : public DeliveryStore, private SqlStore {
 public:
  using SqlStore::SqlStore;

  // Sessions that come while a transaction is under way wait for it together and are then written in one:
  // each commit costs a sync of the disk, whatever is in it.
  Result<void> mark_delivered(std::string_view network_message_id, const std::vector<std::string>& recipients,
                              Time now) override {
    Request request{network_message_id, &recipients, now, std::nullopt};
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
      }
      return {};
    });
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
