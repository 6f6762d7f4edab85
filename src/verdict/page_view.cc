#include "verdict/page_view.h"

#include <algorithm>
#include <array>

#include "base/ascii.h"
#include "base/check.h"
#include "url/domain.h"
#include "verdict/page_fields.h"
#include "verdict/url_words.h"

namespace linkgate::verdict {
namespace {

constexpr size_t kMaxTag = 500;
constexpr size_t kMaxHeading = 200;
constexpr size_t kMaxCopyright = 80;

// Bytes of a character that takes no room at `at`, put between letters to keep words from being found; 0:
// none.
size_t invisible_at(std::string_view text, size_t at) {
  for (const std::string_view none :
       {"\xC2\xAD", "\xE2\x80\x8B", "\xE2\x80\x8C", "\xE2\x80\x8D", "\xE2\x81\xA0", "\xEF\xBB\xBF"}) {
    if (text.substr(at, none.size()) == none) return none.size();
  }
  return 0;
}

std::string squeezed(std::string_view text, size_t limit) {
  std::string out;
  text = text.substr(0, limit);
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (const size_t none = c < 0 ? invisible_at(text, i) : 0; none > 0)
      i += none - 1;
    else if (!ascii::is_space(c))
      out += ascii::to_lower(c);
    else if (!out.empty() && out.back() != ' ')
      out += ' ';
  }
  if (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

// Pictures that stand in the markup as data say nothing, and may be long.
std::string without_data(std::string_view tag) {
  std::string out(tag.substr(0, tag.find("data:")));
  if (out.size() < tag.size()) {
    const size_t end = tag.find_first_of("\"' ", out.size());
    if (end != std::string_view::npos) out += tag.substr(end);
  }
  out.resize(std::min(out.size(), kMaxTag));
  return out;
}

// Up to the bracket that ends a tag; quotes may hold others.
size_t end_of_tag(std::string_view markup, size_t at) {
  char quote = 0;
  for (; at < markup.size(); ++at) {
    const char c = markup[at];
    if (quote != 0)
      quote = c == quote ? char{0} : quote;
    else if (c == '"' || c == '\'')
      quote = c;
    else if (c == '>')
      break;
  }
  return at;
}

void collect_tags(PageView& view) {
  const std::string_view markup = view.markup;
  size_t at = 0;
  while (view.tags.size() < kMaxViewedTags && (at = markup.find('<', at)) != std::string_view::npos) {
    ++at;
    if (at >= markup.size() || !ascii::is_alpha(markup[at])) continue;
    const size_t end = end_of_tag(markup, at);
    const std::string_view tag = markup.substr(at, end - at);
    view.tags.push_back(without_data(tag));
    at = end;
    const bool heading = tag.size() >= 2 && tag[0] == 'h' && tag[1] >= '1' && tag[1] <= '3' &&
                         (tag.size() == 2 || ascii::is_space(tag[2]));
    if (heading) {
      const size_t close = std::min(markup.find("</h", end), markup.size());
      std::string text;
      bool inside = false;
      for (const char c : markup.substr(std::min(end + 1, close),
                                        std::min(close - std::min(end + 1, close), 4 * kMaxHeading))) {
        if (c == '<' || c == '>')
          inside = c == '<', text += ' ';
        else if (!inside)
          text += c;
      }
      view.headings.push_back(squeezed(text, kMaxHeading));
    }
    const bool script_or_style = tag.starts_with("script") || tag.starts_with("style");
    if (script_or_style)
      at = std::min(markup.find(tag.starts_with("style") ? "</style" : "</script", at), markup.size());
  }
}

// A picture speaks by its description and its file; everything else only where it calls itself a logo.
void collect_logos(PageView& view) {
  for (const std::string& tag : view.tags) {
    const bool icon = tag.starts_with("link") && tag.find("icon") != std::string::npos;
    if (tag.starts_with("img") || icon || tag.find("logo") != std::string::npos) view.logos.push_back(tag);
  }
}

std::string copyright_of(std::string_view text) {
  for (const std::string_view sign : {"©", "(c)", "copyright"}) {
    const size_t at = text.rfind(sign);
    if (at == std::string_view::npos) continue;
    const size_t begin = at > 30 ? at - 30 : 0;  // "Microsoft © 2026" is written as well
    return std::string(text.substr(begin, at - begin + kMaxCopyright));
  }
  return "";
}

// "northgate-voicemail" of northgate-voicemail.com; of a host under a public suffix that gives names away the
// suffix list has it right already ("x" of x.github.io).
std::string owner_label_of(const std::string& domain) { return domain.substr(0, domain.find('.')); }

}  // namespace

std::string site_of(std::string_view host) {
  const std::string_view given = host_kind_suffix(host);
  if (given.empty() || host.size() < given.size() + 2) return url::registrable_domain(std::string(host));
  std::string_view front = host.substr(0, host.size() - given.size() - 1);
  front = front.substr(front.rfind('.') + 1);
  // "www.builder.example" is the builder's own.
  return front == "www" ? std::string(given) : std::string(front) + "." + std::string(given);
}

bool has_word(std::string_view text, std::string_view word) {
  for (size_t at = 0; (at = text.find(word, at)) != std::string_view::npos; ++at) {
    const bool before = at == 0 || !ascii::is_alnum(text[at - 1]) || !ascii::is_alnum(word.front());
    const size_t end = at + word.size();
    const bool after = end == text.size() || !ascii::is_alnum(text[end]) || !ascii::is_alnum(word.back());
    if (before && after) return true;
  }
  return false;
}

PageView view_of(const Page& page) {
  CHECK(!page.chain.empty());
  auto url = url::Url::parse(page.chain.back().url);
  CHECK(url);
  PageView view{.page = &page, .url = *std::move(url)};
  view.host = view.url.hostname();
  view.domain = site_of(view.host);
  view.owner_label = owner_label_of(view.domain);
  view.title = squeezed(page.title, kMaxViewedText);
  view.text = squeezed(page.visible_text, kMaxViewedText);
  view.markup = ascii::to_lower(std::string_view(page.html).substr(0, kMaxViewedMarkup));
  for (const std::string& script : page.inline_scripts) {
    if (view.script.size() + script.size() > kMaxViewedMarkup) break;
    view.script += script + "\n";
  }
  collect_tags(view);
  collect_logos(view);
  view.copyright = copyright_of(view.text);
  find_asked(view);
  return view;
}

}  // namespace linkgate::verdict
