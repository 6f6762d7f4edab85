#!/usr/bin/env python3
"""The lab itself: every site is there, answers as it is described, and its chain leads where it says. Without Linkgate."""
import base64
import html
import re
import sys
import urllib.parse

from harness import claims
from harness.lab import Lab
from harness.process import work_folder

ADDRESS = re.compile(r"https?://[^\s\"'<>]+")


def next_address(url, headers, body):
    """Where an answer leads, by what it says: no rules of browsers, the lab has its own forms only."""
    if "location" in headers:
        return urllib.parse.urljoin(url, headers["location"])
    text = html.unescape(body.decode("utf-8", "replace"))
    coded = re.search(r"atob\('([^']+)'\)", text)
    if "location.hash" in text:
        return urllib.parse.unquote(url.split("#", 1)[1][3:])
    if "history.replaceState" in text:
        return url + "?again=1"
    if "refresh" in headers:
        return headers["refresh"].split("url=", 1)[1]
    if coded:
        return base64.b64decode(coded.group(1)).decode()
    found = ADDRESS.search(text)
    action = re.search(r'<form id="f" method="get".*?name="step" value="1"', text)
    return found.group(0) + ("?step=1" if action else "") if found else None


def claim_every_site_answers_as_it_is_described(lab):
    wrong = []
    for site in lab.sites:
        lab.reset()
        headers = dict([site["needs_header"].split(": ", 1)]) if site["needs_header"] else {}
        try:
            status, _, body = lab.get(site["url"], headers, timeout=1.5, most=200_000 if site["shows"] else 0)
        except OSError:
            status, body = 0, b""
        if status != site["status"] or site["shows"].encode() not in body:
            wrong.append((site["name"], status, body[:80]))
    assert not wrong, "\n".join(map(str, wrong))


def claim_every_chain_leads_where_it_says_in_so_many_hops(lab):
    lab.reset()
    walked = 0
    for site in lab.sites:
        if not site["final"]:
            continue
        url, hops = site["url"], 0
        while url and url.split("#")[0] != site["final"] and hops < 150:
            _, headers, body = lab.get(url)
            url, hops = next_address(url, headers, body), hops + 1
        assert url and hops == site["hops"], f"{site['name']}: {hops} hops to {url}, {site['hops']} to {site['final']} are described"
        assert lab.get(url)[0] == 200, url
        walked += 1
    assert walked > 25, walked


def claim_names_are_unique_and_every_host_has_a_route(lab):
    names = [site["name"] for site in lab.sites]
    assert len(set(names)) == len(names)
    assert len({line.split("=")[0] for line in lab.routes}) == len(lab.routes)
    for site in lab.sites:
        lab.port_of(site["url"])


def claim_the_control_port_counts_and_forgets(lab):
    lab.reset()
    url = lab.site("honest-home")["url"]
    lab.get(url)
    lab.get(url, method="HEAD")
    assert lab.hits(url) == 2, lab.requests("www.hollowlanebooks.com")
    lab.reset()
    assert lab.hits(url) == 0


def main():
    with work_folder("linkgate-lab-") as folder, Lab(folder) as lab:
        return claims.run(globals(), lab)


if __name__ == "__main__":
    sys.exit(main())
