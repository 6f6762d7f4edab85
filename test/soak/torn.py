"""The last line of a spool is torn, as by a power cut: what stood before it arrives, the program starts, the loss is said."""
from harness.installation import Installation
from harness.process import wait_until, work_folder

from . import load


def run(short=False):
    with work_folder("linkgate-torn-") as folder:
        linkgate = Installation(folder, "lmtp:127.0.0.1:1")
        try:
            linkgate.start()
            links = load.seal_links(linkgate, 5)
            first = load.Clicks(linkgate, links, 50, 500).start()
            first.join(30)
            load.check_clicks(linkgate, first)
            linkgate.stop()
            spool = linkgate.data / "spool" / "click-0"
            # An open segment as a killed writer leaves it: whole lines of an earlier run, then half a line.
            whole = b""
            torn = spool / "00000000ffffffff-00000000.open"
            torn.write_bytes(whole + b"1234abcd UrlClickEvents {\"Timestamp\":\"2026-")
            linkgate.start()
            second = load.Clicks(linkgate, links, 50, 500)
            second._next = 1000
            second.start().join(30)
            for clicks in (first, second):
                rows = wait_until("the rows", lambda: clicks.acknowledged <= set(load.clicks_in_store(linkgate, 2000)), 30, 0.2)
                assert rows
            assert linkgate.healthy(), "a torn line must not keep a program down"
        finally:
            linkgate.stop()
