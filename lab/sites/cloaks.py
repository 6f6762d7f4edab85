"""Pages that show scanners one thing and people another."""
import base64

from ..description import Reply
from . import phish
from .honest import page

BOTS = ("bot", "crawl", "spider", "curl", "wget", "python", "headless", "scan", "preview", "facebookexternalhit", "go-http", "java/", "libwww")
FOUND = {"brand": "Microsoft", "brand_in_text": True, "evidence": ("page.brand", "page.credentials")}
DECOYS = (
    ("Cedar & Pine Carpentry",
     "<h1>Tables that stay</h1><p>We build from oak and ash, in a workshop behind the old mill. Ask for a drawing; it costs nothing.</p>"),
    ("Bluebell Garden Club", "<h1>Seed swap on Sunday</h1><p>Bring what you have too much of. There will be soup.</p>"),
    ("Kettle Row Recipes", "<h1>Lentil soup for a cold day</h1><p>Two onions, a carrot, a pound of lentils, and patience.</p>"),
    ("Site under construction", "<h1>Coming soon</h1><p>We are working on something. Come back in spring.</p>"),
)


def decoy(number=0):
    firm, body = DECOYS[number % len(DECOYS)]
    return page(firm, body, firm, ("#553", "#363", "#844", "#555")[number % 4])


def is_bot(visit):
    return not visit.agent or any(word in visit.agent.lower() for word in BOTS)


def written(body):
    """A page as a string for scripts: base64, so that the sources do not show it."""
    return base64.b64encode(body.encode()).decode()


def scripted(condition, number=0, before=""):
    """The decoy; where `condition` holds a script replaces it by the sign-in page."""
    code = f"<script>{before}function s(){{document.open();document.write(decodeURIComponent(escape(atob('{written(phish.microsoft())}'))));document.close()}}addEventListener('load',function(){{{condition}}})</script>"
    return decoy(number).replace("</body>", code + "</body>")


# -- by what a request says

def _by_agent(visit):
    return decoy() if is_bot(visit) else phish.microsoft()


def _by_hints(visit):
    """Chrome sends these; what pretends to be Chrome often does not."""
    pretends = "chrome/" in visit.agent.lower() and not ("sec-ch-ua" in visit.headers and "sec-fetch-mode" in visit.headers)
    return decoy(1) if is_bot(visit) or pretends or "accept-language" not in visit.headers else phish.microsoft()


def _by_language(visit):
    return phish.parcel() if visit.headers.get("accept-language", "").lower().startswith("de") else decoy(2)


def _by_address(visit):
    return phish.microsoft() if visit.headers.get("x-lab-exit") == "residential" else decoy(3)


def _by_mobile(visit):
    return phish.parcel() if "mobile" in visit.agent.lower() and not is_bot(visit) else decoy(0)


def _by_referrer(visit):
    return decoy(1) if visit.headers.get("referer") else phish.microsoft()


def _by_hour(visit):
    """Ten minutes of every twenty."""
    return phish.microsoft() if visit.now() % 1200 >= 600 else decoy(2)


def _first_only(visit):
    """Shown to whoever asks first, once, and only if nothing else of this host was asked before."""
    seen = visit.world.memory.setdefault(visit.host, [])
    seen.append(visit.path)
    return phish.microsoft() if seen == ["/d/Qm7xTz2w"] else decoy(0)


def _by_recipient(visit):
    """The list of victims is on the server."""
    try:
        address = base64.b64decode(visit.query.get("e", "") + "==").decode()
    except ValueError:
        address = ""
    return phish.microsoft().replace('placeholder="Email, phone, or Skype"', f'value="{address}"') if address.endswith("@corp.test") else Reply.of("Not found", status=404)


def _by_cookie(visit):
    if "seen=1" in visit.headers.get("cookie", ""):
        return phish.microsoft()
    return "<!doctype html><title>Loading</title><p>Loading...</p><script>document.cookie='seen=1;path=/';location.reload()</script>"


WEBDRIVER = "if(!navigator.webdriver)s()"
TRAITS = """var ok=!navigator.webdriver&&navigator.languages&&navigator.languages.length&&navigator.plugins.length&&window.chrome&&!/Headless/.test(navigator.userAgent)
&&window.outerWidth>0&&screen.width>=300&&!window.callPhantom&&!window.__nightmare&&!document.$cdc_asdjflasutopfhvcZLmcfl_;if(ok)s()"""
WEBGL = """try{var g=document.createElement('canvas').getContext('webgl'),x=g.getExtension('WEBGL_debug_renderer_info');
if(!/swiftshader|llvmpipe|mesa offscreen/i.test(g.getParameter(x.UNMASKED_RENDERER_WEBGL)))s()}catch(e){}"""
ZONE = "if(!/^(UTC|Etc)/.test(Intl.DateTimeFormat().resolvedOptions().timeZone))s()"
MOVE = "var n=0;addEventListener('mousemove',function(e){if(e.isTrusted&&++n==3)s()});addEventListener('touchstart',function(e){if(e.isTrusted)s()})"
CLICK = "addEventListener('click',function(e){if(e.isTrusted)s()},true)"
SCROLL = "document.body.style.minHeight='400vh';addEventListener('scroll',function(){if(scrollY>80)s()},{once:true})"
WAIT = "setTimeout(s,2000)"
VISIBLE = "if(document.visibilityState=='visible'&&document.hasFocus())setTimeout(s,300)"
FRAGMENT = "var m=location.hash.slice(1);if(/^[^@]+@[^@]+\\.[a-z]+$/.test(m)){s();setTimeout(function(){document.querySelector('[type=email]').value=m},50)}"

# name, host and path, differs by, handler or script, what it does, what else
BY_REQUEST = (
    ("cloak-agent", "orders.cedarpine-carpentry.com/view", ("agent",), _by_agent, "Bots by agent get a carpenter's page, people a Microsoft sign-in.", {}),
    ("cloak-hints", "bluebell-gardens.org/members/doc", ("agent", "headless"), _by_hints, "Who says Chrome but lacks its client hints gets a garden club.", {}),
    ("cloak-language", "kettlerow.net/pkt/8841", ("language",), _by_language, "Shown to those alone who ask for German.",
     {"brand": "DHL", "evidence": ("page.brand", "page.payment"), "shows": "Lentil", "needs_header": "Accept-Language: de-DE,de;q=0.9"}),
    ("cloak-address", "siteready-hosting.net/in/box", ("address",), _by_address, "Shown to residential addresses; a lab's proxy says so in a header.",
     {"needs_header": "X-Lab-Exit: residential", "accept": ("clean", "unknown", "suspicious")}),
    ("cloak-mobile", "pkt-notice.info/t", ("agent",), _by_mobile, "Shown to telephones alone.",
     {"brand": "DHL", "evidence": ("page.brand", "page.payment"), "shows": "Tables that stay"}),
    ("cloak-referrer", "bluebell-seeds.org/open", ("referrer",), _by_referrer, "Shown to those who come from a mail program, without Referer.", {}),
    ("cloak-first-visit", "files.granite-quarry-supplies.com/d/Qm7xTz2w", ("first-visit",), _first_only,
     "Shown once, to the first request, if it is for exactly this address.", {}),
    ("cloak-recipient", "hr-benefits-desk.com/q2?e=am9hbkBjb3JwLnRlc3Q", (), _by_recipient,
     "The victim's address is in the query; without it nothing is there.", {}),
    ("cloak-cookie", "invoice-room.net/r/551", (), _by_cookie, "A script sets a cookie and loads again.", {"browser": True, "shows": "Loading"}),
)
BY_SCRIPT = (
    ("cloak-webdriver", "cedarpine-workshop.com/plans", ("headless",), WEBDRIVER, "A script looks at navigator.webdriver.", {}),
    ("cloak-headless", "cedarpine-oak.com/table", ("headless",), TRAITS, "A script looks for the traits of headless browsers.", {}),
    ("cloak-webgl", "cedarpine-ash.com/chair", ("headless",), WEBGL, "A script asks who draws: a graphics card or software.",
     {"accept": ("suspicious", "unknown")}),
    ("cloak-time-zone", "cedarpine-elm.com/desk", ("time-zone",), ZONE, "A script asks for the time zone; UTC is for servers.", {}),
    ("cloak-mouse", "kettlerow-soups.com/lentil", ("interaction",), MOVE, "Waits for the mouse to move, or a finger.", {}),
    ("cloak-click", "kettlerow-breads.com/rye", ("interaction",), CLICK, "Waits for a click anywhere.", {}),
    ("cloak-scroll", "kettlerow-pies.com/apple", ("interaction",), SCROLL, "Waits for a scroll.", {}),
    ("cloak-wait", "kettlerow-teas.com/mint", ("waiting",), WAIT, "Waits two seconds.", {}),
    ("cloak-focus", "kettlerow-jams.com/plum", ("headless",), VISIBLE, "Wants a visible window with the focus.", {}),
    ("cloak-fragment", "kettlerow-cakes.com/seed#joan.reed@corp.test", ("fragment",), FRAGMENT,
     "Wants the victim's address in the fragment, which no server sees.", {}),
)


def build(world):
    for name, address, differs, handler, does, more in BY_REQUEST:
        fields = {**FOUND, "shows": "Sign in", **more}
        if "agent" in differs:
            fields["evidence"] = (*fields["evidence"], "page.differs")
        if name in ("cloak-language", "cloak-address"):  # the answer that the described header brings
            fields["shows"] = "customs fee" if name == "cloak-language" else "Sign in"
        world.site(name, "cloaks", "https://" + address, does, "phishing", differs_by=differs, **fields)
        world.at(address.split("?")[0], handler)
    world.at("files.granite-quarry-supplies.com/*", _first_only)
    for number, (name, address, differs, code, does, more) in enumerate(BY_SCRIPT):
        world.site(name, "cloaks", "https://" + address, does, "phishing", browser=True, differs_by=differs, **{**FOUND, "shows": "atob(", **more})
        world.at(address.split("#")[0], scripted(code, number))
    world.site("cloak-hour", "cloaks", "https://night-ledger.net/statement", "Honest ten minutes, phishing ten minutes, by the lab's clock.", "phishing",
               delivered="clean", turns_at=700, differs_by=("time",), **FOUND)
    world.at("night-ledger.net/statement", _by_hour)
    # The honest twins: pages that differ by visitor, and mean no harm.
    world.site("differs-language", "cloaks", "https://www.alpenblick-pension.de/", "A guest house that greets in the visitor's language.", "clean",
               differs_by=("language",), shows="Guest house")
    world.at("www.alpenblick-pension.de/", lambda v: page("Pension Alpenblick", "<h1>Pension Alpenblick</h1><p>Willkommen in den Bergen. Zimmer ab 64 Euro.</p>", "Pension Alpenblick", "#264", "de")
             if v.headers.get("accept-language", "").startswith("de") else page("Alpenblick", "<h1>Guest house Alpenblick</h1><p>Welcome to the mountains. Rooms from 64 euros.</p>", "Alpenblick", "#264"))
    world.site("differs-mobile", "cloaks", "https://www.tramtimes.org/", "Departures; another layout for telephones.", "clean", differs_by=("agent",),
               shows="Next trams")
    world.at("www.tramtimes.org/",
             lambda v: page("Trams", "<h1>Next trams</h1><p>4 Harbour 12:04</p>" if "Mobile" in v.agent else "<h1>Next trams</h1><table><tr><td>4<td>Harbour<td>12:04</table>", "Tram Times", "#a30"))
