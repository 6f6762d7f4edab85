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
  out += '"';
  while (!text.empty()) {
    const auto c = static_cast<unsigned char>(text[0]);
    size_t length = 1;
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
      out += fmt::format("\\u{:04x}", c);
    } else if (length = utf8_length(text); length > 0) {
      out += text.substr(0, length);
    } else {
      out += kReplacement;
      length = 1;
    }
    text.remove_prefix(length);
  }
  out += '"';
  return out;
}

Row::Row(const Table& table, Time timestamp, std::string_view row_id, uint64_t version)
    : table_(&table), values_(table.columns.size()) {
  set("Timestamp", timestamp);
  set("TimeGenerated", timestamp);
  key_ = fmt::format(",\"{}\":{},\"{}\":{}", kRowIdColumn, json_string(row_id), kVersionColumn, version);
}

std::string& Row::value(std::string_view name, ColumnType type) {
  const Column* column = find_column(*table_, name);
  CHECK(column != nullptr);
  CHECK(column->type == type || (column->type == ColumnType::kInt && type == ColumnType::kLong));
  return values_[static_cast<size_t>(column - table_->columns.data())];
}

Row& Row::set(std::string_view column, std::string_view text) {
  value(column, ColumnType::kString) = json_string(text);
  return *this;
}

Row& Row::set(std::string_view column, int64_t number) {
  std::string& out = value(column, ColumnType::kLong);
  if (find_column(*table_, column)->type == ColumnType::kInt) {
    number =
        std::clamp<int64_t>(number, std::numeric_limits<int32_t>::min(), std::numeric_limits<int32_t>::max());
  }
  out = std::to_string(number);
  return *this;
}

Row& Row::set(std::string_view column, double number) {
  value(column, ColumnType::kReal) = std::isfinite(number) ? fmt::format("{}", number) : "";
  return *this;
}

Row& Row::set(std::string_view column, bool flag) {
  value(column, ColumnType::kBool) = flag ? "true" : "false";
  return *this;
}

Row& Row::set(std::string_view column, Time time) {
  value(column, ColumnType::kDateTime) = '"' + to_iso8601(storable(time)) + '"';
  return *this;
}

Row& Row::set_json(std::string_view column, std::string_view json) {
  value(column, ColumnType::kDynamic) = json_string(json);
  return *this;
}

std::string Row::finish() {
  set("TenantId", kTenant)
      .set("Type", table_->name)
      .set("SourceSystem", "Linkgate")
      .set("_IsBillable", "False");
  value("_BilledSize", ColumnType::kReal).clear();  // comes last, since it counts the rest
  std::string json = "{";
  for (size_t i = 0; i < values_.size(); ++i) {
    if (values_[i].empty()) continue;
    if (json.size() > 1) json += ',';
    json += fmt::format("\"{}\":{}", table_->columns[i].name, values_[i]);
  }
  json += key_;
  json += fmt::format(",\"_BilledSize\":{}}}", json.size());
  return json;
}

}  // namespace linkgate::events
