"""How long a verdict takes, on the sites of the lab: one that is known, at a steady rate of clicks; one that a fetch alone can
tell; one that needs the browser; and how many pages a second several at once give."""
import concurrent.futures
import http.client
import json
import pathlib
import re
import shutil
import socket
import time
import urllib.parse

from harness.installation import Installation
from harness.lab import Lab
from harness.process import free_port
from pairs import quantile
from peers import wrk

KNOWN_RATE, CONNECTIONS = 2000, 64  # clicks a second, and over how many connections they come
FAMILIES = ("honest", "honest-pages", "phish", "phishing-pages", "scripts")
EXTRA = """[scan]
deep = true
pages = 4
trust_file = "{ca}"
"""
# Each connection waits at random, so that all together ask at a steady rate; wrk's times start when a request goes out.
STEADY = """
local links, at = {}, 0
for line in io.lines("%s") do links[#links + 1] = line end
math.randomseed(os.time())
delay = function() return math.random(0, %d) end
request = function()
  at = at %% #links + 1
  return wrk.format("GET", links[at], { ["Host"] = "%s", ["User-Agent"] = "Mozilla/5.0 (bench)",
    ["X-Forwarded-For"] = math.random(1, 223) .. "." .. math.random(0, 255) .. "." .. math.random(0, 255) .. "." .. math.random(1, 254) })
end
"""


class Scan(http.client.HTTPConnection):
    """linkgate-scan's own door, as the click server uses it."""

    def __init__(self, path):
        super().__init__("scan", timeout=60)
        self.path = str(path)

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.connect(self.path)

    def check(self, url):
        """Seconds until the verdict of a click, as nobody knew it."""
        begin = time.monotonic()
        self.request("POST", "/check", json.dumps({"url": url, "moment": "click", "fresh": True}))
        answer = self.getresponse()
        body = answer.read()
        assert answer.status == 200, body
        return time.monotonic() - begin


def pages_opened(linkgate):
    """In the browser, so far."""
    text = linkgate.get(linkgate.admin_port, "/metrics")[2].decode()
    return sum(int(float(count)) for count in re.findall(r'^linkgate_look_seconds_count\{[^}]*with="browser"[^}]*\} (\S+)', text, re.M))


def seconds(values):
    return f"p50 {quantile(values, .5):.2f} s, p95 {quantile(values, .95):.2f} s"


def known(figures, linkgate, folder, urls):
    for url in urls:
        linkgate.command("check", url, check=False)
    links = linkgate.command("wrap", "--recipient", "bench@corp.test", *urls).split()
    parts = [urllib.parse.urlsplit(link) for link in links]
    targets, script = pathlib.Path(folder) / "known.txt", pathlib.Path(folder) / "known.lua"
    targets.write_text("\n".join(urllib.parse.urlunsplit(("", "", p.path or "/", p.query, "")) for p in parts) + "\n")
    script.write_text(STEADY % (targets, 2000 * CONNECTIONS // KNOWN_RATE, parts[0].netloc))
    url = f"http://127.0.0.1:{linkgate.click_ports[0]}/"
    wrk(url, 2, script, CONNECTIONS)
    got = [wrk(url, 10, script, CONNECTIONS) for _ in range(3)]
    got.sort(key=lambda one: one["p99"])
    figures.append((f"a click whose verdict is known, at {got[1]['rate']:,.0f} clicks/s", f"p50 {got[1]['p50']:.2f} ms, p99 {got[1]['p99']:.2f} ms"))


def unknown(figures, linkgate, sites):
    """One at a time; returns the URLs that were opened in the browser."""
    scan = Scan(linkgate.data / "run" / "scan.sock")
    fetched, opened, urls = [], [], []
    for site in sites:
        before = pages_opened(linkgate)
        took = scan.check(site["url"])
        if pages_opened(linkgate) > before:
            opened.append(took)
            urls.append(site["url"])
        else:
            fetched.append(took)
    scan.close()
    figures.append((f"an unknown link that a fetch can tell, {len(fetched)} sites of the lab, one at a time", seconds(fetched)))
    figures.append((f"an unknown link that needs the browser, {len(opened)} sites of the lab, one at a time", seconds(opened)))
    return urls


def together(figures, linkgate, urls):
    rates = []
    for parallel in (1, 2, 4):
        with concurrent.futures.ThreadPoolExecutor(parallel) as threads:
            begin = time.monotonic()
            list(threads.map(lambda url: Scan(linkgate.data / "run" / "scan.sock").check(url), urls))
            rates.append(f"{len(urls) / (time.monotonic() - begin):.1f}")
    figures.append(("unknown links judged with the browser a second, 1, 2 and 4 at once", ", ".join(rates)))


def bench_scan(figures, folder):
    if shutil.which("chromium") is None:
        print("  scan: no chromium is installed")
        return
    pathlib.Path(folder).chmod(0o755)  # the browser's user looks for its socket beneath
    with Lab(pathlib.Path(folder) / "lab") as lab:
        own = pathlib.Path(folder) / "scan"
        own.mkdir()
        linkgate = Installation(own, f"lmtp:127.0.0.1:{free_port()}", extra=EXTRA.format(ca=lab.ca) + lab.egress()).start()
        try:
            sites = [site for site in lab.sites if site["family"] in FAMILIES]
            known(figures, linkgate, own, [site["url"] for site in sites if site["disposition"] == "clean"][:50])
            together(figures, linkgate, unknown(figures, linkgate, sites)[:40])
        finally:
            linkgate.stop()
