"""The programs that Linkgate is compared with, each on loopback and pinned to the core that ours gets."""
import os
import pathlib
import re
import shutil
import subprocess
import tempfile

from harness.process import ROOT, Child, free_port, port_open, wait_until

SERVER_CORE, LOAD_CORE = "0", "1"
FOLDER = ROOT / "build" / "peers"


def pin(pid, core=SERVER_CORE):
    """All threads of a process to one core."""
    subprocess.run(["taskset", "-a", "-c", "-p", core, str(pid)], check=True, capture_output=True)


def wrk(url, seconds, script=None, connections=64):
    """wrk on the core that the server does not have: requests/s, p50 and p99 in ms, requests, refusals."""
    command = ["taskset", "-c", LOAD_CORE, "wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", *(["-s", str(script)] if script else []), url]
    text = subprocess.run(command, capture_output=True, text=True, timeout=seconds + 60, check=True).stdout
    bad = re.search(r"Non-2xx or 3xx responses: (\d+)", text)
    lost = re.search(r"Socket errors: (.*)", text)
    assert not bad and not lost, text
    return {"rate": float(re.search(r"Requests/sec:\s+([\d.]+)", text).group(1)),
            "p50": _milliseconds(re.search(r"^\s+50%\s+(\S+)", text, re.M).group(1)),
            "p99": _milliseconds(re.search(r"^\s+99%\s+(\S+)", text, re.M).group(1)),
            "requests": int(re.search(r"(\d+) requests in", text).group(1))}


def _milliseconds(text):
    number, unit = re.fullmatch(r"([\d.]+)(us|ms|s)", text).groups()
    return float(number) * {"us": 0.001, "ms": 1, "s": 1000}[unit]


def unpacked(name, packages):
    """Debian packages unpacked beside the build: installed, they would start services or exclude what the system has."""
    root = FOLDER / name
    if root.is_dir():
        return root
    FOLDER.mkdir(parents=True, exist_ok=True)
    part = FOLDER / f"{name}.part"
    shutil.rmtree(part, ignore_errors=True)
    with tempfile.TemporaryDirectory(dir=FOLDER) as loading:
        os.chmod(loading, 0o755)
        subprocess.run(["apt-get", "download", "-q", *packages], cwd=loading, check=True, capture_output=True)
        for package in sorted(pathlib.Path(loading).glob("*.deb")):
            subprocess.run(["dpkg", "-x", str(package), str(part)], check=True)
    part.rename(root)
    return root


class Nginx:
    """One worker that answers everything with the redirect that a click gets."""
    CONF = """
worker_processes 1; daemon off; pid {folder}/pid; error_log {folder}/error.log;
events {{ worker_connections 1024; }}
http {{ access_log off; keepalive_requests 1000000000; client_body_temp_path {folder}; proxy_temp_path {folder};
  fastcgi_temp_path {folder}; uwsgi_temp_path {folder}; scgi_temp_path {folder};
  server {{ listen 127.0.0.1:{port}; location / {{ return 302 https://site-17.example.org/page?n=17; }} }} }}
"""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder) / "nginx"
        self.folder.mkdir()
        self.port = free_port()
        (self.folder / "nginx.conf").write_text(self.CONF.format(folder=self.folder, port=self.port))
        program = unpacked("nginx", ["nginx"]) / "usr" / "sbin" / "nginx"
        self.child = Child([program, "-p", self.folder, "-c", self.folder / "nginx.conf"], self.folder / "out")
        wait_until("nginx", lambda: port_open(self.port))
        for pid in subprocess.run(["pgrep", "-P", str(self.child.pid)], capture_output=True, text=True, check=True).stdout.split():
            pin(pid)

    def stop(self):
        self.child.stop()


class Rspamd:
    """One worker of Debian's rspamd with no rules at all: it parses a mail and finds its URLs."""
    PACKAGES = ["rspamd", "libhyperscan5", "libluajit2-5.1-2", "libluajit2-5.1-common"]
    CONF = """
options {{ pidfile = "{run}/pid"; filters = ""; url_tld = "{share}/effective_tld_names.dat"; control_socket = "{run}/control mode=0600";
  dns {{ nameserver = ["127.0.0.1"]; timeout = 1s; }} hs_cache_dir = "{cache}"; dynamic_conf = "{run}/dynamic"; history_file = "{run}/history"; }}
logging {{ type = "file"; filename = "{run}/log"; level = "error"; }}
worker "normal" {{ bind_socket = "127.0.0.1:{port}"; count = 1; }}
"""

    def __init__(self, folder):
        root = unpacked("rspamd", self.PACKAGES)
        run = pathlib.Path(folder) / "rspamd"
        run.mkdir()
        cache = FOLDER / "cache"  # of compiled patterns: making them takes half a minute
        cache.mkdir(exist_ok=True)
        self.port = free_port()
        share = root / "usr" / "share" / "rspamd"
        (run / "rspamd.conf").write_text(self.CONF.format(run=run, share=share, cache=cache, port=self.port))
        library = root / "usr" / "lib"
        variables = {"SHAREDIR": share, "LUALIBDIR": share / "lualib", "PLUGINSDIR": share / "plugins", "RULESDIR": share / "rules",
                     "DBDIR": run, "RUNDIR": run, "LOGDIR": run, "CONFDIR": root / "etc" / "rspamd", "LOCAL_CONFDIR": run}
        self.child = Child([root / "usr" / "bin" / "rspamd", "-f", "-i", "-c", run / "rspamd.conf", *[f"--var={k}={v}" for k, v in variables.items()]],
                           run / "out", env={"LD_LIBRARY_PATH": f"{library / 'x86_64-linux-gnu'}:{library / 'rspamd'}"})
        wait_until("rspamd\n" + str(run / "log"), lambda: port_open(self.port), 300)
        for pid in subprocess.run(["pgrep", "-P", str(self.child.pid)], capture_output=True, text=True, check=True).stdout.split():
            pin(pid)

    def stop(self):
        self.child.stop()
