#include "click/click_handler.h"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

#include "base/ascii.h"
#include "click/answers.h"
#include "url/url.h"

namespace linkgate::click {

namespace asio = net::asio;
using net::HttpRequest;
using net::HttpResponse;
using verdict::Page;

namespace {

constexpr std::string_view kRobots = "User-agent: *\nDisallow: /\n";

bool is_prefetch(const HttpRequest& request) {
  for (const char* name : {"Sec-Purpose", "Purpose", "X-Purpose", "X-Moz"}) {
    if (request.header(name).empty()) continue;
    std::string value = ascii::to_lower(request.header(name));
    if (value.find("prefetch") != std::string::npos || value.find("prerender") != std::string::npos ||
        value.find("preview") != std::string::npos) {
      return true;
    }
  }
  return false;
}

// A guess, for the log only: whoever looks like a program still gets what a person gets.
bool looks_automated(const HttpRequest& request) {
  std::string agent = ascii::to_lower(request.header("User-Agent"));
  if (agent.empty()) return true;
  for (std::string_view word : {"bot", "crawl", "spider", "preview", "scanner", "headless", "monitor"}) {
    if (agent.find(word) != std::string::npos) return true;
  }
  std::string_view destination = request.header("Sec-Fetch-Dest");
  return !destination.empty() && destination != "document";
}

// What the redirect's Location may be: an absolute http(s) or ftp URL in the form that browsers send, plain
// ASCII.
std::string location_of(const url::Url& url) {
  return url.is_http() || url.scheme() == "ftp" ? url.href() : std::string();
}

KnownPtr share(Knowledge known) { return std::make_shared<const Knowledge>(std::move(known)); }

asio::awaitable<Result<std::optional<std::string>>> call_on_pool(
    const std::function<Result<std::optional<std::string>>(const std::string&)>& function,
    std::string argument) {
  co_return function(argument);
}

}  // namespace

ClickHandler::ClickHandler(asio::io_context& io, ClickNode& node)
    : node_(node), verdicts_(io, node.sources.scan_socket, node.verdicts), batch_(io, node) {}

asio::awaitable<HttpResponse> ClickHandler::handle(HttpRequest& request) {
  Visit visit{.request = request, .strings = choose_language(request.header("Accept-Language"))};
  visit.started = node_.clock.steady_now();
  std::optional<HttpResponse> response = answer_without_link(visit);
  if (!response) response = answer_at_once(visit);
  if (!response) {
    HttpResponse later = co_await answer_later(visit);
    response = std::move(later);
  }
  if (visit.unrecorded) {
    const bool recorded = co_await batch_.record(std::move(visit.unrecorded->rows));
    Decision decision = visit.unrecorded->decision;
    if (!recorded && decision.redirects()) {
      decision = fail_mode(*visit.policy);
      response = answer_to(visit, *visit.unrecorded->known, decision);
    }
    shown(decision);
  }
  node_.metrics.seconds.observe(
      std::chrono::duration<double>(node_.clock.steady_now() - visit.started).count());
  co_return std::move(*response);
}

// What needs no link, and what is refused before a link is looked at.
std::optional<HttpResponse> ClickHandler::answer_without_link(Visit& visit) {
  const HttpRequest& request = visit.request;
  visit.asked = read_request(request.target);
  bool post = request.method == "POST";
  if (!post && request.method != "HEAD" && request.method != "GET") {
    HttpResponse refusal = text_answer(405, "method not allowed\n");
    refusal.headers.emplace_back("Allow", "GET, HEAD, POST");
    return refusal;
  }
  if (visit.asked.asked == Asked::kRobots) return text_answer(200, kRobots);
  if (visit.asked.asked == Asked::kIcon) return empty_answer(204);
  if (visit.asked.asked == Asked::kRoot) return plain_page(visit, PageKind::kAbout, 200, node_.branding);
  if (visit.asked.asked == Asked::kNothing)
    return plain_page(visit, PageKind::kNotIssued, 404, node_.branding);
  // Buttons are posted. Reloaded or typed in, their addresses are the link itself, judged anew; so is a link
  // that is posted.
  const Asked asked = visit.asked.asked;
  bool button = asked == Asked::kContinue || asked == Asked::kBack || asked == Asked::kReport ||
                asked == Asked::kSubmit;
  if (button != post) visit.asked.asked = asked == Asked::kSubmit ? Asked::kSubmitPage : Asked::kLink;

  if (node_.clicks_limit.unlimited() ||
      node_.clicks_limit.allow(rate_key(request.client_address), visit.started)) {
    return {};
  }
  node_.metrics.limited.add();
  HttpResponse limited = plain_page(visit, PageKind::kTooMany, 429, node_.branding);
  limited.headers.emplace_back("Retry-After", "60");
  return limited;
}

// Opens the link, and answers it where everything is known already: nearly always. Where it is not, `visit`
// holds all that answer_later() needs.
std::optional<HttpResponse> ClickHandler::answer_at_once(Visit& visit) {
  begin(visit);
  HttpResponse refusal;
  if (!open_seal(visit, refusal)) return refusal;
  if (visit.request.method == "HEAD" || is_prefetch(visit.request)) return refuse_automated(visit);
  if (!visit.stored_under.empty()) return {};
  if (auto nowhere = find_destination(visit, {})) return nowhere;
  if (visit.asked.asked == Asked::kBack) return press_back(visit);
  if (visit.asked.asked == Asked::kReport) return press_report(visit);
  if (auto reporting = answer_reporting(visit)) return reporting;
  if (visit.asked.asked == Asked::kContinue || visit.asked.asked == Asked::kPicture) return {};
  if (visit.asked.asked == Asked::kProgress) return follow_progress(visit);
  if (visit.asked.asked == Asked::kFollow) adopt(visit, visit.asked.token, TokenUse::kFollow);
  auto known = know_at_once(visit);
  if (!known) return {};
  const Decision decision = decide(*visit.policy, *known);
  return conclude(visit, std::move(known), decision);
}

// Where somebody has to be asked: state for the URL of a long link, scan for the verdict.
asio::awaitable<HttpResponse> ClickHandler::answer_later(Visit& visit) {
  if (!visit.stored_under.empty()) {
    std::string trouble;
    auto found = co_await find_long_url(visit.stored_under);
    if (found) {
      visit.facts.claims.url = std::move(*found);
    } else {
      trouble = found.error().message();
    }
    if (auto nowhere = find_destination(visit, std::move(trouble))) co_return std::move(*nowhere);
    if (visit.asked.asked == Asked::kBack) co_return press_back(visit);
    if (visit.asked.asked == Asked::kReport) co_return press_report(visit);
    if (auto reporting = answer_reporting(visit)) co_return std::move(*reporting);
    if (visit.asked.asked == Asked::kProgress) co_return follow_progress(visit);
    if (visit.asked.asked == Asked::kFollow) adopt(visit, visit.asked.token, TokenUse::kFollow);
  }
  if (visit.asked.asked == Asked::kPicture) {
    HttpResponse picture = co_await show_picture(visit);
    co_return picture;
  }
  if (visit.asked.asked == Asked::kContinue) {
    HttpResponse response = co_await press_continue(visit);
    co_return response;
  }
  KnownPtr known =
      co_await judge(visit, visit.token ? node_.timing.follow_patience : node_.timing.click_patience);
  if (known->kind == Knowledge::Kind::kPending &&
      visit.now - visit.facts.click.start > node_.timing.scan_budget) {
    known = share(failed("the check took too long"));
  }
  const Decision decision = decide(*visit.policy, *known);
  co_return conclude(visit, std::move(known), decision);
}

void ClickHandler::begin(Visit& visit) {
  visit.view = node_.sources.policies();
  visit.keys = node_.sources.keys();
  visit.now = node_.clock.now();
  visit.policy = visit.view->policies.match({}).policy;  // until the recipient is known
  visit.facts.client_address = visit.request.client_address;
  visit.facts.user_agent = visit.request.header("User-Agent");
  visit.facts.referrer = visit.request.header("Referer");
  visit.facts.node = node_.node;
  visit.facts.automated = looks_automated(visit.request);
}

// False: the seal does not open and `refusal` is the answer. True: claims and policy are known; the URL of a
// long link is not.
bool ClickHandler::open_seal(Visit& visit, HttpResponse& refusal) {
  auto opened = url::open(visit.asked.link, node_.host, *visit.keys);
  if (!opened) {
    refusal = refuse_link(visit, opened.error());
    return false;
  }
  visit.facts.claims = std::move(opened->claims);
  visit.digest = opened->digest;
  if (opened->needs_lookup) visit.stored_under = std::move(opened->url_hash);
  find_policy(visit);
  visit.facts.click = {random_id(), visit.now};
  return true;
}

void ClickHandler::find_policy(Visit& visit) {
  auto match = visit.view->policies.match(visit.facts.claims.recipient);
  visit.policy = match.policy;
  visit.facts.policy = match.policy->Name;
}

// Fills in which click this is and where it leads. `trouble` is why its URL could not be found; an answer
// where it leads nowhere: without its address the link can be neither judged nor followed, whatever the fail
// mode says.
std::optional<HttpResponse> ClickHandler::find_destination(Visit& visit, std::string trouble) {
  visit.facts.click =
      node_.recent.find_or_begin(click_key(visit.digest, visit.facts.client_address, visit.facts.user_agent),
                                 visit.facts.click, visit.started);
  if (trouble.empty()) {
    const auto parsed = url::Url::parse(visit.facts.claims.url);
    visit.facts.url_domain = parsed ? parsed->hostname() : std::string_view();
    if (parsed) visit.location = location_of(*parsed);
    if (!visit.location.empty()) return {};
    visit.unopenable = true;
    trouble = "the address is not one that a browser opens";
  }
  return conclude(visit, share(failed(std::move(trouble))), {Page::kError, false});
}

asio::awaitable<Result<std::string>> ClickHandler::find_long_url(std::string url_hash) {
  auto executor = node_.lookups.get_executor();
  auto found = co_await asio::co_spawn(executor, call_on_pool(node_.sources.long_url, std::move(url_hash)),
                                       asio::use_awaitable);
  CO_TRY(found);
  if (!*found) co_return Error(ErrorCode::kNotFound, "the stored address of a long link is missing");
  co_return std::move(**found);
}

// Goes on with the click that the token names. False: no good token, the click is a new one.
bool ClickHandler::adopt(Visit& visit, std::string_view token, TokenUse use) {
  visit.token = open(token, use, visit.digest, visit.now, *visit.keys);
  if (!visit.token) return false;
  visit.facts.click = visit.token->click;
  return true;
}

KnownPtr ClickHandler::know_at_once(const Visit& visit) {
  const std::string& url = visit.facts.claims.url;
  const verdict::TenantUrlEntry* entry = visit.view->url_lists.match(url, visit.now);
  if (entry != nullptr) {
    return share(entry->action == url::ListAction::kBlock ? tenant_blocked(*entry) : tenant_allowed(*entry));
  }
  if (!visit.policy->EnableSafeLinksForEmail) return share(not_protected());
  return verdicts_.remembered(url, !visit.policy->ScanUrls, node_.generation(*visit.view),
                              node_.clock.steady_now());
}

asio::awaitable<KnownPtr> ClickHandler::judge(const Visit& visit, std::chrono::milliseconds patience) {
  KnownPtr known = know_at_once(visit);
  if (known) co_return known;
  api::CheckRequest question = question_of(visit);
  known = co_await verdicts_.ask(std::move(question), node_.generation(*visit.view), patience);
  co_return known;
}

api::CheckRequest ClickHandler::question_of(const Visit& visit) const {
  api::CheckRequest question;
  question.url = visit.facts.claims.url;
  question.moment = api::CheckMoment::kClick;
  question.network_message_id = url::uuid_text(visit.facts.claims.network_message_id);
  question.recipient = visit.facts.claims.recipient;
  question.static_only = !visit.policy->ScanUrls;
  return question;
}

HttpResponse ClickHandler::conclude(Visit& visit, KnownPtr known, Decision decision) {
  if (!visit.tracked()) {
    shown(decision);
    return answer_to(visit, *known, decision);
  }
  // A spool in trouble is known before the row is made, so that the row can say what the user got because
  // of it.
  bool in_doubt = decision.redirects() && !node_.spool_healthy();
  if (in_doubt) decision = fail_mode(*visit.policy);
  Step step{step::kPage, &verdict::click_outcome(decision.page, decision.may_continue, false), {}};
  if (decision.redirects() && !visit.asked.form) step.word = step::kRedirect;
  if (decision.page == Page::kScanning) step.word = step::kScan;
  if (in_doubt) step.reason = "the click may not be recorded";
  visit.unrecorded = {click_rows(visit.facts, step, *known, visit.now), std::move(known), decision};
  return answer_to(visit, *visit.unrecorded->known, decision);
}

void ClickHandler::shown(Decision decision) {
  node_.metrics.shown(verdict::click_outcome(decision.page, decision.may_continue, false));
}

HttpResponse ClickHandler::answer_to(const Visit& visit, const Knowledge& known, Decision decision) {
  if (decision.redirects() && !visit.asked.form) {
    return redirect(visit.request.method == "POST" ? 303 : 302, visit.location);
  }
  return link_page(visit, known, decision, node_.branding);
}

asio::awaitable<HttpResponse> ClickHandler::press_continue(Visit& visit) {
  bool good = adopt(visit, token_of_form(visit.request.body), TokenUse::kButtons);
  // Policy and verdict as they are now, not as they were when the page was shown.
  KnownPtr known = co_await judge(visit, node_.timing.click_patience);
  const Decision now = decide(*visit.policy, *known);
  if (!good) co_return conclude(visit, std::move(known), now);  // too old or not ours: a click like any other
  const ClickToken token = *visit.token;
  if (!token.may_continue || !may_go_on(*visit.policy, token.page, now)) {
    co_return conclude(visit, std::move(known), now);
  }
  if (!node_.used_tokens.use_once(token.nonce)) {
    // Pressed twice, or replayed. Where it is safe now it is a plain redirect; else the user decides anew.
    visit.used_before = true;
    co_return conclude(visit, std::move(known), now);
  }
  co_return let_go_on(visit, token, *known);
}

HttpResponse ClickHandler::let_go_on(Visit& visit, const ClickToken& token, const Knowledge& judged) {
  // A form's page without a warning: the click was allowed when it was shown, and going on is a step of it.
  bool warned = !Decision{token.page, true}.redirects();
  const verdict::ClickOutcome& outcome = verdict::click_outcome(token.page, true, warned);
  // The row keeps saying what the user was warned of, also where the verdict has become milder since.
  Knowledge known = judged;
  known.verdict.disposition = std::max(known.verdict.disposition, token.disposition);
  if (visit.tracked()) {
    Decision fallback = fail_mode(*visit.policy);
    // Under Warn, the user who was told so on the error page may go on unrecorded; everybody else is told
    // first.
    bool unrecorded_too = fallback.redirects() || (fallback.may_continue && token.page == Page::kError);
    // Known before the row is made: a row must not say that somebody went on who is then shown a page.
    if (!node_.spool_healthy() && !unrecorded_too) return conclude(visit, share(std::move(known)), fallback);
    Step step{step::kContinue, &outcome, {}};
    bool recorded = node_.record(click_rows(visit.facts, step, known, visit.now));
    if (!recorded && !unrecorded_too) return link_page(visit, known, fallback, node_.branding);
  }
  node_.metrics.shown(outcome);
  return redirect(303, visit.location);
}

}  // namespace linkgate::click
