#pragma once
// For tests: documents a few bytes away from a real one, the same in every run.

#include <cstdint>
#include <string>
#include <string_view>

namespace linkgate::mail {

class HtmlMutations {
 public:
  explicit HtmlMutations(std::string_view html) : html_(html) {
    for (const char c : html) state_ = (state_ ^ static_cast<unsigned char>(c)) * 0x100000001B3ULL;
  }

  // One to three changes; UTF-8 stays UTF-8.
  std::string next() {
    std::string html(html_);
    for (uint64_t changes = 1 + random() % 3; changes > 0 && !html.empty(); --changes) change(html);
    return html;
  }

  // Not a mutation: up to 16 pieces in a row, and `link` among and after them.
  std::string marks(std::string_view link) {
    std::string html;
    for (uint64_t left = 2 + random() % 15; left > 0; --left) {
      const uint64_t kind = random() % 16;
      if (kind == 0) {
        html += link;
      } else if (kind == 1) {
        html += kMarks[random() % kMarks.size()];
      } else {
        html += kPieces[random() % std::size(kPieces)];
      }
    }
    return html.append(link);
  }

 private:
  static constexpr std::string_view kMarks = "<>\"'=/!-& \t\r\n\f";
  // clang-format off
  static constexpr std::string_view kPieces[] = {
      "<!--", "-->", "--!>", "<!-->", "<![CDATA[", "]]>", "<svg>", "</svg>", "<math>", "</math>", "<desc>",
      "</desc>", "<mi>", "<style>", "</style>", "<title>", "</title>", "<script>", "</script>",
      "<textarea>", "<xmp>", "</xmp>", "<noframes>", "<iframe>", "<noscript>", "<select>", "</select>",
      "<option>", "<table>", "</table>", "<td>", "</p>", "</div>", "<div>", "<a href=", "</a>", "<!", "<?",
      "</", "<form>", "<template>", "</template>", "<col>", "<!--[if mso]>", "<![endif]-->", "<!--[if !mso]><!-->", "<frameset>",
      "<plaintext>", "<body>", "<head>", "</body>", "</html>", "&lt;", "&#34;", "&quot;", "<p title='",
      "<b x=\"", "<annotation-xml encoding=text/html>", "</annotation-xml>", "<foreignObject>",
      "</foreignObject>", "<g>", "</g>", "<br>", "<b>", "</b>", "<p>", "<font color=x>", "<font>",
      "</font>", "<caption>", "<input>", "<tr>", "<svg/>", "<style/>", "<noembed>", "</mi>", "<mglyph>"};
  // clang-format on

  // splitmix64
  uint64_t random() {
    uint64_t z = (state_ += 0x9E3779B97F4A7C15ULL);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31);
  }

  static size_t on_character(std::string_view html, size_t at) {
    while (at > 0 && at < html.size() && (static_cast<unsigned char>(html[at]) & 0xC0) == 0x80) --at;
    return at;
  }
  size_t anywhere(std::string_view html) { return on_character(html, random() % (html.size() + 1)); }
  // The next mark after some place; there is one in nearly every document.
  size_t mark(std::string_view html) {
    const size_t from = random() % html.size();
    const size_t at = html.find_first_of(kMarks, from);
    return at != std::string_view::npos ? at : on_character(html, from);
  }

  void change(std::string& html) {
    const size_t at = mark(html);
    const bool is_ascii = static_cast<unsigned char>(html[at]) < 0x80;
    switch (random() % 9) {
      case 0:
      case 1:
        if (is_ascii) html.erase(at, 1);
        break;
      case 2:
        if (is_ascii) html.insert(at, 1 + random() % 2, html[at]);
        break;
      case 3:
      case 4:
        html.insert(at, 1, kMarks[random() % kMarks.size()]);
        break;
      case 5:
        html.resize(anywhere(html));
        break;
      case 6:
        swap_quote(html, at);
        break;
      case 7:
        splice(html);
        break;
      default:
        html.insert(at, kPieces[random() % std::size(kPieces)]);
    }
  }

  static void swap_quote(std::string& html, size_t from) {
    const size_t at = html.find_first_of("\"'", from);
    if (at != std::string::npos) html[at] = html[at] == '"' ? '\'' : '"';
  }

  // A piece of up to 200 bytes, cut out or copied, comes to another place.
  void splice(std::string& html) {
    const size_t begin = anywhere(html);
    const size_t end = on_character(html, std::min(begin + random() % 200, html.size()));
    const std::string piece = html.substr(begin, end - begin);
    if (random() % 2 == 0) html.erase(begin, end - begin);
    html.insert(anywhere(html), piece);
  }

  std::string_view html_;
  uint64_t state_ = 0xCBF29CE484222325ULL;
};

}  // namespace linkgate::mail
