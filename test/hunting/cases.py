"""For each query of examples/hunting: what is planted, and what it must say of that.

A case plants under a mark of its own (a part of a domain, a person or a title). Of the answer, the rows that hold the mark must be
exactly the expected ones, in this order; an expected row names the columns that matter. What belongs to other cases is theirs, and the
background (site0.example to site4.example) must not turn up at all unless the case says so."""
import base64

CASES = {}


class Case:
    def __init__(self, mark, plant, background):
        self.mark, self.plant, self.background = mark, plant, background


def case(query, mark, background=False):
    def remember(plant):
        CASES[query] = Case(mark, plant, background)
        return plant
    return remember


def phish(story, hours, person, url, message, **more):
    story.click(hours, person, url, message, action="ClickBlocked", threat="Phish", page="Phishing", steps=("page",), **more)


def went_past(story, hours, person, url, message, **more):
    story.click(hours, person, url, message, threat="Phish", went_on=True, page="Phishing", steps=("page", "continue"), **more)


@case("clicks-past-a-warning", "past-warning")
def plant(story):
    message = story.mail(50, ["ann@corp.test"], "boss@past-warning.example", ["https://past-warning.example/pay"], subject="Your pay")
    went_past(story, 49, "ann@corp.test", "https://past-warning.example/pay", message)
    phish(story, 48, "ben@corp.test", "https://past-warning.example/pay", message)
    return [{"AccountUpn": "ann@corp.test", "SenderFromAddress": "boss@past-warning.example", "Subject": "Your pay"}]


@case("allowed-before-blocked", "late-verdict")
def plant(story):
    url = "https://late-verdict.example/login"
    story.click(30, "cleo@corp.test", url)
    story.click(29, "carl@corp.test", url)
    phish(story, 20, "cora@corp.test", url, "")
    story.click(10, "chad@corp.test", url, action="ClickAllowed")  # after the verdict: an exception of the administrator's
    listed = "https://late-verdict-list.example/"
    story.click(28, "cody@corp.test", listed)
    story.click(20, "cora@corp.test", listed, action="ClickBlockedByTenantPolicy", page="BlockedByOrganisation", steps=("page",))  # nobody called it a threat
    return [{"AccountUpn": "cleo@corp.test", "Earlier": "10:00:00", "LaterThreatTypes": "Phish"}, {"AccountUpn": "carl@corp.test", "Earlier": "09:00:00"},
            {"AccountUpn": "cody@corp.test", "Earlier": "08:00:00", "LaterAction": "ClickBlockedByTenantPolicy", "LaterThreatTypes": ""}]


@case("repeat-clickers", "repeat")
def plant(story):
    for number in range(4):
        phish(story, 100 + number, "dan@repeat.test", f"https://r{number}.bad.example/", story.mail(101 + number, ["dan@repeat.test"]))
    for number in range(2):
        phish(story, 100 + number, "dora@repeat.test", f"https://r{number}.bad.example/", story.mail(101 + number, ["dora@repeat.test"]))
    return [{"AccountUpn": "dan@repeat.test", "Messages": 4, "Clicks": 4, "WentOn": 0}]


@case("top-click-targets", "top-target")
def plant(story):
    for number in range(6):
        (went_past if number < 2 else phish)(story, 200 - number, f"eve{number}@corp.test", "https://top-target.example/", "")
    return [{"UrlDomain": "top-target.example", "People": 6, "WentOn": 2, "Clicks": 6}]


@case("time-to-first-click", "first-click")
def plant(story):
    message = story.mail(60, ["fay@corp.test", "flo@corp.test"], subject="first-click test", urls=["https://fc.bad.example/"])
    phish(story, 59.5, "fay@corp.test", "https://fc.bad.example/", message)
    phish(story, 58, "flo@corp.test", "https://fc.bad.example/", message)
    return [{"Subject": "first-click test", "Recipients": 2, "Clickers": 2, "Minutes": 30.0}]


@case("one-client-many-people", "198.51.100.77")
def plant(story):
    for number in range(7):
        story.click(story.hours_since(hour=11) - number / 1000, f"gus{number}@corp.test", "https://client.example/", client="198.51.100.77")
    return [{"IPAddress": "198.51.100.77", "People": 7, "Links": 1}]


@case("one-link-many-clients", "published")
def plant(story):
    for number in range(5):
        story.click(70 + number, "hal@corp.test", "https://published.example/", "m", client=f"203.0.113.{number}")
    return [{"AccountUpn": "hal@corp.test", "Addresses": 5, "Clicks": 5}]


@case("late-clicks", "late-click.")
def plant(story):
    story.click(10, "ida@corp.test", "https://late-click.example/", mail_age=20 * 24)
    story.click(9, "ian@corp.test", "https://late-click.example/", mail_age=30)
    story.click(8, "isa@corp.test", "https://late-click.example/", mail_age=30 * 24, steps=("automated",), IsAutomated=True)  # nobody clicked
    return [{"UrlDomain": "late-click.example", "Clicks": 1, "Longest": "20.00:00:00", "Who": ["ida@corp.test"]}]


@case("after-hours-clicks", "after-hours")
def plant(story):
    night = story.hours_since(hour=23)
    noon = story.hours_since(hour=12, weekday=True)
    phish(story, night, "jay@corp.test", "https://after-hours.example/", "")
    phish(story, noon, "joy@corp.test", "https://after-hours.example/", "")
    return [{"AccountUpn": "jay@corp.test", "UrlDomain": "after-hours.example"}]


@case("qr-code-clicks", "qr.")
def plant(story):
    story.click(44, "kim@corp.test", "https://qr.example/", "q1", source="QRCode")
    phish(story, 43, "ken@corp.test", "https://qr.example/", "q1", source="QRCode")
    return [{"UrlDomain": "qr.example", "Clicks": 2, "People": 2, "Bad": 1, "Messages": ["q1"]}]


@case("long-redirect-chains", "hop0")
def plant(story):
    chain = ["https://hop0.example/", "https://hop1.example/", "https://hop2.example/", "https://end.example/x"]
    story.click(40, "liz@corp.test", chain[0], chain=chain)
    story.click(39, "leo@corp.test", chain[0], chain=chain[:2])
    return [{"UrlDomain": "hop0.example", "Final": "end.example", "Clicks": 1, "People": 1, "LongestChain": 3}]


@case("links-to-addresses", "203.0.113.99")
def plant(story):
    story.mail(60, ["mia@corp.test", "max@corp.test"], "a@bare.example", ["http://203.0.113.99/login"])
    return [{"UrlDomain": "203.0.113.99", "SenderFromAddress": "a@bare.example", "Recipients": 2, "Urls": ["http://203.0.113.99/login"]}]


@case("punycode-hosts", "xn--")
def plant(story):
    message = story.mail(60, ["nia@corp.test", "ned@corp.test"], "a@puny.example", ["https://xn--nrthgate-n4a.example/", "https://www.xn--bank-xyz.example/"])
    story.click(59, "nia@corp.test", "https://xn--nrthgate-n4a.example/", message)
    return [{"UrlDomain": "xn--nrthgate-n4a.example", "Recipients": 2, "Clickers": 1, "Senders": ["puny.example"]},
            {"UrlDomain": "www.xn--bank-xyz.example", "Recipients": 2, "Clickers": 0}]


@case("free-hosting", "shop-4711")
def plant(story):
    story.mail(60, ["oda@corp.test"], "a@free.example", ["https://shop-4711.vercel.app/", "https://vercel.app/shop-4711"])
    return [{"UrlDomain": "shop-4711.vercel.app", "Mails": 1, "Recipients": 1}]


@case("rare-domains", "rare")
def plant(story):
    story.click(5, "pia@corp.test", "https://rare-one.example/")
    for number in range(3):
        story.click(5, f"pat{number}@corp.test", "https://not-so-rare.example/")
    story.click(100, "pam@corp.test", "https://rare-but-old.example/")
    story.click(5, "pam@corp.test", "https://rare-but-old.example/")
    return [{"UrlDomain": "rare-one.example", "People": 1, "Who": ["pia@corp.test"]}]


@case("click-spikes", "spike")
def plant(story):
    for number in range(60):
        story.click(story.hours_since(hour=10, days=2) - number / 200, f"quin{number}@corp.test", "https://spike.example/", client=f"10.0.0.{number}")
    for number in range(160):
        story.click(1 + number, f"quin{number % 9}@corp.test", "https://no-spike.example/", client=f"10.0.1.{number}")
    return [{"UrlDomain": "spike.example", "Clicks": 60}]


@case("clicks-a-day", "UrlErrorPage")
def plant(story):
    for number in range(3):
        story.click(story.hours_since(hour=9, days=3), "rob@corp.test", f"https://error{number}.example/", action="UrlErrorPage")
    return [{"ActionType": "UrlErrorPage", "Clicks": [0] * 10 + [3, 0, 0, 0]}]


@case("waited-for-a-scan", "slow-scan")
def plant(story):
    story.click(33, "sue@corp.test", "https://slow-scan.example/", steps=("scan", "redirect+4"))
    story.click(32, "sam@corp.test", "https://slow-scan.example/", steps=("scan", "redirect+8"))
    story.click(31, "sid@corp.test", "https://slow-scan.example/")
    return [{"Url": "https://slow-scan.example/", "Clicks": 2, "Median": 4.0, "Longest": 8.0, "Outcomes": ["ClickAllowed"], "Dispositions": ["clean"]}]


@case("turned-back", "Suspicious")
def plant(story):
    for steps in (("page", "back"), ("page", "back", "report"), ("page", "continue"), ("page",)):
        story.click(80, "tim@corp.test", "https://heed.example/", page="Suspicious", threat="Suspicious", steps=steps)
    for number in range(3):  # there was no way past these
        story.click(80, f"tom{number}@corp.test", "https://heed.example/", page="Suspicious", threat="Suspicious", action="ClickBlocked", steps=("page",))
    return [{"Page": "Suspicious", "Shown": 4, "WentOn": 1, "TurnedBack": 2, "Reported": 1, "HeededPercent": 75.0}]


@case("reported-by-people", "reported")
def plant(story):
    for person in ("una@corp.test", "ulf@corp.test"):
        story.click(25, person, "https://reported-page.example/", steps=("redirect", "report"))
    return [{"Url": "https://reported-page.example/", "Reports": 2, "Disposition": "clean", "Unjudged": True}]


@case("policy-at-work", "Finance rule")
def plant(story):
    for number in range(5):
        story.click(90, f"vic{number}@corp.test", "https://policy.example/", Policy="Finance rule")
    phish(story, 90, "vic0@corp.test", "https://policy.example/", "", Policy="Finance rule")
    story.click(90, "vic0@corp.test", "https://policy.example/", action="ClickBlockedByTenantPolicy", page="BlockedByOrganisation", steps=("page",), Policy="Finance rule")
    return [{"Policy": "Finance rule", "Clicks": 7, "Blocked": 1, "BlockedByList": 1, "People": 5}]


@case("refused-links", "seal broken")
def plant(story):
    for number in range(4):
        story.click(20, "", "https://links.corp.test/", action="ClickBlocked", page="Altered", steps=("refused",), client=f"198.51.100.{number % 2}", Reason="seal broken", UserAgent="curl/8")
    return [{"Reason": "seal broken", "PageShown": "Altered", "Tries": 4, "Addresses": 2, "Agents": ["curl/8"]}]


@case("automated-visits", "LinkChecker")
def plant(story):
    for number in range(3):
        story.click(20, f"wes{number}@corp.test", "https://auto.example/", steps=("automated",), IsAutomated=True, UserAgent="LinkChecker/10", client="198.51.100.5")
    return [{"UserAgent": "LinkChecker/10", "Visits": 3, "Addresses": 1, "People": 3}]


@case("new-sender-domains", "newcomer")
def plant(story):
    story.mail(5, ["xen@corp.test", "xia@corp.test"], "a@newcomer.example", ["https://x.example/"], subject="Hello")
    story.mail(5, ["xen@corp.test"], "a@newcomer-without-links.example")
    story.mail(100, ["xen@corp.test"], "a@old-newcomer.example", ["https://x.example/"])
    story.mail(5, ["xen@corp.test"], "b@old-newcomer.example", ["https://x.example/"])
    return [{"SenderFromDomain": "newcomer.example", "Mails": 1, "Recipients": 2, "Subjects": ["Hello"]}]


@case("borrowed-display-names", "Yves Director")
def plant(story):
    story.mail(300, ["out@elsewhere.example"], "yves@corp.test", name="Yves Director", EmailDirection="Outbound")
    story.mail(30, ["yan@corp.test"], "yves.director@mailbox.example", name="Yves Director", subject="Urgent")
    return [{"SenderFromAddress": "yves.director@mailbox.example", "OwnAddress": "yves@corp.test", "RecipientEmailAddress": "yan@corp.test", "Subject": "Urgent"}]


@case("failed-authentication", "unsigned")
def plant(story):
    def authentication(spf, dmarc):
        return {"AuthenticationDetails": f'{{"SPF":"{spf}","DKIM":"none","DMARC":"{dmarc}","CompAuth":"none"}}'}
    story.mail(30, ["zoe@corp.test"], "a@unsigned.example", ["https://z.example/"], **authentication("softfail", "none"))
    story.mail(29, ["zed@corp.test"], "a@unsigned.example", ["https://z.example/"], **authentication("pass", "fail"))
    story.mail(28, ["zed@corp.test"], "b@unsigned.example", ["https://z.example/"], **authentication("pass", "pass"))
    story.mail(28, ["zed@corp.test"], "b@unsigned.example", ["https://z.example/"], DeliveryAction="Junked", **authentication("fail", "fail"))
    return [{"SPF": "pass", "DMARC": "fail", "Mails": 1}, {"SPF": "softfail", "DMARC": "none", "Mails": 1}]


@case("one-domain-many-senders", "campaign.")
def plant(story):
    hours = story.hours_since(hour=11, days=2)
    for number in range(5):
        story.mail(hours - number / 10, ["abe@corp.test"], f"a@face{number}.example", ["https://campaign.example/", "https://campaign.example/2"])
    return [{"UrlDomain": "campaign.example", "Senders": 5, "Mails": 5, "Recipients": 1}]


@case("mail-bombs", "bombed")
def plant(story):
    hours = story.hours_since(hour=12, days=3)
    for number in range(40):
        story.mail(hours - number / 400, ["bombed@corp.test"], f"list{number % 20}@subscribe.example")
        story.mail(hours - number / 400, ["bombed-not@corp.test"], "same@subscribe.example")
    return [{"RecipientEmailAddress": "bombed@corp.test", "Mails": 40, "Senders": 20},
            {"RecipientEmailAddress": "bombed@corp.test", "Mails": 34, "Senders": 20}]  # the window that begins five minutes before


@case("executable-in-disguise", "cy@disguise.example")
def plant(story):
    for name, extension in (("invoice.pdf.html", "html"), ("scan.hta", "hta"), ("report.pdf", "pdf"), ("page.html", "html")):
        for person in ("cid@corp.test", "cat@corp.test")[: 2 if name.startswith("invoice") else 1]:
            story.row("EmailAttachmentInfo", 40, FileName=name, FileExtension=extension, SenderFromAddress="cy@disguise.example", SHA256=f"sha of {name}", RecipientEmailAddress=person)
    return [{"FileName": "invoice.pdf.html", "Recipients": 2}, {"FileName": "scan.hta", "Recipients": 1}]


@case("links-left-alone", "SignedPart")
def plant(story):
    story.mail(30, ["dot@corp.test"], AdditionalFields='{"Links":{"sealed":3,"SignedPart":2}}')
    story.mail(29, ["dot@corp.test"], AdditionalFields='{"Links":{"SignedPart":5}}')
    story.mail(28, ["dot@corp.test"], EmailDirection="Intra-org", AdditionalFields='{"Links":{"SignedPart":1}}')
    story.mail(27, ["out@elsewhere.example"], EmailDirection="Outbound", AdditionalFields='{"Links":{"SignedPart":100}}')
    story.mail(26, ["dot@corp.test"], DeliveryAction="Blocked", AdditionalFields='{"Links":{"SignedPart":100}}')
    return [{"Result": "SignedPart", "Links": 8, "Mails": 3}]


@case("delivered-and-clicked-phish", "still-there")
def plant(story):
    for pulled in (False, True):
        message = story.mail(40, ["eli@corp.test"], "a@still-there.example", ["https://still-there.example/"], subject="pulled" if pulled else "not pulled")
        went_past(story, 39, "eli@corp.test", "https://still-there.example/", message)
        if pulled:
            story.row("EmailPostDeliveryEvents", 38, NetworkMessageId=message, RecipientEmailAddress="eli@corp.test", ActionType="Phish ZAP", ActionResult="Success")
    return [{"Subject": "not pulled", "RecipientEmailAddress": "eli@corp.test", "Clicks": 1, "WentOn": 1}]


@case("zap-and-clicks", "zapped.test")
def plant(story):
    message = story.mail(40, ["fin@zapped.test", "fia@zapped.test"])
    for person in ("fin@zapped.test", "fia@zapped.test"):
        story.row("EmailPostDeliveryEvents", 30, NetworkMessageId=message, RecipientEmailAddress=person, ActionType="Phish ZAP", ActionResult="Success")
    story.click(35, "fin@zapped.test", "https://zap.example/", message)
    story.click(34.5, "fin@zapped.test", "https://zap.example/", message, threat="Phish", page="Phishing", steps=("page",))  # warned, and never went on
    went_past(story, 34.2, "fin@zapped.test", "https://zap.example/", message)
    phish(story, 34, "fin@zapped.test", "https://zap.example/", message)
    phish(story, 20, "fin@zapped.test", "https://zap.example/", message)
    return [{"RecipientEmailAddress": "fin@zapped.test", "OpenedBefore": 2, "StoppedBefore": 2, "After": 1},
            {"RecipientEmailAddress": "fia@zapped.test", "OpenedBefore": 0, "StoppedBefore": 0, "After": 0}]


@case("alerts-with-evidence", "ALERT-1")
def plant(story):
    story.row("AlertInfo", 30, AlertId="ALERT-1", Title="A potentially malicious URL click was detected", Severity="High")
    for fields in ({"AccountUpn": "gil@corp.test", "EntityType": "User"}, {"NetworkMessageId": "m-1", "EntityType": "MailMessage"}, {"RemoteUrl": "https://bad.example/", "EntityType": "Url"}):
        story.row("AlertEvidence", 30, AlertId="ALERT-1", **fields)
    return [{"AlertId": "ALERT-1", "Severity": "High", "People": ["gil@corp.test"], "Messages": ["m-1"], "Urls": ["https://bad.example/"]}]


@case("message-story", "hub@corp.test")
def plant(story):
    message = "00000000-0000-0000-0000-000000000001"
    story.mail(40, ["hub@corp.test"], message=message, subject="The one", urls=["https://one.example/"])
    went_past(story, 39, "hub@corp.test", "https://one.example/", message)
    story.row("EmailPostDeliveryEvents", 38, NetworkMessageId=message, RecipientEmailAddress="hub@corp.test", ActionType="Phish ZAP", ActionResult="Success")
    return [{"What": "delivered: Delivered", "Detail": "The one"}, {"What": "click: page (ClickAllowed)", "Detail": "https://one.example/"},
            {"What": "click: continue (ClickAllowed)"}, {"What": "pulled: Phish ZAP", "Detail": "Success"}]


@case("recipient-in-link", "tailored")
def plant(story):
    encoded = base64.b64encode(b"ivy@corp.test").decode().rstrip("=")
    story.mail(40, ["ivy@corp.test"], urls=[f"https://tailored.example/?u={encoded}"])
    story.mail(40, ["ike@corp.test"], urls=["https://tailored.example/?u=ike@corp.test"])
    story.mail(40, ["iva@corp.test"], urls=["https://tailored.example/?u=somebody"])
    return [{"UrlDomain": "tailored.example", "Carries": "base64", "Mails": 1}, {"UrlDomain": "tailored.example", "Carries": "plain", "Mails": 1}]
