#include "views/filter.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/ascii.h"
#include "url/idna.h"
#include "url/url.h"
#include "verdict/click_outcome.h"
#include "views/kql_text.h"

namespace linkgate::views {
namespace {

using Texts = std::vector<std::string>;

struct Member {
  std::string_view word;  // in headings
  Texts Filter::*values;
};
constexpr Member kMembers[] = {
    {"user", &Filter::users},     {"mail", &Filter::mails},      {"subject", &Filter::subjects},
    {"domain", &Filter::domains}, {"URL", &Filter::urls},        {"alert", &Filter::alerts},
    {"click", &Filter::clicks},   {"policy", &Filter::policies}, {"address", &Filter::addresses},
    {"action", &Filter::actions},
};

Error refuse(std::string sentence) { return Error(ErrorCode::kInvalidArgument, std::move(sentence)); }

// The host as rows spell it.
Result<std::string> host_of(std::string_view text) {
  const auto refused = [&] { return refuse(fmt::format("\"{}\" is no domain", text)); };
  std::string_view given = ascii::trim(text);
  if (given.starts_with("*.")) given.remove_prefix(2);
  const bool is_url = given.find("://") != given.npos;
  if (!is_url && given.find_first_of("/?#@\\ ") != given.npos) return refused();
  const auto parsed = url::Url::parse(is_url ? std::string(given) : "http://" + std::string(given));
  if (!parsed || parsed->hostname().empty() || !parsed->port().empty()) return refused();
  std::string host(parsed->hostname());
  if (host.ends_with('.')) host.pop_back();
  if (host.empty()) return refused();
  return host;
}

Result<std::string> series_of(std::string_view text) {
  std::string all;
  for (const std::string_view action : verdict::report_actions()) {
    if (ascii::iequals(action, text)) return std::string(action);
    all += (all.empty() ? "" : ", ") + std::string(action);
  }
  return refuse(fmt::format("no clicks are called \"{}\"; there are {}", text, all));
}

Texts all_spellings(const Texts& hosts) {
  Texts out;
  for (const std::string& host : hosts) {
    out.push_back(host);
    if (std::string readable = url::domain_to_unicode(host); readable != host)
      out.push_back(std::move(readable));
  }
  return out;
}

// RE2 for these URLs, however the case of scheme and host is written.
std::string any_url(const Texts& urls) {
  std::string out;
  for (const std::string& url : urls) {
    const auto parsed = url::Url::parse(url);
    const std::string whole = parsed ? parsed->href() : url;
    const size_t rest =
        parsed ? parsed->pathname().size() + parsed->search().size() + parsed->hash().size() : whole.size();
    const size_t origin = whole.size() - rest;
    out += fmt::format("{}(?i:{}){}", out.empty() ? "(" : "|", alternation_of({whole.substr(0, origin)}),
                       alternation_of({whole.substr(origin)}));
  }
  return out + ")";
}

// ---- Conditions. A semi-join: column in ((TABLE | where CONDITION | project OTHER)).
std::string in_rows(std::string_view column, std::string_view table, const std::string& condition,
                    std::string_view other) {
  return fmt::format("{} in (({} | where {} | project {}))", column, table, condition, other);
}

std::string host_is(std::string_view column, const Texts& domains) {
  return fmt::format("{} matches regex {}", column,
                     kql_string("(?i)^([^/]+\\.)?" + alternation_of(all_spellings(domains)) + "\\.?$"));
}

// A URL in the text of `column` has such a host; `before` and `after` is what stands around the URL.
std::string url_leads_to(std::string_view column, const Texts& domains, std::string_view before,
                         std::string_view after) {
  const std::string regex =
      fmt::format("(?i){}[a-z][a-z0-9+.-]*://([^\"/?#]*@)?([^\"/?#@]+\\.)?{}\\.?(:[0-9]*)?([/?#]|{})", before,
                  alternation_of(all_spellings(domains)), after);
  return fmt::format("{} matches regex {}", column, kql_string(regex));
}

std::string evidence_of_domains(const Texts& domains) {
  return "EntityType == \"Url\" and " + url_leads_to("RemoteUrl", domains, "^", "$");
}

std::string click_has_domain(const Texts& domains) {
  return fmt::format("{} or {} or {}", host_is("UrlDomain", domains),
                     url_leads_to("UrlChain", domains, "\"", "\""),
                     in_rows("ReportId", "AlertEvidence", evidence_of_domains(domains), "ReportId"));
}

// `column` is one of these URLs, as they were typed or as browsers write them.
std::string is_url(std::string_view column, const Texts& urls) {
  return fmt::format("{} in {} or {} matches regex {}", column, kql_list(urls), column,
                     kql_string("^" + any_url(urls) + "$"));
}

std::string click_has_url(const Texts& urls) {
  return fmt::format("{} or UrlChain matches regex {} or {}", is_url("Url", urls),
                     kql_string("\"" + any_url(urls) + "\""),
                     in_rows("ReportId", "AlertEvidence",
                             "EntityType == \"Url\" and (" + is_url("RemoteUrl", urls) + ")", "ReportId"));
}

std::string of_mails(const Texts& mails) {
  const std::string list = kql_list(mails);
  return fmt::format(
      "NetworkMessageId in~ {} or {}", list,
      in_rows("NetworkMessageId", "EmailEvents", "InternetMessageId in~ " + list, "NetworkMessageId"));
}

std::string of_subjects(const Texts& subjects) {
  std::string any;
  for (const std::string& subject : subjects)
    any += fmt::format("{}Subject contains {}", any.empty() ? "" : " or ", kql_string(subject));
  return in_rows("NetworkMessageId", "EmailEvents", any, "NetworkMessageId");
}

// Of messages, links and removals: the mails that carry it, and those whose clicks led there.
std::string mail_by_clicks(const std::string& of_links, const std::string& of_clicks) {
  return in_rows("NetworkMessageId", "EmailUrlInfo", of_links, "NetworkMessageId") + " or " +
         in_rows("NetworkMessageId", "UrlClickEvents", of_clicks, "NetworkMessageId");
}

std::string links_by_clicks(const std::string& of_links, const std::string& of_clicks) {
  return of_links + " or " + in_rows("Url", "UrlClickEvents", of_clicks, "Url");
}

class Conditions {
 public:
  Conditions(Rows rows, const Filter& filter) : rows_(rows), filter_(filter) {}

  Texts all() {
    if (filter_.from) add("Timestamp >= " + kql_datetime(*filter_.from));
    if (filter_.to) add("Timestamp < " + kql_datetime(*filter_.to));
    if (!filter_.users.empty()) add(users());
    if (!filter_.mails.empty()) add(of_mails(filter_.mails));
    if (!filter_.subjects.empty()) add(of_subjects(filter_.subjects));
    if (!filter_.domains.empty()) add(domains());
    if (!filter_.urls.empty()) add(urls());
    if (!filter_.alerts.empty()) add(alerts());
    if (!filter_.clicks.empty()) add(by_click("ReportId in~ " + kql_list(filter_.clicks)));
    if (!filter_.addresses.empty()) add(by_click("IPAddress in " + kql_list(filter_.addresses)));
    if (!filter_.actions.empty()) add(by_click("ReportAction in " + kql_list(filter_.actions)));
    if (!filter_.policies.empty()) add(policies());
    return std::move(all_);
  }

 private:
  void add(std::string condition) { all_.push_back(std::move(condition)); }

  std::string users() const {
    const std::string list = kql_list(filter_.users);
    if (rows_ == Rows::kClicks) return "AccountUpn in~ " + list;
    if (rows_ != Rows::kLinks) return "RecipientEmailAddress in~ " + list;
    return in_rows("NetworkMessageId", "EmailEvents", "RecipientEmailAddress in~ " + list,
                   "NetworkMessageId");
  }
  std::string domains() const {
    const std::string of_links = host_is("UrlDomain", filter_.domains);
    std::string of_clicks = click_has_domain(filter_.domains);
    if (rows_ == Rows::kClicks) return of_clicks;
    return rows_ == Rows::kLinks ? links_by_clicks(of_links, of_clicks) : mail_by_clicks(of_links, of_clicks);
  }
  std::string urls() const {
    const std::string of_links = is_url("Url", filter_.urls);
    std::string of_clicks = click_has_url(filter_.urls);
    if (rows_ == Rows::kClicks) return of_clicks;
    return rows_ == Rows::kLinks ? links_by_clicks(of_links, of_clicks) : mail_by_clicks(of_links, of_clicks);
  }
  std::string alerts() const {
    const std::string of_alert = "AlertId in~ " + kql_list(filter_.alerts);
    switch (rows_) {
      case Rows::kClicks:
      case Rows::kRemovals:
        return in_rows("ReportId", "AlertEvidence", of_alert + " and isnotempty(ReportId)", "ReportId");
      case Rows::kMessages:  // an alert names a mail in one mailbox
        return in_rows("strcat(NetworkMessageId, ' ', tolower(RecipientEmailAddress))", "AlertEvidence",
                       of_alert, "strcat(NetworkMessageId, ' ', tolower(AccountUpn))");
      case Rows::kLinks:
        break;
    }
    return in_rows("NetworkMessageId", "AlertEvidence", of_alert + " and isnotempty(NetworkMessageId)",
                   "NetworkMessageId");
  }
  std::string by_click(const std::string& condition) const {
    if (rows_ == Rows::kClicks) return condition;
    return in_rows("NetworkMessageId", "UrlClickEvents", condition + " and isnotempty(NetworkMessageId)",
                   "NetworkMessageId");
  }
  std::string policies() const {
    const std::string list = kql_list(filter_.policies);
    if (rows_ == Rows::kClicks) return "Policy in~ " + list;
    std::string of_mail = "tostring(AdditionalFields.Policy) in~ " + list;
    if (rows_ == Rows::kMessages) return of_mail;
    return in_rows("NetworkMessageId", "EmailEvents", of_mail, "NetworkMessageId");
  }

  const Rows rows_;
  const Filter& filter_;
  Texts all_;
};

std::string_view table_of(Rows rows) {
  switch (rows) {
    case Rows::kClicks:
      return "UrlClickEvents";
    case Rows::kMessages:
      return "EmailEvents";
    case Rows::kLinks:
      return "EmailUrlInfo";
    case Rows::kRemovals:
      break;
  }
  return "EmailPostDeliveryEvents";
}

}  // namespace

bool Filter::names_something() const {
  return std::any_of(std::begin(kMembers), std::end(kMembers),
                     [this](const Member& member) { return !(this->*member.values).empty(); });
}

Result<Filter> checked(Filter filter) {
  for (const Member& member : kMembers) {
    if ((filter.*member.values).size() > kMaxValues)
      return refuse(fmt::format("more than {} values of {}", kMaxValues, member.word));
  }
  for (std::string& domain : filter.domains) {
    TRY_ASSIGN(domain, host_of(domain));
  }
  for (std::string& action : filter.actions) {
    TRY_ASSIGN(action, series_of(action));
  }
  if (filter.from && filter.to && *filter.from >= *filter.to)
    return refuse("the period ends before it begins");
  return filter;
}

std::string rows_of(Rows rows, const Filter& filter) {
  std::string out(table_of(rows));
  for (const std::string& condition : Conditions(rows, filter).all()) out += "\n| where " + condition;
  return out;
}

std::string in_words(const Filter& filter) {
  std::string out;
  for (const Member& member : kMembers) {
    std::string values;
    for (const std::string& value : filter.*member.values) values += (values.empty() ? "" : " or ") + value;
    if (!values.empty()) out += fmt::format("{}{} {}", out.empty() ? "" : ", ", member.word, values);
  }
  return out;
}

std::string period_in_words(const Filter& filter) {
  const auto moment = [](Time time) {
    std::string text = to_iso8601(time).substr(0, 16);
    std::replace(text.begin(), text.end(), 'T', ' ');
    return text;
  };
  return fmt::format("{} to {} (UTC)", filter.from ? moment(*filter.from) : "the beginning",
                     filter.to ? moment(*filter.to) : "now");
}

}  // namespace linkgate::views
