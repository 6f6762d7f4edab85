"""A whole Linkgate in a folder of its own: configuration, `linkgate up`, clicks and queries."""
import html
import http.client
import json
import pathlib
import re
import subprocess
import urllib.parse

from .process import Child, free_port, program, wait_until

CONFIG = """
[linkgate]
data = "{data}"
admin_listen = "127.0.0.1:{admin}"

[portal]
listen = "127.0.0.1:{portal}"
loopback_without_token = true
{portal_extra}

[gateway]
hostname = "gateway.corp.test"
accepted_domains = ["corp.test", "sales.corp.test", "finance.corp.test"]
authserv_ids = ["mx.corp.test"]

[[gateway.listener]]
listen = "127.0.0.1:{lmtp}"
direction = "inbound"
next_hop = "{next_hop}"

[click]
listen = [{clicks}]
origin = "{origin}:{origin_port}"
trusted_proxies = ["127.0.0.1"]
clicks_per_minute = 1000000
organisation = "Northgate Test Works"
contact = "security@corp.test"
node_name = "test"
{extra}
"""


class Installation:
    def __init__(self, folder, next_hop, click_nodes=1, extra="", feeds=(), origin="http://links.corp.test", portal=""):
        self.folder = pathlib.Path(folder)
        self.data = self.folder / "data"
        self.lmtp_port, self.admin_port, self.portal_port = free_port(), free_port(), free_port()
        self.click_ports = [free_port() for _ in range(click_nodes)]
        self.config = self.folder / "linkgate.toml"
        for name, path in feeds:
            extra += f'\n[[feed]]\nname = "{name}"\nsource = "{path}"\nformat = "text"\nthreat = "phishing"\n'
        self.config.write_text(CONFIG.format(
            data=self.data, admin=self.admin_port, portal=self.portal_port, portal_extra=portal, lmtp=self.lmtp_port, next_hop=next_hop, extra=extra, origin=origin,
            origin_port=self.click_ports[0], clicks=", ".join(f'"127.0.0.1:{p}"' for p in self.click_ports)))
        self.up = None

    def start(self, seconds=120):
        return self._start_until(self.healthy, seconds)

    def _start_until(self, well, seconds):
        """Starts `linkgate up`. Where it never gets well, the error says what was wrong and what it said."""
        self.up = Child([program("linkgate"), "up", "--config", self.config], self.folder / "up.log")

        def well_or_dead():
            if not self.up.alive():
                raise AssertionError(f"linkgate up ended with {self.up.process.returncode}:\n{self.up.tail()}")
            return well()

        try:
            wait_until("linkgate up to be well", well_or_dead, seconds)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.troubles()}\n{self.up.tail()}") from None
        return self

    def healthy(self):
        status, _, body = self.get(self.admin_port, "/healthz")
        return status == 200

    def metric(self, name):
        """The sum over all programs and labels of what begins so in /metrics."""
        lines = self.get(self.admin_port, "/metrics")[2].decode().splitlines()
        return sum(float(line.rsplit(" ", 1)[1]) for line in lines if line.startswith(name))

    def troubles(self):
        """What is wrong by program, as /healthz says it."""
        try:
            programs = json.loads(self.get(self.admin_port, "/healthz")[2] or "{}").get("programs", {})
        except json.JSONDecodeError:
            return {"up": "no answer"}
        return {name: said["trouble"] for name, said in programs.items() if said.get("trouble")} if programs else {"up": "no answer"}

    def well_but_browser(self):
        """True where all is well, or nothing is wrong but that Chromium cannot be started here."""
        troubles = self.troubles()
        return not troubles or (set(troubles) == {"scan"} and "starting" not in troubles["scan"])

    def start_with_or_without_browser(self, seconds=120):
        return self._start_until(self.well_but_browser, seconds)

    def stop(self):
        return self.up.stop() if self.up else 0

    def pids(self):
        """Program name to process id, as the supervisor knows them now."""
        return {p["name"]: p["pid"] for p in json.loads((self.data / "run" / "up.json").read_text())["programs"]}

    def command(self, *arguments, check=True, stdin=None):
        done = subprocess.run([program("linkgate"), *map(str, arguments), "--config", str(self.config)],
                              capture_output=True, text=True, input=stdin, timeout=120)
        if check and done.returncode not in (0,):
            raise AssertionError(f"linkgate {' '.join(map(str, arguments))}: exit {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout

    def kql(self, query):
        """Columns and rows of a query, typed as JSON has them."""
        line = json.dumps({"id": "q", "query": query})
        answer = json.loads(self.command("kql", "--jsonl", stdin=line + "\n").splitlines()[-1])
        if "error" in answer:
            raise AssertionError(f"{query}: {answer['error']}")
        return [c["name"] for c in answer["columns"]], answer["rows"]

    @staticmethod
    def get(port, target, method="GET", headers=None, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        try:
            connection.request(method, target, body=body, headers=headers or {})
            answer = connection.getresponse()
            return answer.status, dict((k.lower(), v) for k, v in answer.getheaders()), answer.read()
        except OSError:
            return 0, {}, b""
        finally:
            connection.close()

    def click(self, link, address="192.0.2.10", agent="Mozilla/5.0 (test)", node=0):
        """Opens a sealed link as a browser behind the proxy at `address` would. Follows nothing."""
        parts = urllib.parse.urlsplit(link)
        target = urllib.parse.urlunsplit(("", "", parts.path or "/", parts.query, ""))
        headers = {"Host": parts.netloc, "User-Agent": agent, "X-Forwarded-For": address, "Accept": "text/html"}
        return self.get(self.click_ports[node], target, headers=headers)

    def continue_anyway(self, link, page, address="192.0.2.10", agent="Mozilla/5.0 (test)", node=0):
        """Presses "continue anyway" on a warning page: posts its form."""
        form = continue_form(page.decode())
        if form is None:
            raise AssertionError("the page offers no way on")
        action, fields = form
        parts = urllib.parse.urlsplit(link)
        headers = {"Host": parts.netloc, "User-Agent": agent, "X-Forwarded-For": address,
                   "Content-Type": "application/x-www-form-urlencoded", "Origin": f"http://{parts.netloc}"}
        return self.get(self.click_ports[node], action, "POST", headers, urllib.parse.urlencode(fields))


def continue_form(page):
    """(action, fields) of the form that goes on, or None."""
    for form in re.finditer(r"<form\b([^>]*)>(.*?)</form>", page, re.S | re.I):
        action = re.search(r'action="([^"]*)"', form.group(1))
        if action and "continue" in action.group(1):
            fields = {}
            for field in re.finditer(r"<input\b([^>]*)>", form.group(2), re.I):
                name = re.search(r'name="([^"]*)"', field.group(1))
                value = re.search(r'value="([^"]*)"', field.group(1))
                if name:
                    fields[html.unescape(name.group(1))] = html.unescape(value.group(1)) if value else ""
            return html.unescape(action.group(1)), fields
    return None
