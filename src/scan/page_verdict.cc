#include "scan/page_verdict.h"

#include <algorithm>

#include "base/ascii.h"
#include "verdict/gate.h"
#include "verdict/page_compare.h"

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
constexpr size_t kLongChain = 20;

// What Windows and others run, or mount to run what is inside, by name.
constexpr std::string_view kPrograms[] = {
    ".exe",  ".msi",  ".scr",  ".com", ".pif", ".bat",  ".cmd",  ".ps1",        ".vbs",
    ".vbe",  ".js",   ".jse",  ".wsf", ".hta", ".lnk",  ".iso",  ".img",        ".vhd",
    ".vhdx", ".jar",  ".apk",  ".dmg", ".pkg", ".appx", ".msix", ".cpl",        ".reg",
    ".docm", ".xlsm", ".pptm", ".xll", ".one", ".chm",  ".url",  ".application"};
constexpr std::string_view kProgramTypes[] = {"application/x-msdownload",
                                              "application/x-msdos-program",
                                              "application/vnd.microsoft.portable-executable",
                                              "application/x-ms-installer",
                                              "application/x-iso9660-image",
                                              "application/hta",
                                              "application/java-archive",
                                              "application/vnd.android.package-archive",
                                              "application/x-apple-diskimage"};

bool is_program(std::string_view name, std::string_view media_type) {
  const std::string lower = ascii::to_lower(name);
  return std::any_of(std::begin(kPrograms), std::end(kPrograms),
                     [&](std::string_view end) { return lower.ends_with(end); }) ||
         std::find(std::begin(kProgramTypes), std::end(kProgramTypes), media_type) != std::end(kProgramTypes);
}

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
    chain();
    way();
    listed();
    for (const auto* page : {&seen_.rendered, &seen_.fetched}) {
      if (*page) judge(**page);
    }
    files();
    cloaks();
    gate();
    if (verdict_.disposition == Disposition::kUnknown) nothing_bad();
    return std::move(verdict_);
  }

 private:
  const Page& best() const { return seen_.rendered ? *seen_.rendered : *seen_.fetched; }

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
    for (const verdict::Hop& hop : best().chain) verdict_.url_chain.push_back(hop.url);
    if (!seen_.rendered || !seen_.fetched) return;
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

  void listed() {
    for (const std::string& hop : verdict_.url_chain) {
      const auto url = url::Url::parse(hop);
      auto found = url ? find_listed_(*url) : std::nullopt;
      if (!found) continue;
      at_least(found->disposition, 100, "URL malicious reputation");
      verdict_.evidence.push_back(std::move(found->evidence));
    }
  }

  void judge(const Page& page) {
    verdict::PageJudgement judgement = verdict::judge_page(page, brands_, context_);
    is_plain_ = is_plain_ && judgement.is_plain;
    if (judgement.disposition == Disposition::kUnknown) return;
    at_least(judgement.disposition, judgement.confidence, "URL detonation");
    for (Evidence& evidence : judgement.evidence) add(std::move(evidence));
  }

  void files() {
    for (const Page* page :
         {seen_.rendered ? &*seen_.rendered : nullptr, seen_.fetched ? &*seen_.fetched : nullptr}) {
      if (page == nullptr) continue;
      for (const verdict::Download& file : page->downloads)
        this->file(file.file_name.empty() ? file.url : file.file_name, file.media_type, file.bytes);
      if (page->downloads.empty() && page->status / 100 == 2 && !is_page(*page) &&
          !is_harmless_file(page->media_type) && !page->chain.empty()) {
        const auto url = url::Url::parse(page->chain.back().url);
        const std::string path = url ? std::string(url->pathname()) : "";
        this->file(path.substr(path.rfind('/') + 1), page->media_type, page->html.size());
      }
    }
  }

  void file(const std::string& name, const std::string& media_type, uint64_t bytes) {
    const std::string what = (name.empty() ? "a file" : "the file \"" + name.substr(0, 100) + "\"") +
                             (media_type.empty() ? "" : " (" + media_type + ")");
    if (is_program(name, media_type)) {
      at_least(Disposition::kSuspicious, kProgramConfidence, "URL detonation");
      add({"page.download", "The link leads to " + what + ", which runs on the computer of whoever opens it",
           ""});
    } else if (bytes > 0) {
      has_unseen_file_ = true;
      add({"file.unseen", "The link leads to " + what + ", whose content was not judged", ""});
    }
  }

  // Pages that judge their visitors: a password asked of people alone, people sent elsewhere.
  void cloaks() {
    if (!seen_.as_bot || !seen_.fetched) return;
    auto difference = verdict::difference_of(*seen_.fetched, *seen_.as_bot);
    if (!difference) return;
    if (difference->is_telling) at_least(Disposition::kSuspicious, kCloakConfidence, "URL detonation");
    add(std::move(difference->evidence));
  }

  void gate() {
    if (verdict_.disposition >= Disposition::kGated) return;
    for (const auto* page : {&seen_.rendered, &seen_.fetched}) {
      if (!*page) continue;
      const auto found = verdict::find_gate(**page);
      if (!found) continue;
      at_least(Disposition::kGated, kGateConfidence, "URL detonation");
      add({found->code,
           found->sentence + (found->site_key.empty() ? "" : " (site key " + found->site_key + ")"), ""});
      return;
    }
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
  bool has_unseen_file_ = false, is_plain_ = true;
};

}  // namespace

Verdict verdict_of(const Seen& seen, const FindListed& find_listed, const verdict::BrandLooks& brands,
                   const verdict::PageContext& context) {
  return Composer(seen, find_listed, brands, context).verdict();
}

bool is_whole(const Page& page) {
  if (!page.trouble.empty()) return false;
  if (!is_page(page)) return true;
  return page.scripts.empty() && page.inline_scripts.empty() && page.frames.empty() &&
         page.html.find("onload") == std::string::npos;
}

std::chrono::seconds lifetime_of(Disposition disposition) {
  using namespace std::chrono_literals;
  switch (disposition) {
    case Disposition::kClean:
      return 1h;
    case Disposition::kUnknown:
      return 5min;
    case Disposition::kSuspicious:
      return 1h;
    case Disposition::kGated:
      return 15min;
    case Disposition::kPhishing:
    case Disposition::kMalware:
      return 24h;
  }
  return 5min;
}

}  // namespace linkgate::scan
