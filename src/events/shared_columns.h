#pragma once
// Columns of every table, or of many, for schema.cc.

#include <algorithm>
#include <array>

#include "events/schema.h"

namespace linkgate::events {

template <size_t N, size_t M>
constexpr std::array<Column, N + M> concatenate(const std::array<Column, N>& a,
                                                const std::array<Column, M>& b) {
  std::array<Column, N + M> all{};
  std::copy(a.begin(), a.end(), all.begin());
  std::copy(b.begin(), b.end(), all.begin() + N);
  return all;
}

// In every table, or in many. Defender's portal shows Timestamp, Log Analytics TimeGenerated: both are the
// same moment here.
inline constexpr Column kTenantId{"TenantId", ColumnType::kString, "organisation"};
inline constexpr Column kTimeGenerated{"TimeGenerated", ColumnType::kDateTime, "the same as Timestamp"};
inline constexpr Column kSourceSystem{"SourceSystem", ColumnType::kString, "Linkgate"};
inline constexpr Column kType{"Type", ColumnType::kString, "name of the table"};
inline constexpr Column kIsBillable{"_IsBillable", ColumnType::kString, "False"};
inline constexpr Column kBilledSize{"_BilledSize", ColumnType::kReal, "octets of the row as it was written"};
inline constexpr Column kNetworkMessageId{
    "NetworkMessageId", ColumnType::kString,
    "the message, a UUID: the same for all its recipients, batches and retries"};
inline constexpr Column kTimestamp{"Timestamp", ColumnType::kDateTime,
                                   "when it happened; never changes over the versions of a row"};

}  // namespace linkgate::events
