#include "click/answers.h"

#include "api/progress.h"

namespace linkgate::click {

using net::HttpResponse;
using verdict::Page;

namespace {

constexpr int kScanRefreshSeconds = 1;

PageKind kind_of(const Decision& decision, const Knowledge& known) {
  switch (decision.page) {
    case Page::kScanning:
      return PageKind::kScanning;
    case Page::kSuspicious:
      if (known.verdict.disposition == verdict::Disposition::kGated) return PageKind::kGated;
      return known.verdict.disposition == verdict::Disposition::kUnknown ? PageKind::kUnknown
                                                                         : PageKind::kSuspicious;
    case Page::kPhishing:
      return PageKind::kPhishing;
    case Page::kMalicious:
      return PageKind::kMalicious;
    case Page::kBlockedByOrganisation:
      return PageKind::kBlocked;
    case Page::kError:
      return decision.may_continue ? PageKind::kError : PageKind::kErrorClosed;
    default:
      return PageKind::kForm;  // nothing speaks against the destination, yet a form's link is not followed
                               // silently
  }
}

bool may_report(Page page) {
  return page == Page::kSuspicious || page == Page::kPhishing || page == Page::kMalicious ||
         page == Page::kBlockedByOrganisation;
}

uint64_t fresh_nonce() {
  Id id = random_id();
  uint64_t nonce = 0;
  for (size_t i = 0; i < 6; ++i) nonce = nonce << 8 | id[i];
  return nonce << 16 | static_cast<uint64_t>(id[14]) << 8 | id[15];
}

HttpResponse html_answer(unsigned status, const PageModel& model, const Visit& visit,
                         const Branding& branding) {
  return {status,
          {{"Content-Type", "text/html; charset=utf-8"},
           {"Content-Language", std::string(visit.strings.language)},
           {"Content-Security-Policy",
            page_csp({model.may_continue, !model.events.empty(), !model.picture.empty()})}},
          render(model, visit.strings, branding),
          {}};
}

}  // namespace

net::Headers common_headers(bool https) {
  net::Headers headers = {{"Cache-Control", "no-store"},
                          {"Referrer-Policy", "no-referrer"},
                          {"X-Content-Type-Options", "nosniff"},
                          {"X-Frame-Options", "DENY"},
                          {"X-Robots-Tag", "noindex, nofollow"}};
  if (https) headers.emplace_back("Strict-Transport-Security", "max-age=31536000");
  return headers;
}

HttpResponse redirect(unsigned status, const std::string& location) {
  HttpResponse response;
  response.status = status;
  response.headers.emplace_back("Location", location);
  response.fixed_lines = kBareCspLine;
  return response;
}

HttpResponse text_answer(unsigned status, std::string_view body) {
  HttpResponse response = empty_answer(status);
  response.headers.emplace_back("Content-Type", "text/plain; charset=utf-8");
  response.body = body;
  return response;
}

HttpResponse empty_answer(unsigned status) {
  HttpResponse response;
  response.status = status;
  response.fixed_lines = kBareCspLine;
  return response;
}

HttpResponse link_page(const Visit& visit, const Knowledge& known, const Decision& decision,
                       const Branding& branding) {
  ClickToken token;
  token.click = visit.facts.click;
  token.issued = visit.now;
  token.link = visit.digest;
  token.disposition = known.verdict.disposition;
  token.page = decision.page;
  token.may_continue = decision.may_continue || decision.redirects();
  token.nonce = fresh_nonce();

  PageModel model;
  model.kind = visit.unopenable ? PageKind::kUnopenable : kind_of(decision, known);
  model.url = visit.facts.claims.url;
  model.evidence = known.verdict.evidence;
  model.custom_text = visit.policy->CustomNotificationText;
  model.show_logo = visit.policy->EnableOrganizationBranding;
  model.received = visit.facts.claims.message_time == Time{}
                       ? ""
                       : to_iso8601(visit.facts.claims.message_time).substr(0, 10);
  model.reference = url::uuid_text(visit.facts.click.report_id);
  model.token = seal(token, *visit.keys);
  model.link = visit.asked.link;
  model.may_continue = token.may_continue && !visit.location.empty();
  model.may_report = may_report(decision.page) && visit.tracked();
  model.may_submit = true;
  model.form_discarded = visit.asked.form && model.kind != PageKind::kForm;
  model.used_before = visit.used_before;
  if (decision.page == Page::kScanning) {
    token.use = TokenUse::kFollow;
    const std::string follow = seal(token, *visit.keys).append(visit.asked.link);
    model.refresh = "/scan/" + follow;
    model.events = "/events/" + follow;
    model.refresh_seconds = kScanRefreshSeconds;
  }
  if (shows_picture(known, decision)) {
    token.use = TokenUse::kPicture;
    model.picture = "/picture/" + seal(token, *visit.keys).append(visit.asked.link);
  }
  return html_answer(200, model, visit, branding);
}

bool shows_picture(const Knowledge& known, const Decision& decision) {
  return known.kind == Knowledge::Kind::kVerdict && decision.page == Page::kSuspicious &&
         !api::screenshot_of(known.verdict.evidence).empty();
}

HttpResponse refusal_page(const Visit& visit, PageKind kind, unsigned status, bool recorded,
                          const Branding& branding) {
  PageModel model;
  model.kind = kind;
  if (recorded) model.reference = url::uuid_text(visit.facts.click.report_id);
  // Only where the seal is one of ours is the URL beside it more than what anybody may have written.
  if (kind == PageKind::kAltered) model.url = visit.facts.claims.url;
  return html_answer(status, model, visit, branding);
}

HttpResponse submit_page(const Visit& visit, const Branding& branding) {
  ClickToken token;
  token.click = visit.facts.click;
  token.issued = visit.now;
  token.link = visit.digest;
  token.nonce = fresh_nonce();
  PageModel model;
  model.kind = PageKind::kSubmit;
  model.url = visit.facts.claims.url;
  model.token = seal(token, *visit.keys);
  model.link = visit.asked.link;
  return html_answer(200, model, visit, branding);
}

HttpResponse plain_page(const Visit& visit, PageKind kind, unsigned status, const Branding& branding) {
  PageModel model;
  model.kind = kind;
  return html_answer(status, model, visit, branding);
}

}  // namespace linkgate::click
