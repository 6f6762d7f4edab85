"""Gates in front of pages: look-alikes of the well-known ones, under their script hosts, and home-made ones. None can be passed
by a machine here; behind all but the honest ones lies a sign-in page of somebody else's brand."""
from ..description import Reply, redirect
from . import phish
from .honest import BOOKS, page

BEHIND = {"accept": ("phishing",), "browser": False}
BARE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>{head}<style>body{{font:16px sans-serif;display:grid;place-items:center;min-height:90vh;margin:0}}main{{text-align:center;max-width:24em}}</style></head><body><main>{body}</main></body></html>"""
# What stands in for a widget's script: draws a box into each element of its class and never calls back.
WIDGET = """(function(){function go(){document.querySelectorAll('.%s').forEach(function(e){if(e.dataset.drawn)return;e.dataset.drawn=1;var f=document.createElement('iframe');
f.src='%s'+encodeURIComponent(e.dataset.sitekey||'');f.title='Widget containing a security challenge';f.style.cssText='border:1px solid #bbb;width:302px;height:66px';e.appendChild(f);
var i=document.createElement('input');i.type='hidden';i.name='%s';e.appendChild(i)})}document.readyState=='loading'?addEventListener('DOMContentLoaded',go):go();window.%s={render:go,ready:function(f){f&&f()},execute:function(){return new Promise(function(){})}}})();"""


def gate(title, body, head="", **options):
    return Reply.of(BARE.format(title=title, head=head, body=body), **options)


def _widgets(world):
    box = "<!doctype html><body style='margin:12px;font:14px sans-serif'><label><input type=checkbox disabled> {}</label>"

    def script(host_and_path, cls, frame, field, name):
        world.at(host_and_path, Reply.of(WIDGET % (cls, frame, field, name), media_type="text/javascript"))

    script("challenges.cloudflare.com/turnstile/v0/api.js", "cf-turnstile",
           "https://challenges.cloudflare.com/cdn-cgi/challenge-platform/h/b/turnstile/if/ov2/av0/rcv/", "cf-turnstile-response", "turnstile")
    world.at("challenges.cloudflare.com/cdn-cgi/*", box.format("Verify you are human"))
    script("www.google.com/recaptcha/api.js", "g-recaptcha", "https://www.google.com/recaptcha/api2/anchor?k=", "g-recaptcha-response", "grecaptcha")
    world.at("www.google.com/recaptcha/api2/anchor", box.format("I'm not a robot"))
    script("js.hcaptcha.com/1/api.js", "h-captcha", "https://newassets.hcaptcha.com/captcha/v1/static/hcaptcha.html#sitekey=", "h-captcha-response", "hcaptcha")
    world.at("newassets.hcaptcha.com/captcha/v1/static/hcaptcha.html", box.format("I am human"))
    world.at("ct.captcha-delivery.com/c.js",
             Reply.of("var f=document.createElement('iframe');f.src='https://geo.captcha-delivery.com/captcha/?cid='+dd.cid+'&hash='+dd.hsh;f.style.cssText='border:0;width:100%;height:60vh';document.body.appendChild(f);", media_type="text/javascript"))
    world.at("geo.captcha-delivery.com/captcha/", box.format("Slide right to complete the puzzle"))
    world.at("client.px-cloud.net/PXlab7f3a/main.min.js",
             Reply.of("document.getElementById('px-captcha').innerHTML='<button style=\"padding:14px 60px\">Press &amp; Hold</button>';", media_type="text/javascript"))


TURNSTILE = '<script src="https://challenges.cloudflare.com/turnstile/v0/api.js" async defer></script>'
RECAPTCHA = '<script src="https://www.google.com/recaptcha/api.js" async defer></script>'
HCAPTCHA = '<script src="https://js.hcaptcha.com/1/api.js" async defer></script>'


def _known(world):
    sites = (
        ("gate-turnstile", "sharedocs-secure-view.com/f/92k", "gate.turnstile", "A page with nothing but Turnstile, then a form.",
         gate("Security check", '<h2>Verifying...</h2><form method="post"><div class="cf-turnstile" data-sitekey="0x4AAAAAAALabGateKey0001" data-callback="ok"></div></form>', TURNSTILE + "<script>function ok(){document.forms[0].submit()}</script>")),
        ("gate-challenge-page", "benefits-enrol-2026.com/", "gate.turnstile|gate.cloudflare", "A content network's own challenge page, status 403.",
         gate("Just a moment...", '<h1>benefits-enrol-2026.com</h1><p>Verify you are human by completing the action below.</p><div class="cf-turnstile" data-sitekey="0x4AAAAAAALabGateKey0002"></div><p>benefits-enrol-2026.com needs to review the security of your connection before proceeding.</p><noscript>Enable JavaScript and cookies to continue</noscript>',
              "<script>window._cf_chl_opt={cvId:'3',cZone:'benefits-enrol-2026.com',cType:'managed',cRay:'8f0a1b2c3d4e5f60'}</script>" + TURNSTILE, status=403, headers=(("cf-mitigated", "challenge"), ("Server-Timing", "chlray;desc=\"8f0a1b2c3d4e5f60\"")))),
        ("gate-recaptcha", "voicemessage-centre.com/listen", "gate.recaptcha", "A checkbox of reCAPTCHA, and then a voice message.",
         gate("Voice message", '<p>To play the message, confirm that you are not a robot.</p><form method="post"><div class="g-recaptcha" data-sitekey="6LLabGateKeyAAAAAAAAAAAAAAAAAAAAAAAAAAAA" data-callback="p"></div></form>', RECAPTCHA + "<script>function p(){document.forms[0].submit()}</script>")),
        ("gate-recaptcha-invisible", "remit-advice-portal.com/view", "gate.recaptcha", "reCAPTCHA without a box: a score decides, and a blank page waits for it.",
         gate("Loading document", "<p>Please wait</p>", '<script src="https://www.google.com/recaptcha/api.js?render=6LLabGateKeyBBBBBBBBBBBBBBBBBBBBBBBBBBBB"></script><script>addEventListener("load",function(){grecaptcha.ready(function(){grecaptcha.execute("6LLabGateKeyBBBBBBBBBBBBBBBBBBBBBBBBBBBB",{action:"view"}).then(function(t){location="?t="+t})})})</script>')),
        ("gate-hcaptcha", "esign-documents-hub.com/e/771", "gate.hcaptcha", "hCaptcha before a document.",
         gate("One more step", '<h2>One more step</h2><p>Complete the check to open the document.</p><form method="post"><div class="h-captcha" data-sitekey="1abGa7e0-0000-4000-8000-000000000001"></div></form>', HCAPTCHA)),
        ("gate-datadome", "parcel-customs-desk.net/p", "gate.datadome", "A bot guard's answer: status 403 and a script that draws a slider.",
         gate("parcel-customs-desk.net", """<p id="cmsg">Please enable JS and disable any ad blocker</p><script>var dd={'rt':'c','cid':'AHrlqAAAAAMAlab','hsh':'9D463B509A4C91FDFF39B265B3E2BC','t':'fe','s':4410,'host':'geo.captcha-delivery.com'}</script><script src="https://ct.captcha-delivery.com/c.js"></script>""", status=403, headers=(("X-DataDome", "protected"), ("Set-Cookie", "datadome=lab; Path=/")))),
        ("gate-press-and-hold-known", "giftcard-balance-check.com/", "gate.perimeterx", "A bot guard's press and hold.",
         gate("Access to this page has been denied", '<h2>Press &amp; Hold to confirm you are a human (and not a bot).</h2><div id="px-captcha"></div><p>Reference ID 5f1c</p>', "<script>window._pxAppId='PXlab7f3a'</script><script src=\"https://client.px-cloud.net/PXlab7f3a/main.min.js\" defer></script>", status=403)),
    )
    for name, address, code, does, reply in sites:
        world.site(name, "gates", "https://" + address, does, "gated", evidence=(code,), status=reply.status, shows="</html>", **BEHIND)
        world.at(address, lambda visit, reply=reply: phish.microsoft() if visit.method == "POST" else Reply(reply.body, reply.status, reply.headers))
        world.certificates[address.split("/")[0]] = "new"


HOLD = """<button id="b" style="padding:16px 40px;border-radius:30px">Press and hold</button><p id="n"></p><script>var t,b=document.getElementById('b');
b.onpointerdown=function(e){if(!e.isTrusted)return;t=setTimeout(function(){location.href='?k='+btoa(Date.now())},3500)};b.onpointerup=function(){clearTimeout(t);document.getElementById('n').textContent='Hold it a little longer.'}</script>"""
SUM = """<p>Before you go on: how much is seven plus <img alt="" src="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' width='40' height='26'%3E%3Ctext y='20' font-size='20'%3E12%3C/text%3E%3C/svg%3E">?</p><form method="get"><input name="k" size="4"><button>Continue</button></form>"""
SLIDE = """<p>Move the slider to the right to open your document</p><input type="range" min="0" max="100" value="0" id="r" style="width:100%"><script>r.onchange=function(e){if(e.isTrusted&&r.value==100)location.href='?k=1'}</script>"""
BOX = """<div style="border:1px solid #d3d3d3;background:#f9f9f9;width:300px;padding:22px;text-align:left;cursor:pointer" id="c"><span style="display:inline-block;width:24px;height:24px;border:2px solid #c1c1c1;background:#fff;vertical-align:middle"></span> &nbsp;I'm not a robot</div>
<script>document.getElementById('c').addEventListener('click',function(e){if(e.isTrusted&&e.screenX)setTimeout(function(){location.href='?k='+e.timeStamp},900)})</script>"""
MAIL = """<h2>Protected message</h2><p>Enter the address to which this message was sent.</p><form method="post"><input type="email" name="m" placeholder="name@company.com" required><button>Open message</button></form>"""
WORD = """<h2>Q2-remittance.pdf</h2><p>This document is protected. The password is in the mail that brought you here.</p><form method="post"><input type="password" name="document-password" placeholder="Document password"><button>Open document</button></form>"""
PICTURES = "<p>Choose all pictures with a <b>boat</b></p><div>" + "".join(f'<canvas width="70" height="70" data-n="{i}" style="background:#{c};margin:2px"></canvas>' for i,
        c in enumerate(("8bd", "9c8", "8bd", "ca8", "9c8", "8bd"))) + "</div><script>var p=[];document.querySelectorAll('canvas').forEach(function(c){c.onclick=function(e){if(!e.isTrusted)return;p.push(c.dataset.n);if(p.sort().join('')=='025')location.href='?k=1'}})</script>"


def _home_made(world):
    sites = (
        ("gate-hold", "tender-docs-room.com/a7", HOLD, "A home-made press and hold.",
         "Confirm you are human"), ("gate-sum", "scan-copier-mail.com/s", SUM, "A sum, half of it in a picture.", "Quick check"),
        ("gate-slider", "faxpage-online.com/v2/9", SLIDE, "A home-made slider.",
         "Document"), ("gate-checkbox", "audit-files-share.com/open", BOX, "A box drawn like a well-known one.", "Security verification"),
        ("gate-pictures", "payroll-adjust.net/m", PICTURES, "Six pictures to choose from.",
         "Are you human?"), ("gate-address", "encrypted-mail-reader.com/r/44", MAIL, "Opens for the mail's recipient alone.", "Protected message"),
        ("gate-password", "doc-locker-share.com/q2", WORD, "Wants the password from the mail.", "Protected document"),
    )
    for name, address, body, does, title in sites:
        world.site(name, "gates", "https://" + address, does, "gated", evidence=("gate.home-made",), shows=title, **BEHIND)

        def answer(visit, body=body, title=title):
            opened = visit.method == "POST" and (b"corp.test" in visit.body or b"8841" in visit.body) or visit.query.get("k", "") not in ("", "0") and (body != SUM or visit.query["k"] == "19")
            return phish.microsoft() if opened else gate(title, body)
        world.at(address, answer)


def build(world):
    _widgets(world)
    _known(world)
    _home_made(world)
    world.site("gate-honest", "gates", "https://www.bargain-flights-index.com/",
               "An honest site that lets nobody in without Turnstile: not seen is not clean.", "gated", evidence=("gate.turnstile",),
               shows="cf-turnstile")
    world.at("www.bargain-flights-index.com/",
             gate("Checking your browser", '<h2>Checking your browser</h2><div class="cf-turnstile" data-sitekey="0x4AAAAAAALabHonest00001"></div>', TURNSTILE))
    world.site("gate-after-redirect", "gates", "https://mail-link-tracker.net/c/81", "A redirect to a page behind a gate.", "gated", status=302,
               hops=1, final="https://sharedocs-secure-view.com/f/92k", evidence=("gate.turnstile",), accept=("phishing",))
    world.at("mail-link-tracker.net/c/81", redirect("https://sharedocs-secure-view.com/f/92k"))
    contact = BOOKS + '<h2>Write to us</h2><form method="post"><p><input name="name" placeholder="Your name"> <input name="mail" type="email" placeholder="E-mail"></p><p><textarea name="text" rows="6" cols="50"></textarea></p>{}<p><button>Send</button></p></form>' \
        "<p>Or come by: Hollow Lane 14, Tuesday to Saturday, ten to six. The telephone number is 01632 960 983; Mrs Okafor answers it when she is not on the ladder.</p>"
    for name, box, head in (("turnstile", '<div class="cf-turnstile" data-sitekey="0x4AAAAAAALabHonest00002"></div>', TURNSTILE),
                            ("recaptcha", '<div class="g-recaptcha" data-sitekey="6LLabHonestAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"></div>', RECAPTCHA),
                            ("hcaptcha", '<div class="h-captcha" data-sitekey="1abGa7e0-0000-4000-8000-00000000beef"></div>', HCAPTCHA)):
        world.site(f"contact-{name}", "gates", f"https://www.hollowlanebooks.com/contact-{name}",
                   f"An honest page whose contact form has {name}: not gated.", "clean", shows="Write to us")
        world.at(f"www.hollowlanebooks.com/contact-{name}", page("Contact", contact.format(box)).replace("</head>", head + "</head>"))
