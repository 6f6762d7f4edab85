"""What a site of the lab is: the link that is judged, the verdict that it deserves, and what its hosts answer.

Modules in sites/ have a function build(world) that calls world.site(...) for links and world.at(...) for answers."""
import collections
import dataclasses
import json
import re
import time
import traceback
import urllib.parse

MAX_LOG = 20_000     # requests that are remembered
MAX_HITS = 50_000    # different requests that are counted
MAX_REQUEST = 2_000  # characters of a request that are kept; sites with endless addresses are among ours
DISPOSITIONS = ("clean", "unknown", "suspicious", "gated", "phishing", "malware")


@dataclasses.dataclass(frozen=True)
class Site:
    name: str           # unique, of letters, digits and dashes
    family: str         # the file that describes it
    url: str            # the link that a mail would carry
    does: str           # a sentence
    disposition: str    # what the link deserves, seen as the people are who get it
    accept: tuple = ()      # other dispositions that are no mistake
    evidence: tuple = ()    # codes of README.md that a verdict should show at least
    browser: bool = False   # what matters is seen only when scripts run
    differs_by: tuple = ()  # what the answer depends on: agent, headless, language, address, first-visit, time, ...
    final: str = ""         # where the chain ends; empty: at the link itself
    hops: int = 0           # of the chain to there
    brand: str = ""         # whom the page plays, where it plays somebody
    brand_in_text: bool = False  # its name or logo is there to be found, not only its look
    language: str = "en"
    delivered: str = ""     # what the link deserves until `switch` is flipped or the lab's clock moved on
    switch: str = ""        # of the control port
    turns_at: int = 0       # seconds of the lab's clock at which it is bad; 0: by its switch alone
    acts: bool = False      # a visit changes something; the control port counts
    known_good: bool = False    # its host is to be taken for known good by whoever tests this
    needs_header: str = ""  # "Name: value" that a request must have to see it all
    trouble: str = ""       # why no scanner sees a whole page: time, size, tls, loop, connection
    status: int = 200       # of the first answer to a browser's request; 0 where none can come
    shows: str = ""         # a piece of text in that answer

    def as_json(self):
        return {key: list(value) if isinstance(value, tuple) else value for key, value in dataclasses.asdict(self).items()}


@dataclasses.dataclass
class Visit:
    """One request as a site sees it."""
    world: "World"
    scheme: str
    host: str
    method: str
    target: str      # path and query as sent
    headers: dict    # lower-case names
    body: bytes = b""
    count: int = 1   # how often this method and target were asked of this host, this time included

    @property
    def path(self):
        return self.target.split("?", 1)[0]

    @property
    def query(self):
        return dict(urllib.parse.parse_qsl(self.target.split("?", 1)[1] if "?" in self.target else ""))

    @property
    def agent(self):
        return self.headers.get("user-agent", "")

    def now(self):
        return self.world.now()


@dataclasses.dataclass
class Reply:
    body: bytes = b""
    status: int = 200
    headers: tuple = ()          # (name, value) pairs beside Content-Type and Content-Length
    media_type: str = "text/html; charset=utf-8"
    pieces: object = None        # an async generator of bytes, sent instead of `body` without a length
    length: int | None = None    # what Content-Length says where that is not the body's length
    delay: float = 0             # seconds before the first byte
    is_raw: bool = False         # `pieces` are the whole answer, status line included

    @staticmethod
    def of(text, **options):
        return Reply(text.encode() if isinstance(text, str) else text, **options)


def redirect(to, status=302, **options):
    return Reply.of(f'<a href="{to}">Moved</a>', status=status, headers=(("Location", to),), **options)


NOT_FOUND = "<!doctype html><title>Not found</title><h1>Not found</h1><p>There is no such page here."


class World:
    """All sites, and what they remember. Used on one thread."""

    def __init__(self):
        self.sites = {}
        self.answers = {}       # host -> [(path, or prefix that ends in *, handler)]
        self.favicons = {}      # host -> bytes
        self.certificates = {}  # host -> kind, as authority.py knows them
        self.ports = {}         # host -> name of the listener for 443 where it is not the usual one
        self.http1_only = set() # hosts that do not speak HTTP/2
        self.switches = {}      # name -> is on
        self.acted = {}         # name -> how often
        self.canary = {"tcp": 0, "udp": 0}  # ports that nobody may reach; set by the server
        self.reset()

    # What happened; the control port shows and forgets it.
    def reset(self):
        self.started, self.advanced = time.monotonic(), 0.0
        self.hits, self.log, self.memory = {}, collections.deque(maxlen=MAX_LOG), {}
        self.switches = dict.fromkeys(self.switches, False)
        self.acted = dict.fromkeys(self.acted, 0)

    def now(self):
        """Seconds since the lab began, and what the control port added."""
        return time.monotonic() - self.started + self.advanced

    def site(self, name, family, url, does, disposition, **more):
        site = Site(name, family, url, does, disposition, **more)
        parts = urllib.parse.urlsplit(url)
        assert re.fullmatch(r"[a-z0-9-]+", name) and name not in self.sites, name
        assert disposition in DISPOSITIONS and set(site.accept) <= set(DISPOSITIONS), name
        assert parts.scheme in ("http", "https") and parts.hostname, url
        assert site.evidence == tuple(site.evidence) and not site.delivered or site.delivered in DISPOSITIONS, name
        assert bool(site.delivered) == bool(site.switch or site.turns_at), name
        self.sites[name] = site
        self.answers.setdefault(parts.hostname.encode("idna").decode(), [])
        if site.switch:
            self.switches.setdefault(site.switch, False)
        if site.acts:
            self.acted.setdefault(name, 0)
        return site

    def at(self, url, handler):
        """`url`: "host/path"; with a * at the end all below. `handler`: text, Reply, or a function of a Visit that gives one."""
        host, _, path = url.partition("/")
        self.answers.setdefault(host, []).append(("/" + path, handler))

    def hosts(self):
        return sorted(self.answers)

    def find(self, host, path):
        exact = [h for p, h in self.answers.get(host, ()) if p == path]
        if exact:
            return exact[0]
        below = [(len(p), h) for p, h in self.answers.get(host, ()) if p.endswith("*") and path.startswith(p[:-1])]
        return max(below, key=lambda found: found[0])[1] if below else None

    def answer(self, visit):
        key = f"{visit.method} {visit.scheme}://{visit.host}{visit.target}"[:MAX_REQUEST]
        visit.count = self.hits[key] = self.hits.get(key, 0) + 1
        if len(self.hits) > MAX_HITS:
            del self.hits[next(iter(self.hits))]
        self.log.append({"at": round(self.now(), 3), "request": key, "agent": visit.agent[:200]})
        if visit.host not in self.answers:
            return Reply.of("This host is not served here.\n", status=421, media_type="text/plain")
        handler = self.find(visit.host, visit.path)
        if handler is None and visit.path == "/favicon.ico" and visit.host in self.favicons:
            data = self.favicons[visit.host]
            handler = Reply(data() if callable(data) else data, media_type="image/png")
        try:
            reply = handler(visit) if callable(handler) else handler
        except Exception:  # a site that cannot take a request is out of order, and the lab goes on
            traceback.print_exc()
            reply = Reply.of("Internal error\n", status=500, media_type="text/plain")
        if reply is None:
            return Reply.of(NOT_FOUND, status=404)
        return Reply.of(reply) if isinstance(reply, (str, bytes)) else reply

    def listing(self):
        return [site.as_json() for site in self.sites.values()]

    def listing_text(self):
        return json.dumps(self.listing(), indent=1)
