#include "api/progress.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

namespace linkgate::api {
namespace {

constexpr std::pair<Progress, std::string_view> kWords[] = {{Progress::kNone, "none"},
                                                            {Progress::kWaiting, "waiting"},
                                                            {Progress::kFetching, "fetching"},
                                                            {Progress::kOpening, "opening"},
                                                            {Progress::kComparing, "comparing"}};
constexpr size_t kNameSize = 64;

}  // namespace

std::string progress_to_json(Progress progress) {
  for (const auto& [value, word] : kWords) {
    if (value == progress) return nlohmann::json{{"progress", word}}.dump();
  }
  return nlohmann::json{{"progress", "none"}}.dump();
}

Result<Progress> parse_progress(std::string_view json) {
  const auto parsed = nlohmann::json::parse(json, nullptr, /*allow_exceptions=*/false);
  if (parsed.is_object() && parsed.contains("progress") && parsed["progress"].is_string()) {
    const auto said = parsed["progress"].get<std::string>();
    for (const auto& [value, word] : kWords) {
      if (word == said) return value;
    }
  }
  return Error(ErrorCode::kInvalidArgument, "progress: not a stage that is known");
}

std::string_view screenshot_of(const std::vector<verdict::Evidence>& evidence) {
  for (const verdict::Evidence& item : evidence) {
    const std::string_view artifact = item.artifact;
    if (!artifact.starts_with(kScreenshotArtifact)) continue;
    const std::string_view name = artifact.substr(kScreenshotArtifact.size());
    const bool is_name = name.size() == kNameSize && std::all_of(name.begin(), name.end(), [](char c) {
                           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
                         });
    if (is_name) return name;
  }
  return {};
}

}  // namespace linkgate::api
