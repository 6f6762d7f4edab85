#include "training/evaluation.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "verdict/plain_math.h"

namespace linkgate::training {
namespace {

bool in_group(const Judged& one, UrlGroup group) {
  switch (group) {
    case UrlGroup::kAll:
      return true;
    case UrlGroup::kPaths:
      return !one.is_bare;
    case UrlGroup::kBare:
      return one.is_bare;
    case UrlGroup::kGiven:
      return one.is_given;
  }
  return false;
}

std::vector<float> harmless_sums(const std::vector<Judged>& judged) {
  std::vector<float> sums;
  for (const Judged& one : judged) {
    if (!one.is_phishing) sums.push_back(one.sum);
  }
  std::sort(sums.begin(), sums.end(), std::greater<>());
  return sums;
}

}  // namespace

float threshold_at(const std::vector<Judged>& judged, double rate) {
  const auto sums = harmless_sums(judged);
  const auto allowed = static_cast<size_t>(rate * static_cast<double>(sums.size()));
  return allowed < sums.size() ? sums[allowed] : -std::numeric_limits<float>::max();
}

double found_at(const std::vector<Judged>& judged, double rate) {
  const float threshold = threshold_at(judged, rate);
  size_t found = 0, all = 0;
  for (const Judged& one : judged) {
    all += one.is_phishing;
    found += one.is_phishing && one.sum > threshold;
  }
  return all == 0 ? 0 : static_cast<double>(found) / static_cast<double>(all);
}

std::array<Figures, kUrlGroups> evaluate(const std::vector<Judged>& judged) {
  std::array<Figures, kUrlGroups> out;
  for (size_t g = 0; g < kUrlGroups; ++g) {
    std::vector<Judged> group;
    std::copy_if(judged.begin(), judged.end(), std::back_inserter(group),
                 [&](const Judged& one) { return in_group(one, static_cast<UrlGroup>(g)); });
    const auto phishing =
        std::count_if(group.begin(), group.end(), [](const Judged& one) { return one.is_phishing; });
    out[g] = {static_cast<size_t>(phishing), group.size() - static_cast<size_t>(phishing),
              found_at(group, 0.001), found_at(group, 0.01)};
  }
  return out;
}

Calibration calibrate(const std::vector<Judged>& judged) {
  constexpr int kSteps = 30;
  constexpr double kRidge = 1e-6;  // where all of one kind lie on one side
  const auto bad =
      std::count_if(judged.begin(), judged.end(), [](const Judged& one) { return one.is_phishing; });
  const auto good = static_cast<std::ptrdiff_t>(judged.size()) - bad;
  if (bad == 0 || good == 0) return {};
  double slope = 0.5, offset = 0;
  for (int step = 0; step < kSteps; ++step) {
    double gs = kRidge * slope, go = 0, hss = kRidge, hso = 0, hoo = kRidge;
    for (const Judged& one : judged) {
      const double weight =
          one.is_phishing ? 0.5 / static_cast<double>(bad) : 0.5 / static_cast<double>(good);
      const double p = verdict::logistic(slope * one.sum + offset);
      const double error = weight * (p - (one.is_phishing ? 1 : 0)), curve = weight * p * (1 - p);
      gs += error * one.sum;
      go += error;
      hss += curve * one.sum * one.sum;
      hso += curve * one.sum;
      hoo += curve;
    }
    const double determinant = hss * hoo - hso * hso;
    if (determinant <= 0) break;
    const double ds = (hoo * gs - hso * go) / determinant, dof = (hss * go - hso * gs) / determinant;
    slope = std::clamp(slope - ds, 0.01, 10.0);
    offset = std::clamp(offset - dof, -50.0, 50.0);
  }
  return {static_cast<float>(slope), static_cast<float>(offset)};
}

}  // namespace linkgate::training
