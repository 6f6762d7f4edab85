"""The four views of clicks (report, Explorer, export, KQL) held against each other."""
import csv
import io
import json


def seen_by(linkgate, *filters):
    """The clicks that report, Explorer and export show: sets of ReportId by view; none may show one twice."""
    everything = () if filters else ("--all",)  # else the report leaves out what nobody asked for, and says so
    report = json.loads(linkgate.command("report", "url-protection", "--format", "json", *everything, *filters))
    details = next(part["rows"] for part in report["sections"] if part["name"] == "details")
    actions = next(part["rows"] for part in report["sections"] if part["name"] == "actions")
    explorer = json.loads(linkgate.command("explorer", "clicks", "--format", "json", *filters))
    results = next(part["rows"] for part in explorer["sections"] if part["name"] == "results")
    export = list(csv.DictReader(io.StringIO(linkgate.command("report", "url-protection", "--format", "csv", *everything, *filters))))
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


def check_all_clicks(linkgate):
    """Without a filter every view shows what KQL has: no more, no less."""
    _, rows = linkgate.kql("UrlClickEvents | project ReportId")
    check_filter(linkgate, {row[0] for row in rows}, exactly=True)


def check_alert(linkgate, alert, chance, full):
    """`full`: also by every other filter that names a click of the alert, of which one is taken by chance."""
    _, rows = linkgate.kql(f"AlertEvidence | where AlertId == '{alert}' | join kind=inner UrlClickEvents on ReportId "
                           "| distinct ReportId, AccountUpn, NetworkMessageId1, Url, UrlDomain, Policy, IPAddress, UrlChain, ReportAction")
    wanted = {row[0] for row in rows}
    if not wanted:
        return  # of mails
    check_filter(linkgate, wanted, "--alert", alert, exactly=True)
    if not full:
        return
    report_id, user, mail, url, domain, policy, address, chain, action = chance.choice(rows)
    for filters in (["--user", user.upper()], ["--mail", mail], ["--domain", domain.upper()], ["--policy", policy], ["--action", action], ["--from", "1h"],
                    *(["--url", hop] for hop in json.loads(chain or "[]"))):
        check_filter(linkgate, {report_id}, *filters, exactly=False)
    for filters in (["--click", report_id], ["--ip", address], ["--alert", alert, "--ip", address, "--user", user, "--mail", mail, "--domain", domain]):
        check_filter(linkgate, {report_id}, *filters, exactly=True)


def check_domain_of_mail(linkgate, click):
    """A click is found by every host that its link leads over, in any case and spelling."""
    _, rows = linkgate.kql(f"UrlClickEvents | where IPAddress == '{click.address}' | project ReportId")
    for host in click.mail.hosts:
        unicode_host = host.encode().decode("idna")
        for spelling in (host.upper(), unicode_host):
            check_filter(linkgate, {rows[0][0]}, "--domain", spelling, "--ip", click.address, exactly=True)
