#include "scan/redirect.h"

#include <algorithm>
#include <charconv>

#include "base/ascii.h"
#include "net/public_address.h"
#include "scan/redirect_script.h"

namespace linkgate::scan {
namespace {

using verdict::HopKind;
using verdict::Page;

constexpr size_t kLoneLinkText = 200;     // a page with one link and no more text than this is a door
constexpr size_t kMaxFormBody = 1 << 20;  // bytes that a form submits
constexpr int kMaxWritten = 4;            // documents that scripts write, one within another

// What browsers keep for the machine that they run on, and what a page makes for itself; a redirect may lead
// to neither.
constexpr std::string_view kOfMachine[] = {
    "file",     "view-source",   "chrome", "chrome-extension", "devtools", "edge", "brave", "opera",
    "resource", "moz-extension", "jar",    "ms-its",           "mk",       "res",  "smb",   "shell"};
constexpr std::string_view kOfPages[] = {"about", "data", "blob", "javascript", "filesystem", "vbscript"};

template <typename List>
bool is_one_of(const List& list, std::string_view scheme) {
  return std::find(std::begin(list), std::end(list), scheme) != std::end(list);
}
bool is_of_pages(const url::Url& url) { return is_one_of(kOfPages, url.scheme()); }

// application/x-www-form-urlencoded (URL Standard, 5.2).
void append_encoded(std::string& out, std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  for (const char c : text) {
    if (ascii::is_alnum(c) || c == '*' || c == '-' || c == '.' || c == '_') {
      out += c;
    } else if (c == ' ') {
      out += '+';
    } else {
      out += '%';
      out += kHex[static_cast<unsigned char>(c) >> 4];
      out += kHex[static_cast<unsigned char>(c) & 15];
    }
  }
}

std::string encoded(const MarkupForm& form) {
  std::string body;
  for (const auto& [name, value] : form.successful) {
    if (body.size() > kMaxFormBody) break;
    if (!body.empty()) body += '&';
    append_encoded(body, name);
    body += '=';
    append_encoded(body, value);
  }
  return body;
}

std::optional<NextHop> submission(const MarkupForm& form) {
  const auto action = url::Url::parse(form.action);
  if (!action) return std::nullopt;
  NextHop hop;
  hop.how = HopKind::kForm;
  if (form.is_post) {
    hop.url = action->href();
    hop.method = "POST";
    hop.body = encoded(form);
    hop.body_type = "application/x-www-form-urlencoded";
    return hop;
  }
  // A GET replaces the query.
  const std::string href = action->href();
  hop.url = href.substr(0, href.find_first_of("?#")) + "?" + encoded(form);
  return hop;
}

class HopFinder {
 public:
  HopFinder(const FetchResult& answer, const url::Url& at, Markup* markup, Page* page)
      : answer_(answer), at_(at), markup_(*markup), page_(*page) {
    world_.location = at;
  }

  PageHops find() {
    if (const auto header = answer_.header("refresh"); !header.empty())
      add_refresh(header, HopKind::kRefreshHeader);
    for (const std::string& content : markup_.refreshes) add_refresh(content, HopKind::kMetaRefresh);
    read_scripts(page_.inline_scripts);
    read_scripts(markup_.handlers);
    for (const std::string& frame : page_.frames) read_javascript_url(frame);
    add_frames();
    add_lone_link();
    return std::move(out_);
  }

 private:
  void add(NextHop hop) {
    // What leads to where we are leads nowhere; asking again is `reloads`.
    const std::string here = at_.href().substr(0, at_.href().find('#'));
    if (hop.method == "GET" && hop.url.substr(0, hop.url.find('#')) == here) return;
    const bool known = std::any_of(out_.hops.begin(), out_.hops.end(), [&](const NextHop& one) {
      return one.url == hop.url && one.method == hop.method;
    });
    if (!known && out_.hops.size() < kMaxNextHops) out_.hops.push_back(std::move(hop));
  }
  void add_reference(std::string_view reference, HopKind how, bool is_conditional = false) {
    if (ascii::istarts_with(ascii::trim(reference), "javascript:")) return read_javascript_url(reference);
    const auto url = url::Url::parse(reference, &markup_.base);
    if (!url) return;
    // What a page opens besides (mailto:, data:, about:blank, an app's own scheme) is no page that follows
    // it, unless it leads where no page may.
    if (!url->is_http() && !(how == HopKind::kScript && leads_inward(*url) && !is_of_pages(*url))) {
      if (page_.links.size() < kMaxListed) page_.links.push_back(url->href());
      return;
    }
    NextHop hop{.url = url->href(), .how = how};
    hop.is_conditional = is_conditional;
    add(std::move(hop));
  }

  void add_refresh(std::string_view content, HopKind how) {
    const auto refresh = parse_refresh(content);
    if (!refresh) return;
    if (refresh->url.empty()) {
      out_.reloads = true;
      return;
    }
    const auto url = url::Url::parse(refresh->url, &markup_.base);
    if (!url || url->scheme() == "javascript") return;  // browsers do not run those
    if (*url == at_) out_.reloads = true;
    add({.url = url->href(), .how = how});
  }

  void read_scripts(const std::vector<std::string>& scripts) {
    for (const std::string& script : scripts) take(read_script(script, &world_));
  }
  void read_javascript_url(std::string_view reference) {
    if (!ascii::istarts_with(ascii::trim(reference), "javascript:") || ++nested_ > kMaxScriptDepth) return;
    const std::string_view encoded = ascii::trim(reference).substr(11);
    std::vector<ScriptToken> call = {{ScriptToken::Kind::kName, "unescape"},
                                     {ScriptToken::Kind::kMark, "("},
                                     {ScriptToken::Kind::kString, std::string(encoded)},
                                     {ScriptToken::Kind::kMark, ")"}};
    size_t at = 0;
    if (const auto script = evaluate(call, &at, world_)) take(read_script(script->text, &world_));
  }

  void take(ScriptFindings found) {
    for (const ScriptTarget& target : found.targets)
      add_reference(target.url, target.is_clicked ? HopKind::kClick : HopKind::kScript,
                    target.is_conditional);
    for (const ScriptElement& element : found.submitted) submit(element);
    for (const ScriptElement& element : found.clicked) click(element);
    out_.cookies.insert(out_.cookies.end(), found.cookies.begin(), found.cookies.end());
    out_.reloads = out_.reloads || found.reloads;
    for (const std::string& written : found.written) read_written(written);
  }

  // Markup from a script: as if it stood in the document.
  void read_written(const std::string& html) {
    if (++written_ > kMaxWritten) return;
    Page page;
    page.chain = page_.chain;
    Markup markup = read_markup(html, markup_.base, &page);
    page_.visible_text.append(page.visible_text, 0,
                              kMaxVisibleText - std::min(kMaxVisibleText, page_.visible_text.size()));
    page_.links.insert(page_.links.end(), page.links.begin(), page.links.end());
    page_.frames.insert(page_.frames.end(), page.frames.begin(), page.frames.end());
    page_.forms.insert(page_.forms.end(), page.forms.begin(), page.forms.end());
    markup_.forms.insert(markup_.forms.end(), markup.forms.begin(), markup.forms.end());
    markup_.elements.insert(markup_.elements.end(), markup.elements.begin(), markup.elements.end());
    markup_.full_frames.insert(markup_.full_frames.end(), markup.full_frames.begin(),
                               markup.full_frames.end());
    for (const std::string& content : markup.refreshes) add_refresh(content, HopKind::kMetaRefresh);
    read_scripts(page.inline_scripts);
    read_scripts(markup.handlers);
  }

  void submit(const ScriptElement& element) {
    for (size_t i = 0; i < markup_.forms.size(); ++i) {
      const MarkupForm& form = markup_.forms[i];
      const bool is_it = element.by == ScriptElement::By::kIdOrName
                             ? !element.name.empty() && (form.id == element.name || form.name == element.name)
                             : element.by == ScriptElement::By::kTag || element.index == i;
      if (is_it) return submit(i, element.is_conditional);
    }
    // A variable that is set in some other way: mostly the only form there is.
    if (element.by == ScriptElement::By::kIdOrName && markup_.forms.size() == 1)
      submit(0, element.is_conditional);
  }
  void submit(size_t form, bool is_conditional) {
    auto hop = submission(markup_.forms[form]);
    if (!hop) return;
    hop->is_conditional = is_conditional;
    add(std::move(*hop));
  }

  void click(const ScriptElement& element) {
    size_t count = 0;
    for (const MarkupElement& one : markup_.elements) {
      const bool is_tag = element.by == ScriptElement::By::kTag
                              ? one.tag == element.name
                              : element.name.empty() || one.tag == element.name;
      const bool is_it = element.by == ScriptElement::By::kIdOrName
                             ? one.id == element.name && !one.id.empty()
                         : element.by == ScriptElement::By::kTag ? is_tag
                                                                 : is_tag && count++ == element.index;
      if (!is_it) continue;
      if (one.form >= 0) return submit(static_cast<size_t>(one.form), element.is_conditional);
      return add_reference(one.href, HopKind::kClick, element.is_conditional);
    }
  }

  void add_frames() {
    for (const std::string& frame : markup_.full_frames) add_reference(frame, HopKind::kFrame);
  }

  // "Click here to continue", to somebody else's host, and nothing else.
  void add_lone_link() {
    const bool is_small = page_.visible_text.size() <= kLoneLinkText && page_.forms.empty();
    if (!is_small || page_.links.empty() || answer_.status >= 400) return;
    const std::string& link = page_.links.front();
    const bool same = std::all_of(page_.links.begin(), page_.links.end(),
                                  [&](const std::string& other) { return other == link; });
    const auto url = url::Url::parse(link);
    if (same && url && url->is_http() && url->hostname() != at_.hostname())
      add_reference(link, HopKind::kClick);
  }

  const FetchResult& answer_;
  const url::Url& at_;
  Markup& markup_;
  Page& page_;
  ScriptWorld world_;
  PageHops out_;
  int written_ = 0, nested_ = 0;
};

}  // namespace

bool leads_inward(const url::Url& url) {
  if (is_of_pages(url) || is_one_of(kOfMachine, url.scheme())) return true;
  std::string_view host = url.hostname();
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  const auto address = net::IpAddress::parse(host);
  return address && !net::is_public(*address);
}

std::optional<Refresh> parse_refresh(std::string_view content) {
  size_t at = 0;
  const auto skip_spaces = [&] {
    while (at < content.size() && ascii::is_space(content[at]) && content[at] != '\v') ++at;
  };
  const auto is_at = [&](char letter) {
    return at < content.size() && ascii::to_lower(content[at]) == letter;
  };
  skip_spaces();
  const size_t begin = at;
  while (at < content.size() && ascii::is_digit(content[at])) ++at;
  if (at == begin && !is_at('.')) return std::nullopt;
  Refresh refresh;
  const auto number = std::string("0").append(content.substr(begin, at - begin));
  std::from_chars(number.data(), number.data() + number.size(), refresh.seconds);
  while (at < content.size() && (ascii::is_digit(content[at]) || content[at] == '.')) ++at;
  if (at == content.size()) return refresh;
  if (!is_at(';') && !is_at(',') && !ascii::is_space(content[at])) return std::nullopt;
  skip_spaces();
  if (is_at(';') || is_at(',')) ++at;
  skip_spaces();
  if (at == content.size()) return refresh;
  std::string_view url = content.substr(at);
  // "url=", in any case and with spaces before the sign; what only begins so is the URL itself.
  bool is_whole = false;
  for (const char letter : {'u', 'r', 'l'}) {
    if (is_at(letter)) {
      ++at;
    } else {
      is_whole = letter != 'u';
      break;
    }
    if (letter != 'l') continue;
    skip_spaces();
    is_whole = !is_at('=');
    if (is_whole) break;
    ++at;
    skip_spaces();
  }
  if (!is_whole) {
    const char quote = is_at('"') || is_at('\'') ? content[at++] : '\0';
    url = content.substr(at);
    if (quote != '\0') url = url.substr(0, url.find(quote));
  }
  refresh.url = url;
  return refresh;
}

std::optional<NextHop> http_redirect(const FetchResult& answer, const url::Url& at,
                                     const FetchRequest& request) {
  const bool redirects = answer.status == 301 || answer.status == 302 || answer.status == 303 ||
                         answer.status == 307 || answer.status == 308;
  const std::string_view location = answer.header("location");
  if (!redirects || location.empty()) return std::nullopt;
  const auto url = url::Url::parse(location, &at);
  if (!url) return std::nullopt;
  NextHop hop;
  hop.url = url->href();
  if (url->hash().empty()) hop.url += at.hash();  // the fragment goes on (Fetch Standard, "location URL")
  const bool keeps = answer.status == 307 || answer.status == 308;
  if (keeps) {
    hop.method = request.method;
    hop.body = request.body;
    hop.body_type = request.body_type;
  }
  return hop;
}

PageHops page_redirects(const FetchResult& answer, const url::Url& at, Markup* markup, Page* page) {
  return HopFinder(answer, at, markup, page).find();
}

}  // namespace linkgate::scan
