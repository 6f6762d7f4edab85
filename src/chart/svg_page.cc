#include "chart/svg_page.h"

#include <fmt/format.h>

#include "base/markup.h"
#include "chart/scale.h"

namespace linkgate::chart {
namespace {

constexpr size_t kLongestText = 200;

std::string escaped(std::string_view text) { return escape_markup(clipped(text, kLongestText)); }

std::string_view word(Anchor anchor) {
  return anchor == Anchor::kStart ? "start" : anchor == Anchor::kMiddle ? "middle" : "end";
}

}  // namespace

std::string coordinate(double value) {
  std::string text = fmt::format("{:.2f}", value);
  while (text.back() == '0') text.pop_back();
  if (text.back() == '.') text.pop_back();
  return text == "-0" ? "0" : text;
}

double text_width(std::string_view text, double size) {
  return static_cast<double>(text_columns(text)) * size * 0.58;
}

SvgPage::SvgPage(double width, double height) {
  const std::string w = coordinate(width), h = coordinate(height);
  out_ = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"{1}\" viewBox=\"0 0 {0} {1}\" "
      "font-family=\"DejaVu Sans, Segoe UI, Helvetica, Arial, sans-serif\">\n"
      "<rect width=\"{0}\" height=\"{1}\" fill=\"#ffffff\"/>\n",
      w, h);
}

void SvgPage::titled(std::string_view element, std::string_view title) {
  const std::string_view name = element.substr(1, element.find(' ') - 1);
  if (title.empty())
    out_ += fmt::format("{}/>\n", element);
  else
    out_ += fmt::format("{}><title>{}</title></{}>\n", element, escaped(title), name);
}

void SvgPage::line(double x1, double y1, double x2, double y2, std::string_view color, double width) {
  out_ +=
      fmt::format("<line x1=\"{}\" y1=\"{}\" x2=\"{}\" y2=\"{}\" stroke=\"{}\" stroke-width=\"{}\"/>\n",
                  coordinate(x1), coordinate(y1), coordinate(x2), coordinate(y2), color, coordinate(width));
}

void SvgPage::box(double x, double y, double width, double height, std::string_view color,
                  std::string_view title) {
  titled(fmt::format("<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"{}\"", coordinate(x),
                     coordinate(y), coordinate(width), coordinate(height), color),
         title);
}

void SvgPage::circle(double x, double y, double radius, std::string_view color, std::string_view title) {
  titled(fmt::format("<circle cx=\"{}\" cy=\"{}\" r=\"{}\" fill=\"{}\"", coordinate(x), coordinate(y),
                     coordinate(radius), color),
         title);
}

void SvgPage::ring(double x, double y, double radius, std::string_view color) {
  out_ +=
      fmt::format("<circle cx=\"{}\" cy=\"{}\" r=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"2\"/>\n",
                  coordinate(x), coordinate(y), coordinate(radius), color);
}

void SvgPage::path(const std::string& steps, std::string_view stroke, std::string_view fill, double opacity) {
  out_ += fmt::format(
      "<path d=\"{}\" fill=\"{}\" fill-opacity=\"{}\" stroke=\"{}\" stroke-width=\"2\" "
      "stroke-linejoin=\"round\"/>\n",
      steps, fill, coordinate(opacity), stroke);
}

void SvgPage::text(double x, double y, std::string_view text, const TextStyle& style) {
  const std::string turned = style.turned == 0
                                 ? ""
                                 : fmt::format(" transform=\"rotate({} {} {})\"", coordinate(style.turned),
                                               coordinate(x), coordinate(y));
  out_ +=
      fmt::format("<text x=\"{}\" y=\"{}\" font-size=\"{}\" fill=\"{}\" text-anchor=\"{}\"{}{}>{}</text>\n",
                  coordinate(x), coordinate(y), coordinate(style.size), style.color, word(style.anchor),
                  style.bold ? " font-weight=\"bold\"" : "", turned, escaped(text));
}

}  // namespace linkgate::chart
