#pragma once
// What employees reported, and what analysts made of it. Filled by linkgate-respond out of the rows of
// UserSubmissions, decided by the command line. On both engines, held to submission_store_contract_test.cc.
// Calls block; any thread; errors as in state/stores.h.

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "state/stores.h"

namespace linkgate::state {

inline constexpr std::string_view kSubmissionVerdicts[] = {"phish", "spam", "clean"};
inline constexpr size_t kMaxSubmissionNote = 4096;

struct Submission {
  std::string id;
  Time reported{};
  std::string source, category;  // words of UserSubmissions
  std::string reporter;
  bool verified = false;
  std::string network_message_id, recipient, url, subject;
  // Once it is decided.
  std::string verdict;  // of kSubmissionVerdicts; empty: nobody has looked yet
  std::string note, decided_by;
  Time decided{};
  friend bool operator==(const Submission&, const Submission&) = default;
};

struct SubmissionFilter {
  std::string reporter;    // empty: any
  bool open_only = false;  // without a verdict
  size_t most = 1000;      // the newest
};

class SubmissionStore {
 public:
  virtual ~SubmissionStore() = default;
  // One of its id that is there stays as it is. How many are new.
  virtual Result<size_t> put(const std::vector<Submission>& submissions) = 0;
  virtual Result<Submission> find(std::string_view id) = 0;  // kNotFound
  virtual Result<std::vector<Submission>> list(const SubmissionFilter& filter) = 0;
  // Again is allowed: people change their minds. kNotFound; kInvalidArgument: no such verdict; kLimit.
  virtual Result<void> decide(std::string_view id, std::string_view verdict, std::string_view note,
                              std::string_view by, Time now) = 0;
  virtual Result<size_t> drop_reported_before(Time time) = 0;
};

Result<std::unique_ptr<SubmissionStore>> open_submission_store(const StateOptions& options);

}  // namespace linkgate::state
