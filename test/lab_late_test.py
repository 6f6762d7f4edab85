#!/usr/bin/env python3
"""Pages that turn bad after their mail was delivered, from end to end: mail by LMTP into the gateway, links clicked, the lab's switches turned in
between. One is caught at the click, others by looking again while nobody clicks. Without a browser, what a fetch can see is caught all the same."""
import os
import pathlib
import signal
import smtplib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from harness import claims, messages  # noqa: E402
from harness.installation import Installation  # noqa: E402
from harness.lab import Lab  # noqa: E402
from harness.mailstack import Dovecot  # noqa: E402
from harness.process import wait_until, work_folder  # noqa: E402

SENDER = "events@summit-webinars.com"
CONFIG = """
[scan]
deep = true
trust_file = "{ca}"
valid_clean = "2s"
valid_unknown = "2s"
rescan_after = [{after}]
"""


def deliver(linkgate, dovecot, recipient, links):
    body = "".join(f'<p><a href="{link}">more</a></p>' for link in links)
    mail = (f"From: {SENDER}\r\nTo: {recipient}\r\nSubject: News\r\nMIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{body}\r\n")
    with smtplib.LMTP("127.0.0.1", linkgate.lmtp_port) as lmtp:
        lmtp.sendmail(SENDER, [recipient], mail.encode())
    raw = wait_until(f"mail for {recipient}", lambda: dovecot.messages(recipient))[-1]
    sealed = messages.links(raw)
    assert len(sealed) == len(links), sealed
    return dict(zip(links, sealed))


def rescanned(linkgate):
    return linkgate.metric("linkgate_rescans_total")


def goes_through(linkgate, link, address):
    return linkgate.click(link, address)[0] == 302


def is_blocked(linkgate, link, address):
    status, headers, page = linkgate.click(link, address)
    return status == 200 and b"a fake site" in page and b"http-equiv" not in page


def claim_a_page_that_turned_bad_is_caught_at_the_click(world):
    site = world.lab.site("late-page")
    link = world.links[site["url"]]
    wait_until("the shop to be let through", lambda: goes_through(world.linkgate, link, "192.0.2.1"), 60, 0.5)
    world.lab.switch("late-page")
    wait_until("the sign-in page to be blocked", lambda: is_blocked(world.linkgate, link, "192.0.2.2"), 60, 0.5)


def claim_what_nobody_clicked_is_caught_by_looking_again(world):
    names = ["late-redirect", "late-empty"] + (["late-script"] if world.has_browser else [])
    turned = "linkgate_verdict_flips_total"
    before = world.linkgate.metric(turned)
    for name in names:
        world.lab.switch(name)
    wait_until(f"{names} to be looked at again", lambda: world.linkgate.metric(turned) >= before + len(names), 150, 0.5)
    for name in names:  # good again: what a click is told now was found before it
        world.lab.switch(name, on=False)
    for name in names:
        link = world.links[world.lab.site(name)["url"]]
        assert is_blocked(world.linkgate, link, "192.0.2.3"), name


def claim_jobs_outlive_a_kill_of_the_scanner(world):
    pid = world.linkgate.pids()["scan"]
    os.kill(pid, signal.SIGKILL)
    wait_until("scan to be back", lambda: world.linkgate.pids().get("scan") not in (None, pid) and world.linkgate.well_but_browser(), 60)
    before = rescanned(world.linkgate)
    wait_until("links to be looked at again", lambda: rescanned(world.linkgate) > before, 90, 0.5)


class World:
    pass


def main():
    world = World()
    with work_folder("linkgate-late-") as folder, Lab(folder / "lab") as world.lab:
        dovecot = Dovecot(folder).start()
        names = ["late-page", "late-redirect", "late-empty", "late-script", "late-then-gone"]
        extra = CONFIG.format(ca=world.lab.ca, after=", ".join(f'"{n}s"' for n in range(3, 600, 4))) + world.lab.egress()
        world.linkgate = Installation(folder, f"lmtp:127.0.0.1:{dovecot.lmtp_port}", extra=extra)
        try:
            world.linkgate.start_with_or_without_browser()
            world.has_browser = world.linkgate.healthy()
            print("with a browser" if world.has_browser else "no browser can be started here: by fetch alone")
            world.links = deliver(world.linkgate, dovecot, "ada@corp.test", [world.lab.site(name)["url"] for name in names])
            wait_until("the delivered links to be scheduled", lambda: world.linkgate.metric("linkgate_rescans_scheduled") >= len(names), 30)
            return claims.run(globals(), world)
        finally:
            world.linkgate.stop()
            dovecot.stop()


if __name__ == "__main__":
    sys.exit(main())
