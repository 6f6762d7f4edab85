#pragma once
// From a URL that turned out to be bad to the messages that carried it: as it is, within another vendor's
// wrapper, or as a hop before it of a chain that was seen. docs/zap.md has the rules.

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/config.h"
#include "respond/mailbox_names.h"
#include "state/zap_store.h"
#include "store/mail_history.h"
#include "verdict/policy.h"

namespace linkgate::respond {

struct BadUrl {
  std::string url;
  std::string threat;  // "Phish", "Malware", "Spam"
};

struct Plan {
  std::vector<state::ZapJob> jobs;
  std::vector<store::StoredRow> mails;  // of the jobs, by NetworkMessageId and recipient
  size_t passed_over = 0;               // mails that were not delivered, or lie in quarantine already
  size_t switched_off = 0;              // mails of recipients whose policy has ZAP off for such a threat
};

// Chains that linkgate-scan remembers, each handed over once.
using KnownChains = std::function<Result<void>(const std::function<void(const std::vector<std::string>&)>&)>;

class ZapPlanner {
 public:
  // `policies`: whose ZapEnabled, PhishZapEnabled and SpamZapEnabled for_urls() heeds; absent for what people
  // ask for, which is done either way.
  ZapPlanner(const Config& config, const MailboxNames& names, store::MailHistory& history,
             const verdict::PolicySet* policies = nullptr)
      : config_(config), names_(names), history_(history), policies_(policies) {}

  // Mail since `now` - zap.look_back. `cause`: see state::ZapJob. What the configuration does not act on is
  // left out.
  Result<Plan> for_urls(const std::vector<BadUrl>& urls, const std::string& cause, Time now,
                        const KnownChains& chains = {});
  // Messages that somebody chose, whatever their age; recipients: empty for all of a message.
  struct Chosen {
    std::string network_message_id, recipient;
  };
  Result<Plan> for_messages(const std::vector<Chosen>& chosen, const BadUrl& because, state::ZapAction action,
                            const std::string& cause, Time now);

 private:
  using Keys = std::map<std::string, size_t>;  // canonical key: which of the bad URLs
  Result<void> add_hops(const KnownChains& chains, const std::vector<std::string>& hosts, Time since,
                        Keys* keys);
  void add_jobs(const store::StoredRow& mail, const BadUrl& because, state::ZapAction action,
                const std::string& cause, Time now, Plan* plan);

  const Config& config_;
  const MailboxNames& names_;
  store::MailHistory& history_;
  const verdict::PolicySet* policies_;
};

// Whether a policy wants mail taken back for such a threat.
bool zap_enabled(const verdict::SafeLinksPolicy& policy, const std::string& threat);

// What zap.* says of a threat; absent: "none".
std::optional<state::ZapAction> configured_action(const ZapConfig& config, const std::string& threat);

}  // namespace linkgate::respond
