"""The MTA's connection is cut during the final replies; then it tries again, as an MTA does."""
import time

from harness import messages
from harness.installation import Installation
from harness.mailstack import Dovecot
from harness.process import wait_until, work_folder

from .lmtp import Lmtp

RECIPIENTS = [f"cut{n}@corp.test" for n in range(8)]


def message(number):
    return (f"From: sender@ext.test\r\nSubject: cut {number}\r\nMessage-ID: <cut-{number}@ext.test>\r\n"
            f"Content-Type: text/plain\r\n\r\nsee https://cut.example.org/{number} please\r\n").encode()


def run(short=False):
    rounds = 5 if short else 30
    with work_folder("linkgate-cut-") as folder:
        dovecot = Dovecot(folder).start()
        linkgate = Installation(folder, f"lmtp:127.0.0.1:{dovecot.lmtp_port}")
        try:
            linkgate.start()
            for number in range(rounds):
                client = Lmtp(linkgate.lmtp_port)
                client.envelope("sender@ext.test", RECIPIENTS, f"CUT{number:05d}")
                client.body(message(number))
                for _ in range(number % len(RECIPIENTS)):  # reads some of the replies, then the line goes dead
                    client.reply()
                client.close()
                time.sleep(0.02 * (number % 5))
                again = Lmtp(linkgate.lmtp_port)
                codes = again.deliver("sender@ext.test", RECIPIENTS, message(number), f"CUT{number:05d}")
                again.close()
                assert all(code == 250 for code in codes), f"the retry was answered {codes}"
            check(linkgate, dovecot, rounds)
        finally:
            linkgate.stop()
            dovecot.stop()


def check(linkgate, dovecot, rounds):
    second = 0
    for recipient in RECIPIENTS:
        raws = [file.read_bytes() for file in dovecot.files(recipient)]
        subjects = [messages.header(raw, "Subject") for raw in raws]
        missing = {f"cut {n}" for n in range(rounds)} - set(subjects)
        assert not missing, f"{recipient} never got {sorted(missing)[:3]}"
        stamps = {messages.header(raw, "X-Linkgate-Id") for raw in raws}
        assert len(stamps) == rounds, "the NetworkMessageId changed between the tries"
        second += len(raws) - rounds
    wanted = rounds * len(RECIPIENTS)
    wait_until("a row for every delivery", lambda: linkgate.kql("EmailEvents | count")[1][0][0] >= wanted, 30, 0.2)
    rows = linkgate.kql("EmailEvents | count")[1][0][0]
    assert rows == wanted, f"{rows} rows for {wanted} deliveries"
    print(f"  {rounds} mails for {len(RECIPIENTS)} recipients each, every one cut: none missing, no row twice, {second} second copies")
    assert second <= wanted
