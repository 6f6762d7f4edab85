// linkgate check: what Linkgate thinks of a URL, and why.
#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iostream>

#include "api/check.h"
#include "api/progress.h"
#include "base/ascii.h"
#include "cli/command.h"
#include "cli/commands.h"
#include "cli/json_lines.h"
#include "cli/judging.h"
#include "cli/recipient.h"
#include "cli/rows.h"
#include "cli/talk.h"
#include "scan/feed_parser.h"
#include "scan/url_model_stage.h"
#include "url/url.h"

namespace linkgate::cli {
namespace {

using verdict::Disposition;
using verdict::Verdict;

struct Options {
  bool is_static = false, is_deep = false, jsonl = false;
  std::vector<std::string> urls;
  std::string recipient, screenshot;
  std::string format = "table";
};

// What a URL's text says, 0 to 100; negative where no model is there.
class TextScore {
 public:
  static Result<TextScore> open(const Config& config) {
    TextScore out;
    TRY_ASSIGN(out.model_, scan::load_url_model(config));
    return out;
  }
  double of(const std::string& text) const {
    const auto url = url::Url::parse(text);
    if (model_ == nullptr || !url) return -1;
    const auto targets = scan::static_targets(*url);
    const auto worst = scan::worst_target(*model_, targets);
    return worst.target == nullptr ? -1 : 100 * worst.score.probability;
  }

 private:
  scan::UrlModelPointer model_;
};

// 0 certainly harmless to 100 certainly harmful: one number to sort by. Where nothing better is known it is
// what the text says.
double score(const Verdict& verdict, double by_text) {
  switch (verdict.disposition) {
    case Disposition::kClean:
      return (100 - verdict.confidence) / 4.0;
    case Disposition::kUnknown:
      return by_text >= 0 ? by_text : 30;
    case Disposition::kSuspicious:
      return std::max(by_text, 50 + verdict.confidence / 4.0);
    case Disposition::kGated:
      return std::max(by_text, 60.0);
    case Disposition::kPhishing:
    case Disposition::kMalware:
      return 75 + verdict.confidence / 4.0;
  }
  return 0;
}

struct Answer {
  Verdict verdict;
  double score = 0;
  // With all the digits that tell two URLs apart.
  Cell score_cell() const { return Cell::json(fmt::format("{:.10g}", score)); }
};

std::string evidence_json(const Verdict& verdict) {
  std::string out = "[";
  for (const auto& evidence : verdict.evidence) {
    std::vector<std::pair<std::string, Cell>> members = {{"code", evidence.code},
                                                         {"sentence", evidence.sentence}};
    if (!evidence.artifact.empty()) members.emplace_back("artifact", evidence.artifact);
    out += (out.size() == 1 ? "" : ",") + json_object(members);
  }
  return out + "]";
}

std::string answer_json(const std::string& url, const Answer& answer) {
  const Verdict& verdict = answer.verdict;
  return json_object({{"url", url},
                      {"disposition", to_string(verdict.disposition)},
                      {"score", answer.score_cell()},
                      {"confidence", verdict.confidence},
                      {"evidence", Cell::json(evidence_json(verdict))},
                      {"url_chain", Cell::json(json_array(verdict.url_chain))}});
}

// "bank.example" and "bank.example:8080/x" as a browser's address bar takes them: http, as for feeds. A
// scheme has no period, and what follows "localhost:" is a port.
bool lacks_scheme(std::string_view text) {
  const size_t colon = text.find(':');
  const size_t end = text.find_first_of("/?#");
  if (colon == std::string_view::npos || end < colon) return true;
  const std::string_view before = text.substr(0, colon), after = text.substr(colon + 1, end - colon - 1);
  return before.find('.') != std::string_view::npos || before.starts_with('[') ||
         (!after.empty() && std::all_of(after.begin(), after.end(), ascii::is_digit));
}

// kInvalidArgument: an answer about what is no URL would be taken for one about the site that was meant.
Result<std::string> as_url(const std::string& typed) {
  const std::string_view text = ascii::trim(typed);
  if (!lacks_scheme(text)) {
    if (url::Url::parse(text)) return std::string(text);
  } else if (!scan::feed_key(text).empty()) {
    return "http://" + std::string(text);
  }
  return Error(ErrorCode::kInvalidArgument, fmt::format("{} is no URL", json_quoted(typed)));
}

bool is_bad(const Verdict& verdict) {
  return verdict.disposition != Disposition::kClean && verdict.disposition != Disposition::kUnknown;
}

// What the page looked like, from the running linkgate-scan into a file; the sentence says where it lies.
Result<void> write_screenshot(const Config& config, const Verdict& verdict, const std::string& file) {
  const std::string_view name = api::screenshot_of(verdict.evidence);
  if (name.empty()) return Error(ErrorCode::kNotFound, "no screenshot of this page was kept");
  TRY_ASSIGN(const net::HttpResponse picture, exchange("unix:" + DataPaths(config.data).scan_socket(), "GET",
                                                       "/screenshots/" + std::string(name)));
  if (picture.status != 200) return Error(ErrorCode::kNotFound, "the screenshot is not kept any more");
  std::ofstream out(file, std::ios::binary);
  if (!(out << picture.body) || !out.flush()) return Error(ErrorCode::kIo, file + " cannot be written");
  return {};
}

Result<int> run(Context& context, const Options& options) {
  if (!options.recipient.empty()) TRY(check_recipient(options.recipient));
  TRY_ASSIGN(const Config* config, context.installation());
  if (options.is_static && options.is_deep)
    return Error(ErrorCode::kInvalidArgument, "--static and --deep are opposites: give one of them");
  if (options.is_deep && !config->scan.deep) {
    return Error(
        ErrorCode::kUnavailable,
        "pages are not looked at here: scan.deep is off in the configuration (docs/configuration.md)");
  }
  TRY_ASSIGN(const auto judge, open_judging(*config));
  TRY_ASSIGN(const auto text_score, TextScore::open(*config));
  const auto ask = [&](const std::string& typed) -> Result<Answer> {
    api::CheckRequest request;
    TRY_ASSIGN(request.url, as_url(typed));
    request.recipient = options.recipient;
    request.static_only = options.is_static;
    request.fresh = options.is_deep;
    TRY_ASSIGN(Verdict verdict, judge->check(request));
    const double all = score(verdict, text_score.of(request.url));
    return Answer{std::move(verdict), all};
  };
  if (options.jsonl) {
    return answer_lines(std::cin, [&](const JsonObject& line) -> Result<std::string> {
      TRY_ASSIGN(const std::string url, line.text("url"));
      TRY_ASSIGN(const Answer answer, ask(url));
      return answer_json(url, answer);
    });
  }
  if (options.urls.empty()) return Error(ErrorCode::kInvalidArgument, "no URL is given");
  if (!options.screenshot.empty() && options.urls.size() != 1)
    return Error(ErrorCode::kInvalidArgument, "--screenshot is for one URL");
  int code = kYes;
  Rows rows{{"url", "disposition", "score", "why"}, {}};
  std::string json;
  for (const std::string& url : options.urls) {
    TRY_ASSIGN(const Answer answer, ask(url));
    const Verdict& verdict = answer.verdict;
    if (is_bad(verdict)) code = kNo;
    std::string why;
    for (const auto& evidence : verdict.evidence) why += (why.empty() ? "" : "; ") + evidence.sentence;
    if (const auto name = api::screenshot_of(verdict.evidence); !name.empty())
      why += fmt::format("; screenshot: {}/screenshots/{}.png", config->data, name);
    if (!options.screenshot.empty()) TRY(write_screenshot(*config, verdict, options.screenshot));
    rows.rows.push_back({url, to_string(verdict.disposition), answer.score_cell(), why});
    json += (json.empty() ? "" : ",\n") + answer_json(url, answer);
  }
  fmt::print("{}", options.format == "json" ? "[\n" + json + "\n]\n" : print(rows, options.format));
  return code;
}

}  // namespace

void add_check(Commands& commands) {
  const auto options = std::make_shared<Options>();
  commands.add("check", "what Linkgate thinks of a URL, and why")
      .many("URL", options->urls, "URLs", false)
      .flag("--static", options->is_static, "lists, feeds and the URL itself only: nothing is fetched")
      .flag("--deep", options->is_deep,
            "look at the page now, whatever is known about it: needs scan.deep and a running Linkgate")
      .option("--recipient", options->recipient, "as this person would be answered")
      .option("--screenshot", options->screenshot, "a file that gets what the page looked like, as PNG")
      .flag("--jsonl", options->jsonl,
            "{\"url\"} lines from standard input, {\"url\",\"disposition\",\"score\",\"confidence\","
            "\"evidence\",\"url_chain\"} out, in order")
      .format(options->format)
      .notes(
          "Without a scheme, http:// is meant. Exit code 1 where one is suspicious or worse. score: 0 "
          "harmless to 100 harmful.\n"
          "Asks the running linkgate-scan of this data directory; where none runs, judges here by lists and "
          "feeds.")
      .action([options](Context& context) { return run(context, *options); });
}

}  // namespace linkgate::cli
