// linkgate check: what Linkgate thinks of a URL, and why.
#include <fmt/format.h>

#include <iostream>

#include "api/check.h"
#include "cli/command.h"
#include "cli/commands.h"
#include "cli/json_lines.h"
#include "cli/judging.h"
#include "cli/rows.h"

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

bool is_bad(const Verdict& verdict) {
  return verdict.disposition != Disposition::kClean && verdict.disposition != Disposition::kUnknown;
}

Result<int> run(Context& context, const Options& options) {
  TRY_ASSIGN(const Config* config, context.config());
  TRY_ASSIGN(const auto judge, open_judging(*config));
  const auto ask = [&](const std::string& url) {
    api::CheckRequest request;
    request.url = url;
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
            "{\"url\"} lines from standard input, {\"url\",\"disposition\",\"score\",\"evidence\"} out, in "
            "order")
      .format(options->format)
      .notes(
          "Exit code 1 where one is suspicious or worse. score: 0 harmless to 100 harmful.\n"
          "Asks the running linkgate-scan of this data directory; where none runs, judges here by lists and "
          "feeds.")
      .action([options](Context& context) { return run(context, *options); });
}

}  // namespace linkgate::cli
