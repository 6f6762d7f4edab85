#include "verdict/url_words.h"

#include <algorithm>
#include <bitset>
#include <string>
#include <unordered_map>

#include "base/ascii.h"

namespace linkgate::verdict {
namespace {

struct HostGroup {
  HostKind kind;
  std::string_view name;      // for people
  std::string_view suffixes;  // separated by spaces
};
constexpr HostGroup kHostGroups[] = {
    {HostKind::kOwn, "a domain of its own", ""},
    {HostKind::kBuilder, "a free site builder",
     "weebly.com weeblysite.com webflow.io godaddysites.com wixsite.com wixstudio.com wixstudio.io "
     "framer.app "
     "framer.ai framer.website framer.media framer.photos framer.wiki square.site squarespace.com "
     "typedream.app gitbook.io mystrikingly.com ubpages.com lpages.co jimdosite.com jimdofree.com "
     "webador.com webadorsite.com webnode.page webnode.com site123.me yolasite.com ucraft.net carrd.co "
     "softr.app bubbleapps.io notion.site super.site studio.site daftpage.com tilda.ws creatorlink.net "
     "creatium.site canva.site my.canva.site myportfolio.com sitew.us webwave.dev mmm.page zapier.app "
     "simple.ink myclickfunnels.com clickfunnels.com myfunnelish.com lovable.app lovable.dev base44.app "
     "bolt.host bolt.new durable.co edu.site hubspotpagebuilder.com systeme.io mailerpage.io "
     "sites.google.com goteal.io readymag.com tiiny.site tiiny.io mydurable.com umso.co onepage.website"},
    {HostKind::kStatic, "a free host for developers' pages",
     "vercel.app now.sh vercel.dev netlify.app github.io gitlab.io pages.dev web.app firebaseapp.com "
     "surge.sh glitch.me replit.app replit.dev repl.co onrender.com render.com herokuapp.com fly.dev "
     "up.railway.app railway.app deno.dev workers.dev amplifyapp.com azurestaticapps.net codesandbox.io "
     "csb.app stackblitz.io codeanyapp.com zeabur.app edgeone.app edgeone.dev wasmer.app pythonanywhere.com "
     "appspot.com run.app azurewebsites.net koyeb.app cyclic.app kinsta.page on-fleek.app fleek.co "
     "4everland.app appwrite.network bitbucket.io ondigitalocean.app streamlit.app neocities.org "
     "hf.space static.hf.space gitpod.io cloudfunctions.net deta.dev stormkit.dev statichost.eu"},
    {HostKind::kDynamic, "a service that gives subdomains away",
     "duckdns.org ddns.net no-ip.org no-ip.biz hopto.org zapto.org sytes.net myftp.org myftp.biz "
     "servehttp.com serveuser.com serveusers.com serveftp.com redirectme.net bounceme.net 3utilities.com "
     "onthewifi.com dynv6.net mooo.com chickenkiller.com crabdance.com ignorelist.com jumpingcrab.com "
     "strangled.net us.to ydns.eu dynu.net freeddns.org ddnsfree.com ddnsgeek.com giize.com gleeze.com "
     "kozow.com loseyourip.com theworkpc.com casacam.net accesscam.org mywire.org webredirect.org "
     "camdvr.org publicvm.com linkpc.net dynamic-dns.net ip-ddns.com dns04.com dnsrd.com ddns.info "
     "changeip.org dnset.com my03.com mefound.com wikaba.com onedumb.com youdontcare.com zzux.com "
     "mrbasic.com mrbonus.com jungleheart.com toythieves.com longmusic.com organiccrap.com itemdb.com "
     "instanthq.com justdied.com almostmy.com faqserv.com 2waky.com dumb1.com sexidude.com itsaol.com "
     "ygto.com fartit.com freetcp.com otzo.com vizvaz.com jkub.com esmtp.biz yourtrap.com "
     "dpdns.org us.kg qzz.io eu.org nom.za.com work.gd ct.ws is-a.dev js.org pp.ua cloudns.cl cloudns.ph "
     "cloudns.be cloudns.nz cloudns.asia sslip.io nip.io mydomain.zone free.hr twilightparadox.com"},
    {HostKind::kBlog, "a blog host",
     "wordpress.com tumblr.com substack.com medium.com ghost.io bearblog.dev livejournal.com typepad.com "
     "hatenablog.com blogspot.com hashnode.dev micro.blog write.as over-blog.com tripod.com"},
    {HostKind::kStorage, "storage that anybody can rent",
     "r2.dev backblazeb2.com digitaloceanspaces.com wasabisys.com linodeobjects.com amazonaws.com "
     "storage.googleapis.com firebasestorage.googleapis.com blob.core.windows.net web.core.windows.net "
     "cloudfront.net azureedge.net azurefd.net b-cdn.net myqcloud.com aliyuncs.com oraclecloud.com "
     "googleusercontent.com dweb.link ipfs.io cf-ipfs.com w3s.link nftstorage.link infura-ipfs.io "
     "flk-ipfs.xyz oortstorages.com appdomain.cloud vultrobjects.com contaboserver.net selcdn.ru "
     "supabase.co scw.cloud tebi.io storjshare.io"},
    {HostKind::kHosting, "a hosting firm's name for sites without a domain",
     "000webhostapp.com 000webhost.com cprapid.com mybluehost.me bluehost.com hostingersite.com "
     "hostingerapp.com temporary.site temporary-site.com temporary.link live-website.com mytemp.website "
     "tempurl.host wpenginepowered.com wpengine.com pantheonsite.io ewp.live easywp.com serv00.net "
     "infinityfreeapp.com rf.gd epizy.com great-site.net free.nf byethost.com iceiy.com wuaze.com "
     "freewebhostmost.com webcindario.com netsons.org altervista.org alwaysdata.net hstn.me atwebpages.com "
     "mypressonline.com scienceontheweb.net onlinewebshop.net sportsontheweb.net medianewsonline.com "
     "myartsonline.com getenjoyment.net mygamesonline.org esy.es hol.es 16mb.com 96.lt pe.hu "
     "wcomhost.com secureserver.net plesk.page swtest.ru tw1.ru kinsta.cloud cloudaccess.host closte.com "
     "instawp.xyz instawp.co instawp.link tempisite.com webmo.fr cfolks.pl jdevcloud.com wpdevcloud.com "
     "cloudwaysapps.com somee.com runasp.net beget.tech h1n.ru sviluppo.host preview-domain.com "
     "jcloud.kz nichost.ru mixh.jp dreamhosters.com dreamwp.com nxcli.io mystagingwebsite.com"},
    {HostKind::kForm, "a service for documents and forms",
     "docs.google.com forms.gle drive.google.com sharepoint.com jotform.com typeform.com wufoo.com "
     "forms.office.com formstack.com surveymonkey.com cognitoforms.com formsite.com 123formbuilder.com "
     "onedrive.live.com 1drv.ms dropbox.com evernote.com dynamics.com zendesk.com atlassian.net canva.com "
     "padlet.com adobe.com hubspot.com mailchi.mp sendgrid.net ciamlogin.com zohopublic.com zoho.com"},
    {HostKind::kTunnel, "a tunnel into somebody's machine",
     "ngrok.io ngrok.app ngrok-free.app ngrok-free.dev trycloudflare.com loca.lt localtunnel.me serveo.net "
     "devtunnels.ms portmap.io playit.gg localto.net pinggy.link lhr.life"},
    {HostKind::kShortener, "a link shortener",
     "bit.ly tinyurl.com t.co goo.gl ow.ly is.gd v.gd cutt.ly rebrand.ly rb.gy t.ly shorturl.at tiny.cc "
     "buff.ly s.id lnkd.in qrco.de q-r.to me-qr.com qr.de l.ead.me qrs.ly shorturl.asia urlz.fr bit.do "
     "dub.sh short.gy tr.ee linktr.ee u.to surl.li clck.ru vk.cc x.gd n9.cl acortar.link did.li han.gl "
     "lnk.ink trib.al dlvr.it wp.me amzn.to youtu.be fb.me adf.ly soo.gd t2m.io tny.im shrtco.de app.link "
     "onelink.me page.link"},
};

struct Words {
  std::string_view name;
  std::string_view words;
};
constexpr Words kWords[kWordKinds] = {
    {"sign-in",
     "login signin logon sign-in log-in sso oauth auth authenticate authentication webscr anmelden "
     "anmeldung accedi acceso acesso entrar inicio iniciar sesion session sessao connexion connecter "
     "identification logowanie zaloguj loggin connect signon weblogin"},
    {"verification",
     "verify verification verified verificacion verificar verifica verificacao validate validation "
     "validacion valida confirm confirmation confirmacion conferma confirma bestatigen bestaetigen "
     "authorize activate activation activar aktivieren identity captcha kyc"},
    {"security",
     "secure security secured safe safety seguro seguridad seguranca sicherheit securite sicuro protect "
     "protection otp token 2fa mfa antifraud fraud guard securelogin tan pushtan"},
    {"account",
     "account accounts konto cuenta conta compte profile user usuario utente kunde client cliente clientes "
     "customer member members myaccount kundenservice personas particuliers privat banca banking bank bank"},
    {"urgency",
     "update upgrade suspend suspended suspension restrict restricted locked unlock limit limited expire "
     "expired alert warning urgent important notice notification aviso recover recovery restore reactivate "
     "violation copyright appeal case blocked problem issue pending reset renew renewal cancel "
     "aktualisieren actualizar atualizar mise"},
    {"support",
     "support help helpdesk helpcenter service services servicio servizio assist assistance "
     "center centre centro contact care team live chat supporto soporte suporte"},
    {"payment",
     "pay payment payments pagamento pago pagos paiement zahlung billing bill invoice invoices factura "
     "fattura rechnung refund reembolso rimborso remboursement checkout card cards karte tarjeta carte "
     "carta transfer transaction credit debit pix bizum rebate tax taxe cash money"},
    {"delivery",
     "delivery deliver parcel package packages paket colis pacco paquete encomenda shipping shipment "
     "tracking track suivi envio envios livraison redelivery post postal customs"},
    {"wallet",
     "wallet wallets walet wallett seed mnemonic defi swap dapp dapps nft mint claim airdrop stake staking "
     "bridge crypto token tokens bitcoin eth ethereum usdt web3 rectify restore connectwallet exchange"},
    {"prize",
     "gift gifts giftcard bonus promo promocao promotion prize winner win reward rewards free gratis "
     "oferta ofertas offer offers sorteo premio regalo lottery casino bet spin diamonds robux event redeem "
     "voucher coupon vote voting survey"},
    {"mail",
     "webmail mail email mailbox owa outlook inbox messages roundcube zimbra exchange voicemail "
     "quota storage office365 document documents docs pdf file files share shared view viewer "
     "sharefile download onedrive excel fax"},
    {"kit",
     "wp-admin wp-includes wp-content cgi-bin cmd includes signin.php login.php index.php next.php "
     "process.php mobile.php home.html index.html main.html page.html pay.html verify.html cp panel htdocs "
     "public_html well-known tmp cache temp css js image images plugins themes uploads wap h5 m app apps "
     "portal secure1 web page pages cdn start en-us en us official online web-app"},
};

// Suffix -> kind, with every host of kHostGroups.
const std::unordered_map<std::string_view, HostKind>& host_kinds() {
  static const auto* const map = [] {
    auto* all = new std::unordered_map<std::string_view, HostKind>;
    for (const HostGroup& group : kHostGroups) {
      for (const auto suffix : ascii::split(group.suffixes, ' ')) all->emplace(suffix, group.kind);
    }
    return all;
  }();
  return *map;
}

struct KnownHost {
  HostKind kind = HostKind::kOwn;
  std::string_view suffix;
};

KnownHost find_host(std::string_view host) {
  const auto& kinds = host_kinds();
  for (std::string_view rest = host;;) {
    // Blogspot has a name under each country's top-level domain ("blogspot.com.br").
    if (rest.starts_with("blogspot.") && rest.size() <= 15) return {HostKind::kBlog, rest};
    if (const auto found = kinds.find(rest); found != kinds.end()) return {found->second, rest};
    const size_t dot = rest.find('.');
    if (dot == rest.npos) return {};
    rest.remove_prefix(dot + 1);
  }
}

constexpr size_t kMinInsideWord = 5;

// word -> bits, the longest word, and how words of at least kMinInsideWord characters begin.
struct WordIndex {
  std::unordered_map<std::string_view, uint32_t> bits;
  size_t longest = 0;
  std::bitset<1 << 15> begins;
};
size_t begin_of(std::string_view word) {
  return static_cast<size_t>(word[0] & 31) << 10 | static_cast<size_t>(word[1] & 31) << 5 |
         static_cast<size_t>(word[2] & 31);
}
const WordIndex& word_index() {
  static const auto* const index = [] {
    auto* all = new WordIndex;
    for (int kind = 0; kind < kWordKinds; ++kind) {
      for (const auto word : ascii::split(kWords[kind].words, ' ')) {
        all->bits[word] |= 1U << kind;
        all->longest = std::max(all->longest, word.size());
        if (word.size() >= kMinInsideWord) all->begins.set(begin_of(word));
      }
    }
    return all;
  }();
  return *index;
}

bool is_word_char(char c) { return ascii::is_alnum(c); }

}  // namespace

HostKind host_kind(std::string_view host) { return find_host(host).kind; }

std::string_view host_kind_suffix(std::string_view host) { return find_host(host).suffix; }

std::string_view to_string(HostKind kind) { return kHostGroups[static_cast<size_t>(kind)].name; }

bool is_lure_word(std::string_view word) {
  constexpr size_t kMaxLength = 40, kMinPart = 3;
  const WordIndex& index = word_index();
  if (index.bits.contains(word)) return true;
  if (word.size() > kMaxLength) return false;
  std::bitset<kMaxLength + 1> spelt;  // up to here by whole words
  spelt.set(0);
  for (size_t end = kMinPart; end <= word.size(); ++end) {
    for (size_t begin = 0; begin + kMinPart <= end; ++begin) {
      if (spelt[begin] && index.bits.contains(word.substr(begin, end - begin))) spelt.set(end);
    }
  }
  return !word.empty() && spelt[word.size()];
}

uint32_t word_kinds_in(std::string_view text) {
  const WordIndex& index = word_index();
  uint32_t bits = 0;
  for (size_t begin = 0; begin < text.size();) {
    size_t end = begin;
    while (end < text.size() && is_word_char(text[end])) ++end;
    const std::string_view word = text.substr(begin, end - begin);
    if (const auto found = index.bits.find(word); found != index.bits.end()) {
      bits |= found->second;
    } else if (word.size() > kMinInsideWord && word.size() <= 40) {
      for (size_t i = 0; i + kMinInsideWord <= word.size(); ++i) {
        if (!index.begins[begin_of(word.substr(i))]) continue;
        const size_t most = std::min(index.longest, word.size() - i);
        for (size_t length = kMinInsideWord; length <= most; ++length) {
          const auto inside = index.bits.find(word.substr(i, length));
          if (inside != index.bits.end()) bits |= inside->second;
        }
      }
    }
    begin = end + 1;
  }
  return bits;
}

}  // namespace linkgate::verdict
