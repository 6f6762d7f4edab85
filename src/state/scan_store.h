#pragma once
// What linkgate-scan remembers of the URLs that came by mail: what was said of each, when that changed, and
// when its page is looked at again. Written and read by linkgate-scan alone; several of its nodes may share
// one store. On both engines, held to scan_store_contract_test.cc. Calls block; any thread; errors as in
// state/stores.h.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "state/stores.h"
#include "verdict/verdict.h"

namespace linkgate::state {

// What was said of a URL at one moment.
struct Judgement {
  std::string canonical_hash;  // url::canonical_hash
  std::string url;
  std::vector<std::string> url_chain;
  std::optional<verdict::Disposition> disposition;  // absent: nothing was said of it, it only came by
  bool by_page = false;  // the page was looked at; otherwise lists or the URL itself said so
  bool came_by = false;  // in a mail or a click: remembered from now on. Others change what is remembered
  Time at{};
  std::string cause;        // why it was asked: "delivery", "click", "rescan", "asked", "feed", "list"
  std::string reason;       // a sentence for people
  std::string fingerprint;  // of the page that was looked at; empty: as it was
};

// A verdict that became another, where at least one of the two is no harmless one (clean, unknown).
struct Flip {
  int64_t id = 0;  // grows in the order in which flips become visible
  std::string canonical_hash, url;
  verdict::Disposition was = verdict::Disposition::kUnknown, is = verdict::Disposition::kUnknown;
  Time at{};
  std::string cause, reason;  // of the judgement
  friend bool operator==(const Flip&, const Flip&) = default;
};

struct RememberedUrl {
  std::string canonical_hash, url;
  std::vector<std::string> url_chain;
  verdict::Disposition by_page = verdict::Disposition::kUnknown;  // what looking at the page said last
  verdict::Disposition stands = verdict::Disposition::kUnknown;   // what was said last, by whatever
};

// A page that is to be looked at again.
struct RescanJob {
  std::string canonical_hash, url;
  std::string group;  // links that differ by recipient alone have the same; empty: like no other
  std::string sender_domain, recipient;
  bool sender_is_known = false, is_clicked = false;
  Time base{};  // delivery, or the first click: from when the schedule counts
  Time due{};
  std::string fingerprint;  // of the page when it was looked at last; empty: it was not
  // Set by take_jobs.
  verdict::Disposition stands = verdict::Disposition::kUnknown;
  Time lease{};  // until when it is taken
  friend bool operator==(const RescanJob&, const RescanJob&) = default;
};

struct JobCounts {
  size_t due = 0;          // now
  size_t scheduled = 0;    // all that wait for a time, due ones among them
  size_t represented = 0;  // judged by another link of their group
};

class ScanStore {
 public:
  virtual ~ScanStore() = default;
  // Bumped by flips alone.
  virtual Result<Version> version() = 0;

  // In one transaction; answers the flips among them, which are in the log when it returns. A judgement
  // that is older than what is remembered of its URL changes nothing, nor does a page that could not be
  // seen (unknown, by_page) clear one that was judged harmful.
  virtual Result<std::vector<Flip>> record(const std::vector<Judgement>& judgements) = 0;
  virtual Result<std::vector<Flip>> flips_since(int64_t id, size_t most) = 0;  // id beyond `id`, by id
  virtual Result<int64_t> last_flip() = 0;                                     // 0: none yet
  // Of links that were delivered as harmless: those that are not remembered, or are remembered as harmful
  // without a flip, because the first thing that was remembered of them said so.
  virtual Result<std::vector<std::string>> missed(const std::vector<std::string>& canonical_hashes) = 0;
  // Where a remembered URL led, itself first; empty: it is not remembered.
  virtual Result<std::vector<std::string>> chain_of(std::string_view canonical_hash) = 0;
  // Every remembered URL once, page by page, without holding a transaction.
  virtual Result<void> for_each_url(const std::function<void(const RememberedUrl&)>& take) = 0;
  // Retention: flips before `time`, and URLs that came by before it and have no job.
  virtual Result<size_t> drop_before(Time time) = 0;

  // For URLs that are remembered; others are ignored. A URL has one job: one that is there stays, becomes
  // due no later than `due`. The first click begins it anew, another click changes nothing. One that nobody
  // clicked is not scheduled where another of its group is: that one represents it.
  virtual Result<void> put_jobs(const std::vector<RescanJob>& jobs) = 0;
  // At most `most` jobs that are due and that nobody has, clicked ones first, then the longest due; theirs
  // until `lease`, then anybody's again.
  virtual Result<std::vector<RescanJob>> take_jobs(Time now, Time lease, size_t most) = 0;
  // Next time at `due`; absent: never. An empty `fingerprint` leaves it as it was. kNotFound: the lease ended
  // and somebody else has it, or did.
  virtual Result<void> finish_job(const RescanJob& job, std::optional<Time> due,
                                  std::string_view fingerprint) = 0;
  // The represented links of a group are looked at themselves, from `due` on. How many those are.
  virtual Result<size_t> wake_group(std::string_view group, Time due) = 0;
  virtual Result<JobCounts> count_jobs(Time now) = 0;
};

Result<std::unique_ptr<ScanStore>> open_scan_store(const StateOptions& options);

}  // namespace linkgate::state
