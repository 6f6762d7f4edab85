#!/usr/bin/env python3
"""The lab through real clicks: each site's link is sealed and opened at the click server as a person without JavaScript would, the scanning
page is followed to its end, and what the visitor gets, and the click's row, are what the site deserves under the default policy.

--every N takes the first of each family and every Nth site beside; without it, all: some ten minutes of two cores."""
import argparse
import concurrent.futures
import html
import os
import pathlib
import re
import shutil
import sys
import tempfile
import time
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from harness.installation import Installation  # noqa: E402
from harness.lab import Lab  # noqa: E402
from harness.process import free_port  # noqa: E402

SHOWN = {"clean": "None", "unknown": "None", "suspicious": "Suspicious", "gated": "Suspicious", "phishing": "Phishing", "malware": "Malicious"}
# What the pages say in their heading, in English (src/click/strings_en.cc), without a way on and with one.
TITLES = {
    "Be careful with this link": "Suspicious", "Blocked: this link looks suspicious": "Suspicious",
    "This site hides what it shows": "Suspicious", "Blocked: this site hides what it shows": "Suspicious",
    "This link leads to a fake site": "Phishing", "Blocked: this link leads to a fake site": "Phishing",
    "This link leads to a harmful site": "Malicious", "Blocked: this link leads to a harmful site": "Malicious",
    "This link could not be checked": "Error", "Checking this link": "Scanning",
}
FOLLOWED = 60  # seconds


def sampled(sites, every):
    """The first of each family, and every Nth beside."""
    seen, chosen = set(), []
    for number, site in enumerate(sites):
        if site["family"] not in seen or number % every == 0:
            chosen.append(site)
        seen.add(site["family"])
    return chosen


def open_link(lg, link, address):
    """(word of PageShown, Location or None, page) at the end of the scanning page."""
    end = time.monotonic() + FOLLOWED
    while True:
        status, headers, page = lg.click(link, address)
        page = page.decode(errors="replace")
        if status in (302, 303):
            return "None", headers["location"], page
        title = html.unescape((re.search("<title>(.*?)</title>", page) or ["", f"status {status}"])[1])
        shown = TITLES.get(title, title)
        again = re.search(r'http-equiv="refresh" content="\d+;url=([^"]+)"', page)
        if shown != "Scanning" or not again or time.monotonic() > end:
            return shown, None, page
        time.sleep(1)
        link = urllib.parse.urljoin(link, html.unescape(again[1]))


def click(lg, number, site):
    address = f"10.{number // 65536}.{number // 256 % 256}.{number % 256}"
    recipient = site.get("recipient") or "ada@corp.test"
    link = lg.command("wrap", "--recipient", recipient, site["url"]).strip()
    begin = time.monotonic()
    shown, location, _ = open_link(lg, link, address)
    return {"site": site, "address": address, "shown": shown, "location": location, "seconds": time.monotonic() - begin}


def mistakes(result, rows):
    site = result["site"]
    deserved = {site["delivered"]} if site["delivered"] else {site["disposition"], *site["accept"]}
    wanted = {SHOWN[disposition] for disposition in deserved}
    found = []
    if result["shown"] not in wanted:
        found.append(f"shows {result['shown']}, deserves {' or '.join(sorted(wanted))}")
    if result["location"] and urllib.parse.urlsplit(result["location"]).hostname != (urllib.parse.urlsplit(site["url"]).hostname or "").encode("idna").decode():
        found.append(f"leads to {result['location']}")
    row = rows.get(result["address"])
    if row is None:
        found.append("has no row")
    elif row[0] != result["shown"] or (row[1] == "ClickAllowed") != (result["shown"] == "None"):
        found.append(f"its row says {row}, the visitor got {result['shown']}")
    return found


def rows_of(lg, results):
    """The clicks' rows by address, once all clicks have one with their last step, or half a minute later."""
    def by_address():
        answer = lg.kql("UrlClickEvents | where IPAddress startswith '10.' | project IPAddress, PageShown, ActionType")[1]
        return {address: (shown, action) for address, shown, action in answer}

    rows, end = by_address(), time.monotonic() + 30
    while any(rows.get(result["address"], ("",))[0] != result["shown"] for result in results) and time.monotonic() < end:
        time.sleep(0.5)
        rows = by_address()
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--only", default="", help="families or names that begin so, separated by commas")
    parser.add_argument("--parallel", type=int, default=2)
    parser.add_argument("--least", type=int, default=0, help="fail where fewer sites get their page, in percent")
    options = parser.parse_args()
    if shutil.which("chromium") is None:
        print("SKIPPED: no chromium is installed")
        return 77
    with tempfile.TemporaryDirectory(prefix="linkgate-clicks-") as folder, Lab(pathlib.Path(folder) / "lab") as lab:
        os.chmod(folder, 0o755)
        (pathlib.Path(folder) / "lg").mkdir()
        extra = (f"[scan]\ndeep = true\npages = {options.parallel}\ntrust_file = \"{lab.ca}\"\nlanguages = [\"en-US\", \"de-DE\"]\n"
                 "rescan_after = []\n" + lab.egress())
        lg = Installation(pathlib.Path(folder) / "lg", f"lmtp:127.0.0.1:{free_port()}", extra=extra)
        try:
            lg.start_with_or_without_browser()
            if lg.troubles():
                print(f"SKIPPED: pages cannot be opened in a browser here: {lg.troubles()['scan']}")
                return 77
            wanted = tuple(part for part in options.only.split(",") if part)
            sites = [s for s in lab.sites if s["family"] in wanted or s["name"].startswith(wanted)] if wanted else sampled(lab.sites, options.every)
            begin = time.monotonic()
            with concurrent.futures.ThreadPoolExecutor(options.parallel) as threads:
                results = list(threads.map(lambda item: click(lg, *item), enumerate(sites)))
            took = time.monotonic() - begin
            rows = rows_of(lg, results)
        finally:
            lg.stop()
    wrong, false_rows = 0, 0
    for result in results:
        found = mistakes(result, rows)
        wrong += bool(found)
        false_rows += any("row" in what for what in found)
        for what in found:
            print(f"{result['site']['family']}/{result['site']['name']}: {what} in {result['seconds']:.1f} s")
    print(f"{len(results) - wrong} of {len(results)} sites gave their visitors what they deserve, in {took:.0f} s; {false_rows} rows say something else than what the visitor got")
    return 0 if (len(results) - wrong) * 100 >= options.least * len(results) and false_rows == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
