#include "mail/html_meta_charset.h"

#include <algorithm>
#include <set>

#include "base/ascii.h"
#include "mail/charset.h"

namespace linkgate::mail {
namespace {

constexpr size_t kNone = std::string_view::npos;
constexpr std::string_view kWhite = "\t\n\f\r ";

bool is_white(char c) { return kWhite.find(c) != kNone; }

// ICU passes over signs that it does not expect; a browser does not.
bool is_label(std::string_view label) {
  const bool plain = std::all_of(label.begin(), label.end(), [](char c) {
    return ascii::is_alnum(c) || std::string_view("-_.:+()").find(c) != kNone;
  });
  return plain && Charset::is_known(label);
}

// The label in the content of a meta ("extract a character encoding from a meta element"). As browsers do,
// words before and around "charset" are no matter.
std::string_view label_in(std::string_view content) {
  const std::string lower = ascii::to_lower(content);
  size_t at = 0;
  for (;;) {
    at = lower.find("charset", at);
    if (at == kNone) return {};
    at = std::min(content.find_first_not_of(kWhite, at + 7), content.size());
    if (at < content.size() && content[at] == '=') break;
  }
  at = std::min(content.find_first_not_of(kWhite, at + 1), content.size());
  if (at == content.size()) return {};
  if (content[at] == '"' || content[at] == '\'') {
    const size_t close = content.find(content[at], at + 1);
    return close == kNone ? std::string_view() : content.substr(at + 1, close - at - 1);
  }
  return content.substr(at, std::min(content.find_first_of("\t\n\f\r ;", at), content.size()) - at);
}

class Prescan {
 public:
  explicit Prescan(std::string_view head) : html_(head) {}

  std::optional<std::string> run() {
    while (at_ < html_.size()) {
      const std::string_view rest = html_.substr(at_);
      if (rest.starts_with("<!--")) {
        // The dashes of the opening mark may be those of the end.
        const size_t close = html_.find("-->", at_ + 2);
        at_ = close == kNone ? html_.size() : close + 3;
      } else if (ascii::istarts_with(rest, "<meta") && rest.size() > 5 &&
                 (is_white(rest[5]) || rest[5] == '/')) {
        at_ += 5;
        if (auto label = meta()) return label;
      } else if (rest.size() > 1 && rest[0] == '<' && is_tag(rest)) {
        at_ = std::min(html_.find_first_of("\t\n\f\r >", at_), html_.size());
        for (Attribute ignored; attribute(ignored);) {
        }
      } else if (rest.starts_with("<!") || rest.starts_with("</") || rest.starts_with("<?")) {
        at_ = std::min(html_.find('>', at_), html_.size());
      } else {
        at_ = std::min(html_.find('<', at_ + 1), html_.size());
      }
    }
    return std::nullopt;
  }

 private:
  struct Attribute {
    std::string name;
    std::string value;  // in lower case, references as they stand
  };

  static bool is_tag(std::string_view rest) {
    return ascii::is_alpha(rest[1]) || (rest[1] == '/' && rest.size() > 2 && ascii::is_alpha(rest[2]));
  }

  std::optional<std::string> meta() {
    std::set<std::string> seen;
    std::optional<bool> need_pragma;
    bool got_pragma = false;
    std::string label;
    for (Attribute a; attribute(a);) {
      if (!seen.insert(a.name).second) continue;
      if (a.name == "http-equiv") got_pragma |= a.value == "content-type";
      if (a.name == "charset") label = ascii::trim(a.value), need_pragma = false;
      if (a.name == "content" && label.empty()) {
        label = ascii::trim(label_in(a.value));
        if (is_label(label)) {
          need_pragma = true;
        } else {
          label.clear();
        }
      }
    }
    // Cut off by the end of what is looked at: the tag may still say otherwise.
    if (at_ >= html_.size() || !need_pragma || (*need_pragma && !got_pragma) || !is_label(label)) {
      return std::nullopt;
    }
    return ascii::istarts_with(label, "utf-16") ? "utf-8" : label;
  }

  // "Get an attribute". False at the end of the tag, where at_ is the '>', and at the end of the bytes.
  bool attribute(Attribute& out) {
    out = {};
    at_ = std::min(html_.find_first_not_of("\t\n\f\r /", at_), html_.size());
    if (at_ == html_.size() || html_[at_] == '>') return false;
    const size_t begin = at_;
    at_ = std::min(html_.find_first_of("\t\n\f\r =/>", begin + 1), html_.size());
    out.name = ascii::to_lower(html_.substr(begin, at_ - begin));
    at_ = std::min(html_.find_first_not_of(kWhite, at_), html_.size());
    if (at_ == html_.size() || html_[at_] != '=') return at_ < html_.size();
    at_ = std::min(html_.find_first_not_of(kWhite, at_ + 1), html_.size());
    if (at_ == html_.size()) return false;
    const bool quoted = html_[at_] == '"' || html_[at_] == '\'';
    const size_t value = quoted ? at_ + 1 : at_;
    const size_t end = std::min(
        quoted ? html_.find(html_[at_], value) : html_.find_first_of("\t\n\f\r >", value), html_.size());
    out.value = ascii::to_lower(html_.substr(value, end - value));
    at_ = std::min(quoted ? end + 1 : end, html_.size());
    return at_ < html_.size();
  }

  std::string_view html_;
  size_t at_ = 0;
};

}  // namespace

std::optional<std::string> declared_charset(std::string_view document) { return Prescan(document).run(); }

}  // namespace linkgate::mail
