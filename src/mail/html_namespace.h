#pragma once
// Whether the tokenizer stands in HTML, svg or math: the part of tree construction (WHATWG HTML, 13.2.6.5)
// that decides how <style>, <script>, <title> and <![CDATA[ are read. Only svg, math and the elements at
// which HTML comes back inside them are kept on a stack, so an end tag that closes an svg from outside is not
// seen; html_links.h allows for that.

#include <cstdint>
#include <string_view>
#include <vector>

namespace linkgate::mail {

class HtmlNamespaces {
 public:
  // True where the tag belongs to svg or math. `html_point`: <annotation-xml> with an encoding that is HTML,
  // or <font> with one of color, face, size: the two elements whose attributes matter.
  bool on_start_tag(std::string_view name, bool self_closing, bool html_point);
  bool on_end_tag(std::string_view name);

  bool in_foreign() const {
    return !open_.empty() && (open_.back() == Open::kSvg || open_.back() == Open::kMath);
  }
  bool was_foreign() const { return was_foreign_; }

 private:
  // kSvgPoint: foreignObject, desc, title; kMathPoint: mi, mo, mn, ms, mtext, annotation-xml.
  enum class Open : uint8_t { kSvg, kMath, kSvgPoint, kMathPoint };
  void break_out();

  std::vector<Open> open_;
  bool was_foreign_ = false;
};

}  // namespace linkgate::mail
