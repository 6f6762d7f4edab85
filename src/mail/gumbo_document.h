#pragma once
// For tests: a document as Gumbo's tree has it, with the positions at which everything stood.

#include <gumbo.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "base/ascii.h"
#include "mail/html_tokenizer.h"

namespace linkgate::mail {

// An attribute of an element of the tree; clones of an element count once.
struct GumboAttributeAt {
  Range value;  // without quotes
  std::string decoded;
  std::string name;     // with the prefix of xlink
  std::string element;  // in lower case
  GumboNamespaceEnum space = GUMBO_NAMESPACE_HTML;
  bool is_refresh = false;  // of a meta with http-equiv=refresh
};

struct GumboSpan {
  enum class Kind { kText, kLinkText, kRawText, kScript, kComment };
  Range range;
  Kind kind = Kind::kText;
};

class GumboDocument {
 public:
  // `html` is UTF-8 without NUL and outlives this.
  explicit GumboDocument(std::string_view html) : html_(html) {
    GumboOptions options = kGumboDefaultOptions;
    options.max_errors = 0;
    GumboOutput* output = gumbo_parse_with_options(&options, html.data(), html.size());
    std::vector<Open> open = {{output->document, false, false}};
    while (!open.empty()) {  // without recursion: hostile documents are deep
      const Open next = open.back();
      open.pop_back();
      visit(next, open);
    }
    gumbo_destroy_output(&options, output);
    std::sort(attributes_.begin(), attributes_.end(),
              [](const auto& a, const auto& b) { return a.value.begin < b.value.begin; });
    const auto same = [](const auto& a, const auto& b) { return a.value.begin == b.value.begin; };
    attributes_.erase(std::unique(attributes_.begin(), attributes_.end(), same), attributes_.end());
  }

  // Those with a value, by position.
  const std::vector<GumboAttributeAt>& attributes() const { return attributes_; }

  // The attribute whose value begins at `begin`, or that has `position` in its value.
  const GumboAttributeAt* attribute_at(size_t begin) const {
    const auto at = std::lower_bound(attributes_.begin(), attributes_.end(), begin,
                                     [](const auto& a, size_t value) { return a.value.begin < value; });
    return at != attributes_.end() && at->value.begin == begin ? &*at : nullptr;
  }
  const GumboAttributeAt* attribute_around(size_t position) const {
    const auto after = std::upper_bound(attributes_.begin(), attributes_.end(), position,
                                        [](size_t value, const auto& a) { return value < a.value.begin; });
    if (after == attributes_.begin()) return nullptr;
    return position < std::prev(after)->value.end ? &*std::prev(after) : nullptr;
  }

  // Comments, and text by the element that it is in. Text that Gumbo joined reaches over tags that it
  // ignored.
  const std::vector<GumboSpan>& spans() const { return spans_; }
  bool has(GumboSpan::Kind kind, size_t position) const { return span(kind, position) != nullptr; }
  const GumboSpan* span(GumboSpan::Kind kind, size_t position) const {
    for (const GumboSpan& s : spans_) {
      if (s.kind == kind && s.range.begin <= position && position < s.range.end) return &s;
    }
    return nullptr;
  }

  // Whether somebody opens it: the links of a, area and elements with a prefix, forms, and refresh.
  static bool is_link(const GumboAttributeAt& a) {
    if (a.is_refresh) return true;
    if (a.name == "href" && a.element.find(':') != std::string::npos) return true;
    const bool link = a.element == "a" || (a.space == GUMBO_NAMESPACE_HTML && a.element == "area");
    if (link && a.name == "href") return a.space != GUMBO_NAMESPACE_MATHML;
    if (a.space == GUMBO_NAMESPACE_SVG) return link && a.name == "xlink:href";
    if (a.space != GUMBO_NAMESPACE_HTML) return false;
    if (a.element == "form") return a.name == "action";
    return a.name == "formaction" && (a.element == "button" || a.element == "input");
  }

 private:
  struct Open {
    const GumboNode* node;
    bool in_link;
    bool in_plaintext;
  };

  static std::string name_of(const GumboElement& element) {
    if (element.tag != GUMBO_TAG_UNKNOWN) return gumbo_normalized_tagname(element.tag);
    GumboStringPiece name = element.original_tag;
    if (name.length == 0) return "";
    gumbo_tag_from_original_text(&name);
    // After "</>" it is all of the tag.
    const std::string_view text(name.data, name.length);
    return text.starts_with('>') || text.starts_with('<') ? "" : ascii::to_lower(text);
  }

  static bool is_open_link(const GumboElement& element) {
    const GumboAttribute* href = gumbo_get_attribute(&element.attributes, "href");
    return element.tag == GUMBO_TAG_A && href != nullptr && href->value[0] != '\0';
  }
  static bool is_raw(const GumboNode* parent) {
    if (parent == nullptr || parent->type != GUMBO_NODE_ELEMENT) return false;
    const GumboElement& element = parent->v.element;
    constexpr GumboTag kRaw[] = {GUMBO_TAG_STYLE,    GUMBO_TAG_TITLE,    GUMBO_TAG_TEXTAREA,
                                 GUMBO_TAG_XMP,      GUMBO_TAG_IFRAME,   GUMBO_TAG_NOEMBED,
                                 GUMBO_TAG_NOFRAMES, GUMBO_TAG_PLAINTEXT};
    return element.tag_namespace == GUMBO_NAMESPACE_HTML &&
           std::find(std::begin(kRaw), std::end(kRaw), element.tag) != std::end(kRaw);
  }
  static bool is_script(const GumboNode* parent) {
    return parent != nullptr && parent->type == GUMBO_NODE_ELEMENT &&
           parent->v.element.tag == GUMBO_TAG_SCRIPT;
  }

  Range range_of(const GumboStringPiece& piece) const {
    if (piece.data == nullptr || piece.data < html_.data() || piece.data > html_.data() + html_.size())
      return {};
    const auto begin = static_cast<size_t>(piece.data - html_.data());
    return {begin, std::min(begin + piece.length, html_.size())};
  }

  void visit(const Open& next, std::vector<Open>& open) {
    using Kind = GumboSpan::Kind;
    const GumboNode* node = next.node;
    switch (node->type) {
      case GUMBO_NODE_DOCUMENT:
        push(node->v.document.children, next, open);
        return;
      case GUMBO_NODE_ELEMENT:
      case GUMBO_NODE_TEMPLATE: {
        const GumboElement& element = node->v.element;
        add_attributes(element);
        push(element.children,
             {node, next.in_link || is_open_link(element),
              next.in_plaintext || element.tag == GUMBO_TAG_PLAINTEXT},
             open);
        return;
      }
      case GUMBO_NODE_COMMENT:
        spans_.push_back({range_of(node->v.text.original_text), Kind::kComment});
        return;
      default:
        add_text(next);
    }
  }

  // Formatting elements that were open before <plaintext> are opened again in it, so it may be any ancestor.
  void add_text(const Open& next) {
    using Kind = GumboSpan::Kind;
    const GumboNode* node = next.node;
    const Kind kind = next.in_plaintext || is_raw(node->parent) ? Kind::kRawText
                      : is_script(node->parent)                 ? Kind::kScript
                      : next.in_link                            ? Kind::kLinkText
                                                                : Kind::kText;
    spans_.push_back({range_of(node->v.text.original_text), kind});
  }

  static void push(const GumboVector& children, const Open& parent, std::vector<Open>& open) {
    for (unsigned i = 0; i < children.length; ++i) {
      open.push_back({static_cast<const GumboNode*>(children.data[i]), parent.in_link, parent.in_plaintext});
    }
  }

  // Gumbo says where the value stood, with its quotes; but of one without quotes that begins with a reference
  // it leaves that off.
  Range value_of(const GumboAttribute& attribute) const {
    Range value = range_of(attribute.original_value);
    if (value.empty()) return value;
    const size_t start = html_.find_first_not_of(" \t\r\n\f=", range_of(attribute.original_name).end);
    if (html_[start] == '&') {
      value.begin = std::min(start, value.begin);
    } else if (value.size() >= 2 && (html_[value.begin] == '"' || html_[value.begin] == '\'')) {
      ++value.begin, --value.end;
    }
    return value;
  }

  void add_attributes(const GumboElement& element) {
    const GumboAttribute* equiv = gumbo_get_attribute(&element.attributes, "http-equiv");
    const bool refresh = element.tag == GUMBO_TAG_META && equiv != nullptr &&
                         ascii::iequals(ascii::trim(equiv->value), "refresh");
    for (unsigned i = 0; i < element.attributes.length; ++i) {
      const auto& attribute = *static_cast<const GumboAttribute*>(element.attributes.data[i]);
      const Range value = value_of(attribute);
      if (value.empty() || attribute.value[0] == '\0') continue;
      GumboAttributeAt at;
      at.value = value;
      at.decoded = attribute.value;
      at.name = attribute.name;
      if (attribute.attr_namespace == GUMBO_ATTR_NAMESPACE_XLINK) at.name = "xlink:" + at.name;
      at.element = name_of(element);
      at.space = element.tag_namespace;
      at.is_refresh = refresh && at.name == "content";
      attributes_.push_back(std::move(at));
    }
  }

  std::string_view html_;
  std::vector<GumboAttributeAt> attributes_;
  std::vector<GumboSpan> spans_;
};

}  // namespace linkgate::mail
