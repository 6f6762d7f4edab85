"""Folders, ports, waiting, and child processes that are always ended by their own id."""
import contextlib
import fcntl
import os
import pathlib
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BIN = pathlib.Path(os.environ.get("LINKGATE_BIN", ROOT / "build" / "bin"))


def program(name):
    """The binary of that name. linkgate-store is never sanitized, so a sanitized build takes the plain one."""
    if name == "linkgate-store" and "LINKGATE_STORE_BINARY" in os.environ:
        return os.environ["LINKGATE_STORE_BINARY"]
    path = BIN / name
    if not path.exists():
        raise SystemExit(f"{path} is not built: run ./dev build")
    return str(path)


PORTS = range(20000, 32000)  # below those that the kernel gives to outgoing connections
_held = []  # locks on the ports of this process


def free_port():
    """A port that nobody listens on, and that no other test gets while this process lives."""
    for port in random.sample(PORTS, 500):
        lock = open(pathlib.Path(tempfile.gettempdir()) / f".linkgate-port-{port}", "w")  # noqa: SIM115
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            with contextlib.closing(socket.socket()) as s:
                s.bind(("127.0.0.1", port))
        except OSError:
            lock.close()
            continue
        _held.append(lock)
        return port
    raise AssertionError("no free port")


def wait_until(what, condition, seconds=30, every=0.02):
    """Returns the first true answer of condition(); an AssertionError that names `what` after so many seconds."""
    end = time.monotonic() + seconds
    while True:
        answer = condition()
        if answer:
            return answer
        if time.monotonic() > end:
            raise AssertionError(f"waited {seconds} s in vain: {what}")
        time.sleep(every)


def port_open(port, host="127.0.0.1"):
    with contextlib.closing(socket.socket()) as s:
        s.settimeout(1)
        return s.connect_ex((host, port)) == 0


@contextlib.contextmanager
def work_folder(prefix="linkgate-", keep=False):
    """A folder that daemons with users of their own may enter."""
    path = tempfile.mkdtemp(prefix=prefix, dir=os.environ.get("TMPDIR", "/tmp"))
    os.chmod(path, 0o755)
    try:
        yield pathlib.Path(path)
    finally:
        if not keep:
            shutil.rmtree(path, ignore_errors=True)


class Child:
    """A process of ours: its output goes to a file, and stop() ends it and nothing else."""

    def __init__(self, arguments, log, env=None, **options):
        self.log = pathlib.Path(log)
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self.arguments = [str(a) for a in arguments]
        self._out = open(self.log, "ab")
        self.process = subprocess.Popen(self.arguments, stdout=self._out, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
                                        env={**os.environ, **(env or {})}, **options)

    @property
    def pid(self):
        return self.process.pid

    def alive(self):
        return self.process.poll() is None

    def stop(self, seconds=20):
        if self.alive():
            self.process.terminate()
            try:
                self.process.wait(seconds)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self._out.close()
        return self.process.returncode

    def kill(self):
        if self.alive():
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()

    def tail(self, lines=30):
        text = self.log.read_text(errors="replace").splitlines()
        return "\n".join(text[-lines:])
