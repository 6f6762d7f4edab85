#include "training/made_examples.h"

#include <string_view>

#include "verdict/url_brands.h"

namespace linkgate::training {
namespace {

using verdict::Brand;
using verdict::BrandKind;

constexpr std::string_view kAsking[] = {
    "login",    "signin",   "verify",  "secure",   "account", "support",  "help",    "update",   "service",
    "online",   "auth",     "confirm", "security", "sso",     "portal",   "access",  "customer", "client",
    "recovery", "alert",    "billing", "payment",  "refund",  "id",       "center",  "official", "web",
    "app",      "start",    "home",    "page",     "info",    "my",       "welcome", "user",     "office",
    "connect",  "validate", "unlock",  "restore",  "review",  "business", "team",    "mail",     "server",
    "bonus",    "gift",     "event",   "promo",    "claim",   "wallet",   "cdn",     "us",       "en"};
constexpr std::string_view kWalletAsking[] = {
    "wallet", "login", "extension", "bridge",   "suite",   "live",    "start", "connect",
    "app",    "web3",  "claim",     "swap",     "sign",    "auth",    "pro",   "help",
    "docs",   "io",    "hardware",  "recovery", "desktop", "airdrop", "defi",  "restore"};
constexpr std::string_view kPaths[] = {
    "login",       "login.php", "login.html", "index.html", "index.php", "home",       "signin", "verify",
    "verify.html", "account",   "pay",        "pay/",       "update",    "auth/login", "secure", "app",
    "web",         "portal",    "m",          "en",         "us",        "com",        "track",  "billing",
    "user/login",  "help",      "main.html",  "page.html",  "confirm",   "start",      "h5",     "info"};
constexpr std::string_view kKitFolders[] = {
    "wp-content/plugins", "wp-includes", "wp-admin", "wp-content/uploads",
    ".well-known",        "cgi-bin",     "css",      "images",
    "includes",           "admin"};
constexpr std::string_view kCheapTlds[] = {
    "top",  "xyz",  "shop", "icu",  "cc",   "vip",  "cfd", "sbs",  "click", "online", "site", "store",
    "club", "live", "info", "cyou", "buzz", "life", "win", "bond", "lol",   "world",  "link", "support",
    "com",  "com",  "com",  "net",  "org",  "cn",   "ru",  "co",   "us",    "pro",    "app",  "digital"};
constexpr std::string_view kBuilders[] = {
    "weebly.com",    "weeblysite.com", "webflow.io",  "godaddysites.com", "wixsite.com", "wixstudio.com",
    "framer.app",    "framer.website", "square.site", "typedream.app",    "gitbook.io",  "mystrikingly.com",
    "jimdosite.com", "webador.com",    "carrd.co",    "softr.app",        "canva.site",  "studio.site",
    "notion.site",   "yolasite.com",   "site123.me",  "ucraft.net",       "lovable.app", "blogspot.com",
    "wordpress.com", "ghost.io"};
constexpr std::string_view kAppHosts[] = {
    "vercel.app", "netlify.app",       "pages.dev",      "web.app",           "firebaseapp.com",
    "github.io",  "onrender.com",      "surge.sh",       "glitch.me",         "replit.app",
    "fly.dev",    "herokuapp.com",     "workers.dev",    "pages.dev",         "vercel.app",
    "pages.dev",  "azurewebsites.net", "amplifyapp.com", "000webhostapp.com", "duckdns.org",
    "rf.gd",      "ddns.net",          "ngrok-free.app", "trycloudflare.com", "r2.dev",
    "kinsta.page"};

class Maker {
 public:
  explicit Maker(Random* random) : random_(*random) {}

  std::string url() {
    switch (random_.below(12)) {
      case 0:
      case 1:
      case 2:
        return lure() + "." + any(kBuilders) + maybe_path(6);
      case 3:
      case 4:
      case 5:
        return lure() + "." + any(kAppHosts) + maybe_path(3);
      case 6:
        return lure() + "." + any(kCheapTlds) + maybe_path(2);
      case 7:  // the name as a subdomain of something bought by the dozen
        return std::string(brand().name) + (random_.one_in(2) ? "." : ".com-") + letters(3, 7) + "." +
               any(kCheapTlds) + "/" + (random_.one_in(2) ? std::string(any(kPaths)) : mixed(6, 9) + "/");
      case 8:
        return letters_and_digits(4, 9) + "." + any(kCheapTlds) + maybe_path(2);
      case 9:
        return stored_page();
      case 10:  // a kit in a corner of somebody's site
        return letters(6, 14) + ".com/" + std::string(any(kKitFolders)) + "/" + std::string(brand().name) +
               "/" + std::string(any(kPaths));
      default:
        return demo_page();
    }
  }

 private:
  template <size_t N>
  std::string any(const std::string_view (&list)[N]) {
    return std::string(list[random_.below(N)]);
  }
  const Brand& brand() { return verdict::brands()[random_.below(verdict::brands().size())]; }

  std::string run(std::string_view alphabet, size_t least, size_t most) {
    std::string out(least + random_.below(most - least + 1), ' ');
    for (char& c : out) c = alphabet[random_.below(alphabet.size())];
    return out;
  }
  std::string letters(size_t least, size_t most) { return run("abcdefghijklmnopqrstuvwxyz", least, most); }
  std::string digits(size_t least, size_t most) { return run("0123456789", least, most); }
  std::string hex(size_t length) { return run("0123456789abcdef", length, length); }
  std::string letters_and_digits(size_t least, size_t most) {
    return random_.one_in(3) ? digits(least, most) : run("abcdefghijklmnopqrstuvwxyz0123456789", least, most);
  }
  std::string mixed(size_t least, size_t most) {
    return run("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", least, most);
  }

  // A name, as often as not with a slip that the eye passes over.
  std::string borrowed(const Brand& from) {
    std::string name(from.name);
    if (name.size() < 5 || random_.one_in(2)) return name;
    const size_t at = 1 + random_.below(name.size() - 2);
    switch (random_.below(6)) {
      case 0:
        name.insert(at, 1, name[at]);
        break;
      case 1:
        name.erase(at, 1);
        break;
      case 2:
        std::swap(name[at], name[at + 1]);
        break;
      case 3:
        name[at] = "aeiouy"[random_.below(6)];
        break;
      case 4: {
        constexpr std::string_view kLike = "o0l1i1e3a4s5";
        for (char& c : name) {
          const size_t found = kLike.find(c);
          if (found != kLike.npos && found % 2 == 0 && random_.one_in(2)) c = kLike[found + 1];
        }
        break;
      }
      default:
        name.insert(at, 1, static_cast<char>('a' + random_.below(26)));
    }
    return name;
  }

  // A label that asks for something in a known name.
  std::string lure() {
    const Brand& from = brand();
    const bool wallet = from.kind == BrandKind::kCrypto;
    const std::string joint = random_.one_in(5) ? "" : random_.one_in(4) ? "--" : "-";
    std::string out = borrowed(from);
    for (size_t words = random_.below(4); words > 0; --words) {
      const std::string word = wallet ? any(kWalletAsking) : any(kAsking);
      out = random_.one_in(2) ? out + joint + word : word + joint + out;
    }
    if (random_.one_in(4)) out += (random_.one_in(2) ? "-" : "") + digits(1, 7);
    if (random_.one_in(12)) out += "-" + letters_and_digits(3, 8);
    return out;
  }

  std::string maybe_path(size_t one_in) {
    if (!random_.one_in(one_in)) return "/";
    return "/" + (random_.one_in(4) ? mixed(4, 12) : any(kPaths)) + (random_.one_in(3) ? "/" : "");
  }

  // Pages without a host of their own: buckets and gateways.
  std::string stored_page() {
    const std::string page = (random_.one_in(2) ? any(kPaths) : letters(3, 9)) + ".html";
    switch (random_.below(5)) {
      case 0:
        return "pub-" + hex(32) + ".r2.dev/" + page;
      case 1:
        return "ipfs.io/ipfs/bafybei" + run("abcdefghijklmnopqrstuvwxyz234567", 52, 52) + "/" + page;
      case 2:
        return "bafybei" + run("abcdefghijklmnopqrstuvwxyz234567", 52, 52) + ".ipfs.dweb.link/" + page;
      case 3:
        return letters(4, 12) + ".s3.us-east-1.amazonaws.com/" + page;
      default:
        return letters(4, 8) + "-" + hex(4) + "." + letters(5, 10) + digits(0, 4) + ".workers.dev/";
    }
  }

  // Copies of well-known sign-in pages under developers' names.
  std::string demo_page() {
    static constexpr std::string_view kCopies[] = {
        "-clone",    "-login", "-login-page", "_clone",        "-page", "clone",
        "-frontend", "-ui",    "_login",      "-landing-page", "",      "-website"};
    const std::string copy = std::string(brand().name) + any(kCopies);
    if (random_.one_in(3)) return copy + "-" + letters_and_digits(3, 8) + "." + any(kAppHosts) + "/";
    return letters(5, 12) + (random_.one_in(2) ? digits(1, 4) : "") + ".github.io/" + copy + "/";
  }

  Random& random_;
};

}  // namespace

std::vector<std::string> make_phishing(size_t count, Random* random) {
  Maker maker(random);
  std::vector<std::string> out;
  out.reserve(count);
  while (out.size() < count) out.push_back(maker.url());
  return out;
}

}  // namespace linkgate::training
