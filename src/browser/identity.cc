#include "browser/identity.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/ascii.h"

namespace linkgate::browser {
namespace {

using nlohmann::json;

// Chrome's made-up brand, which keeps servers from relying on names.
constexpr std::string_view kGrease = "Not?A_Brand", kGreaseVersion = "24";
constexpr std::string_view kAccept =
    "text/html,application/xhtml+xml,application/xml;q=0.9,image/jxl,image/avif,image/webp,image/apng,*/"
    "*;q=0.8,"
    "application/signed-exchange;v=b3;q=0.7";

// A time zone where most of those live who read a language.
constexpr std::pair<std::string_view, std::string_view> kZones[] = {
    {"en-US", "America/New_York"},  {"en-GB", "Europe/London"},
    {"en", "America/New_York"},     {"de-AT", "Europe/Vienna"},
    {"de-CH", "Europe/Zurich"},     {"de", "Europe/Berlin"},
    {"fr", "Europe/Paris"},         {"es-MX", "America/Mexico_City"},
    {"es", "Europe/Madrid"},        {"it", "Europe/Rome"},
    {"pt-BR", "America/Sao_Paulo"}, {"pt", "Europe/Lisbon"},
    {"nl", "Europe/Amsterdam"},     {"pl", "Europe/Warsaw"},
    {"cs", "Europe/Prague"},        {"sv", "Europe/Stockholm"},
    {"da", "Europe/Copenhagen"},    {"nb", "Europe/Oslo"},
    {"fi", "Europe/Helsinki"},      {"hu", "Europe/Budapest"},
    {"ro", "Europe/Bucharest"},     {"el", "Europe/Athens"},
    {"tr", "Europe/Istanbul"},      {"uk", "Europe/Kyiv"},
    {"ru", "Europe/Moscow"},        {"he", "Asia/Jerusalem"},
    {"ar", "Asia/Dubai"},           {"hi", "Asia/Kolkata"},
    {"ja", "Asia/Tokyo"},           {"ko", "Asia/Seoul"},
    {"zh-TW", "Asia/Taipei"},       {"zh", "Asia/Shanghai"},
    {"id", "Asia/Jakarta"},         {"vi", "Asia/Ho_Chi_Minh"},
    {"th", "Asia/Bangkok"}};

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
       {{"brand", kGrease},
        {"version", version.find('.') == version.npos ? std::string(kGreaseVersion)
                                                      : std::string(kGreaseVersion) + ".0.0.0"}}});
}

std::string_view major_of(std::string_view version) { return version.substr(0, version.find('.')); }
const Device& device_of(Visitor visitor) { return visitor == Visitor::kMobile ? kMobile : kDesktop; }

// "de-DE,de" as Accept-Language has it: "de-DE,de;q=0.9".
std::string weighted(std::string_view languages) {
  std::string out;
  int tenths = 10;
  for (const std::string_view one : ascii::split(languages, ',')) {
    if (out.empty())
      out = one;
    else
      out += fmt::format(",{};q=0.{}", one, tenths);
    tenths = std::max(1, tenths - 1);
  }
  return out;
}

json agent(const Device& device, const Locale& locale, std::string_view version) {
  const std::string_view major = major_of(version);
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

Locale locale_of(std::string_view language) {
  const std::string_view base = language.substr(0, language.find('-'));
  Locale locale;
  locale.languages = base == language ? std::string(language) : fmt::format("{},{}", language, base);
  for (const std::string_view wanted : {language, base}) {
    const auto found = std::find_if(std::begin(kZones), std::end(kZones),
                                    [wanted](const auto& one) { return one.first == wanted; });
    if (found == std::end(kZones)) continue;
    locale.time_zone = found->second;
    break;
  }
  return locale;
}

std::string user_agent(Visitor visitor, std::string_view version) {
  return fmt::format(fmt::runtime(device_of(visitor).agent), major_of(version));
}

std::vector<std::string> navigation_headers(Visitor visitor, const Locale& locale, std::string_view version) {
  const Device& device = device_of(visitor);
  const std::string_view major = major_of(version);
  return {fmt::format(R"(sec-ch-ua: "Chromium";v="{}", "Google Chrome";v="{}", "{}";v="{}")", major, major,
                      kGrease, kGreaseVersion),
          fmt::format("sec-ch-ua-mobile: ?{}", device.is_mobile ? 1 : 0),
          fmt::format("sec-ch-ua-platform: \"{}\"", device.system),
          "Upgrade-Insecure-Requests: 1",
          fmt::format("Accept: {}", kAccept),
          "Sec-Fetch-Mode: navigate",
          "Sec-Fetch-User: ?1",
          "Sec-Fetch-Dest: document",
          fmt::format("Accept-Language: {}", weighted(locale.languages))};
}

std::vector<std::pair<std::string, json>> commands_for(Visitor visitor, const Locale& locale,
                                                       std::string_view version) {
  const Device& device = device_of(visitor);
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
