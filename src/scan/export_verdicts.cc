#include "scan/export_verdicts.h"

#include "state/poller.h"

namespace linkgate::scan {

Result<std::string> export_verdicts(state::IntelStore& verdicts, state::PolicyStore& policies,
                                    verdict::ExportFormat format, Time since, Time now) {
  TRY_ASSIGN(const auto view, state::load_policy_view(policies));
  TRY_ASSIGN(const auto entries, policies.entries());
  std::vector<std::string> allowed;
  for (const auto& entry : entries) {
    if (entry.kind == state::EntryKind::kUrl && entry.action == state::EntryAction::kAllow)
      allowed.push_back(entry.value);
  }
  verdict::VerdictExport collected(view->url_lists, allowed, since, now);
  TRY(verdicts.for_each_verdict(now, [&](const verdict::Verdict& one) { collected.add(one); }));
  return collected.print(format);
}

}  // namespace linkgate::scan
