#!/usr/bin/env python3
"""Mail through real Postfix, gateway and Dovecot: many recipients, forwarding, outbound with DKIM, long lines."""
import email
import email.policy
import json
import pathlib
import subprocess
import sys
import types

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from harness import claims, messages  # noqa: E402
from harness.installation import Installation  # noqa: E402
from harness.mailstack import Dovecot, Postfix  # noqa: E402
from harness.process import Child, free_port, port_open, wait_until, work_folder  # noqa: E402

OUTBOUND = """
[[gateway.listener]]
listen = "127.0.0.1:{port}"
direction = "outbound"
next_hop = "smtp:127.0.0.1:{reinject}"
"""

# What leaves the house: submission -> outbound gateway -> reinjection, where DKIM signs -> the world (here a mailbox).
OUTGOING_MASTER = """
127.0.0.1:{submission} inet n - n - - smtpd
  -o content_filter=lmtp:inet:127.0.0.1:{outbound}
127.0.0.1:{reinject} inet n - n - - smtpd
  -o content_filter=
  -o receive_override_options=no_address_mappings,no_unknown_recipient_checks,no_header_body_checks
  -o smtpd_milters=inet:127.0.0.1:{milter}
"""


def html_mail(subject, body, extra=""):
    return (f"From: alice@corp.test\r\nTo: someone@corp.test\r\nSubject: {subject}\r\nDate: Fri, 20 Nov 2026 12:00:00 +0000\r\n"
            f"Message-ID: <{subject.replace(' ', '-')}@ext.test>\r\nMIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n{extra}\r\n"
            f"{body}\r\n").encode()


def delivered(dovecot, recipient, subject):
    return wait_until(f"'{subject}' for {recipient}",
                      lambda: [raw for raw in dovecot.messages(recipient) if messages.header(raw, "Subject") == subject], 60, 0.2)


def clicked_by(linkgate, link, address):
    """For whom a link was sealed, as the click's row says."""
    assert linkgate.click(link, address)[0] == 302
    return wait_until("the click's row", lambda: linkgate.kql(f'UrlClickEvents | where IPAddress == "{address}" | project AccountUpn, Url')[1])[0]


def claim_a_mail_for_120_recipients_keeps_one_id_over_sessions_and_retries(world):
    recipients = [f"many{n}@corp.test" for n in range(120)]
    world.dovecot.stop()  # the first tries fail: the next hop is down
    world.postfix.send("list@ext.test", recipients, html_mail("many", '<a href="https://many.example.org/a">a</a>'))
    wait_until("a deferral", lambda: "status=deferred" in world.postfix.log(), 60)
    world.dovecot.start()
    world.postfix.flush()
    stamps, links = set(), set()
    for recipient in recipients:
        raws = delivered(world.dovecot, recipient, "many")
        assert len(raws) == 1, f"{recipient} has {len(raws)} copies"
        stamps.add(messages.header(raws[0], "X-Linkgate-Id"))
        links.add(messages.links(raws[0])[0])
    assert len(stamps) == 1, stamps
    assert len(links) == 120, "each recipient has a link of his own"
    identifier = stamps.pop().split(".")[0]
    rows = wait_until("the rows", lambda: (r := world.linkgate.kql(
        f'EmailEvents | where NetworkMessageId == "{identifier}" | summarize Rows = count(), People = dcount(RecipientEmailAddress)')[1]) and r[0][0] >= 120 and r)
    assert rows == [[120, 120]], rows


def claim_a_mail_forwarded_from_alice_to_bob_is_sealed_for_bob(world):
    world.postfix.send("x@ext.test", ["alice@corp.test"], html_mail("for alice", '<a href="https://plans.example.org/q?x=1&amp;y=2">plan</a>'))
    link = messages.links(delivered(world.dovecot, "alice@corp.test", "for alice")[0])[0]
    escaped = link.replace("&", "&amp;")
    world.postfix.send("alice@corp.test", ["bob@corp.test"], html_mail("Fwd for bob", f'<p>look: <a href="{escaped}">plan</a></p>'))
    forwarded = messages.links(delivered(world.dovecot, "bob@corp.test", "Fwd for bob")[0])[0]
    assert forwarded != link and forwarded.count("/?url=") == 1, forwarded
    assert clicked_by(world.linkgate, link, "10.9.0.1") == ["alice@corp.test", "https://plans.example.org/q?x=1&y=2"]
    assert clicked_by(world.linkgate, forwarded, "10.9.0.2") == ["bob@corp.test", "https://plans.example.org/q?x=1&y=2"]


def claim_outbound_mail_loses_our_wrappers_and_its_dkim_signature_verifies(world):
    import dkim
    world.postfix.send("x@ext.test", ["alice@corp.test"], html_mail("to quote", '<a href="https://partner.example.org/offer?id=7&amp;v=2">offer</a>'))
    link = messages.links(delivered(world.dovecot, "alice@corp.test", "to quote")[0])[0]
    reply = html_mail("Re to quote", f'<p>Yes, I mean <a href="{link.replace("&", "&amp;")}">this</a>.</p>')
    world.outgoing.send("alice@corp.test", ["partner@outside.test"], reply)
    raw = delivered(world.dovecot, "partner@outside.test", "Re to quote")[0]
    assert messages.links(raw) == ["https://partner.example.org/offer?id=7&v=2"], messages.links(raw)
    assert b"X-Linkgate" not in raw, "nothing of ours leaves the house"
    signed = raw[raw.index(b"DKIM-Signature:"):]
    assert dkim.verify(signed, dnsfunc=lambda name, timeout=5: world.dkim_record), "the DKIM signature does not verify"
    assert not dkim.verify(signed.replace(b"Yes, I", b"No, I"), dnsfunc=lambda name, timeout=5: world.dkim_record)


def claim_no_line_grows_past_998_octets(world):
    long_line = "".join(f'<a href="https://long.example.org/{n}">{n}</a> ' for n in range(20))  # 870 octets
    assert len(long_line) < 998
    text = ("From: a@ext.test\r\nSubject: long\r\nMessage-ID: <long@ext.test>\r\nMIME-Version: 1.0\r\n"
            "Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\n"
            + " ".join(f"https://long.example.org/text/{n}" for n in range(20)) + "\r\n--b\r\nContent-Type: text/html\r\n\r\n"
            + long_line + "\r\n--b--\r\n")
    world.postfix.send("a@ext.test", ["long@corp.test"], text.encode())
    raw = delivered(world.dovecot, "long@corp.test", "long")[0]
    longest = max(len(line) for line in raw.split(b"\n"))
    assert longest <= 999, f"a line of {longest} octets"
    found = messages.links(raw)
    assert len(found) == 40 and all("/?url=" in link for link in found), found


def claim_authentication_results_of_our_own_mx_count_and_forged_ones_do_not(world):
    extra = ("Authentication-Results: mx.corp.test; spf=pass smtp.mailfrom=ext.test; dkim=fail header.d=ext.test; dmarc=pass header.from=ext.test\r\n"
             "Authentication-Results: mx.corp.test; spf=fail; dkim=pass; dmarc=fail\r\n"
             "Authentication-Results: evil.test; spf=softfail; dkim=none; dmarc=none\r\n")
    world.postfix.send("x@ext.test", ["auth@corp.test"], html_mail("auth", "<p>hello</p>", extra))
    delivered(world.dovecot, "auth@corp.test", "auth")
    details = wait_until("the row", lambda: world.linkgate.kql(
        'EmailEvents | where RecipientEmailAddress == "auth@corp.test" | project AuthenticationDetails')[1])[0][0]
    details = json.loads(details) if isinstance(details, str) else details
    assert (details["SPF"].lower(), details["DKIM"].lower(), details["DMARC"].lower()) == ("pass", "fail", "pass"), details


def claim_mail_from_outside_is_tagged_once_by_policy_and_not_in_signed_parts(world):
    world.linkgate.command("policy", "set", "tagged", "ExternalInOutlook.Enabled=true", "ExternalSubjectPrefix=[External]", "SafetyTipLanguage=de")
    world.linkgate.command("policy", "rule", "set", "tagged", "SafeLinksPolicy=tagged", "SentTo=tagged@corp.test")
    tip = "Diese Nachricht kommt von außerhalb Ihrer Organisation."
    sent = []

    def send(body_type, body):
        sent.append(f"tagged {len(sent)}")
        world.postfix.send("x@ext.test", ["tagged@corp.test"], (f"From: Ada <ada@ext.test>\r\nSubject: {sent[-1]}\r\nMessage-ID: <{len(sent)}.tag@ext.test>\r\n"
                           f"MIME-Version: 1.0\r\nContent-Type: {body_type}\r\n\r\n{body}\r\n").encode())
        return wait_until(sent[-1], lambda: [raw for raw in world.dovecot.messages("tagged@corp.test") if sent[-1] in messages.header(raw, "Subject")], 60, 0.2)[0]

    wait_until("the policy", lambda: messages.header(send("text/plain", "hello"), "X-Linkgate-Tips") == "External", 30)
    raw = send('multipart/alternative; boundary="b"', "--b\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nGr=C3=BC=C3=9Fe\r\n"
               "--b\r\nContent-Type: text/html; charset=iso-8859-1\r\n\r\n<body><p>hello</p></body>\r\n--b--")
    assert messages.header(raw, "Subject") == f"[External] {sent[-1]}", messages.header(raw, "Subject")
    shown = {part.get_content_type(): part.get_content() for part in email.message_from_bytes(raw, policy=email.policy.default).walk() if not part.is_multipart()}
    assert f"[!] {tip}\n\nGrüße" in shown["text/plain"].replace("\r", ""), shown
    assert tip.replace("ß", "&#223;").replace("ü", "&#252;") in shown["text/html"], shown
    again = raw[raw.index(b"MIME-Version"):]
    world.postfix.send("x@ext.test", ["tagged@corp.test"], b"From: Ada <ada@ext.test>\r\nSubject: [External] again\r\n" + again)
    copy = delivered(world.dovecot, "tagged@corp.test", "[External] again")[0]
    assert copy.count(b"[!] ") == 1 and copy.count(b"<div style=") == 1, copy
    signed = send('multipart/signed; boundary="s"; protocol="application/pgp-signature"', "--s\r\nContent-Type: text/plain\r\n\r\nsigned\r\n"
                  "--s\r\nContent-Type: application/pgp-signature\r\n\r\n-----BEGIN PGP SIGNATURE-----\r\n--s--")
    assert messages.header(signed, "Subject").startswith("[External]") and b"[!] " not in signed, signed
    query = ('EmailEvents | where RecipientEmailAddress == "tagged@corp.test" '
             '| project tostring(AdditionalFields.SafetyTips), tobool(AdditionalFields.SafetyTipsInText) | distinct *')
    wanted = [['["External"]', True], ['["External"]', False]]  # False: of the signed one
    wait_until("the rows", lambda: all(row in world.linkgate.kql(query)[1] for row in wanted))


def claim_a_mail_that_loops_is_refused(world):
    loop = "".join(f"Received: from a by b; Fri, 20 Nov 2026 12:00:{n % 60:02} +0000\r\n" for n in range(60))
    from soak.lmtp import Lmtp
    client = Lmtp(world.linkgate.lmtp_port)
    codes = client.deliver("x@ext.test", ["loop@corp.test"], loop.encode() + html_mail("loop", "<p>round</p>"))
    assert codes == [554] or codes[0] // 100 == 5, codes


def claim_null_senders_and_bounces_pass(world):
    bounce = (b"From: MAILER-DAEMON@ext.test\r\nTo: bounce@corp.test\r\nSubject: Undelivered\r\nMIME-Version: 1.0\r\n"
              b"Content-Type: multipart/report; report-type=delivery-status; boundary=r\r\n\r\n--r\r\n\r\nIt failed.\r\n"
              b"--r\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; ext.test\r\n\r\n--r--\r\n")
    world.postfix.send("", ["bounce@corp.test"], bounce)
    assert delivered(world.dovecot, "bounce@corp.test", "Undelivered")


def start_dkim(folder, port):
    key = folder / "dkim.pem"
    subprocess.run(["openssl", "genrsa", "-out", str(key), "2048"], check=True, capture_output=True)
    key.chmod(0o600)
    public = subprocess.run(["openssl", "rsa", "-in", str(key), "-pubout"], check=True, capture_output=True, text=True).stdout
    record = "v=DKIM1; k=rsa; p=" + "".join(line for line in public.splitlines() if "-----" not in line)
    config = folder / "opendkim.conf"
    config.write_text(f"Domain corp.test\nKeyFile {key}\nSelector test\nSocket inet:{port}@127.0.0.1\nMode s\nCanonicalization relaxed/relaxed\n"
                      f"InternalHosts 127.0.0.1\nUserID root\nRequireSafeKeys false\nSyslog no\nPidFile {folder}/opendkim.pid\n")
    child = Child(["/usr/sbin/opendkim", "-f", "-x", config], folder / "opendkim.log")
    wait_until("opendkim", lambda: port_open(port))
    return child, record.encode()


def main():
    world = types.SimpleNamespace()
    with work_folder("linkgate-flow-") as folder:
        outbound, reinject, milter, submission = free_port(), free_port(), free_port(), free_port()
        world.dovecot = Dovecot(folder).start()
        dkim_child, world.dkim_record = start_dkim(folder, milter)
        world.linkgate = Installation(folder, f"lmtp:127.0.0.1:{world.dovecot.lmtp_port}",
                                      extra=OUTBOUND.format(port=outbound, reinject=reinject))
        world.postfix = Postfix(folder, world.linkgate.lmtp_port)
        world.outgoing = Postfix(folder, world.dovecot.lmtp_port, domains="outside.test", name="outgoing",
                                 master=OUTGOING_MASTER.format(submission=submission, outbound=outbound, reinject=reinject, milter=milter))
        try:
            world.linkgate.start()
            world.postfix.start()
            world.outgoing.start()
            world.outgoing.port = submission
            return claims.run(globals(), world)
        finally:
            world.postfix.stop()
            world.outgoing.stop()
            world.linkgate.stop()
            world.dovecot.stop()
            dkim_child.stop()


if __name__ == "__main__":
    sys.exit(main())
