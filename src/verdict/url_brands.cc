// The table of names that phishing borrows, with the domains that are theirs.
#include "verdict/url_brands.h"

#include <algorithm>
#include <vector>

#include "base/ascii.h"

namespace linkgate::verdict {
namespace {

// "name:domains" separated by spaces; of the domains a bare suffix stands for the name under it, other
// entries for themselves ("citibank:com,citi.com": citibank.com and citi.com).
struct Group {
  BrandKind kind;
  std::string_view text;
};
constexpr Group kGroups[] = {
    {BrandKind::kMoney,
     "paypal:com,me venmo:com zelle:com,zellepay.com cashapp:cash.app bankofamerica:com wellsfargo:com "
     "citibank:com,citi.com capitalone:com usbank:com truist:com pncbank:pnc.com tdbank:td.com,tdbank.com "
     "huntington:com regions:com navyfederal:org chase:com americanexpress:com amex:americanexpress.com "
     "discover:com fidelity:com schwab:com vanguard:com robinhood:com mastercard:com visa:com "
     "westernunion:com moneygram:com payoneer:com wise:com revolut:com klarna:com affirm:com stripe:com "
     "hsbc:com,co.uk,com.hk barclays:co.uk,com lloyds:lloydsbank.com,lloydsbank.co.uk halifax:co.uk "
     "natwest:com santander:com,co.uk,es nationwide:co.uk monzo:com ingdirect:ing.com caixabank:es,com "
     "bbva:es,com sabadell:com bankinter:com bancolombia:com davivienda:com banorte:com bancomer:bbva.mx "
     "banamex:com itau:com.br bradesco:com.br caixa:gov.br nubank:com.br banrisul:com.br "
     "bcpzonasegura:viabcp.com viabcp:com interbank:pe scotiabank:com desjardins:com interac:ca "
     "rbc:com,rbcroyalbank.com bmo:com cibc:com tangerine:ca commbank:com.au westpac:com.au anz:com,com.au "
     "nab:com.au sparkasse:de volksbank:de commerzbank:de postbank:de deutschebank:db.com comdirect:de "
     "creditagricole:credit-agricole.fr bnpparibas:bnpparibas.com societegenerale:fr labanquepostale:fr "
     "boursorama:com,fr caissedepargne:caisse-epargne.fr intesasanpaolo:com unicredit:it,eu "
     "posteitaliane:poste.it nexi:it ubs:com postfinance:ch raiffeisen:ch,at,com swisscard:ch cembra:ch "
     "viseca:ch rabobank:nl abnamro:nl bunq:com kbc:be belfius:be argenta:be nordea:com danskebank:dk,com "
     "swedbank:se,com seb:se handelsbanken:se bankid:com mobilepay:dk pkobp:pl mbank:pl bzwbk:santander.pl "
     "garanti:garantibbva.com.tr ziraat:ziraatbank.com.tr akbank:com sberbank:ru tinkoff:ru alfabank:ru "
     "hdfc:hdfcbank.com icici:icicibank.com axisbank:com onlinesbi:com,sbi.co.in absa:co.za nedbank:co.za "
     "capitec:capitecbank.co.za fnb:co.za smbc:co.jp,smbc-card.com mufg:jp mizuho:mizuhobank.co.jp "
     "saison:saisoncard.co.jp aeon:aeon.co.jp orico:co.jp epos:eposcard.co.jp jcb:co.jp vpass:ne.jp "
     "lifecard:co.jp uccard:co.jp jaccs:co.jp aplus:co.jp pocketcard:co.jp viewcard:jreast.co.jp "
     "paypay:ne.jp dcard:docomo.ne.jp jabank:org rakutensec:rakuten-sec.co.jp nomura:co.jp sbisec:co.jp"},
    {BrandKind::kCrypto,
     "metamask:io coinbase:com binance:com,us kraken:com gemini:com ledger:com trezor:io trustwallet:com "
     "phantom:app,com exodus:com blockchain:com uniswap:org pancakeswap:finance opensea:io kucoin:com "
     "bitfinex:com bitstamp:net bitmart:com bybit:com huobi:com okx:com crypto:com ndax:io uphold:com "
     "blockfi:com celsius:network nexo:io,com electrum:org myetherwallet:com walletconnect:com,network "
     "solflare:com raydium:io jupiter:ag etherscan:io coinmarketcap:com coingecko:com bitcoin:org "
     "ethereum:org airdrop: staking: imtoken:im,fans safepal:com atomicwallet:io keplr:app hyperliquid:xyz "
     "bitpanda:com swissborg:com moonpay:com"},
    {BrandKind::kShop,
     "amazon:com,co.jp,co.uk,de,fr,es,it,in,ca,com.br,com.mx,com.au ebay:com,co.uk,de walmart:com "
     "target:com costco:com bestbuy:com homedepot:com alibaba:com aliexpress:com,ru "
     "shopee:com,sg,com.br,co.th lazada:com,sg,co.th mercadolibre:com,com.ar,com.mx mercadolivre:com.br "
     "mercari:com,jp rakuten:co.jp,com yahoo:com,co.jp zalando:com,de ikea:com allegro:pl "
     "allegrolokalnie:pl olx:pl,ua,com.br,ro vinted:com,fr,de leboncoin:fr wallapop:com subito:it "
     "kleinanzeigen:de marktplaats:nl tiktokshop:tiktok.com shopify:com etsy:com temu:com shein:com "
     "flipkart:com magazineluiza:com.br americanas:com.br casasbahia:com.br airbnb:com booking:com "
     "expedia:com agoda:com tripadvisor:com ekinet:eki-net.com"},
    {BrandKind::kTech,
     "microsoft:com microsoftonline:com office365:office.com,com office:com outlook:com,office.com "
     "hotmail:com sharepoint:com onedrive:live.com windows:com azure:com apple:com icloud:com,apple.com "
     "itunes:com google:com,de,co.uk,fr,es,it,co.jp,com.br gmail:com youtube:com android:com adobe:com "
     "docusign:com,net dropbox:com wetransfer:com zoom:us webex:com github:com,io gitlab:com "
     "cloudflare:com godaddy:com namecheap:com hostinger:com ionos:com,de ovhcloud:com,ovh.com aruba:it "
     "cpanel:net roundcube:net zimbra:com webmail: mailchimp:com sendgrid:com,net intuit:com "
     "quickbooks:intuit.com salesforce:com norton:com mcafee:com geeksquad: teamviewer:com anydesk:com "
     "chatgpt:com openai:com proton:me mailbox:org gmx:de,net webde:web.de tonline:t-online.de aol:com "
     "comcast:net,com"},
    {BrandKind::kSocial,
     "facebook:com instagram:com whatsapp:com messenger:com meta:com linkedin:com twitter:com telegram:org "
     "tiktok:com snapchat:com discord:com,gg reddit:com pinterest:com wechat:com weixin:qq.com "
     "vkontakte:vk.com viber:com tinder:com bumble:com onlyfans:com tencent:com"},
    {BrandKind::kPost,
     "usps:com fedex:com ups:com dhl:com,de dpd:com,co.uk,de,fr hermes:com evri:com royalmail:com "
     "canadapost:ca,canadapost-postescanada.ca auspost:com.au anpost:com,ie laposte:fr,net colissimo:fr "
     "chronopost:fr mondialrelay:fr,com correos:es,cl correios:com.br ctt:pt bpost:be postnl:nl "
     "postnord:se,dk,com posti:fi swisspost:post.ch evropost: yamato:kuronekoyamato.co.jp kuroneko: "
     "sagawa:sagawa-exp.co.jp japanpost:jp singpost:com inpost:pl gls:gls-group.eu aramex:com blibli:com "
     "ninjavan:co,com poczta:poczta-polska.pl"},
    {BrandKind::kTelecom,
     "verizon:com vodafone:com,de,co.uk telekom:de tmobile:t-mobile.com att:com,net xfinity:com "
     "spectrum:com,net orange:fr,com sfr:fr bouygues:bouyguestelecom.fr telstra:com,com.au optus:com.au "
     "bell:ca rogers:com telus:com swisscom:ch,com sunrise:ch kpn:com,nl ziggo:nl proximus:be telenet:be "
     "virginmedia:com btinternet:bt.com,com sky:com o2online:de movistar:es,com claro:com.br,com.co "
     "docomo:ne.jp softbank:jp kddi:com auone:jp starlink:com etisalat:ae ooredoo:com"},
    {BrandKind::kMedia,
     "netflix:com spotify:com disneyplus:com hulu:com primevideo:com hbomax:com "
     "steam:steampowered.com,steamcommunity.com steamcommunity:com steampowered:com roblox:com "
     "epicgames:com fortnite:com pubg:com,pubgmobile.com freefire:ff.garena.com garena:com "
     "mobilelegends:com playstation:com nintendo:com,co.jp xbox:com twitch:tv minecraft:net riotgames:com "
     "faceit:com ticketmaster:com bet365:com emirates:com qantas:com ryanair:com lufthansa:com "
     "britishairways:com"},
    {BrandKind::kState,
     "hmrc:gov.uk irs:gov dvla:gov.uk govuk:gov.uk usagov:usa.gov medicare:gov ameli:fr impots:gouv.fr "
     "antai:gouv.fr elster:de bundesregierung:de finanzamt:de agenziaentrate:gov.it inps:it "
     "belastingdienst:nl digid:nl mygov:au,my.gov.au centrelink:gov.au servicecanada:canada.ca "
     "skatteverket:se skat:dk altinn:no gosuslugi:ru detran: sunpass:com ezpass: fastrak:org txtag:org "
     "etoll: etcmeisai:jp myetc: ezdrive: ontario:ca suica: jreast:co.jp nta:go.jp"},
};

std::vector<Brand> parse_brands() {
  std::vector<Brand> out;
  for (const Group& group : kGroups) {
    for (const std::string_view entry : ascii::split(group.text, ' ')) {
      const size_t colon = entry.find(':');
      out.push_back({entry.substr(0, colon), group.kind, entry.substr(colon + 1)});
    }
  }
  std::sort(out.begin(), out.end(), [](const Brand& a, const Brand& b) { return a.name < b.name; });
  return out;
}

}  // namespace

std::span<const Brand> brands() {
  static const auto* const all = new std::vector<Brand>(parse_brands());
  return *all;
}

bool is_own_domain(const Brand& brand, std::string_view registrable_domain) {
  std::string_view behind_name = registrable_domain;
  const bool is_named = registrable_domain.starts_with(brand.name) &&
                        registrable_domain.substr(brand.name.size()).starts_with('.');
  behind_name.remove_prefix(is_named ? brand.name.size() + 1 : behind_name.size());
  const auto own = ascii::split(brand.domains, ',');
  return std::any_of(own.begin(), own.end(), [&](std::string_view entry) {
    return !entry.empty() && (entry == registrable_domain || entry == behind_name);
  });
}

}  // namespace linkgate::verdict
