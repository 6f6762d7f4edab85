#include "scan/page_verdict.h"

#include <algorithm>

#include "base/ascii.h"
#include "scan/encoded_page.h"
#include "scan/file_verdict.h"
#include "scan/inward_findings.h"
#include "verdict/false_alarm.h"
#include "verdict/gate.h"
#include "verdict/page_compare.h"
#include "verdict/page_lures.h"
#include "verdict/url_words.h"

namespace linkgate::scan {
namespace {

using verdict::Disposition;
using verdict::Evidence;
using verdict::Page;
using verdict::Verdict;

constexpr int kSeenConfidence = 60;  // of a page that was seen and says nothing against itself
constexpr int kGateConfidence = 80;
constexpr int kCloakConfidence = 70;
constexpr int kProgramConfidence = 75;
constexpr int kAlarmConfidence = 80;
constexpr size_t kLongChain = 20;
constexpr int kCodeConfidence = 65;  // of a page that lures with a QR code
constexpr size_t kMaxShownCode = 200;
constexpr std::chrono::hours kYoungCertificate{7 * 24};
constexpr size_t kMaxShownUrl = 200;

bool is_page(const Page& page) {
  return page.media_type.empty() || page.media_type == "text/html" ||
         page.media_type == "application/xhtml+xml";
}
bool is_harmless_file(std::string_view media_type) {
  return media_type.starts_with("image/") || media_type.starts_with("video/") ||
         media_type.starts_with("audio/") || media_type == "text/plain" || media_type == "text/css" ||
         media_type == "application/json" || media_type.starts_with("font/");
}

class Composer {
 public:
  Composer(const Seen& seen, const FindListed& find_listed, const verdict::BrandLooks& brands,
           const verdict::PageContext& context)
      : seen_(seen), find_listed_(find_listed), brands_(brands), context_(context) {}

  Verdict verdict() {
    judge_all();
    chain();
    way();
    inward();
    listed();
    for (verdict::PageJudgement& judgement : judgements_) take(std::move(judgement));
    carried();
    pressed();
    false_alarm();
    files();
    cloaks();
    gate();
    if (verdict_.disposition == Disposition::kUnknown) nothing_bad();
    return std::move(verdict_);
  }

 private:
  // What is remembered of the first person's picture says nothing of other pages.
  verdict::PageContext without_look() const {
    verdict::PageContext context = context_;
    context.look = {};
    return context;
  }

  // What a script keeps until it knows who looks, as if it were shown.
  void judge_encoded(const Page& page, Disposition* worst) {
    verdict::PageJudgement judgement = verdict::judge_page(page, brands_, without_look());
    if (judgement.disposition <= *worst) return;
    *worst = judgement.disposition;
    judgement.evidence.push_back({"script.unpacks_page",
                                  "The page keeps that other page encoded in a script, which shows it to "
                                  "those whom it takes for people",
                                  ""});
    judgements_.push_back(std::move(judgement));
  }

  // What the person at the desk saw.
  const Page& best() const { return seen_.rendered ? *seen_.rendered : *seen_.fetched; }

  // The first person's pages clear and condemn; what others were shown only condemns.
  void judge_all() {
    Disposition worst = Disposition::kUnknown;
    for (const auto* page : {&seen_.rendered, &seen_.fetched}) {
      if (!*page) continue;
      judgements_.push_back(verdict::judge_page(**page, brands_, context_));
      is_plain_ = is_plain_ && judgements_.back().is_plain;
      worst = std::max(worst, judgements_.back().disposition);
      for (const Page& encoded : encoded_pages(**page)) judge_encoded(encoded, &worst);
    }
    for (const OtherVisit& other : seen_.others) {
      verdict::PageJudgement judgement = verdict::judge_page(other.page, brands_, without_look());
      if (judgement.disposition <= worst) continue;
      worst = judgement.disposition;
      hidden_ = &other.page;
      judgements_.push_back(std::move(judgement));
    }
  }

  void add(Evidence evidence) {
    const auto same = [&evidence](const Evidence& known) { return known.code == evidence.code; };
    if (std::none_of(verdict_.evidence.begin(), verdict_.evidence.end(), same))
      verdict_.evidence.push_back(std::move(evidence));
  }
  void at_least(Disposition disposition, int confidence, std::string_view method) {
    if (disposition < verdict_.disposition) return;
    if (disposition > verdict_.disposition) {
      verdict_.disposition = disposition;
      verdict_.confidence = 0;
      verdict_.detection_method = method;
    }
    verdict_.confidence = std::max(verdict_.confidence, confidence);
  }

  // The browser's chain, and what only the servers' answers showed.
  void chain() {
    const Page& shown = hidden_ != nullptr ? *hidden_ : best();
    for (const verdict::Hop& hop : shown.chain) verdict_.url_chain.push_back(hop.url);
    if (!seen_.rendered || !seen_.fetched || hidden_ != nullptr) return;
    for (const verdict::Hop& hop : seen_.fetched->chain) {
      auto& known = verdict_.url_chain;
      if (std::find(known.begin(), known.end(), hop.url) == known.end())
        known.insert(known.end() - (known.empty() ? 0 : 1), hop.url);
    }
  }

  void way() {
    if (best().chain.size() > kLongChain)
      add({"redirect.long",
           "The link leads over " + std::to_string(best().chain.size() - 1) +
               " addresses before a page comes",
           ""});
    const auto& certificate = best().certificate;
    if (certificate && !certificate->is_trusted)
      add({"tls.untrusted",
           "The certificate of the page is none that browsers accept (issued to \"" + certificate->subject +
               "\" by \"" + certificate->issuer + "\")",
           ""});
  }

  void inward() {
    const std::optional<Page>* const pages[] = {&seen_.rendered, &seen_.fetched};
    const auto* const led = std::find_if(std::begin(pages), std::end(pages), [](const auto* page) {
      return *page && refused_redirect(**page).has_value();
    });
    if (led != std::end(pages)) take(*refused_redirect(***led));
    auto asked = seen_.rendered ? inward_requests(*seen_.rendered) : std::nullopt;
    if (asked) take(*std::move(asked));
  }
  void take(InwardFinding found) {
    at_least(found.disposition, found.confidence, "URL detonation");
    add(std::move(found.evidence));
  }

  void listed() {
    for (const std::string& hop : verdict_.url_chain) listed(hop);
  }
  void listed(const std::string& hop) {
    const auto url = url::Url::parse(hop);
    auto found = url ? find_listed_(*url) : std::nullopt;
    if (!found) return;
    at_least(found->disposition, 100, "URL malicious reputation");
    verdict_.evidence.push_back(std::move(found->evidence));
  }

  void take(verdict::PageJudgement judgement) {
    if (judgement.disposition == Disposition::kUnknown) return;
    at_least(judgement.disposition, judgement.confidence, "URL detonation");
    for (Evidence& evidence : judgement.evidence) add(std::move(evidence));
  }

  // A QR code takes the visitor to a telephone, which nobody guards.
  void carried() {
    if (seen_.code_url.empty()) return;
    add({"page.qr",
         "The page shows a QR code that leads to another site, " + seen_.code_url.substr(0, kMaxShownCode),
         seen_.code_url});
    if (const auto lures = verdict::find_lures(ascii::to_lower(best().title + " " + best().visible_text));
        !lures.empty()) {
      at_least(Disposition::kSuspicious, kCodeConfidence, "URL detonation");
      const auto& lure = lures.front();
      add({std::string(lure.code),
           "The page beside the code " + std::string(lure.what) + " (\"" + lure.words + "\")", ""});
    }
    if (!seen_.carried) return;
    for (const verdict::Hop& hop : seen_.carried->chain) listed(hop.url);
    // What is known beside the page is known of the other one.
    verdict::PageContext context;
    context.recipient = context_.recipient;
    context.now = context_.now;
    take(verdict::judge_page(*seen_.carried, brands_, context));
  }

  // A person presses what is there to be pressed, and takes what opens for the same page.
  void pressed() {
    if (!seen_.pressed) return;
    for (const verdict::Hop& hop : seen_.pressed->chain) listed(hop.url);
    verdict::PageJudgement judgement = verdict::judge_page(*seen_.pressed, brands_, without_look());
    if (judgement.disposition == Disposition::kUnknown) return;
    add({"page.press",
         "Pressing what the page shows opens another page, " + seen_.press_url.substr(0, kMaxShownUrl), ""});
    take(std::move(judgement));
  }

  void false_alarm() {
    const auto alarm = verdict::false_alarm_of(best());
    if (!alarm) return;
    at_least(alarm->is_sure ? Disposition::kPhishing : Disposition::kSuspicious, kAlarmConfidence,
             "URL detonation");
    add(alarm->evidence);
  }

  void files() {
    for (const Page* page :
         {seen_.rendered ? &*seen_.rendered : nullptr, seen_.fetched ? &*seen_.fetched : nullptr}) {
      if (page == nullptr) continue;
      for (const verdict::Download& file : page->downloads) this->file(file);
      if (page->downloads.empty() && page->status / 100 == 2 && !is_page(*page) &&
          !is_harmless_file(page->media_type) && !page->chain.empty()) {
        const auto url = url::Url::parse(page->chain.back().url);
        const std::string path = url ? std::string(url->pathname()) : "";
        this->file({"", path.substr(path.rfind('/') + 1), page->media_type, "", page->html.size(), {}});
      }
    }
  }

  void file(const verdict::Download& file) {
    FileFinding finding = judge_file(file, verdict_.disposition >= Disposition::kSuspicious);
    if (finding.is_program) at_least(Disposition::kSuspicious, kProgramConfidence, "URL detonation");
    has_unseen_file_ = has_unseen_file_ || finding.is_unseen;
    if (!finding.evidence.code.empty()) add(std::move(finding.evidence));
  }

  // Pages that judge their visitors: a password asked of people alone, people sent elsewhere.
  void cloaks() {
    if (!seen_.fetched) return;
    // One that hides the page that decided comes first.
    if (hidden_ != nullptr) {
      if (auto difference = verdict::difference_of(best(), *hidden_)) add(std::move(difference->evidence));
    }
    if (seen_.as_bot) {
      auto difference = verdict::difference_of(*seen_.fetched, *seen_.as_bot);
      if (difference && difference->is_telling)
        at_least(Disposition::kSuspicious, kCloakConfidence, "URL detonation");
      if (difference) add(std::move(difference->evidence));
    }
    // Other people are sent to other languages, layouts and shops for a hundred honest reasons.
    for (const OtherVisit& other : seen_.others) {
      if (auto difference = verdict::difference_of(*seen_.fetched, other.page))
        add(std::move(difference->evidence));
    }
  }

  void gate() {
    if (verdict_.disposition >= Disposition::kGated) return;
    for (const auto* page : {&seen_.rendered, &seen_.fetched}) {
      if (!*page) continue;
      const auto found = verdict::find_gate(**page, (*page)->is_rendered || is_whole(**page));
      if (!found) continue;
      at_least(Disposition::kGated, kGateConfidence, "URL detonation");
      add({found->code,
           found->sentence + (found->site_key.empty() ? "" : " (site key " + found->site_key + ")"), ""});
      around_gate(**page);
      return;
    }
  }

  // What is known of a place whose page was not seen.
  void around_gate(const Page& page) {
    const auto& certificate = page.certificate;
    const Time issued = certificate && certificate->is_trusted ? certificate->not_before : Time{};
    if (issued != Time{} && context_.now > issued && context_.now - issued < kYoungCertificate) {
      const auto hours = std::chrono::duration_cast<std::chrono::hours>(context_.now - issued).count();
      add({"host.new",
           "The certificate of its host was issued " + std::to_string(std::max<int64_t>(hours, 1)) +
               (hours <= 1 ? " hour ago by \"" : " hours ago by \"") + certificate->issuer + "\"",
           ""});
    }
    const auto url = url::Url::parse(page.chain.back().url);
    const auto kind = url ? verdict::host_kind(url->hostname()) : verdict::HostKind::kOwn;
    if (kind != verdict::HostKind::kOwn)
      add({"host.given_away",
           "It lies on " + std::string(to_string(kind)) + ", where anybody gets a host without a name", ""});
  }

  void nothing_bad() {
    const Page& page = best();
    const bool whole = seen_.rendered || (seen_.fetched && is_whole(*seen_.fetched));
    if (!page.trouble.empty()) return add({"page.trouble", "The page was not seen: " + page.trouble, ""});
    if (page.status >= 400)
      return add(
          {"page.gone",
           "The server answers with status " + std::to_string(page.status) + ", so there was no page to see",
           ""});
    if (has_unseen_file_) return;
    if (!whole) {
      return add({"page.unrendered",
                  seen_.no_browser.empty() ? "The page was not opened in a browser"
                                           : "The page was not opened in a browser: " + seen_.no_browser,
                  ""});
    }
    verdict_.disposition = Disposition::kClean;
    verdict_.confidence = kSeenConfidence;
    if (!is_plain_)
      add({std::string(kUnnamed),
           "The page asks for credentials and does not say, by the name of its host, whose it is", ""});
    add({"page.seen",
         std::string(seen_.rendered ? "The page was opened in a browser" : "The page was fetched") +
             ": it pretends to be nobody else and asks for nothing that it should not",
         ""});
  }

  const Seen& seen_;
  const FindListed& find_listed_;
  const verdict::BrandLooks& brands_;
  const verdict::PageContext& context_;
  Verdict verdict_;
  std::vector<verdict::PageJudgement> judgements_;
  const Page* hidden_ = nullptr;  // what others were shown, where that is the worst
  bool has_unseen_file_ = false, is_plain_ = true;
};

}  // namespace

Verdict verdict_of(const Seen& seen, const FindListed& find_listed, const verdict::BrandLooks& brands,
                   const verdict::PageContext& context) {
  return Composer(seen, find_listed, brands, context).verdict();
}

namespace {

// Little text, and something to look at: what it is, only a browser's picture of it shows.
bool is_drawn(const Page& page) {
  constexpr size_t kLittleText = 300, kManyCells = 400;
  if (page.visible_text.size() > kLittleText) return false;
  size_t cells = 0;
  for (size_t at = 0; (at = page.html.find("<td", at)) != std::string::npos && cells <= kManyCells; at += 3)
    ++cells;
  return !page.images.empty() || cells > kManyCells || page.html.find("<svg") != std::string::npos ||
         page.html.find("url(") != std::string::npos;
}

}  // namespace

bool is_whole(const Page& page) {
  if (!page.trouble.empty()) return false;
  if (!is_page(page)) return true;
  // What asks for a password is looked at as people see it: its words may be in its style, its marks
  // pictures.
  const bool asks = std::any_of(page.forms.begin(), page.forms.end(), [](const verdict::Form& form) {
    return std::any_of(form.fields.begin(), form.fields.end(),
                       [](const verdict::FormField& field) { return field.type == "password"; });
  });
  if (asks) return false;
  return page.scripts.empty() && page.inline_scripts.empty() && page.frames.empty() &&
         page.html.find("onload") == std::string::npos && !is_drawn(page);
}

}  // namespace linkgate::scan
