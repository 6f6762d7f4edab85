#include "chart/text_canvas.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>

namespace linkgate::chart {
namespace {

constexpr auto kColors = std::to_array<int>({33, 208, 35, 167, 98, 137, 170, 245, 143, 37});
// Signs of series where there are no colours.
constexpr auto kSigns = std::to_array<std::string_view>({"•", "+", "×", "o", "*", "#", "◆", "▲", "%", "@"});

}  // namespace

std::string colored(std::string_view text, size_t series, bool with_color) {
  if (!with_color) return std::string(text);
  return fmt::format("\x1b[38;5;{}m{}\x1b[0m", kColors[series % kColors.size()], text);
}

TextCanvas::TextCanvas(size_t columns, size_t lines, bool with_color)
    : columns_(columns), lines_(lines), with_color_(with_color), cells_(columns * lines) {}

void TextCanvas::dot(int64_t x, int64_t y, size_t series) {
  if (x < 0 || y < 0 || x >= dots_wide() || y >= dots_high()) return;
  // Unicode, "Braille Patterns": the bits of the dots, by column and line.
  constexpr uint8_t kBits[2][4] = {{0x01, 0x02, 0x04, 0x40}, {0x08, 0x10, 0x20, 0x80}};
  Cell& cell = cells_[static_cast<size_t>(y / 4) * columns_ + static_cast<size_t>(x / 2)];
  cell.dots |= kBits[x % 2][y % 4];
  cell.series = series;
  if (!with_color_ && series > 0) cell.letter = kSigns[series % kSigns.size()];
}

void TextCanvas::line(int64_t x1, int64_t y1, int64_t x2, int64_t y2, size_t series) {
  const int64_t steps = std::max<int64_t>({std::abs(x2 - x1), std::abs(y2 - y1), 1});
  for (int64_t i = 0; i <= steps; ++i) dot(x1 + (x2 - x1) * i / steps, y1 + (y2 - y1) * i / steps, series);
}

void TextCanvas::letter(size_t column, size_t line, std::string_view letter, size_t series) {
  if (column >= columns_ || line >= lines_) return;
  Cell& cell = cells_[line * columns_ + column];
  cell.letter = letter;
  cell.series = series;
}

std::string TextCanvas::row(size_t line) const {
  std::string out;
  for (size_t column = 0; column < columns_; ++column) {
    const Cell& cell = cells_[line * columns_ + column];
    if (!cell.letter.empty()) {
      out += colored(cell.letter, cell.series, with_color_);
    } else if (cell.dots != 0) {
      const char braille[] = {'\xE2', static_cast<char>(0xA0 + (cell.dots >> 6)),
                              static_cast<char>(0x80 + (cell.dots & 0x3F)), 0};
      out += colored(braille, cell.series, with_color_);
    } else {
      out += ' ';
    }
  }
  return out.substr(0, out.find_last_not_of(' ') + 1);
}

}  // namespace linkgate::chart
