// The one script of the pages, and the policies under which browsers show them.
#include <openssl/sha.h>

#include "base/base64.h"
#include "click/page.h"
#include "click/page_style.h"

namespace linkgate::click {
namespace {

// 'sha256-...' of what stands between the tags, as CSP Level 3, 2.3.1, names an inline element.
std::string hash_source(std::string_view text) {
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest);
  return "'sha256-" + base64_encode(std::string_view(reinterpret_cast<const char*>(digest), sizeof(digest))) +
         "'";
}

}  // namespace

// Writes what the server says into the page, as text, and goes on when it is done. Where the events cannot be
// had, it goes on after a moment as the page without a script does.
const std::string_view kFollowScript = R"js(
(function(){var p=document.getElementById("stage"),n=p.dataset.next,on=false;
function go(){if(!on){on=true;location.replace(n)}}
if(!window.EventSource)return setTimeout(go,1000);
var s=new EventSource(p.dataset.events);
s.addEventListener("stage",function(e){p.textContent=e.data});
s.addEventListener("done",function(){s.close();go()});
s.onerror=function(){s.close();setTimeout(go,1000)}})()
)js";

std::string page_csp(const PageCsp& page) {
  static const std::string style = hash_source(kStyle), script = hash_source(kFollowScript);
  std::string csp = "default-src 'none'; style-src " + style;
  if (page.follows) csp += "; script-src " + script + "; connect-src 'self'";
  csp += page.has_picture ? "; img-src data: 'self'" : "; img-src data:";
  csp += std::string("; form-action ") + (page.leads_away ? "'self' https: http: ftp:" : "'self'");
  return csp + "; frame-ancestors 'none'; base-uri 'none'";
}

}  // namespace linkgate::click
