#include "store/mail_history.h"

#include <fmt/format.h>

#include <charconv>
#include <nlohmann/json.hpp>

#include "base/check.h"
#include "store/sql.h"

namespace linkgate::store {
namespace {

using events::ColumnType;

constexpr size_t kIdsAtOnce = 2000;  // of one statement

std::string time_literal(Time time) {
  return fmt::format("fromUnixTimestamp64Milli(toInt64({}), 'UTC')",
                     std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count());
}

std::string list_of(const std::vector<std::string>& texts, size_t begin, size_t end) {
  std::string out;
  for (size_t i = begin; i < end; ++i) out += (out.empty() ? "" : ",") + text_literal(texts[i]);
  return out;
}

Error odd() { return Error(ErrorCode::kCorrupt, "event store: a row that is not of its table's types"); }

// The store writes "2026-11-22 19:00:00.1234567".
std::optional<Time> time_of(std::string text) {
  if (!text.ends_with('Z')) text += 'Z';
  return from_iso8601(text);
}

// Numbers come quoted or not.
template <typename Number>
std::optional<Number> number_of(const nlohmann::json& value) {
  if (value.is_number()) return value.get<Number>();
  if (!value.is_string()) return std::nullopt;
  const auto& text = value.get_ref<const std::string&>();
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// False: the value is not of the column's type.
bool set_value(const events::Column& column, const nlohmann::json& value, events::Row* row) {
  if (value.is_null()) return true;
  switch (column.type) {
    case ColumnType::kBool:
      if (!value.is_boolean()) return false;
      row->set(column.name, value.get<bool>());
      return true;
    case ColumnType::kInt:
    case ColumnType::kLong: {
      const auto number = number_of<int64_t>(value);
      if (number) row->set(column.name, *number);
      return number.has_value();
    }
    case ColumnType::kReal: {
      const auto number = number_of<double>(value);
      if (number) row->set(column.name, *number);
      return number.has_value();
    }
    case ColumnType::kDateTime: {
      const auto time = value.is_string() ? time_of(value.get<std::string>()) : std::nullopt;
      if (time) row->set(column.name, *time);
      return time.has_value();
    }
    case ColumnType::kString:
      if (!value.is_string()) return false;
      row->set(column.name, value.get_ref<const std::string&>());
      return true;
    case ColumnType::kDynamic:
      if (!value.is_string()) return false;
      row->set_json(column.name, value.get_ref<const std::string&>());
      return true;
  }
  return false;
}

Result<std::vector<std::pair<std::string, std::string>>> pairs_of(const QueryResult& found) {
  std::vector<std::pair<std::string, std::string>> pairs;
  for (const std::string& line : found.rows) {
    TRY_ASSIGN(auto values, parse_string_array(line));
    if (values.size() != 2) return odd();
    pairs.emplace_back(std::move(values[0]), std::move(values[1]));
  }
  return pairs;
}

// What the row has of itself: given to Row's constructor, or the same in all rows of the table.
bool is_made_by_row(std::string_view column) {
  return column == "Timestamp" || column == "TimeGenerated" || column == "TenantId" || column == "Type" ||
         column == "SourceSystem" || column == "_IsBillable" || column == "_BilledSize";
}

}  // namespace

std::string StoredRow::text(std::string_view column) const {
  const auto found = values_.find(column);
  if (found == values_.end()) return "";
  const auto value = nlohmann::json::parse(found->second, nullptr, false);
  return value.is_string() ? value.get<std::string>() : "";
}

Result<events::Row> StoredRow::as_version(uint64_t version) const {
  CHECK(table_ != nullptr);
  events::Row row(*table_, timestamp, row_id, version);
  for (const events::Column& column : table_->columns) {
    const auto found = values_.find(column.name);
    if (found == values_.end()) continue;
    const auto value = nlohmann::json::parse(found->second, nullptr, false);
    if (!set_value(column, value, &row)) return odd();
  }
  return row;
}

Result<QueryResult> MailHistory::ask(const std::string& sql) {
  QueryLimits limits;
  limits.max_rows = kMostMails;
  limits.max_bytes = 512ULL << 20;
  return client_.query(sql, limits);
}

Result<std::vector<std::pair<std::string, std::string>>> MailHistory::links_naming(
    const std::vector<std::string>& hosts, Time since) {
  if (hosts.empty()) return std::vector<std::pair<std::string, std::string>>();
  const std::string list = list_of(hosts, 0, hosts.size());
  TRY_ASSIGN(
      const QueryResult found,
      ask(fmt::format("SELECT DISTINCT NetworkMessageId, Url FROM {} WHERE Timestamp >= {} AND "
                      "(lower(UrlDomain) IN ({}) OR multiSearchAnyCaseInsensitiveUTF8(Url, [{}]))",
                      qualified(client_.database(), "EmailUrlInfo"), time_literal(since), list, list)));
  return pairs_of(found);
}

Result<std::vector<std::pair<std::string, std::string>>> MailHistory::links_between(Time from, Time to) {
  const std::string between =
      fmt::format("Timestamp >= {} AND Timestamp < {}", time_literal(from), time_literal(to));
  TRY_ASSIGN(const QueryResult found,
             ask(fmt::format(
                 "SELECT any(NetworkMessageId), Url FROM {} WHERE {} AND startsWith(Url, 'http') AND "
                 "NetworkMessageId NOT IN (SELECT NetworkMessageId FROM {} WHERE {} AND ThreatTypes != '') "
                 "GROUP BY Url LIMIT {}",
                 qualified(client_.database(), "EmailUrlInfo"), between,
                 qualified(client_.database(), "EmailEvents"), between, kMostLinks)));
  return pairs_of(found);
}

Result<std::vector<std::string>> MailHistory::chains_naming(const std::vector<std::string>& hosts,
                                                            Time since) {
  std::vector<std::string> chains;
  if (hosts.empty()) return chains;
  TRY_ASSIGN(const QueryResult found,
             ask(fmt::format("SELECT DISTINCT UrlChain FROM {} WHERE Timestamp >= {} AND "
                             "multiSearchAnyCaseInsensitiveUTF8(UrlChain, [{}])",
                             qualified(client_.database(), "UrlClickLog"), time_literal(since),
                             list_of(hosts, 0, hosts.size()))));
  for (const std::string& line : found.rows) {
    TRY_ASSIGN(auto values, parse_string_array(line));
    if (values.size() != 1) return odd();
    chains.push_back(std::move(values[0]));
  }
  return chains;
}

Result<std::vector<StoredRow>> MailHistory::mails(const std::vector<std::string>& ids) {
  const events::Table* table = events::find_table("EmailEvents");
  CHECK(table != nullptr);
  std::vector<std::string_view> columns;
  std::string names;
  for (const events::Column& column : table->columns) {
    if (is_made_by_row(column.name)) continue;
    columns.push_back(column.name);
    names += ", " + quoted_name(column.name);
  }
  std::vector<StoredRow> mails;
  for (size_t at = 0; at < ids.size(); at += kIdsAtOnce) {
    TRY_ASSIGN(
        const QueryResult found,
        ask(fmt::format("SELECT toString(Timestamp), {}, {}{} FROM {} FINAL WHERE NetworkMessageId IN ({})",
                        quoted_name(events::kRowIdColumn), quoted_name(events::kVersionColumn), names,
                        qualified(client_.database(), table->name),
                        list_of(ids, at, std::min(ids.size(), at + kIdsAtOnce)))));
    for (const std::string& line : found.rows) {
      const auto values = nlohmann::json::parse(line, nullptr, false);
      if (!values.is_array() || values.size() != columns.size() + 3 || !values[0].is_string() ||
          !values[1].is_string())
        return odd();
      StoredRow row;
      const auto time = time_of(values[0].get<std::string>());
      const auto version = number_of<uint64_t>(values[2]);
      if (!time || !version) return odd();
      row.timestamp = *time;
      row.row_id = values[1].get<std::string>();
      row.version = *version;
      row.table_ = table;
      for (size_t i = 0; i < columns.size(); ++i) row.values_.emplace(columns[i], values[i + 3].dump());
      mails.push_back(std::move(row));
    }
  }
  return mails;
}

}  // namespace linkgate::store
