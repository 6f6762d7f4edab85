// A URL or host a line, and hosts files.
#include <algorithm>
#include <optional>

#include "base/ascii.h"
#include "scan/feed_parser.h"

namespace linkgate::scan {
namespace {

std::string_view next_line(std::string_view bytes, size_t* at) {
  const size_t end = std::min(bytes.find('\n', *at), bytes.size());
  const std::string_view line = bytes.substr(*at, end - *at);
  *at = end + 1;
  return line;
}

std::string_view next_word(std::string_view* line) {
  *line = ascii::trim(*line);
  size_t end = 0;
  while (end < line->size() && !ascii::is_space((*line)[end])) ++end;
  const std::string_view word = line->substr(0, end);
  line->remove_prefix(end);
  return word;
}

bool is_comment(std::string_view line) {
  return line.starts_with('#') || line.starts_with("[Adblock") || line.starts_with(';') ||
         line.starts_with('!') || line.starts_with("//");
}

// The address in front of a line of a hosts file.
bool is_hosts_address(std::string_view word) {
  return word == "0.0.0.0" || word == "127.0.0.1" || word == "::" || word == "::1";
}

// Hosts files name the machine itself too.
bool is_own_host(std::string_view word) {
  return word == "0.0.0.0" || ascii::iequals(word, "localhost.localdomain");
}

// The host of "||host^", as filter lists block one, with options that narrow it to nothing that matters for a
// link
// ("$all", "$document", "$doc", "$popup"); "" for other rules. "@@||host^" is an exception.
std::string_view host_of_rule(std::string_view rule) {
  if (rule.starts_with("@@")) rule.remove_prefix(2);
  if (!rule.starts_with("||")) return "";
  rule.remove_prefix(2);
  const size_t end = rule.find('^');
  if (end == rule.npos || rule.substr(0, end).find_first_of("/*$") != rule.npos) return "";
  const std::string_view options = rule.substr(end + 1);
  for (const std::string_view known : {"", "$all", "$document", "$doc", "$popup"}) {
    if (options == known) return rule.substr(0, end);
  }
  return "";
}

bool is_rule(std::string_view word) { return word.starts_with("||") || word.starts_with("@@"); }

}  // namespace

Result<void> parse_text(std::string_view bytes, FeedCollector& collector) {
  for (size_t at = 0; at < bytes.size();) {
    const std::string_view line = next_line(bytes, &at);
    std::string_view rest = ascii::trim(line);
    if (rest.empty() || is_comment(rest)) continue;
    std::string_view word = next_word(&rest);
    if (is_rule(word)) {
      const std::optional<verdict::Disposition> disposition =
          word.starts_with("@@") ? std::optional(verdict::Disposition::kClean) : std::nullopt;
      TRY(collector.add(host_of_rule(word), line, disposition));
      continue;
    }
    if (!is_hosts_address(word)) {
      TRY(collector.add(word, line));
      continue;
    }
    for (word = next_word(&rest); !word.empty() && !is_comment(word); word = next_word(&rest)) {
      if (is_own_host(word)) continue;
      // A name without a dot is the machine's own or a neighbour's ("localhost", "ip6-allnodes"): no
      // threat's.
      if (word.find('.') == word.npos) continue;
      TRY(collector.add(word, line));
    }
  }
  return {};
}

}  // namespace linkgate::scan
