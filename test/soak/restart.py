"""The gateway is restarted again and again under load, and Postfix defers nothing."""
import re
import time

from harness.installation import Installation
from harness.mailstack import Dovecot, Postfix
from harness.process import work_folder

from . import load


def run(short=False):
    restarts, mails_count, pace = (3, 60, 20) if short else (20, 1000, 25)
    with work_folder("linkgate-restart-") as folder:
        dovecot = Dovecot(folder).start()
        linkgate = Installation(folder, f"lmtp:127.0.0.1:{dovecot.lmtp_port}")
        postfix = Postfix(folder, linkgate.lmtp_port)
        try:
            linkgate.start()
            postfix.start()
            mails = load.Mails(postfix, [f"r{n}@corp.test" for n in range(5)], mails_count, pace).start()
            for _ in range(restarts):
                time.sleep(mails_count / pace / (restarts + 1))
                linkgate.command("restart", "gateway")
            mails.join(120)
            second = load.check_mails(linkgate, dovecot, mails)
            deferred = re.findall(r"status=deferred.*", postfix.log())
            assert not deferred, f"{len(deferred)} deferred, for example {deferred[0]}"
            assert second == 0, f"{second} second copies without any kill"
            print(f"  {restarts} restarts under {pace} mails/s: nothing deferred, nothing doubled")
        finally:
            postfix.stop()
            linkgate.stop()
            dovecot.stop()
