#include "browser/flags.h"

#include <fmt/format.h>
#include <sys/statvfs.h>

namespace linkgate::browser {
namespace {

// Less than this in /dev/shm, as in many containers, and renderers die of it.
constexpr uint64_t kSharedMemoryNeeded = 512ULL << 20;
constexpr int kScriptHeapMegabytes = 512;

constexpr const char* kFixed[] = {
    "--headless",
    "--remote-debugging-pipe",
    // The network: nothing around the proxy, loopback included, and no names resolved here.
    "--proxy-bypass-list=<-loopback>",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    "--disable-quic",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--dns-prefetch-disable",
    // What the browser would do of its own accord.
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-default-apps",
    "--disable-extensions",
    "--disable-component-extensions-with-background-pages",
    "--disable-client-side-phishing-detection",
    "--disable-domain-reliability",
    "--disable-breakpad",
    "--disable-crash-reporter",
    "--disable-field-trial-config",
    "--disable-search-engine-choice-screen",
    "--disable-print-preview",
    "--disable-speech-api",
    "--metrics-recording-only",
    "--no-pings",
    "--no-first-run",
    "--no-default-browser-check",
    "--no-service-autorun",
    "--password-store=basic",
    "--use-mock-keychain",
    // One more request for an icon or a translation would be one that the page did not make.
    "--disable-features=Translate,OptimizationHints,MediaRouter,DialMediaRouteProvider,"
    "InterestFeedContentSuggestions,"
    "CertificateTransparencyComponentUpdater,AutofillServerCommunication,SafeBrowsing,HttpsUpgrades,"
    "HttpsFirstBalancedModeAutoEnable,NetworkTimeServiceQuerying,SpareRendererForSitePerProcess,"
    "IsolateOrigins,site-per-process,DownloadBubble,PrivacySandboxSettings4,"
    // Parts of a window that nobody sees: they would take a renderer of their own for each context, and more
    // than half of all the work.
    "PreloadTopChromeWebUI,InitialWebUI,InitialWebUIWithoutExtensions,WebUIToolbar,WebUIReloadButton,"
    "WebUISplitTabsButton,WebUIHomeButton,WebUIBackForwardButton,WebUILocationBar,WebUIOverflowButton,"
    "WebUIReloadButtonPrewarmWebUI,WebUIReloadButtonProfilePrewarming,WebUIOmniboxPopup,"
    "WebUIOmniboxFullPopup,WebUIOmniboxAimPopup,OmniboxAimPopup,AiModeOmniboxEntryPoint,AimEnabled,SidePanel",
    // Frames of other sites stay in the process of their page, which has nothing of anybody's to keep from
    // them: a context lives for one visit. One renderer a visit, and all of its frames are seen in one
    // session.
    "--disable-site-isolation-trials",
    // A page that is looked at, not a test that is run.
    "--disable-blink-features=AutomationControlled",
    "--disable-popup-blocking",
    "--disable-background-timer-throttling",
    "--disable-backgrounding-occluded-windows",
    "--disable-renderer-backgrounding",
    "--disable-ipc-flooding-protection",
    "--disable-hang-monitor",
    "--disable-prompt-on-repost",
    "--window-size=1280,800",
    "--hide-scrollbars",
    "--mute-audio",
    "--disable-gpu",
    "--noerrdialogs",
    "--log-level=3",
};

}  // namespace

std::vector<std::string> chromium_arguments(const std::string& binary, const std::string& profile,
                                            uint16_t own_port) {
  std::vector<std::string> out{binary};
  out.insert(out.end(), std::begin(kFixed), std::end(kFixed));
  out.push_back("--user-data-dir=" + profile);
  out.push_back(fmt::format("--proxy-server=http://127.0.0.1:{}", own_port));
  out.push_back(fmt::format("--js-flags=--max-old-space-size={}", kScriptHeapMegabytes));
  struct statvfs shared = {};
  if (::statvfs("/dev/shm", &shared) != 0 || shared.f_bavail * shared.f_frsize < kSharedMemoryNeeded)
    out.push_back("--disable-dev-shm-usage");
  out.push_back("about:blank");
  return out;
}

}  // namespace linkgate::browser
