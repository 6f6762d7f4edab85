// Curves fitted to series by least squares. Source: Kusto documentation, series_fit_poly(),
// series_fit_2lines(). A series is a JSON array of finite numbers; of another one nothing comes.

#include <simdjson.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <vector>

#include "functions/function.h"

namespace linkgate::functions {
namespace {

using Series = std::vector<double>;

constexpr int64_t kMaxDegree = 50;
constexpr size_t kMaxSplitPoints = 100'000;  // of a series that is to be split

std::optional<Series> series_of(std::string_view json) {
  simdjson::dom::parser parser;
  simdjson::dom::array list;
  if (parser.parse(json.data(), json.size()).get_array().get(list) != simdjson::SUCCESS) return std::nullopt;
  Series found;
  for (const auto member : list) {
    double value = 0;
    if (member.get_double().get(value) != simdjson::SUCCESS) return std::nullopt;
    found.push_back(value);
  }
  return found;
}

// A real as a dynamic has it: 1.0.
std::string real_json(double value) {
  if (!std::isfinite(value)) return "null";
  std::string text = number_text(value);
  if (text.find_first_of(".e") == text.npos) text += ".0";
  return text;
}
void append(std::string& out, std::string_view name, double value) {
  out += (out.size() > 1 ? ",\"" : "\"") + std::string(name) + "\":" + real_json(value);
}
void append(std::string& out, std::string_view name, const Series& values) {
  out += (out.size() > 1 ? ",\"" : "\"") + std::string(name) + "\":[";
  for (size_t i = 0; i < values.size(); ++i) {
    if (i > 0) out += ',';
    out += real_json(values[i]);
  }
  out += ']';
}

// ---- polynomials

// The least squares of A c = y, A having at least as many rows as columns: Householder's reflections. Empty:
// a column depends on those before it.
Series least_squares(std::vector<Series> columns, Series y) {
  const size_t rows = y.size(), width = columns.size();
  for (size_t k = 0; k < width; ++k) {
    Series& column = columns[k];
    double norm = 0;
    for (size_t i = k; i < rows; ++i) norm += column[i] * column[i];
    norm = std::sqrt(norm);
    if (norm < 1e-12) return {};
    Series mirror(column.begin() + static_cast<long>(k), column.end());
    mirror[0] += column[k] < 0 ? -norm : norm;
    double length = 0;
    for (const double part : mirror) length += part * part;
    const auto reflect = [&](Series& of) {
      double dot = 0;
      for (size_t i = k; i < rows; ++i) dot += mirror[i - k] * of[i];
      for (size_t i = k; i < rows; ++i) of[i] -= 2 * dot / length * mirror[i - k];
    };
    for (size_t j = k; j < width; ++j) reflect(columns[j]);
    reflect(y);
  }
  Series found(width);
  for (size_t k = width; k-- > 0;) {
    double sum = y[k];
    for (size_t j = k + 1; j < width; ++j) sum -= columns[j][k] * found[j];
    found[k] = sum / columns[k][k];
  }
  return found;
}

// Of a polynomial in (x - middle) / scale, lowest power first: that of x.
Series shifted(const Series& scaled, double middle, double scale) {
  Series found(scaled.size(), 0);
  for (size_t k = scaled.size(); k-- > 0;) {
    // found = found * (x - middle) / scale + scaled[k]
    for (size_t i = found.size(); i-- > 0;)
      found[i] = ((i > 0 ? found[i - 1] : 0) - middle * found[i]) / scale;
    found[0] += scaled[k];
  }
  return found;
}

struct Spread {
  double variance = 0, rvariance = 0, rsquare = 0;
};
// Of values and what is put in their place. Of what does not vary no share is explained.
Spread spread_of(const double* y, const double* fit, size_t count) {
  double mean = 0;
  for (size_t i = 0; i < count; ++i) mean += y[i] / static_cast<double>(count);
  Spread found;
  for (size_t i = 0; i < count; ++i) {
    found.variance += (y[i] - mean) * (y[i] - mean);
    found.rvariance += (y[i] - fit[i]) * (y[i] - fit[i]);
  }
  found.rsquare = found.variance > 0 ? 1 - found.rvariance / found.variance : NAN;
  const double divisor = count > 1 ? static_cast<double>(count - 1) : 1;
  found.variance /= divisor;
  found.rvariance /= divisor;
  return found;
}

// series_fit_poly(y, x or "[]" for 1, 2, 3, ..., degree)
Value series_fit_poly(const Arguments& arguments) {
  const auto y = series_of(arguments.text(0));
  auto x = series_of(arguments.text(1));
  const auto degree = arguments.integer(2);
  if (!y || !x || !degree || *degree < 0 || *degree > kMaxDegree) return std::nullopt;
  if (x->empty()) {
    for (size_t i = 1; i <= y->size(); ++i) x->push_back(static_cast<double>(i));
  }
  const auto width = static_cast<size_t>(*degree) + 1;
  if (x->size() != y->size() || y->size() < width) return std::nullopt;
  // Powers of what lies between -1 and 1 stay apart.
  const auto [least, most] = std::minmax_element(x->begin(), x->end());
  const double middle = (*least + *most) / 2, scale = *most > *least ? (*most - *least) / 2 : 1;
  std::vector<Series> powers(width, Series(y->size(), 1));
  for (size_t k = 1; k < width; ++k) {
    for (size_t i = 0; i < y->size(); ++i) powers[k][i] = powers[k - 1][i] * ((*x)[i] - middle) / scale;
  }
  const Series scaled = least_squares(powers, *y);
  if (scaled.empty()) return std::nullopt;
  Series fit(y->size(), 0);
  for (size_t k = 0; k < width; ++k) {
    for (size_t i = 0; i < y->size(); ++i) fit[i] += scaled[k] * powers[k][i];
  }
  Series coefficients = shifted(scaled, middle, scale);
  std::reverse(coefficients.begin(), coefficients.end());
  const Spread spread = spread_of(y->data(), fit.data(), y->size());
  std::string out = "{";
  append(out, "rsquare", spread.rsquare);
  append(out, "coefficients", coefficients);
  append(out, "variance", spread.variance);
  append(out, "rvariance", spread.rvariance);
  append(out, "poly_fit", fit);
  return out + "}";
}

// ---- two lines

// Sums from which a line over any part of a series follows.
struct Sums {
  double count = 0, x = 0, y = 0, xx = 0, xy = 0, yy = 0;
  void add(double at, double value) {
    ++count, x += at, y += value, xx += at * at, xy += at * value, yy += value * value;
  }
  Sums without(const Sums& o) const {
    return {count - o.count, x - o.x, y - o.y, xx - o.xx, xy - o.xy, yy - o.yy};
  }
  double slope() const {
    const double divisor = count * xx - x * x;
    return divisor > 0 ? (count * xy - x * y) / divisor : 0;
  }
  // Of the squares of what the line leaves.
  double rest() const { return yy - y * y / count - slope() * (xy - x * y / count); }
};

struct Line {
  double slope = 0, interception = 0;
  Series fit;
  Spread spread;
};
// Over `count` values from `y` on, the first at 0.
Line line_over(const double* y, size_t count) {
  Sums sums;
  for (size_t i = 0; i < count; ++i) sums.add(static_cast<double>(i), y[i]);
  Line found{.slope = sums.slope()};
  found.interception = (sums.y - found.slope * sums.x) / sums.count;
  for (size_t i = 0; i < count; ++i)
    found.fit.push_back(found.interception + found.slope * static_cast<double>(i));
  found.spread = spread_of(y, found.fit.data(), count);
  return found;
}

std::string side(const Line& line) {
  std::string out = "{";
  append(out, "rsquare", line.spread.rsquare);
  append(out, "slope", line.slope);
  append(out, "interception", line.interception);
  append(out, "variance", line.spread.variance);
  append(out, "rvariance", line.spread.rvariance);
  return out + "}";
}

// Where the second of two lines begins that leave least; each has two points or more.
size_t best_split(const Series& y) {
  // Around their mean, sums of squares lose fewer digits.
  double mean = 0;
  for (const double value : y) mean += value / static_cast<double>(y.size());
  Sums all, left;
  for (size_t i = 0; i < y.size(); ++i) all.add(static_cast<double>(i), y[i] - mean);
  size_t best = 2;
  double least = 0;
  for (size_t i = 0; i + 2 < y.size(); ++i) {
    left.add(static_cast<double>(i), y[i] - mean);
    if (i == 0) continue;
    const double rest = left.rest() + all.without(left).rest();
    if (i == 1 || rest < least - 1e-12 * std::abs(least)) least = rest, best = i + 1;
  }
  return best;
}

// series_fit_2lines(y)
Value series_fit_2lines(const Arguments& arguments) {
  const auto y = series_of(arguments.text(0));
  if (!y || y->size() < 4 || y->size() > kMaxSplitPoints) return std::nullopt;
  const size_t split = best_split(*y);
  const Line left = line_over(y->data(), split);
  const Line right = line_over(y->data() + split, y->size() - split);
  Series fit = left.fit;
  fit.insert(fit.end(), right.fit.begin(), right.fit.end());
  const Spread spread = spread_of(y->data(), fit.data(), y->size());
  std::string out = "{";
  append(out, "rsquare", spread.rsquare);
  out += ",\"split_idx\":" + std::to_string(split);
  append(out, "variance", spread.variance);
  append(out, "rvariance", spread.rvariance);
  append(out, "line_fit", fit);
  return out + ",\"right\":" + side(right) + ",\"left\":" + side(left) + "}";
}

constexpr auto kRows = std::to_array<FunctionRow>({
    {"series_fit_poly", 3, 3, series_fit_poly},
    {"series_fit_2lines", 1, 1, series_fit_2lines},
});

}  // namespace

std::span<const FunctionRow> series_rows() { return kRows; }

}  // namespace linkgate::functions
