#include "events/row.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/check.h"

namespace linkgate::events {
namespace {

constexpr std::string_view kTenant =
    "00000000-0000-0000-0000-000000000000";  // one organisation an installation
constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

constexpr size_t kUsualBytes = 1024;  // of a row's values: room that is had at once

// Stands in a JSON string as it is, and is ASCII.
constexpr bool is_plain(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x20 && byte < 0x80 && byte != '"' && byte != '\\';
}

// Length of the well-formed UTF-8 sequence at the front (Unicode table 3-7), 0 where there is none.
size_t utf8_length(std::string_view text) {
  const auto byte = [&](size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
  const auto between = [&](size_t i, unsigned low, unsigned high) {
    return byte(i) >= low && byte(i) <= high;
  };
  const unsigned lead = byte(0);
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return between(1, 0x80, 0xBF) ? 2 : 0;
  if (lead >= 0xE0 && lead <= 0xEF) {
    const unsigned low = lead == 0xE0 ? 0xA0 : 0x80;
    const unsigned high = lead == 0xED ? 0x9F : 0xBF;  // no surrogates
    return between(1, low, high) && between(2, 0x80, 0xBF) ? 3 : 0;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    const unsigned low = lead == 0xF0 ? 0x90 : 0x80;
    const unsigned high = lead == 0xF4 ? 0x8F : 0xBF;
    return between(1, low, high) && between(2, 0x80, 0xBF) && between(3, 0x80, 0xBF) ? 4 : 0;
  }
  return 0;
}

Time storable(Time time) {
  static const Time kFirst = *from_iso8601("1900-01-01");
  static const Time kLast = *from_iso8601("2299-12-31T23:59:59.9999999Z");
  return std::clamp(time, kFirst, kLast);
}

}  // namespace

std::string json_string(std::string_view text) {
  std::string out;
  out.reserve(text.size() + 2);
  append_json_string(out, text);
  return out;
}

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  while (!text.empty()) {
    size_t length = 0;
    while (length < text.size() && is_plain(text[length])) ++length;
    out.append(text, 0, length);
    text.remove_prefix(length);
    if (text.empty()) break;
    const auto c = static_cast<unsigned char>(text[0]);
    length = 1;
    if (c == '"' || c == '\\') {
      out += '\\';
      out += text[0];
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\r') {
      out += "\\r";
    } else if (c == '\t') {
      out += "\\t";
    } else if (c < 0x20) {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", c);
    } else if (length = utf8_length(text); length > 0) {
      out.append(text, 0, length);
    } else {
      out += kReplacement;
      length = 1;
    }
    text.remove_prefix(length);
  }
  out += '"';
}

Row::Row(const Table& table, Time timestamp, std::string_view row_id, uint64_t version)
    : table_(&table), values_(table.columns.size()) {
  text_.reserve(kUsualBytes);
  set("Timestamp", timestamp);
  set("TimeGenerated", timestamp);
  key_.append(",\"").append(kRowIdColumn).append("\":");
  append_json_string(key_, row_id);
  key_.append(",\"").append(kVersionColumn).append("\":").append(std::to_string(version));
}

size_t Row::place_of(std::string_view column) {
  const size_t count = table_->columns.size();
  for (size_t i = 0; i < count; ++i) {
    const size_t place = next_ + i < count ? next_ + i : next_ + i - count;
    if (table_->columns[place].name != column) continue;
    next_ = place + 1;
    return place;
  }
  CHECK(!"a column of the table");
  return 0;
}

size_t Row::begin(std::string_view column, ColumnType type) {
  const size_t place = place_of(column);
  const ColumnType declared = table_->columns[place].type;
  CHECK(declared == type || (declared == ColumnType::kInt && type == ColumnType::kLong));
  values_[place].begin = static_cast<uint32_t>(text_.size());
  return place;
}

Row& Row::end(size_t place) {
  values_[place].end = static_cast<uint32_t>(text_.size());
  return *this;
}

Row& Row::set(std::string_view column, std::string_view text) {
  const size_t place = begin(column, ColumnType::kString);
  append_json_string(text_, text);
  return end(place);
}

Row& Row::set(std::string_view column, int64_t number) {
  const size_t place = begin(column, ColumnType::kLong);
  if (table_->columns[place].type == ColumnType::kInt) {
    number =
        std::clamp<int64_t>(number, std::numeric_limits<int32_t>::min(), std::numeric_limits<int32_t>::max());
  }
  text_ += std::to_string(number);
  return end(place);
}

Row& Row::set(std::string_view column, double number) {
  const size_t place = begin(column, ColumnType::kReal);
  if (std::isfinite(number)) fmt::format_to(std::back_inserter(text_), "{}", number);
  return end(place);
}

Row& Row::set(std::string_view column, bool flag) {
  const size_t place = begin(column, ColumnType::kBool);
  text_ += flag ? "true" : "false";
  return end(place);
}

Row& Row::set(std::string_view column, Time time) {
  const size_t place = begin(column, ColumnType::kDateTime);
  text_.append(1, '"').append(to_iso8601(storable(time))).append(1, '"');
  return end(place);
}

Row& Row::set_json(std::string_view column, std::string_view json) {
  const size_t place = begin(column, ColumnType::kDynamic);
  append_json_string(text_, json);
  return end(place);
}

Row& Row::set_all_of(const Row& other) {
  for (size_t i = 0; i < other.values_.size(); ++i) {
    const Value& value = other.values_[i];
    const Column& column = other.table_->columns[i];
    if (value.begin == value.end || column.name == "Timestamp" || column.name == "TimeGenerated") continue;
    const size_t place = begin(column.name, column.type);
    text_.append(other.text_, value.begin, value.end - value.begin);
    end(place);
  }
  return *this;
}

std::string Row::finish() {
  set("TenantId", kTenant)
      .set("Type", table_->name)
      .set("SourceSystem", "Linkgate")
      .set("_IsBillable", "False");
  // Comes last, since it counts the rest.
  values_[place_of("_BilledSize")] = {};
  std::string json;
  json.reserve(text_.size() + kUsualBytes);
  json += '{';
  for (size_t i = 0; i < values_.size(); ++i) {
    const Value& value = values_[i];
    if (value.begin == value.end) continue;
    if (json.size() > 1) json += ',';
    json.append(1, '"').append(table_->columns[i].name).append("\":");
    json.append(text_, value.begin, value.end - value.begin);
  }
  json += key_;
  const std::string size = std::to_string(json.size());
  return json.append(",\"_BilledSize\":").append(size).append(1, '}');
}

}  // namespace linkgate::events
