#include "click/page.h"

#include <algorithm>

#include "base/base64.h"
#include "base/markup.h"
#include "click/page_style.h"
#include "url/domain.h"
#include "url/url.h"

namespace linkgate::click {
namespace {

constexpr size_t kMaxReasons = 5;
constexpr size_t kMaxShownUrl = 2000;
constexpr std::string_view kCheckLanguage = "en";  // of the sentences of evidence

enum class Icon { kShield, kStop, kLook, kDone };

struct Look {
  PageKind kind;
  PageText Strings::*text;
  std::string_view tone;  // CSS class
  Icon icon;
};
constexpr Look kLooks[] = {
    {PageKind::kScanning, &Strings::scanning, "info", Icon::kLook},
    {PageKind::kSuspicious, &Strings::suspicious, "caution", Icon::kShield},
    {PageKind::kGated, &Strings::gated, "caution", Icon::kShield},
    {PageKind::kUnknown, &Strings::unknown, "caution", Icon::kShield},
    {PageKind::kPhishing, &Strings::phishing, "danger", Icon::kStop},
    {PageKind::kMalicious, &Strings::malicious, "danger", Icon::kStop},
    {PageKind::kBlocked, &Strings::blocked, "danger", Icon::kStop},
    {PageKind::kError, &Strings::error, "caution", Icon::kShield},
    {PageKind::kErrorClosed, &Strings::error_closed, "caution", Icon::kShield},
    {PageKind::kAltered, &Strings::altered, "caution", Icon::kShield},
    {PageKind::kDamaged, &Strings::damaged, "neutral", Icon::kShield},
    {PageKind::kRevoked, &Strings::revoked, "neutral", Icon::kShield},
    {PageKind::kNotIssued, &Strings::not_issued, "caution", Icon::kShield},
    {PageKind::kUnopenable, &Strings::unopenable, "neutral", Icon::kShield},
    {PageKind::kForm, &Strings::form, "caution", Icon::kShield},
    {PageKind::kClosed, &Strings::closed, "good", Icon::kDone},
    {PageKind::kReported, &Strings::reported, "good", Icon::kDone},
    {PageKind::kSubmit, &Strings::submit, "info", Icon::kShield},
    {PageKind::kSubmitted, &Strings::submitted, "good", Icon::kDone},
    {PageKind::kTooMany, &Strings::too_many, "neutral", Icon::kShield},
    {PageKind::kAbout, &Strings::about, "neutral", Icon::kDone},
};

const Look& look_of(PageKind kind) {
  for (const Look& look : kLooks) {
    if (look.kind == kind) return look;
  }
  return kLooks[0];
}

std::string_view icon_svg(Icon icon) {
  switch (icon) {
    case Icon::kStop:
      return R"(<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" )"
             R"(stroke-linejoin="round" aria-hidden="true"><path d="M8 2h8l6 6v8l-6 6H8l-6-6V8z"/><path d="M12 7.5v5"/>)"
             R"(<path d="M12 16.2v.1"/></svg>)";
    case Icon::kLook:
      return R"(<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" )"
             R"(aria-hidden="true"><circle cx="10.5" cy="10.5" r="7"/><path d="M15.8 15.8 21 21"/></svg>)";
    case Icon::kDone:
      return R"(<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" )"
             R"(stroke-linejoin="round" aria-hidden="true"><circle cx="12" cy="12" r="10"/><path d="m7.5 12.5 3 3 6-6.5"/>)"
             R"(</svg>)";
    case Icon::kShield:
      break;
  }
  return R"(<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" )"
         R"(stroke-linejoin="round" aria-hidden="true"><path d="M12 2 4 5v6c0 5.2 3.4 9.3 8 11 4.6-1.7 8-5.8 8-11V5z"/>)"
         R"(<path d="M12 7.5v5"/><path d="M12 16.2v.1"/></svg>)";
}

// Adds markup as it is and foreign text escaped.
class Html {
 public:
  Html& raw(std::string_view markup) {
    out_ += markup;
    return *this;
  }
  Html& text(std::string_view foreign) {
    out_ += escape_markup(foreign);
    return *this;
  }
  std::string take() { return std::move(out_); }

 private:
  std::string out_;
};

bool warns(PageKind kind) {
  switch (kind) {
    case PageKind::kSuspicious:
    case PageKind::kGated:
    case PageKind::kUnknown:
    case PageKind::kPhishing:
    case PageKind::kMalicious:
    case PageKind::kBlocked:
      return true;
    default:
      return false;
  }
}

// Pages that somebody meets who wanted to open a link, and may take for their own mistake.
bool calms(PageKind kind) {
  switch (kind) {
    case PageKind::kError:
    case PageKind::kErrorClosed:
    case PageKind::kAltered:
    case PageKind::kDamaged:
    case PageKind::kRevoked:
    case PageKind::kNotIssued:
    case PageKind::kUnopenable:
      return true;
    default:
      return warns(kind);
  }
}

// What is blocked says so in its heading, apart from what is only warned of.
std::string_view title_of(const PageModel& page, const PageText& text) {
  const bool closed = warns(page.kind) && !page.may_continue;
  return closed && !text.closed_title.empty() ? text.closed_title : text.title;
}

void add_head(Html& html, const PageModel& page, const Strings& strings, const PageText& text) {
  html.raw("<!doctype html><html lang=\"").text(strings.language).raw("\"><head><meta charset=\"utf-8\">");
  html.raw("<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">");
  html.raw("<meta name=\"robots\" content=\"noindex,nofollow\"><link rel=\"icon\" href=\"data:,\">");
  if (!page.refresh.empty()) {
    html.raw(page.events.empty() ? "" : "<noscript>").raw("<meta http-equiv=\"refresh\" content=\"");
    html.text(std::to_string(page.refresh_seconds)).raw(";url=").text(page.refresh).raw("\">");
    html.raw(page.events.empty() ? "" : "</noscript>");
  }
  html.raw("<title>").text(title_of(page, text)).raw("</title><style>").raw(kStyle).raw("</style></head>");
}

// The host large, the part of it that somebody had to register larger in weight: what stands left of it
// proves nothing.
void add_destination(Html& html, const PageModel& page, const Strings& strings) {
  auto parsed = url::Url::parse(page.url);
  if (!parsed || parsed->hostname().empty()) return;
  std::string host(parsed->hostname());
  std::string domain = url::registrable_domain(host);
  html.raw("<div class=\"dest\"><h2>")
      .text(page.kind == PageKind::kAltered ? strings.where_altered_leads : strings.where_it_leads)
      .raw("</h2><p class=\"host\" dir=\"ltr\">");
  if (host.size() > domain.size() && host.ends_with(domain)) {
    html.text(host.substr(0, host.size() - domain.size()));
  } else {
    domain = host;
  }
  html.raw("<b>").text(domain).raw("</b></p>");
  if (page.kind == PageKind::kPhishing) html.raw("<p class=\"note\">").text(strings.not_familiar).raw("</p>");
  html.raw("</div>");
}

// Our own sentence for a reason that we know; empty for others, whose sentence stands for itself.
std::string_view plain_words(const verdict::Evidence& evidence, const Strings& strings) {
  for (const EvidenceText& known : strings.evidence) {
    if (known.code == evidence.code) return known.sentence;
  }
  return {};
}

void add_reasons(Html& html, const PageModel& page, const Strings& strings) {
  if (!warns(page.kind) || page.evidence.empty()) return;
  html.raw("<h2>").text(strings.why).raw("</h2><ul>");
  size_t shown = 0;
  for (const verdict::Evidence& evidence : page.evidence) {
    if (shown++ == kMaxReasons) break;
    std::string_view plain = plain_words(evidence, strings);
    if (plain.empty()) {
      html.raw(kCheckLanguage == strings.language ? "<li>" : "<li lang=\"en\">").text(evidence.sentence);
    } else {
      html.raw("<li>").text(plain);
    }
    html.raw("</li>");
  }
  html.raw("</ul>");
}

void add_button(Html& html, const PageModel& page, std::string_view action, std::string_view label,
                std::string_view css_class) {
  html.raw("<form method=\"post\" action=\"/").raw(action).text(page.link).raw("\">");
  html.raw("<input type=\"hidden\" name=\"token\" value=\"").text(page.token).raw("\"><button class=\"");
  html.raw(css_class).raw("\">").text(label).raw("</button></form>");
}

void add_fact(Html& html, std::string_view name, std::string_view value, std::string_view language = {}) {
  if (value.empty()) return;
  html.raw("<dt>").text(name).raw("</dt><dd dir=\"auto\"");
  if (!language.empty()) html.raw(" lang=\"").raw(language).raw("\"");
  html.raw(">").text(value).raw("</dd>");
}

// What unfolds is called what it holds.
std::string_view details_name(const PageModel& page, const Strings& strings) {
  if (page.token.empty()) return strings.details;
  if (page.may_continue) return strings.details_and_choices;
  return page.may_report || page.may_submit ? strings.details_and_report : strings.details;
}

void add_details(Html& html, const PageModel& page, const Strings& strings) {
  if (page.token.empty() && page.reference.empty()) return;
  html.raw("<details><summary>").text(details_name(page, strings)).raw("</summary><dl>");
  add_fact(html, strings.full_address, std::string_view(page.url).substr(0, kMaxShownUrl));
  add_fact(html, strings.received, page.received);
  // The check's own words, for whoever is asked for help, where the page said them more plainly above.
  for (size_t i = 0; warns(page.kind) && i < std::min(page.evidence.size(), kMaxReasons); ++i) {
    if (plain_words(page.evidence[i], strings).empty()) continue;
    add_fact(html, strings.finding, page.evidence[i].sentence,
             kCheckLanguage == strings.language ? "" : kCheckLanguage);
  }
  add_fact(html, strings.reference, page.reference);
  html.raw("</dl>");
  if (page.may_report && !page.token.empty()) {
    html.raw("<section><p>").text(strings.report_text).raw("</p>");
    add_button(html, page, "report", strings.report_button, "quiet");
    html.raw("</section>");
  }
  if (page.may_submit && !page.token.empty()) {
    html.raw("<section><p>").text(strings.submit_text).raw("</p>");
    add_button(html, page, "submit", strings.submit_button, "quiet");
    html.raw("</section>");
  }
  if (page.may_continue && !page.token.empty()) {
    bool scanning = page.kind == PageKind::kScanning;
    bool form = page.kind == PageKind::kForm;
    std::string_view text = scanning                        ? strings.continue_in_scan_text
                            : page.kind == PageKind::kError ? strings.continue_error_text
                                                            : strings.continue_text;
    html.raw("<section>");
    if (!form) html.raw("<p>").text(text).raw("</p>");
    add_button(html, page, "continue", form ? strings.form_button : strings.continue_button, "quiet");
    html.raw("</section>");
  }
  html.raw("</details>");
}

void add_contact(Html& html, const Strings& strings, std::string_view contact) {
  html.raw("<p class=\"ask\">").text(strings.contact).raw(" ");
  bool web = contact.starts_with("https://") || contact.starts_with("http://");
  bool mail =
      !web && contact.find('@') != std::string_view::npos && contact.find(' ') == std::string_view::npos;
  if (web || mail) html.raw("<a href=\"").raw(mail ? "mailto:" : "").text(contact).raw("\">");
  html.text(contact).raw(web || mail ? "</a></p>" : "</p>");
}

void add_footer(Html& html, const Strings& strings, const Branding& branding) {
  html.raw("<footer><p>").text(branding.organisation).raw(branding.organisation.empty() ? "" : " &middot; ");
  html.text(strings.footer).raw("</p></footer>");
}

void add_lead(Html& html, const PageModel& page, const Strings& strings, const PageText& text) {
  if (page.used_before) {
    html.text(strings.used.title).raw(" ").text(strings.used.lead);
    return;
  }
  html.text(text.lead);
  if (!warns(page.kind)) return;
  const bool doubtful =
      page.kind == PageKind::kSuspicious || page.kind == PageKind::kGated || page.kind == PageKind::kUnknown;
  if (!page.may_continue) html.raw(" ").text(strings.stays_closed);
  if (page.may_continue && doubtful) html.raw(" ").text(strings.look_at_address);
}

void add_stage(Html& html, const PageModel& page, const Strings& strings) {
  if (page.events.empty()) return;
  html.raw("<p id=\"stage\" role=\"status\" data-events=\"").text(page.events).raw("\" data-next=\"");
  html.text(page.refresh).raw("\">").text(strings.stage_looking_up).raw("</p>");
  html.raw("<script>").raw(kFollowScript).raw("</script>");
}

void add_picture(Html& html, const PageModel& page, const Strings& strings) {
  if (page.picture.empty()) return;
  html.raw("<figure><figcaption>")
      .text(strings.picture)
      .raw("</figcaption><img loading=\"lazy\" alt=\"\" src=\"");
  html.text(page.picture).raw("\"></figure>");
}

// Everything under the heading; empty for pages that have nothing more to say.
std::string page_body(const PageModel& page, const Strings& strings, const Branding& branding) {
  Html html;
  if (page.kind == PageKind::kScanning) {
    html.raw("<div class=\"bar\" role=\"progressbar\" aria-label=\"")
        .text(strings.checking_again)
        .raw("\"><i></i></div>");
    add_stage(html, page, strings);
  }
  add_destination(html, page, strings);
  add_reasons(html, page, strings);
  add_picture(html, page, strings);
  if (calms(page.kind)) html.raw("<p class=\"calm\">").text(strings.calm).raw("</p>");
  if (page.form_discarded) html.raw("<p>").text(strings.form_discarded).raw("</p>");
  if (!page.custom_text.empty()) {
    html.raw("<div class=\"org\"><h2>").text(strings.message_of_organisation).raw("</h2><p dir=\"auto\">");
    html.text(page.custom_text).raw("</p></div>");
  }
  if (page.kind == PageKind::kSubmit) {
    add_button(html, page, "submit", strings.submit_button, "main");
  } else if (!page.token.empty()) {
    add_button(html, page, "back", strings.go_back, "main");
  }
  bool failed = page.kind == PageKind::kError || page.kind == PageKind::kErrorClosed;
  if (failed && !page.link.empty()) {
    html.raw("<p class=\"again\"><a href=\"")
        .text(page.link)
        .raw("\">")
        .text(strings.try_again)
        .raw("</a></p>");
  }
  if (!branding.contact.empty()) add_contact(html, strings, branding.contact);
  add_details(html, page, strings);
  return html.take();
}

// What an <img> shows and no more: told by the first bytes, not by the name.
std::string_view image_type(std::string_view bytes) {
  if (bytes.starts_with("\x89PNG\r\n")) return "image/png";
  if (bytes.starts_with("\xff\xd8\xff")) return "image/jpeg";
  if (bytes.starts_with("GIF8")) return "image/gif";
  if (bytes.starts_with("RIFF") && bytes.substr(0, 16).find("WEBP") != std::string_view::npos)
    return "image/webp";
  if (bytes.substr(0, 512).find("<svg") != std::string_view::npos) return "image/svg+xml";
  return {};
}

}  // namespace

Result<std::string> load_logo(const std::string& path, FileSystem& files) {
  if (path.empty()) return std::string();
  TRY_ASSIGN(std::string bytes, files.read(path));
  if (bytes.size() > kMaxLogoBytes) {
    return Error(ErrorCode::kLimit,
                 "logo " + path + " is larger than " + std::to_string(kMaxLogoBytes) + " bytes");
  }
  std::string_view type = image_type(bytes);
  if (type.empty())
    return Error(ErrorCode::kInvalidArgument, "logo " + path + " is not PNG, JPEG, GIF, WebP or SVG");
  return "data:" + std::string(type) + ";base64," + base64_encode(bytes);
}

std::string render(const PageModel& page, const Strings& strings, const Branding& branding) {
  const Look& look = look_of(page.kind);
  const PageText& text = strings.*look.text;
  Html html;
  add_head(html, page, strings, text);
  html.raw("<body class=\"").raw(look.tone).raw("\">");
  if (page.show_logo && !branding.logo.empty()) {
    html.raw("<img class=\"logo\" alt=\"")
        .text(branding.organisation)
        .raw("\" src=\"")
        .text(branding.logo)
        .raw("\">");
  }
  html.raw("<main><div class=\"band\">")
      .raw(icon_svg(look.icon))
      .raw("<div class=\"inside\"><h1>")
      .text(title_of(page, text));
  html.raw("</h1><p>");
  add_lead(html, page, strings, text);
  html.raw("</p></div></div>");
  std::string body = page_body(page, strings, branding);
  if (!body.empty()) html.raw("<div class=\"body\">").raw(body).raw("</div>");
  html.raw("</main>");
  add_footer(html, strings, branding);
  html.raw("</body></html>\n");
  return html.take();
}

}  // namespace linkgate::click
