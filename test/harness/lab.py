"""The lab (lab/README.md) for tests: started as a process of its own, told things and asked through its control port."""
import contextlib
import http.client
import json
import pathlib
import socket
import ssl
import urllib.parse

from .process import ROOT, Child, wait_until

PYTHON = "/usr/bin/python3"  # Debian's, whose packages the lab uses

# What Chrome on a Windows desktop sends, in its order.
DESKTOP = {
    "User-Agent": "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36",
    "Sec-CH-UA": '"Chromium";v="156", "Google Chrome";v="156", "Not?A_Brand";v="24"', "Sec-CH-UA-Mobile": "?0", "Sec-CH-UA-Platform": '"Windows"',
    "Upgrade-Insecure-Requests": "1", "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8",
    "Sec-Fetch-Site": "none", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-User": "?1", "Sec-Fetch-Dest": "document", "Accept-Language": "en-US,en;q=0.9",
}


def mistakes(site, verdict, turned=False):
    """What a line of `linkgate check --jsonl` gets wrong about a site, as sentences; none where it is right. `turned`: the site's
    switch is on, or the lab's clock far enough; before, what it deserves is what it `delivered`."""
    early = site["delivered"] and not turned
    deserved = {site["delivered"]} if early else {site["disposition"], *site["accept"]}
    found = []
    if verdict["disposition"] not in deserved:
        found.append(f"is {verdict['disposition']}, deserves {' or '.join(sorted(deserved))}")
    if early:
        return found
    codes = {piece["code"] for piece in verdict["evidence"]}
    for wanted in site["evidence"] if verdict["disposition"] == site["disposition"] else ():
        if not codes & set(wanted.split("|")):
            found.append(f"lacks the evidence {wanted}")
    if site["final"] and verdict["url_chain"][-1:] != [site["final"]]:
        found.append(f"ends at {verdict['url_chain'][-1:]}, not at {site['final']}")
    elif site["final"] and len(verdict["url_chain"]) - 1 != site["hops"]:
        found.append(f"ends there after {len(verdict['url_chain']) - 1} hops, not {site['hops']}")
    return found


class Lab:
    """with Lab(folder) as lab: ...    Ports, CA file and routes are members; sites is the list of lab/README.md."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.child = None

    def __enter__(self):
        file = self.folder / "lab.json"
        self.child = Child([PYTHON, "-m", "lab", "--state", file, "--ca-dir", self.folder / "ca"], self.folder / "lab.log", cwd=ROOT)
        wait_until(f"the lab to listen, see {self.child.log}", lambda: file.exists() or not self.child.alive(), 60)
        if not file.exists():
            raise AssertionError(f"the lab did not start:\n{self.child.tail()}")
        self.state = json.loads(file.read_text())
        self.ca, self.routes, self.canary = self.state["ca"], self.state["routes"], self.state["canary"]
        self.sites = self.ask("/sites")
        return self

    def __exit__(self, *_):
        self.child.stop()

    def egress(self, more=""):
        """The [egress] table of a configuration whose proxy finds the lab; `more` are lines of the same table."""
        return f"[egress]\nroutes = {json.dumps(self.routes)}\n{more}"

    def site(self, name):
        return next(site for site in self.sites if site["name"] == name)

    # -- the control port

    def ask(self, target, method="GET"):
        connection = http.client.HTTPConnection("127.0.0.1", self.state["control"], timeout=30)
        with contextlib.closing(connection):
            connection.request(method, target)
            answer = connection.getresponse()
            value = json.loads(answer.read())
            if answer.status != 200:
                raise AssertionError(f"{method} {target}: {value}")
            return value

    def switch(self, name, on=True):
        return self.ask(f"/switch?{urllib.parse.urlencode({'name': name, 'on': int(on)})}", "POST")

    def advance(self, seconds):
        return self.ask(f"/advance?seconds={seconds}", "POST")

    def reset(self):
        return self.ask("/reset", "POST")

    def hits(self, url):
        return self.ask("/hits?" + urllib.parse.urlencode({"url": url}))

    def requests(self, host):
        return self.ask("/requests?" + urllib.parse.urlencode({"host": host}))

    def acted(self, name):
        return self.ask("/acted?" + urllib.parse.urlencode({"site": name}))

    def canary_hits(self):
        return self.ask("/canary")

    # -- a request, without Linkgate

    def port_of(self, url):
        """Where the routes put a URL's host and port."""
        parts = urllib.parse.urlsplit(url)
        host = parts.hostname.encode("idna").decode()
        port = parts.port or (443 if parts.scheme == "https" else 80)
        for line in self.routes:
            left, _, right = line.partition("=")
            if left == f"{host}:{port}":
                return int(right.rsplit(":", 1)[1])
        raise AssertionError(f"no route for {url}")

    def get(self, url, headers=None, method="GET", body=None, timeout=10, most=1 << 20):
        """(status, headers, first bytes of the body), follows nothing; OSError where no answer can be had."""
        parts = urllib.parse.urlsplit(url)
        host = parts.hostname.encode("idna").decode()
        plain = socket.create_connection(("127.0.0.1", self.port_of(url)), timeout)
        with contextlib.closing(plain):
            if parts.scheme == "https":
                plain = ssl.create_default_context(cafile=self.ca).wrap_socket(plain, server_hostname=host)
            connection = http.client.HTTPConnection(host)
            connection.sock = plain
            with contextlib.closing(connection):
                target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
                connection.request(method, target, body, {**DESKTOP, **(headers or {}), "Connection": "close"})
                try:
                    answer = connection.getresponse()
                except http.client.HTTPException as e:
                    raise OSError(f"no answer of HTTP: {e!r}") from e
                if answer.status < 200:
                    raise OSError(f"only status {answer.status}")
                fields = {}
                for name, value in answer.getheaders():
                    fields[name.lower()] = value
                try:
                    return answer.status, fields, b"" if most == 0 else answer.read(most)
                except (http.client.IncompleteRead, TimeoutError) as e:
                    return answer.status, fields, getattr(e, "partial", b"")
