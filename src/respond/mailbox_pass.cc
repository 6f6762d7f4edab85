#include "respond/mailbox_pass.h"

#include <fmt/format.h>
#include <openssl/sha.h>

#include <algorithm>
#include <set>

#include "base/ascii.h"
#include "base/base64.h"
#include "respond/message_summary.h"
#include "respond/stamp_search.h"

namespace linkgate::respond {

namespace asio = net::asio;

namespace {

constexpr uint64_t kOctetsAtOnce = 16u << 20;  // fetched and stored together; one larger message goes alone

net::ImapSecurity security_of(const MailboxesConfig& config) {
  if (config.security == "tls") return net::ImapSecurity::kTls;
  return config.security == "none" ? net::ImapSecurity::kNone : net::ImapSecurity::kStartTls;
}

// A function of the place: what was sealed before a crash is sealed under the same name after it.
std::string held_id(const state::ZapJob& job, const std::string& folder, uint32_t validity, uint32_t uid) {
  const std::string place =
      fmt::format("{}\n{}\n{}\n{}\n{}", job.network_message_id, job.mailbox, folder, validity, uid);
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(place.data()), place.size(), digest);
  return hex_encode(std::string_view(reinterpret_cast<const char*>(digest), 16));
}

const net::ImapFolder* junk_among(const std::vector<net::ImapFolder>& folders, const std::string& name) {
  const net::ImapFolder* found = nullptr;
  for (const net::ImapFolder& folder : folders) {
    if (folder.has("\\Junk")) return &folder;
    if (folder.name == name) found = &folder;
  }
  return found;
}

}  // namespace

asio::awaitable<Result<std::unique_ptr<net::ImapClient>>> open_mailbox(const MailboxAccess& access,
                                                                       std::string mailbox) {
  const MailboxesConfig& config = access.config;
  net::ImapClientOptions options;
  options.endpoint = config.imap;
  options.security = security_of(config);
  options.trust_file = config.trust_file;
  auto client = co_await net::ImapClient::connect(std::move(options));
  if (!client) co_return std::move(client).error();
  const bool sasl = config.master_separator.empty();
  std::string user = sasl ? config.master_user : mailbox + config.master_separator + config.master_user;
  std::string acts_for = sasl ? mailbox : "";
  auto in = co_await (*client)->sign_in(std::move(user), access.password, std::move(acts_for));
  if (!in) co_return std::move(in).error().with_context("mailbox " + mailbox);
  co_return client;
}

asio::awaitable<Result<void>> MailboxPass::run() {
  auto client = co_await open_mailbox(access_, jobs_.front().mailbox);
  if (!client) co_return std::move(client).error();
  client_ = *std::move(client);
  bool any_waits = false;
  for (state::ZapJob& job : jobs_) {
    if (job.state == state::ZapState::kUndoing) {
      CO_TRY(co_await put_back(&job));
    } else {
      any_waits = true;
    }
  }
  size_t acted = 1;
  for (int passes = 0; any_waits && passes < kMostPasses && (acted > 0 || passes < 2); ++passes) {
    auto result = co_await pass();
    if (!result) co_return std::move(result).error();
    acted = *result;
  }
  co_await client_->sign_out();
  if (any_waits && !folder_trouble_.empty()) co_return Error(ErrorCode::kUnavailable, folder_trouble_);
  if (any_waits && acted > 0)
    co_return Error(ErrorCode::kUnavailable, "messages keep moving in this mailbox");
  for (state::ZapJob& job : jobs_) {
    if (job.state == state::ZapState::kWaiting) conclude(&job);
  }
  co_return Result<void>();
}

// Of several recipients whose mail lies in one mailbox, whose copy was whose is not to be told.
void MailboxPass::conclude(state::ZapJob* job) {
  int moved = job->moved;
  bool spared = false;
  for (const state::ZapJob& other : jobs_) {
    if (other.network_message_id != job->network_message_id) continue;
    moved = std::max(moved, other.moved);
    spared = spared || spared_.contains(other.id);
  }
  if (moved == 0) moved = moved_before(*job);
  job->moved = moved;
  job->trouble = moved == 0 && spared ? "left where it is: read, or in the junk folder already" : "";
  job->state = moved > 0 || spared ? state::ZapState::kDone : state::ZapState::kNotFound;
}

// By a run that was cut off after it had acted and before it could say so.
int MailboxPass::moved_before(const state::ZapJob& job) {
  if (job.action == state::ZapAction::kJunk) return spared_.contains(job.id) && !job.folders.empty() ? 1 : 0;
  state::HeldFilter filter;
  filter.network_message_id = job.network_message_id;
  const auto held = access_.quarantine.list(filter);
  if (!held) return 0;
  return static_cast<int>(std::count_if(held->begin(), held->end(), [&](const state::HeldMessage& one) {
    return one.mailbox == job.mailbox && one.state == state::HeldState::kHeld && one.stored >= job.created;
  }));
}

asio::awaitable<Result<size_t>> MailboxPass::pass() {
  auto folders = co_await client_->list();  // anew: users make and rename folders
  if (!folders) co_return std::move(folders).error();
  folders_ = *std::move(folders);
  const net::ImapFolder* junk = junk_among(folders_, access_.config.junk_folder);
  junk_ = junk != nullptr ? junk->name : "";
  folder_trouble_.clear();
  uid_next_.clear();
  size_t acted = 0;
  for (const net::ImapFolder& one : folders_) {
    if (!one.selectable()) continue;
    const bool is_junk = one.name == junk_;
    auto result = co_await folder(one.name, is_junk);
    if (!result && !client_->usable()) co_return std::move(result).error();
    if (!result) folder_trouble_ = fmt::format("folder {}: {}", one.name, result.error().message());
    if (result) acted += *result;
  }
  if (acted == 0 && folder_trouble_.empty()) {
    auto more = co_await came_in();
    if (!more) co_return std::move(more).error();
    acted = *more ? 1 : 0;
  }
  co_return acted;
}

// Whether a message came into a folder after the last pass had looked into it: whoever moves one from a
// folder that is still to be searched into one that was searched would hide it.
asio::awaitable<Result<bool>> MailboxPass::came_in() {
  auto folders = co_await client_->list();
  if (!folders) co_return std::move(folders).error();
  for (const net::ImapFolder& one : *folders) {
    if (!one.selectable()) continue;
    const auto seen = uid_next_.find(one.name);
    if (seen == uid_next_.end()) co_return true;
    auto now = co_await client_->status(one.name);
    if (!now && !client_->usable()) co_return std::move(now).error();
    if (now && now->uid_next != seen->second) co_return true;
  }
  co_return false;
}

// How many messages were acted on, or were there and are no longer: both mean that another pass is needed.
asio::awaitable<Result<size_t>> MailboxPass::folder(std::string name, bool is_junk) {
  auto before = co_await client_->examine(name);
  if (!before) co_return std::move(before).error();
  uid_next_[name] = before->uid_next;
  auto found = co_await find(is_junk);
  if (!found) co_return std::move(found).error();
  if (found->empty()) co_return size_t{0};
  auto open = co_await client_->select(name);
  if (!open) co_return std::move(open).error();
  if (open->uid_validity != before->uid_validity)
    co_return found->size();  // made anew in between: UIDs mean others
  std::vector<uint32_t> junk, some;
  uint64_t octets = 0;
  for (const auto& [uid, one] : *found) {
    if (one.job->action == state::ZapAction::kJunk) {
      junk.push_back(uid);
      continue;
    }
    if (!some.empty() && octets + one.size > kOctetsAtOnce) {
      CO_TRY(co_await to_quarantine(name, open->uid_validity, std::exchange(some, {}), *found));
      octets = 0;
    }
    some.push_back(uid);
    octets += one.size;
  }
  if (!some.empty()) CO_TRY(co_await to_quarantine(name, open->uid_validity, std::move(some), *found));
  if (!junk.empty()) CO_TRY(co_await to_junk(name, std::move(junk), *found));
  co_return found->size();
}

asio::awaitable<Result<MailboxPass::Found>> MailboxPass::find(bool is_junk) {
  std::set<std::string> ids;
  for (const state::ZapJob& job : jobs_) {
    if (job.state == state::ZapState::kWaiting) ids.insert(job.network_message_id);
  }
  auto stamped = co_await find_stamped(*client_, access_.keys, {ids.begin(), ids.end()});
  if (!stamped) co_return std::move(stamped).error();
  Found found;
  for (const auto& [uid, message] : *stamped) {
    if (state::ZapJob* job = job_of(message.network_message_id, message.message, is_junk))
      found.emplace(uid, FoundMessage{job, message.message.size});
  }
  co_return found;
}

// The strongest of those that name this message and act on it where and as it is.
state::ZapJob* MailboxPass::job_of(const std::string& id, const net::ImapMessage& message, bool is_junk) {
  const bool seen = std::any_of(message.flags.begin(), message.flags.end(),
                                [](const std::string& flag) { return ascii::iequals(flag, "\\Seen"); });
  state::ZapJob* best = nullptr;
  for (state::ZapJob& job : jobs_) {
    if (job.network_message_id != id || job.state != state::ZapState::kWaiting) continue;
    if ((job.unread_only && seen) || (is_junk && job.action == state::ZapAction::kJunk)) {
      spared_.insert(job.id);
    } else if (best == nullptr || job.action > best->action) {
      best = &job;
    }
  }
  return best;
}

asio::awaitable<Result<void>> MailboxPass::to_junk(std::string folder, std::vector<uint32_t> uids,
                                                   Found found) {
  if (junk_.empty()) {
    CO_TRY(co_await client_->create(access_.config.junk_folder));
    junk_ = access_.config.junk_folder;
  }
  std::set<state::ZapJob*> concerned;
  for (const uint32_t uid : uids) concerned.insert(found[uid].job);
  for (state::ZapJob* job : concerned) {
    if (std::find(job->folders.begin(), job->folders.end(), folder) == job->folders.end())
      job->folders.push_back(folder);
    CO_TRY(access_.jobs.note(*job));  // before it moves: the way back must be known after a crash
  }
  auto moved = co_await client_->move(uids, junk_);
  if (!moved) co_return std::move(moved).error();
  std::set<uint32_t> gone;
  for (const auto& [from, to] : moved->uids) gone.insert(from);
  for (const uint32_t uid : uids) {
    if (moved->uids.empty() || gone.contains(uid)) ++found[uid].job->moved;
  }
  co_return Result<void>();
}

// What is gone meanwhile the next pass finds where it went.
asio::awaitable<Result<void>> MailboxPass::to_quarantine(std::string folder, uint32_t validity,
                                                         std::vector<uint32_t> uids, Found found) {
  auto messages = co_await client_->fetch(uids);
  if (!messages) co_return std::move(messages).error();
  if (messages->empty()) co_return Result<void>();
  std::vector<state::SealedMessage> sealed;
  std::vector<uint32_t> stored;
  for (const net::ImapMessage& message : *messages) {
    sealed.push_back(seal(*found[message.uid].job, folder, validity, message));
    stored.push_back(message.uid);
  }
  CO_TRY(access_.quarantine.put(sealed));
  std::sort(stored.begin(), stored.end());
  CO_TRY(co_await client_->remove(stored));
  for (const uint32_t uid : stored) ++found[uid].job->moved;
  co_return Result<void>();
}

state::SealedMessage MailboxPass::seal(const state::ZapJob& job, const std::string& folder, uint32_t validity,
                                       const net::ImapMessage& message) const {
  state::SealedMessage out;
  state::HeldMessage& held = out.held;
  held.id = held_id(job, folder, validity, message.uid);
  held.network_message_id = job.network_message_id;
  held.recipient = job.recipient;
  held.mailbox = job.mailbox;
  held.folder = folder;
  held.flags = message.flags;
  held.internal_date = message.internal_date;
  const MessageSummary summary = summarise(message.octets);
  held.subject = summary.subject;
  held.sender = summary.from;
  held.threat = job.threat;
  held.size = message.octets.size();
  held.stored = access_.clock.now();
  held.expires = held.stored + access_.keep;
  out.sealed = seal_message(access_.quarantine_key, held.id, message.octets);
  return out;
}

}  // namespace linkgate::respond
