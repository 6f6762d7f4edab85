"""A whole Linkgate with two click nodes between a Dovecot and readers, and a model of what happened there: what each visitor got is written
down as the visitor saw it, and what each mailbox holds is asked of Dovecot. Nothing is told to the model by Linkgate itself."""
import contextlib
import dataclasses
import email.utils
import imaplib
import ipaddress
import json
import os
import random
import signal
import smtplib
import urllib.parse
import uuid

from harness import messages
from harness.installation import Installation, continue_form
from harness.mailstack import Dovecot
from harness.process import wait_until
from harness.store import Store

from .sites import Sites

CLICKED = "A potentially malicious URL click was detected"
WENT_ON = "A user clicked through to a potentially malicious URL"
ZAPPED = "User accessed link in ZAP-quarantined email"
REMOVED = "Email messages containing malicious URL removed after delivery"
TITLES = (CLICKED, WENT_ON, ZAPPED, REMOVED)

BAD_FROM_THE_START = "evil.example"
HUMAN, PROGRAM = "Mozilla/5.0 (test)", "Examplebot/1.0"

CONFIG = """
[scan]
deep = true
chromium = "/nonexistent/chromium"
valid_clean = "1s"
valid_unknown = "1s"
rescan_after = []

[egress]
routes = ["{route}"]

[mailboxes]
imap = "127.0.0.1:{imap}"
security = "none"
master_user = "zap"
password_file = "{password}"
"""

# What a page says in its title -> PageShown of its row.
PAGES = {"Checking this link": "Scanning", "Be careful with this link": "Suspicious", "Blocked: this link looks suspicious": "Suspicious",
         "This link leads to a fake site": "Phishing", "Blocked: this link leads to a fake site": "Phishing", "This link could not be checked": "Error"}


@dataclasses.dataclass
class Mail:
    subject: str
    user: str
    link: str    # as it was written
    hosts: tuple  # all that it leads over, ASCII and lower case, its own first
    sealed: str = ""
    id: str = ""
    place: str = "INBOX"  # or "quarantine", or "junk": marked for it at delivery
    was_zapped: bool = False
    slipped: bool = False  # it was bad already, and delivered as harmless: scan had just been killed


@dataclasses.dataclass
class Click:
    mail: Mail
    address: str  # every visit has its own, so that its row is known by it
    page: str
    went_on: bool
    human: bool

    @property
    def reached(self):
        return self.went_on or self.page == "None"


class World:
    def __init__(self, folder, seed):
        self.random = random.Random(seed)
        self.folder = folder
        self.sites = Sites()
        self.bad = {BAD_FROM_THE_START}
        self.feed = folder / "feed.txt"
        self.write_feed()
        (folder / "zap.password").write_text(Dovecot.MASTER_PASSWORD + "\n")
        self.dovecot = Dovecot(folder).start()
        self.linkgate = Installation(
            folder, f"lmtp:127.0.0.1:{self.dovecot.lmtp_port}", click_nodes=2, feeds=[("bad", self.feed)],
            extra=CONFIG.format(route=self.sites.route, imap=self.dovecot.imap_port, password=folder / "zap.password"))
        self.linkgate.start_with_or_without_browser()
        self.linkgate.command("policy", "set", "Warns", "AllowClickThrough=true")
        self.linkgate.command("policy", "rule", "set", "Warns", "SafeLinksPolicy=Warns", "RecipientDomainIs=corp.test", "ExceptIfRecipientDomainIs=finance.corp.test")
        self.mails, self.clicks, self.flipped, self.killed = [], [], set(), {}
        self.numbers = 0

    def stop(self):
        self.linkgate.stop()
        self.dovecot.stop()
        self.sites.stop()

    def number(self):
        self.numbers += 1
        return self.numbers

    # -- links

    def link(self, kind, host):
        """(as a mail writes it, the hosts it leads over). `host` may be written in any way."""
        path = f"/p{self.number()}"
        ascii_host = host.lower().encode("idna").decode()
        if kind == "redirected":
            hop = f"hop{self.random.randrange(5)}.example"
            self.sites.leads[path] = f"http://{ascii_host}{path}/end"
            return f"http://{hop}{path}", (hop, ascii_host)
        if kind == "wrapped":
            inner = urllib.parse.quote(f"http://{host}{path}", safe="")
            return f"https://eur01.safelinks.protection.outlook.com/?url={inner}&data=05%7C01%7C&reserved=0", (ascii_host,)  # the wrapper comes off
        return f"http://{host}{path}", (ascii_host,)

    # -- steps

    def deliver(self, user, kind, host, subject=None):
        link, hosts = self.link(kind, host)
        subject = f"{subject or 'Invoice'} {uuid.UUID(int=self.random.getrandbits(128))}"
        mail = Mail(subject, user, link, hosts)
        text = (f"Received: from mail.example by mx.corp.test with ESMTP; {email.utils.formatdate()}\r\n"  # as every MTA does
                f"From: sender@mail.example\r\nTo: {user}\r\nSubject: {subject}\r\nDate: {email.utils.formatdate()}\r\n"
                f"Message-ID: <{self.number()}.{self.random.getrandbits(32)}@mail.example>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
                f"Content-Transfer-Encoding: 8bit\r\n\r\nPlease look: {link}\r\n").encode()
        wait_until("the gateway to take a mail", lambda: self.hand_over(user, text), 60, 0.2)
        raw = wait_until(f"mail for {user}", lambda: self.file_of(mail))
        mail.sealed = next(found for found in messages.links(raw) if "/?url=" in found and "&data=" in found)
        mail.id = messages.header(raw, "X-Linkgate-Id").partition(".")[0]
        if self.bad.intersection(hosts):
            mail.slipped = messages.header(raw, "X-Spam-Flag") != "YES"
            mail.place = "INBOX" if mail.slipped else "junk"
        self.mails.append(mail)
        return mail

    def hand_over(self, user, text):
        try:
            with smtplib.LMTP("127.0.0.1", self.linkgate.lmtp_port) as lmtp:
                lmtp.sendmail("sender@mail.example", [user], text, mail_options=["BODY=8BITMIME"])
            return True
        except (ConnectionError, smtplib.SMTPServerDisconnected):
            return False

    def click(self, mail, goes_on=False, agent=HUMAN):
        address = str(ipaddress.ip_address("10.0.0.1") + self.number())
        status, _, page = self.until_answered(lambda node: self.linkgate.click(mail.sealed, address, agent, node))
        title = self.title(page)
        assert status == 302 or (status == 200 and title in PAGES), (status, title, mail)
        click = Click(mail, address, "None" if status == 302 else PAGES[title], False, agent == HUMAN)
        if status == 200 and goes_on and continue_form(page.decode()):
            status, _, page = self.until_answered(lambda node: self.linkgate.continue_anyway(mail.sealed, page, address, agent, node))
            assert status in (200, 303), (status, page[:300])
            click.went_on = status == 303
            if not click.went_on:  # the verdict turned while they read: they are shown the page of the new one
                click.page = PAGES[self.title(page)]
        self.clicks.append(click)
        return click

    @staticmethod
    def title(page):
        return page.decode(errors="replace").partition("<title>")[2].partition("<")[0]

    def until_answered(self, ask):
        """A node that was just killed answers nothing: its clients try again, here or at the other."""
        return wait_until("an answer of a click node", lambda: next((a for a in [ask(self.random.randrange(2))] if a[0] not in (0, 502, 503)), None), 60, 0.1)

    def flip(self, host):
        """A feed brings the bad news."""
        self.bad.add(host)
        self.flipped.add(host)
        self.write_feed()
        self.linkgate.command("feed", "refresh", check=False)

    def move(self, mail):
        """The reader files a message away; Linkgate may take it out of their hands meanwhile."""
        with contextlib.suppress(imaplib.IMAP4.error), imaplib.IMAP4("127.0.0.1", self.dovecot.imap_port) as imap:
            imap.login(mail.user, "any")
            imap.create("Archive")
            imap.select("INBOX")
            numbers = imap.search(None, "SUBJECT", f'"{mail.subject}"')[1][0].split()
            if numbers and imap.copy(numbers[0], "Archive")[0] == "OK":
                imap.store(numbers[0], "+FLAGS", r"(\Deleted)")
                imap.expunge()

    def release(self, mail):
        held = [row for row in json.loads(self.linkgate.command("quarantine", "list", "--format", "json")) if row["subject"] == mail.subject and row["state"] == "held"]
        assert len(held) == 1, (mail, held)
        self.linkgate.command("quarantine", "release", held[0]["id"])
        mail.place = "INBOX"

    def kill(self, name=None):
        pids = {name: pid for name, pid in self.linkgate.pids().items() if pid}  # one that was killed a moment ago has none
        name = name or self.random.choice(sorted(pids))
        self.killed[name] = self.killed.get(name, 0) + 1
        with contextlib.suppress(ProcessLookupError):
            os.kill(pids[name], signal.SIGKILL)

    def write_feed(self):
        new = self.feed.with_suffix(".new")
        new.write_text("".join(f"{host}\n" for host in sorted(self.bad)))
        new.replace(self.feed)

    # -- what is there

    def file_of(self, mail):
        """The message in any folder of its reader, or None."""
        box = self.dovecot.folder / "mail" / mail.user
        for file in box.rglob("*"):
            if file.parent.name in ("new", "cur"):
                try:
                    raw = file.read_bytes()
                except FileNotFoundError:  # renamed meanwhile
                    return self.file_of(mail)
                if mail.subject.encode() in raw:
                    return raw
        return None

    def turned(self, mail):
        return mail.slipped or bool(self.flipped.intersection(mail.hosts))

    def expect_removals(self):
        """Mail that leads over a host whose verdict turned goes, once."""
        for mail in self.mails:
            if not mail.was_zapped and self.turned(mail):
                mail.was_zapped, mail.place = True, "quarantine"

    def expected_in_mailboxes(self):
        return {m.id for m in self.mails if m.place != "quarantine"}

    def in_mailboxes(self):
        return {m.id for m in self.mails if self.file_of(m) is not None}

    def expected_alerts(self):
        """Title -> what its alerts must name, and nothing else: addresses of clicks, or ids of mails."""
        people = [click for click in self.clicks if click.human]
        return {CLICKED: {c.address for c in people if c.page == "Phishing" or (c.reached and self.turned(c.mail))},
                WENT_ON: {c.address for c in people if c.went_on and c.page in ("Phishing", "Scanning", "Suspicious")},
                ZAPPED: {c.address for c in people if c.reached and c.mail.was_zapped},
                REMOVED: {m.id for m in self.mails if m.was_zapped}}

    def raised_alerts(self):
        _, rows = self.linkgate.kql(
            "AlertEvidence | where EntityType in ('Url', 'Mailbox') | join kind=inner (AlertInfo | project AlertId) on AlertId"
            " | join kind=leftouter (UrlClickEvents | project ReportId, IPAddress) on ReportId"
            " | distinct Title, What = iff(isempty(IPAddress), NetworkMessageId, IPAddress)")
        found = {title: set() for title in TITLES}
        for title, what in rows:
            found.setdefault(title, set()).add(what)
        return found

    def expected_clicks(self):
        return {(c.address, c.mail.user, c.mail.id, c.page, c.went_on, not c.human) for c in self.clicks}

    def recorded_clicks(self):
        _, rows = self.linkgate.kql("UrlClickEvents | project IPAddress, AccountUpn, NetworkMessageId, PageShown, tobool(IsClickedThrough), tobool(IsAutomated)")
        assert len(rows) == len({row[0] for row in rows}), "a click has two rows"
        return {tuple(row) for row in rows}

    def expected_mails(self):
        places = {"INBOX": "Inbox/Folder", "junk": "Junk folder", "quarantine": "Quarantine"}
        return {(m.id, m.user, places[m.place]) for m in self.mails}

    def recorded_mails(self):
        _, rows = self.linkgate.kql("EmailEvents | project NetworkMessageId, RecipientEmailAddress, LatestDeliveryLocation")
        assert len(rows) == len({(row[0], row[1]) for row in rows}), "a mail has two rows"
        return {tuple(row) for row in rows}

    def settle(self, seconds):
        """Waits until all tables say what happened; tells what they say too much or too little where they never do."""
        self.expect_removals()
        wait_until("a healthy Linkgate", self.linkgate.well_but_browser, 60, 0.1)
        claims = [("mailboxes", self.expected_in_mailboxes(), self.in_mailboxes), ("clicks", self.expected_clicks(), self.recorded_clicks), ("mails", self.expected_mails(), self.recorded_mails),
                  *((title, what, lambda title=title: self.raised_alerts()[title]) for title, what in self.expected_alerts().items())]
        for name, expected, ask in claims:
            try:
                wait_until(name, lambda: ask() == expected, seconds, 0.3)
            except AssertionError:
                found = ask()
                raise AssertionError(f"{name}: missing {sorted(expected - found)}, not so {sorted(found - expected)}\n{self.told(expected ^ found)}") from None
        _, rows = self.linkgate.kql("AlertInfo | summarize Rows = count() by AlertId | where Rows > 1")
        assert rows == [], f"alerts with two rows: {rows}"
        strange = [title for title in self.raised_alerts() if title not in TITLES]
        assert strange == [], f"alerts of what did not happen: {strange}"

    def told(self, differing):
        """All that is known of what differs, for who has to find out why."""
        lines = [str(click) for click in self.clicks if click.address in str(differing)]
        for mail in self.mails:
            if mail.id in str(differing):
                lines += [str(mail), self.linkgate.command("zap", "list", check=False), self.linkgate.command("check", "--format", "json", mail.link, check=False), self.linkgate.command("explorer", "story", mail.id, check=False)]
                for table, columns in (("EmailEvents", "_Version, LatestDeliveryAction, LatestDeliveryLocation"), ("EmailPostDeliveryEvents", "Timestamp, Action, ActionResult")):
                    lines.append(Store(self.linkgate.data).ask(f"SELECT {columns} FROM linkgate.{table} WHERE NetworkMessageId = '{mail.id}' ORDER BY 1").decode())
        return "\n".join(lines)
