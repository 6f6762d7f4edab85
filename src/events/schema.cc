#include "events/schema.h"

#include <algorithm>
#include <array>

namespace linkgate::events {
namespace {

using enum ColumnType;

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
constexpr Column kTenantId{"TenantId", kString, "organisation"};
constexpr Column kTimeGenerated{"TimeGenerated", kDateTime, "the same as Timestamp"};
constexpr Column kSourceSystem{"SourceSystem", kString, "Linkgate"};
constexpr Column kType{"Type", kString, "name of the table"};
constexpr Column kIsBillable{"_IsBillable", kString, "False"};
constexpr Column kBilledSize{"_BilledSize", kReal, "octets of the row as it was written"};
constexpr Column kNetworkMessageId{
    "NetworkMessageId", kString, "the message, a UUID: the same for all its recipients, batches and retries"};
constexpr Column kTimestamp{"Timestamp", kDateTime,
                            "when it happened; never changes over the versions of a row"};

constexpr Column kUrlClickEvents[] = {
    kTenantId,
    kTimeGenerated,
    {"Url", kString, "the whole URL"},
    {"ActionType", kString,
     "one of ClickAllowed, ClickBlocked, ClickBlockedByTenantPolicy, UrlErrorPage, UrlScanInProgress"},
    {"AccountUpn", kString, "recipient that the link was sealed for"},
    {"Workload", kString, "Email"},
    kNetworkMessageId,
    {"IPAddress", kString, "client that asked"},
    {"ThreatTypes", kString, "verdict at the click, one of Phish, Malware, Suspicious; empty where none"},
    {"DetectionMethods", kString, "what found the threat"},
    {"IsClickedThrough", kBool, "whether the user went on past a warning"},
    {"UrlChain", kString, "JSON array: the URL, its redirects, where it leads"},
    {"ReportId", kString, "the click"},
    {"AppName", kString, "application of the click"},
    {"AppVersion", kString, "its version"},
    {"SourceId", kString, "where the link lay, one of Body, Subject, Attachment, QRCode, Calendar, Form"},
    kSourceSystem,
    kType,
    kIsBillable,
    kBilledSize,
    kTimestamp,
    {"UrlDomain", kString, "host of the URL"},
    {"PageShown", kString,
     "page the user got, one of None, Scanning, Suspicious, Phishing, Malicious, BlockedByOrganisation, "
     "Error, "
     "Altered, NotIssuedHere; None: redirected at once"},
};

constexpr Column kStepColumns[] = {
    {"Step", kString, "one of scan, page, redirect, continue, back, report, automated, refused"},
    {"StepRank", kInt, "rank of the step, as in the version of the click"},
    {"ClickTime", kDateTime, "when the click began"},
    {"UserAgent", kString, "User-Agent header"},
    {"Disposition", kString,
     "verdict of Linkgate, one of clean, unknown, suspicious, gated, phishing, malware"},
    {"Evidence", kDynamic, "why: array of {code, sentence, artifact}"},
    {"Policy", kString, "policy that decided"},
    {"IsAutomated", kBool, "whether a prefetcher, HEAD or guessed bot asked"},
    {"Reason", kString, "why a link was refused or could not be judged"},
    {"LinkLocation", kString, "the same as SourceId"},
    {"MessageTime", kDateTime, "time of the message, sealed into the link", true},
    {"Referrer", kString, "Referer header"},
    {"Node", kString, "click node that answered"},
};

constexpr auto kUrlClickLog = concatenate(std::to_array(kUrlClickEvents), std::to_array(kStepColumns));

constexpr Column kEmailEvents[] = {
    kTenantId,
    {"AttachmentCount", kInt, "attachments"},
    {"AuthenticationDetails", kString, "SPF, DKIM, DMARC and CompAuth as an object in JSON text"},
    {"AdditionalFields", kDynamic, "more facts, as an object"},
    {"ConfidenceLevel", kString, "how sure the verdict is"},
    {"Connectors", kString, "connector that the message came by"},
    {"DetectionMethods", kString, "what found the threat"},
    {"DeliveryAction", kString, "one of Delivered, Junked, Blocked"},
    {"DeliveryLocation", kString,
     "where it was put, one of Inbox/Folder, Junk folder, On-premises/external, Failed, Dropped"},
    {"EmailClusterId", kLong, "cluster of similar messages", true},
    {"EmailDirection", kString, "one of Inbound, Outbound, Intra-org"},
    {"EmailLanguage", kString, "language of the text"},
    {"EmailAction", kString, "what the policy did to the message"},
    {"EmailActionPolicy", kString, "policy that did it"},
    {"EmailActionPolicyGuid", kString, "its id"},
    {"OrgLevelAction", kString, "action of an organisation-wide setting"},
    {"OrgLevelPolicy", kString, "that setting"},
    {"InternetMessageId", kString, "Message-ID header, as the sender wrote it"},
    kNetworkMessageId,
    {"RecipientEmailAddress", kString, "envelope recipient"},
    {"RecipientObjectId", kString, "directory id of the recipient; empty without a directory"},
    {"ReportId", kString, "the event; the same in all rows of one click or message"},
    {"SenderDisplayName", kString, "name in From"},
    {"SenderFromAddress", kString, "address in From"},
    {"SenderFromDomain", kString, "domain in From"},
    {"SenderObjectId", kString, "directory id of the sender; empty without a directory"},
    {"SenderIPv4", kString, "client of the first trusted hop, IPv4"},
    {"SenderIPv6", kString, "the same, IPv6"},
    {"SenderMailFromAddress", kString, "envelope sender"},
    {"SenderMailFromDomain", kString, "its domain"},
    {"Subject", kString, "subject"},
    {"ThreatTypes", kString, "verdict at delivery, one of Phish, Malware; empty where none"},
    {"ThreatNames", kString, "names of the malware or threat found"},
    kTimeGenerated,
    {"LastEventExecutionTime", kDateTime, "when this row last changed", true},
    {"UrlCount", kInt, "links found"},
    {"UserLevelAction", kString, "action of the recipient's own setting"},
    {"UserLevelPolicy", kString, "that setting"},
    {"BulkComplaintLevel", kInt, "bulk complaint level, 0 to 9", true},
    {"LatestDeliveryLocation", kString, "where it was last seen"},
    {"LatestDeliveryAction", kString, "what was last done to it"},
    {"ExchangeTransportRule", kString, "transport rules that matched"},
    {"DistributionList", kString, "list through which the recipient got it"},
    {"ForwardingInformation", kString, "how it was forwarded"},
    {"Context", kString, "more on the circumstances"},
    {"To", kDynamic, "addresses in To"},
    {"Cc", kDynamic, "addresses in Cc"},
    {"ThreatClassification", kString, "kind of threat in words"},
    {"RecipientDomain", kString, "domain of the recipient"},
    {"EmailSize", kInt, "octets as received"},
    {"IsFirstContact", kBool, "whether the recipient had no mail from this sender before", true},
    kSourceSystem,
    kType,
    kIsBillable,
    kBilledSize,
    kTimestamp,
};

constexpr Column kEmailUrlInfo[] = {
    kTenantId,
    kNetworkMessageId,
    {"ReportId", kString, "the event; the same in all rows of one click or message"},
    kTimeGenerated,
    {"Url", kString, "the whole URL"},
    {"UrlLocation", kString, "one of Body, Subject"},
    {"UrlDomain", kString, "host of the URL"},
    kSourceSystem,
    kType,
    kIsBillable,
    kBilledSize,
    kTimestamp,
    {"UrlChainId", kString, "redirect chain that the URL belongs to"},
    {"UrlChainPosition", kInt, "place in that chain", true},
};

constexpr Column kEmailAttachmentInfo[] = {
    kTenantId,
    {"FileName", kString, "name of the file"},
    {"FileType", kString, "kind, by content"},
    kNetworkMessageId,
    {"RecipientEmailAddress", kString, "envelope recipient"},
    {"RecipientObjectId", kString, "directory id of the recipient; empty without a directory"},
    {"ReportId", kString, "the event; the same in all rows of one click or message"},
    {"SHA256", kString, "SHA-256 of the file, hexadecimal"},
    {"SenderDisplayName", kString, "name in From"},
    {"SenderObjectId", kString, "directory id of the sender; empty without a directory"},
    {"ThreatTypes", kString, "verdict: Phish, Malware, Spam, Suspicious; empty where none"},
    {"SenderFromAddress", kString, "address in From"},
    {"ThreatNames", kString, "names of the malware or threat found"},
    {"DetectionMethods", kString, "what found the threat"},
    {"FileSize", kLong, "octets, decoded"},
    kTimeGenerated,
    {"FileExtension", kString, "extension of the name"},
    kSourceSystem,
    kType,
    kIsBillable,
    kBilledSize,
    kTimestamp,
};

constexpr Column kEmailPostDeliveryEvents[] = {
    kTenantId,
    {"Action", kString, "what was done"},
    {"ActionResult", kString, "Success or why not"},
    {"ActionTrigger", kString, "who or what asked for it"},
    {"ActionType", kString, "Manual remediation, Phish ZAP, Malware ZAP, Spam ZAP"},
    {"DeliveryLocation", kString, "where it was put: Inbox/Folder, Junk folder, Quarantine, Failed, Dropped"},
    {"InternetMessageId", kString, "Message-ID header, as the sender wrote it"},
    kNetworkMessageId,
    {"RecipientEmailAddress", kString, "envelope recipient"},
    {"ReportId", kString, "the event; the same in all rows of one click or message"},
    {"ThreatTypes", kString, "verdict: Phish, Malware, Spam, Suspicious; empty where none"},
    {"DetectionMethods", kString, "what found the threat"},
    kTimeGenerated,
    {"SenderFromAddress", kString, "address in From"},
    {"EmailDirection", kString, "Inbound, Outbound or Intra-org"},
    kSourceSystem,
    kType,
    kIsBillable,
    kBilledSize,
    kTimestamp,
    {"SourceLocation", kString, "where it lay before"},
};

constexpr Column kMessageEvents[] = {
    kTenantId,
    kTimeGenerated,
    {"LastEditedTime", kString, "when it was last edited"},
    {"TeamsMessageId", kString, "the chat message"},
    {"SenderEmailAddress", kString, "address of the sender"},
    {"SenderDisplayName", kString, "name in From"},
    {"SenderObjectId", kString, "directory id of the sender; empty without a directory"},
    {"SenderType", kString, "User, Group or Anonymous"},
    {"RecipientDetails", kDynamic, "recipients: address, name, type, object id"},
    {"IsOwnedThread", kBool, "whether the thread is ours", true},
    {"MessageId", kString, "id in its thread"},
    {"ParentMessageId", kString, "message that it answers"},
    {"GroupId", kString, "team"},
    {"GroupName", kString, "name of the team"},
    {"ThreadId", kString, "thread"},
    {"ThreadSubtype", kString, "None or PrivateChannel"},
    {"IsExternalThread", kBool, "whether outsiders take part", true},
    {"MessageFormatType", kString, "RichText or Text"},
    {"MessageFormatSubtype", kString, "HTML"},
    {"MessageVersion", kString, "version"},
    {"MessageSubject", kString, "subject"},
    {"ThreatTypes", kString, "verdict: Phish, Malware, Spam, Suspicious; empty where none"},
    {"DetectionMethods", kDynamic, "what found the threat"},
    {"ConfidenceLevel", kDynamic, "how sure the verdict is"},
    {"DeliveryAction", kString, "Delivered or Blocked"},
    {"DeliveryLocation", kString, "where it was put: Inbox/Folder, Junk folder, Quarantine, Failed, Dropped"},
    {"ReportId", kString, "the event; the same in all rows of one click or message"},
    {"SafetyTip", kString, "tip shown with the message"},
    kSourceSystem,
    kType,
    kIsBillable,
    kBilledSize,
    kTimestamp,
    {"ThreadType", kString, "kind of thread"},
    {"ThreadName", kString, "name of the thread"},
    {"MessageType", kString, "kind of message"},
    {"MessageSubtype", kString, "finer kind"},
    {"Subject", kString, "subject"},
};

constexpr Column kMessageUrlInfo[] = {
    kTenantId,
    kTimeGenerated,
    {"TeamsMessageId", kString, "the chat message"},
    {"Url", kString, "the whole URL"},
    {"UrlDomain", kString, "host of the URL"},
    {"ThreatTypes", kString, "verdict: Phish, Malware, Spam, Suspicious; empty where none"},
    {"ReportId", kString, "the event; the same in all rows of one click or message"},
    kSourceSystem,
    kType,
    kIsBillable,
    kBilledSize,
    kTimestamp,
};

constexpr Column kMessagePostDeliveryEvents[] = {
    kTenantId,
    kTimeGenerated,
    {"TeamsMessageId", kString, "the chat message"},
    {"Action", kString, "what was done"},
    {"ActionType", kString, "Manual remediation, Phish ZAP, Malware ZAP"},
    {"ActionTrigger", kString, "who or what asked for it"},
    {"ActionResult", kString, "Success or why not"},
    {"SenderEmailAddress", kString, "address of the sender"},
    {"RecipientDetails", kDynamic, "recipients: address, name, type, object id"},
    {"ThreatTypes", kString, "verdict: Phish, Malware, Spam, Suspicious; empty where none"},
    {"ConfidenceLevel", kDynamic, "how sure the verdict is"},
    {"DetectionMethods", kString, "what found the threat"},
    {"LatestDeliveryLocation", kString, "where it was last seen"},
    {"ReportId", kString, "the event; the same in all rows of one click or message"},
    {"IsExternalThread", kBool, "whether outsiders take part", true},
    {"SafetyTip", kString, "tip shown with the message"},
    kSourceSystem,
    kType,
    kIsBillable,
    kBilledSize,
    kTimestamp,
};

constexpr Column kAlertInfo[] = {
    kTenantId,
    kTimeGenerated,
    {"AlertId", kString, "the alert"},
    {"Title", kString, "title of the alert"},
    {"Category", kString, "kind of attack"},
    {"Severity", kString, "High, Medium, Low or Informational"},
    {"ServiceSource", kString, "product that raised the alert"},
    {"DetectionSource", kString, "part of it that detected"},
    {"AttackTechniques", kString, "MITRE ATT&CK techniques"},
    kSourceSystem,
    kType,
    kIsBillable,
    kBilledSize,
    kTimestamp,
};

constexpr Column kAlertEvidence[] = {
    kTenantId,
    kTimeGenerated,
    {"AlertId", kString, "the alert"},
    {"Title", kString, "title of the alert"},
    {"Categories", kString, "kinds of attack, a JSON array"},
    {"AttackTechniques", kString, "MITRE ATT&CK techniques"},
    {"ServiceSource", kString, "product that raised the alert"},
    {"DetectionSource", kString, "part of it that detected"},
    {"EntityType", kString, "MailMessage, Url, User, Mailbox, Ip, File"},
    {"EvidenceRole", kString, "Impacted or Related"},
    {"EvidenceDirection", kString, "direction of a connection"},
    {"FileName", kString, "name of the file"},
    {"FolderPath", kString, "folder of the file"},
    {"SHA1", kString, "SHA-1 of the file, hexadecimal"},
    {"SHA256", kString, "SHA-256 of the file, hexadecimal"},
    {"FileSize", kLong, "octets", true},
    {"ThreatFamily", kString, "malware family"},
    {"RemoteIP", kString, "address of the other side"},
    {"RemoteUrl", kString, "URL or host of the other side"},
    {"AccountName", kString, "account"},
    {"AccountDomain", kString, "its domain"},
    {"AccountSid", kString, "its security id"},
    {"AccountObjectId", kString, "its directory id"},
    {"AccountUpn", kString, "its principal name"},
    {"DeviceId", kString, "device"},
    {"DeviceName", kString, "its name"},
    {"LocalIP", kString, "its address"},
    kNetworkMessageId,
    {"EmailSubject", kString, "subject of the mail"},
    {"ApplicationId", kInt, "application number", true},
    {"Application", kString, "application"},
    {"OAuthApplicationId", kString, "OAuth application"},
    {"ProcessCommandLine", kString, "command line"},
    {"AdditionalFields", kDynamic, "more facts, as an object"},
    {"RegistryKey", kString, "registry key"},
    {"RegistryValueName", kString, "its value"},
    {"RegistryValueData", kString, "data of the value"},
    {"CloudPlatform", kString, "cloud"},
    {"CloudResource", kString, "resource in it"},
    {"Severity", kString, "High, Medium, Low or Informational"},
    kSourceSystem,
    kType,
    kIsBillable,
    kBilledSize,
    kTimestamp,
    {"ResourceType", kString, "kind of resource"},
    {"ResourceID", kString, "its id"},
    {"SubscriptionId", kString, "subscription"},
};

constexpr Column kCampaignInfo[] = {
    kTenantId,
    kTimeGenerated,
    {"CampaignName", kString, "campaign"},
    {"CampaignId", kString, "its id"},
    {"CampaignType", kString, "Phish, Malware or Spam"},
    {"CampaignSubType", kString, "brand or family imitated"},
    kNetworkMessageId,
    {"RecipientEmailAddress", kString, "envelope recipient"},
    {"ReportId", kString, "the event; the same in all rows of one click or message"},
    kSourceSystem,
    kType,
    kIsBillable,
    kBilledSize,
    kTimestamp,
    {"CampaignSubtype", kString, "the same, as newer pages spell it"},
};

constexpr Table kTables[] = {
    {"UrlClickEvents",
     "One row a click on a sealed link; it follows the click from page to page. Not filled yet: AppVersion",
     kUrlClickEvents, true},
    {"UrlClickLog",
     "Every step of every click, append-only; Timestamp is that of the step. Not filled yet: AppVersion",
     kUrlClickLog, false},
    {"EmailEvents",
     "One row a message and recipient; it follows the message to where it lies now. Not filled yet: "
     "ConfidenceLevel, Connectors, EmailClusterId, EmailActionPolicy, EmailActionPolicyGuid, "
     "RecipientObjectId, SenderObjectId, ThreatNames, LastEventExecutionTime, UserLevelAction, "
     "UserLevelPolicy, BulkComplaintLevel, ExchangeTransportRule, DistributionList, ForwardingInformation, "
     "Context, ThreatClassification, IsFirstContact",
     kEmailEvents, true},
    {"EmailUrlInfo", "One row a link in a message. Not filled yet: UrlChainId, UrlChainPosition",
     kEmailUrlInfo, true},
    {"EmailAttachmentInfo",
     "One row an attachment and recipient. Not filled yet: RecipientObjectId, SenderObjectId, ThreatTypes, "
     "ThreatNames, DetectionMethods",
     kEmailAttachmentInfo, true},
    {"EmailPostDeliveryEvents", "What was done to messages after delivery; nothing writes it yet",
     kEmailPostDeliveryEvents, true},
    {"MessageEvents", "Chat messages; nothing writes it yet", kMessageEvents, true},
    {"MessageUrlInfo", "Links in chat messages; nothing writes it yet", kMessageUrlInfo, true},
    {"MessagePostDeliveryEvents", "What was done to chat messages after delivery; nothing writes it yet",
     kMessagePostDeliveryEvents, true},
    {"AlertInfo", "One row an alert; nothing writes it yet", kAlertInfo, true},
    {"AlertEvidence", "Entities that an alert names; nothing writes it yet", kAlertEvidence, true},
    {"CampaignInfo", "Messages by campaign; nothing writes it yet", kCampaignInfo, true},
};

}  // namespace

std::span<const Table> tables() { return kTables; }

}  // namespace linkgate::events
