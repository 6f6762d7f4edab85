// linkgate check: what Linkgate thinks of a URL, and why.
#include <fmt/format.h>

#include <algorithm>
#include <iostream>

#include "api/check.h"
#include "base/ascii.h"
#include "cli/command.h"
#include "cli/commands.h"
#include "cli/json_lines.h"
#include "cli/judging.h"
#include "cli/recipient.h"
#include "cli/rows.h"
#include "scan/feed_parser.h"
#include "url/url.h"

namespace linkgate::cli {
namespace {

using verdict::Disposition;
using verdict::Verdict;

struct Options {
  bool is_static = false, jsonl = false;
  std::vector<std::string> urls;
  std::string recipient;
  std::string format = "table";
};

// 0 certainly harmless to 100 certainly harmful: one number to sort by.
int score(const Verdict& verdict) {
  switch (verdict.disposition) {
    case Disposition::kClean:
      return (100 - verdict.confidence) / 4;
    case Disposition::kUnknown:
      return 30;
    case Disposition::kSuspicious:
      return 50 + verdict.confidence / 4;
    case Disposition::kGated:
      return 60;
    case Disposition::kPhishing:
    case Disposition::kMalware:
      return 75 + verdict.confidence / 4;
  }
  return 0;
}

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

std::string verdict_json(const std::string& url, const Verdict& verdict) {
  return json_object({{"url", url},
                      {"disposition", to_string(verdict.disposition)},
                      {"score", score(verdict)},
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

Result<int> run(Context& context, const Options& options) {
  if (!options.recipient.empty()) TRY(check_recipient(options.recipient));
  TRY_ASSIGN(const Config* config, context.installation());
  TRY_ASSIGN(const auto judge, open_judging(*config));
  const auto ask = [&](const std::string& typed) -> Result<Verdict> {
    api::CheckRequest request;
    TRY_ASSIGN(request.url, as_url(typed));
    request.recipient = options.recipient;
    request.static_only = options.is_static;
    return judge->check(request);
  };
  if (options.jsonl) {
    return answer_lines(std::cin, [&](const JsonObject& line) -> Result<std::string> {
      TRY_ASSIGN(const std::string url, line.text("url"));
      TRY_ASSIGN(const Verdict verdict, ask(url));
      return verdict_json(url, verdict);
    });
  }
  if (options.urls.empty()) return Error(ErrorCode::kInvalidArgument, "no URL is given");
  int code = kYes;
  Rows rows{{"url", "disposition", "score", "why"}, {}};
  std::string json;
  for (const std::string& url : options.urls) {
    TRY_ASSIGN(const Verdict verdict, ask(url));
    if (is_bad(verdict)) code = kNo;
    std::string why;
    for (const auto& evidence : verdict.evidence) why += (why.empty() ? "" : "; ") + evidence.sentence;
    rows.rows.push_back({url, to_string(verdict.disposition), score(verdict), why});
    json += (json.empty() ? "" : ",\n") + verdict_json(url, verdict);
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
      .option("--recipient", options->recipient, "as this person would be answered")
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
