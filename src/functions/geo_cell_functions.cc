// Cells of two grids: geohash (G. Niemeyer, 2008) and S2. H3 is in the engine.

#include <s2/s2cell.h>
#include <s2/s2cell_id.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "functions/function.h"
#include "functions/geo_arguments.h"
#include "functions/geo_text.h"

namespace linkgate::functions {
namespace {

// ---- geohash: five bits a letter, of longitude and latitude in turns, longitude first
constexpr std::string_view kLetters = "0123456789bcdefghjkmnpqrstuvwxyz";
constexpr int kBitsOfLetter = 5, kMaxLetters = 18, kDefaultLetters = 5;

// A cell as its column from the west and its row from the south, of 2 ^ bits each.
struct Geohash {
  uint64_t column = 0, row = 0;
  int column_bits = 0, row_bits = 0;

  double west() const { return std::ldexp(360.0 * static_cast<double>(column), -column_bits) - 180; }
  double east() const { return std::ldexp(360.0 * static_cast<double>(column + 1), -column_bits) - 180; }
  double south() const { return std::ldexp(180.0 * static_cast<double>(row), -row_bits) - 90; }
  double north() const { return std::ldexp(180.0 * static_cast<double>(row + 1), -row_bits) - 90; }
};

Geohash with_letters(int letters) {
  const int bits = letters * kBitsOfLetter;
  return {.column_bits = (bits + 1) / 2, .row_bits = bits / 2};
}

std::string text_of(const Geohash& cell) {
  const int bits = cell.column_bits + cell.row_bits;
  std::string out;
  int column_bit = cell.column_bits, row_bit = cell.row_bits, letter = 0;
  for (int i = 0; i < bits; ++i) {
    const uint64_t bit = i % 2 == 0 ? cell.column >> --column_bit & 1U : cell.row >> --row_bit & 1U;
    letter = letter << 1 | static_cast<int>(bit);
    if (i % kBitsOfLetter != kBitsOfLetter - 1) continue;
    out += kLetters[static_cast<size_t>(letter)];
    letter = 0;
  }
  return out;
}

std::optional<Geohash> read_geohash(std::string_view text) {
  if (text.empty() || text.size() > kMaxLetters) return std::nullopt;
  Geohash cell = with_letters(static_cast<int>(text.size()));
  int i = 0;
  for (const char c : text) {
    const size_t letter = kLetters.find(c);
    if (letter == kLetters.npos) return std::nullopt;
    for (int bit = kBitsOfLetter - 1; bit >= 0; --bit, ++i) {
      uint64_t& half = i % 2 == 0 ? cell.column : cell.row;
      half = half << 1 | (letter >> bit & 1U);
    }
  }
  return cell;
}

// Where `value` of [-range, range] lies among 2 ^ bits parts.
uint64_t part_of(double value, double range, int bits) {
  const double part = std::ldexp((value + range) / (2 * range), bits);
  const double last = std::ldexp(1.0, bits) - 1;
  return static_cast<uint64_t>(std::min(std::floor(part), last));
}

Value geo_point_to_geohash(const Arguments& a) {
  const auto point = place(a, 0);
  const auto letters = integer_in(a, 2, kDefaultLetters, 1, kMaxLetters);
  if (!point || !letters) return std::nullopt;
  Geohash cell = with_letters(*letters);
  cell.column = part_of(point->longitude, 180, cell.column_bits);
  cell.row = part_of(point->latitude, 90, cell.row_bits);
  return text_of(cell);
}

Value geo_geohash_to_central_point(const Arguments& a) {
  const auto cell = read_geohash(a.text(0));
  if (!cell) return std::nullopt;
  return point_text({(cell->west() + cell->east()) / 2, (cell->south() + cell->north()) / 2});
}

Value geo_geohash_to_polygon(const Arguments& a) {
  const auto cell = read_geohash(a.text(0));
  if (!cell) return std::nullopt;
  const double west = cell->west(), east = cell->east(), south = cell->south(), north = cell->north();
  return polygon_text({{{{west, south}, {east, south}, {east, north}, {west, north}, {west, south}}}}, false);
}

// In Kusto's order. Columns go around the Earth; there is nothing beyond the poles.
Value geo_geohash_neighbors(const Arguments& a) {
  constexpr std::array<std::pair<int, int>, 8> kSteps = {
      {{-1, -1}, {-1, 1}, {1, -1}, {0, 1}, {-1, 0}, {1, 1}, {1, 0}, {0, -1}}};
  const auto cell = read_geohash(a.text(0));
  if (!cell) return std::nullopt;
  std::vector<std::string> found;
  for (const auto& [right, up] : kSteps) {
    Geohash next = *cell;
    next.column = (next.column + static_cast<uint64_t>(right)) & ((uint64_t{1} << cell->column_bits) - 1);
    next.row += static_cast<uint64_t>(up);
    if (next.row >> cell->row_bits == 0) found.push_back(text_of(next));
  }
  return strings_text(found);
}

// ---- S2
constexpr int kDefaultLevel = 11;

std::optional<S2CellId> read_cell(std::string_view token) {
  const S2CellId id = S2CellId::FromToken(std::string(token));
  if (!id.is_valid() || id.ToToken() != token) return std::nullopt;
  return id;
}

Value geo_point_to_s2cell(const Arguments& a) {
  const auto point = place(a, 0);
  const auto level = integer_in(a, 2, kDefaultLevel, 0, S2CellId::kMaxLevel);
  if (!point || !level) return std::nullopt;
  return S2CellId(point_of(*point)).parent(*level).ToToken();
}

Value geo_s2cell_to_central_point(const Arguments& a) {
  const auto cell = read_cell(a.text(0));
  if (!cell) return std::nullopt;
  return point_text(place_of(cell->ToPoint()));
}

Value geo_s2cell_to_polygon(const Arguments& a) {
  const auto id = read_cell(a.text(0));
  if (!id) return std::nullopt;
  const S2Cell cell(*id);
  Path ring;
  for (int i = 0; i <= 4; ++i) ring.push_back(place_of(cell.GetVertex(i % 4)));
  return polygon_text({{ring}}, false);
}

// In Kusto's order, which is that of S2 but for three of eight.
Value geo_s2cell_neighbors(const Arguments& a) {
  constexpr std::array<size_t, 8> kOrder = {7, 0, 1, 2, 3, 5, 4, 6};
  const auto cell = read_cell(a.text(0));
  if (!cell) return std::nullopt;
  std::vector<S2CellId> cells;
  cell->AppendAllNeighbors(cell->level(), &cells);
  std::vector<std::string> found;
  for (size_t i = 0; i < cells.size(); ++i) {
    const std::string token = cells[cells.size() == kOrder.size() ? kOrder[i] : i].ToToken();
    if (std::find(found.begin(), found.end(), token) == found.end()) found.push_back(token);
  }
  return strings_text(found);
}

constexpr auto kRows = std::to_array<FunctionRow>({
    {"geo_point_to_geohash", 2, 3, geo_point_to_geohash},
    {"geo_geohash_to_central_point", 1, 1, geo_geohash_to_central_point},
    {"geo_geohash_to_polygon", 1, 1, geo_geohash_to_polygon},
    {"geo_geohash_neighbors", 1, 1, geo_geohash_neighbors},
    {"geo_point_to_s2cell", 2, 3, geo_point_to_s2cell},
    {"geo_s2cell_to_central_point", 1, 1, geo_s2cell_to_central_point},
    {"geo_s2cell_to_polygon", 1, 1, geo_s2cell_to_polygon},
    {"geo_s2cell_neighbors", 1, 1, geo_s2cell_neighbors},
});

}  // namespace

std::span<const FunctionRow> geo_cell_rows() { return kRows; }

}  // namespace linkgate::functions
