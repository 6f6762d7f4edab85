"""Clicks and mails that are counted: each click has an address of its own, each mail a number of its own."""
import collections
import http.client
import ipaddress
import queue
import smtplib
import threading
import time
import urllib.parse

from harness import messages

FIRST_ADDRESS = int(ipaddress.ip_address("10.0.0.1"))


def address_of(number):
    return str(ipaddress.ip_address(FIRST_ADDRESS + number))


class Threads:
    """Several threads at one piece of work."""

    def __init__(self, count, work):
        self._threads = [threading.Thread(target=work, daemon=True) for _ in range(count)]
        self._start = time.monotonic()

    def start(self):
        self._start = time.monotonic()
        for thread in self._threads:
            thread.start()
        return self

    def join(self, seconds):
        end = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0.1, end - time.monotonic()))
            assert not thread.is_alive(), f"still at work after {seconds} s: {self.state()}"

    def pause_until(self, number, per_second):
        time.sleep(max(0.0, self._start + number / per_second - time.monotonic()))


class Clicks(Threads):
    """Clicks `count` links through all nodes in turn, a client address each; remembers which were answered."""

    def __init__(self, linkgate, links, count, per_second, threads=8):
        self.linkgate, self.links, self.count = linkgate, links, count
        self.acknowledged, self.unanswered = set(), set()
        self.pace = per_second
        self._next = 0
        self._lock = threading.Lock()
        self.latencies = []
        super().__init__(threads, self._run)

    def state(self):
        return f"{len(self.acknowledged)} clicks answered"

    def _take(self):
        with self._lock:
            if len(self.acknowledged) >= self.count:
                return None
            number = self._next
            self._next += 1
            return number

    def _run(self):
        connections = {}
        while (number := self._take()) is not None:
            self.pause_until(number, self.pace)
            link = urllib.parse.urlsplit(self.links[number % len(self.links)])
            node = number % len(self.linkgate.click_ports)
            begin = time.monotonic()
            answered = self._click(connections, node, link, address_of(number))
            with self._lock:
                if answered:
                    self.acknowledged.add(address_of(number))
                    self.latencies.append(time.monotonic() - begin)
                else:
                    self.unanswered.add(address_of(number))

    def _click(self, connections, node, link, address):
        connection = connections.get(node)
        if connection is None:
            connection = connections[node] = http.client.HTTPConnection("127.0.0.1", self.linkgate.click_ports[node], timeout=20)
        try:
            connection.request("GET", f"/?{link.query}", headers={"Host": link.netloc, "X-Forwarded-For": address,
                                                                  "User-Agent": "Mozilla/5.0 (soak)"})
            answer = connection.getresponse()
            answer.read()
            return answer.status in (200, 302)
        except (OSError, http.client.HTTPException):
            connection.close()
            del connections[node]
            time.sleep(0.02)
            return False


def seal_links(linkgate, count, recipient="soak@corp.test"):
    urls = [f"https://site-{n}.example.org/page?n={n}" for n in range(count)]
    return linkgate.command("wrap", "--recipient", recipient, *urls).split()


def clicks_in_store(linkgate, up_to):
    """How often each client address stands in UrlClickEvents, asked in pages that stay under every row limit."""
    counts = collections.Counter()
    for high in range(0, up_to // 65536 + 1):
        for low in range(0, 256, 16):
            first = f"10.{high}.{low}.0"
            nets = " or ".join(f'IPAddress startswith "10.{high}.{n}."' for n in range(low, low + 16))
            if int(ipaddress.ip_address(first)) - FIRST_ADDRESS > up_to:
                break
            counts.update({ip: n for ip, n in linkgate.kql(f"UrlClickEvents | where {nets} | summarize n = count() by IPAddress")[1]})
    return counts


def check_clicks(linkgate, clicks, seconds=90):
    """Every answered click has its row, and no click has two."""
    end = time.monotonic() + seconds
    while True:
        rows = clicks_in_store(linkgate, clicks._next)
        missing = clicks.acknowledged - set(rows)
        if not missing or time.monotonic() > end:
            break
        time.sleep(0.5)
    assert not missing, f"{len(missing)} answered clicks have no row, for example {sorted(missing)[:3]}"
    twice = [address for address, n in rows.items() if n > 1]
    assert not twice, f"{len(twice)} clicks have several rows, for example {twice[:3]}"
    strangers = set(rows) - clicks.acknowledged - clicks.unanswered
    assert not strangers, f"rows of clicks that nobody made: {sorted(strangers)[:3]}"
    print(f"  {len(clicks.acknowledged)} clicks answered, {len(clicks.unanswered)} broken off by kills "
          f"({len(clicks.unanswered & set(rows))} of those recorded), no row missing, none twice", flush=True)


class Mails(Threads):
    """Sends `count` numbered mails by SMTP; Postfix's 250 is the acknowledgement."""

    def __init__(self, postfix, recipients, count, per_second, threads=4):
        self.postfix, self.recipients, self.count = postfix, recipients, count
        self.sent = {}
        self.pace = per_second
        self._numbers = queue.SimpleQueue()
        for number in range(count):
            self._numbers.put(number)
        super().__init__(threads, self._run)

    def state(self):
        return f"{len(self.sent)} mails sent"

    def _run(self):
        while True:
            try:
                number = self._numbers.get_nowait()
            except queue.Empty:
                return
            self.pause_until(number, self.pace)
            recipients = [self.recipients[(number + i) % len(self.recipients)] for i in range(1 + number % 3)]
            self._send(number, recipients)

    def _send(self, number, recipients):
        message = (f"From: sender@ext.test\r\nTo: {', '.join(recipients)}\r\nSubject: soak {number}\r\n"
                   f"Message-ID: <soak-{number}@ext.test>\r\nMIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
                   f"<p>Number {number}: <a href=\"https://soak.example.org/{number}\">open</a></p>\r\n")
        for _ in range(30):
            try:
                self.postfix.send("sender@ext.test", recipients, message.encode())
                self.sent[number] = recipients
                return
            except (OSError, smtplib.SMTPException):
                time.sleep(0.2)
        raise AssertionError(f"Postfix took no mail for 6 s: number {number}")


def check_mails(linkgate, dovecot, mails, seconds=180):
    """Every accepted mail lies in every recipient's box, sealed; its EmailEvents rows stand once; returns second copies."""
    wanted = {(f"soak {number}", recipient) for number, recipients in mails.sent.items() for recipient in recipients}
    end = time.monotonic() + seconds
    while True:
        copies = collections.defaultdict(list)
        for recipient in mails.recipients:
            for file in dovecot.files(recipient):
                raw = file.read_bytes()
                copies[(messages.header(raw, "Subject"), recipient)].append(raw)
        missing = wanted - set(copies)
        if not missing or time.monotonic() > end:
            break
        time.sleep(1)
    assert not missing, f"{len(missing)} accepted mails never arrived, for example {sorted(missing)[:3]}"
    second = 0
    for key, raws in copies.items():
        second += len(raws) - 1
        stamps = {messages.header(raw, "X-Linkgate-Id") for raw in raws}
        assert len(stamps) == 1 and None not in stamps, f"{key}: copies with {stamps}"
        assert all("/?url=" in link for raw in raws for link in messages.links(raw)), f"{key}: a link is not sealed"
    end = time.monotonic() + seconds
    while True:
        rows = {recipient: n for recipient, n in linkgate.kql("EmailEvents | summarize n = count() by RecipientEmailAddress")[1]}
        total = sum(rows.values())
        if total >= len(wanted) or time.monotonic() > end:
            break
        time.sleep(0.5)
    doubled = linkgate.kql("EmailEvents | summarize n = count() by NetworkMessageId, RecipientEmailAddress | where n > 1 | count")[1][0][0]
    assert doubled == 0, f"{doubled} EmailEvents rows stand twice"
    assert total == len(wanted), f"{total} EmailEvents rows for {len(wanted)} deliveries"
    print(f"  {len(mails.sent)} mails accepted, {len(wanted)} deliveries, none missing, {total} rows, none twice; "
          f"{second} second copies", flush=True)
    return second
