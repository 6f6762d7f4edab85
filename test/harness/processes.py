"""What runs, as /proc has it: families of processes, and what each of them holds."""
import ctypes
import dataclasses
import os
import pathlib

PR_SET_CHILD_SUBREAPER = 36


@dataclasses.dataclass
class Process:
    pid: int
    parent: int
    started: int  # ticks since the machine started
    name: str
    state: str
    command: str
    resident: int  # bytes that are its own

    @property
    def has_ended(self):
        return self.state == "Z"

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.pid}/fd"))


def adopt_orphans():
    """From now on what outlives its parent is our child, and so is found by family(os.getpid())."""
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def read(pid):
    folder = pathlib.Path("/proc") / str(pid)
    try:
        fields = dict(line.split(":", 1) for line in (folder / "status").read_text().splitlines() if ":" in line)
        started = int((folder / "stat").read_text().rpartition(")")[2].split()[19])
        command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except (OSError, ValueError):
        return None  # it has ended meanwhile
    own = sum(int(fields.get(name, "0 kB").split()[0]) for name in ("RssAnon", "RssShmem"))
    return Process(int(pid), int(fields["PPid"]), started, fields["Name"].strip(), fields["State"].strip()[0], command, own * 1024)


def family(root):
    """All that descend from a process, nearest first, without itself."""
    children = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit() and (process := read(entry)):
            children.setdefault(process.parent, []).append(process)
    found, at = [], 0
    found.extend(children.get(root, []))
    while at < len(found):
        found.extend(children.get(found[at].pid, []))
        at += 1
    return found
