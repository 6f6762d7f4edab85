#pragma once
// "How far is the scan of this URL?": asked of linkgate-scan by click nodes (POST /progress with an
// api::CheckRequest). And what a picture of a page is called in evidence.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "verdict/verdict.h"

namespace linkgate::api {

enum class Progress : uint8_t { kNone, kWaiting, kFetching, kOpening, kComparing };

std::string progress_to_json(Progress progress);
Result<Progress> parse_progress(std::string_view json);

// What Evidence::artifact begins with where the rest is the name of a PNG that linkgate-scan keeps: GET
// /screenshots/NAME.
inline constexpr std::string_view kScreenshotArtifact = "screenshot:";
// The name of the first that the evidence has; empty where it has none.
std::string_view screenshot_of(const std::vector<verdict::Evidence>& evidence);

}  // namespace linkgate::api
