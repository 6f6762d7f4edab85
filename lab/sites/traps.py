"""What hangs, floods, lies and never ends: on the wire."""
import asyncio
import gzip
import functools
import zlib

from ..description import Reply, redirect
from .honest import page

BLOCK = b"\0" * 65536
GIGABYTE = 1 << 30
NOTHING_SEEN = {"accept": ("suspicious",), "shows": ""}


async def _slowly(data, seconds):
    for byte in data:
        await asyncio.sleep(seconds)
        yield bytes([byte])


async def _headers_for_ever():
    yield b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
    number = 0
    while True:
        await asyncio.sleep(0.03)
        number += 1
        yield f"X-Filler-{number}: {'x' * 60}\r\n".encode()


async def _hints_for_ever():
    while True:
        await asyncio.sleep(0.05)
        yield b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n"


async def _header_flood():
    yield b"HTTP/1.1 200 OK\r\n"
    while True:
        yield b"X-Filler: " + b"x" * 60000 + b"\r\n"


async def _nothing():
    await asyncio.sleep(300)
    yield b""


async def _zeros(size):
    for _ in range(size // len(BLOCK)):
        yield BLOCK


async def _text_for_ever():
    yield b"<!doctype html><title>Guest book</title><h1>Guest book</h1>"
    number = 0
    while True:
        number += 1
        yield (f"<p>Entry {number}: what a lovely place. " * 200).encode()


async def _drip_html():
    yield b"<!doctype html><title>Loading</title><p>"
    while True:
        await asyncio.sleep(1)
        yield b". "


@functools.lru_cache(maxsize=None)
def _bomb(size):
    """`size` zero bytes as gzip: one compressed block again and again. Its check value is wrong; nobody gets there."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    head = packer.compress(b"<!doctype html><title>Photos</title>") + packer.flush(zlib.Z_FULL_FLUSH)
    once = packer.compress(bytes(1 << 24)) + packer.flush(zlib.Z_FULL_FLUSH)
    return head + once * (size >> 24) + b"\x03\x00" + b"\0" * 8


@functools.lru_cache(maxsize=None)
def _double_bomb(size):
    return gzip.compress(_bomb(size), 9, mtime=0)


async def _raw(*pieces):
    for piece in pieces:
        yield piece


def _growing(visit):
    step = int(visit.path.rsplit("/", 1)[1]) + 1
    return redirect(f"https://maze-of-hedges.com/deeper/{step}?path=" + "left-right-" * min(step, 3000))


def _on_the_wire(world):
    def trap(name, path, does, answer, trouble, disposition="unknown", **more):
        world.site(name, "traps", f"https://maze-of-hedges.com/{path}", does, disposition, trouble=trouble, **{**NOTHING_SEEN, **more})
        world.at(f"maze-of-hedges.com/{path}", answer)

    html = b"<!doctype html><title>Slow</title><p>" + b"A byte a second. " * 1000
    trap("trap-slow-body", "slow", "A byte a second.", lambda v: Reply(pieces=_slowly(html, 1), length=len(html)), "time")
    trap("trap-headers", "headers", "Headers that never end, slowly.", lambda v: Reply(pieces=_headers_for_ever(), is_raw=True), "time", status=0)
    trap("trap-header-flood", "header-flood", "Headers that never end, fast.", lambda v: Reply(pieces=_header_flood(), is_raw=True), "size", status=0)
    trap("trap-hints", "hints", "Status 103 again and again.", lambda v: Reply(pieces=_hints_for_ever(), is_raw=True), "time", status=0)
    trap("trap-silence", "silence", "Takes the request and says nothing.", lambda v: Reply(pieces=_nothing(), is_raw=True), "time", status=0)
    trap("trap-drip", "drip", "A page that is never done.", lambda v: Reply(pieces=_drip_html()), "time", accept=("suspicious", "clean"))
    trap("trap-gigabyte", "gigabyte", "A gigabyte of zeros that says it is HTML.", lambda v: Reply(pieces=_zeros(GIGABYTE), length=GIGABYTE), "size")
    trap("trap-ten-gigabytes", "ten-gigabytes", "Ten gigabytes, and says so.",
         lambda v: Reply(pieces=_zeros(10 * GIGABYTE), length=10 * GIGABYTE, media_type="application/octet-stream"), "size")
    trap("trap-endless-text", "guestbook", "A page of text without end.", lambda v: Reply(pieces=_text_for_ever()), "size", accept=("suspicious", "clean"))
    coded = {"headers": (("Content-Encoding", "gzip"),)}
    trap("trap-gzip-bomb", "photos", "Ten gigabytes in ten megabytes of gzip.", lambda v: Reply(_bomb(10 * GIGABYTE), **coded), "size")
    trap("trap-gzip-bomb-twice", "photos-small", "Ten gigabytes in gzip in gzip.",
         lambda v: Reply(_double_bomb(10 * GIGABYTE), headers=(("Content-Encoding", "gzip, gzip"),)), "size")
    trap("trap-broken-gzip", "broken-gzip", "Says gzip and is none.", lambda v: Reply(b"<h1>This is no gzip at all</h1>", **coded), "connection",
         accept=("suspicious", "clean"))
    trap("trap-short-body", "short", "Promises more than it sends.",
         lambda v: Reply(pieces=_raw(b"<!doctype html><title>Short</title><h1>Not all of</h1>"), length=90000), "connection",
         accept=("suspicious", "clean"))
    trap("trap-no-http", "gopher", "Answers what is no HTTP.",
         lambda v: Reply(pieces=_raw(b"iWelcome to gopher\tfake\t(NULL)\t0\r\n.\r\n"), is_raw=True), "connection", status=0)
    trap("trap-closes", "closes", "Closes without an answer.", lambda v: Reply(pieces=_raw(b""), is_raw=True), "connection", status=0)
    trap("trap-loop", "loop", "Redirects to itself.", lambda v: redirect("https://maze-of-hedges.com/loop"), "loop", status=302)
    trap("trap-loop-two", "ping", "Two addresses that redirect to each other.", lambda v: redirect("https://maze-of-hedges.com/pong"), "loop", status=302)
    world.at("maze-of-hedges.com/pong", redirect("https://maze-of-hedges.com/ping", 301))
    trap("trap-growing", "deeper/0", "Redirects for ever, to longer and longer addresses.", _growing, "loop", status=302)
    world.at("maze-of-hedges.com/deeper/*", _growing)
    trap("trap-loop-meta", "meta-loop", "A page that refreshes to itself with another number.", _meta_loop, "loop")
    trap("trap-loop-script", "script-loop", "A page whose script goes on to another number.",
         lambda v: f"<!doctype html><script>location.replace('/script-loop?n={int(v.query.get('n', '0')) + 1}')</script>", "loop", browser=True)


def _meta_loop(visit):
    return f'<!doctype html><meta http-equiv="refresh" content="0;url=/meta-loop?n={int(visit.query.get("n", "0")) + 1}">'


def _documents(world):
    """Whole answers that are hard to take."""
    head = "<!doctype html><title>Notes</title><h1>Notes</h1>"
    big = {
        "deep": ("A hundred thousand elements inside one another.", lambda: head + "<div>" * 100_000 + "text" + "</div>" * 100_000),
        "links": ("Fifty thousand links.", lambda: head + "".join(f'<a href="/n/{i}">{i}</a> ' for i in range(50_000))),
        "forms": ("Ten thousand password fields.", lambda: head + "<form>" + "<input type=password>" * 10_000 + "</form>"),
        "attributes": ("An element with fifty thousand attributes.", lambda: head + "<div " + " ".join(f"a{i}=1" for i in range(50_000)) + ">x</div>"),
        "bytes": ("Bytes of no encoding, zeros among them.", lambda: head.encode() + bytes(range(256)) * 400),
        "entities": ("Text of nothing but character references.", lambda: head + "&NotEqualTilde;&#x1F600;&#0;&amp" * 20_000),
    }
    for name, (does, make) in big.items():
        world.site(f"trap-{name}", "traps", f"https://hedge-notes.com/{name}", does, "clean", accept=("unknown", "suspicious"), shows="<h1>Notes")
        world.at(f"hedge-notes.com/{name}", lambda visit, make=functools.lru_cache(maxsize=1)(make): make())


def build(world):
    world.http1_only.add("maze-of-hedges.com")  # many of its tricks are HTTP/1.1's
    _on_the_wire(world)
    _documents(world)
    world.site("trap-none", "traps", "https://maze-of-hedges.com/", "The same host without a trap.", "clean", shows="Maze")
    world.at("maze-of-hedges.com/",
             page("Maze of Hedges", "<h1>Maze of Hedges</h1><p>Open from Easter. Children under six in company only.</p>", "Maze of Hedges", "#252"))
