#!/usr/bin/env python3
"""Every site of the lab gets its verdict by `linkgate check --deep` of a running Linkgate: fetched through the egress proxy, opened in
Chromium, judged, with the evidence and the chain that it deserves. Sites that turn bad are looked at before and after; sites that act must
not have been visited where they are to be spared; nothing may arrive at places that are not public. Prints what is not so, and how many
sites of each family are right; --least says how many must be, in percent."""
import argparse
import collections
import concurrent.futures
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from harness.installation import Installation
from harness.lab import Lab, mistakes
from harness.process import free_port, program

PATIENCE = 45  # seconds: more than any scan may take, with one before it
# Hosts that the lab says are known good, as an administrator says so.
KNOWN_GOOD = """
[[brand]]
name = "Fernbrook Courses"
words = ["fernbrook"]
domains = ["fernbrook-courses.com"]
"""


def verdict_on(lg, site):
    begin = time.monotonic()
    asked = [program("linkgate"), "check", "--deep", "--jsonl", "--config", str(lg.config)]
    if site.get("recipient"):
        asked += ["--recipient", site["recipient"]]
    verdict = {"disposition": "error", "evidence": [], "url_chain": []}
    try:
        done = subprocess.run(asked, input=json.dumps({"url": site["url"]}) + "\n", capture_output=True, text=True, timeout=PATIENCE)
        lines = done.stdout.splitlines()
        verdict = {**verdict, **json.loads(lines[-1])} if lines else {**verdict, "error": done.stderr.strip()}
    except subprocess.TimeoutExpired:
        verdict["error"] = "no answer"
    verdict["seconds"] = time.monotonic() - begin
    return verdict


class Run:
    """The verdicts on all sites, as they are reached: a list of (site, whether it has turned bad, verdict, mistakes)."""

    def __init__(self, lg, lab, parallel):
        self.lg, self.lab, self.parallel, self.all = lg, lab, parallel, []

    def check(self, sites, turned=False):
        with concurrent.futures.ThreadPoolExecutor(self.parallel) as threads:
            verdicts = list(threads.map(lambda site: verdict_on(self.lg, site), sites))
        for site, verdict in zip(sites, verdicts):
            wrong = [verdict["error"]] if verdict.get("error") else mistakes(site, verdict, turned)
            if site["acts"] and site["known_good"] and self.lab.acted(site["name"]):
                wrong.append("was visited, and so it acted")
            self.all.append((site, turned, verdict, wrong))

    def turn(self, sites):
        """Turns the sites bad that do so, in the order of the lab's clock, and looks again."""
        for site in sites:
            if site["switch"]:
                self.lab.switch(site["switch"])
        for moment in sorted({site["turns_at"] for site in sites}):
            self.lab.advance(max(0, moment - self.lab.ask("/clock")))
            self.check([site for site in sites if site["turns_at"] == moment], turned=True)


def chosen(sites, only, every):
    """The sites of families or names that begin with one of `only`, every so many of each family."""
    wanted = tuple(part for part in only.split(",") if part)
    count = collections.Counter()
    out = []
    for site in sites:
        if wanted and site["family"] not in wanted and not site["name"].startswith(wanted):
            continue
        if count[site["family"]] % every == 0:
            out.append(site)
        count[site["family"]] += 1
    return out


def run_lab(lg, lab, options):
    run = Run(lg, lab, options.parallel)
    sites = chosen(lab.sites, options.only, options.every)
    turning = [site for site in sites if site["delivered"]]
    run.check(turning)  # first: the lab's clock runs
    run.turn(turning)
    run.check([site for site in sites if not site["delivered"]])
    return run


def tell(run, took):
    right, count = collections.Counter(), collections.Counter()
    for site, turned, verdict, wrong in run.all:
        count[site["family"]] += 1
        right[site["family"]] += not wrong
        if wrong:
            codes = ",".join(e["code"] for e in verdict["evidence"])
            print(f"{site['family']}/{site['name']}{' (turned)' if turned else ''}: {'; '.join(wrong)}; in {verdict['seconds']:.1f} s ({codes})")
    for family in count:
        print(f"{family:16} {right[family]:4} of {count[family]:4}")
    slow = sorted(run.all, key=lambda each: -each[2]["seconds"])[:5]
    print("slowest: " + ", ".join(f"{site['name']} {verdict['seconds']:.1f} s" for site, _, verdict, _ in slow))
    print(f"{right.total()} of {count.total()} verdicts are right in {took:.0f} s")
    return 100 * right.total() / max(1, count.total())


def configuration(folder, lab, parallel):
    brands = folder / "brands.toml"
    brands.write_text(KNOWN_GOOD)
    return f"[scan]\ndeep = true\npages = {parallel}\ntrust_file = \"{lab.ca}\"\nbrands_file = \"{brands}\"\nlanguages = [\"en-US\", \"de-DE\"]\n" + lab.egress()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="families or names that begin so, separated by commas")
    parser.add_argument("--every", type=int, default=1, help="only each so manieth site of a family")
    parser.add_argument("--parallel", type=int, default=2)
    parser.add_argument("--json", type=pathlib.Path, help="where all verdicts are written")
    parser.add_argument("--least", type=float, default=0, help="fail where fewer verdicts are right, in percent")
    options = parser.parse_args()
    if shutil.which("chromium") is None:
        print("SKIPPED: no chromium is installed")
        return 77
    with tempfile.TemporaryDirectory(prefix="linkgate-lab-") as name, Lab(pathlib.Path(name) / "lab") as lab:
        folder = pathlib.Path(name)
        os.chmod(folder, 0o755)
        (folder / "lg").mkdir()
        lg = Installation(folder / "lg", f"lmtp:127.0.0.1:{free_port()}", extra=configuration(folder, lab, options.parallel))
        try:
            lg.start()
        except AssertionError:
            programs = json.loads(lg.get(lg.admin_port, "/healthz")[2] or "{}").get("programs", {})
            why = programs.get("scan", {}).get("trouble")
            lg.stop()
            if not why:
                raise
            print(f"SKIPPED: pages cannot be opened in a browser here: {why}")
            return 77
        try:
            begin = time.monotonic()
            run = run_lab(lg, lab, options)
            took = time.monotonic() - begin
            inward = lab.canary_hits()
        finally:
            lg.stop()
    if options.json:
        options.json.write_text(json.dumps([{"site": s, "turned": t, "verdict": v, "wrong": w} for s, t, v, w in run.all], indent=1))
    share = tell(run, took)
    if any(inward.values()):
        print(f"something arrived where nobody may go: {inward}")
        return 1
    return 0 if share >= options.least else 1


if __name__ == "__main__":
    sys.exit(main())
