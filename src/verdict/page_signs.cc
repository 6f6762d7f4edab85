// Signs in forms, hosts and words.
#include "verdict/page_signs.h"

#include <algorithm>
#include <map>

#include "base/ascii.h"
#include "url/confusable.h"
#include "url/domain.h"
#include "verdict/url_words.h"

namespace linkgate::verdict {
namespace {

// Services that take what forms send and pass it on to whoever made the form, and programs of chat services
// that post where their owner reads.
constexpr std::string_view kCollectors[] = {
    "telegram.org",      "discord.com",     "discordapp.com", "formspree.io", "formsubmit.co",
    "getform.io",        "formcarry.com",   "web3forms.com",  "usebasin.com", "submit-form.com",
    "script.google.com", "forms.gle",       "pipedream.net",  "webhook.site", "requestcatcher.com",
    "formbold.com",      "staticforms.xyz", "kwes.io",        "sheetdb.io",   "sheety.co",
    "formcake.com",      "firebaseio.com",  "formkeep.com",   "emailjs.com"};
// Who signs people in for others.
constexpr std::string_view kIdentityProviders[] = {
    "okta.com",          "auth0.com",    "onelogin.com",  "pingidentity.com",     "duosecurity.com",
    "amazoncognito.com", "b2clogin.com", "ciamlogin.com", "cloudflareaccess.com", "jumpcloud.com",
    "workos.com",        "clerk.com",    "fusionauth.io", "frontegg.com",         "descope.com",
    "oktapreview.com",   "stytch.com",   "login.gov",     "stripe.com",           "adyen.com",
    "mollie.com",        "klarna.com",   "worldpay.com",  "checkout.com"};
// Names that kits give the script that takes the catch.
constexpr std::string_view kKitScripts[] = {
    "next.php",   "post.php",   "process.php", "send.php",    "login.php", "log.php",
    "submit.php", "action.php", "verify.php",  "data.php",    "check.php", "result.php",
    "mail.php",   "sender.php", "auth.php",    "handler.php", "save.php",  "grab.php",
    "finish.php", "step1.php",  "step2.php",   "index2.php",  "logon.php", "validate.php"};

template <typename List>
bool contains(const List& list, std::string_view text) {
  return std::find(std::begin(list), std::end(list), text) != std::end(list);
}
template <typename List>
std::string_view first_in(std::string_view text, const List& list) {
  for (const std::string_view one : list) {
    if (text.find(one) != std::string_view::npos) return one;
  }
  return "";
}

constexpr double kGivenAway = 0.4, kFormService = 0.6, kOfficeService = 0.2, kLureWords = 0.25;
constexpr double kPostsElsewhere = 0.8;
constexpr std::string_view kFormBuilders[] = {
    "docs.google.com", "forms.gle",          "forms.office.com", "jotform.com",      "typeform.com",
    "wufoo.com",       "formstack.com",      "surveymonkey.com", "cognitoforms.com", "formsite.com",
    "padlet.com",      "123formbuilder.com", "zohopublic.com",   "canva.com"};

std::string of_domain(std::string_view address) {
  const auto url = url::Url::parse(address);
  return url ? site_of(url->hostname()) : std::string();
}

void add_post_signs(const PageView& view, const Form& form, const BrandLooks& brands, PageSigns& signs) {
  const std::string action = ascii::to_lower(form.action);
  if (action.starts_with("data:") || action.starts_with("mailto:") || action.starts_with("blob:")) {
    signs.push_back({"form.odd_target", 0.6,
                     "sends what is typed to a \"" + action.substr(0, action.find(':')) +
                         ":\" address instead of a server"});
    return;
  }
  const std::string domain = of_domain(form.action);
  if (!domain.empty() && domain != view.domain && brands.owner(domain) == nullptr &&
      !contains(kIdentityProviders, domain))
    signs.push_back({"form.posts_elsewhere", kPostsElsewhere,
                     "sends " + std::string(to_string(view.asked)) + " to another site, " + domain});
  const std::string path = action.substr(0, action.find('?'));
  const std::string_view name = std::string_view(path).substr(path.rfind('/') + 1);
  if (contains(kKitScripts, name))
    signs.push_back({"form.kit_script", 0.2,
                     "hands what is typed to a script named " + std::string(name) + ", as phishing kits do"});
}

// Ways in which scripts hand over what they read; behind each stands where to.
constexpr std::string_view kSends[] = {"fetch(",  ".open(",      "sendBeacon(", "$.post(",
                                       "$.ajax(", "axios.post(", "axios("};
constexpr std::string_view kReads[] = {".value",   "textContent", "innerText",
                                       "FormData", "passw",       "serialize("};

// A script of the page that sends what was typed to another site, instead of a form that does.
void add_script_post(const PageView& view, const BrandLooks& brands, PageSigns& signs) {
  constexpr size_t kNear = 60, kAround = 300, kMostCalls = 50;
  size_t calls = 0;
  for (const std::string_view send : kSends) {
    for (size_t at = 0; calls < kMostCalls && (at = view.script.find(send, at)) != std::string::npos;
         ++calls) {
      at += send.size();
      const std::string_view behind = std::string_view(view.script).substr(at, kAround);
      const size_t begin = behind.find("https://");
      if (begin > kNear) continue;
      const std::string_view rest = behind.substr(begin);
      const std::string domain = of_domain(rest.substr(0, rest.find_first_of("'\"`\\ ,)")));
      if (domain.empty() || domain == view.domain || contains(kIdentityProviders, domain) ||
          brands.owner(domain) != nullptr || first_in(rest, kReads).empty())
        continue;
      signs.push_back(
          {"form.posts_elsewhere", 0.6,
           "has a script that sends " + std::string(to_string(view.asked)) + " to another site, " + domain});
      return;
    }
  }
}

}  // namespace

bool is_anybodys(std::string_view host) {
  const HostKind kind = host_kind(host);
  return kind == HostKind::kForm ? contains(kFormBuilders, host_kind_suffix(host)) : kind != HostKind::kOwn;
}

void add_form_signs(const PageView& view, const BrandLooks& brands, PageSigns& signs) {
  if (view.asked == Asked::kNothing) return;
  if (view.asking_form != nullptr) add_post_signs(view, *view.asking_form, brands, signs);
  const bool is_sent = std::any_of(signs.begin(), signs.end(),
                                   [](const PageSign& sign) { return sign.code == "form.posts_elsewhere"; });
  if (!is_sent && view.asked >= Asked::kPassword) add_script_post(view, brands, signs);
  const std::string_view collector = first_in(view.markup, kCollectors);
  const bool is_bot =
      collector == "telegram.org" ? view.script.find("api.telegram.org/bot") != std::string::npos ||
                                        view.markup.find("api.telegram.org/bot") != std::string::npos
      : collector.starts_with("discord") ? view.markup.find("/api/webhooks/") != std::string::npos ||
                                               view.script.find("/api/webhooks/") != std::string::npos
                                         : !collector.empty();
  if (is_bot && view.asked >= Asked::kPassword)
    signs.push_back({"form.collector", 0.9,
                     "sends " + std::string(to_string(view.asked)) + " to " + std::string(collector) +
                         ", where anybody can collect it without a name"});
  if (view.url.scheme() == "http" && view.asked >= Asked::kPassword)
    signs.push_back({"form.unencrypted", 0.15, "asks for it over an unencrypted connection"});
}

// Where nearly all links that leave the page lead to one other site, this may be a copy of a page of that
// site.
void add_copy_sign(const PageView& view, const BrandLooks& brands, PageSigns& signs) {
  constexpr size_t kFewest = 4, kMostSites = 200;
  std::map<std::string, size_t> sites;
  size_t all = 0;
  for (const auto* list : {&view.page->links, &view.page->images, &view.page->scripts}) {
    for (const std::string& address : *list) {
      std::string domain = of_domain(address);
      if (domain.empty() || sites.size() >= kMostSites) continue;
      ++all;
      if (domain != view.domain) ++sites[std::move(domain)];
    }
  }
  const auto most = std::max_element(sites.begin(), sites.end(),
                                     [](const auto& a, const auto& b) { return a.second < b.second; });
  if (most == sites.end() || most->second < kFewest || most->second * 10 < all * 7) return;
  if (brands.owner(most->first) != nullptr) return;  // a claim already
  const std::string label = most->first.substr(0, most->first.find('.'));
  const bool is_named = view.host.find(label) != std::string::npos;
  if (is_named || view.owner_label == label) return;  // the same house under another name
  signs.push_back({"page.copied", 0.4,
                   "takes its links and pictures from " + most->first + ", as a copy of a page there would"});
}

std::string ago(Time::duration age) {
  const auto hours = std::max<int64_t>(std::chrono::duration_cast<std::chrono::hours>(age).count(), 0);
  if (hours == 0) return "less than an hour ago";
  return std::to_string(hours) + (hours == 1 ? " hour ago" : " hours ago");
}

void add_host_signs(const PageView& view, const PageContext& context, const BrandLooks& brands,
                    PageSigns& signs) {
  if (const HostKind kind = host_kind(view.host); kind != HostKind::kOwn) {
    // Forms of a service that anybody writes forms with have no business with passwords; other services of
    // offices sign their customers' people in.
    const double worth =
        kind != HostKind::kForm ? kGivenAway
        : contains(kFormBuilders, host_kind_suffix(view.host)) && view.asked > Asked::kAddress
            ? kFormService
            : kOfficeService;
    signs.push_back(
        {"host.given_away", worth,
         "lies on " + std::string(to_string(kind)) + ", where anybody gets a host without a name"});
  }
  if (is_made_of_lure_words(view.owner_label))
    signs.push_back({"host.lure_words", kLureWords,
                     "has a host named with words of lures and nobody's name, " + view.domain});
  const bool is_address =
      !view.host.empty() &&
      (view.host.front() == '[' || view.host.find_first_not_of("0123456789.") == std::string::npos);
  if (is_address) signs.push_back({"host.address", 0.3, "has no name, only the address " + view.host});
  for (const auto& label : url::confusable_labels(view.host)) {
    if (label.kind == url::ConfusableLabel::Kind::kLooksLike && brands.owner(view.domain) == nullptr)
      signs.push_back({"host.imitates", 0.6, "has a host name written to look like \"" + label.like + "\""});
  }
  // "x.github.io" does not borrow GitHub's name: it was given it.
  const std::string_view given = host_kind_suffix(view.host);
  const std::string_view chosen = std::string_view(view.host).substr(0, view.host.size() - given.size());
  for (const BrandLook& brand : brands.all()) {
    const bool borrowed =
        !owns(brand, view.domain) && !brand.is_self_hosted &&
        std::any_of(brand.words.begin(), brand.words.end(), [chosen](const std::string& word) {
          return word.size() >= 5 && chosen.find(word) != std::string::npos;
        });
    if (!borrowed) continue;
    signs.push_back({"host.borrows_name", 0.5,
                     "carries the name of " + brand.name + " in a host that is not theirs, " + view.host});
    break;
  }
  add_copy_sign(view, brands, signs);
  const auto& certificate = view.page->certificate;
  using namespace std::chrono_literals;
  if (certificate && !certificate->is_trusted)
    signs.push_back({"tls.untrusted", 0.2, "has a certificate that browsers do not accept"});
  if (context.url_is_suspicious)
    signs.push_back({"url.model", 0.25, "has an address that is written as phishing's are"});
  if (const auto& first = context.host_first_seen; first && context.now - *first < 72h)
    signs.push_back(
        {"host.new", 0.2, "lies on a name that was first seen here " + ago(context.now - *first)});
  // Honest sites renew certificates too: of those that are met some two in a hundred are as new.
  if (certificate && certificate->is_trusted && context.now > certificate->not_before &&
      context.now - certificate->not_before < 48h)
    signs.push_back(
        {"tls.new", 0.1, "has a certificate that was made " + ago(context.now - certificate->not_before)});
}

}  // namespace linkgate::verdict
