"""Proxies in the middle: a brand's sign-in passed through by a foreign host, with what such proxies show of themselves."""
from .. import looks
from ..description import Reply, redirect

LURE = "/kQzVbXrT"
AWAY = "https://www.youtube.com/watch?v=dQw4w9WgXcQ"
SIGN_IN = """<!doctype html><html dir="ltr" lang="en"><head><meta charset="utf-8"><title>Sign in to your account</title><meta name="robots" content="none"><link rel="preconnect" href="https://aadcdn.{host}" crossorigin><link rel="icon" href="/favicon.ico">
<script>$Config={{"fShowPersistentCookiesWarning":false,"urlMsaSignUp":"https://login.{host}/oauth20_authorize.srf","sTenantId":"common","urlPost":"/common/login","sErrTxt":"","iMaxStackForKnockoutAsyncComponents":10000,"correlationId":"7f0c","urlLogin":"https://login.{host}/common/reprocess"}}</script>
<style>body{{font:15px "Segoe UI Webfont","Segoe UI",sans-serif;background:#e9f0f5;margin:0}}#lightbox{{width:352px;padding:44px;margin:14vh auto;background:#fff;box-shadow:0 2px 6px rgba(0,0,0,.2)}}.inner input{{width:100%;border:0;border-bottom:1px solid #666;height:36px;font-size:15px}}#idSIButton9{{background:#0067b8;color:#fff;border:0;min-width:108px;height:32px;float:right}}</style></head>
<body class="cb"><div id="lightbox">{logo}<div role="heading" style="font-size:24px;font-weight:600;margin:16px 0">Sign in</div><form name="f1" method="post" action="/common/login"><div class="inner"><input type="email" name="loginfmt" id="i0116" placeholder="Email, phone, or Skype">
<input name="passwd" type="password" id="i0118" placeholder="Password" autocomplete="off"></div><p>No account? <a href="https://signup.{host}/">Create one!</a></p><input type="submit" id="idSIButton9" value="Next"></form></div><div id="footer">Terms of use &nbsp; Privacy &amp; cookies</div></body></html>"""


def _proxy(world, name, host, lure, remembers):
    """Anybody who comes by another way than the lure is sent away; with `remembers` for good."""
    def lured(visit):
        if visit.world.memory.get(host) == "burnt":
            return redirect(AWAY)
        visit.world.memory[host] = "lured"
        to = f"https://login.{host}/common/oauth2/v2.0/authorize?client_id=4765445b&response_type=code&scope=openid"
        return Reply.of("", status=302,
                        headers=(("Location", to), ("Set-Cookie", f"k3fa=8d1e77; Domain={host}; Path=/; Expires=Fri, 01 Jan 2027 00:00:00 GMT")))

    def sign_in(visit):
        if "k3fa=8d1e77" not in visit.headers.get("cookie", ""):
            return other(visit)
        return Reply.of(SIGN_IN.format(host=host, logo=looks.logo("microsoft")),
                        headers=(("Set-Cookie", "buid=0.AX; Path=/; Secure"), ("x-ms-request-id", "f00d")))

    def other(visit):
        if remembers and visit.world.memory.get(host) != "lured":
            visit.world.memory[host] = "burnt"
        return redirect(AWAY)

    world.site(name, "aitm", f"https://login.{host}{lure}", "A proxy in front of a Microsoft sign-in: lure path, cookie, HTTP/1.1 alone, no security headers." + (" Any other request burns it." if remembers else ""), "phishing",
               brand="Microsoft", brand_in_text=True, evidence=("page.brand", "page.credentials"), status=302, shows="", differs_by=("first-visit",) if remembers else ())
    world.at(f"login.{host}{lure}", lured)
    world.at(f"login.{host}/common/oauth2/v2.0/authorize", sign_in)
    for part in ("login", "aadcdn", "signup"):
        world.at(f"{part}.{host}/*", other)
        world.certificates[f"{part}.{host}"] = "new"
        world.http1_only.add(f"{part}.{host}")


def build(world):
    _proxy(world, "aitm-lure", "microsoftonline-session.com", LURE, False)
    _proxy(world, "aitm-burns", "office-authportal.net", "/nWcYpLsa", True)
    # The brand's own page, on the brand's own host: the same markup, and nothing wrong with it.
    own = SIGN_IN.format(host="microsoftonline.com", logo=looks.logo("microsoft"))
    strict = (("Strict-Transport-Security", "max-age=31536000; includeSubDomains"), ("X-Frame-Options", "DENY"),
              ("X-Content-Type-Options", "nosniff"), ("Content-Security-Policy", "object-src 'none'; base-uri 'self'"))
    world.site("aitm-brand-itself", "aitm", "https://login.microsoftonline.com/common/oauth2/v2.0/authorize?client_id=4765445b",
               "The brand's own sign-in page on its own host.", "clean", brand="Microsoft", brand_in_text=True, shows="Sign in")
    world.at("login.microsoftonline.com/common/oauth2/v2.0/authorize", lambda visit: Reply.of(own, headers=strict))
    world.at("www.youtube.com/watch", "<!doctype html><title>Video</title><h1>A song of the eighties</h1>")
