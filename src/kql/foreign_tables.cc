#include "kql/foreign_tables.h"

#include <algorithm>

namespace linkgate::kql {
namespace {

// Source: the references of advanced hunting and of Log Analytics.
constexpr std::string_view kDefender = R"(
AADSignInEventsBeta AADSpnSignInEventsBeta BehaviorEntities BehaviorInfo CloudAppEvents CloudAuditEvents
CloudDnsEvents CloudPolicyEnforcementEvents CloudProcessEvents CloudStorageAggregatedEvents
DataSecurityBehaviors DataSecurityEvents DeviceBaselineComplianceAssessment
DeviceBaselineComplianceAssessmentKB DeviceBaselineComplianceProfiles DeviceEvents
DeviceFileCertificateInfo DeviceFileEvents DeviceImageLoadEvents DeviceInfo DeviceLogonEvents
DeviceNetworkEvents DeviceNetworkInfo DeviceProcessEvents DeviceRegistryEvents DeviceTvmBrowserExtensions
DeviceTvmBrowserExtensionsKB DeviceTvmCertificateInfo DeviceTvmHardwareFirmware DeviceTvmInfoGathering
DeviceTvmInfoGatheringKB DeviceTvmSecureConfigurationAssessment DeviceTvmSecureConfigurationAssessmentKB
DeviceTvmSoftwareEvidenceBeta DeviceTvmSoftwareInventory DeviceTvmSoftwareVulnerabilities
DeviceTvmSoftwareVulnerabilitiesKB DisruptionAndResponseEvents EntraIdSignInEvents EntraIdSpnSignInEvents
ExposureGraphEdges ExposureGraphNodes FileMaliciousContentInfo GraphApiAuditEvents IdentityAccountInfo
IdentityDirectoryEvents IdentityEvents IdentityInfo IdentityLogonEvents IdentityQueryEvents OAuthAppInfo
)";

constexpr std::string_view kSentinel = R"(
AADManagedIdentitySignInLogs AADNonInteractiveUserSignInLogs AADProvisioningLogs AADRiskyUsers
AADServicePrincipalSignInLogs AADUserRiskEvents AWSCloudTrail AWSGuardDuty AWSVPCFlow Anomalies
AppDependencies AppExceptions AppRequests AppServiceHTTPLogs AppTraces AuditLogs AzureActivity
AzureDiagnostics AzureMetrics BehaviorAnalytics CommonSecurityLog ConfigurationChange ConfigurationData
ContainerLog ContainerLogV2 DnsEvents DnsInventory DynamicEventCollection EnrichedMicrosoft365AuditLogs
Event GCPAuditLogs GitHubAuditLog Heartbeat HuntingBookmark InsightsMetrics IntuneAuditLogs IntuneDevices
KubeEvents LAQueryLogs McasShadowItReporting MicrosoftGraphActivityLogs
MicrosoftPurviewInformationProtection NetworkAccessTraffic NetworkSessions OfficeActivity Okta_CL
Operation Perf PowerBIActivity ProjectActivity SecurityAlert SecurityBaseline SecurityDetection
SecurityEvent SecurityIncident SecurityNestedRecommendation SecurityRecommendation SentinelAudit
SentinelHealth SigninLogs StorageBlobLogs StorageFileLogs Syslog ThreatIntelIndicators ThreatIntelObjects
ThreatIntelligenceIndicator Update UpdateSummary Usage UserAccessAnalytics UserPeerAnalytics VMConnection
W3CIISLog Watchlist WindowsEvent WindowsFirewall imAuthentication imDns imFileEvent imNetworkSession
imProcessCreate imWebSession
)";

bool has_word(std::string_view words, std::string_view word) {
  constexpr std::string_view kBlanks = " \n";
  for (size_t at = 0; (at = words.find(word, at)) != words.npos; ++at) {
    const size_t end = at + word.size();
    if (kBlanks.find(words[at - 1]) != kBlanks.npos && kBlanks.find(words[end]) != kBlanks.npos) return true;
  }
  return false;
}

}  // namespace

std::string_view product_of_table(std::string_view name) {
  if (name.empty() || name.find_first_of(" \n") != name.npos) return "";
  if (has_word(kDefender, name)) return "Microsoft Defender";
  return has_word(kSentinel, name) ? "Microsoft Sentinel" : "";
}

}  // namespace linkgate::kql
