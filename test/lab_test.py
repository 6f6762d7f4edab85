#!/usr/bin/env python3
"""The lab itself: every site is there, answers as it is described, and its chain leads where it says. Without Linkgate."""
import base64
import concurrent.futures
import html
import re
import socket
import ssl
import subprocess
import sys
import urllib.parse

from harness import claims
from harness.lab import Lab, mistakes
from harness.process import wait_until, work_folder

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


def trouble_with(lab, site):
    """What is not as described, or None."""
    headers = dict([site["needs_header"].split(": ", 1)]) if site["needs_header"] else {}
    try:
        status, _, body = lab.get(site["url"], headers, timeout=6, most=200_000 if site["shows"] else 0)
    except OSError:
        status, body = 0, b""
    if status != site["status"] or site["shows"].encode() not in body:
        return f"{site['name']}: status {status}, {body[:80]!r}"
    return None


def claim_every_site_answers_as_it_is_described(lab):
    lab.reset()
    with concurrent.futures.ThreadPoolExecutor(24) as pool:
        wrong = [said for said in pool.map(lambda site: trouble_with(lab, site), lab.sites) if said]
    assert not wrong, "\n".join(wrong)


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


def claim_the_pages_are_many_and_half_of_the_bad_ones_say_no_name(lab):
    pages = {kind: [site for site in lab.sites if site["family"] == f"{kind}-pages"] for kind in ("honest", "phishing")}
    assert len(pages["honest"]) >= 60 and len(pages["phishing"]) >= 60
    assert all(site["disposition"] == ("clean" if kind == "honest" else "phishing") for kind in pages for site in pages[kind])
    brands = {site["brand"] for site in pages["phishing"]} - {""}
    assert len(brands) >= 20, brands
    nameless = [site for site in pages["phishing"] if not site["brand_in_text"]]
    assert len(nameless) * 2 >= len(pages["phishing"])
    said = []
    for site in nameless:
        words = re.sub(r"<(script|style|svg)\b.*?</\1>|<[^>]*>", " ", lab.get(site["url"])[2].decode(), flags=re.S | re.I)
        if site["brand"] and re.search(rf"\b{site['brand']}\b", words, re.I):
            said.append(site["name"])
    assert not said, said


def claim_a_verdict_is_held_to_what_a_site_deserves(lab):
    def said(disposition, *codes, chain=()):
        return {"disposition": disposition, "evidence": [{"code": code} for code in codes], "url_chain": list(chain)}

    gate, late, long = lab.site("gate-challenge-page"), lab.site("late-page"), lab.site("chain-60-http")
    assert mistakes(gate, said("gated", "gate.cloudflare")) == [] and mistakes(gate, said("phishing")) == []
    assert len(mistakes(gate, said("gated", "page.brand"))) == 1 and len(mistakes(gate, said("clean"))) == 1
    assert mistakes(late, said("clean")) == [] and len(mistakes(late, said("clean"), turned=True)) == 1
    hops = ["https://a.example/"] * long["hops"]
    assert mistakes(long, said("clean", "redirect.long", chain=(*hops, long["final"]))) == []
    assert len(mistakes(long, said("clean", "redirect.long", chain=(*hops[1:], long["final"])))) == 1
    assert len(mistakes(long, said("clean", "redirect.long", chain=("https://a.example/",)))) == 1


WRONG_CERTIFICATES = {"expired": "certificate has expired", "future": "not yet valid", "self-signed": "self-signed certificate", "wrong-name": "Hostname mismatch",
                      "other-authority": "unable to get local issuer"}


def claim_certificates_are_wrong_in_the_way_that_is_described(lab):
    for kind, words in WRONG_CERTIFICATES.items():
        try:
            lab.get(lab.site(f"tls-{kind}")["url"])
            raise AssertionError(f"{kind} was taken")
        except ssl.SSLCertVerificationError as e:
            assert words in str(e), f"{kind}: {e}"


def protocol(lab, site):
    """The HTTP version that curl gets, and the text."""
    url = lab.site(site)["url"]
    done = subprocess.run(["curl", "-sS", "--http2", "--compressed", "--cacert", lab.ca, "--connect-to", f"::127.0.0.1:{lab.port_of(url)}", "-w", "\nversion %{http_version}", url],
                          capture_output=True, text=True, timeout=30, check=True)
    text, _, version = done.stdout.rpartition("\nversion ")
    return version, text


def claim_hosts_speak_http_2_and_proxies_in_the_middle_do_not(lab):
    version, text = protocol(lab, "in-microsoft-button")
    assert version == "2" and text.rstrip().endswith("</html>"), version
    version, text = protocol(lab, "trap-links")  # more than a window holds
    assert version == "2" and len(text) > 1_000_000 and text.count("</a>") == 50_000, len(text)
    assert protocol(lab, "aitm-lure")[0] == "1.1"


BOT = {"User-Agent": "linkcheck-bot/2.1 (+https://linkcheck.invalid)"}


def claim_cloaks_show_bots_something_else(lab):
    lab.reset()
    for name in ("cloak-agent", "cloak-hints"):
        url = lab.site(name)["url"]
        assert b"Sign in" in lab.get(url)[2] and b"Sign in" not in lab.get(url, BOT)[2], name
    german = lab.site("cloak-language")["url"]
    assert b"customs" in lab.get(german, {"Accept-Language": "de"})[2] and b"customs" not in lab.get(german)[2]


def claim_a_first_visit_is_spoilt_by_any_other_request(lab):
    url = lab.site("cloak-first-visit")["url"]
    lab.reset()
    assert b"Sign in" in lab.get(url)[2] and b"Sign in" not in lab.get(url)[2]
    lab.reset()
    lab.get("https://files.granite-quarry-supplies.com/favicon.ico")
    assert b"Sign in" not in lab.get(url)[2]
    lure = lab.site("aitm-burns")["url"]
    lab.get(lure.rsplit("/", 1)[0] + "/robots.txt")
    assert "youtube" in lab.get(lure)[1]["location"]


def claim_late_sites_turn_by_switch_and_by_clock(lab):
    lab.reset()
    late = [site for site in lab.sites if site["switch"]]
    assert len(late) >= 5
    for site in late:
        if site["name"] == "late-script":  # the page stays, its script changes
            continue
        before = lab.get(site["url"])
        lab.switch(site["switch"])
        assert lab.get(site["url"])[1:] != before[1:], site["name"]
    clock = lab.site("late-by-clock")["url"]
    assert b"Sign in" not in lab.get(clock)[2]
    lab.advance(3601)
    assert b"Sign in" in lab.get(clock)[2]


def claim_acts_are_counted(lab):
    lab.reset()
    for site in lab.sites:
        if site["acts"]:
            assert lab.acted(site["name"]) == 0
            lab.get(site["url"])
            assert lab.acted(site["name"]) == int(site["name"] != "act-two-steps"), site["name"]
    lab.get(lab.site("act-two-steps")["url"], method="POST")
    assert lab.acted("act-two-steps") == 1


def claim_the_canary_counts_what_arrives(lab):
    lab.reset()
    assert lab.canary_hits() == {"tcp": 0, "udp": 0}
    socket.create_connection(("127.0.0.1", lab.canary), 5).close()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.sendto(b"x", ("127.0.0.1", lab.canary))
    wait_until("the canary", lambda: lab.canary_hits() == {"tcp": 1, "udp": 1}, 5)


def main():
    with work_folder("linkgate-lab-") as folder, Lab(folder) as lab:
        return claims.run(globals(), lab)


if __name__ == "__main__":
    sys.exit(main())
