#pragma once
// What is to be taken out of mailboxes, and how far it is: a job for each message and mailbox. Written by
// linkgate-respond, which does the work, and by the command line, which asks for it; several nodes may share
// one store. On both engines, held to zap_store_contract_test.cc. Calls block; any thread; errors as in
// state/stores.h.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "state/stores.h"

namespace linkgate::state {

enum class ZapAction : uint8_t { kJunk, kQuarantine };  // the stronger is the larger
enum class ZapState : uint8_t {
  kWaiting,   // for its turn, or for another try
  kDone,      // acted, and no copy is left
  kNotFound,  // the mailbox does not have it
  kGivenUp,   // tried until its time was over: the message may still be there
  kUndoing,   // is being put back
  kUndone,
};
std::string_view to_string(ZapAction action);  // "junk", "quarantine"
std::string_view to_string(
    ZapState state);  // "waiting", "done", "not found", "given up", "undoing", "undone"

struct ZapJob {
  int64_t id = 0;
  std::string network_message_id;
  std::string recipient;  // of the envelope
  std::string mailbox;    // where their mail lies
  ZapAction action = ZapAction::kQuarantine;
  bool unread_only = false;
  std::string threat;  // "Phish", "Malware", "Spam"
  std::string cause;   // "verdict", or whom it was asked by: "admin:ada"
  std::string url;     // because of which; may be empty
  Time created{}, due{}, give_up{};
  ZapState state = ZapState::kWaiting;
  int attempts = 0;
  int moved = 0;        // messages (copies count)
  std::string trouble;  // of the last try
  Time finished{};
  std::vector<std::string> folders;  // from which messages went to junk: what undo needs
  Time lease{};                      // set by take_mailbox
};

struct ZapFilter {
  std::optional<ZapState> state;
  std::string network_message_id, recipient, url;  // empty: any
  size_t most = 1000;                              // the newest
};

class ZapStore {
 public:
  virtual ~ZapStore() = default;
  virtual Result<Version> version() = 0;  // bumped by put_jobs and undo

  // Of one message and mailbox there is one job. One that is there stays, unless this one does more: the
  // action is stronger, or what was done is over (not found, given up, undone). Then it waits again, also
  // where somebody works on it: finish() of theirs says kNotFound. How many wait now that did not before.
  virtual Result<size_t> put_jobs(const std::vector<ZapJob>& jobs) = 0;
  // At most `most` due jobs of one mailbox, which nobody else works on, the longest due first; theirs until
  // `lease`. Empty: none is due.
  virtual Result<std::vector<ZapJob>> take_mailbox(Time now, Time lease, size_t most) = 0;
  // state, attempts, moved, trouble, due, finished and folders are taken; the lease ends. kNotFound: it ended
  // before, and somebody else has the job.
  virtual Result<void> finish(const ZapJob& job) = 0;
  // Of it, folders and finished alone, and the lease goes on: what must be known before the next step is
  // taken.
  virtual Result<void> note(const ZapJob& job) = 0;
  // Done ones among `ids` are to be put back. How many.
  virtual Result<size_t> undo(const std::vector<int64_t>& ids, Time now, Time give_up) = 0;
  // Whoever had jobs is gone: for the one node there is, when it starts.
  virtual Result<void> end_leases() = 0;
  virtual Result<std::vector<ZapJob>> jobs(const ZapFilter& filter) = 0;
  virtual Result<size_t> waiting() = 0;
  virtual Result<std::optional<Time>> next_due() = 0;  // of those that nobody has
  virtual Result<size_t> drop_finished_before(Time time) = 0;

  // How far a source of jobs was read: "flips".
  virtual Result<std::optional<int64_t>> cursor(std::string_view name) = 0;
  virtual Result<void> set_cursor(std::string_view name, int64_t value) = 0;
};

Result<std::unique_ptr<ZapStore>> open_zap_store(const StateOptions& options);

}  // namespace linkgate::state
