"""The last line of a spool is torn, as by a power cut: what stood before it arrives, the program starts, the loss is said."""
import os
import signal
import time

from harness.installation import Installation
from harness.process import wait_until, work_folder

from . import load

TRIES = 10


def kill_with_open_segment(linkgate, links, first):
    """Clicks, and kills the supervisor and the click node at once. The segment that was being written, and the clicks."""
    clicks = load.Clicks(linkgate, links, 50, 500)
    clicks._next = first
    clicks.start().join(30)
    click = linkgate.pids()["click.0"]
    linkgate.up.kill()  # first, or it would start the node again
    try:
        os.kill(click, signal.SIGKILL)
    except ProcessLookupError:
        pass
    time.sleep(0.2)
    segments = [s for s in (linkgate.data / "spool" / "click-0").glob("*.open") if s.stat().st_size > 0]
    return (segments[0] if segments else None), clicks


def run(short=False):
    with work_folder("linkgate-torn-") as folder:
        linkgate = Installation(folder, "lmtp:127.0.0.1:1")
        try:
            linkgate.start()
            links = load.seal_links(linkgate, 5)
            answered = set()
            for attempt in range(TRIES):  # a segment is sealed after 200 ms: the kill has to come before that
                segment, clicks = kill_with_open_segment(linkgate, links, attempt * 1000)
                clicks.acknowledged |= answered
                answered = clicks.acknowledged
                if segment:
                    break
                linkgate.start()
            assert segment, f"no open segment in {TRIES} tries"
            lines = segment.read_bytes()
            assert lines.endswith(b"\n") and len(lines) > 200, "the segment holds whole lines"
            last = lines.splitlines(keepends=True)[-1]
            with open(segment, "ab") as out:
                out.write(last[:len(last) // 2])  # a write that the power cut short
            linkgate.start()
            load.check_clicks(linkgate, clicks)
            wait_until("the loss to be said", lambda: "cut a torn line" in linkgate.up.log.read_text(), 10, 0.2)
            assert linkgate.healthy(), "a torn line must not keep a program down"
        finally:
            linkgate.stop()
