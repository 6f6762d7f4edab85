#pragma once
// Whether the tokenizer stands in HTML, svg or math: the part of tree construction (WHATWG HTML, 13.2.6.5)
// that decides how <style>, <script>, <title> and <![CDATA[ are read. Only svg, math and the elements at
// which HTML comes back inside them are kept on a stack, so an end tag that closes an svg from outside is not
// seen; html_readings.h allows for that.

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace linkgate::mail {

// How many of svg, math and the elements in them where HTML comes back may be open at once; browsers, too,
// stop at some hundred. What opens beyond is not kept, and limit_reached() says so.
inline constexpr size_t kMaxForeignDepth = 256;

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
  bool limit_reached() const { return limit_reached_; }

 private:
  // kSvgPoint: foreignObject, desc, title; kMathPoint: mi, mo, mn, ms, mtext, annotation-xml.
  enum class Open : uint8_t { kSvg, kMath, kSvgPoint, kMathPoint };
  void break_out();
  void open(Open element);

  std::vector<Open> open_;
  bool was_foreign_ = false;
  bool limit_reached_ = false;
};

}  // namespace linkgate::mail
