#pragma once
// One mailbox, over IMAP: every folder is searched for messages by the stamp that the gateway put on them
// (X-Linkgate-Id, its MAC checked), and what is wanted is moved to junk, or sealed into quarantine and then
// removed.
//
// A folder that a user moves messages between is seen by one pass in one place or none, so passes are made
// until one finds nothing that it had to act on: at least two, at most kMostPasses. Killed anywhere, it is
// made again from the start: what was moved is found no more, and what was sealed but not removed is sealed
// under the same id.

#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/config.h"
#include "net/imap_client.h"
#include "respond/quarantine_seal.h"
#include "state/quarantine_store.h"
#include "state/zap_store.h"
#include "url/sealed_link.h"

namespace linkgate::respond {

inline constexpr int kMostPasses = 6;

// What all mailboxes share. Outlives every pass.
struct MailboxAccess {
  const MailboxesConfig& config;
  std::string password;
  url::Keyring keys;  // of stamps
  QuarantineKey quarantine_key;
  state::QuarantineStore& quarantine;
  state::ZapStore& jobs;
  std::chrono::seconds keep;  // in quarantine
  const Clock& clock;
};

// One connection, signed in for one mailbox.
net::asio::awaitable<Result<std::unique_ptr<net::ImapClient>>> open_mailbox(const MailboxAccess& access,
                                                                            std::string mailbox);

// Works on `jobs`, which are of one mailbox, and says in each what became of it: state, moved, trouble,
// folders. Jobs are not finished here. An error is that of all of them: each has it as trouble, and waits.
class MailboxPass {
 public:
  MailboxPass(const MailboxAccess& access, std::vector<state::ZapJob>& jobs) : access_(access), jobs_(jobs) {}
  net::asio::awaitable<Result<void>> run();

 private:
  struct FoundMessage {
    state::ZapJob* job = nullptr;
    uint64_t size = 0;
  };
  using Found = std::map<uint32_t, FoundMessage>;  // by UID, in one folder
  net::asio::awaitable<Result<size_t>> pass();
  net::asio::awaitable<Result<bool>> came_in();
  net::asio::awaitable<Result<size_t>> folder(std::string name, bool is_junk);
  net::asio::awaitable<Result<Found>> find(bool is_junk);
  net::asio::awaitable<Result<void>> to_junk(std::string folder, std::vector<uint32_t> uids, Found found);
  net::asio::awaitable<Result<void>> to_quarantine(std::string folder, uint32_t validity,
                                                   std::vector<uint32_t> uids, Found found);
  state::SealedMessage seal(const state::ZapJob& job, const std::string& folder, uint32_t validity,
                            const net::ImapMessage& message) const;
  net::asio::awaitable<Result<void>> put_back(state::ZapJob* job);
  net::asio::awaitable<Result<void>> from_junk(state::ZapJob* job);
  state::ZapJob* job_of(const std::string& id, const net::ImapMessage& message, bool is_junk);
  int moved_before(const state::ZapJob& job);
  void conclude(state::ZapJob* job);

  const MailboxAccess& access_;
  std::vector<state::ZapJob>& jobs_;
  std::unique_ptr<net::ImapClient> client_;
  std::vector<net::ImapFolder> folders_;
  std::string junk_;                          // empty: there is none
  std::map<std::string, uint32_t> uid_next_;  // of each folder, when the last pass looked into it
  std::string folder_trouble_;                // of the last pass: a folder that could not be looked into
  std::set<int64_t> spared_;                  // jobs of which a message was found and left on purpose
};

// A message from quarantine to the folder that it lay in (INBOX where that is gone), with its flags and date,
// unless the mailbox has it there already. Where it is now.
net::asio::awaitable<Result<std::string>> release_message(const MailboxAccess& access,
                                                          state::HeldMessage held);

}  // namespace linkgate::respond
