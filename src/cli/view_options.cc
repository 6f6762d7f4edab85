#include "cli/view_options.h"

#include "views/filter_text.h"

namespace linkgate::cli {
void add_view_options(Command& command, ViewOptions& options, bool of_clicks) {
  views::Filter& named = options.named;
  command.option("--from", options.from, "from then on: 7d (ago), or 2026-12-31T08:00:00Z")
      .option("--to", options.to, "until before then; default: now")
      .options("--user", named.users, "of this recipient")
      .options("--mail", named.mails, "of the message with this NetworkMessageId or Message-ID")
      .options("--subject", named.subjects, "of messages with this in their subject")
      .options("--domain", named.domains,
               "of links to this domain or below it, or that lead over it or to it; in any spelling")
      .options("--url", named.urls, "of this link, or of links that lead over it or to it")
      .options("--alert", named.alerts, "that the alert with this AlertId names")
      .options("--click", named.clicks, "of the click with this ReportId")
      .options("--policy", named.policies, "decided by this policy")
      .options("--ip", named.addresses, "of clicks from this address");
  if (of_clicks) command.options("--action", named.actions, "of this series of the URL protection report");
}

Result<views::Filter> filter_of(const ViewOptions& options, Time now, Ticks ordinary) {
  views::Filter filter = options.named;
  if (!options.to.empty()) {
    TRY_ASSIGN(filter.to, views::moment_of("--to", options.to, now));
  }
  if (!options.from.empty()) {
    TRY_ASSIGN(filter.from, views::moment_of("--from", options.from, now));
  } else if (ordinary != Ticks(0)) {
    filter.from = filter.to.value_or(now) - ordinary;
  }
  return views::checked(std::move(filter));
}

}  // namespace linkgate::cli
