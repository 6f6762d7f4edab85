#pragma once
// Cells of a terminal that hold either a letter or two by four braille dots, each of one series' colour.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace linkgate::chart {

// `text` in the colour of a series, or as it is.
std::string colored(std::string_view text, size_t series, bool with_color);

class TextCanvas {
 public:
  TextCanvas(size_t columns, size_t lines, bool with_color);
  // In dots: two to a column, four to a line, from the top left corner. What lies outside is not drawn.
  void dot(int64_t x, int64_t y, size_t series);
  void line(int64_t x1, int64_t y1, int64_t x2, int64_t y2, size_t series);
  int64_t dots_wide() const { return static_cast<int64_t>(columns_) * 2; }
  int64_t dots_high() const { return static_cast<int64_t>(lines_) * 4; }
  // One letter at a cell, over the dots.
  void letter(size_t column, size_t line, std::string_view letter, size_t series);
  std::string row(size_t line) const;

 private:
  struct Cell {
    uint8_t dots = 0;
    size_t series = 0;
    std::string letter;
  };
  size_t columns_, lines_;
  bool with_color_;
  std::vector<Cell> cells_;
};

}  // namespace linkgate::chart
