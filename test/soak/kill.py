"""kill -9 of every program at random moments, during clicks through two nodes in alternation and mails through Postfix."""
import os
import random
import signal
import threading
import time

from harness.installation import Installation
from harness.mailstack import Dovecot, Postfix
from harness.process import work_folder, wait_until

from . import load

RECIPIENTS = [f"user{n}@corp.test" for n in range(20)]


class Killer(threading.Thread):
    """Every half to two seconds one of the programs dies; `linkgate up` itself every tenth time."""

    def __init__(self, linkgate, seed):
        super().__init__(daemon=True)
        self.linkgate, self.random = linkgate, random.Random(seed)
        self.killed = {}
        self.stop = threading.Event()

    def run(self):
        turn = 0
        while not self.stop.wait(self.random.uniform(0.5, 2.0)):
            turn += 1
            if turn % 10 == 0:
                self.linkgate.up.kill()
                self._count("linkgate up")
                time.sleep(0.2)
                self.linkgate.start()
                continue
            pids = self.linkgate.pids()
            name = self.random.choice(sorted(pids))
            try:
                os.kill(pids[name], signal.SIGKILL)
                self._count(name)
            except (ProcessLookupError, TypeError):
                pass  # it is being restarted just now

    def _count(self, name):
        self.killed[name] = self.killed.get(name, 0) + 1


def run(short=False):
    count_clicks, count_mails = (1000, 100) if short else (10_000, 1000)
    seconds = 12 if short else 100
    with work_folder("linkgate-kill-") as folder:
        dovecot = Dovecot(folder).start()
        linkgate = Installation(folder, f"lmtp:127.0.0.1:{dovecot.lmtp_port}", click_nodes=2)
        postfix = Postfix(folder, linkgate.lmtp_port)
        try:
            linkgate.start()
            postfix.start()
            links = load.seal_links(linkgate, 50)
            seed = int(os.environ.get("LINKGATE_SEED", time.time()))
            print(f"  seed {seed}", flush=True)
            killer = Killer(linkgate, seed)
            killer.start()
            clicks = load.Clicks(linkgate, links, count_clicks, count_clicks / seconds).start()
            mails = load.Mails(postfix, RECIPIENTS, count_mails, count_mails / seconds).start()
            clicks.join(seconds * 5 + 60)
            mails.join(seconds * 5 + 60)
            killer.stop.set()
            killer.join()
            print("  killed: " + ", ".join(f"{name} {n}" for name, n in sorted(killer.killed.items())), flush=True)
            wait_until("health after the last kill", linkgate.healthy, 60)
            postfix.flush()
            load.check_clicks(linkgate, clicks)
            second = load.check_mails(linkgate, dovecot, mails)
            kills = killer.killed.get("gateway", 0) + killer.killed.get("linkgate up", 0)
            most = kills * 3 * 20 + 3 * 20  # Postfix opens at most 20 connections to one next hop, at most 3 recipients each
            assert second <= most, f"{second} second copies for {kills} kills of the gateway"
        except AssertionError:
            tell(linkgate)
            raise
        finally:
            postfix.stop()
            linkgate.stop()
            dovecot.stop()


def tell(linkgate):
    """What a reader wants to see of a run that lost something: what still lies in the spools, and the last of the log."""
    for file in sorted((linkgate.data / "spool").rglob("*")):
        if file.is_file() and file.stat().st_size:
            print(f"  {file.relative_to(linkgate.data)} {file.stat().st_size} bytes", flush=True)
    print(linkgate.get(linkgate.admin_port, "/healthz")[2].decode(), flush=True)
    print(linkgate.up.tail(60), flush=True)
