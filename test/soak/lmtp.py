"""A small LMTP client that can misbehave: it plays the MTA."""
import socket


class Lmtp:
    def __init__(self, port, timeout=30):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.file = self.socket.makefile("rb")
        self.greeting = self.reply()
        self.features = self.command("LHLO mx.corp.test")[1]

    def reply(self):
        lines = []
        while True:
            line = self.file.readline()
            if not line:
                raise ConnectionError("the peer closed")
            lines.append(line.decode().rstrip())
            if line[3:4] != b"-":
                return int(line[:3]), lines

    def command(self, text):
        self.socket.sendall(text.encode() + b"\r\n")
        return self.reply()

    def envelope(self, sender, recipients, queue_id=None):
        if queue_id is not None:
            assert self.command(f"XFORWARD IDENT={queue_id}")[0] == 250
        assert self.command(f"MAIL FROM:<{sender}>")[0] == 250
        codes = [self.command(f"RCPT TO:<{recipient}>")[0] for recipient in recipients]
        assert self.command("DATA")[0] == 354
        return codes

    def body(self, message):
        stuffed = message.replace(b"\r\n.", b"\r\n..")
        self.socket.sendall(stuffed + (b"" if stuffed.endswith(b"\r\n") else b"\r\n") + b".\r\n")

    def deliver(self, sender, recipients, message, queue_id=None):
        """The reply code of every recipient."""
        self.envelope(sender, recipients, queue_id)
        self.body(message)
        return [self.reply()[0] for _ in recipients]

    def close(self):
        self.file.close()
        self.socket.close()
