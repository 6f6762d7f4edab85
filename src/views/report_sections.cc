#include "views/report_sections.h"

namespace linkgate::views {
const Section kByAction[] = {
    {"actions", "Clicks by action",
     R"(union
    (Clicks
    | summarize Clicks = count(), Users = count_distinct(tolower(AccountUpn)),
        Domains = count_distinct(UrlDomain) by Action = ReportAction
    | extend Place = long(-1)),
    (Series | extend Clicks = long(0), Users = long(0), Domains = long(0))
| summarize Clicks = sum(Clicks), Users = sum(Users), Domains = sum(Domains), Place = max(Place) by Action
| sort by Place asc
| project Action, Clicks, Users, Domains)"},
    {"days", "Clicks by day and action",
     R"(Clicks
| summarize Clicks = count() by Day = bin(Timestamp, 1d), Action = ReportAction
| sort by Day asc, Action asc
| render columnchart with (kind=stacked, title="Clicks by day and action"))"},
    {"details", "Clicks", "Shown\n| CLICK_DETAILS", true},
};

const Section kByApplication[] = {
    {"applications", "Clicks by application",
     R"(Clicks
| summarize Clicks = count(), Users = count_distinct(tolower(AccountUpn)), Domains = count_distinct(UrlDomain)
    by Application = iff(AppName == "Email", "Email client", AppName)
| sort by Clicks desc, Application asc)"},
    {"days", "Clicks by day and application",
     R"(Clicks
| summarize Clicks = count()
    by Day = bin(Timestamp, 1d), Application = iff(AppName == "Email", "Email client", AppName)
| sort by Day asc, Application asc
| render columnchart with (kind=stacked, title="Clicks by day and application"))"},
    {"details", "Clicks", "Shown\n| CLICK_DETAILS", true},
};

const Section kClickThrough[] = {
    {"domains", "Domains whose pages were shown",
     R"(Clicks
| where PageShown != "None"
| summarize TotalClicks = count(),
    Blocked = countif(ActionType startswith "ClickBlocked" and not(IsClickedThrough)),
    WarningShown = countif(ActionType == "ClickAllowed" and not(IsClickedThrough)),
    NotJudged = countif(ActionType in ("UrlScanInProgress", "UrlErrorPage") and not(IsClickedThrough)),
    ClickedThrough = countif(IsClickedThrough),
    Users = count_distinctif(tolower(AccountUpn), IsClickedThrough)
    by UrlDomain
| sort by ClickedThrough desc, TotalClicks desc, UrlDomain asc)"},
    {"users", "Who went on",
     R"(Clicks
| where IsClickedThrough
| summarize ClickedThrough = count(), Domains = make_set(UrlDomain), First = min(Timestamp),
    Last = max(Timestamp) by User = tolower(AccountUpn)
| sort by ClickedThrough desc, User asc)"},
    {"details", "Clicks that went on", "Clicks\n| where IsClickedThrough\n| CLICK_DETAILS", true},
};

const Section kTopClickers[] = {
    {"users", "Top clickers",
     R"(Clicks
| summarize Clicks = count(), Threats = countif(isnotempty(ThreatTypes)),
    ClickedThrough = countif(IsClickedThrough), Domains = count_distinct(UrlDomain), Last = max(Timestamp)
    by User = tolower(AccountUpn)
| sort by ClickedThrough desc, Threats desc, Clicks desc, User asc
| take 100)"},
    {"urls", "Top clicks",
     R"(Clicks
| extend Word = EXPLORER_ACTION
| summarize Clicks = count(), Blocked = countif(Word == "Block page"), Allowed = countif(Word == "Allowed"),
    BlockOverridden = countif(Word == "Block page override"),
    PendingVerdict = countif(Word == "Pending detonation page"),
    PendingVerdictBypassed = countif(Word == "Pending detonation page override"),
    None = countif(Word == "None"), ErrorPage = countif(Word == "Error page"), Failure = countif(Word == "Failure")
    by URL = Url
| sort by BlockOverridden desc, Blocked desc, Clicks desc, URL asc
| take 100)"},
};

const Section kTopTargets[] = {
    {"users", "Top targeted users",
     R"(union
    (Messages | where isnotempty(ThreatTypes) | project User = tolower(RecipientEmailAddress), Mail = NetworkMessageId),
    (Removals | project User = tolower(RecipientEmailAddress), Mail = NetworkMessageId),
    (Clicks | where isnotempty(ThreatTypes)
    | project User = tolower(AccountUpn), Click = ReportId, Through = IsClickedThrough)
| summarize ThreatMails = count_distinctif(Mail, isnotempty(Mail)),
    ThreatClicks = count_distinctif(Click, isnotempty(Click)), ClickedThrough = countif(Through) by User
| sort by ThreatMails desc, ThreatClicks desc, User asc
| take 100)"},
};

const Section kPostDelivery[] = {
    {"activities", "Activities",
     R"(Removals
| summarize Messages = count(), Mailboxes = count_distinct(tolower(RecipientEmailAddress))
    by ActionType, Action, ActionResult, Threat = iff(isempty(ThreatTypes), "No threat", ThreatTypes)
| sort by Messages desc, ActionType asc)"},
    {"days", "Activities by day and threat",
     R"(Removals
| summarize Messages = count() by Day = bin(Timestamp, 1d), Threat = iff(isempty(ThreatTypes), "No threat", ThreatTypes)
| sort by Day asc, Threat asc
| render columnchart with (kind=stacked, title="Post-delivery activities by day and threat"))"},
    {"details", "Messages",
     R"(Removals
| extend Mailbox = tolower(RecipientEmailAddress)
| join kind=leftouter (EmailEvents
    | project NetworkMessageId, Mailbox = tolower(RecipientEmailAddress), Subject, ReceivedTime = Timestamp,
        Sender = SenderFromAddress, OriginalThreat = ThreatTypes, OriginalLocation = DeliveryLocation)
    on NetworkMessageId, Mailbox
| sort by Timestamp desc, ReportId asc
| project Subject, ReceivedTime, Sender, Recipient = RecipientEmailAddress, ZapTime = Timestamp, ActionType,
    Action, ActionResult, OriginalThreat, OriginalLocation, UpdatedThreat = ThreatTypes,
    UpdatedDeliveryLocation = DeliveryLocation, DetectionTechnology = DetectionMethods,
    MessageId = NetworkMessageId, EventId = ReportId)",
     true},
};

const Section kLatency[] = {
    {"percentiles", "Seconds, by kind of mail",
     R"(union
    (Messages | extend Kind = "Overall"),
    (Messages | where UrlCount > 0 | extend Kind = "With links")
| extend Latency = toreal(AdditionalFields.LatencySeconds)
| where isnotnull(Latency)
| summarize Messages = count(), percentiles(Latency, 50, 90, 99), Longest = max(Latency) by Kind
| project Kind, Messages, P50 = percentile_Latency_50, P90 = percentile_Latency_90, P99 = percentile_Latency_99, Longest
| sort by Kind asc)"},
    {"days", "Seconds, by day",
     R"(Messages
| extend Latency = toreal(AdditionalFields.LatencySeconds)
| where isnotnull(Latency)
| summarize percentiles(Latency, 50, 90, 99) by Date = bin(Timestamp, 1d)
| project Date, P50 = percentile_Latency_50, P90 = percentile_Latency_90, P99 = percentile_Latency_99
| sort by Date asc
| render linechart with (title="Seconds from arrival to the next hop's answer"))"},
};

const Section kThreats[] = {
    {"types", "Threats by type",
     R"(union
    (Messages | where isnotempty(ThreatTypes) | project Threat = ThreatTypes, AtDelivery = long(1)),
    (Removals | where isnotempty(ThreatTypes) | project Threat = ThreatTypes, AfterDelivery = long(1)),
    (Clicks | where isnotempty(ThreatTypes) | project Threat = ThreatTypes, AtClick = long(1))
| summarize AtDelivery = sum(AtDelivery), AfterDelivery = sum(AfterDelivery), AtClick = sum(AtClick) by Threat
| sort by Threat asc)"},
    {"days", "Threats by day and type",
     R"(union
    (Messages | where isnotempty(ThreatTypes) | project Timestamp, Threat = strcat(ThreatTypes, " at delivery")),
    (Removals | where isnotempty(ThreatTypes) | project Timestamp, Threat = strcat(ThreatTypes, " after delivery")),
    (Clicks | where isnotempty(ThreatTypes) | project Timestamp, Threat = strcat(ThreatTypes, " at a click"))
| summarize Events = count() by Day = bin(Timestamp, 1d), Threat
| sort by Day asc, Threat asc
| render columnchart with (kind=stacked, title="Threats by day and type"))"},
};

const Section kWhatIf[] = {
    {"answer", "Would it have changed the outcome?",
     R"(Clicks
| where IsClickedThrough
| lookup kind=leftouter WouldBe on PageShown
| summarize Domains = count_distinct(UrlDomain), Users = count_distinct(tolower(AccountUpn)), ClickedThrough = count(),
    Stopped = countif(not(WaitsForVerdict)), MadeToWait = countif(WaitsForVerdict)
| project Domains, Users, ClickedThrough, Stopped, MadeToWait, OutcomeChanges = Stopped + MadeToWait > 0)"},
    {"domains", "Domains with users who clicked through",
     R"(Clicks
| where IsClickedThrough
| lookup kind=leftouter WouldBe on PageShown
| summarize ClickedThrough = count(), Users = count_distinct(tolower(AccountUpn)),
    Stopped = countif(not(WaitsForVerdict)), MadeToWait = countif(WaitsForVerdict) by UrlDomain
| sort by ClickedThrough desc, UrlDomain asc)"},
    {"outcomes", "What clicks were, and would have been",
     R"(Clicks
| where IsClickedThrough
| lookup kind=leftouter WouldBe on PageShown
| summarize Clicks = count() by Action = ReportAction, WouldHaveBeen = WouldBe, ActionType, WouldHaveBeenActionType = WouldBeAction
| sort by Clicks desc, Action asc)"},
    {"details", "Clicks that went on", "Clicks\n| where IsClickedThrough\n| CLICK_DETAILS", true},
};

}  // namespace linkgate::views
