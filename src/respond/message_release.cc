// The way back: out of quarantine, and out of the junk folder.
#include <fmt/format.h>

#include <algorithm>

#include "respond/mailbox_pass.h"
#include "respond/stamp_search.h"

namespace linkgate::respond {

namespace asio = net::asio;

namespace {

bool has_folder(const std::vector<net::ImapFolder>& folders, const std::string& name) {
  return std::any_of(folders.begin(), folders.end(), [&](const net::ImapFolder& folder) {
    return folder.name == name && folder.selectable();
  });
}

std::vector<std::string> ids_of(const std::string& id) { return {id}; }

// Into `held.folder` or, where that is gone, INBOX. A copy that is there already, of a release that was cut
// off, is enough.
asio::awaitable<Result<std::string>> append(const MailboxAccess& access, net::ImapClient& client,
                                            state::HeldMessage held) {
  auto sealed = access.quarantine.sealed(held.id);
  if (!sealed) co_return std::move(sealed).error();
  auto octets = open_message(access.quarantine_key, held.id, *sealed);
  if (!octets) co_return std::move(octets).error();
  auto folders = co_await client.list();
  if (!folders) co_return std::move(folders).error();
  const std::string folder = has_folder(*folders, held.folder) ? held.folder : "INBOX";
  CO_TRY(co_await client.examine(folder));
  std::vector<std::string> ids = ids_of(held.network_message_id);
  auto there = co_await find_stamped(client, access.keys, std::move(ids));
  if (!there) co_return std::move(there).error();
  if (there->empty()) CO_TRY(co_await client.append(folder, *octets, held.flags, held.internal_date));
  co_return folder;
}

}  // namespace

asio::awaitable<Result<std::string>> release_message(const MailboxAccess& access, state::HeldMessage held) {
  auto client = co_await open_mailbox(access, held.mailbox);
  if (!client) co_return std::move(client).error();
  auto folder = co_await append(access, **client, std::move(held));
  co_await (*client)->sign_out();
  co_return folder;
}

// A removal is undone in both places: what it held, and what it moved.
asio::awaitable<Result<void>> MailboxPass::put_back(state::ZapJob* job) {
  state::HeldFilter filter;
  filter.network_message_id = job->network_message_id;
  filter.recipient = job->recipient;
  auto held = access_.quarantine.list(filter);
  if (!held) co_return std::move(held).error();
  for (const state::HeldMessage& one : *held) {
    const bool is_there = one.state == state::HeldState::kHeld || one.state == state::HeldState::kReleasing;
    if (one.mailbox != job->mailbox || !is_there) continue;
    auto folder = co_await append(access_, *client_, one);
    if (!folder) co_return std::move(folder).error();
    CO_TRY(access_.quarantine.set_state(one.id, one.state, state::HeldState::kReleased, job->cause,
                                        access_.clock.now()));
  }
  if (!job->folders.empty()) CO_TRY(co_await from_junk(job));
  job->state = state::ZapState::kUndone;
  job->trouble.clear();
  co_return Result<void>();
}

asio::awaitable<Result<void>> MailboxPass::from_junk(state::ZapJob* job) {
  auto folders = co_await client_->list();
  if (!folders) co_return std::move(folders).error();
  std::string junk;
  for (const net::ImapFolder& folder : *folders) {
    if (folder.has("\\Junk") || (junk.empty() && folder.name == access_.config.junk_folder))
      junk = folder.name;
  }
  if (junk.empty()) co_return Result<void>();
  const std::string back = has_folder(*folders, job->folders.front()) ? job->folders.front() : "INBOX";
  CO_TRY(co_await client_->select(junk));
  std::vector<std::string> ids = ids_of(job->network_message_id);
  auto there = co_await find_stamped(*client_, access_.keys, std::move(ids));
  if (!there) co_return std::move(there).error();
  std::vector<uint32_t> uids;
  for (const auto& [uid, stamped] : *there) uids.push_back(uid);
  if (!uids.empty()) CO_TRY(co_await client_->move(std::move(uids), back));
  co_return Result<void>();
}

}  // namespace linkgate::respond
