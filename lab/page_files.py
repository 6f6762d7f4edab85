"""Pages that are files: pages/*.pages, many pages a file. README.md has the format.

    === name-of-the-site
    key: value
    ---
    <!doctype html> ... with {{logo paypal}} and the like

A block `=== + /path` adds a page to the host of the site before it, and is no link of its own."""
import base64
import functools
import hashlib
import pathlib
import re
import urllib.parse

from . import looks
from .description import Reply, redirect

FOLDER = pathlib.Path(__file__).parent / "pages"
KEYS = {"url", "does", "deserves", "accept", "evidence", "brand", "text", "lang", "favicon", "shows", "after", "posts", "certificate", "browser",
        "header", "final", "strict"}
BLOCK = re.compile(r"^=== (.+)\n((?:[a-z]+: .*\n)*)---\n", re.M)


def blocks(path):
    """(title, keys, html) of every page of the file."""
    parts = BLOCK.split(path.read_text())
    if parts[0].strip():
        raise ValueError(f"{path.name}: text before the first page: {parts[0].strip()[:60]}")
    for title, head, body in zip(parts[1::3], parts[2::3], parts[3::3]):
        if re.search(r"^===", body, re.M):
            raise ValueError(f"{path.name}: the head of a page after {title} is wrong")
        keys = dict(line.split(": ", 1) for line in head.splitlines())
        if set(keys) - KEYS:
            raise ValueError(f"{path.name}: {title}: no such key: {', '.join(set(keys) - KEYS)}")
        yield title.strip(), keys, body


# -- what stands in double braces

def _drawing(words):
    """`logo paypal`, `mark paypal`, `letter NW #fff #234`, `text Sign in|28|#222|#fff`, `qr https://...`."""
    kind, _, rest = words.partition(" ")
    if kind in ("logo", "mark"):
        return getattr(looks, kind)(rest.strip())
    if kind == "letter":
        return looks.letter(*rest.split())
    if kind == "text":
        line, *more = rest.split("|")
        return looks.text(line, *([int(more[0])] if more else []), *more[1:])
    if kind == "qr":
        return looks.qr(rest.strip())
    raise ValueError(f"no such drawing: {words}")


def _quoted(data):
    return "'" + data + "'"


def _hidden(kind, html):
    """A script that writes `html`, disguised the way kits do."""
    data = html.encode()
    if kind == "atob":
        return f"<script>document.write(decodeURIComponent(escape(atob({_quoted(base64.b64encode(data).decode())}))))</script>"
    if kind == "unescape":
        return "<script>document.write(unescape('" + "".join(f"%{b:02x}" for b in html.encode("latin-1", "xmlcharrefreplace")) + "'))</script>"
    if kind == "xor":
        key = 23
        numbers = ",".join(str(b ^ key) for b in html.encode("ascii", "xmlcharrefreplace"))
        return f"<script>var _0x4f=[{numbers}],_0x1a='';for(var _0x2b=0;_0x2b<_0x4f.length;_0x2b++)_0x1a+=String.fromCharCode(_0x4f[_0x2b]^{key});document.write(_0x1a);</script>"
    if kind == "reversed":
        text = html.encode("ascii",
                           "xmlcharrefreplace").decode()[::-1].replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n").replace("</script", "<\\/script").replace("tpircs/<", "tpircs'+'/<")
        return f"<script>document.write('{text}'.split('').reverse().join(''))</script>"
    if kind == "eval":  # twice: a text that is evaluated and writes a text
        inner = f"document.write(decodeURIComponent(escape(atob({_quoted(base64.b64encode(data).decode())}))))"
        return f"<script>eval(String.fromCharCode({','.join(str(ord(c)) for c in inner)}))</script>"
    raise ValueError(f"no such disguise: {kind}")


def filled(html, host, world):
    """`html` with its braces replaced; pictures get addresses on `host`."""
    def picture(match):
        svg = _drawing(match.group(1))
        path = "/images/" + hashlib.sha1(svg.encode()).hexdigest()[:12] + ".png"
        if world.find(host, path) is None:
            world.at(host + path, lambda visit: Reply(looks.png(svg), media_type="image/png", headers=(("Cache-Control", "max-age=600"),)))
        return path

    html = re.sub(r"\{\{src ([^{}]+)\}\}", picture, html)
    html = re.sub(r"\{\{data ([^{}]+)\}\}", lambda m: looks.data_uri(_drawing(m.group(1))), html)
    html = re.sub(r"\{\{((?:logo|mark|letter|text|qr) [^{}]+)\}\}", lambda m: _drawing(m.group(1)), html)
    html = re.sub(r"\{\{hide (\w+)\}\}(.*?)\{\{end\}\}", lambda m: _hidden(m.group(1), m.group(2)), html, flags=re.S)
    if "{{" in html:
        raise ValueError(f"{host}: not understood: {html[html.index('{{'):][:60]}")
    return html


# -- what a host answers

def _collector(visit):
    """Where credentials go: takes anything, says nothing."""
    return Reply.of('{"ok":true}', media_type="application/json", headers=(("Access-Control-Allow-Origin", "*"), ("Access-Control-Allow-Headers", "*")))


STRICT = (("Strict-Transport-Security", "max-age=31536000; includeSubDomains"), ("Content-Security-Policy", "base-uri 'self'; object-src 'none'; frame-ancestors 'none'"),
          ("X-Frame-Options", "DENY"), ("X-Content-Type-Options", "nosniff"), ("Referrer-Policy", "strict-origin-when-cross-origin"))


def _page(html, after, headers, visit):
    """GET shows the page; POST goes where `after` says, or shows it again as after a wrong password."""
    if visit.method == "POST" and after:
        return redirect(after)
    return Reply.of(html, headers=headers)


def _favicon(words):
    svg = _drawing(words if " " in words else f"mark {words}")
    return lambda: looks.png(svg)


def _add_site(world, file, title, keys):
    about = {"brand": keys.get("brand", ""), "brand_in_text": keys.get("text") == "yes", "language": keys.get("lang", "en"),
             "browser": keys.get("browser") == "yes", "needs_header": keys.get("header", ""), "final": keys.get("final", ""), "hops": int("final" in keys)}
    for key in ("accept", "evidence"):
        about[key] = tuple(keys.get(key, "").replace(",", " ").split())
    host = urllib.parse.urlsplit(keys["url"]).hostname
    if "favicon" in keys:
        world.favicons[host] = _favicon(keys["favicon"])
    if "certificate" in keys:
        world.certificates[host] = keys["certificate"]
    for place in keys.get("posts", "").split():
        world.at(place, _collector)
    kind = file.stem.split("_")[0]
    return world.site(title, f"{kind}-pages", keys["url"], keys["does"], keys.get("deserves", "phishing" if kind == "phishing" else "clean"),
                      shows=keys.get("shows", "</html>"), **about)


def build(world):
    for file in sorted(FOLDER.glob("*.pages")):
        host = ""
        for title, keys, body in blocks(file):
            if title.startswith("+"):
                path = title[1:].strip()
            else:
                parts = urllib.parse.urlsplit(_add_site(world, file, title, keys).url)
                host, path = parts.hostname, parts.path or "/"
            world.at(host + path, functools.partial(_page, filled(body, host, world), keys.get("after", ""), STRICT if keys.get("strict") == "yes" else ()))
