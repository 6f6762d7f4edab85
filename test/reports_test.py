#!/usr/bin/python3
"""Reports over a small story that is known row by row: counts, filters, formats, the default filter, what-if."""
import csv
import datetime
import io
import json
import pathlib
import subprocess
import sys
import urllib.parse
import uuid

from harness.installation import Installation
from harness.process import free_port, program, work_folder
from harness.store import Store

PAGES = {  # page and whether the user went on -> what the row says
    "let through": ("None", "ClickAllowed", False, "Allowed"),
    "warned": ("Phishing", "ClickAllowed", False, "Blocked"),
    "went on": ("Phishing", "ClickAllowed", True, "Blocked and clicked through"),
    "blocked": ("Malicious", "ClickBlocked", False, "Blocked"),
    "went on while scanning": ("Scanning", "UrlScanInProgress", True, "Clicked through during scan"),
    "blocked by us": ("BlockedByOrganisation", "ClickBlockedByTenantPolicy", False, "Blocked by tenant admin"),
}
IDN = "xn--bcher-kva.example"


class Story:
    def __init__(self):
        self.now = datetime.datetime.now(datetime.timezone.utc)
        self.tables = {}

    def row(self, table, hours, **columns):
        when = (self.now - datetime.timedelta(hours=hours)).strftime("%Y-%m-%d %H:%M:%S.%f")
        self.tables.setdefault(table, []).append({"Timestamp": when, **columns})

    def mail(self, subject, recipient, url, hours=30, latency=None, **more):
        message = str(uuid.uuid4())
        extra = {"Policy": "Strict"} | ({"LatencySeconds": latency} if latency is not None else {})
        self.row("EmailEvents", hours, NetworkMessageId=message, InternetMessageId=f"<{subject}@mail.example>", RecipientEmailAddress=recipient,
                 SenderFromAddress="billing@sender.example", Subject=subject, DeliveryAction="Delivered", DeliveryLocation="Inbox/Folder", UrlCount=1,
                 AdditionalFields=json.dumps(extra), **more)
        self.row("EmailUrlInfo", hours, NetworkMessageId=message, Url=url, UrlDomain=url.split("/")[2].lower(), UrlLocation="Body")
        return message

    def click(self, hours, user, url, what, message="", chain=(), threat=None, policy="Strict", address="192.0.2.7"):
        page, action, through, series = PAGES[what]
        threat = ("" if page in ("None", "Scanning") else "Phish") if threat is None else threat
        click = str(uuid.uuid4())
        self.row("UrlClickEvents", hours, Url=url, UrlDomain=url.split("/")[2].lower(), AccountUpn=user, NetworkMessageId=message, ActionType=action,
                 IsClickedThrough=through, PageShown=page, ReportAction=series, ThreatTypes=threat, UrlChain=json.dumps([url, *chain]), ReportId=click,
                 AppName="Email", Policy=policy, IPAddress=address)
        return click


def tell(story):
    """What is asked about below."""
    told = {}
    told["mail"] = story.mail("Invoice 7", "ada@corp.test", "https://short.example/a", latency=0.25)
    told["final"] = story.click(5, "ada@corp.test", "https://short.example/a", "let through", told["mail"],
                                ["https://Hop.Example/x", f"https://{IDN}:8443/login"])
    told["named"] = story.click(6, "bob@corp.test", "https://quiet.example/n", "let through")
    story.row("AlertEvidence", 1, AlertId="da1", EntityType="Url", RemoteUrl="https://landed.example/late", ReportId=told["named"])
    for number in range(5):
        story.click(10 + number, f"user{number % 2}@corp.test", "https://voice.example/v", "went on")
    for number in range(2):
        story.click(20 + number, "eve@corp.test", "https://voice.example/v", "warned")
    story.click(21, "eve@corp.test", "https://slow.example/", "went on while scanning")
    for number in range(4):
        story.click(22, f"user{number}@corp.test", "https://login.example/", "blocked", policy="Standard")
    story.click(23, "ada@corp.test", "https://list.example/", "blocked by us")
    for number in range(3):
        story.click(24, "dan@corp.test", "https://fine.example/", "let through", address="192.0.2.99")
    for latency in (0.05, 0.1, 3.0):
        story.mail("News", "dan@corp.test", "https://fine.example/", latency=latency)
    zapped = story.mail("Zapped", "ada@corp.test", "https://voice.example/v")
    story.row("EmailPostDeliveryEvents", 3, NetworkMessageId=zapped, RecipientEmailAddress="Ada@corp.test", ActionType="Phish ZAP", Action="Moved to quarantine",
              ActionResult="Success", ThreatTypes="Phish", DeliveryLocation="Quarantine", ReportId="zap-1")
    return told


class Reports:
    def __init__(self, linkgate):
        self.linkgate = linkgate

    def json(self, *arguments):
        found = json.loads(self.linkgate.command("report", *arguments, "--format", "json"))
        return found, {s["name"]: s["rows"] for s in found["sections"]}

    def details(self, *arguments, name="url-protection"):
        return self.json(name, *arguments)[1]["details"]

    def clicks(self, *arguments):
        return sorted(row["ClickId"] for row in self.details(*arguments))


def expect(what, found, wanted):
    assert found == wanted, f"{what}:\n  {found}\n  instead of\n  {wanted}"


def check_url_protection(reports, told):
    head, parts = reports.json("url-protection")
    series = {row["Action"]: row["Clicks"] for row in parts["actions"]}
    expect("all series, also without clicks", series, {
        "Allowed": 5, "Allowed by tenant admin": 0, "Pending scan": 0, "Clicked through during scan": 1, "Blocked": 6, "Blocked and clicked through": 5,
        "Blocked by tenant admin": 1, "Blocked by tenant admin and clicked through": 0, "Error": 0, "Error and clicked through": 0})
    shown = [row["Action"] for row in parts["details"]]
    expect("the click that an alert names is shown, the other four are not", shown.count("Allowed"), 1)
    expect("and they are counted", head["defaultFilter"]["hiddenClicks"], 4)
    expect("counts agree", len(shown) + 4, sum(series.values()))
    head, parts = reports.json("url-protection", "--all")
    assert "defaultFilter" not in head and len(parts["details"]) == sum(series.values())
    expect("the days sum up", sum(row["Clicks"] for row in parts["days"]), sum(series.values()))
    _, parts = reports.json("url-protection", "--view", "application")
    expect("by application", [(r["Application"], r["Clicks"]) for r in parts["applications"]], [("Email client", 18)])
    text = reports.linkgate.command("report", "url-protection")
    assert "It leaves out 4 clicks here." in text and "Period: " in text, text


def check_filters(reports, told):
    final = [told["final"]]
    for filters in (["--domain", "SHORT.example"], ["--domain", "hop.example"], ["--domain", "example", "--mail", told["mail"]], ["--domain", "B\u00dcCHER.example"],
                    ["--domain", IDN.upper() + "."], ["--mail", told["mail"].upper()], ["--mail", "<Invoice 7@mail.example>"], ["--subject", "invoice"],
                    ["--url", "https://hop.example/x"], ["--url", "https://SHORT.example/a"], ["--click", told["final"]],
                    ["--user", "ADA@corp.test", "--domain", "short.example"]):
        expect(" ".join(filters), reports.clicks(*filters), sorted(final))
    expect("by the alert", reports.clicks("--alert", "da1"), [told["named"]])
    expect("by the domain that only the alert knows", reports.clicks("--domain", "landed.example"), [told["named"]])
    expect("no part of a name", reports.clicks("--domain", "ort.example"), [])
    expect("by policy", len(reports.clicks("--policy", "standard")), 4)
    expect("by address", len(reports.clicks("--ip", "192.0.2.99")), 3)
    expect("by series", len(reports.clicks("--action", "allowed")), 5)
    expect("of a time", len(reports.clicks("--from", "7h", "--to", "4h", "--all")), 2)
    failed = subprocess.run([program("linkgate"), "report", "url-protection", "--domain", "a b", "--config", str(reports.linkgate.config)], capture_output=True, text=True)
    expect("what is no domain", (failed.returncode, failed.stderr), (2, 'linkgate: "a b" is no domain\n'))


def check_click_through(reports, told):
    _, parts = reports.json("click-through")
    domains = {row["UrlDomain"]: row for row in parts["domains"]}
    voice = domains["voice.example"]
    expect("voice.example", (voice["TotalClicks"], voice["Blocked"], voice["WarningShown"], voice["ClickedThrough"], voice["Users"]), (7, 0, 2, 5, 2))
    for row in domains.values():
        expect("the columns sum up", row["Blocked"] + row["WarningShown"] + row["NotJudged"] + row["ClickedThrough"], row["TotalClicks"])
    assert "fine.example" not in domains
    expect("who", [(r["User"], r["ClickedThrough"]) for r in parts["users"]], [("user0@corp.test", 3), ("user1@corp.test", 2), ("eve@corp.test", 1)])
    _, parts = reports.json("click-through", "--what-if", "AllowClickThrough=false")
    expect("would it have changed the outcome?", parts["answer"],
           [{"Domains": 2, "Users": 3, "ClickedThrough": 6, "Stopped": 5, "MadeToWait": 1, "OutcomeChanges": True}])
    expect("to what", sorted((r["Action"], r["WouldHaveBeen"], r["WouldHaveBeenActionType"], r["Clicks"]) for r in parts["outcomes"]),
           [("Blocked and clicked through", "Blocked", "ClickBlocked", 5), ("Clicked through during scan", "Pending scan", "UrlScanInProgress", 1)])


def check_others(reports, told):
    _, parts = reports.json("top-clickers")
    expect("top clicker", (parts["users"][0]["User"], parts["users"][0]["ClickedThrough"]), ("user0@corp.test", 3))
    expect("top URL", {k: parts["urls"][0][k] for k in ("URL", "Clicks", "BlockOverridden", "Blocked")},
           {"URL": "https://voice.example/v", "Clicks": 7, "BlockOverridden": 5, "Blocked": 2})
    _, parts = reports.json("top-targets")
    assert {"User": "ada@corp.test", "ThreatMails": 1, "ThreatClicks": 1, "ClickedThrough": 0} in parts["users"], parts
    row = reports.details(name="post-delivery")[0]
    expect("what was removed", (row["Subject"], row["Sender"], row["Recipient"], row["ActionType"], row["OriginalLocation"], row["UpdatedDeliveryLocation"]),
           ("Zapped", "billing@sender.example", "Ada@corp.test", "Phish ZAP", "Inbox/Folder", "Quarantine"))
    _, parts = reports.json("latency")
    overall = next(row for row in parts["percentiles"] if row["Kind"] == "Overall")
    assert overall["Messages"] == 4 and 0.05 <= overall["P50"] <= 0.25 and overall["P99"] <= overall["Longest"] == 3.0, overall
    _, parts = reports.json("threats-over-time")
    expect("threats", [(r["Threat"], r["AfterDelivery"], r["AtClick"]) for r in parts["types"]], [("Phish", 1, 12)])


def check_formats(reports, told, folder):
    text = reports.linkgate.command("report", "url-protection", "--all", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(text)))
    expect("CSV has every row", sorted(row["ClickId"] for row in rows), sorted(reports.clicks("--all")))
    page = folder / "report.html"
    reports.linkgate.command("report", "url-protection", "--format", "html", "--out", page)
    html = page.read_text()
    assert "<svg" in html and "leaves out 4 clicks" in html and "https://quiet.example/n" in html
    assert "<script" not in html and "<link" not in html and "@import" not in html and "src=" not in html
    assert not list(folder.glob("*.new"))
    kql = reports.linkgate.command("report", "url-protection", "--explain", "--user", 'x"y')
    assert r'AccountUpn in~ ("x\"y")' in kql


def check_large_export(reports, store):
    """Rows beyond what one query may answer at once, through a pipe."""
    when = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M:%S")
    for start in range(0, 520_000, 130_000):
        store.insert("UrlClickEvents", [{"_RowId": f"bulk{n}", "Timestamp": when, "Url": f"https://bulk.example/{n}", "AccountUpn": "bulk@corp.test",
                                         "ReportAction": "Allowed", "ReportId": f"bulk{n}"} for n in range(start, start + 130_000)])
    done = subprocess.run(f"{program('linkgate')} report url-protection --user bulk@corp.test --format csv --config {reports.linkgate.config} 2>/dev/null | wc -l",
                          shell=True, capture_output=True, text=True, check=True)
    expect("lines of a large export", int(done.stdout), 520_001)


def check_saved_searches(linkgate):
    linkgate.command("explorer", "save", "Evil clicks", "clicks", "--from", "365d", "--user", "nobody@corp.test")
    kept = json.loads(linkgate.command("explorer", "list", "--format", "json"))
    assert [(one["Name"], one["View"], one["Filters"]) for one in kept] == [("Evil clicks", "clicks", {"from": "365d", "user": ["nobody@corp.test"]})], kept
    asked = json.loads(linkgate.command("explorer", "clicks", "--from", "365d", "--format", "json"))["sections"]
    user = asked[-1]["rows"][0]["Recipient"]
    rows = json.loads(linkgate.command("explorer", "run", "Evil clicks", "--user", user, "--format", "json"))["sections"][-1]["rows"]
    assert rows and {row["Recipient"] for row in rows} == {user}, rows
    assert not json.loads(linkgate.command("explorer", "run", "Evil clicks", "--format", "json"))["sections"][-1]["rows"]
    linkgate.command("explorer", "remove", "Evil clicks")
    assert json.loads(linkgate.command("explorer", "list", "--format", "json", check=False)) == []


def check_programs_get_what_the_command_line_shows(linkgate):
    token = linkgate.command("token", "create", "bi").strip()
    other = linkgate.command("token", "create", "siem", "--scope", "alerts.read").strip()

    def get(target, bearer=token, method="GET"):
        headers = {"Authorization": f"Bearer {bearer}", "Host": f"127.0.0.1:{linkgate.portal_port}"}
        status, _, body = linkgate.get(linkgate.portal_port, "/api/v1/" + target, method, headers)
        return status, json.loads(body)

    for target, command in (("reports/url-protection?from=365d&all=true", ["report", "url-protection", "--all"]),
                            ("reports/url-protection?from=365d", ["report", "url-protection"]),
                            ("reports/click-through?from=365d", ["report", "click-through"]),
                            ("explorer/clicks?from=365d", ["explorer", "clicks"]), ("explorer/messages?from=365d", ["explorer", "messages"]),
                            ("explorer/urls?from=365d", ["explorer", "urls"])):
        status, said = get(target)
        shown = json.loads(linkgate.command(*command, "--from", "365d", "--format", "json"))
        assert status == 200 and any(section["rows"] for section in shown["sections"]), (target, said)
        assert said["sections"] == shown["sections"] and said.get("defaultFilter") == shown.get("defaultFilter"), (target, said, shown)
    user = get("explorer/clicks?from=365d")[1]["sections"][-1]["rows"][0]["Recipient"]
    rows = get("explorer/clicks?from=365d&rows=1&user=" + urllib.parse.quote(user))[1]["sections"][-1]
    assert len(rows["rows"]) == 1 and rows["rows"][0]["Recipient"] == user and rows["more"], rows
    for target, status in (("reports/none", 404), ("explorer/clicks?form=7d", 400), ("explorer/clicks?from=x", 400), ("explorer/clicks?rows=0", 400),
                           ("reports/latency?section=none", 400), ("explorer/clicks?domain=%2520..", 400)):
        assert get(target)[0] == status, (target, get(target))
    assert get("explorer/clicks", other)[0] == 403 and get("explorer/clicks", "lg_nobody")[0] == 401 and get("explorer/clicks", method="DELETE")[0] == 405


def check_pdf(linkgate, folder):
    out = folder / "report.pdf"
    linkgate.command("report", "url-protection", "--from", "365d", "--format", "pdf", "--out", out)
    pdf = out.read_bytes()
    assert pdf.startswith(b"%PDF-") and b"%%EOF" in pdf[-1024:] and pdf.count(b"/Type /Page\n") + pdf.count(b"/Type /Page ") + pdf.count(b"/Type /Page/") >= 1, pdf[:200]
    config = folder / "no-chromium.toml"
    config.write_text(linkgate.config.read_text() + f'\n[scan]\nchromium = "{folder}/none"\n' if "[scan]" not in linkgate.config.read_text() else
                      linkgate.config.read_text().replace("[scan]", f'[scan]\nchromium = "{folder}/none"'))
    missing = folder / "missing.pdf"
    done = subprocess.run([program("linkgate"), "report", "latency", "--format", "pdf", "--out", str(missing), "--config", str(config)],
                          capture_output=True, text=True, timeout=60)
    assert done.returncode == 3 and "Chromium" in done.stderr and not missing.exists(), done


def main():
    with work_folder("linkgate-reports-") as name:
        linkgate = Installation(pathlib.Path(name), f"lmtp:127.0.0.1:{free_port()}").start()
        try:
            story = Story()
            told = tell(story)
            store = Store(linkgate.data)
            for table, rows in story.tables.items():
                store.insert(table, rows)
            reports = Reports(linkgate)
            for check in (check_url_protection, check_filters, check_click_through, check_others):
                check(reports, told)
                print(check.__name__, "holds", flush=True)
            check_saved_searches(linkgate)
            check_programs_get_what_the_command_line_shows(linkgate)
            check_pdf(linkgate, pathlib.Path(name))
            check_formats(reports, told, pathlib.Path(name))
            check_large_export(reports, store)
            if len(sys.argv) > 1:  # for a look at it
                linkgate.command("report", "url-protection", "--format", "html", "--out", sys.argv[1])
        finally:
            linkgate.stop()
    print("reports hold")


if __name__ == "__main__":
    main()
