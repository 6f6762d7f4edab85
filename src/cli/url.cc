// linkgate url: a URL taken apart as browsers do.
#include <fmt/format.h>

#include <iostream>

#include "cli/command.h"
#include "cli/commands.h"
#include "cli/json_lines.h"
#include "cli/rows.h"
#include "url/canonical_key.h"
#include "url/domain.h"
#include "url/url.h"

namespace linkgate::cli {
namespace {

struct Options {
  bool jsonl = false;
  std::vector<std::string> urls;
  std::string base;
  std::string format = "table";
};

using Members = std::vector<std::pair<std::string, Cell>>;

// The getters of the standard's URL class under their names, and what Linkgate makes of it.
Members parts(const url::Url& url) {
  return {{"href", url.href()},
          {"origin", url.origin()},
          {"protocol", url.protocol()},
          {"username", url.username()},
          {"password", url.password()},
          {"host", url.host()},
          {"hostname", url.hostname()},
          {"port", url.port()},
          {"pathname", url.pathname()},
          {"search", url.search()},
          {"hash", url.hash()},
          {"registrable_domain", url::registrable_domain(url.hostname())},
          {"canonical_key", url::canonical_key(url)}};
}

std::optional<url::Url> parse(const std::string& input, const std::string* base) {
  if (base == nullptr) return url::Url::parse(input);
  const auto parsed_base = url::Url::parse(*base);
  if (!parsed_base) return std::nullopt;
  return url::Url::parse(input, &*parsed_base);
}

Result<std::string> answer(const JsonObject& line) {
  TRY_ASSIGN(const std::string input, line.text("input"));
  const auto base = line.texts.find("base");
  const auto url = parse(input, base != line.texts.end() ? &base->second : nullptr);
  Members members = {{"input", input}};
  if (base != line.texts.end()) members.emplace_back("base", base->second);
  if (!url) {
    members.emplace_back("error", "no browser would open this");
  } else {
    for (auto& part : parts(*url)) members.push_back(std::move(part));
  }
  return json_object(members);
}

Result<int> run(const Options& options) {
  if (options.jsonl) return answer_lines(std::cin, answer);
  if (options.urls.empty()) return Error(ErrorCode::kInvalidArgument, "no URL is given");
  int code = kYes;
  Rows rows{{"input", "part", "value"}, {}};
  for (const std::string& input : options.urls) {
    const auto url = parse(input, options.base.empty() ? nullptr : &options.base);
    if (!url) {
      fmt::print(stderr, "linkgate: {}: no browser would open this\n", json_quoted(input));
      code = kNo;
      continue;
    }
    for (auto& [name, value] : parts(*url)) rows.rows.push_back({input, name, value});
  }
  if (!rows.rows.empty()) fmt::print("{}", print(rows, options.format));
  return code;
}

}  // namespace

void add_url(Commands& commands) {
  const auto options = std::make_shared<Options>();
  commands.add("url", "take URLs apart as browsers do")
      .many("URL", options->urls, "URLs", false)
      .option("--base", options->base, "what relative references start from")
      .flag("--jsonl", options->jsonl, "{\"input\",\"base\"?} lines from standard input, one answer a line")
      .format(options->format)
      .action([options](Context&) { return run(*options); });
}

}  // namespace linkgate::cli
