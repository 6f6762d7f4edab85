"""The event store stands still for a minute: clicks and mail go on, their rows arrive later."""
import os
import signal
import time

from harness.installation import Installation
from harness.mailstack import Dovecot, Postfix
from harness.process import work_folder

from . import load


def run(short=False):
    pause = 5 if short else 60
    with work_folder("linkgate-storedown-") as folder:
        dovecot = Dovecot(folder).start()
        linkgate = Installation(folder, f"lmtp:127.0.0.1:{dovecot.lmtp_port}", click_nodes=2)
        postfix = Postfix(folder, linkgate.lmtp_port)
        try:
            linkgate.start()
            postfix.start()
            links = load.seal_links(linkgate, 20)
            store = linkgate.pids()["store"]
            os.kill(store, signal.SIGSTOP)
            try:
                clicks = load.Clicks(linkgate, links, 100 * pause, 100).start()
                mails = load.Mails(postfix, ["down@corp.test"], 5 * pause, 5).start()
                clicks.join(pause + 60)
                mails.join(pause + 60)
                slowest = max(clicks.latencies)
                print(f"  while the store stood still: {len(clicks.acknowledged)} clicks answered, the slowest in {slowest * 1000:.0f} ms")
                assert slowest < 2.0, "a click waited for the store"
                assert not clicks.unanswered, f"{len(clicks.unanswered)} clicks were not answered"
            finally:
                try:
                    os.kill(store, signal.SIGCONT)
                except ProcessLookupError:
                    pass
            time.sleep(0.5)
            load.check_clicks(linkgate, clicks)
            load.check_mails(linkgate, dovecot, mails)
        finally:
            postfix.stop()
            linkgate.stop()
            dovecot.stop()
