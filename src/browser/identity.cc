#include "browser/identity.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace linkgate::browser {
namespace {

using nlohmann::json;

struct Device {
  const char* agent;     // with the major version in place of {}
  const char* platform;  // navigator.platform
  const char* system;    // Sec-CH-UA-Platform
  const char* system_version;
  const char* architecture;
  const char* bitness;
  const char* model;
  int width, height, screen_width, screen_height;
  double pixel_ratio;
  bool is_mobile;
};

constexpr Device kDesktop{
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{}.0.0.0 "
    "Safari/537.36",
    "Win32",
    "Windows",
    "15.0.0",
    "x86",
    "64",
    "",
    1280,
    800,
    1920,
    1080,
    1.0,
    false};
constexpr Device kMobile{
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{}.0.0.0 Mobile "
    "Safari/537.36",
    "Linux armv81",
    "Android",
    "14.0.0",
    "",
    "",
    "Pixel 8",
    412,
    839,
    412,
    915,
    2.625,
    true};

json brands(std::string_view version) {
  return json::array(
      {{{"brand", "Chromium"}, {"version", version}},
       {{"brand", "Google Chrome"}, {"version", version}},
       {{"brand", "Not?A_Brand"}, {"version", version.find('.') == version.npos ? "24" : "24.0.0.0"}}});
}

json agent(const Device& device, const Locale& locale, std::string_view version) {
  const std::string_view major = version.substr(0, version.find('.'));
  return {{"userAgent", fmt::format(fmt::runtime(device.agent), major)},
          {"acceptLanguage", locale.languages},
          {"platform", device.platform},
          {"userAgentMetadata",
           {{"brands", brands(major)},
            {"fullVersionList", brands(version)},
            {"fullVersion", version},
            {"platform", device.system},
            {"platformVersion", device.system_version},
            {"architecture", device.architecture},
            {"bitness", device.bitness},
            {"model", device.model},
            {"wow64", false},
            {"mobile", device.is_mobile}}}};
}

json metrics(const Device& device) {
  return {{"width", device.width},
          {"height", device.height},
          {"deviceScaleFactor", device.pixel_ratio},
          {"mobile", device.is_mobile},
          {"screenWidth", device.screen_width},
          {"screenHeight", device.screen_height}};
}

}  // namespace

std::string_view to_string(Visitor visitor) { return visitor == Visitor::kMobile ? "mobile" : "desktop"; }

std::vector<std::pair<std::string, json>> commands_for(Visitor visitor, const Locale& locale,
                                                       std::string_view version) {
  const Device& device = visitor == Visitor::kMobile ? kMobile : kDesktop;
  std::vector<std::pair<std::string, json>> out;
  out.emplace_back("Emulation.setUserAgentOverride", agent(device, locale, version));
  out.emplace_back("Emulation.setDeviceMetricsOverride", metrics(device));
  if (device.is_mobile)
    out.emplace_back("Emulation.setTouchEmulationEnabled", json{{"enabled", true}, {"maxTouchPoints", 5}});
  if (!locale.time_zone.empty())
    out.emplace_back("Emulation.setTimezoneOverride", json{{"timezoneId", locale.time_zone}});
  // A tab that somebody looks at has the focus.
  out.emplace_back("Emulation.setFocusEmulationEnabled", json{{"enabled", true}});
  return out;
}

}  // namespace linkgate::browser
