"""Hosts that do what honest hosts do beside showing pages: redirect, sign in, sell, shorten."""
import json

from ..description import Reply, redirect

SHELL = """<!doctype html><html lang="{lang}"><head><meta charset="utf-8"><title>{title}</title><meta name="viewport" content="width=device-width">
<style>body{{font:16px/1.5 sans-serif;margin:0;color:#222}}header{{background:{colour};color:#fff;padding:14px 8%}}main{{padding:24px 8%;max-width:44em}}footer{{padding:24px 8%;color:#666;font-size:13px}}</style>
</head><body><header><b>{firm}</b></header><main>{body}</main><footer>{firm} &middot; Imprint &middot; Privacy</footer></body></html>"""


def page(title, body, firm="Hollow Lane Books", colour="#345", lang="en"):
    """A plain honest page; for whatever needs one."""
    return SHELL.format(title=title, body=body, firm=firm, colour=colour, lang=lang)


BOOKS = "<h1>New in March</h1><p>Three novels about islands, a history of salt, and the long awaited second volume of the lighthouse letters.</p>" \
    "<p>Come by for a cup of tea on Saturday; Mrs Okafor reads to the children at eleven.</p><p><a href='/events'>All events</a></p>"


def build(world):
    world.site("honest-home", "honest", "https://www.hollowlanebooks.com/", "The home page of a bookshop.", "clean", shows="New in March")
    world.at("www.hollowlanebooks.com/", page("Hollow Lane Books", BOOKS))
    world.at("www.hollowlanebooks.com/events", page("Events", "<h1>Events</h1><p>Saturday, 11:00: stories for children.</p>"))

    world.site("honest-http", "honest", "http://hollowlanebooks.com/", "Without TLS and www: redirected to both, as most firms do.", "clean",
               final="https://www.hollowlanebooks.com/", hops=1, status=301)
    world.at("hollowlanebooks.com/", redirect("https://www.hollowlanebooks.com/", 301))

    world.site("honest-shortener", "honest", "https://shrt-lnk.net/b00ks", "A shortener that leads to the bookshop.", "clean",
               final="https://www.hollowlanebooks.com/events", hops=1, status=302)
    world.at("shrt-lnk.net/b00ks", redirect("https://www.hollowlanebooks.com/events"))

    world.site("honest-tracker", "honest", "https://click.mailing.net/ls/click?upn=aHR0cHM6Ly93d3cuaG9sbG93&u=71", "A newsletter's click counter.", "clean",
               final="https://www.hollowlanebooks.com/?utm_source=news&utm_medium=email", hops=1, status=302)
    world.at("click.mailing.net/ls/click", redirect("https://www.hollowlanebooks.com/?utm_source=news&utm_medium=email"))

    world.site("honest-gone", "honest", "https://www.hollowlanebooks.com/events/2019", "A page that is no longer there.", "clean",
               accept=("unknown",), status=404, shows="no such page")
    world.site("honest-error", "honest", "https://api.stonebridge-tools.com/v1/broken", "A server that is out of order.", "unknown",
               accept=("clean",), status=500, trouble="status", shows="Internal")
    world.at("api.stonebridge-tools.com/v1/broken", Reply.of("Internal error\n", status=500, media_type="text/plain"))

    world.site("honest-pdf", "honest", "https://www.stonebridge-tools.com/manual.pdf", "A manual as PDF.", "clean", accept=("unknown",), shows="%PDF")
    world.at("www.stonebridge-tools.com/manual.pdf", Reply.of(
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
        b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n", media_type="application/pdf"))

    world.site("honest-login-after-redirect", "honest", "https://intranet.stonebridge-tools.com/", "An intranet that sends visitors to its own sign-in page.", "clean",
               final="https://login.stonebridge-tools.com/?next=%2F", hops=1, status=302)
    world.at("intranet.stonebridge-tools.com/", redirect("https://login.stonebridge-tools.com/?next=%2F"))
    world.at("login.stonebridge-tools.com/", page("Sign in - Stonebridge Tools", """<h1>Stonebridge Tools intranet</h1>
<form method="post" action="/session"><p><label>Staff number <input name="staff" autocomplete="username"></label></p>
<p><label>Password <input type="password" name="password" autocomplete="current-password"></label></p><p><button>Sign in</button></p></form>
<p>Forgotten? Ask at the gate, extension 12.</p>""", "Stonebridge Tools", "#733"))

    world.site("honest-slow", "honest", "https://archive.parish-records-fenland.org/search?q=1841",
               "An old machine that answers after two and a half seconds.", "clean", accept=("unknown",), shows="Baptisms")
    world.at("archive.parish-records-fenland.org/search",
             Reply.of(page("Parish records", "<h1>Baptisms, 1841</h1><ul><li>Ann Thorpe<li>Wm. Gedney</ul>", "Parish Records", "#654"), delay=2.5))

    world.site("honest-letters", "honest", "https://www.b\u00e4ckerei-m\u00fchlenhof.de/", "A bakery with letters of its language in the name.",
               "clean", language="de", shows="Roggenbrot")
    world.at("www.xn--bckerei-mhlenhof-vnb45b.de/",
             page("B\u00e4ckerei M\u00fchlenhof", "<h1>Heute</h1><p>Roggenbrot, Dinkelseelen, Apfelkuchen.</p>", "B\u00e4ckerei M\u00fchlenhof", "#852", "de"))
    _built_by_scripts(world)


APPLICATION = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title></head><body><div id="root"></div>
<script>fetch('/api/view').then(function(r){{return r.json()}}).then(function draw(node){{(function make(n,to){{var e=document.createElement(n.tag||'div');if(n.text)e.textContent=n.text;
for(var k in n.set||{{}})e.setAttribute(k,n.set[k]);(n.of||[]).forEach(function(c){{make(c,e)}});to.appendChild(e)}})(node,document.getElementById('root'))}})</script></body></html>"""


def application(world, host, title, view):
    """A page that is empty until a script has asked for what to draw."""
    world.at(f"{host}/", APPLICATION.format(title=title))
    world.at(f"{host}/api/view", Reply.of(json.dumps(view), media_type="application/json"))


def field(name, kind, words):
    return {"tag": "p", "of": [{"tag": "input", "set": {"name": name, "type": kind, "placeholder": words}}]}


def _built_by_scripts(world):
    world.site("honest-application", "honest", "https://app.larder-lists.com/",
               "An application that is empty until its script has run: sign-in of a kitchen's planner.", "clean", browser=True, shows="root")
    application(world, "app.larder-lists.com", "Larder Lists", {"of": [{"tag": "h1", "text": "Larder Lists"}, {"tag": "p", "text": "What is in the cupboard, and for how long."},
                {"tag": "form", "set": {"method": "post", "action": "/session"}, "of": [field("email", "email", "you@home"), field("password", "password", "Password"), {"tag": "button", "text": "Open the larder"}]}]})
