"""Servers on loopback that take what Linkgate tells others: mail by SMTP, posts by HTTP, lines of syslog by UDP and TCP."""
import email
import email.policy
import http.server
import socket
import socketserver
import threading

from .process import free_port


class SmtpSink:
    """Takes every mail: `mails` holds (recipients, message) of each. Recipients in `refused` get 550."""

    def __init__(self, port=None, refused=()):
        self.mails, self.refused = [], set(refused)
        self.port = port or free_port()
        sink = self

        class Session(socketserver.StreamRequestHandler):
            def say(self, line):
                self.wfile.write(line.encode() + b"\r\n")

            def handle(self):
                recipients = []
                self.say("220 sink")
                while line := self.rfile.readline().decode(errors="replace").strip():
                    verb = line.split()[0].upper()
                    if verb in ("EHLO", "HELO"):
                        self.say("250-sink")
                        self.say("250 8BITMIME")
                    elif verb == "RCPT":
                        address = line.split("<", 1)[1].split(">", 1)[0]
                        if address in sink.refused:
                            self.say("550 nobody here")
                        else:
                            recipients.append(address)
                            self.say("250 ok")
                    elif verb == "DATA":
                        self.say("354 go on")
                        data = b""
                        while (part := self.rfile.readline()) not in (b".\r\n", b""):
                            data += part[1:] if part.startswith(b"..") else part
                        sink.mails.append((recipients, email.message_from_bytes(data, policy=email.policy.default)))
                        recipients = []
                        self.say("250 taken")
                    elif verb == "QUIT":
                        return self.say("221 bye")
                    else:
                        self.say("250 ok")

        self.server = Server(("127.0.0.1", self.port), Session)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


class HttpSink:
    """`taken` holds (path, headers, body) of every POST; `answers` the statuses of the next ones, then 204."""

    def __init__(self, answers=()):
        self.taken, self.answers = [], list(answers)
        self.port = free_port()
        sink = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                sink.taken.append((self.path, dict(self.headers), body))
                self.send_response(sink.answers.pop(0) if sink.answers else 204)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


class SyslogSink:
    """`messages` holds every message: a datagram, or of TCP what counted octets hold."""

    def __init__(self, kind):
        self.messages, self.port = [], free_port()
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM if kind == "udp" else socket.SOCK_STREAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(("127.0.0.1", self.port))
        threading.Thread(target=self.take_datagrams if kind == "udp" else self.take_connections, daemon=True).start()

    def take_datagrams(self):
        while True:
            try:
                self.messages.append(self.socket.recv(65536).decode())
            except OSError:
                return

    def take_connections(self):
        self.socket.listen(8)
        while True:
            try:
                peer, _ = self.socket.accept()
            except OSError:
                return
            with peer, peer.makefile("rb") as octets:
                while count := b"".join(iter(lambda: octets.read(1).strip(), b"")):
                    self.messages.append(octets.read(int(count)).decode())

    def stop(self):
        self.socket.close()
