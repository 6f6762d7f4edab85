#pragma once
// What a model is worth: how much phishing it finds while it calls one of so many harmless URLs bad.

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace linkgate::training {

struct Judged {
  float sum = 0;
  bool is_phishing = false;
  bool is_bare = false, is_given = false;
};

enum class UrlGroup { kAll, kPaths, kBare, kGiven };
inline constexpr size_t kUrlGroups = 4;
inline constexpr std::array<std::string_view, kUrlGroups> kUrlGroupNames = {"all", "with a path",
                                                                            "bare hosts", "free hosting"};

struct Figures {
  size_t phishing = 0, harmless = 0;
  double at_thousandth = 0, at_percent = 0;  // share of the phishing found at FPR 0.1 % and 1 %
};

// Each group by its own threshold.
std::array<Figures, kUrlGroups> evaluate(const std::vector<Judged>& judged);
// Share of the phishing above the threshold that at most `rate` of the harmless exceed. Ties count as found
// by neither.
double found_at(const std::vector<Judged>& judged, double rate);
// The sum that at most `rate` of the harmless exceed.
float threshold_at(const std::vector<Judged>& judged, double rate);

// Slope and offset of a logistic function of the sum that says how likely phishing is, both kinds weighing
// the same (Platt's scaling, by Newton's method).
struct Calibration {
  float slope = 1, offset = 0;
};
Calibration calibrate(const std::vector<Judged>& judged);

}  // namespace linkgate::training
