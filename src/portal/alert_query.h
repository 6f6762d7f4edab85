#pragma once
// What a client asks of alerts in its query: OData's $filter, $orderby, $top, $skip and $count, as far as
// Graph documents them for alerts_v2. Whatever else it says is refused by name, never left out silently.

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace linkgate::portal {

// What can be filtered and ordered by; texts are Graph's words, times to_iso8601.
enum class AlertField : uint8_t {
  kStatus,
  kSeverity,
  kClassification,
  kDetermination,
  kAssignedTo,
  kServiceSource,
  kCreated,
  kUpdated,
};
inline constexpr size_t kAlertFields = 8;

// An alert as far as a filter sees it.
struct AlertView {
  std::array<std::string, kAlertFields> values;  // by AlertField; assignedTo: "" is null
};

class AlertFilter {
 public:
  // An OData boolean expression: eq, ne, gt, ge, lt, le, in, and, or, not, brackets. kInvalidArgument says
  // what is wrong and where; kLimit: too long.
  static Result<AlertFilter> parse(std::string_view text);
  bool matches(const AlertView& alert) const;

 private:
  enum class Op : uint8_t {
    kEqual,
    kNotEqual,
    kLess,
    kLessOrEqual,
    kGreater,
    kGreaterOrEqual,
    kAnd,
    kOr,
    kNot
  };
  struct Step {  // in postfix order
    Op op = Op::kEqual;
    AlertField field = AlertField::kStatus;
    std::string value;
  };
  friend class FilterParser;
  std::vector<Step> steps_;
};

struct AlertQuery {
  AlertFilter filter;                              // empty: all
  std::vector<std::pair<AlertField, bool>> order;  // true: descending
  size_t top = 50, skip = 0;
  bool count = false;
};

inline constexpr size_t kMostAlertsAtOnce = 1000, kMaxFilterOctets = 4096;

// Of the text after '?'. kInvalidArgument, kLimit.
Result<AlertQuery> parse_alert_query(std::string_view query);
// Negative, 0 or positive; severities by their rank, other texts by octets.
int compare(AlertField field, const AlertView& a, const AlertView& b);
// The query again, with another $skip, for @odata.nextLink.
std::string with_skip(std::string_view query, size_t skip);

}  // namespace linkgate::portal
