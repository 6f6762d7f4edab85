#pragma once
// What reports, Explorer and alerts ask for, in one shape, and the rows that it names, as KQL. Every view
// that shows clicks or mails starts from here, so that two views under one filter cannot see different rows.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace linkgate::views {

// Members that are empty name everything. Several values of one member: any of them; several members: all of
// them.
struct Filter {
  std::optional<Time> from, to;        // of the row's Timestamp; `to` is not part of it
  std::vector<std::string> users;      // recipients, in any case
  std::vector<std::string> mails;      // NetworkMessageId, or Message-ID with its angle brackets
  std::vector<std::string> subjects;   // a part of the subject, in any case
  std::vector<std::string> domains;    // see below
  std::vector<std::string> urls;       // whole URLs: the link's own, or any that it led to
  std::vector<std::string> alerts;     // AlertId: what the alert names as evidence
  std::vector<std::string> clicks;     // ReportId of a click
  std::vector<std::string> policies;   // names, in any case
  std::vector<std::string> addresses;  // of clients
  std::vector<std::string> actions;    // series of the URL protection report, in any case; of clicks alone

  // Whether it names something else than a time.
  bool names_something() const;
};

// A domain names itself and all below it. It is found as the host of the link, of any redirect on the way, of
// where it led, or of a URL that an alert about the click names; written in any case, in Unicode or ASCII
// form, with or without a final dot. kInvalidArgument for what cannot be a host; for actions that no series
// has, and for more than kMaxValues values of a member.
inline constexpr size_t kMaxValues = 1000;
Result<Filter> checked(Filter filter);

enum class Rows {
  kClicks,    // UrlClickEvents
  kMessages,  // EmailEvents: one a message and recipient
  kLinks,     // EmailUrlInfo: one a message and link
  kRemovals,  // EmailPostDeliveryEvents
};
// A tabular expression of KQL, a line each operator. REQUIRES: the filter was checked.
std::string rows_of(Rows rows, const Filter& filter);

// For headings: "user ada@corp.test, domain evil.example"; empty where it names nothing.
std::string in_words(const Filter& filter);
// "2026-11-20 10:00 to 2026-11-21 00:00 (UTC)".
std::string period_in_words(const Filter& filter);

}  // namespace linkgate::views
