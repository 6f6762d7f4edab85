// Signs in forms, hosts and words.
#include "verdict/page_signs.h"

#include <algorithm>

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

struct Lure {
  double weight;
  std::string_view code, what;
  std::string_view words;  // separated by '|'
};
constexpr Lure kLures[] = {
    {0.35, "text.threat", "threatens with a loss unless one signs in at once",
     "will be suspended|has been suspended|will be deactivated|will be closed|will be terminated|account is "
     "locked|has been locked|"
     "account locked|access has been limited|temporarily limited|unusual activity|unusual sign-in|suspicious "
     "activity|"
     "within 24 hours|within 48 hours|avoid suspension|avoid interruption|wird gesperrt|wurde "
     "gesperrt|eingeschränkt|"
     "innerhalb von 24 stunden|ungewöhnliche aktivität|konto gesperrt|sera suspendu|a été suspendu|activité "
     "inhabituelle|"
     "será suspendida|ha sido suspendida|actividad inusual|cuenta bloqueada|verrà sospeso|è stato "
     "sospeso|attività insolita|"
     "wordt geblokkeerd|is geblokkeerd|konto zostanie|conta bloqueada|foi suspensa|zostało zablokowane"},
    {0.5, "text.mailbox",
     "speaks of a full mailbox, held mails or an expiring password, as no mail server does on a web page",
     "mailbox is full|mailbox is almost full|mailbox quota|mailbox storage|storage is full|quota "
     "exceeded|held messages|pending messages|"
     "undelivered messages|incoming messages|messages on hold|release messages|password expires|password "
     "will expire|password has expired|"
     "keep same password|keep current password|keep the same password|keep my "
     "password|revalidate|re-validate|upgrade your mailbox|upgrade mailbox|webmail update|"
     "mailbox verification|verify your mailbox|server error: session|postfach ist voll|postfach ist fast "
     "voll|speicherplatz voll|"
     "kennwort läuft ab|passwort läuft ab|boîte de réception est pleine|boîte mail est pleine|boîte aux "
     "lettres est pleine|"
     "buzón está lleno|buzón lleno|casella è piena|casella di posta è piena|mailbox vol|la password "
     "scade|mantieni la stessa password|mailbox will be|skrzynka jest "
     "pełna|caixa de correio cheia"},
    {0.35, "text.document", "offers a document for which one has to sign in with one's mail account",
     "sign in to view|login to view|log in to view|sign in to access|login to access|to view the document|to "
     "view this document|"
     "to view document|to open this file|view shared file|view shared document|protected document|secure "
     "document|"
     "confirm your identity to|verify your identity to|verify your email to|enter the email this|enter your "
     "email to view|"
     "secured document|shared with you|encrypted message|secure message|read the message|listen to the "
     "message|voicemail|voice message|"
     "select your email provider|choose your email provider|login with your email|sign in with your email "
     "provider|"
     "dokument anzeigen|dokument anzusehen|geschütztes dokument|melden sie sich an, um|pour afficher le "
     "document|pour consulter le document|"
     "para ver el documento|per visualizzare il documento|om het document te bekijken|aby wyświetlić "
     "dokument|para visualizar o documento"},
    {0.3, "text.confirm", "asks to confirm or update what the real service knows already",
     "verify your account|confirm your account|verify your identity|confirm your identity|update your "
     "payment|update your billing|"
     "update your information|confirm your information|confirm your details|billing information|verify your "
     "information|verify it's you|"
     "validate your account|re-authenticate|reauthenticate|reactivate|session expired|session has "
     "expired|session timed out|"
     "please verify|konto bestätigen|konto verifizieren|daten bestätigen|daten aktualisieren|identität "
     "bestätigen|sitzung abgelaufen|"
     "ihre sitzung ist|zahlungsdaten|verifizierung|confirmer votre|vérifier votre|mettre à jour vos|session "
     "a expiré|verifique su|"
     "confirme su|actualice su|verifica il tuo|conferma i tuoi|aggiorna i tuoi|sesión ha caducado|bevestig "
     "uw|verifieer|potwierdź|confirme seus|"
     "aktualisieren sie ihr|erneut anmelden|identifiez-vous pour|annuler l'achat|confirm that you "
     "are|お支払い方法に問題|一時停止|会員情報|本人確認|"
     "entre para votar|vote for|sign in to vote|to cancel this purchase|to cancel the order"},
    {0.35, "text.prize", "promises money, a refund or a parcel for details of a card",
     "tax refund|claim your refund|refund of|you have won|you've won|claim your prize|claim your reward|gift "
     "card|airdrop|claim now|"
     "delivery fee|shipping fee|redelivery|customs fee|unpaid fee|unpaid toll|outstanding toll|small fee|pay "
     "the fee|"
     "zollgebühr|versandkosten|zustellgebühr|rückerstattung|erstattung|steuererstattung|remboursement|frais "
     "de livraison|frais de douane|"
     "gastos de envío|tasas de aduana|reembolso|rimborso|spese di spedizione|spese di "
     "consegna|terugbetaling|verzendkosten|zwrot podatku"},
};

std::string of_domain(std::string_view address) {
  const auto url = url::Url::parse(address);
  return url ? url::registrable_domain(std::string(url->hostname())) : std::string();
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
    signs.push_back({"form.posts_elsewhere", 0.7,
                     "sends " + std::string(to_string(view.asked)) + " to another site, " + domain});
  const std::string path = action.substr(0, action.find('?'));
  const std::string_view name = std::string_view(path).substr(path.rfind('/') + 1);
  if (contains(kKitScripts, name))
    signs.push_back({"form.kit_script", 0.2,
                     "hands what is typed to a script named " + std::string(name) + ", as phishing kits do"});
}

}  // namespace

void add_form_signs(const PageView& view, const BrandLooks& brands, PageSigns& signs) {
  if (view.asked == Asked::kNothing) return;
  if (view.asking_form != nullptr) add_post_signs(view, *view.asking_form, brands, signs);
  const std::string_view collector = first_in(ascii::to_lower(view.script) + view.markup, kCollectors);
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

void add_host_signs(const PageView& view, const PageContext& context, const BrandLooks& brands,
                    PageSigns& signs) {
  if (const HostKind kind = host_kind(view.host); kind != HostKind::kOwn) {
    signs.push_back(
        {"host.given_away", 0.4,
         "lies on " + std::string(to_string(kind)) + ", where anybody gets a host without a name"});
  }
  const bool is_address =
      !view.host.empty() &&
      (view.host.front() == '[' || view.host.find_first_not_of("0123456789.") == std::string::npos);
  if (is_address) signs.push_back({"host.address", 0.3, "has no name, only the address " + view.host});
  for (const auto& label : url::confusable_labels(view.host)) {
    if (label.kind == url::ConfusableLabel::Kind::kLooksLike && brands.owner(view.domain) == nullptr)
      signs.push_back({"host.imitates", 0.6, "has a host name written to look like \"" + label.like + "\""});
  }
  for (const BrandLook& brand : brands.all()) {
    const bool borrowed =
        !owns(brand, view.domain) && !brand.is_self_hosted &&
        std::any_of(brand.words.begin(), brand.words.end(), [&view](const std::string& word) {
          return word.size() >= 5 && view.host.find(word) != std::string::npos;
        });
    if (!borrowed) continue;
    signs.push_back({"host.borrows_name", 0.5,
                     "carries the name of " + brand.name + " in a host that is not theirs, " + view.host});
    break;
  }
  const auto& certificate = view.page->certificate;
  using namespace std::chrono_literals;
  if (certificate && !certificate->is_trusted)
    signs.push_back({"tls.untrusted", 0.2, "has a certificate that browsers do not accept"});
  const Time first = context.host_first_seen.value_or(
      certificate && certificate->is_trusted ? certificate->not_before : Time{});
  if (first != Time{} && context.now > first && context.now - first < 72h) {
    const auto hours = std::chrono::duration_cast<std::chrono::hours>(context.now - first).count();
    signs.push_back({"host.new", 0.2,
                     "was first seen " +
                         (hours < 1 ? std::string("less than an hour")
                                    : std::to_string(hours) + (hours == 1 ? " hour" : " hours")) +
                         " ago"});
  }
}

void add_text_signs(const PageView& view, const PageContext& context, const BrandLooks& brands,
                    PageSigns& signs) {
  for (const Lure& lure : kLures) {
    for (const std::string_view words : ascii::split(lure.words, '|')) {
      if (view.text.find(words) == std::string::npos && view.title.find(words) == std::string::npos) continue;
      signs.push_back({lure.code, lure.weight, std::string(lure.what) + " (\"" + std::string(words) + "\")"});
      break;
    }
  }
  const std::string recipient = ascii::to_lower(context.recipient);
  const bool knows_recipient = !recipient.empty() && (view.text.find(recipient) != std::string::npos ||
                                                      view.markup.find(recipient) != std::string::npos);
  if (knows_recipient && brands.owner(view.domain) == nullptr)
    signs.push_back({"text.knows_recipient", 0.3, "has the recipient's address filled in already"});
  size_t dead = 0;
  for (const std::string& tag : view.tags) {
    if (tag.size() < 2 || tag[0] != 'a' || !ascii::is_space(tag[1])) continue;
    const size_t at = tag.find("href=");
    const std::string_view target =
        at == std::string::npos ? std::string_view() : std::string_view(tag).substr(at + 5);
    if (target.empty() || target.starts_with("\"#\"") || target.starts_with("'#'") ||
        target.starts_with("\"\"") || target.starts_with("#") || target.starts_with("\"javascript:") ||
        target.starts_with("'javascript:"))
      ++dead;
  }
  const size_t links = std::max(view.page->links.size(), dead);
  if (dead >= 2 && dead * 10 >= links * 6)
    signs.push_back({"text.dead_links", 0.2, "has links that lead nowhere"});
  for (const BrandLook& brand : brands.all()) {
    if (owns(brand, view.domain)) break;
    const bool shown =
        std::any_of(brand.domains.begin(), brand.domains.end(), [&view](const std::string& domain) {
          const size_t at = view.text.find("https://" + domain);
          const size_t sub = view.text.find("." + domain + "/");
          return at != std::string::npos ||
                 (sub != std::string::npos &&
                  view.text.substr(0, sub).rfind("https://") != std::string::npos &&
                  sub - view.text.substr(0, sub).rfind("https://") < 40);
        });
    if (!shown || view.text.size() > 1500) continue;
    signs.push_back({"text.painted_address", 0.5,
                     "shows an address of " + brand.name + " as if it were the browser's own"});
    break;
  }
}

}  // namespace linkgate::verdict
