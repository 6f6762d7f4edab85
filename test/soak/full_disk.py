"""The disk of the data directory is full: mail is deferred (the MTA keeps it), clicks get the policy's fail mode, and both
go on by themselves once there is room."""
import pathlib
import subprocess

from harness.installation import Installation
from harness.mailstack import Dovecot
from harness.process import wait_until, work_folder

from . import load
from .cut import message
from .lmtp import Lmtp

DISK = "400m"


def fill(folder):
    """Leaves less room than one line."""
    filler = pathlib.Path(folder) / "filler"
    with open(filler, "wb", buffering=0) as out:
        block = b"\0" * (1 << 20)
        try:
            while True:
                out.write(block)
        except OSError:
            pass
        try:
            while True:
                out.write(b"\0" * 4096)
        except OSError:
            pass
    return filler


def deliver(linkgate, number):
    client = Lmtp(linkgate.lmtp_port)
    try:
        return client.deliver("sender@ext.test", ["disk@corp.test"], message(number), f"DISK{number}")[0]
    except (ConnectionError, AssertionError):
        return 421
    finally:
        client.close()


def run(short=False):
    with work_folder("linkgate-disk-") as folder:
        disk = folder / "data"
        disk.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", str(disk)], check=True)
        dovecot = Dovecot(folder).start()
        linkgate = Installation(folder, f"lmtp:127.0.0.1:{dovecot.lmtp_port}")
        try:
            linkgate.start()
            link = load.seal_links(linkgate, 1)[0]
            assert linkgate.click(link, "10.0.0.1")[0] == 302
            assert deliver(linkgate, 0) == 250
            filler = fill(disk)
            code = wait_until("the gateway to defer", lambda: (c := deliver(linkgate, 1)) // 100 == 4 and c, 20, 0.1)
            status = wait_until("the click to get its fail mode", lambda: (s := linkgate.click(link, "10.0.0.2")[0]) != 302 and s, 20, 0.1)
            print(f"  disk full: mail gets {code}, a click gets {status} (fail mode warn)")
            assert status in (200, 503), status
            filler.unlink()
            wait_until("mail to go on", lambda: deliver(linkgate, 1) == 250, 30, 0.2)
            wait_until("clicks to go on", lambda: linkgate.click(link, "10.0.0.3")[0] == 302, 30, 0.2)
            wait_until("the rows", lambda: linkgate.kql("EmailEvents | count")[1] == [[2]], 30, 0.2)
            assert len(dovecot.files("disk@corp.test")) == 2, "a deferred mail was delivered, or one was lost"
        finally:
            linkgate.stop()
            dovecot.stop()
            subprocess.run(["umount", str(disk)], check=False)
