"""How old is what the views show? 500 clicks and 50 mails a second for ten minutes, while KQL, report and Explorer are asked all the time."""
import http.client
import json
import pathlib
import smtplib
import subprocess
import threading
import time
import urllib.parse

from harness.installation import Installation
from harness.process import program, wait_until, work_folder
from harness.sink import Sink

CLICKS, MAILS = 500, 50  # a second
WATCHED = "fresh@corp.test"  # one click of twenty, one mail of five
BOUND = 1.0  # seconds, for 99 of 100 answers


class Paced(threading.Thread):
    """`act(n)` so often a second until it is told to stop; remembers when each of the watched was answered."""

    def __init__(self, rate, act):
        super().__init__(daemon=True)
        self.rate, self.act, self.count = rate, act, 0
        self.answered = {}
        self.ending = threading.Event()
        self.failure = None

    def run(self):
        begin = time.monotonic()
        try:
            while not self.ending.is_set():
                pause = begin + self.count / self.rate - time.monotonic()
                if pause > 0:
                    time.sleep(pause)
                watched = self.act(self.count)
                if watched:
                    self.answered[watched] = time.monotonic()
                self.count += 1
        except Exception as failure:  # noqa: BLE001: told by the main thread
            self.failure = failure

    def stop(self):
        self.ending.set()
        self.join(30)
        assert self.failure is None, self.failure


def clicker(linkgate):
    links = {who: urllib.parse.urlsplit(linkgate.command("wrap", "--recipient", who, "https://fresh.example.org/").strip()) for who in (WATCHED, "load@corp.test")}
    connection = http.client.HTTPConnection("127.0.0.1", linkgate.click_ports[0], timeout=30)

    def act(n):
        is_watched = n % 20 == 0
        link = links[WATCHED if is_watched else "load@corp.test"]
        address = f"10.{n >> 16 & 255}.{n >> 8 & 255}.{n & 255}"
        connection.request("GET", "/?" + link.query, headers={"Host": link.netloc, "User-Agent": "Mozilla/5.0 (soak)", "X-Forwarded-For": address})
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 302, answer.status
        return address if is_watched else None
    return act


def mailer(linkgate):
    session = smtplib.LMTP("127.0.0.1", linkgate.lmtp_port)

    def act(n):
        is_watched = n % 5 == 0
        name = f"<fresh-{n}@mail.example>"
        session.sendmail("sender@mail.example", [WATCHED if is_watched else "load@corp.test"],
                         f"From: sender@mail.example\r\nSubject: Number {n}\r\nMessage-ID: {name}\r\n\r\nSee https://fresh.example.org/{n}\r\n")
        return name if is_watched else None
    return act


class Asking:
    """One engine for all questions, as a hunter's console has it."""

    def __init__(self, linkgate):
        self.process = subprocess.Popen([program("linkgate"), "kql", "--jsonl", "--config", str(linkgate.config)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, query):
        self.process.stdin.write(json.dumps({"id": 1, "query": query}) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        assert "rows" in answer, answer
        return {row[0] for row in answer["rows"]}

    def stop(self):
        self.process.stdin.close()
        self.process.wait(20)


def section(text, name, column):
    return {row[column] for part in json.loads(text)["sections"] if part["name"] == name for row in part["rows"]}


def age(shown, answered, asked, told):
    """How old the oldest is, of what had been answered before the question and is not shown: 0 where all is there."""
    missing = [at for what, at in list(answered.items()) if asked - 10 < at < asked and what not in shown]
    return told - min(missing) if missing else 0.0


def resident(linkgate):
    """MB by program."""
    sizes = {}
    for name, pid in linkgate.pids().items():
        try:
            status = pathlib.Path(f"/proc/{pid}/status").read_text()
        except (FileNotFoundError, TypeError):
            continue
        sizes[name] = int(status.partition("VmRSS:")[2].split()[0]) / 1024
    return sizes


def quantile(values, part):
    return sorted(values)[min(len(values) - 1, int(part * len(values)))]


def watch(linkgate, clicks, mails, seconds):
    """Ages by view, and memory at each look."""
    hunting = Asking(linkgate)
    ages = {"KQL, clicks": [], "KQL, mails": [], "report": [], "Explorer": []}
    memory = []

    def look(view, ask, answered):
        asked = time.monotonic()
        shown = ask()
        told = time.monotonic()
        ages[view].append(age(shown, answered, asked, told))

    filters = ("--format", "json", "--user", WATCHED, "--from", "1m")
    begin = time.monotonic()
    turn = 0
    while time.monotonic() - begin < seconds:
        look("KQL, clicks", lambda: hunting.ask(f'UrlClickEvents | where AccountUpn == "{WATCHED}" and Timestamp > ago(12s) | project IPAddress'), clicks.answered)
        look("KQL, mails", lambda: hunting.ask(f'EmailEvents | where RecipientEmailAddress == "{WATCHED}" and Timestamp > ago(12s) | project InternetMessageId'), mails.answered)
        if turn % 8 == 0:
            look("report", lambda: section(linkgate.command("report", "url-protection", "--rows", "0", *filters), "details", "ClientIP"), clicks.answered)
        if turn % 8 == 4:
            look("Explorer", lambda: section(linkgate.command("explorer", "clicks", "--rows", "0", *filters), "results", "ClientIP"), clicks.answered)
        if turn % 40 == 0:
            memory.append((time.monotonic() - begin, resident(linkgate)))
        turn += 1
        time.sleep(0.2)
    hunting.stop()
    return ages, memory


def tell_memory(memory):
    """What each program grew by after the first fifth of the run."""
    early = [sizes for at, sizes in memory if at >= memory[-1][0] / 5][0]
    late = memory[-1][1]
    print("  memory, MB then and now: " + ", ".join(f"{name} {early.get(name, 0):.0f} {size:.0f}" for name, size in sorted(late.items())), flush=True)
    return {name: size - early.get(name, size) for name, size in late.items()}


def run(short=False):
    seconds = 15 if short else 600
    with work_folder("linkgate-freshness-") as folder:
        sink = Sink()
        linkgate = Installation(folder, f"lmtp:127.0.0.1:{sink.port}").start()
        clicks, mails = Paced(CLICKS, clicker(linkgate)), Paced(MAILS, mailer(linkgate))
        try:
            clicks.start()
            mails.start()
            ages, memory = watch(linkgate, clicks, mails, seconds)
            clicks.stop()
            mails.stop()
            print(f"  {clicks.count} clicks, {mails.count} mails, {clicks.count / seconds:.0f} and {mails.count / seconds:.0f} a second", flush=True)
            for view, found in ages.items():
                print(f"  {view}: asked {len(found)} times, what is not shown is p50 {quantile(found, .5):.2f} s, p99 {quantile(found, .99):.2f} s, at most {max(found):.2f} s old", flush=True)
            wait_until("every click in the store", lambda: linkgate.kql("UrlClickEvents | count")[1] == [[clicks.count]], 60, 0.5)
            wait_until("every mail in the store", lambda: linkgate.kql("EmailEvents | count")[1] == [[mails.count]], 60, 0.5)
            growth = tell_memory(memory)
            if not short:  # beside other tests on the same cores figures say nothing
                late = {view: quantile(found, .99) for view, found in ages.items() if quantile(found, .99) >= BOUND}
                assert not late, f"older than {BOUND} s: {late}"
                grown = {name: mb for name, mb in growth.items() if mb > (200 if name == "store" else 20)}
                assert not grown, f"memory grew by MB: {grown}"
        finally:
            linkgate.stop()
            sink.shutdown()
