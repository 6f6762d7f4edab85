// set statements that limit an answer, for whoever runs the query.

#include <algorithm>

#include "kql/kql.h"
#include "kql/parser.h"
#include "kql/time_text.h"

namespace linkgate::kql {
namespace {

std::optional<uint64_t> count_of(const Parameter& option) {
  if (option.value == nullptr || option.value->kind != ExprKind::kLiteral) return std::nullopt;
  const auto* number = std::get_if<int64_t>(&option.value->value);
  if (number == nullptr || *number < 0 || !is_integer(option.value->type)) return std::nullopt;
  return static_cast<uint64_t>(*number);
}

std::optional<std::chrono::seconds> time_of(const Parameter& option) {
  if (option.value == nullptr || option.value->kind != ExprKind::kLiteral) return std::nullopt;
  std::optional<int64_t> ticks;
  const auto* number = std::get_if<int64_t>(&option.value->value);
  if (number != nullptr && option.value->type == Type::kTimeSpan) ticks = *number;
  if (const auto* text = std::get_if<std::string>(&option.value->value)) ticks = parse_timespan(*text);
  if (!ticks || *ticks < 0) return std::nullopt;
  return std::chrono::seconds(std::max<int64_t>(1, *ticks / kTicksPerSecond));
}

// set notruncation; set notruncation = true;
bool is_on(const Parameter& option) {
  if (option.value == nullptr) return true;
  const auto* truth = std::get_if<bool>(&option.value->value);
  return option.value->kind == ExprKind::kLiteral && truth != nullptr && *truth;
}

}  // namespace

RequestedLimits requested_limits(std::string_view text) {
  RequestedLimits found;
  if (text.find("set") == std::string_view::npos) return found;  // most queries: read once, by compile()
  const auto ast = parse(text);
  if (!ast) return found;
  for (const Parameter& option : (*ast)->query.options) {
    if (option.name == "notruncation") found.no_truncation = is_on(option);
    if (option.name == "truncationmaxrecords") found.max_rows = count_of(option);
    if (option.name == "truncationmaxsize") found.max_bytes = count_of(option);
    if (option.name == "servertimeout") found.time = time_of(option);
  }
  return found;
}

}  // namespace linkgate::kql
