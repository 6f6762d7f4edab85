// The Explorer: rows by filter, the sums beside them, and the story of a message.
#include <fmt/format.h>

#include "views/kql_text.h"
#include "views/report.h"

namespace linkgate::views {
namespace {

constexpr Section kMessageSections[] = {
    {"senders", "Top senders", R"(Messages
| summarize Messages = count_distinct(NetworkMessageId), Recipients = count_distinct(tolower(RecipientEmailAddress)),
    Threats = countif(isnotempty(ThreatTypes)) by Sender = SenderFromAddress
| sort by Messages desc, Sender asc
| take 20)"},
    {"results", "Messages", R"(Messages
| sort by Timestamp desc, NetworkMessageId asc, RecipientEmailAddress asc
| project Date = Timestamp, Subject, Recipient = RecipientEmailAddress, Sender = SenderFromAddress,
    DeliveryAction, OriginalLocation = DeliveryLocation,
    LatestLocation = iff(isempty(LatestDeliveryLocation), DeliveryLocation, LatestDeliveryLocation),
    Threat = ThreatTypes, UrlCount, AttachmentCount, Policy = tostring(AdditionalFields.Policy),
    InternetMessageId, MessageId = NetworkMessageId)",
     true},
};

constexpr Section kClickSections[] = {
    {"domains", "Clicks by URL domain", R"(Clicks
| extend Word = EXPLORER_ACTION
| summarize Clicks = count(), Users = count_distinct(tolower(AccountUpn)), Blocked = countif(Word == "Block page"),
    Allowed = countif(Word == "Allowed"), BlockOverridden = countif(Word == "Block page override") by UrlDomain
| sort by Clicks desc, UrlDomain asc
| take 100)"},
    {"results", "Clicks", R"(Clicks
| extend Word = EXPLORER_ACTION
| sort by Timestamp desc, ReportId asc
| project TimeClicked = Timestamp, Recipient = AccountUpn, UrlClickAction = Word, URL = Url,
    NetworkMessageId, ClickId = ReportId, ClientIP = IPAddress, UrlChain, ThreatType = ThreatTypes,
    DetectionTechnology = DetectionMethods)",
     true},
};

constexpr Section kUrlSections[] = {
    {"results", "URLs", R"(let OfMails = Links
| summarize Messages = count_distinct(NetworkMessageId), First = min(Timestamp), Last = max(Timestamp) by URL = Url;
let OfClicks = Clicks
| summarize Clicks = count(), Users = count_distinct(tolower(AccountUpn)), ClickedThrough = countif(IsClickedThrough),
    Blocked = countif(PageShown != "None" and not(IsClickedThrough)), LastClick = max(Timestamp) by URL = Url;
union (OfMails | project URL), (OfClicks | project URL)
| distinct URL
| lookup kind=leftouter OfMails on URL
| lookup kind=leftouter OfClicks on URL
| project URL, Messages = coalesce(Messages, long(0)), Clicks = coalesce(Clicks, long(0)), Users = coalesce(Users, long(0)),
    Blocked = coalesce(Blocked, long(0)), ClickedThrough = coalesce(ClickedThrough, long(0)), First, Last, LastClick
| sort by Clicks desc, Messages desc, URL asc)",
     true},
};

constexpr Report kExplorer[] = {
    {"messages", "", "Explorer: messages", "Messages and where they lie now, a row each recipient.",
     kMessageSections},
    {"clicks", "", "Explorer: URL clicks", "Clicks on links, by the Explorer's words.", kClickSections},
    {"urls", "", "Explorer: URLs", "Links of messages, and what became of the clicks on them.", kUrlSections},
};

}  // namespace

std::span<const Report> explorer_views() { return kExplorer; }

std::string story_query(std::string_view network_message_id) {
  return fmt::format(R"(let Message = {};
union
    (EmailEvents | where NetworkMessageId =~ Message
    | project Timestamp, What = "delivery", Who = RecipientEmailAddress,
        Result = strcat(DeliveryAction, ": ", DeliveryLocation), Detail = strcat(SenderFromAddress, ": ", Subject), Id = ReportId),
    (EmailUrlInfo | where NetworkMessageId =~ Message
    | project Timestamp, What = "link", Who = "", Result = UrlLocation, Detail = Url, Id = ReportId),
    (UrlClickLog | where NetworkMessageId =~ Message
    | project Timestamp, What = strcat("click: ", Step), Who = AccountUpn,
        Result = strcat_delim(", ", ActionType, PageShown, iff(IsClickedThrough, "went on", "")), Detail = Url, Id = ReportId),
    (EmailPostDeliveryEvents | where NetworkMessageId =~ Message
    | project Timestamp, What = "after delivery", Who = RecipientEmailAddress,
        Result = strcat(ActionType, ": ", ActionResult), Detail = strcat(Action, " ", DeliveryLocation), Id = ReportId),
    (AlertEvidence | where NetworkMessageId =~ Message
    | summarize Who = max(AccountUpn) by AlertId
    | join kind=inner (AlertInfo | project AlertId, Timestamp, Title, Severity) on AlertId
    | project Timestamp, What = "alert", Who, Result = Severity, Detail = Title, Id = AlertId)
| sort by Timestamp asc, What asc, Who asc, Detail asc)",
                     kql_string(network_message_id));
}

}  // namespace linkgate::views
