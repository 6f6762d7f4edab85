#!/usr/bin/env python3
"""Every site of the lab gets its verdict by `linkgate check --deep` of a running Linkgate: fetched through the egress proxy, opened in
Chromium, judged. Prints those that did not; --least says how many must, in percent."""
import argparse
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
from harness.lab import Lab
from harness.process import free_port, program

RANK = ["clean", "unknown", "suspicious", "gated", "phishing", "malware"]


def verdict_on(lg, site):
    begin = time.monotonic()
    asked = [program("linkgate"), "check", "--deep", "--jsonl", "--config", str(lg.config)]
    if site.get("recipient"):
        asked += ["--recipient", site["recipient"]]
    done = subprocess.run(asked, input=json.dumps({"url": site["url"]}) + "\n", capture_output=True, text=True, timeout=300)
    if not done.stdout.strip():
        return {"disposition": "error", "evidence": [], "why": done.stderr.strip(), "seconds": time.monotonic() - begin}
    verdict = json.loads(done.stdout.splitlines()[-1])
    verdict["seconds"] = time.monotonic() - begin
    return verdict


def holds(site, verdict):
    return verdict.get("disposition") in [site["disposition"], *site["accept"]]


def check_all(lg, sites, parallel):
    with concurrent.futures.ThreadPoolExecutor(parallel) as threads:
        return list(threads.map(lambda site: verdict_on(lg, site), sites))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="families or names that begin so, separated by commas")
    parser.add_argument("--parallel", type=int, default=2)
    parser.add_argument("--json", type=pathlib.Path, help="where all verdicts are written")
    parser.add_argument("--least", type=int, default=0, help="fail where fewer sites get their verdict, in percent")
    options = parser.parse_args()
    if shutil.which("chromium") is None:
        print("SKIPPED: no chromium is installed")
        return 77
    with tempfile.TemporaryDirectory(prefix="linkgate-lab-") as folder, Lab(pathlib.Path(folder) / "lab") as lab:
        os.chmod(folder, 0o755)
        extra = f"[scan]\ndeep = true\npages = {options.parallel}\ntrust_file = \"{lab.ca}\"\n" + lab.egress()
        (pathlib.Path(folder) / "lg").mkdir()
        lg = Installation(pathlib.Path(folder) / "lg", f"lmtp:127.0.0.1:{free_port()}", extra=extra)
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
            wanted = tuple(part for part in options.only.split(",") if part)
            sites = [s for s in lab.sites if not wanted or s["family"] in wanted or s["name"].startswith(wanted)]
            begin = time.monotonic()
            verdicts = check_all(lg, sites, options.parallel)
            took = time.monotonic() - begin
        finally:
            lg.stop()
    good = 0
    for site, verdict in zip(sites, verdicts):
        if holds(site, verdict):
            good += 1
            continue
        codes = ",".join(e["code"] for e in verdict.get("evidence", []))
        print(f"{site['family']}/{site['name']}: {verdict.get('disposition')} instead of {site['disposition']} in {verdict['seconds']:.1f} s ({codes}) {verdict.get('why', verdict.get('error', ''))}")
    if options.json:
        options.json.write_text(json.dumps([{"site": s, "verdict": v} for s, v in zip(sites, verdicts)], indent=1))
    print(f"{good} of {len(sites)} sites got their verdict in {took:.0f} s")
    return 0 if good * 100 >= options.least * len(sites) else 1


if __name__ == "__main__":
    sys.exit(main())
