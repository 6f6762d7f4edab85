#pragma once
// Who did what to policies, lists, mail in quarantine and the like: written by the command line, never
// changed.

#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "state/stores.h"

namespace linkgate::state {

struct AuditRecord {
  int64_t id = 0;  // counts up; set by the store
  Time at{};
  std::string who;      // a user of the machine
  std::string action;   // "policy set": what was asked for
  std::string details;  // with what: the arguments, as a shell would take them
  friend bool operator==(const AuditRecord&, const AuditRecord&) = default;
};
inline constexpr size_t kMaxAuditDetails = 64 * 1024;  // octets; the rest is cut off, and said to be

// The database itself refuses to change or to delete a record, whoever asks it to.
class AuditStore {
 public:
  virtual ~AuditStore() = default;
  virtual Result<void> append(const AuditRecord& record) = 0;
  // Since a moment, the newest first, `limit` at most.
  virtual Result<std::vector<AuditRecord>> since(Time begin, size_t limit) = 0;
};

Result<std::unique_ptr<AuditStore>> open_audit_store(const StateOptions& options);

}  // namespace linkgate::state
