#include "kql/external_format.h"

#include <algorithm>
#include <array>

#include "base/ascii.h"
#include "kql/external_rows.h"
#include "kql/json.h"
#include "kql/literal.h"
#include "kql/utf8.h"

namespace linkgate::kql {
namespace {

constexpr auto kFormats = std::to_array<ExternalFormat>({{"csv", ExternalKind::kDelimited, ','},
                                                         {"tsv", ExternalKind::kDelimited, '\t'},
                                                         {"psv", ExternalKind::kDelimited, '|'},
                                                         {"scsv", ExternalKind::kDelimited, ';'},
                                                         {"sohsv", ExternalKind::kDelimited, '\x01'},
                                                         {"tsve", ExternalKind::kEscapedTabs},
                                                         {"json", ExternalKind::kJsonLines},
                                                         {"multijson", ExternalKind::kJson},
                                                         {"txt", ExternalKind::kLines},
                                                         {"raw", ExternalKind::kWhole}});

// Ends of names that stand for bytes which must not be taken for text.
constexpr auto kForeign = std::to_array<std::string_view>({"avro", "orc", "parquet", "zip", "w3clogfile"});

std::string with_replacements(std::string_view bytes) {
  std::string out;
  while (!bytes.empty()) {
    const auto lead = static_cast<unsigned char>(bytes[0]);
    const size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    const bool sound = length <= bytes.size() && is_utf8(bytes.substr(0, length));
    out += sound ? bytes.substr(0, length) : "\xEF\xBF\xBD";
    bytes.remove_prefix(sound ? length : 1);
  }
  return out;
}

// The next line, without its end.
std::string_view take_line(std::string_view& rest) {
  const size_t end = std::min(rest.find('\n'), rest.size());
  std::string_view line = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

// A field and what ends it; the field may go over several lines.
std::string take_field(std::string_view& rest, char delimiter, bool& ends_record) {
  std::string field;
  if (rest.starts_with('"')) {
    rest.remove_prefix(1);
    while (!rest.empty()) {
      const size_t quote = std::min(rest.find('"'), rest.size());
      field += rest.substr(0, quote);
      rest.remove_prefix(std::min(quote + 1, rest.size()));
      if (!rest.starts_with('"')) break;
      field += '"';
      rest.remove_prefix(1);
    }
  }
  const size_t end = std::min(rest.find_first_of(std::string{delimiter, '\n'}), rest.size());
  std::string_view plain = rest.substr(0, end);
  ends_record = end == rest.size() || rest[end] == '\n';
  rest.remove_prefix(std::min(end + 1, rest.size()));
  if (ends_record && plain.ends_with('\r')) plain.remove_suffix(1);
  return field.append(plain);
}

void add_delimited(std::string_view rest, char delimiter, ExternalRows& rows) {
  std::vector<std::string> fields;
  while (!rest.empty() && !rows.full()) {
    fields.clear();
    const bool empty = rest[0] == '\n' || rest.starts_with("\r\n");
    bool ends_record = false;
    while (!ends_record) fields.push_back(take_field(rest, delimiter, ends_record));
    if (!empty) rows.add(fields);
  }
}

std::string unescaped(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      out += text[i];
      continue;
    }
    const char c = text[++i];
    out += c == 't' ? '\t' : c == 'n' ? '\n' : c == 'r' ? '\r' : c;
  }
  return out;
}

void add_escaped_tabs(std::string_view rest, ExternalRows& rows) {
  while (!rest.empty() && !rows.full()) {
    std::vector<std::string> fields;
    for (const std::string_view field : ascii::split(take_line(rest), '\t'))
      fields.push_back(unescaped(field));
    if (fields.size() > 1 || !fields[0].empty()) rows.add(fields);
  }
}

void add_lines(std::string_view rest, ExternalRows& rows) {
  while (!rest.empty() && !rows.full()) {
    const std::string_view line = take_line(rest);
    if (!line.empty()) rows.add({std::string(line)});
  }
}

Value value_of(Type type, const std::string& text) {
  if (type == Type::kString) return text;
  if (text.empty()) return {};
  if (type != Type::kDynamic) return typed_literal(type, text).value_or(Value());
  auto json = compact_json(text);
  if (!json) return json_string(text);
  return *json == "null" ? Value() : Value(*std::move(json));
}

std::string text_of(const Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  if (const auto* truth = std::get_if<bool>(&value)) return *truth ? "1" : "0";
  if (const auto* real = std::get_if<double>(&value)) return real_text(*real);
  return std::to_string(std::get<int64_t>(value));
}

}  // namespace

bool ExternalRows::begin_row() {
  if (std::exchange(skipping_, false)) return false;
  lines_ += lines_.empty() ? "[" : "\n[";
  first_cell_ = true;
  return true;
}

void ExternalRows::cell(Type type, const Value& value) {
  if (!std::exchange(first_cell_, false)) lines_ += ',';
  if (!is_null(value))
    lines_ += json_string(text_of(value));
  else
    lines_ += type == Type::kString ? "\"\"" : "null";
}

void ExternalRows::end_row() {
  lines_ += ']';
  full_ = full_ || lines_.size() > max_bytes_;
}

void ExternalRows::add(const std::vector<std::string>& texts) {
  if (!begin_row()) return;
  static const std::string nothing;
  for (size_t i = 0; i < columns().size(); ++i) {
    const Type type = columns()[i].type;
    cell(type, value_of(type, i < texts.size() ? texts[i] : nothing));
  }
  end_row();
}

const ExternalFormat* find_external_format(std::string_view name) {
  const auto found = std::find_if(kFormats.begin(), kFormats.end(),
                                  [&](const ExternalFormat& f) { return ascii::iequals(f.name, name); });
  return found == kFormats.end() ? nullptr : &*found;
}

const ExternalFormat* external_format_of(std::string_view address) {
  std::string_view path = address.substr(0, address.find_first_of("?#"));
  if (path.size() > 3 && ascii::iequals(path.substr(path.size() - 3), ".gz")) path.remove_suffix(3);
  path = path.substr(path.rfind('/') + 1);
  const size_t dot = path.rfind('.');
  const std::string_view end = dot == path.npos ? "" : path.substr(dot + 1);
  for (const std::string_view foreign : kForeign)
    if (ascii::iequals(end, foreign)) return nullptr;
  const ExternalFormat* found = find_external_format(end);
  return found != nullptr ? found : kFormats.data();
}

bool append_external_rows(std::string_view body, const ExternalLayout& layout, std::string& lines,
                          size_t max_bytes) {
  std::string replaced;
  if (!is_utf8(body)) body = replaced = with_replacements(body);
  if (body.starts_with("\xEF\xBB\xBF")) body.remove_prefix(3);
  ExternalRows rows(layout, lines, max_bytes);
  switch (layout.format->kind) {
    case ExternalKind::kDelimited:
      add_delimited(body, layout.format->delimiter, rows);
      break;
    case ExternalKind::kEscapedTabs:
      add_escaped_tabs(body, rows);
      break;
    case ExternalKind::kJsonLines:
      add_json_lines(body, rows);
      break;
    case ExternalKind::kJson:
      add_json_documents(body, rows);
      break;
    case ExternalKind::kLines:
      add_lines(body, rows);
      break;
    case ExternalKind::kWhole:
      rows.add({std::string(body)});
      break;
  }
  return !rows.full();
}

}  // namespace linkgate::kql
