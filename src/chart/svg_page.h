#pragma once
// Shapes on an SVG page.

#include <string>
#include <string_view>
#include <vector>

namespace linkgate::chart {

enum class Anchor : uint8_t { kStart, kMiddle, kEnd };

struct TextStyle {
  double size = 12;
  Anchor anchor = Anchor::kStart;
  bool bold = false;
  std::string_view color = "#3b3f45";
  double turned = 0;  // degrees, around its anchor
};

class SvgPage {
 public:
  SvgPage(double width, double height);
  void line(double x1, double y1, double x2, double y2, std::string_view color, double width = 1);
  // `title` is what a pointer over it shows.
  void box(double x, double y, double width, double height, std::string_view color,
           std::string_view title = "");
  void circle(double x, double y, double radius, std::string_view color, std::string_view title = "");
  void ring(double x, double y, double radius, std::string_view color);
  // M x y L x y ...
  void path(const std::string& steps, std::string_view stroke, std::string_view fill, double opacity = 1);
  void text(double x, double y, std::string_view text, const TextStyle& style = {});
  std::string take() { return std::move(out_) + "</svg>\n"; }

 private:
  void titled(std::string_view element, std::string_view title);
  std::string out_;
};

// "12.5", at most two digits behind the point.
std::string coordinate(double value);
// How wide a text will about be: fonts differ.
double text_width(std::string_view text, double size);

}  // namespace linkgate::chart
