"""linkgate-scan's own door, as the click server uses it."""
import http.client
import json
import socket


class ScanDoor(http.client.HTTPConnection):
    def __init__(self, linkgate, timeout=60):
        super().__init__("scan", timeout=timeout)
        self.path = str(linkgate.data / "run" / "scan.sock")

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)

    def check(self, url, recipient="", moment="click"):
        """The verdict of that moment, as if nobody had asked before. OSError and HTTPException where no answer comes."""
        self.request("POST", "/check", json.dumps({"url": url, "moment": moment, "recipient": recipient, "fresh": True}))
        answer = self.getresponse()
        body = answer.read()
        assert answer.status == 200, body
        return json.loads(body)
