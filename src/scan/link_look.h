#pragma once
// Which visits are made to one link, as whom and in which order, until what lies behind it is known or the
// time is up. A person at a desk comes first, and nobody before him; programs come last, since a kit that
// meets one shows something harmless from then on.

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "scan/looker.h"
#include "scan/page_verdict.h"
#include "scan/scan_watcher.h"
#include "verdict/verdict.h"

namespace linkgate::scan {

// What a scan may take, from its turn on. A click's visitor waits; nobody waits for a re-scan.
struct ScanBudget {
  std::chrono::milliseconds fetch{6000}, render{8000};  // of the first person
  std::chrono::milliseconds others{3000};               // of everybody who comes after him, all at once
  std::chrono::milliseconds total{14'000};
};

struct LinkLook {
  std::string url;
  std::vector<std::string> languages;  // of those who click, the first one's first; may be empty
  ScanBudget budget;
  bool is_patient = false;  // nobody waits: what is sure is looked at for more evidence
  bool is_unsure = false;   // something speaks against the link: a telephone opens it in a browser, too
};

// Called between visits.
struct LookSteps {
  std::function<void(const verdict::Page&)> saw;       // what the first person saw, before it is judged
  std::function<verdict::Verdict(const Seen&)> judge;  // what the visits so far amount to
  std::function<void(ScanStage)> at_stage;
};

// Borrows all but `look` until it ends; what was seen is left in `seen`. Never fails: what was not seen, the
// verdict says.
boost::asio::awaitable<verdict::Verdict> look_at(Looker& looker, LinkLook look, const LookSteps& steps,
                                                 Seen& seen);

}  // namespace linkgate::scan
