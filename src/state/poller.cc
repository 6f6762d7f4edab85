#include "state/poller.h"

#include <utility>

#include "base/log.h"

namespace linkgate::state {
namespace {

constexpr std::chrono::seconds kAcknowledgePeriod{60};  // well below kNodeLifetime

}  // namespace

const verdict::DoNotRewriteList& PolicyView::do_not_rewrite(const verdict::SafeLinksPolicy& policy) const {
  static const verdict::DoNotRewriteList none;
  const auto at = do_not_rewrite_lists.find(policy.Name);
  return at == do_not_rewrite_lists.end() ? none : at->second;
}

Poller::Poller(std::string name, std::function<Result<void>()> look)
    : name_(std::move(name)), look_(std::move(look)), thread_([this] { run(); }) {}

Poller::~Poller() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

void Poller::run() {
  std::unique_lock lock(mutex_);
  while (!wake_.wait_for(lock, kPollPeriod, [this] { return stop_; })) {
    lock.unlock();
    const Result<void> looked = look_();
    if (const bool before = in_trouble_.exchange(!looked); before == looked.has_value()) {
      if (looked) log::info("{}: can be read again", name_);
      if (!looked) log::warn("{}: what was read last stays in force: {}", name_, looked.error().message());
    }
    lock.lock();
  }
}

Result<std::shared_ptr<const PolicyView>> load_policy_view(PolicyStore& store) {
  auto view = std::make_shared<PolicyView>();
  // The version first: a change that comes while the rest is read is then seen as one that is not read yet.
  TRY_ASSIGN(view->version, store.version());
  TRY_ASSIGN(view->policies, store.load());
  TRY_ASSIGN(auto entries, store.entries());
  std::vector<verdict::TenantUrlEntry> urls;
  for (ListEntry& entry : entries) {
    switch (entry.kind) {
      case EntryKind::kUrl: {
        auto pattern = url::TablPattern::parse(entry.value);
        if (!pattern) return std::move(pattern).error().with_context("stored list entry");
        urls.push_back(
            {std::move(*pattern),
             entry.action == EntryAction::kBlock ? url::ListAction::kBlock : url::ListAction::kAllow,
             entry.expires, std::move(entry.notes)});
        break;
      }
      case EntryKind::kSender:
        view->sender_entries.push_back(std::move(entry));
        break;
      case EntryKind::kFileHash:
        view->file_hash_entries.push_back(std::move(entry));
        break;
    }
  }
  view->url_lists = verdict::TenantLists(std::move(urls));
  for (const auto& policy : view->policies.policies()) {
    if (policy.DoNotRewriteUrls.empty()) continue;
    view->do_not_rewrite_lists.emplace(policy.Name, verdict::DoNotRewriteList(policy.DoNotRewriteUrls));
  }
  return std::shared_ptr<const PolicyView>(std::move(view));
}

Result<std::unique_ptr<PolicySnapshots>> PolicySnapshots::start(std::unique_ptr<PolicyStore> store) {
  std::unique_ptr<PolicySnapshots> snapshots(new PolicySnapshots(std::move(store)));
  TRY(snapshots->look());
  snapshots->poller_ = std::make_unique<Poller>("policies", [raw = snapshots.get()] { return raw->look(); });
  return snapshots;
}

Result<void> PolicySnapshots::look() {
  TRY_ASSIGN(const Version version, store_->version());
  const auto known = current_.load();
  if (known != nullptr && known->version == version) return {};
  TRY_ASSIGN(auto view, load_policy_view(*store_));
  current_.store(std::move(view));
  return {};
}

Result<std::unique_ptr<KeySnapshots>> KeySnapshots::start(std::unique_ptr<KeyStore> store, std::string node) {
  std::unique_ptr<KeySnapshots> snapshots(new KeySnapshots(std::move(store), std::move(node)));
  TRY(snapshots->look());
  snapshots->poller_ =
      std::make_unique<Poller>("sealing keys", [raw = snapshots.get()] { return raw->look(); });
  return snapshots;
}

Result<void> KeySnapshots::look() {
  TRY_ASSIGN(const Version version, store_->version());
  const bool is_new = version_ != version;
  if (is_new) {
    TRY_ASSIGN(auto keys, store_->load());
    current_.store(std::make_shared<const url::Keyring>(std::move(keys)));
    version_ = version;
  }
  const bool is_due =
      !acknowledged_ || std::chrono::steady_clock::now() - *acknowledged_ > kAcknowledgePeriod;
  if (!node_.empty() && (is_new || is_due)) return acknowledge();
  return {};
}

// Only after current() has them: whoever promotes a key relies on links sealed with it being opened here.
Result<void> KeySnapshots::acknowledge() {
  acknowledged_.reset();  // tried again with the next look where it fails half-way
  for (const url::SealingKey& key : current_.load()->keys()) {
    TRY(store_->acknowledge(node_, key.id, SystemClock().now()));
  }
  acknowledged_ = std::chrono::steady_clock::now();
  return {};
}

}  // namespace linkgate::state
