"""Redirects of every kind, one by one and in chains of sixty."""
import base64
import itertools
import json
import urllib.parse

from ..description import Reply, redirect
from . import phish
from .honest import BOOKS, page

HOSTS = ("go.brightleaf-news.com", "t.ad-relay.net", "r.mailtrack.org", "link.cobalt-crm.com", "out.forumhaus.de", "cdn-redirect.net", "jump.kiosk.fr")
BARE = "<!doctype html><html><head><title>One moment</title>{head}</head><body>{body}</body></html>"


def _bare(body="", head="", **options):
    return Reply.of(BARE.format(head=head, body=body), **options)


def _script(code):
    return _bare(f"<script>{code}</script>")


def _form(to, method):
    """A form that submits itself; a GET form carries the query of `to` in fields, since a browser drops it from the action."""
    parts = urllib.parse.urlsplit(to)
    fields = urllib.parse.parse_qsl(parts.query) if method == "get" else [("state", "8f3c"), ("go", "1")]
    action = to.split("?")[0] if method == "get" else to
    inputs = "".join(f'<input type="hidden" name="{k}" value="{v}">' for k, v in fields)
    return _bare(f'<form id="f" method="{method}" action="{action}">{inputs}<noscript><button>Continue</button></noscript></form><script>document.getElementById("f").submit()</script>')


def _history(to, visit):
    if "again" in visit.query:
        return redirect(to)
    return _script("history.replaceState(null,'',location.pathname+'?again=1');location.reload()")


def _quoted(to):
    return json.dumps(to)


# name: (what it answers for the next address, whether only a browser gets on)
KINDS = {
    "301": (lambda to, v: redirect(to, 301), False), "302": (lambda to, v: redirect(to, 302), False), "303": (lambda to, v: redirect(to, 303), False),
    "307": (lambda to, v: redirect(to, 307), False), "308": (lambda to, v: redirect(to, 308), False),
    "refresh": (lambda to, v: _bare("One moment", headers=(("Refresh", f"0; url={to}"),)), False),
    "meta": (lambda to, v: _bare(head=f'<meta http-equiv="refresh" content="0;url={to}">'), False),
    "meta-odd": (lambda to, v: _bare(head=f"<META HTTP-EQUIV='REFRESH' CONTENT=' 0.0 ;  URL = \"{to}\"'>"), False),
    "location": (lambda to, v: _script(f"window.location={_quoted(to)}"), True),
    "href": (lambda to, v: _script(f"location['hr'+'ef']={_quoted(to)}"), True),
    "replace": (lambda to, v: _script(f"location.replace({_quoted(to)})"), True),
    "assign": (lambda to, v: _script(f"self.document.location.assign({_quoted(to)})"), True),
    "timer": (lambda to, v: _script(f"setTimeout(function(){{location={_quoted(to)}}},40)"), True),
    "history": (_history, True),
    "open": (lambda to, v: _script(f"window.open({_quoted(to)},'_self')"), True),
    "form-get": (lambda to, v: _form(to, "get"), True), "form-post": (lambda to, v: _form(to, "post"), True),
    "anchor": (lambda to, v: _bare(f'<a id="go" href="{to}">Continue</a><script>document.getElementById("go").click()</script>'), True),
    "atob": (lambda to, v: _script(f"location.replace(atob('{base64.b64encode(to.encode()).decode()}'))"), True),
    "frame": (lambda to, v: _bare(f'<iframe src="{to}" style="position:fixed;inset:0;width:100%;height:100%;border:0"></iframe>'), False),
}
WITHOUT_BROWSER = [name for name, (_, needs) in KINDS.items() if not needs and name != "frame"]
ALL_BUT_FRAMES = [name for name in KINDS if name != "frame"]


def chain(world, name, kinds, end, browser, does, disposition, start=0, **more):
    """Adds a site whose link leads over hops of these kinds to `end`."""
    def url(i):
        address = f"https://{HOSTS[(i + start) % len(HOSTS)]}/{name}/{i}" if i < len(kinds) else end
        return address + ("?step=1" if i and kinds[i - 1] == "form-get" else "")

    for i, kind in enumerate(kinds):
        make = KINDS[kind][0]
        world.at(url(i).removeprefix("https://").split("?")[0], lambda visit, make=make, to=url(i + 1): make(to, visit))
    first = kinds[0]
    status = int(first) if first.isdigit() else 200
    # The page that reloads itself is a hop more.
    hops = len(kinds) + kinds.count("history")
    return world.site(name, "chains", url(0), does, disposition, browser=browser, hops=hops, final=url(len(kinds)), status=status, **more)


def _ends(world):
    world.at("www.brightleaf-news.com/*", page("Brightleaf News", BOOKS, "Brightleaf News", "#264"))
    world.at("account-review.ms-portal.net/*", phish.microsoft())


def _carried(world):
    """The target in the query, in the fragment, nested and encoded."""
    honest, bad = "https://www.brightleaf-news.com/carried", "https://account-review.ms-portal.net/carried"
    out = "https://out.forumhaus.de/away?to="
    world.at("out.forumhaus.de/away", lambda visit: redirect(visit.query["to"]) if visit.query.get("to", "").startswith("https://") else None)
    world.at("out.forumhaus.de/b64", lambda visit: redirect(base64.urlsafe_b64decode(visit.query.get("u", "") + "==").decode()))
    world.at("out.forumhaus.de/jump", _script("location.replace(decodeURIComponent(location.hash.slice(4)))"))

    def quote(text):
        return urllib.parse.quote(text, safe="")

    nested = honest
    for _ in range(4):
        nested = out + quote(nested)
    world.site("carried-nested", "chains", nested, "An open redirector in an open redirector, four times, each target encoded once more.", "clean",
               final=honest, hops=4, status=302)
    twice = "https://out.forumhaus.de/b64?u=" + base64.urlsafe_b64encode((out + quote(bad)).encode()).decode().rstrip("=")
    world.site("carried-base64", "chains", twice, "The target in base64, which is a redirector itself and leads to a phishing page.", "phishing",
               final=bad, hops=2, status=302, brand="Microsoft", brand_in_text=True, evidence=("page.brand", "page.credentials"))
    world.site("carried-fragment", "chains", "https://out.forumhaus.de/jump#to=" + quote(bad), "The target in the fragment, which no server sees.", "phishing",
               browser=True, final=bad, hops=1, brand="Microsoft", brand_in_text=True, evidence=("page.brand", "page.credentials"))
    world.at("www.google.com/url", lambda visit: redirect(visit.query.get("q") or visit.query.get("url", "/")))
    world.site("carried-known-brand", "chains", "https://www.google.com/url?sa=t&q=" + quote(bad) + "&ust=1", "The open redirector of a known brand's host, to a phishing page.", "phishing",
               final=bad, hops=1, status=302, brand="Microsoft", brand_in_text=True, evidence=("page.brand", "page.credentials"))


def _wrapped(world):
    """Links that another vendor's protection has wrapped; the lab answers for the wrappers as they do."""
    bad = "https://account-review.ms-portal.net/wrapped"
    found = {"brand": "Microsoft", "brand_in_text": True, "evidence": ("page.brand", "page.credentials"), "final": bad, "hops": 1, "status": 302}
    quoted = urllib.parse.quote(bad, safe="")
    v2 = bad.replace("-", "-2D").replace("_", "-5F").replace(":", "-3A").replace("/", "_")
    for name, link, does in (
            ("wrapped-safelinks", f"https://eur01.safelinks.protection.outlook.com/?url={quoted}&data=05%7C02%7Cjoan%40corp.test%7C8f1c&reserved=0",
             "Wrapped by Safe Links."),
            ("wrapped-proofpoint-2", f"https://urldefense.proofpoint.com/v2/url?u={v2}&d=DwMFAg&c=lab&r=lab&m=lab&s=lab&e=",
             "Wrapped by Proofpoint's second form."),
            ("wrapped-proofpoint-3", f"https://urldefense.com/v3/__{bad}__;!!LAB!q8Wx$", "Wrapped by Proofpoint's third form.")):
        world.site(name, "chains", link, does, "phishing", **found)
        host, _, path = link.removeprefix("https://").partition("/")
        world.at(f"{host}/{path.split('?')[0].split('__')[0]}*", redirect(bad))


def _slow(world):
    """Hops that take their time: all of it together is more than an impatient visitor's."""
    bad = "https://account-review.ms-portal.net/slow"
    for i in range(5):
        to = f"https://slow-courier-links.net/go/{i + 1}" if i < 4 else bad
        world.at(f"slow-courier-links.net/go/{i}", redirect(to, delay=0.6))
    world.site("chain-slow", "chains", "https://slow-courier-links.net/go/0", "Five hops that answer after 0.6 s each, to a phishing page.", "phishing", accept=("unknown", "suspicious"), brand="Microsoft", brand_in_text=True,
               evidence=("page.brand", "page.credentials"), final=bad, hops=5, status=302)


def build(world):
    _ends(world)
    _wrapped(world)
    _slow(world)
    honest, bad = "https://www.brightleaf-news.com/", "https://account-review.ms-portal.net/"
    phishing = {"brand": "Microsoft", "brand_in_text": True, "evidence": ("redirect.long", "page.brand", "page.credentials")}
    for number, (kind, (_, needs)) in enumerate(KINDS.items()):
        chain(world, f"hop-{kind}", [kind], f"{bad}by-{kind}", needs, f"One redirect by {kind} to a phishing page.", "phishing", number,
              brand="Microsoft", brand_in_text=True, evidence=("page.brand", "page.credentials"))
    sixty = list(itertools.islice(itertools.cycle(WITHOUT_BROWSER), 60))
    chain(world, "chain-60-http", sixty, honest + "sixty-plain", False, "Sixty hops over seven hosts by status, Refresh and meta, to an honest page.",
          "clean", evidence=("redirect.long",))
    mixed = list(itertools.islice(itertools.cycle(ALL_BUT_FRAMES), 60))
    chain(world, "chain-60-mixed", mixed, honest + "sixty-mixed", True, "Sixty hops of all kinds, scripts and forms among them, to an honest page.",
          "clean", evidence=("redirect.long",))
    chain(world, "chain-60-phish", mixed[7:] + mixed[:7], bad + "sixty", True, "Sixty hops of all kinds to a phishing page.", "phishing", 3, **phishing)
    chain(world, "chain-60-http-phish", sixty[3:] + sixty[:3], bad + "sixty-plain", False, "Sixty hops without scripts to a phishing page.",
          "phishing", 2, **phishing)
    chain(world, "chain-12-frames", ["302", "frame", "meta", "frame", "location", "frame"] * 2, bad + "framed", True, "Frames that fill the page, with redirects between, around a phishing page.", "phishing", 1,
          brand="Microsoft", brand_in_text=True, evidence=("page.brand", "page.credentials"))
    _carried(world)
