"""An LMTP server that takes everything at once: what is measured is the gateway, not a mailbox."""
import socketserver
import threading

from .process import free_port


class Sink(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self):
        super().__init__(("127.0.0.1", free_port()), SinkSession)
        self.port = self.server_address[1]
        threading.Thread(target=self.serve_forever, daemon=True).start()


class SinkSession(socketserver.StreamRequestHandler):
    disable_nagle_algorithm = True  # or its second small reply waits 40 ms for the acknowledgement of the first

    def handle(self):
        recipients = 0
        say = lambda text: self.wfile.write(text.encode() + b"\r\n")  # noqa: E731
        say("220 sink")
        while line := self.rfile.readline():
            verb = line[:4].upper()
            if verb == b"LHLO":
                self.wfile.write(b"250-sink\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 ENHANCEDSTATUSCODES\r\n")
            elif verb == b"DATA":
                say("354 go")
                while self.rfile.readline() != b".\r\n":
                    pass
                self.wfile.write(b"250 2.0.0 ok\r\n" * recipients)
                recipients = 0
            elif verb == b"QUIT":
                say("221 bye")
                return
            else:
                recipients += verb == b"RCPT"
                recipients *= verb != b"RSET"
                say("250 2.0.0 ok")
