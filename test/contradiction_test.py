#!/usr/bin/python3
"""No two views may disagree. Mail is delivered through a gateway into a Dovecot and clicked on through two nodes; verdicts turn, messages are pulled from
mailboxes, filed away, released; every program is killed now and then between two steps. After each batch of histories all tables must say what visitors
saw and mailboxes hold, and every alert's evidence must be found in report, Explorer, export and KQL, under every filter that names it.
First, as a test of its own, the case of an administrator whose alert and report disagreed.

usage: contradiction_test.py [--seed N] [--histories N] [--batch N] [--kills N]"""
import argparse
import json
import time

from contradiction.views import check_alert, check_all_clicks, check_domain_of_mail, check_filter
from contradiction.world import BAD_FROM_THE_START, PROGRAM, World, ZAPPED
from harness.process import wait_until, work_folder

KINDS = ["plain", "plain", "redirected", "wrapped"]


def forum_case(world):
    """Click, then ZAP, then the alert: the report by the link's domain, the final domain, the mail and the user shows one row, the same."""
    linkgate, user = world.linkgate, "asker@corp.test"
    mail = world.deliver(user, "redirected", "Landing.Example", "The question")
    click = world.click(mail)
    if click.page == "Scanning":  # it was too early: they come back a moment later
        click = wait_until("the page to be looked at", lambda: (lambda c: c if c.page == "None" else None)(world.click(mail)), 30, 0.3)
    assert click.page == "None", click
    wait_until("the rows of click and mail", lambda: world.recorded_clicks() == world.expected_clicks() and world.recorded_mails() == world.expected_mails(), 30, 0.1)
    _, rows = linkgate.kql(f"UrlClickEvents | where IPAddress == '{click.address}' | project ReportId, UrlDomain")
    report_id, domain = rows[0]
    assert domain == mail.hosts[0], rows
    world.flip("landing.example")
    world.settle(90)
    alerts = [row for row in json.loads(linkgate.command("alert", "list", "--format", "json")) if row["Title"] == ZAPPED]
    assert len(alerts) == 1 and alerts[0]["Severity"] == "Medium" and alerts[0]["Status"] == "new", alerts
    alert = alerts[0]["AlertId"]
    for filters in (["--domain", mail.hosts[0].upper()], ["--domain", "LANDING.example"], ["--url", mail.link], ["--mail", mail.id], ["--user", user], ["--alert", alert],
                    ["--subject", "the question"], ["--alert", alert, "--user", user, "--mail", mail.id, "--domain", "landing.example"]):
        check_filter(linkgate, {report_id}, *filters, "--ip", click.address, exactly=True)
    evidence = json.loads(linkgate.command("alert", "show", alert, "--format", "json"))
    assert {row["EntityType"] for row in evidence} >= {"MailMessage", "Url", "User", "Ip"} and {row["ReportId"] for row in evidence} == {report_id}, evidence
    story = json.loads(linkgate.command("explorer", "story", mail.id, "--format", "json"))["sections"][0]["rows"]
    happened = [row["What"] for row in story]
    assert happened[0] == "delivery" and "click: redirect" in happened and "after delivery" in happened and happened.count("alert") == 3, happened
    linkgate.command("alert", "set", alert, "--status", "inProgress", "--assign", "ada", "--comment", "looking")
    linkgate.command("alert", "set", alert, "--status", "resolved", "--classification", "truePositive")
    alerts = [row for row in json.loads(linkgate.command("alert", "list", "--format", "json")) if row["AlertId"] == alert]
    assert (alerts[0]["Status"], alerts[0]["Classification"], alerts[0]["AssignedTo"]) == ("resolved", "truePositive", "ada"), alerts
    assert "looking" in linkgate.command("alert", "show", alert)
    print("the forum's case holds", flush=True)


class Histories:
    """Many at once, step by step in any order."""

    def __init__(self, world, patient):
        self.world, self.chance = world, world.random
        self.patient = patient  # a verdict turns only once the mails before it are recorded: what was on its way is found two minutes later
        self.users = [f"user{n}@corp.test" for n in range(4)] + ["hugo@finance.corp.test"]

    def host(self):
        n = self.chance.randrange(10_000)
        idn = f"bücher{n}.example"
        return self.chance.choice([f"shop{n}.example", f"SHOP{n}.Example", idn, idn.encode("idna").decode()])

    def batch(self, count, kills):
        steps = ["deliver"] * count + ["click"] * count * 2 + ["evil"] * (count // 4 + 1) + ["flip"] * (count // 5 + 1) + ["move"] * (count // 6 + 1) + ["release"] * (count // 6 + 1)
        self.chance.shuffle(steps)
        for number in sorted(self.chance.sample(range(1, len(steps) + 1), kills), reverse=True):
            steps.insert(number, "kill")
        self.mails = []
        for step in steps:
            getattr(self, step)()

    def deliver(self):
        host = self.chance.choice([m.hosts[-1] for m in self.mails] or [self.host()]) if self.chance.random() < 0.3 else self.host()
        if host.lower().encode("idna").decode() not in self.world.bad:
            self.mails.append(self.world.deliver(self.chance.choice(self.users), self.chance.choice(KINDS), host))

    def evil(self):
        mail = self.world.deliver(self.chance.choice(self.users), "plain", BAD_FROM_THE_START)
        self.world.click(mail, goes_on=self.chance.random() < 0.5)

    def click(self):
        """By the recipient, or by whom it was forwarded to; some are programs."""
        if self.mails:
            self.world.click(self.chance.choice(self.mails), goes_on=self.chance.random() < 0.5, **({"agent": PROGRAM} if self.chance.random() < 0.1 else {}))

    def flip(self):
        hosts = sorted({mail.hosts[-1] for mail in self.mails} - self.world.bad)
        if hosts:
            if self.patient:
                wait_until("the rows of mails", lambda: {row[0] for row in self.world.recorded_mails()} >= {mail.id for mail in self.mails}, 60, 0.1)
            self.world.flip(self.chance.choice(hosts))

    def move(self):
        mails = [mail for mail in self.mails if not self.world.flipped.intersection(mail.hosts)]
        if mails:
            self.world.move(self.chance.choice(mails))

    def release(self):
        """What an earlier batch had pulled."""
        mails = [mail for mail in self.world.mails if mail.place == "quarantine"]
        if mails:
            self.world.release(self.chance.choice(mails))

    def kill(self):
        self.world.kill()


def check_views(world):
    check_all_clicks(world.linkgate)
    _, alerts = world.linkgate.kql("AlertInfo | project AlertId | sort by AlertId asc")
    for place, (alert,) in enumerate(world.random.sample(alerts, min(5, len(alerts)))):
        check_alert(world.linkgate, alert, world.random, full=place == 0)
    check_domain_of_mail(world.linkgate, world.random.choice(world.clicks))
    return len(alerts)


def run(seed, histories, batch, kills, patient):
    print(f"seed {seed}", flush=True)
    with work_folder("linkgate-contradiction-") as folder:
        world = World(folder, seed)
        try:
            forum_case(world)
            story, done = Histories(world, patient), 0
            while done < histories:
                start = time.monotonic()
                count = min(batch, histories - done)
                story.batch(count, kills)
                acted = time.monotonic()
                world.settle(90 if patient else 240)  # what was on its way when a verdict turned is pulled two minutes later
                settled = time.monotonic()
                alerts = check_views(world)
                done += count
                print(f"{done} histories: {len(world.mails)} mails, {len(world.clicks)} clicks, {len(world.flipped)} verdicts turned, {alerts} alerts; no view disagrees"
                      f" ({acted - start:.0f} s, {settled - acted:.0f} s until settled, {time.monotonic() - settled:.0f} s of views)", flush=True)
            print("killed: " + (", ".join(f"{name} {n}" for name, n in sorted(world.killed.items())) or "nothing"), flush=True)
        except AssertionError:
            print(world.linkgate.up.tail(60), flush=True)
            raise
        finally:
            world.stop()
    print("no contradiction found")


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--seed", type=int, default=7)
    arguments.add_argument("--histories", type=int, default=30)
    arguments.add_argument("--batch", type=int, default=15)
    arguments.add_argument("--kills", type=int, default=2, help="of programs, in each batch")
    arguments.add_argument("--impatient", action="store_true", help="verdicts turn also while mails are not recorded yet: some are pulled two minutes later")
    arguments = arguments.parse_args()
    run(arguments.seed, arguments.histories, arguments.batch, arguments.kills, not arguments.impatient)


if __name__ == "__main__":
    main()
