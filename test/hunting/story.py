"""A made-up month of mail and clicks in which every query of examples/hunting has something to find, between a seeded background in
which none has. `Story` collects rows by table; times are hours before now."""
import datetime
import json
import random
import uuid

def moment(now, hours):
    return (now - datetime.timedelta(hours=hours)).strftime("%Y-%m-%d %H:%M:%S.%f")


class Story:
    def __init__(self, now, seed=7):
        self.now, self.random = now, random.Random(seed)
        self.tables = {}
        self.messages = self.clicks = 0

    def hours_since(self, hour, days=1, weekday=False):
        """Hours from the start of that hour (UTC), so many calendar days ago, to now; at a weekday, maybe more days ago."""
        when = (self.now - datetime.timedelta(days=days)).replace(hour=hour, minute=0, second=0, microsecond=0)
        while weekday and when.isoweekday() > 5:
            when -= datetime.timedelta(days=1)
        return (self.now - when).total_seconds() / 3600

    def row(self, table, hours, **columns):
        self.tables.setdefault(table, []).append({"Timestamp": moment(self.now, hours), **columns})

    def mail(self, hours, recipients, sender="news@daily.example", urls=(), message=None, name="", subject="News", **columns):
        """A message and a row for each recipient and link; its NetworkMessageId."""
        self.messages += 1
        message = message or str(uuid.UUID(int=(7 << 64) + self.messages))
        for recipient in recipients:
            self.row("EmailEvents", hours, **{
                "NetworkMessageId": message, "RecipientEmailAddress": recipient, "SenderFromAddress": sender, "SenderFromDomain": sender.split("@")[1],
                "SenderDisplayName": name, "Subject": subject, "EmailDirection": "Inbound", "DeliveryAction": "Delivered", "UrlCount": len(urls),
                "AuthenticationDetails": '{"SPF":"pass","DKIM":"pass","DMARC":"pass","CompAuth":"none"}',
                "AdditionalFields": json.dumps({"Links": {"sealed": len(urls)}}), **columns})
        for url in urls:
            self.row("EmailUrlInfo", hours, NetworkMessageId=message, Url=url, UrlDomain=url.split("/")[2], UrlLocation="Body")
        return message

    def click(self, hours, person, url, message="", action="ClickAllowed", threat="", went_on=False, client="192.0.2.10", chain=None, mail_age=1, steps=("redirect",), **log):
        """A click: its row, and a row for each step in the log."""
        self.clicks += 1
        both = {"AccountUpn": person, "Url": url, "UrlDomain": url.split("/")[2], "NetworkMessageId": message, "ThreatTypes": threat, "ReportId": f"click-{self.clicks}",
                "IPAddress": client, "UrlChain": json.dumps(chain or [url]), "SourceId": log.pop("source", "Body"), "PageShown": log.pop("page", "None")}
        self.row("UrlClickEvents", hours, ActionType=action, IsClickedThrough=went_on, **both)
        for number, step in enumerate(steps):
            kind, _, seconds = step.partition("+")
            name = "UrlScanInProgress" if kind == "scan" else action
            self.row("UrlClickLog", hours - float(seconds or number) / 3600, Step=kind, ActionType=name, IsClickedThrough=went_on and kind == "continue",
                     ClickTime=moment(self.now, hours), MessageTime=moment(self.now, hours + mail_age),
                     **{"Disposition": "unknown" if kind == "scan" else "phishing" if threat else "clean", "UserAgent": "Mozilla/5.0", **both, **log})

    def background(self, days=30):
        """Ordinary mail and clicks in daytime; nothing in it is what a hunter looks for."""
        for day in range(2, days):
            for number in range(10):
                person = f"person{number}@corp.test"
                site = f"site{number % 5}.example"
                hours = day * 24 + self.random.random()
                message = self.mail(hours, [person], f"news@{site}", [f"https://{site}/story/{day}"], subject=f"News of {site}")
                self.click(hours - 0.1, person, f"https://{site}/story/{day}", message, client=f"192.0.2.{100 + number}")

    def insert_into(self, store):
        for table, rows in self.tables.items():
            store.insert(table, rows)
