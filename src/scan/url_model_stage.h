#pragma once
// What the URL's text says by itself (verdict/url_model.h), where lists, feeds and the cache know nothing.

#include <memory>

#include "base/config.h"
#include "base/result.h"
#include "scan/judge.h"
#include "verdict/url_model.h"

namespace linkgate::scan {

using UrlModelPointer = std::shared_ptr<const verdict::UrlModel>;  // shared by all who judge in a process

// The model of this installation: the one that `linkgate model use` put into the data directory, else the
// shipped one. Null where there is none, which is logged, and where the file in the data directory is empty
// (`linkgate model use none`). An Error where the file is no model.
Result<UrlModelPointer> load_url_model(const Config& config);
// The path that load_url_model would read; empty: none.
std::string url_model_path(const Config& config);
// Where `linkgate model use` puts one.
std::string own_url_model(const Config& config);
// Where the shipped model lies: ../share/linkgate/url.model as seen from the program.
std::string shipped_url_model();

// Of the targets of a link the one that looks most like phishing, and its score. Of a link that is a wrapper
// or a known redirector the targets are judged instead of itself. Null: none is http.
struct WorstTarget {
  const Target* target = nullptr;
  verdict::UrlScore score;
};
WorstTarget worst_target(const verdict::UrlModel& model, const std::vector<Target>& targets);

// Verdict::detection_method of what the text alone made suspicious: Defender's word for what machine learning
// found.
inline constexpr std::string_view kUrlModelMethod = "Advanced filter";

// Adds evidence "url.model" where the sum is one that fewer than one of 100 harmless URLs have. Where fewer
// than one of 1,000 have it, the verdict becomes suspicious if nothing was known before; by its text alone no
// URL is called phishing. Never ends the judgement: later stages see the page itself.
std::unique_ptr<Stage> url_model_stage(UrlModelPointer model);

}  // namespace linkgate::scan
