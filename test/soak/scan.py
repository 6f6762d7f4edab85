"""Sites of the lab are judged while the browser is killed, hangs and runs out of memory, and while the proxy and the scanner
themselves die. Every scan ends with a verdict in its time; what was not seen is said, and never passes for clean; nothing is left behind."""
import collections
import dataclasses
import http.client
import os
import queue
import random
import shutil
import signal
import threading
import time

from harness import processes
from harness.installation import Installation
from harness.lab import Lab
from harness.process import free_port, wait_until, work_folder
from harness.scan_door import ScanDoor

PAGES = 2  # at once
EXTRA = """[scan]
deep = true
pages = {pages}
trust_file = "{ca}"
rescan_after = []
"""
# What a click's scan may take (ScanBudget in src/scan/link_look.h), and how far a broken browser may exceed it (kMaxOverrun in
# src/browser/pool.h).
WITHIN = 14 + 8
HUNGRY = "script-memory"  # the site that eats memory without end
SEEN_BY_BROWSER = "script-alert-phish"
# What other visitors did before decides what these show.
REMEMBERING = {"first-visit", "address", "time"}
# Of the scanner, and of the proxy: what they have open for themselves, and connections that are kept (kIdleConnections in
# src/scan/fetch_loop.h, and those of the tabs that are open).
IDLE_DESCRIPTORS = 100
SEEING = 0.6  # of the scans see a page at least, or all this would be about a scanner that sees nothing
FLAT = 1.25  # so much more memory than after the first third of the calmer half is no growth
SLACK = 24 << 20


@dataclasses.dataclass
class Scanned:
    site: dict
    verdict: dict
    seconds: float
    tries: int


def is_bad(disposition):
    return disposition in ("suspicious", "gated", "phishing", "malware")


def deserved(site):
    return {site["delivered"]} if site["delivered"] else {site["disposition"], *site["accept"]}


def look(linkgate, site):
    """One scan, asked for again where the scanner itself died meanwhile: as a click server does."""
    tries = 0
    while True:
        tries += 1
        door = ScanDoor(linkgate)
        begin = time.monotonic()
        try:
            verdict = door.check(site["url"], site.get("recipient") or "")
            return Scanned(site, verdict, time.monotonic() - begin, tries)
        except (OSError, http.client.HTTPException) as broken:
            assert not isinstance(broken, TimeoutError), f"{site['name']}: no answer for {door.timeout} s"
            assert tries < 20, f"{site['name']}: the scanner did not come back: {broken!r}"
            time.sleep(0.2)
        finally:
            door.close()


class Askers:
    """So many at once work through the sites; keeps what came of each scan, and where one broke a claim."""

    def __init__(self, linkgate, sites, at_once):
        self.linkgate, self.done, self.broken = linkgate, [], []
        self.todo = queue.SimpleQueue()
        for site in sites:
            self.todo.put(site)
        self.threads = [threading.Thread(target=self._work, daemon=True) for _ in range(at_once)]

    def _work(self):
        while True:
            try:
                site = self.todo.get_nowait()
            except queue.Empty:
                return
            try:
                self.done.append(look(self.linkgate, site))
            except Exception as wrong:  # noqa: BLE001  told by the main thread
                self.broken.append(f"{site['name']}: {wrong!r}")

    def run(self, seconds):
        for thread in self.threads:
            thread.start()
        end = time.monotonic() + seconds
        for thread in self.threads:
            thread.join(max(0.1, end - time.monotonic()))
            assert not thread.is_alive(), f"{len(self.done)} scans in {seconds} s, and no end"
        assert not self.broken, "; ".join(self.broken[:3])
        return self.done


class Troubles(threading.Thread):
    """One after the other, in an order of the seed's: each is done once before any is done again."""

    def __init__(self, linkgate, seed, pauses, spare_scanner=False):
        super().__init__(daemon=True)
        self.linkgate, self.random, self.pauses = linkgate, random.Random(seed), pauses
        self.kinds = [self.browser_killed, self.browser_hangs, self.page_killed, self.page_hangs, self.network_process_killed,
                      self.proxy_killed, self.proxy_hangs] + ([] if spare_scanner else [self.scanner_killed])
        self.done = collections.Counter()
        self.ends = threading.Event()

    def run(self):
        while True:
            self.random.shuffle(self.kinds)
            for kind in self.kinds:
                if self.ends.wait(self.random.uniform(*self.pauses)):
                    return
                try:
                    if kind():
                        self.done[kind.__name__.replace("_", " ")] += 1
                except (ProcessLookupError, KeyError, TypeError, FileNotFoundError):
                    pass  # it is being started just now

    def stop(self):
        self.ends.set()
        self.join()

    def browser(self, kind=""):
        """A process of the browser: its first, or one of a kind."""
        scan = self.linkgate.pids()["scan"]
        of_scan = [p for p in processes.family(scan) if not p.has_ended]
        if kind:
            found = [p for p in of_scan if f"--type={kind}" in p.command]
        else:
            found = [p for p in of_scan if p.parent == scan and "--remote-debugging-pipe" in p.command]
        return self.random.choice(found) if found else None

    def signal(self, process, number):
        if process:
            os.kill(process.pid, number)
        return process is not None

    def browser_killed(self):
        return self.signal(self.browser(), signal.SIGKILL)

    def browser_hangs(self):
        return self.signal(self.browser(), signal.SIGSTOP)

    def page_killed(self):
        return self.signal(self.browser("renderer"), signal.SIGKILL)

    def page_hangs(self):
        return self.signal(self.browser("renderer"), signal.SIGSTOP)

    def network_process_killed(self):
        return self.signal(self.browser("utility"), signal.SIGKILL)

    def proxy_killed(self):
        os.kill(self.linkgate.pids()["egress"], signal.SIGKILL)
        return True

    def proxy_hangs(self):
        pid = self.linkgate.pids()["egress"]
        os.kill(pid, signal.SIGSTOP)
        self.ends.wait(3)
        os.kill(pid, signal.SIGCONT)
        return True

    def scanner_killed(self):
        os.kill(self.linkgate.pids()["scan"], signal.SIGKILL)
        return True


class Holdings:
    """What a Linkgate holds while it does nothing: processes, folders, descriptors, memory."""

    def __init__(self, linkgate, scratch):
        pids = linkgate.pids()
        scan, egress = processes.read(pids["scan"]), processes.read(pids["egress"])
        of_scan = processes.family(pids["scan"])
        self.browsers = [p for p in of_scan if p.parent == scan.pid]
        self.dead = [p for p in of_scan if p.has_ended]
        # What a killed parent left is ours now; what had ended is gone with this. Chromium lets two helpers of its own go at once,
        # which end when it does: those of the one that lives are younger than it.
        live = min((browser.started for browser in self.browsers), default=0)
        self.orphans = []
        for process in processes.family(os.getpid()):
            if process.parent == os.getpid() and process.pid != linkgate.up.pid and " -m lab" not in process.command:
                if process.has_ended:
                    os.waitpid(process.pid, os.WNOHANG)
                elif process.started < live:
                    self.orphans.append(process)
        self.of_browser = len(of_scan)
        self.folders = sorted(entry.name for entry in scratch.glob("linkgate-browser-*"))
        self.scan_descriptors, self.egress_descriptors = scan.descriptors(), egress.descriptors()
        self.scan_bytes, self.egress_bytes = scan.resident, egress.resident

    def is_quiet(self):
        return (not self.orphans and len(self.browsers) == 1 and not self.dead and len(self.folders) == 1
                and self.scan_descriptors <= IDLE_DESCRIPTORS and self.egress_descriptors <= IDLE_DESCRIPTORS)

    def __str__(self):
        return (f"{self.of_browser} processes below the scanner, {len(self.folders)} folders, scanner {self.scan_descriptors} descriptors "
                f"{self.scan_bytes / 1e6:.0f} MB, proxy {self.egress_descriptors} descriptors {self.egress_bytes / 1e6:.0f} MB")


def settled(linkgate, lab, scratch):
    """The holdings, once all is well, pages are seen as before, and nothing is under way."""
    try:
        wait_until("health after the last trouble", linkgate.healthy, 60, 0.2)
    except AssertionError:
        raise AssertionError(f"not well a minute after the last trouble: {linkgate.troubles()}\n{linkgate.up.tail(40)}") from None
    site = lab.site(SEEN_BY_BROWSER)
    wait_until("a page that only a browser can show to be judged", lambda: look(linkgate, site).verdict["disposition"] == site["disposition"], 60, 0.2)
    last = []

    def quiet():
        last[:] = [Holdings(linkgate, scratch)]
        return last[0] if last[0].is_quiet() else None

    try:
        return wait_until("nothing to be left", quiet, 30, 0.5)
    except AssertionError:
        found = last[0]
        left = [f"{p.pid} {p.state} {p.command[:80] or p.name}" for p in [*found.orphans, *found.dead, *found.browsers[1:]]]
        raise AssertionError(f"left behind: processes {left}, folders {found.folders}; {found}") from None


def tell(done):
    took = sorted(scan.seconds for scan in done)
    words = collections.Counter(scan.verdict["disposition"] for scan in done)
    why = collections.Counter(scan.verdict["evidence"][0]["code"] for scan in done if scan.verdict["disposition"] == "unknown")
    print(f"  {len(done)} scans: p50 {took[len(took) // 2]:.2f} s, p99 {took[len(took) * 99 // 100]:.2f} s, longest {took[-1]:.2f} s; "
          + ", ".join(f"{n} {word}" for word, n in words.most_common()) + f"; asked again {sum(s.tries - 1 for s in done)} times", flush=True)
    print("  unknown because of " + ", ".join(f"{code} {n}" for code, n in why.most_common()), flush=True)


def check_each(done):
    """(what is judged too well, what too badly): both only count where a calm look judges otherwise."""
    late = [s for s in done if s.seconds > WITHIN]
    assert not late, f"{late[0].site['name']} took {late[0].seconds:.1f} s"
    for scan in done:
        evidence = scan.verdict["evidence"]
        assert evidence and all(piece["sentence"] for piece in evidence), f"{scan.site['name']}: {scan.verdict} says nothing"
    steady = [s for s in done if not REMEMBERING & set(s.site["differs_by"]) and s.site["family"] not in ("aitm", "late")]
    too_well = [s for s in steady if s.verdict["disposition"] == "clean" and not {"clean", "unknown"} & deserved(s.site)]
    too_badly = [s for s in steady if is_bad(s.verdict["disposition"]) and not any(map(is_bad, deserved(s.site))) and not by_text(s.verdict)]
    return too_well, too_badly


def by_text(verdict):
    """The link's text looked bad, and the page that would have cleared it was not seen."""
    return verdict["disposition"] == "suspicious" and any(piece["code"] == "url.model" for piece in verdict["evidence"])


def check_against_calm(linkgate, lab, done):
    too_well, too_badly = check_each(done)
    for scan in {s.site["name"]: s for s in [*too_well, *too_badly]}.values():
        lab.reset()
        calm = look(linkgate, scan.site).verdict["disposition"]
        assert calm == scan.verdict["disposition"], \
            f"{scan.site['name']} is {scan.verdict['disposition']} in trouble and {calm} without: {scan.verdict['evidence']}"
    print(f"  {len(too_well)} judged too well and {len(too_badly)} too badly, all of them without trouble, too", flush=True)


def drawn(lab, seed, count, short):
    """So many sites in an order of the seed's, each family in turn with the one that eats memory."""
    families = ("honest-pages", "phishing-pages", "hidden", "chains") if short else None
    sites = [s for s in lab.sites if not s["switch"] and not s["acts"] and (not families or s["family"] in families)]
    rng, order = random.Random(seed), []
    while len(order) < count:
        rng.shuffle(sites)
        order += sites
    order = order[:count]
    for at in range(5, count, 25 if short else 60):
        order[at] = lab.site(HUNGRY)
    return order


def in_trouble(linkgate, order, seed, pauses, spare_scanner, troubled):
    """All of these sites, while one thing after another goes wrong."""
    troubles = Troubles(linkgate, seed, pauses, spare_scanner)
    troubles.start()
    try:
        return Askers(linkgate, order, PAGES).run(60 + 12 * len(order))
    finally:
        troubles.stop()
        troubled.update(troubles.done)


def rounds(linkgate, lab, scratch, seed, short):
    """First everything dies; then all but the scanner, whose memory and descriptors must stay as they are."""
    pauses = (0.3, 0.8) if short else (2.0, 6.0)
    done, holdings, troubled = [], [], collections.Counter()
    for number, (count, spare_scanner) in enumerate(zip((14, 6, 12) if short else (400, 200, 400), (False, True, True))):
        order = drawn(lab, seed + number, count, short)
        done += in_trouble(linkgate, order, seed + number, pauses, spare_scanner, troubled)
        tell(done[-count:])
        held = settled(linkgate, lab, scratch)
        print(f"  after {len(done)}: {held}", flush=True)
        if spare_scanner:
            holdings.append(held)
    print("  " + ", ".join(f"{what} {n}" for what, n in troubled.most_common()), flush=True)
    return done, holdings


def check_memory(before, after):
    assert after.scan_bytes <= before.scan_bytes * FLAT + SLACK, f"memory of the scanner: {before.scan_bytes}, {after.scan_bytes}"
    assert after.egress_bytes <= before.egress_bytes * FLAT + SLACK, f"memory of the proxy: {before.egress_bytes}, {after.egress_bytes}"


def run(short=False):
    if shutil.which("chromium") is None:
        print("  SKIPPED: no chromium is installed")
        return
    seed = int(os.environ.get("LINKGATE_SEED", time.time()))
    print(f"  seed {seed}", flush=True)
    processes.adopt_orphans()
    with work_folder("lg-") as folder, Lab(folder / "lab") as lab:
        scratch = folder / "t"  # short: the browser has sockets beneath, whose paths may not be long
        scratch.mkdir()
        scratch.chmod(0o1777)
        os.environ["TMPDIR"] = str(scratch)
        own = folder / "lg"
        own.mkdir()
        linkgate = Installation(own, f"lmtp:127.0.0.1:{free_port()}", extra=EXTRA.format(pages=PAGES, ca=lab.ca) + lab.egress())
        try:
            linkgate.start_with_or_without_browser()
            if linkgate.troubles():
                print(f"  SKIPPED: pages cannot be opened in a browser here: {linkgate.troubles()['scan']}")
                return
            done, holdings = rounds(linkgate, lab, scratch, seed, short)
            seeing = sum(scan.verdict["disposition"] != "unknown" for scan in done)
            assert seeing >= len(done) * SEEING, f"only {seeing} of {len(done)} scans saw a page"
            check_memory(*holdings)
            check_against_calm(linkgate, lab, done)
            arrived = lab.canary_hits()
            assert not any(arrived.values()), f"something arrived where nobody may go: {arrived}"
            assert linkgate.stop() == 0, "linkgate up did not end well"
            left = [entry.name for entry in scratch.glob("linkgate-browser-*")]
            assert not left, f"left in the temporary folder: {left}"
        finally:
            del os.environ["TMPDIR"]
            linkgate.stop()
