#include "views/filter_text.h"

#include <fmt/format.h>

#include "base/config_checks.h"

namespace linkgate::views {
namespace {

constexpr uint64_t kLongestAgo = 36'500ULL * 86'400;  // seconds

constexpr FilterMember kMembers[] = {
    {"user", &Filter::users},     {"mail", &Filter::mails},      {"subject", &Filter::subjects},
    {"domain", &Filter::domains}, {"url", &Filter::urls},        {"alert", &Filter::alerts},
    {"click", &Filter::clicks},   {"policy", &Filter::policies}, {"ip", &Filter::addresses},
    {"action", &Filter::actions},
};

}  // namespace

std::span<const FilterMember> filter_members() { return kMembers; }

Result<Time> moment_of(std::string_view name, const std::string& text, Time now) {
  if (const auto seconds = parse_quantity(text, kTimeUnits); seconds && *seconds <= kLongestAgo)
    return now - std::chrono::seconds(*seconds);
  if (const auto moment = from_iso8601(text)) return *moment;
  return Error(ErrorCode::kInvalidArgument,
               fmt::format("{} {}: neither a duration such as 7d nor a moment such as 2026-12-31T08:00:00Z",
                           name, text));
}

}  // namespace linkgate::views
