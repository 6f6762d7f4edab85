#include "scan/feed_parser.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "base/ascii.h"
#include "url/canonical_key.h"
#include "url/url.h"

namespace linkgate::scan {
namespace {

using verdict::Disposition;

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

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
  return line.starts_with('#') || line.starts_with(';') || line.starts_with('!') || line.starts_with("//");
}

// The address in front of a line of a hosts file.
bool is_hosts_address(std::string_view word) {
  return word == "0.0.0.0" || word == "127.0.0.1" || word == "::" || word == "::1";
}

// Hosts files name the machine itself too.
bool is_own_host(std::string_view word) {
  return word == "0.0.0.0" || ascii::iequals(word, "localhost.localdomain");
}

std::string refang(std::string_view word) {
  std::string text(word);
  if (ascii::istarts_with(text, "hxxp")) text.replace(0, 4, "http");
  for (const std::string_view dot : {"[.]", "(.)", "{.}", "[dot]"}) {
    for (size_t at = text.find(dot); at != text.npos; at = text.find(dot, at + 1))
      text.replace(at, dot.size(), ".");
  }
  return text;
}

class Collector {
 public:
  explicit Collector(Disposition disposition) : disposition_(disposition) {}

  Result<void> add(std::string_view word, std::string_view line) { return add(word, line, disposition_, ""); }

  Result<void> add(std::string_view word, std::string_view line, Disposition disposition,
                   std::string_view detail) {
    std::string key = word.size() > kMaxFeedLine ? "" : feed_key(word);
    if (key.empty()) {
      skip(line);
      return {};
    }
    if (feed_.entries.size() == kMaxFeedEntries)
      return Error(ErrorCode::kLimit, "more than 3,000,000 entries");
    feed_.entries.push_back({std::move(key), disposition, std::string(detail), {}});
    return {};
  }

  void skip(std::string_view line) {
    if (feed_.skipped++ == 0) feed_.first_skipped = printable(line.substr(0, 80));
  }

  Result<ParsedFeed> finish() && {
    if (feed_.entries.empty() && feed_.skipped > 0) {
      return Error(ErrorCode::kInvalidArgument,
                   "holds no URL and no host; it begins with \"" + feed_.first_skipped + "\"");
    }
    return std::move(feed_);
  }

  // ASCII, so that it may stand in a log, a page and a database whatever the feed holds.
  static std::string printable(std::string_view text) {
    std::string clean(ascii::trim(text));
    for (char& c : clean) {
      if (c < 0x20 || c > 0x7e) c = '?';
    }
    return clean;
  }

 private:
  Disposition disposition_;
  ParsedFeed feed_;
};

std::optional<Disposition> disposition_of(std::string_view threat) {
  if (ascii::istarts_with(threat, "phish")) return Disposition::kPhishing;
  if (ascii::istarts_with(threat, "malware")) return Disposition::kMalware;
  return std::nullopt;
}

Result<ParsedFeed> parse_text(std::string_view bytes, Disposition disposition) {
  Collector collector(disposition);
  for (size_t at = 0; at < bytes.size();) {
    const std::string_view line = next_line(bytes, &at);
    std::string_view rest = ascii::trim(line);
    if (rest.empty() || is_comment(rest)) continue;
    std::string_view word = next_word(&rest);
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
  return std::move(collector).finish();
}

// The index of a column: by name in the header (without case), or its number counted from 1.
std::optional<size_t> column_of(const std::vector<std::string>& header, std::string_view column) {
  for (size_t i = 0; i < header.size(); ++i) {
    if (ascii::iequals(ascii::trim(header[i]), column)) return i;
  }
  return std::nullopt;
}

std::optional<size_t> column_number(std::string_view column) {
  size_t number = 0;
  const auto [end, error] = std::from_chars(column.data(), column.data() + column.size(), number);
  if (error != std::errc() || end != column.data() + column.size() || number == 0) return std::nullopt;
  return number - 1;
}

struct Columns {
  size_t url = 0;
  std::optional<size_t> threat;
};

// Skips comment lines in front of a record (some makers put an introduction there).
void skip_comment_lines(std::string_view bytes, size_t* at) {
  while (*at < bytes.size() && (bytes[*at] == '#' || bytes[*at] == '\n' || bytes[*at] == '\r'))
    next_line(bytes, at);
}

// Reads the header where columns are given by name. One that stands in a comment is understood as well.
Result<Columns> find_columns(std::string_view bytes, size_t* at, const FeedConfig& config) {
  Columns columns;
  const auto url_number = column_number(config.url_column);
  const auto threat_number = column_number(config.threat_column);
  if (url_number && (threat_number || config.threat_column.empty())) {
    columns.url = *url_number;
    columns.threat = threat_number;
    return columns;
  }
  while (*at < bytes.size()) {
    const bool in_comment = bytes[*at] == '#';
    size_t end = in_comment ? *at + 1 : *at;
    std::vector<std::string> header;
    if (!read_csv_record(bytes, &end, &header)) break;
    *at = end;
    const auto url = column_of(header, config.url_column);
    if (url) {
      columns.url = *url;
      if (config.threat_column.empty()) return columns;
      columns.threat = column_of(header, config.threat_column);
      if (columns.threat) return columns;
      return Error(ErrorCode::kInvalidArgument, "has no column \"" + config.threat_column + "\"");
    }
    if (!in_comment && !(header.size() == 1 && ascii::trim(header[0]).empty())) break;
  }
  return Error(ErrorCode::kInvalidArgument, "has no column \"" + config.url_column + "\"");
}

Result<ParsedFeed> parse_csv(std::string_view bytes, const FeedConfig& config, Disposition disposition) {
  size_t at = 0;
  TRY_ASSIGN(const Columns columns, find_columns(bytes, &at, config));
  Collector collector(disposition);
  std::vector<std::string> fields;
  while (true) {
    skip_comment_lines(bytes, &at);
    if (at >= bytes.size()) return std::move(collector).finish();
    const size_t begin = at;
    if (!read_csv_record(bytes, &at, &fields)) {
      return Error(ErrorCode::kInvalidArgument, "a quoted field never ends or is too long");
    }
    const std::string_view record = bytes.substr(begin, at - begin);
    const size_t needed = std::max(columns.url, columns.threat.value_or(0));
    if (fields.size() <= needed) {
      collector.skip(record);
      continue;
    }
    const std::string_view url = ascii::trim(fields[columns.url]);
    if (!columns.threat) {
      TRY(collector.add(url, record));
      continue;
    }
    const std::string threat = Collector::printable(fields[*columns.threat]);
    const auto named = disposition_of(threat);
    if (!named) {
      collector.skip(record);
      continue;
    }
    TRY(collector.add(url, record, *named, std::string_view(threat).substr(0, kMaxFeedDetail)));
  }
}

}  // namespace

std::string feed_key(std::string_view word) {
  std::string text = refang(word);
  if (text.find("://") == text.npos) {
    if (text.substr(0, text.find('/')).find('@') != text.npos) return "";  // a mail address
    text.insert(0, "http://");
  }
  const auto url = url::Url::parse(text);
  if (!url) return "";
  if (url->scheme() == "ftp") return url::canonical_key(*url);
  if (!url->is_http()) return "";
  const std::string_view host = url->hostname();
  // A bare word is no host that anybody can reach; a whole top-level domain is nothing to list by mistake.
  const size_t dot = host.find('.');
  if (!url->host_is_ip() && (dot == host.npos || dot == 0 || dot + 1 == host.size())) return "";
  return url::canonical_key(*url);
}

bool read_csv_record(std::string_view bytes, size_t* at, std::vector<std::string>* fields) {
  fields->clear();
  if (*at >= bytes.size()) return false;
  size_t i = *at;
  const size_t limit = i + std::min(bytes.size() - i, kMaxFeedLine);
  while (true) {
    std::string& field = fields->emplace_back();
    if (i < limit && bytes[i] == '"') {
      ++i;
      while (true) {
        const size_t quote = bytes.substr(0, limit).find('"', i);
        if (quote == bytes.npos) return false;
        field.append(bytes, i, quote - i);
        i = quote + 1;
        if (i >= limit || bytes[i] != '"') break;
        field += '"';
        ++i;
      }
    }
    // What follows a closing quote belongs to the field, as lenient readers do it.
    while (i < limit && bytes[i] != ',' && bytes[i] != '\n') field += bytes[i++];
    if (i < bytes.size() && i == limit) return false;
    if (i == bytes.size() || bytes[i] == '\n') {
      if (!field.empty() && field.back() == '\r') field.pop_back();
      *at = std::min(i + 1, bytes.size());
      return true;
    }
    ++i;
  }
}

Result<ParsedFeed> parse_feed(std::string_view bytes, const FeedConfig& config) {
  if (bytes.size() > kMaxFeedBytes) return Error(ErrorCode::kLimit, "is larger than 256 MiB");
  if (bytes.starts_with(kByteOrderMark)) bytes.remove_prefix(kByteOrderMark.size());
  const Disposition disposition = disposition_of(config.threat).value_or(Disposition::kPhishing);
  return config.format == "csv" ? parse_csv(bytes, config, disposition) : parse_text(bytes, disposition);
}

}  // namespace linkgate::scan
