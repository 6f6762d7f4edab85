#pragma once
// Snapshots of what others write: a thread looks every 200 ms whether policies (or keys) changed, and swaps a
// value that everybody reads without waiting. How gateway and click hear of a change; neither ever queries on
// its answering path.

#include <atomic>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "state/stores.h"
#include "verdict/policy.h"
#include "verdict/tenant_lists.h"

namespace linkgate::state {

inline constexpr std::chrono::milliseconds kPollPeriod{200};

// Policies and tenant lists at one moment, ready to be asked.
struct PolicyView {
  Version version = 0;
  verdict::PolicySet policies;
  verdict::TenantLists url_lists;  // entries of kind kUrl
  std::vector<ListEntry> sender_entries;
  std::vector<ListEntry> file_hash_entries;

  // The do-not-rewrite list of a policy of this view (or of the built-in one, which has none).
  const verdict::DoNotRewriteList& do_not_rewrite(const verdict::SafeLinksPolicy& policy) const;
  std::map<std::string, verdict::DoNotRewriteList, std::less<>> do_not_rewrite_lists;  // by policy name
};

// Calls `look` every kPollPeriod on a thread of its own until destruction, which waits for a call under way.
// Trouble is logged when it begins and when it ends; what was known stays known.
class Poller {
 public:
  Poller(std::string name, std::function<Result<void>()> look);
  ~Poller();
  Poller(const Poller&) = delete;
  Poller& operator=(const Poller&) = delete;
  bool in_trouble() const { return in_trouble_.load(std::memory_order_relaxed); }

 private:
  void run();
  std::string name_;
  std::function<Result<void>()> look_;
  std::atomic<bool> in_trouble_ = false;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stop_ = false;
  std::thread thread_;  // last: it uses all above
};

// current() is thread-safe, never null and never waits; what it returned stays valid as long as it is held.
class PolicySnapshots {
 public:
  // Reads once before it returns, so that a program starts with policies or not at all.
  static Result<std::unique_ptr<PolicySnapshots>> start(std::unique_ptr<PolicyStore> store);
  std::shared_ptr<const PolicyView> current() const { return current_.load(); }
  bool in_trouble() const {
    return poller_->in_trouble();
  }  // the store cannot be read now: a metric, not an answer

 private:
  explicit PolicySnapshots(std::unique_ptr<PolicyStore> store) : store_(std::move(store)) {}
  Result<void> look();
  std::unique_ptr<PolicyStore> store_;
  std::atomic<std::shared_ptr<const PolicyView>> current_;
  std::unique_ptr<Poller> poller_;
};

class KeySnapshots {
 public:
  // `node`: the name under which this program acknowledges the keys it holds, at once and every minute (click
  // nodes; the store must not be read-only). Empty: it does not (gateways).
  static Result<std::unique_ptr<KeySnapshots>> start(std::unique_ptr<KeyStore> store, std::string node = "");
  std::shared_ptr<const url::Keyring> current() const { return current_.load(); }
  bool in_trouble() const { return poller_->in_trouble(); }

 private:
  KeySnapshots(std::unique_ptr<KeyStore> store, std::string node)
      : store_(std::move(store)), node_(std::move(node)) {}
  Result<void> look();
  Result<void> acknowledge();
  std::unique_ptr<KeyStore> store_;
  std::string node_;
  std::optional<Version> version_;
  std::optional<std::chrono::steady_clock::time_point> acknowledged_;
  std::atomic<std::shared_ptr<const url::Keyring>> current_;
  std::unique_ptr<Poller> poller_;
};

// What PolicySnapshots makes of a store; for programs that look once (the command line).
Result<std::shared_ptr<const PolicyView>> load_policy_view(PolicyStore& store);

}  // namespace linkgate::state
