#!/usr/bin/python3
"""No two views may disagree. Clicks through two nodes, verdicts that turn, quarantined mails and a respond that is killed, against the real
spools, shipper and store: what was raised is compared with a model of what happened, and every alert's evidence is looked for in report, Explorer,
KQL and export, under every filter that names it. First, as a test of its own, the case of an administrator whose alert and report disagreed."""
import csv
import io
import json
import os
import random
import signal
import sys
import uuid

from harness.installation import Installation
from harness.process import free_port, wait_until, work_folder
from harness.store import Store

CLICKED = "A potentially malicious URL click was detected"
WENT_ON = "A user clicked through to a potentially malicious URL"
ZAPPED = "User accessed link in ZAP-quarantined email"
REMOVED = "Email messages containing malicious URL removed after delivery"


class World:
    """The installation and what happened in it."""

    def __init__(self, folder, seed):
        self.random = random.Random(seed)
        self.feed = folder / "feed.txt"
        self.bad = {"evil.example"}
        self.write_feed()
        self.linkgate = Installation(folder, f"lmtp:127.0.0.1:{free_port()}", click_nodes=2, feeds=[("bad", self.feed)]).start()
        self.store = Store(self.linkgate.data)
        self.linkgate.command("policy", "set", "Warns", "AllowClickThrough=true")
        self.linkgate.command("policy", "rule", "set", "Warns", "SafeLinksPolicy=Warns", "RecipientDomainIs=corp.test")
        self.clicks = []  # {url, user, mail, host, reached, bad, went_on, human}
        self.zapped = set()
        self.mails = {}
        self.flipped = set()
        self.rows = 0

    def write_feed(self):
        self.feed.write_text("".join(f"https://{host}/\n{host}\n" for host in sorted(self.bad)))

    def insert(self, table, **columns):
        self.rows += 1
        now = self.store.ask("SELECT now64(7, 'UTC')").decode().strip()
        self.store.insert(table, [{"_RowId": f"made-{self.rows}", "Timestamp": now, **columns}])

    def mail(self, user, subject="Invoice"):
        mail = str(uuid.UUID(int=self.random.getrandbits(128)))
        self.mails[mail] = user
        self.insert("EmailEvents", NetworkMessageId=mail, InternetMessageId=f"<{mail}@mail.example>", RecipientEmailAddress=user, Subject=f"{subject} {mail[:4]}",
                    DeliveryAction="Delivered", DeliveryLocation="Inbox/Folder", AdditionalFields="{}")
        return mail

    def click(self, user, mail, host, what, agent="Mozilla/5.0 (test)"):
        """`what`: look (and no more), continue, back."""
        url = f"https://{host}/{len(self.clicks)}"
        link = self.linkgate.command("wrap", "--recipient", user, "--message", mail, url).strip()
        node = self.random.randrange(2)
        status, _, page = self.linkgate.click(link, node=node, agent=agent)
        bad = host.lower() in self.bad
        assert status == (200 if bad else 302), (host, status, page[:500])
        went_on = bad and what == "continue"
        if went_on:
            status, headers, _ = self.linkgate.continue_anyway(link, page, node=self.random.randrange(2), agent=agent)
            assert status == 303, status
        self.clicks.append({"url": url, "user": user, "mail": mail, "host": host.lower(), "bad": bad, "went_on": went_on, "reached": went_on or not bad,
                            "human": "bot" not in agent})
        return self.clicks[-1]

    def zap(self, mail):
        self.zapped.add(mail)
        self.insert("EmailPostDeliveryEvents", NetworkMessageId=mail, RecipientEmailAddress=self.mails[mail].upper(), ActionType="Phish ZAP", Action="Moved to quarantine",
                    ActionResult="Success", DeliveryLocation="Quarantine", ThreatTypes="Phish", DetectionMethods="URL malicious reputation", ReportId=f"zap-{mail}")

    def flip(self, host):
        """A feed brings the bad news."""
        self.bad.add(host)
        self.write_feed()
        self.linkgate.command("feed", "refresh", check=False)
        self.flipped.add(host)

    def expected(self):
        """Title -> the URLs that its alerts must name, and no other."""
        humans = [c for c in self.clicks if c["human"]]
        return {CLICKED: {c["url"].lower() for c in humans if c["bad"] or (c["reached"] and c["host"] in self.flipped)},
                WENT_ON: {c["url"].lower() for c in humans if c["went_on"]},
                ZAPPED: {c["url"].lower() for c in humans if c["reached"] and c["mail"] in self.zapped},
                REMOVED: set(self.zapped)}

    def raised(self):
        _, rows = self.linkgate.kql("AlertEvidence | where EntityType in ('Url', 'Mailbox') | join kind=inner (AlertInfo | project AlertId) on AlertId "
                                    "| project Title, iff(EntityType == 'Url', tolower(RemoteUrl), NetworkMessageId)")
        found = {title: set() for title in (CLICKED, WENT_ON, ZAPPED, REMOVED)}
        for title, what in rows:
            found[title].add(what)
        return found

    def settle(self):
        expected = self.expected()
        try:
            wait_until("alerts are what happened", lambda: self.raised() == expected, 90, 0.5)
        except AssertionError:
            found = self.raised()
            for title in expected:
                print(title, "\n  missing", expected[title] - found[title], "\n  not so", found[title] - expected[title])
            raise
        _, rows = self.linkgate.kql("AlertInfo | summarize Rows = count() by AlertId | where Rows > 1")
        assert rows == [], f"alerts with two rows: {rows}"


def seen_by(linkgate, *filters):
    """The clicks that each of the four views shows: sets of ReportId by view; no view may show one twice."""
    report = json.loads(linkgate.command("report", "url-protection", "--format", "json", *filters))
    details = next(part["rows"] for part in report["sections"] if part["name"] == "details")
    actions = next(part["rows"] for part in report["sections"] if part["name"] == "actions")
    explorer = json.loads(linkgate.command("explorer", "clicks", "--format", "json", *filters))
    results = next(part["rows"] for part in explorer["sections"] if part["name"] == "results")
    export = list(csv.DictReader(io.StringIO(linkgate.command("report", "url-protection", "--format", "csv", *filters))))
    views = {"report": [row["ClickId"] for row in details], "explorer": [row["ClickId"] for row in results], "export": [row["ClickId"] for row in export]}
    for name, ids in views.items():
        assert len(ids) == len(set(ids)), f"{name} shows a click twice: {ids}"
    left_out = report.get("defaultFilter", {}).get("hiddenClicks", 0)
    assert sum(row["Clicks"] for row in actions) == len(details) + left_out, "the sums are not those of the rows"
    return {name: set(ids) for name, ids in views.items()}


def check_filter(linkgate, wanted, *filters, exactly):
    for name, ids in seen_by(linkgate, *filters).items():
        assert wanted <= ids, f"{name} {filters} lacks {wanted - ids}"
        assert not exactly or wanted == ids, f"{name} {filters} shows {ids - wanted} too"


def check_alert(world, alert, full):
    linkgate = world.linkgate
    _, rows = linkgate.kql(f"AlertEvidence | where AlertId == '{alert}' | join kind=inner UrlClickEvents on ReportId "
                           "| distinct ReportId, AccountUpn, NetworkMessageId1, Url, UrlDomain, Policy")
    wanted = {row[0] for row in rows}
    if not wanted:
        return  # of mails
    check_filter(linkgate, wanted, "--alert", alert, exactly=True)
    if not full:
        return
    report_id, user, mail, url, domain, policy = world.random.choice(rows)
    for filters in (["--user", user.upper()], ["--mail", mail], ["--domain", domain.upper()], ["--policy", policy], ["--from", "1h"]):
        check_filter(linkgate, {report_id}, *filters, exactly=False)
    for filters in (["--click", report_id], ["--url", url]):
        check_filter(linkgate, {report_id}, *filters, exactly=True)


def forum_case(world):
    """Click, then ZAP, then the alert: the report by the link's domain, the final domain, the mail and the user shows one row, the same."""
    linkgate, user = world.linkgate, "asker@corp.test"
    mail = world.mail(user, "The question")
    click = world.click(user, mail, "Landing.Example", "look")
    _, rows = wait_until("the click to be queried", lambda: (lambda found: found if found[1] else None)(
        linkgate.kql(f"UrlClickEvents | where Url == '{click['url']}' | project ReportId, Timestamp, AccountUpn")))
    report_id = rows[0][0]
    world.zap(mail)
    world.settle()
    alerts = [row for row in json.loads(linkgate.command("alert", "list", "--format", "json")) if row["Title"] == ZAPPED]
    assert len(alerts) == 1 and alerts[0]["Severity"] == "Medium" and alerts[0]["Status"] == "new", alerts
    alert = alerts[0]["AlertId"]
    for filters in (["--domain", "LANDING.example"], ["--url", click["url"]], ["--mail", mail], ["--user", user], ["--alert", alert], ["--subject", "the question"],
                    ["--alert", alert, "--user", user, "--mail", mail, "--domain", "landing.example"]):
        check_filter(linkgate, {report_id}, *filters, exactly=True)
    evidence = json.loads(linkgate.command("alert", "show", alert, "--format", "json"))
    assert {row["EntityType"] for row in evidence} == {"MailMessage", "Url", "User", "Ip"} and {row["ReportId"] for row in evidence} == {report_id}, evidence
    story = json.loads(linkgate.command("explorer", "story", mail, "--format", "json"))["sections"][0]["rows"]
    happened = [row["What"] for row in story]
    assert happened[0] == "delivery" and "click: redirect" in happened and "after delivery" in happened and happened.count("alert") == 2, happened
    linkgate.command("alert", "set", alert, "--status", "inProgress", "--assign", "ada", "--comment", "looking")
    linkgate.command("alert", "set", alert, "--status", "resolved", "--classification", "truePositive")
    alerts = [row for row in json.loads(linkgate.command("alert", "list", "--format", "json")) if row["AlertId"] == alert]
    assert (alerts[0]["Status"], alerts[0]["Classification"], alerts[0]["AssignedTo"]) == ("resolved", "truePositive", "ada"), alerts
    assert "looking" in linkgate.command("alert", "show", alert)
    print("the forum's case holds", flush=True)


def history(world, steps):
    chance = world.random
    users = [f"user{n}@corp.test" for n in range(4)]
    for _ in range(steps):
        match chance.choices(["mail", "good", "bad", "bot", "zap", "flip", "kill"], [3, 5, 6, 1, 2, 1, 1])[0]:
            case "mail":
                world.mail(chance.choice(users))
            case "zap":
                mails = [m for m in world.mails if m not in world.zapped]
                if mails:
                    world.zap(chance.choice(mails))
            case "flip":
                hosts = sorted({c["host"] for c in world.clicks} - world.bad)
                if hosts:
                    world.flip(chance.choice(hosts))
            case "kill":
                os.kill(world.linkgate.pids()["respond"], signal.SIGKILL)
            case what:
                mail = chance.choice(list(world.mails)) if world.mails else world.mail(chance.choice(users))
                host = chance.choice(["a.example", "B.Example", "xn--bcher-kva.example"] if what == "good" else sorted(world.bad))
                if host.lower() in world.bad and what == "good":
                    continue
                world.click(world.mails[mail], mail, host, chance.choice(["look", "continue"]), "Examplebot/1.0" if what == "bot" else "Mozilla/5.0 (test)")


def main():
    seed = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    with work_folder("linkgate-contradiction-") as folder:
        world = World(folder, seed)
        try:
            forum_case(world)
            for number in range(rounds):
                history(world, 12)
                world.settle()
                _, alerts = world.linkgate.kql("AlertInfo | project AlertId | sort by AlertId asc")
                for place, (alert,) in enumerate(world.random.sample(alerts, min(6, len(alerts)))):
                    check_alert(world, alert, full=place == 0)
                print(f"round {number}: {len(world.clicks)} clicks, {len(alerts)} alerts; no view disagrees", flush=True)
        finally:
            world.linkgate.stop()
    print("no contradiction found")


if __name__ == "__main__":
    main()
