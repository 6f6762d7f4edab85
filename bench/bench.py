#!/usr/bin/env python3
"""First figures of a whole installation on this machine: each is measured here and now, nothing is carried over.

usage: ./dev bench [--write] [NAME ...]
names: rewrite clicks freshness mail memory micro (default: all)
--write keeps the figures in docs/benchmarks.md with machine and commit"""
import argparse
import json
import os
import pathlib
import platform
import re
import socketserver
import subprocess
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "test"))
from harness.installation import Installation  # noqa: E402
from harness.process import BIN, ROOT, free_port, program, wait_until, work_folder  # noqa: E402
from soak.lmtp import Lmtp  # noqa: E402

LUA = """
local links, at = {}, 0
for line in io.lines("%s") do links[#links + 1] = line end
math.randomseed(os.time())
request = function()
  at = at %% #links + 1
  return wrk.format("GET", links[at], { ["Host"] = "%s", ["User-Agent"] = "Mozilla/5.0 (bench)",
    ["X-Forwarded-For"] = math.random(1, 223) .. "." .. math.random(0, 255) .. "." .. math.random(0, 255) .. "." .. math.random(1, 254) })
end
"""


def quantile(values, q):
    values = sorted(values)
    return values[min(len(values) - 1, int(q * len(values)))]


class Sink(socketserver.ThreadingTCPServer):
    """An LMTP server that takes everything at once: what is measured is the gateway, not a mailbox."""
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self):
        super().__init__(("127.0.0.1", free_port()), SinkSession)
        self.port = self.server_address[1]
        threading.Thread(target=self.serve_forever, daemon=True).start()


class SinkSession(socketserver.StreamRequestHandler):
    disable_nagle_algorithm = True  # or its second small reply waits 40 ms for the acknowledgement of the first

    def handle(self):
        recipients = 0
        say = lambda text: self.wfile.write(text.encode() + b"\r\n")  # noqa: E731
        say("220 sink")
        while line := self.rfile.readline():
            verb = line[:4].upper()
            if verb == b"LHLO":
                self.wfile.write(b"250-sink\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 ENHANCEDSTATUSCODES\r\n")
            elif verb == b"DATA":
                say("354 go")
                while self.rfile.readline() != b".\r\n":
                    pass
                self.wfile.write(b"250 2.0.0 ok\r\n" * recipients)
                recipients = 0
            elif verb == b"QUIT":
                say("221 bye")
                return
            else:
                recipients += verb == b"RCPT"
                recipients *= verb != b"RSET"
                say("250 2.0.0 ok")


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


def bench_micro(figures):
    environment = {**os.environ, "LINKGATE_BENCH_MAILS": str(corpus_folder() or "")}
    for name in sorted(BIN.glob("*_bench")):
        done = subprocess.run([str(name), "--benchmark_format=json"], capture_output=True, text=True, timeout=600, env=environment)
        try:
            results = json.loads(done.stdout)["benchmarks"]
        except (ValueError, KeyError):
            print(f"  {name.name}: exit {done.returncode} {done.stderr.strip()[:200]}")
            continue
        for result in results:
            if "error_message" in result:
                print(f"  {result['name']}: {result['error_message']}")
                continue
            rate = result.get("items_per_second")
            text = f"{result['cpu_time']:.0f} {result['time_unit']}" + (f", {rate:,.0f}/s" if rate else "")
            if result.get("bytes_per_second"):
                text += f", {result['bytes_per_second'] / 1e6:,.0f} MB/s"
            figures.append((result["name"], text))


def bench_clicks(figures, linkgate, folder):
    links = linkgate.command("wrap", "--recipient", "bench@corp.test", *[f"https://site-{n}.example.org/page?n={n}" for n in range(200)]).split()
    host = re.match(r"https?://([^/]+)", links[0]).group(1)
    targets = folder / "targets.txt"
    targets.write_text("\n".join(re.sub(r"^https?://[^/]+", "", link) for link in links) + "\n")
    script = folder / "clicks.lua"
    script.write_text(LUA % (targets, host))
    start = time.monotonic()
    done = subprocess.run(["wrk", "-t1", "-c64", "-d10s", "--latency", "-s", str(script), f"http://127.0.0.1:{linkgate.click_ports[0]}/"],
                          capture_output=True, text=True, timeout=60)
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", done.stdout).group(1))
    total = int(re.search(r"(\d+) requests in", done.stdout).group(1))
    p99 = re.search(r"99%\s+([\d.]+\w+)", done.stdout).group(1)
    bad = re.search(r"Non-2xx or 3xx responses: (\d+)", done.stdout)
    figures.append(("clicks answered, one node, keep-alive, everything running", f"{rate:,.0f}/s, p99 {p99}" + (f", {bad.group(1)} refused" if bad else "")))
    wait_until("the rows of the load", lambda: linkgate.kql("UrlClickEvents | count")[1][0][0] >= total * 0.99, 300, 0.2)
    stored = linkgate.kql("UrlClickEvents | count")[1][0][0]
    figures.append(("click rows in the store, from the first click on (each click is a row in two tables)",
                    f"{stored / (time.monotonic() - start):,.0f} clicks/s"))


def bench_freshness(figures, linkgate):
    link = linkgate.command("wrap", "--recipient", "fresh@corp.test", "https://fresh.example.org/").strip()
    asking = subprocess.Popen([program("linkgate"), "kql", "--jsonl", "--config", str(linkgate.config)],
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    waits = []
    try:
        for n in range(200):
            address = f"172.16.{n // 250}.{n % 250 + 1}"
            assert linkgate.click(link, address)[0] == 302
            begin = time.monotonic()
            while True:
                asking.stdin.write(json.dumps({"id": "f", "query": f'UrlClickEvents | where IPAddress == "{address}" | count'}) + "\n")
                asking.stdin.flush()
                if json.loads(asking.stdout.readline())["rows"] == [[1]]:
                    break
                assert time.monotonic() - begin < 30, "a click never came"
            waits.append(time.monotonic() - begin)
    finally:
        asking.stdin.close()
        asking.wait(10)
    figures.append(("from the answer to a click to its row in a KQL answer, 200 clicks",
                    f"p50 {quantile(waits, .5) * 1000:.0f} ms, p99 {quantile(waits, .99) * 1000:.0f} ms"))


def bench_mail(figures, linkgate):
    html = "".join(f'<p>Item {n}: <a href="https://shop.example.org/item/{n}?ref=mail">look</a></p>\r\n' for n in range(12))
    waits = []
    client = Lmtp(linkgate.lmtp_port)
    begin = time.monotonic()
    for n in range(500):
        message = (f"From: a@ext.test\r\nSubject: bench {n}\r\nMessage-ID: <bench-{n}@ext.test>\r\nMIME-Version: 1.0\r\n"
                   f"Content-Type: text/html; charset=utf-8\r\n\r\n{html}").encode()
        start = time.monotonic()
        assert client.deliver("a@ext.test", ["bench@corp.test"], message, f"BENCH{n}") == [250]
        waits.append(time.monotonic() - start)
    total = time.monotonic() - begin
    client.close()
    figures.append(("mails through the gateway, one session, 12 links each",
                    f"{500 / total:,.0f}/s, p50 {quantile(waits, .5) * 1000:.1f} ms, p99 {quantile(waits, .99) * 1000:.1f} ms"))


def machine():
    cpu = re.search(r"model name\s*: (.*)", pathlib.Path("/proc/cpuinfo").read_text())
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True).stdout.strip()
    dirty = subprocess.run(["git", "status", "--porcelain"], cwd=ROOT, capture_output=True, text=True).stdout.strip()
    cores = len([1 for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("processor")])
    system = platform.freedesktop_os_release()['PRETTY_NAME']
    return f"{cores} cores of {cpu.group(1) if cpu else platform.processor()}, {system}, commit {commit}{' and changes' if dirty else ''}"


def main():
    arguments = argparse.ArgumentParser(prog="./dev bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--write", action="store_true")
    arguments.add_argument("name", nargs="*")
    arguments = arguments.parse_args()
    names = set(arguments.name or ["micro", "clicks", "freshness", "mail", "memory"])
    figures = []
    if names & {"micro", "rewrite"}:
        bench_micro(figures)
    if names - {"micro", "rewrite"}:
        with work_folder("linkgate-bench-") as folder:
            sink = Sink()
            linkgate = Installation(folder, f"lmtp:127.0.0.1:{sink.port}").start()
            try:
                if "memory" in names:
                    figures.append(("memory of each program, idle", ", ".join(f"{n} {mb:.0f} MB" for n, mb in sorted(resident(linkgate).items()))))
                if "freshness" in names:
                    bench_freshness(figures, linkgate)
                if "mail" in names:
                    bench_mail(figures, linkgate)
                if "clicks" in names:
                    bench_clicks(figures, linkgate, folder)
                if "memory" in names:
                    figures.append(("memory of each program, after the load", ", ".join(f"{n} {mb:.0f} MB" for n, mb in sorted(resident(linkgate).items()))))
            finally:
                linkgate.stop()
    lines = [f"| {what} | {figure} |" for what, figure in figures]
    print("\n".join(["| what | figure |", "|---|---|", *lines]))
    if arguments.write:
        page = ROOT / "docs" / "benchmarks.md"
        page.write_text("# Benchmarks\n\nPrinted by `./dev bench --write`; every figure was measured in that one run. Absolute figures drift with the"
                        " machine;\ncompare only within a run.\n\n" + f"{time.strftime('%Y-%m-%d')}, {machine()}\n\n| what | figure |\n|---|---|\n"
                        + "\n".join(lines) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
