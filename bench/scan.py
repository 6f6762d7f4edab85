"""How long a verdict takes, on the sites of the lab: one that is known, at a steady rate of clicks; one that a fetch alone can
tell; one that needs the browser; and how many pages a second several at once give. Ends in some three minutes."""
import concurrent.futures
import itertools
import pathlib
import re
import shutil
import time
import urllib.parse

from harness.installation import Installation
from harness.lab import Lab
from harness.process import free_port
from harness.scan_door import ScanDoor
from pairs import quantile
from peers import wrk

KNOWN_RATE, CONNECTIONS = 2000, 64  # clicks a second, and over how many connections they come
KNOWN_LINKS = 20
HONEST, PHISHING = ("honest", "honest-pages"), ("phish", "phishing-pages")
PARALLEL = (1, 2, 4)
# Each part takes what it gets done in so many seconds, and says how much that was.
SECONDS_ALONE, SECONDS_TOGETHER = 75, 15
EXTRA = """[scan]
deep = true
pages = {pages}
trust_file = "{ca}"
rescan_after = []
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


def timed(linkgate, url):
    """Seconds until the verdict of a click, as if nobody had asked before."""
    door = ScanDoor(linkgate)
    begin = time.monotonic()
    door.check(url)
    took = time.monotonic() - begin
    door.close()
    return took


def pages_opened(linkgate):
    """In the browser, so far."""
    text = linkgate.get(linkgate.admin_port, "/metrics")[2].decode()
    return sum(int(float(count)) for count in re.findall(r'^linkgate_look_seconds_count\{[^}]*with="browser"[^}]*\} (\S+)', text, re.M))


def seconds(values):
    return f"p50 {quantile(values, .5):.2f} s, p95 {quantile(values, .95):.2f} s, {len(values)} links" if values else "none"


def known(figures, linkgate, folder, urls):
    """Verdicts that the click server has to ask for, and the scanner remembers."""
    with concurrent.futures.ThreadPoolExecutor(max(PARALLEL)) as threads:
        list(threads.map(lambda url: timed(linkgate, url), urls))
    links = linkgate.command("wrap", "--recipient", "bench@corp.test", *urls).split()
    parts = [urllib.parse.urlsplit(link) for link in links]
    targets, script = pathlib.Path(folder) / "known.txt", pathlib.Path(folder) / "known.lua"
    targets.write_text("\n".join(urllib.parse.urlunsplit(("", "", p.path or "/", p.query, "")) for p in parts) + "\n")
    script.write_text(STEADY % (targets, 2000 * CONNECTIONS // KNOWN_RATE, parts[0].netloc))
    url = f"http://127.0.0.1:{linkgate.click_ports[0]}/"
    wrk(url, 2, script, CONNECTIONS)
    got = sorted((wrk(url, 5, script, CONNECTIONS) for _ in range(3)), key=lambda one: one["p99"])
    figures.append((f"a click whose verdict is known, at {got[1]['rate']:,.0f} clicks/s", f"p50 {got[1]['p50']:.2f} ms, p99 {got[1]['p99']:.2f} ms"))


def unknown(figures, linkgate, sites):
    """One at a time; returns the URLs that were opened in the browser."""
    fetched, opened, urls = [], {HONEST: [], PHISHING: []}, []
    end = time.monotonic() + SECONDS_ALONE
    for site in sites:
        if time.monotonic() > end:
            break
        before = pages_opened(linkgate)
        took = timed(linkgate, site["url"])
        if pages_opened(linkgate) == before:
            fetched.append(took)
            continue
        opened[HONEST if site["family"] in HONEST else PHISHING].append(took)
        urls.append(site["url"])
    figures.append(("an unknown link that a fetch can tell, one at a time", seconds(fetched)))
    figures.append(("an unknown link to an honest page that needs the browser, one at a time", seconds(opened[HONEST])))
    figures.append(("an unknown link to a phishing page that needs the browser, one at a time", seconds(opened[PHISHING])))
    return urls


def together(figures, linkgate, urls):
    for parallel in PARALLEL:
        turn, took, begin = itertools.cycle(urls), [], time.monotonic()

        def work(turn=turn, took=took, end=begin + SECONDS_TOGETHER):
            while time.monotonic() < end:
                took.append(timed(linkgate, next(turn)))

        with concurrent.futures.ThreadPoolExecutor(parallel) as threads:
            for done in [threads.submit(work) for _ in range(parallel)]:
                done.result()
        rate = len(took) / (time.monotonic() - begin)
        figures.append((f"unknown links judged with the browser, {parallel} at once", f"{rate:.1f}/s, {seconds(took)}"))


def mixed(lists):
    """One of each in turn, as long as any has one."""
    return [one for row in itertools.zip_longest(*lists) for one in row if one is not None]


def bench_scan(figures, folder):
    if shutil.which("chromium") is None:
        print("  scan: no chromium is installed")
        return
    pathlib.Path(folder).chmod(0o755)  # the browser's user looks for its socket beneath
    with Lab(pathlib.Path(folder) / "lab") as lab:
        own = pathlib.Path(folder) / "scan"
        own.mkdir()
        extra = EXTRA.format(pages=max(PARALLEL), ca=lab.ca) + lab.egress()
        linkgate = Installation(own, f"lmtp:127.0.0.1:{free_port()}", extra=extra).start()
        try:
            by_family = {family: [site for site in lab.sites if site["family"] == family] for family in HONEST + PHISHING}
            clean = [site["url"] for site in by_family["honest"] if site["disposition"] == "clean" and not site["trouble"]]
            known(figures, linkgate, own, clean[:KNOWN_LINKS])
            together(figures, linkgate, unknown(figures, linkgate, mixed(by_family.values())))
        finally:
            linkgate.stop()
