#include "cli/judging.h"

#include <fmt/format.h>

#include "cli/first_start.h"
#include "cli/talk.h"
#include "click/decision.h"
#include "scan/judge.h"
#include "scan/url_model_stage.h"
#include "state/poller.h"

namespace linkgate::cli {
namespace {

using verdict::Disposition;
using verdict::Verdict;

// Certain: the organisation said so.
constexpr int kOwnListConfidence = 100;
constexpr std::chrono::seconds kScanTimeout{90};  // a page that is hard to see, behind others in the queue

// The same stages in this process, without a cache and without the network: what lists, feeds and the URL
// itself say.
class LocalJudge {
 public:
  static Result<std::unique_ptr<LocalJudge>> open(const Config& config) {
    TRY_ASSIGN(auto store, state::open_intel_store(state_options(config, true)));
    TRY_ASSIGN(auto exact, state::open_intel_store(state_options(config, true)));
    TRY_ASSIGN(auto intel, scan::Intel::open(std::move(store), std::move(exact)));
    TRY_ASSIGN(auto model, scan::load_url_model(config));
    return std::unique_ptr<LocalJudge>(
        new LocalJudge(std::move(intel), std::move(model), config.scan.verdict_lifetime));
  }
  Verdict check(const api::CheckRequest& request) const { return judge_.judge(request); }

 private:
  LocalJudge(std::unique_ptr<scan::Intel> intel, scan::UrlModelPointer model, std::chrono::seconds lifetime)
      : intel_(std::move(intel)), judge_(stages(*intel_, std::move(model)), clock_, lifetime) {}
  static std::vector<std::unique_ptr<scan::Stage>> stages(const scan::Intel& intel,
                                                          scan::UrlModelPointer model) {
    std::vector<std::unique_ptr<scan::Stage>> out;
    out.push_back(scan::intel_stage(intel));
    if (model != nullptr) out.push_back(scan::url_model_stage(std::move(model)));
    return out;
  }

  SystemClock clock_;
  std::unique_ptr<scan::Intel> intel_;
  scan::Judge judge_;
};

class Asking final : public Judging {
 public:
  Asking(const Config& config, std::shared_ptr<const state::PolicyView> view)
      : config_(config),
        view_(std::move(view)),
        scan_("unix:" + DataPaths(config.data).scan_socket(), kScanTimeout) {}

  // In the order of a click: the organisation's own lists first, then what scan says.
  Result<Verdict> check(const api::CheckRequest& request) override {
    const Time now = clock_.now();
    if (const auto* entry = view_->url_lists.match(request.url, now))
      return by_own_list(*entry, request.url, now);
    if (!local_) {
      auto said = ask_scan(request);
      if (said || request.fresh || said.error().code() != ErrorCode::kUnavailable) return said;
      TRY_ASSIGN(local_, LocalJudge::open(config_));
    }
    return local_->check(request);
  }

 private:
  Result<Verdict> ask_scan(const api::CheckRequest& request) {
    TRY_ASSIGN(const net::HttpResponse said, scan_.exchange("POST", "/check", api::to_json(request)));
    if (said.status != 200)
      return Error(ErrorCode::kInternal, fmt::format("linkgate-scan answered {}", said.status));
    return api::parse_verdict(said.body);
  }

  Verdict by_own_list(const verdict::TenantUrlEntry& entry, const std::string& url, Time now) const {
    const bool block = entry.action == url::ListAction::kBlock;
    Verdict verdict = (block ? click::tenant_blocked(entry) : click::tenant_allowed(entry)).verdict;
    verdict.disposition = block ? Disposition::kPhishing : Disposition::kClean;
    verdict.confidence = kOwnListConfidence;
    verdict.url_chain = {url};
    verdict.judged_at = now;
    verdict.valid_until = now + config_.scan.verdict_lifetime;
    return verdict;
  }

  const Config& config_;
  std::shared_ptr<const state::PolicyView> view_;
  SystemClock clock_;
  Talker scan_;
  std::unique_ptr<LocalJudge> local_;
};

}  // namespace

Result<std::unique_ptr<Judging>> open_judging(const Config& config) {
  TRY_ASSIGN(const auto policies, state::open_policy_store(state_options(config, true)));
  TRY_ASSIGN(auto view, state::load_policy_view(*policies));
  return std::make_unique<Asking>(config, std::move(view));
}

}  // namespace linkgate::cli
