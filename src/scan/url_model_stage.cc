#include "scan/url_model_stage.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <span>

#include "base/file_system.h"
#include "base/log.h"

namespace linkgate::scan {
namespace {

using verdict::Disposition;
using verdict::UrlScore;
using verdict::Verdict;

constexpr int kMostConfidence = 99;  // text alone is never certain

std::string sentence_of(const verdict::UrlModel& model, const Target& target, bool is_rare) {
  std::string sentence =
      is_rare ? "The link's text looks like phishing, as that of fewer than one of 1,000 harmless links does"
              : "The link's text has traits of phishing, which one of 100 harmless links has too";
  std::string reasons;
  for (const auto& reason : model.explain(target.url))
    reasons += (reasons.empty() ? ": " : "; ") + reason.sentence;
  sentence += reasons;
  if (!target.via.empty()) sentence += "; the link leads there through " + target.via;
  return sentence;
}

class UrlModelStage final : public Stage {
 public:
  explicit UrlModelStage(UrlModelPointer model) : model_(std::move(model)) {}

  Next judge(const Subject& subject, Verdict* verdict) override {
    const auto [worst, most] = worst_target(*model_, subject.targets);
    if (worst == nullptr || most.rarity == UrlScore::Rarity::kUsual) return Next::kGoOn;
    const bool is_rare = most.rarity >= UrlScore::Rarity::kOneIn1000;
    verdict->evidence.push_back({"url.model", sentence_of(*model_, *worst, is_rare), ""});
    if (!is_rare || verdict->disposition != Disposition::kUnknown) return Next::kGoOn;
    verdict->disposition = Disposition::kSuspicious;
    verdict->confidence = std::min(static_cast<int>(100 * most.probability), kMostConfidence);
    verdict->detection_method = kUrlModelMethod;
    return Next::kGoOn;
  }

 private:
  const UrlModelPointer model_;
};

}  // namespace

std::string shipped_url_model() {
  std::error_code error;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", error);
  return (self.parent_path().parent_path() / "share/linkgate/url.model").string();
}

std::string own_url_model(const Config& config) { return config.data + "/models/url.model"; }

std::string url_model_path(const Config& config) {
  std::error_code error;
  for (const std::string& path : {own_url_model(config), shipped_url_model()}) {
    if (std::filesystem::exists(path, error)) return path;
  }
  return {};
}

Result<UrlModelPointer> load_url_model(const Config& config) {
  const std::string path = url_model_path(config);
  if (path.empty()) {
    log::warn("there is no URL model at {}: links are judged without", shipped_url_model());
    return UrlModelPointer();
  }
  TRY_ASSIGN(const std::string bytes, real_file_system().read(path));
  if (bytes.empty()) return UrlModelPointer();
  auto model = verdict::UrlModel::parse(bytes);
  if (!model) return Error(model.error().code(), path + ": " + model.error().message());
  return std::make_shared<const verdict::UrlModel>(std::move(*model));
}

WorstTarget worst_target(const verdict::UrlModel& model, const std::vector<Target>& targets) {
  WorstTarget worst;
  // A wrapper or a redirector is as long and as odd as what it carries.
  const size_t first = targets.size() > 1 ? 1 : 0;
  for (const Target& target : std::span(targets).subspan(first)) {
    if (!target.url.is_http()) continue;
    const UrlScore score = model.score(target.url);
    if (worst.target == nullptr || score.sum > worst.score.sum) worst = {&target, score};
  }
  return worst;
}

std::unique_ptr<Stage> url_model_stage(UrlModelPointer model) {
  return std::make_unique<UrlModelStage>(std::move(model));
}

}  // namespace linkgate::scan
