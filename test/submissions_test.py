#!/usr/bin/python3
"""What employees report: from a page of the click server and by forwarding to a mailbox; the alert, the analyst's verdict with all that follows
from it (block list, the mail taken back from everybody, the answer), on a running Linkgate with a real Dovecot."""
import html
import json
import pathlib
import re
import sys
import types

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from harness import claims, messages  # noqa: E402
from harness.installation import Installation  # noqa: E402
from harness.mailstack import Dovecot  # noqa: E402
from harness.process import wait_until, work_folder  # noqa: E402
from harness.sinks import SmtpSink  # noqa: E402
from soak.lmtp import Lmtp  # noqa: E402

CONFIG = """
[mailboxes]
imap = "127.0.0.1:{imap}"
security = "none"
master_user = "zap"
password_file = "{password}"

[submissions]
mailbox = "phishing@corp.test"

[user_mail]
relay = "127.0.0.1:{smtp}"
security = "none"
from = "linkgate@corp.test"
"""

TITLE = "Email reported by user as malware or phish"
BAD = "https://login.corp-payroll.example/verify"


def mail(subject, url, sender="hr@ext.test"):
    return (f"From: {sender}\r\nTo: staff@corp.test\r\nSubject: {subject}\r\nMessage-ID: <{subject.replace(' ', '-')}@ext.test>\r\n"
            f"MIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>Hello <a href=\"{url}\">open</a></p>\r\n").encode()


def attached(original, note="is this real?"):
    return (b"From: bob@corp.test\r\nTo: phishing@corp.test\r\nSubject: Fwd: payroll\r\nMIME-Version: 1.0\r\n"
            b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\n" + note.encode() +
            b"\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n" + original + b"\r\n--b--\r\n")


def deliver(world, sender, recipients, message, local=False):
    client = Lmtp(world.linkgate.lmtp_port)
    if local:
        assert client.command("XFORWARD SOURCE=LOCAL")[0] == 250
    assert client.deliver(sender, recipients, message) == [250] * len(recipients)


def inbox(world, user, subject):
    return [raw for raw in world.dovecot.messages(user) if messages.header(raw, "Subject") == subject]


def submissions(world):
    return json.loads(world.linkgate.command("submission", "list", "--format", "json") or "[]")


def reported_by(world, user, count=1):
    return wait_until(f"{count} submissions of {user}", lambda: (found := [one for one in submissions(world) if one["by"] == user]) and len(found) == count and found, 60, 0.3)


def form_of(page, button):
    form = re.search(rf'action="(/{button}/[^"]*)"><input type="hidden" name="token" value="([^"]*)"', page)
    assert form, page
    return html.unescape(form.group(1)), form.group(2)


def press(world, page, button):
    action, token = form_of(page, button)
    return world.linkgate.get(world.linkgate.click_ports[0], action, "POST", {"X-Forwarded-For": "192.0.2.7", "User-Agent": "Mozilla/5.0"}, f"token={token}")


def claim_a_message_is_reported_from_the_page_of_its_link_without_opening_it(world):
    deliver(world, "hr@ext.test", ["ada@corp.test", "bob@corp.test", "cy@corp.test"], mail("payroll", BAD))
    deliver(world, "hr@ext.test", ["dan@corp.test"], mail("payroll again", BAD + "?id=dan"))
    link = messages.links(inbox(world, "ada@corp.test", "payroll")[0])[0]
    target = link[link.index("/", len("https://")):]
    status, _, page = world.linkgate.get(world.linkgate.click_ports[0], "/submit" + target, headers={"User-Agent": "Mozilla/5.0"})
    assert status == 200 and not submissions(world)
    assert press(world, page.decode(), "submit")[0] == 200
    world.page = reported_by(world, "ada@corp.test")[0]
    stamp = messages.header(inbox(world, "ada@corp.test", "payroll")[0], "X-Linkgate-Id")
    world.message = stamp.split(".")[0]
    assert (world.page["message"], world.page["link"], world.page["source"], world.page["as"]) == (world.message, BAD, "Page", "Phish"), world.page
    assert not world.linkgate.kql("UrlClickEvents")[1], "reporting is no click"


def claim_a_forwarded_message_is_recognised_and_reaches_the_mailbox_all_the_same(world):
    original = inbox(world, "bob@corp.test", "payroll")[0]
    deliver(world, "bob@corp.test", ["phishing@corp.test"], attached(original), local=True)
    assert inbox(world, "phishing@corp.test", "Fwd: payroll"), "it is delivered as any mail"
    one = reported_by(world, "bob@corp.test")[0]
    assert (one["message"], one["link"], one["source"], one["subject"]) == (world.message, BAD, "Mailbox", "Fwd: payroll"), one
    world.mailbox = one
    deliver(world, "bob@corp.test", ["phishing@corp.test"], mail("nothing of ours", "https://x.example/", "bob@corp.test"), local=True)
    deliver(world, "cy@corp.test", ["phishing@corp.test"], attached(original, "who says that I am cy?"))
    doubted = reported_by(world, "cy@corp.test (not verified)")[0]
    assert len(submissions(world)) == 3 and doubted["message"] == world.message, submissions(world)


def claim_each_report_is_evidence_of_defenders_alert(world):
    query = f"AlertInfo | where Title == '{TITLE}' | join kind=inner AlertEvidence on AlertId | distinct AccountUpn, EntityType, NetworkMessageId, Severity, Category"
    rows = wait_until("the alerts", lambda: (found := world.linkgate.kql(query)[1]) and {row[0] for row in found} >= {"ada@corp.test", "bob@corp.test"} and found, 60, 0.5)
    assert {row[1] for row in rows} >= {"MailMessage", "Url", "User"} and {tuple(row[2:]) for row in rows} == {(world.message, "Low", "Threat management")}, rows
    joined = world.linkgate.kql(f"AlertEvidence | where Title == '{TITLE}' and EntityType == 'Url' | join kind=inner UserSubmissions on ReportId | distinct ReportedBy")[1]
    assert {row[0] for row in joined} >= {"ada@corp.test", "bob@corp.test"}, joined


def claim_a_dry_run_says_what_a_verdict_would_do_and_does_nothing(world):
    said = world.linkgate.command("submission", "verdict", world.page["id"], "phish", "--dry-run")
    assert "block login.corp-payroll.example/verify" in said and "taken back from 3 mailboxes" in said, said
    assert "corp-payroll" not in world.linkgate.command("list", "show") and not reported_by(world, "ada@corp.test")[0]["verdict"]


def claim_phish_blocks_the_link_takes_the_mail_back_from_everybody_and_answers(world):
    late = messages.links(inbox(world, "cy@corp.test", "payroll")[0])[0]
    world.linkgate.command("submission", "verdict", world.page["id"], "phish", "--note", "a copy of our payroll page")
    for user, subject in (("ada@corp.test", "payroll"), ("bob@corp.test", "payroll"), ("cy@corp.test", "payroll"), ("dan@corp.test", "payroll again")):
        wait_until(f"{subject} to vanish from {user}", lambda: not inbox(world, user, subject), 60, 0.3)  # noqa: B023
    assert inbox(world, "phishing@corp.test", "Fwd: payroll"), "reports stay"
    page = wait_until("the block", lambda: (got := world.linkgate.click(late))[0] == 200 and got[2].decode(), 20, 0.3)
    assert "Your organisation" in page, page
    answer = wait_until("the answer", lambda: [m for to, m in world.sink.mails if to == ["ada@corp.test"]], 30, 0.3)[0]
    body = answer.get_content()
    assert "It is phishing" in body and "a copy of our payroll page" in body and "hxxps://login[.]corp-payroll[.]example/verify" in body, body
    shown = json.loads(world.linkgate.command("submission", "show", world.page["id"], "--format", "json"))
    assert {one["what"]: one["value"] for one in shown}["answer"] == "told", shown


def claim_a_report_of_which_nobody_knows_who_made_it_is_answered_to_nobody(world):
    doubted = reported_by(world, "cy@corp.test (not verified)")[0]
    world.linkgate.command("submission", "verdict", doubted["id"], "phish")
    world.linkgate.command("submission", "verdict", world.mailbox["id"], "spam", "--note", "thanks")
    wait_until("bob's answer", lambda: [m for to, m in world.sink.mails if to == ["bob@corp.test"]], 30, 0.3)
    assert {to[0] for to, _ in world.sink.mails} == {"ada@corp.test", "bob@corp.test"}


def claim_clean_takes_back_what_the_report_had_put_into_the_list_and_allows_where_asked(world):
    listed = json.loads(world.linkgate.command("list", "show", "--format", "json"))
    assert [(one["action"], one["value"]) for one in listed] == [("block", "login.corp-payroll.example/verify")], listed
    for one in submissions(world):
        world.linkgate.command("submission", "verdict", one["id"], "clean", *(["--allow"] if one["id"] == world.page["id"] else []))
    listed = json.loads(world.linkgate.command("list", "show", "--format", "json"))
    assert [(one["action"], one["value"], one["expires"] != "never") for one in listed] == [("allow", "login.corp-payroll.example/verify", True)], listed


def claim_who_decided_what_is_in_the_audit_log(world):
    log = json.loads(world.linkgate.command("audit", "--format", "json"))
    decided = [one for one in log if one["action"] == "submission verdict"]
    assert len(decided) == 6, log
    assert decided[-1]["details"].startswith(f"submission verdict {world.page['id']} phish"), decided[-1]


def main():
    world = types.SimpleNamespace()
    with work_folder("linkgate-submissions-") as folder:
        password = folder / "password"
        world.dovecot, world.sink = Dovecot(folder).start(), SmtpSink()
        password.write_text(Dovecot.MASTER_PASSWORD + "\n")
        extra = CONFIG.format(imap=world.dovecot.imap_port, password=password, smtp=world.sink.port)
        world.linkgate = Installation(folder, f"lmtp:127.0.0.1:{world.dovecot.lmtp_port}", extra=extra)
        try:
            world.linkgate.start()
            return claims.run(globals(), world)
        finally:
            world.linkgate.stop()
            world.dovecot.stop()
            world.sink.stop()


if __name__ == "__main__":
    sys.exit(main())
