#pragma once
// Verdicts of our own for other programs: as a response policy zone for resolvers, as a STIX 2.1 bundle, as a
// plain list. Pure, and the same for the same verdicts.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "verdict/tenant_lists.h"
#include "verdict/verdict.h"

namespace linkgate::verdict {

enum class ExportFormat { kRpz, kStix, kList };
std::optional<ExportFormat> export_format(std::string_view word);  // "rpz", "stix", "list"
std::string_view media_type(ExportFormat format);

struct ExportedVerdict {
  std::string url;  // as it was judged
  std::string
      host;  // where the verdict is one of the host itself: its page at "/", without a query; else empty
  Disposition disposition = Disposition::kPhishing;
  Time judged_at{}, valid_until{};
};

// Collects what may be exported: phishing and malware, judged at `since` or later, of web URLs that `allowed`
// has no entry for, and on hosts that no entry which allows something names.
class VerdictExport {
 public:
  VerdictExport(const TenantLists& lists, const std::vector<std::string>& allowed, Time since, Time now);
  void add(const Verdict& verdict);
  // In the order of their URLs; of one URL the latest.
  std::string print(ExportFormat format) const;

 private:
  std::vector<ExportedVerdict> sorted() const;
  bool is_allowed(const ExportedVerdict& one) const;

  const TenantLists& lists_;
  std::vector<std::string> allowed_;  // values of entries that allow, in lower case
  const Time since_, now_;
  std::vector<ExportedVerdict> verdicts_;
};

}  // namespace linkgate::verdict
