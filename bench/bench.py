#!/usr/bin/env python3
"""What Linkgate reaches on this machine, and what its peers reach in the same run. Nothing is carried over: every
figure is measured here and now; where two things are compared they take turns, nine times, and medians are printed.

usage: ./dev bench [--write] [NAME ...]
names: micro     the parts: URLs, HTML, seals, one click, one request (curl and Gumbo beside them)
       kql       hunting queries compiled
       browser   pages in a warm Chromium: how long one takes, and how many a second several at once give
       scan      verdicts on the sites of the lab: known, by a fetch, with the browser
       feeds     a list of ten million URLs: memory, lookups, from the file to effective (5 GB of disk)
       hunting   ten hunting queries beside SQL by hand, on 10 million clicks and 20 million mails (10 GB of disk, 15 minutes)
       rewrite   mails rewritten in process, against rspamd that only finds their URLs
       clicks    the click server, against nginx that returns a redirect
       freshness clicks at 500 a second: when each is in the answer of a query
       mail      real mails through the gateway, 100 a second
       large     mails of 25 MB through the gateway, a thousand
       memory    of each program, idle
--write keeps the figures in docs/benchmarks.md with machine and commit"""
import argparse
import json
import os
import pathlib
import platform
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "test"))
from harness.installation import Installation  # noqa: E402
from harness.process import BIN, ROOT, program, wait_until, work_folder  # noqa: E402
from hunting import bench_hunting  # noqa: E402
from pairs import PAIRS, interleaved, quantile, ratio  # noqa: E402
from peers import LOAD_CORE, SERVER_CORE, Nginx, Rspamd, pin, wrk  # noqa: E402
from scan import bench_scan  # noqa: E402
from harness.sink import Sink  # noqa: E402
from soak.lmtp import Lmtp  # noqa: E402

CLICKS = """
local links, at = {}, 0
for line in io.lines("%s") do links[#links + 1] = line end
math.randomseed(os.time())
request = function()
  at = at %% #links + 1
  return wrk.format("GET", links[at], { ["Host"] = "%s", ["User-Agent"] = "Mozilla/5.0 (bench)",
    ["X-Forwarded-For"] = math.random(1, 223) .. "." .. math.random(0, 255) .. "." .. math.random(0, 255) .. "." .. math.random(1, 254) })
end
"""

MAILS = """
local mails, at = {}, 0
for name in io.lines("%s") do
  local file = io.open(name, "rb")
  mails[#mails + 1] = wrk.format("POST", "/checkv2", {["Content-Type"] = "message/rfc822"}, file:read("*a"))
  file:close()
end
request = function() at = at %% #mails + 1; return mails[at] end
"""

def resident(linkgate):
    """Megabytes of each program now."""
    sizes = {}
    for name, pid in linkgate.pids().items():
        status = pathlib.Path(f"/proc/{pid}/status").read_text()
        sizes[name] = int(re.search(r"VmRSS:\s+(\d+)", status).group(1)) / 1024
    return sizes


def corpus_folder():
    """phishing_pot's mails, unpacked once into build/, or None where the corpora are not there."""
    archive = pathlib.Path(os.environ.get("LINKGATE_DATA", ROOT.parent / "shared" / "data")) / "mail" / "phishing_pot.tar.xz"
    folder = ROOT / "build" / "corpora" / "phishing_pot"
    if not folder.is_dir() and archive.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(["tar", "-xf", str(archive), "-C", str(folder.parent)], check=True)
    return folder if folder.is_dir() else None


def machine():
    cpu = re.search(r"model name\s*: (.*)", pathlib.Path("/proc/cpuinfo").read_text())
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True).stdout.strip()
    dirty = subprocess.run(["git", "status", "--porcelain"], cwd=ROOT, capture_output=True, text=True).stdout.strip()
    cores = len([1 for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("processor")])
    system = platform.freedesktop_os_release()['PRETTY_NAME']
    return f"{cores} cores of {cpu.group(1) if cpu else platform.processor()}, {system}, commit {commit}{' and changes' if dirty else ''}"


def google_benchmark(name, environment, arguments):
    with tempfile.NamedTemporaryFile(suffix=".json") as out:  # standard output also has the log
        done = subprocess.run(["taskset", "-c", SERVER_CORE, str(BIN / name), f"--benchmark_out={out.name}", *arguments],
                              capture_output=True, text=True, timeout=1800, env={**os.environ, **environment})
        try:
            return json.load(out)["benchmarks"]
        except (ValueError, KeyError):
            raise SystemExit(f"{name}: exit {done.returncode} {done.stderr.strip()[:500]}") from None


def bench_micro(figures):
    """Every small benchmark, nine times, in turn."""
    environment = {"LINKGATE_BENCH_MAILS": str(corpus_folder() or "")}
    names = [path.name for path in sorted(BIN.glob("*_bench")) if path.name != "rewrite_bench"]  # see bench_rewrite
    turns = interleaved({name: lambda name=name: google_benchmark(name, environment, ["--benchmark_min_time=0.1"]) for name in names})
    for runs in turns.values():
        for same in zip(*runs):
            name = same[0]["name"].replace("/real_time", "").replace("/min_time:1.000", "").replace("/iterations:3", "")
            if "error_message" in same[0]:
                print(f"  {name}: {same[0]['error_message']}", file=sys.stderr)
                continue
            text = f"{statistics.median(one['cpu_time'] for one in same):,.0f} {same[0]['time_unit']}"
            if "items_per_second" in same[0]:
                text += f", {statistics.median(one['items_per_second'] for one in same):,.0f}/s"
            if "bytes_per_second" in same[0]:
                text += f", {statistics.median(one['bytes_per_second'] for one in same) / 1e6:,.0f} MB/s"
            if "memory_bytes" in same[0]:
                text += f", {same[0]['memory_bytes'] / 1e6:.1f} MB"
            figures.append((name, text))


def bench_kql(figures):
    """Published hunting queries, as many of them as compile."""
    data = pathlib.Path(os.environ.get("LINKGATE_DATA", ROOT.parent / "shared" / "data")) / "kql"
    files = [str(path) for path in (data / "hunting.jsonl", data / "hunting_official.jsonl") if path.exists()]
    if not files:
        print("  kql: there are no hunting queries in LINKGATE_DATA/kql", file=sys.stderr)
        return
    found = json.loads(subprocess.run(["taskset", "-c", SERVER_CORE, str(BIN / "compile_kql"), *files],
                                      capture_output=True, text=True, check=True, timeout=600).stdout)
    figures.append((f"a hunting query compiled, {found['compiled']} of {found['queries']} published ones",
                    f"median {found['median_us']:,.0f} us, p99 {found['p99_us']:,.0f} us, slowest {found['slowest_us']:,.0f} us"))


def bench_browser(figures):
    """The whole machine: a browser is several processes."""
    found = json.loads(subprocess.run([str(BIN / "browser_pages")], capture_output=True, text=True, check=True, timeout=1800).stdout)
    if "trouble" in found:
        print(f"  browser: {found['trouble']}", file=sys.stderr)
        return
    for name, what in (("plain", "a page without scripts"), ("scripted", "a page with scripts that fetches something")):
        figures.append((f"{what}, in a warm browser, with its picture", f"p50 {found[name]['p50']:.2f} s, p95 {found[name]['p95']:.2f} s"))
    figures.append(("pages a second, 1, 2 and 4 at once", ", ".join(f"{found[f'pages_per_second_{n}']:.1f}" for n in (1, 2, 4))))
    figures.append(("memory of the browser, 1, 2 and 4 pages at once", ", ".join(f"{found[f'megabytes_{n}']} MB" for n in (1, 2, 4))))


def bench_feeds(figures, folder):
    data = folder / "feeds"
    data.mkdir()
    found = json.loads(subprocess.run([str(BIN / "feed_lists"), str(data)], capture_output=True, text=True, check=True, timeout=3600).stdout)
    if not found["ok"]:
        raise SystemExit("feed_lists: something that is listed was not found")
    what = f"a list of {found['entries']:,} URLs and hosts"
    figures.append((f"{what}: its filter", f"{found['filter_mb']:.1f} MB, built in {found['build_s']:.1f} s"))
    figures.append(("the process that has it", f"{found['resident_mb']:.0f} MB, at most {found['peak_mb']:.0f} MB while loading; "
                                               f"{found['before_mb']:.0f} MB before"))
    figures.append(("one key in the filter", f"{found['hit_ns']:.0f} ns listed, {found['miss_ns']:.0f} ns not; {found['wrong']} of "
                                             f"{found['asked']:,} unlisted ones are left to the store"))
    figures.append(("a whole URL, all keys under which it may be listed", f"{found['url_miss_ns']:,.0f} ns where nothing is listed, "
                                                                         f"{found['url_hit_ns'] / 1000:,.0f} us with the entry from the store"))
    figures.append(("from the file to effective", f"{found['effective_s']:.0f} s; {found['update_s']:.0f} s for the same list with one line more"))


def bench_rewrite(figures, folder):
    mails = corpus_folder()
    if mails is None:
        print("  rewrite: no mails; set LINKGATE_DATA", file=sys.stderr)
        return
    names = folder / "mails"
    names.write_text("\n".join(str(path) for path in sorted(mails.glob("*.eml"))) + "\n")
    script = folder / "mails.lua"
    script.write_text(MAILS % names)
    rspamd = Rspamd(folder)
    peaks = []

    def ours():
        result = google_benchmark("rewrite_bench", {"LINKGATE_BENCH_MAILS": str(mails)}, ["--benchmark_min_time=3"])[0]
        peaks.append(result["bytes_per_second"] / 1e6)
        return result["items_per_second"]

    try:
        wrk(f"http://127.0.0.1:{rspamd.port}/", 3, script, 2)  # warm
        got = interleaved({"ours": ours, "rspamd": lambda: wrk(f"http://127.0.0.1:{rspamd.port}/", 4, script, 2)})
    finally:
        rspamd.stop()
    figures.append(("mails rewritten in process, one core, phishing_pot: parsed, every link sealed, rendered",
                    f"{statistics.median(got['ours']):,.0f}/s, {statistics.median(peaks):,.0f} MB/s"))
    figures.append(("the same mails through rspamd 3.4 with no rules (URLs extracted only), one worker",
                    f"{statistics.median(r['rate'] for r in got['rspamd']):,.0f}/s"))
    figures.append(("rewriting against that", ratio(got["ours"], [r["rate"] for r in got["rspamd"]])))


def click_script(folder, linkgate, count=200):
    links = linkgate.command("wrap", "--recipient", "bench@corp.test", *[f"https://site-{n}.example.org/page?n={n}" for n in range(count)]).split()
    host = re.match(r"https?://([^/]+)", links[0]).group(1)
    targets = folder / "targets.txt"
    targets.write_text("\n".join(re.sub(r"^https?://[^/]+", "", link) for link in links) + "\n")
    script = folder / "clicks.lua"
    script.write_text(CLICKS % (targets, host))
    return script


def bench_clicks(figures, linkgate, folder):
    """One worker on one core, the load on the other."""
    script = click_script(folder, linkgate)
    pids = linkgate.pids()
    pin(pids["click.0"])
    others = [pids["ship"], pids["store"]]
    nginx = Nginx(folder)
    url = f"http://127.0.0.1:{linkgate.click_ports[0]}/"
    start, total = time.monotonic(), 0

    def clicks(seconds=4):
        nonlocal total
        got = wrk(url, seconds, script)
        total += got["requests"]
        return got

    def alone():
        for pid in others:
            os.kill(pid, signal.SIGSTOP)
        try:
            return clicks()
        finally:
            for pid in others:
                os.kill(pid, signal.SIGCONT)
            drained(linkgate)

    try:
        clicks(1)
        got = interleaved({"nginx": lambda: wrk(f"http://127.0.0.1:{nginx.port}/", 4, script), "alone": alone,
                           "running": clicks})
    finally:
        nginx.stop()
    rates = {name: [one["rate"] for one in all_of] for name, all_of in got.items()}
    figures.append(("nginx, one worker, return 302, same requests",
                    f"{statistics.median(rates['nginx']):,.0f}/s ({min(rates['nginx']):,.0f} to {max(rates['nginx']):,.0f}: its modes on this machine)"))
    for name, what in (("alone", "clicks, one worker, all recorded in the spool; ship and store paused"), ("running", "clicks, the same with ship and store running")):
        figures.append((what, f"{statistics.median(rates[name]):,.0f}/s, p50 {statistics.median(o['p50'] for o in got[name]):.2f} ms, "
                              f"p99 {statistics.median(o['p99'] for o in got[name]):.2f} ms"))
        figures.append(("  against nginx", ratio(rates[name], rates["nginx"])))
    wait_until("the rows of the load", lambda: linkgate.kql("UrlClickEvents | count")[1][0][0] >= total * 0.99, 600, 0.5)
    stored = linkgate.kql("UrlClickEvents | count")[1][0][0]
    figures.append(("click rows in the store, from the first click to the last row (each click is a row in two tables)",
                    f"{stored / (time.monotonic() - start):,.0f} clicks/s"))


def drained(linkgate):
    """Nothing waits in the spool: the next run starts as the last one did."""
    wait_until("the spool to drain", lambda: not list((linkgate.data / "spool").glob("*/*.seg")), 300, 0.1)


class Clicker(threading.Thread):
    """Opens a link from a new address so often a second, for so long."""

    def __init__(self, linkgate, link, rate, seconds):
        super().__init__(daemon=True)
        self.linkgate, self.link, self.rate, self.count = linkgate, link, rate, int(rate * seconds)
        self.clicked = {}  # address to the time of its answer

    def run(self):
        begin = time.monotonic()
        client = http_client(self.linkgate)
        for n in range(self.count):
            pause = begin + n / self.rate - time.monotonic()
            if pause > 0:
                time.sleep(pause)
            address = f"10.{n >> 16 & 255}.{n >> 8 & 255}.{n & 255}"
            assert client(self.link, address) == 302
            self.clicked[address] = time.monotonic()


def http_client(linkgate):
    """Clicks over one connection that is kept."""
    import http.client
    import urllib.parse
    connection = http.client.HTTPConnection("127.0.0.1", linkgate.click_ports[0], timeout=30)

    def click(link, address):
        parts = urllib.parse.urlsplit(link)
        connection.request("GET", urllib.parse.urlunsplit(("", "", parts.path or "/", parts.query, "")),
                           headers={"Host": parts.netloc, "User-Agent": "Mozilla/5.0 (bench)", "X-Forwarded-For": address})
        answer = connection.getresponse()
        answer.read()
        return answer.status
    return click


def bench_freshness(figures, linkgate, rate=500, seconds=20):
    """Every click that a query shows for the first time is as old as the query's answer says."""
    link = linkgate.command("wrap", "--recipient", "fresh@corp.test", "https://fresh.example.org/").strip()
    asking = subprocess.Popen([program("linkgate"), "kql", "--jsonl", "--config", str(linkgate.config)],
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def addresses():
        asking.stdin.write(json.dumps({"id": "f", "query": 'UrlClickEvents | where AccountUpn == "fresh@corp.test" and Timestamp > ago(5s) | project IPAddress | take 10000'}) + "\n")
        asking.stdin.flush()
        answer = json.loads(asking.stdout.readline())
        assert "rows" in answer, answer
        return [row[0] for row in answer["rows"]]

    clicker = Clicker(linkgate, link, rate, seconds)
    clicker.start()
    waits, seen = [], set()
    try:
        end = time.monotonic() + seconds + 10
        while time.monotonic() < end and len(seen) < clicker.count:
            rows = addresses()
            now = time.monotonic()
            for address in rows:
                if address not in seen and address in clicker.clicked:
                    seen.add(address)
                    waits.append(now - clicker.clicked[address])
    finally:
        clicker.join(30)
        asking.stdin.close()
        asking.wait(10)
    assert len(seen) == clicker.count, f"{clicker.count - len(seen)} clicks never came"
    figures.append((f"from the answer to a click to a KQL answer that has it, {rate} clicks/s, {len(waits):,} clicks",
                    f"p50 {quantile(waits, .5) * 1000:.0f} ms, p99 {quantile(waits, .99) * 1000:.0f} ms, longest {max(waits) * 1000:.0f} ms"))


class Sender(threading.Thread):
    """One LMTP session that takes the next mail when its time has come."""

    def __init__(self, port, mails, schedule, run_name):
        super().__init__(daemon=True)
        self.run_name = run_name  # begins the queue ids: the gateway knows a mail that comes again by its id
        self.port, self.mails, self.schedule = port, mails, schedule
        self.waits, self.failure = [], None

    def run(self):
        try:
            client = Lmtp(self.port, timeout=120)
            while (due := self.schedule()) is not None:
                number, at = due
                pause = at - time.monotonic()
                if pause > 0:
                    time.sleep(pause)
                start = max(at, time.monotonic()) if pause > 0 else at  # one that had to wait has waited
                codes = client.deliver("a@ext.test", ["bench@corp.test"], self.mails[number % len(self.mails)], f"{self.run_name}{number}")
                assert codes == [250], codes
                self.waits.append(time.monotonic() - start)
            client.close()
        except (AssertionError, OSError) as failure:
            self.failure = failure


def send_all(port, mails, count, rate, sessions):
    lock, numbers, begin = threading.Lock(), iter(range(count)), time.monotonic() + 0.2

    def schedule():
        with lock:
            number = next(numbers, None)
        return None if number is None else (number, begin + number / rate)

    run_name = f"BENCH{time.monotonic_ns()}X"
    senders = [Sender(port, mails, schedule, run_name) for _ in range(sessions)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    failures = [sender.failure for sender in senders if sender.failure]
    assert not failures, failures
    return [wait for sender in senders for wait in sender.waits], time.monotonic() - begin


def crlf(mail):
    return re.sub(rb"\r?\n", b"\r\n", mail)


def bench_mail(figures, linkgate, rate=100, seconds=30):
    folder = corpus_folder()
    if folder is None:
        print("  mail: no mails; set LINKGATE_DATA", file=sys.stderr)
        return
    mails = [crlf(path.read_bytes()) for path in sorted(folder.glob("*.eml"))[:1000]]
    waits, _ = send_all(linkgate.lmtp_port, mails, rate * seconds, rate, 8)
    figures.append((f"phishing_pot through the gateway, {rate} mails/s, {len(waits):,} mails",
                    f"p50 {quantile(waits, .5) * 1000:.1f} ms, p99 {quantile(waits, .99) * 1000:.1f} ms"))
    waits, took = send_all(linkgate.lmtp_port, mails, 2000, 1e9, 8)
    figures.append(("the same as fast as they go, 8 sessions", f"{len(waits) / took:,.0f} mails/s"))


def bench_large(figures, linkgate, count=1000, sessions=8):
    """A text with links and an attachment that makes it 25 MB."""
    line = b"QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9wcXJzdHV2d3h5ejAxMjM0NTY3\r\n"
    mail = (b"From: a@ext.test\r\nSubject: large\r\nMessage-ID: <large@ext.test>\r\nMIME-Version: 1.0\r\n"
            b"Content-Type: multipart/mixed; boundary=part\r\n\r\n--part\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
            b"<p>Large: <a href=\"https://shop.example.org/item\">look</a></p>\r\n--part\r\n"
            b"Content-Type: application/octet-stream; name=a.bin\r\nContent-Transfer-Encoding: base64\r\n"
            b"Content-Disposition: attachment\r\n\r\n" + line * (25_000_000 // len(line)) + b"--part--\r\n")
    _, took = send_all(linkgate.lmtp_port, [mail], count, 1e9, sessions)
    status = pathlib.Path(f"/proc/{linkgate.pids()['gateway']}/status").read_text()
    peak = int(re.search(r"VmHWM:\s+(\d+)", status).group(1)) / 1024
    figures.append((f"{count:,} mails of 25 MB, {sessions} sessions at once", f"{count / took:.1f}/s; the gateway's memory was never above {peak:,.0f} MB"))


def parse_arguments():
    arguments = argparse.ArgumentParser(prog="./dev bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, usage=argparse.SUPPRESS)
    arguments.add_argument("--write", action="store_true", help=argparse.SUPPRESS)
    arguments.add_argument("name", nargs="*", choices=[[], *NAMES], help=argparse.SUPPRESS)
    return arguments.parse_args()


NAMES = ["memory", "micro", "kql", "browser", "scan", "feeds", "hunting", "rewrite", "freshness", "mail", "clicks", "large"]


def measure(names, figures):
    if "micro" in names:
        bench_micro(figures)
    if "kql" in names:
        bench_kql(figures)
    if "browser" in names:
        bench_browser(figures)
    with work_folder("linkgate-bench-") as folder:
        if "scan" in names:
            bench_scan(figures, folder)
        if "hunting" in names:
            bench_hunting(figures, folder)
        if "rewrite" in names:
            bench_rewrite(figures, folder)
        if "feeds" in names:
            bench_feeds(figures, folder)
        if not set(names) - {"micro", "kql", "browser", "scan", "feeds", "hunting", "rewrite"}:
            return
        sink = Sink()
        linkgate = Installation(folder, f"lmtp:127.0.0.1:{sink.port}", extra="workers = 1").start()
        try:
            if "memory" in names:
                sizes = resident(linkgate)
                rest = sum(size for name, size in sizes.items() if name != "store")
                figures.append(("memory of each program, idle", ", ".join(f"{n} {mb:.0f} MB" for n, mb in sorted(sizes.items())) + f"; all but the store {rest:.0f} MB"))
            for name, bench in (("freshness", bench_freshness), ("mail", bench_mail)):
                if name in names:
                    bench(figures, linkgate)
            if "clicks" in names:
                bench_clicks(figures, linkgate, folder)
            if "large" in names:
                bench_large(figures, linkgate)
        finally:
            linkgate.stop()


def main():
    arguments = parse_arguments()
    figures = []
    measure(arguments.name or NAMES, figures)
    lines = [f"| {what} | {figure} |" for what, figure in figures]
    print("\n".join(["| what | figure |", "|---|---|", *lines]))
    if arguments.write:
        page = ROOT / "docs" / "benchmarks.md"
        page.write_text("# Benchmarks\n\nPrinted by `./dev bench --write`; every figure was measured in that one run, and where two things are compared they took\n"
                        "turns. Absolute figures drift with the machine; compare only within a run.\n\n"
                        + f"{time.strftime('%Y-%m-%d')}, {machine()}\n\n| what | figure |\n|---|---|\n" + "\n".join(lines) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
