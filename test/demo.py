#!/usr/bin/env python3
"""The story of Linkgate from end to end, on real parts: a private Postfix and Dovecot, mails by SMTP, clicks by HTTP, and
the hunting query over what happened.

usage: ./dev demo [--exit]    --exit: stop after the tables (exit status 1 if they are not as they must be)"""
import argparse
import collections
import json
import pathlib
import signal
import sys
import textwrap
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from harness import messages  # noqa: E402
from harness.installation import Installation, continue_form  # noqa: E402
from harness.lab import Lab  # noqa: E402
from harness.mailstack import Dovecot, Postfix, need_root  # noqa: E402
from harness.process import ROOT, wait_until, work_folder  # noqa: E402
from harness.sinks import HttpSink, SmtpSink  # noqa: E402

MAILS = ROOT / "examples" / "mails"
SALES = [f"{name}@sales.corp.test" for name in ("ada", "ben", "cleo", "dora", "emil", "fritz", "gwen")]
FINANCE = [f"{name}@finance.corp.test" for name in ("hugo", "ines", "jan", "kira")]
OTHERS = [f"{name}@corp.test" for name in ("lars", "mina", "noel")]
CONTINUE = SALES[:5]  # five go on past the warning, two turn back

WENT_ON = "A user clicked through to a potentially malicious URL"
REMOVED = "Email messages containing malicious URL removed after delivery"

# Linkgate takes bad mail back out of Dovecot, and tells of alerts by mail and webhook.
RESPOND = """
[mailboxes]
imap = "127.0.0.1:{imap}"
security = "none"
master_user = "zap"
password_file = "{password}"

[[alerts.receiver]]
name = "security-team"
kind = "mail"
relay = "127.0.0.1:{smtp}"
security = "none"
from = "linkgate@corp.test"
to = ["security@corp.test"]

[[alerts.receiver]]
name = "tickets"
kind = "webhook"
url = "http://127.0.0.1:{hook}/linkgate"
key_file = "{key}"
direct = true
"""

# Pages are looked at, those of the lab alone: what else somebody links to is refused at once. The schedule of days passes in seconds.
SCAN = """
[scan]
deep = true
trust_file = "{ca}"
valid_clean = "3s"
rescan_after = [{after}]

[egress]
routes = {routes}
"""

COLUMNS = ["UrlDomain", "TotalClicks", "Blocked", "WarningShown", "ClickedThrough"]
EXPECTED = {
    "click-tracking.kql": [["northgate-voicemail.com", 5, 0, 0, 5], ["suspicious-login.com", 4, 4, 0, 0]],
    "click-through.kql": [["northgate-voicemail.com", 7, 0, 2, 5], ["suspicious-login.com", 4, 4, 0, 0]],
}


def step(text):
    print(f"\n\033[1m{text}\033[0m" if sys.stdout.isatty() else f"\n{text}", flush=True)


def note(text):
    print(f"  {text}", flush=True)


def table(columns, rows):
    cells = [columns, *[[str(value) for value in row] for row in rows]]
    widths = [max(len(row[i]) for row in cells) for i in range(len(columns))]
    for number, row in enumerate(cells):
        print("  " + "  ".join(value.ljust(width) for value, width in zip(row, widths)).rstrip())
        if number == 0:
            print("  " + "  ".join("-" * width for width in widths))


def set_policies(linkgate):
    linkgate.command("policy", "set", "Sales may decide", "AllowClickThrough=true")
    linkgate.command("policy", "rule", "set", "Sales", "SafeLinksPolicy=Sales may decide",
                     "RecipientDomainIs=sales.corp.test", "Priority=0")
    linkgate.command("policy", "set", "Finance is blocked", "AllowClickThrough=false",
                     "CustomNotificationText=Finance: please call the help desk on extension 555 before you do anything else.")
    linkgate.command("policy", "rule", "set", "Finance", "SafeLinksPolicy=Finance is blocked",
                     "RecipientDomainIs=finance.corp.test", "Priority=1")
    time.sleep(1)  # every program looks five times a second (docs/policies.md); the first mail is to find them
    note("sales.corp.test: warned, may continue; finance.corp.test: blocked")


def send(postfix, file, sender, recipients):
    postfix.send(sender, recipients, (MAILS / file).read_bytes().replace(b"\n", b"\r\n"))
    note(f"{file}: accepted by Postfix for {len(recipients)} recipients")


def fetch_links(dovecot, recipients, word):
    """The first sealed link that shows `word`, from every recipient's own copy of the mail."""
    found = {}
    for recipient in recipients:
        matching = wait_until(f"mail for {recipient} with {word}",
                              lambda: [link for raw in dovecot.messages(recipient) for link in messages.links(raw) if word in link])
        assert all("/?url=" in link and "&data=" in link for link in matching), f"{recipient}: {matching}"
        found[recipient] = matching[0]
    assert len(set(found.values())) == len(recipients), "every recipient has a link of his own"
    return found


def click_voicemail(linkgate, links):
    for number, (recipient, link) in enumerate(links.items()):
        address = f"198.51.100.{number + 1}"
        status, _, page = linkgate.click(link, address)
        assert status == 200 and b"northgate-voicemail.com" in page, status
        if recipient in CONTINUE:
            status, headers, _ = linkgate.continue_anyway(link, page, address)
            assert status == 303 and headers["location"].startswith("https://northgate-voicemail.com/"), (status, headers)
            note(f"{recipient}: warned, continued")
        else:
            note(f"{recipient}: warned, turned back")


def click_alert(linkgate, links):
    for number, (recipient, link) in enumerate(links.items()):
        status, headers, page = linkgate.click(link, f"203.0.113.{number + 1}")
        assert status == 200 and "location" not in headers and continue_form(page.decode()) is None, status
        note(f"{recipient}: blocked")


def click_harmless(linkgate, links):
    for number, (recipient, link) in enumerate(links.items()):
        status, headers, _ = linkgate.click(link, f"192.0.2.{number + 1}")
        assert status == 302 and headers["location"].startswith("https://canteen.example.org/"), (status, headers)
        note(f"{recipient}: redirected at once")


def show_tables(linkgate, clicked_at):
    """Both queries, as soon as the clicks can be asked for. True when they answer what happened."""
    right = True
    clicks = len(SALES) + len(FINANCE) + len(OTHERS)
    wait_until("all clicks in the store",
               lambda: linkgate.kql("UrlClickEvents | count")[1] == [[clicks]]
               and linkgate.kql("UrlClickEvents | where IsClickedThrough == true | count")[1] == [[len(CONTINUE)]], 20, 0.05)
    note(f"{clicks} clicks could be asked for {time.monotonic() - clicked_at:.1f} s after the last of them"
         " (a new command each try included)")
    for name, expected in EXPECTED.items():
        step(f"examples/{name}")
        columns, rows = linkgate.kql((ROOT / "examples" / name).read_text())
        table(columns, rows)
        right = right and columns == COLUMNS and rows == expected
    step("Where mails and harmless clicks stand")
    table(*linkgate.kql("UrlClickEvents | summarize Clicks = count() by ActionType, IsClickedThrough, PageShown, ThreatTypes"
                        " | sort by Clicks desc, ActionType asc"))
    table(*linkgate.kql("EmailEvents | summarize Mails = count() by Subject, DeliveryAction | sort by Subject asc"))
    return right


def show_late(linkgate, links, lab):
    """A shop at delivery; a parcel fee when the second reader clicks, found by looking again while nobody clicked."""
    (first, early), (second, late) = list(links.items())[:2]
    wait_until("the shop to be let through", lambda: linkgate.click(early, "192.0.2.101")[0] == 302, 30, 0.3)
    note(f"{first}: redirected, it is a shop")
    before = linkgate.metric("linkgate_verdict_flips_total")
    lab.switch("late-demo")
    note("the page is replaced: now it asks for a parcel fee and a card")
    turned = time.monotonic()
    wait_until("the page to be looked at again", lambda: linkgate.metric("linkgate_verdict_flips_total") > before, 60, 0.1)
    note(f"found {time.monotonic() - turned:.1f} s later by looking again, before anybody clicked")
    time.sleep(1.5)  # every click node has heard of it within a second
    status, headers, _ = linkgate.click(late, "192.0.2.102")
    assert status == 200 and "location" not in headers, (status, headers)
    note(f"{second}: blocked")
    wait_until("both clicks in the store", lambda: len(late_rows(linkgate)[1]) == 2, 20, 0.1)
    table(*late_rows(linkgate))


def late_rows(linkgate):
    return linkgate.kql("UrlClickEvents | where IPAddress in ('192.0.2.101', '192.0.2.102') | where ActionType != 'UrlScanInProgress'"
                        " | summarize Clicks = count() by AccountUpn, ActionType, ThreatTypes, PageShown | sort by ActionType asc")


def show_removal(linkgate, dovecot):
    """ZAP: what the feed called bad is gone from the mailboxes that it was delivered to."""
    began = time.monotonic()
    for recipient in SALES + FINANCE:
        wait_until(f"the mail to vanish from {recipient}", lambda: not dovecot.messages(recipient), 60, 0.2)  # noqa: B023
    note(f"{len(SALES + FINANCE)} mailboxes are empty ({time.monotonic() - began:.1f} s after the last click); {OTHERS[0]} still has {len(dovecot.messages(OTHERS[0]))} mails")
    query = ("EmailPostDeliveryEvents | where ActionType == 'Phish ZAP' and ActionResult == 'Success' and not(RecipientEmailAddress endswith '@corp.test')"
             " | summarize Mailboxes = dcount(RecipientEmailAddress) by ActionType, Action, ActionResult, DeliveryLocation")
    wait_until("the rows of it", lambda: [row[-1] for row in linkgate.kql(query)[1]] == [len(SALES + FINANCE)], 30, 0.2)
    table(*linkgate.kql(query))


def show_alerts(linkgate, mails, posts):
    """The same alerts by mail and by webhook, each once. Evidence that joins an alert of a minute later is not told again, so the store is asked for it."""
    users = f"AlertEvidence | where Title == '{WENT_ON}' and EntityType == 'User' | distinct AccountUpn"
    wait_until("evidence of all who continued", lambda: {row[0] for row in linkgate.kql(users)[1]} == set(CONTINUE), 60, 0.2)

    def arrived():
        by_mail = [message["X-Linkgate-Alert"] for _, message in mails.mails]
        by_post = {alert["id"]: alert for alert in (json.loads(body) for _, _, body in posts.taken)}
        complete = {WENT_ON, REMOVED} <= {alert["title"] for alert in by_post.values()}
        return by_post if complete and set(by_mail) == set(by_post) and len(by_mail) == len(set(by_mail)) else None

    alerts = wait_until("the alerts, by mail and by webhook", arrived, 60, 0.2)
    counts = collections.Counter((alert["severity"], alert["title"]) for alert in alerts.values())
    table(["Severity", "Title", "Alerts"], [[severity, title, count] for (severity, title), count in sorted(counts.items(), key=lambda one: one[0][1])])
    mail = next(message for _, message in mails.mails if WENT_ON in message["Subject"])
    note(f"one of the mails: {mail['Subject']}")
    print(textwrap.indent(mail.get_content().rstrip(), "    "))


def show_report(linkgate):
    """True where the report names those who continued, and no other."""
    print(textwrap.indent(linkgate.command("report", "click-through", "--section", "users", "--format", "table"), "  "))
    report = json.loads(linkgate.command("report", "click-through", "--format", "json"))
    rows = next(part["rows"] for part in report["sections"] if part["name"] == "users")
    return {row["User"] for row in rows} == set(CONTINUE)


def story(linkgate, postfix, dovecot, feed, lab, mails, posts):
    step("Policies")
    set_policies(linkgate)
    step("Mails go in by SMTP")
    send(postfix, "voicemail.eml", "service@northgate-voicemail.com", SALES)
    send(postfix, "account-alert.eml", "no-reply@suspicious-login.com", FINANCE)
    send(postfix, "newsletter.eml", "council@corp.test", OTHERS)
    send(postfix, "offer.eml", "offers@oakfield-stationery.com", OTHERS)
    step("They are fetched by IMAP: every link is sealed for its recipient")
    voicemail = fetch_links(dovecot, SALES, "northgate-voicemail.com")
    alert = fetch_links(dovecot, FINANCE, "suspicious-login.com")
    harmless = fetch_links(dovecot, OTHERS, "canteen.example.org")
    offers = fetch_links(dovecot, OTHERS, "oakfield-stationery.com")
    note(f"for example {next(iter(voicemail.values()))}")
    # What the feed is about to call bad is then known to be in these mailboxes; else ZAP looks once more two minutes later.
    wait_until("the rows of all mails", lambda: linkgate.kql("EmailUrlInfo | summarize dcount(NetworkMessageId)")[1] == [[4]]
               and linkgate.kql("EmailEvents | count")[1] == [[len(SALES + FINANCE + OTHERS + OTHERS)]], 30, 0.1)

    step("A feed lists both hosts now, after delivery")
    feed.write_text("# phishing hosts\nnorthgate-voicemail.com\nsuspicious-login.com\n")
    for host in ("northgate-voicemail.com", "suspicious-login.com"):
        wait_until(f"{host} to be listed", lambda: '"disposition":"phishing"' in linkgate.command("check", "--format", "json", f"https://{host}/", check=False))
        note(f"linkgate check https://{host}/ says phishing")

    step("Clicks")
    click_voicemail(linkgate, voicemail)
    click_alert(linkgate, alert)
    click_harmless(linkgate, harmless)
    examples = {"warns": next(iter(voicemail.values())), "blocks": next(iter(alert.values())),
                "redirects": next(iter(harmless.values()))}
    right = show_tables(linkgate, time.monotonic())
    step("A link whose page turns bad after delivery")
    show_late(linkgate, offers, lab)
    step("What came after: the mails are taken back out of the mailboxes")
    show_removal(linkgate, dovecot)
    step("Alerts, by mail and by webhook")
    show_alerts(linkgate, mails, posts)
    step("linkgate report click-through: who continued")
    right = show_report(linkgate) and right
    return right, examples


def main():
    arguments = argparse.ArgumentParser(prog="./dev demo", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--exit", action="store_true", help="stop after the tables")
    arguments = arguments.parse_args()
    need_root()
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job starts with it ignored
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that everything started here is stopped
    with work_folder("linkgate-demo-") as folder, Lab(folder / "lab") as lab:
        feed = folder / "feed.txt"
        feed.write_text("# nothing is known yet\n")
        step("Starting Dovecot, Linkgate and Postfix on loopback")
        dovecot = Dovecot(folder).start()
        mails, posts = SmtpSink(), HttpSink()
        secrets = {"password": folder / "zap.password", "key": folder / "webhook.key"}
        for file, text in zip(secrets.values(), (Dovecot.MASTER_PASSWORD, "of the demo")):
            file.write_text(text + "\n")
        respond = RESPOND.format(imap=dovecot.imap_port, smtp=mails.port, hook=posts.port, **secrets)
        linkgate = Installation(folder, f"lmtp:127.0.0.1:{dovecot.lmtp_port}", feeds=[("demo", feed)], origin="http://localhost",
                                extra=respond + SCAN.format(ca=lab.ca, after=", ".join(f'"{n}s"' for n in range(4, 900, 4)),
                                                  routes=json.dumps([*lab.routes, "*=127.0.0.1:9"])))
        postfix = Postfix(folder, linkgate.lmtp_port, domains="corp.test sales.corp.test finance.corp.test")
        try:
            linkgate.start_with_or_without_browser()
            postfix.start()
            if linkgate.troubles():
                note("Chromium cannot be started here, so pages are fetched and not opened in a browser")
            note(f"SMTP 127.0.0.1:{postfix.port} -> gateway 127.0.0.1:{linkgate.lmtp_port} -> Dovecot 127.0.0.1:{dovecot.lmtp_port}"
                 f" -> IMAP 127.0.0.1:{dovecot.imap_port}")
            right, examples = story(linkgate, postfix, dovecot, feed, lab, mails, posts)
            if not right:
                print("\nThe tables are not what happened.", file=sys.stderr)
            elif not arguments.exit:
                step("All of it runs until Ctrl-C")
                for what, link in examples.items():
                    note(f"a link that {what}: {link}")
                note(f"clicks  http://127.0.0.1:{linkgate.click_ports[0]}    health  http://127.0.0.1:{linkgate.admin_port}/healthz")
                note("        (every site of the story is made up: one that a link redirects to cannot be reached)")
                note(f"hunting http://127.0.0.1:{linkgate.portal_port}    curl -s -d '{{\"csl\":\"UrlClickEvents | count\",\"db\":\"linkgate\"}}' "
                     f"-H 'Content-Type: application/json' http://127.0.0.1:{linkgate.portal_port}/v2/rest/query")
                note(f"ask     build/bin/linkgate kql --config {linkgate.config} 'UrlClickEvents | project Timestamp, AccountUpn, ActionType, IsClickedThrough, Url | take 5'")
                note(f"mail    IMAP 127.0.0.1:{dovecot.imap_port}, user ada@sales.corp.test, any password")
                try:
                    threading.Event().wait()
                except KeyboardInterrupt:
                    print()
            return 0 if right else 1
        finally:
            postfix.stop()
            linkgate.stop()
            dovecot.stop()
            mails.stop()
            posts.stop()


if __name__ == "__main__":
    sys.exit(main())
