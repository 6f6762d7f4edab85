// Comma-separated values with named or numbered columns.
#include <algorithm>
#include <charconv>
#include <optional>

#include "base/ascii.h"
#include "scan/feed_parser.h"

namespace linkgate::scan {
namespace {

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
  std::optional<size_t> threat, detail;
};

// Skips comment lines in front of a record (some makers put an introduction there).
void skip_comment_lines(std::string_view bytes, size_t* at) {
  while (*at < bytes.size() && (bytes[*at] == '#' || bytes[*at] == '\n' || bytes[*at] == '\r'))
    *at = std::min(bytes.find('\n', *at), bytes.size() - 1) + 1;
}

// Reads the header where columns are given by name. One that stands in a comment is understood as well.
Result<Columns> find_columns(std::string_view bytes, size_t* at, const CsvColumns& names) {
  Columns columns;
  const auto url_number = column_number(names.url);
  const auto threat_number = column_number(names.threat);
  if (url_number && (threat_number || names.threat.empty())) {
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
    const auto url = column_of(header, names.url);
    if (url) {
      columns.url = *url;
      if (!names.detail.empty()) columns.detail = column_of(header, names.detail);
      if (names.threat.empty()) return columns;
      columns.threat = column_of(header, names.threat);
      if (columns.threat) return columns;
      return Error(ErrorCode::kInvalidArgument, "has no column \"" + std::string(names.threat) + "\"");
    }
    if (!in_comment && !(header.size() == 1 && ascii::trim(header[0]).empty())) break;
  }
  return Error(ErrorCode::kInvalidArgument, "has no column \"" + std::string(names.url) + "\"");
}

Result<void> take_record(const std::vector<std::string>& fields, const Columns& columns,
                         std::string_view record, FeedCollector& collector) {
  std::optional<verdict::Disposition> disposition;
  std::string detail;
  if (columns.threat) {
    detail = ascii::trim(fields[*columns.threat]);
    disposition = disposition_of_threat(detail);
    if (!disposition) {
      collector.skip(record);
      return {};
    }
  }
  if (columns.detail && *columns.detail < fields.size()) {
    const std::string_view more = ascii::trim(fields[*columns.detail]);
    if (!more.empty() && more != "None") detail.append(detail.empty() ? "" : ": ").append(more);
  }
  return collector.add(ascii::trim(fields[columns.url]), record, disposition, detail);
}

}  // namespace

Result<void> parse_csv(std::string_view bytes, const CsvColumns& names, FeedCollector& collector) {
  size_t at = 0;
  TRY_ASSIGN(const Columns columns, find_columns(bytes, &at, names));
  std::vector<std::string> fields;
  while (true) {
    skip_comment_lines(bytes, &at);
    if (at >= bytes.size()) return {};
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
    TRY(take_record(fields, columns, record, collector));
  }
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

}  // namespace linkgate::scan
