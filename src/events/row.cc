#include "events/row.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <utility>

#include "base/check.h"

namespace linkgate::events {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

constexpr size_t kUsualBytes = 1000;  // of a row: room that is had at once; allocators keep such at hand
constexpr size_t kLooksAhead = 4;     // columns behind the last one that are looked at before the index is

// Stands in a JSON string as it is, and is ASCII.
constexpr bool is_plain(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x20 && byte < 0x80 && byte != '"' && byte != '\\';
}

// How much of the text is plain from its start on, eight octets at a time.
size_t plain_length(std::string_view text) {
  constexpr uint64_t kOnes = 0x0101010101010101, kHigh = 0x8080808080808080;
  // The high bit of every octet of `word` that is zero; octets above the first such one may be wrong.
  const auto zeros = [](uint64_t word) { return (word - kOnes) & ~word & kHigh; };
  size_t length = 0;
  for (; length + 8 <= text.size(); length += 8) {
    uint64_t word = 0;
    std::memcpy(&word, text.data() + length, 8);
    const uint64_t below_space = (word - kOnes * 0x20) & ~word & kHigh;
    if ((word & kHigh) | below_space | zeros(word ^ kOnes * '"') | zeros(word ^ kOnes * '\\')) break;
  }
  while (length < text.size() && is_plain(text[length])) ++length;
  return length;
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
  using namespace std::chrono;
  constexpr Time kFirst = sys_days(1900y / 1 / 1), kLast = Time(sys_days(2300y / 1 / 1)) - Ticks(1);
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
    size_t length = plain_length(text);
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

EncodedText::EncodedText(std::string_view text) {
  if (!text.empty()) append_json_string(json_, text);
}

Row::Row(const Table& table, Time timestamp, std::string_view row_id, uint64_t version) : table_(&table) {
  json_.reserve(kUsualBytes);
  json_.append("{\"").append(kRowIdColumn).append("\":");
  append_json_string(json_, row_id);
  json_.append(",\"").append(kVersionColumn).append("\":").append(std::to_string(version));
  set("Timestamp", timestamp);
}

size_t Row::place_of(std::string_view column) const {
  const size_t end = std::min(table_->columns.size(), behind_last_ + kLooksAhead);
  for (size_t place = behind_last_; place < end; ++place) {
    if (table_->columns[place].name == column) return place;
  }
  const Column* found = find_column(*table_, column);
  CHECK(found != nullptr);
  return static_cast<size_t>(found - table_->columns.data());
}

size_t Row::begin(std::string_view column, ColumnType type) {
  const size_t place = place_of(column);
  const ColumnType declared = table_->columns[place].type;
  CHECK(declared == type || (declared == ColumnType::kInt && type == ColumnType::kLong));
  begin_at(place);
  return place;
}

void Row::begin_at(size_t place) {
  if (values_[place].end > 0) take_back(place);
  behind_last_ = place + 1;
  values_[place].begin = static_cast<uint32_t>(json_.size());
  json_.append(column_key(*table_, place));
}

Row& Row::end(size_t place) {
  CHECK(json_.size() <= std::numeric_limits<uint32_t>::max());
  values_[place].end = static_cast<uint32_t>(json_.size());
  return *this;
}

void Row::take_back(size_t place) {
  const Value gone = std::exchange(values_[place], {});
  json_.erase(gone.begin, gone.end - gone.begin);
  for (Value& value : values_) {
    if (value.end == 0 || value.begin < gone.end) continue;  // one that has its default is nowhere
    value.begin -= gone.end - gone.begin;
    value.end -= gone.end - gone.begin;
  }
}

Row& Row::set(std::string_view column, std::string_view text) {
  const size_t place = begin(column, ColumnType::kString);
  if (text.empty()) {  // the default
    json_.resize(values_[place].begin);
    return *this;
  }
  append_json_string(json_, text);
  return end(place);
}

Row& Row::set(std::string_view column, int64_t number) {
  const size_t place = begin(column, ColumnType::kLong);
  if (table_->columns[place].type == ColumnType::kInt) {
    number =
        std::clamp<int64_t>(number, std::numeric_limits<int32_t>::min(), std::numeric_limits<int32_t>::max());
  }
  json_ += std::to_string(number);
  return end(place);
}

Row& Row::set(std::string_view column, double number) {
  const size_t place = begin(column, ColumnType::kReal);
  if (std::isfinite(number)) {
    fmt::format_to(std::back_inserter(json_), "{}", number);
    return end(place);
  }
  end(place);
  take_back(place);
  return *this;
}

Row& Row::set(std::string_view column, bool flag) {
  const size_t place = begin(column, ColumnType::kBool);
  json_ += flag ? "true" : "false";
  return end(place);
}

Row& Row::set(std::string_view column, Time time) {
  const size_t place = begin(column, ColumnType::kDateTime);
  json_ += '"';
  append_iso8601(json_, storable(time));
  json_ += '"';
  return end(place);
}

Row& Row::set(std::string_view column, const EncodedText& text) {
  const size_t place = place_of(column);
  const ColumnType declared = table_->columns[place].type;
  CHECK(declared == ColumnType::kString || declared == ColumnType::kDynamic);
  begin_at(place);
  if (text.json_.empty()) {  // the default
    json_.resize(values_[place].begin);
    return *this;
  }
  json_ += text.json_;
  return end(place);
}

Row& Row::set_json(std::string_view column, std::string_view json) {
  const size_t place = begin(column, ColumnType::kDynamic);
  append_json_string(json_, json);
  return end(place);
}

Row& Row::set_all_of(const Row& other) {
  for (size_t i = 0; i < other.table_->columns.size(); ++i) {
    const Value& value = other.values_[i];
    const Column& column = other.table_->columns[i];
    if (value.end == 0 || column.name == "Timestamp") continue;
    const size_t place = place_of(column.name);
    CHECK(table_->columns[place].type == column.type);
    if (values_[place].end > 0) take_back(place);
    behind_last_ = place + 1;
    values_[place].begin = static_cast<uint32_t>(json_.size());
    json_.append(other.json_, value.begin, value.end - value.begin);
    end(place);
  }
  return *this;
}

std::string Row::finish() {
  // Comes last, since it counts the rest.
  const size_t billed = place_of("_BilledSize");
  if (values_[billed].end > 0) take_back(billed);
  const std::string size = std::to_string(json_.size());
  json_.append(",\"_BilledSize\":").append(size).append(1, '}');
  return std::move(json_);
}

}  // namespace linkgate::events
