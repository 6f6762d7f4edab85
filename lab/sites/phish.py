"""Bodies of phishing pages for the families whose point lies elsewhere (in a cloak, a gate, a chain), and the plainest sites that show them."""
from .. import looks
from .honest import page

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
