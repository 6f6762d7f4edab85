#include "cli/first_start.h"

#include "base/clock.h"
#include "state/alert_store.h"
#include "state/audit_store.h"
#include "state/detection_store.h"
#include "state/function_store.h"
#include "state/held_store.h"
#include "state/notice_store.h"
#include "state/quarantine_store.h"
#include "state/scan_store.h"
#include "state/search_store.h"
#include "state/site_store.h"
#include "state/submission_store.h"
#include "state/zap_store.h"

namespace linkgate::cli {

state::StateOptions state_options(const Config& config, bool read_only) {
  const std::string& elsewhere = config.state.location;
  return {.location = elsewhere.empty() ? "sqlite:" + DataPaths(config.data).state() : elsewhere,
          .read_only = read_only};
}

Result<bool> prepare_state(const Config& config) {
  const state::StateOptions options = state_options(config);
  TRY(state::open_policy_store(options));
  TRY(state::open_intel_store(options));
  TRY(state::open_delivery_store(options));
  TRY(state::open_held_store(options));
  TRY(state::open_token_store(options));
  TRY(state::open_function_store(options));
  TRY(state::open_scan_store(options));
  TRY(state::open_site_store(options));
  TRY(state::open_zap_store(options));
  TRY(state::open_quarantine_store(options));
  TRY(state::open_alert_store(options));
  TRY(state::open_notice_store(options));
  TRY(state::open_detection_store(options));
  TRY(state::open_submission_store(options));
  TRY(state::open_search_store(options));
  TRY(state::open_audit_store(options));
  TRY_ASSIGN(const auto keys, state::open_key_store(options));
  TRY_ASSIGN(const url::Keyring ring, keys->load());
  if (!ring.keys().empty()) return false;
  const Time now = SystemClock().now();
  const url::SealingKey first = url::generate_key(1, now);
  TRY(keys->put_key(first));
  TRY(keys->promote(first.id, now));
  return true;
}

}  // namespace linkgate::cli
