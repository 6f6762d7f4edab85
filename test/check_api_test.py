#!/usr/bin/env python3
"""POST /api/v1/check of a running Linkgate: answers, waiting, and callbacks that are signed, go through the egress proxy and are tried again."""
import hashlib
import hmac
import http.server
import json
import pathlib
import sys
import threading

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from harness import claims  # noqa: E402
from harness.installation import Installation  # noqa: E402
from harness.process import free_port, wait_until, work_folder  # noqa: E402

KEY = "a key of the test"


class World:
    pass


class Receiver(http.server.BaseHTTPRequestHandler):
    taken, answers = [], []

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.taken.append((dict(self.headers), body))
        self.send_response(self.answers.pop(0) if self.answers else 204)
        self.end_headers()

    def log_message(self, *_):
        pass


def ask(world, method, target, body=None, token=None):
    headers = {"Authorization": f"Bearer {token or world.token}", "Content-Type": "application/json"}
    status, headers, text = world.linkgate.get(world.linkgate.portal_port, target, method, headers, json.dumps(body) if body is not None else None)
    return status, headers, json.loads(text)


def claim_a_listed_url_is_answered_at_once(world):
    status, _, said = ask(world, "POST", "/api/v1/check", {"url": "https://evil.example/login"})
    assert (status, said["status"], said["disposition"]) == (200, "done", "phishing"), (status, said)
    assert said["evidence"][0]["code"] == "feed.listed"


def claim_an_answer_can_be_fetched_later(world):
    status, headers, said = ask(world, "POST", "/api/v1/check", {"url": "https://good.example/", "wait": 0})
    assert status in (200, 202) and said["id"], (status, said)
    status, _, said = ask(world, "GET", f"/api/v1/check/{said['id']}?wait=20")
    assert (status, said["disposition"]) == (200, "unknown"), (status, said)


def claim_another_scope_is_refused(world):
    assert ask(world, "POST", "/api/v1/check", {"url": "https://a.example/"}, world.hunter)[0] == 403
    assert world.linkgate.get(world.linkgate.portal_port, "/api/v1/check", "POST", body="{}")[0] == 401


def claim_a_callback_is_signed_and_tried_again(world):
    Receiver.answers[:] = [500]
    status, _, begun = ask(world, "POST", "/api/v1/check", {"url": "https://evil.example/", "callback": f"http://127.0.0.1:{world.hook}/done"})
    assert status in (200, 202), (status, begun)
    wait_until("the callback, twice", lambda: len(Receiver.taken) >= 2, 30)
    headers, body = Receiver.taken[-1]
    said = json.loads(body)
    assert (said["id"], said["status"], said["disposition"]) == (begun["id"], "done", "phishing"), said
    parts = dict(part.split("=", 1) for part in headers["Linkgate-Signature"].split(","))
    wanted = hmac.new(KEY.encode(), parts["t"].encode() + b"." + body, hashlib.sha256).hexdigest()
    assert hmac.compare_digest(parts["v1"], wanted), headers


def claim_a_callback_to_another_host_is_refused(world):
    status, _, said = ask(world, "POST", "/api/v1/check", {"url": "https://evil.example/", "callback": "https://elsewhere.example/"})
    assert status == 400 and "callback_hosts" in said["error"]["message"], (status, said)


def main():
    world = World()
    with work_folder("linkgate-check-") as folder:
        feed, key = folder / "feed.txt", folder / "key"
        feed.write_text("evil.example\n")
        key.write_text(KEY + "\n")
        world.hook = free_port()
        server = http.server.ThreadingHTTPServer(("127.0.0.1", world.hook), Receiver)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        portal = f'callback_hosts = ["http://127.0.0.1:{world.hook}"]\ncallback_key_file = "{key}"'
        extra = f'[egress]\nallow_private = ["127.0.0.0/8"]\nroutes = ["127.0.0.1:{world.hook}=127.0.0.1:{world.hook}"]\nports = [443, {world.hook}]\n'
        world.linkgate = Installation(folder, f"lmtp:127.0.0.1:{free_port()}", feeds=[("demo", feed)], extra=extra, portal=portal)
        try:
            world.linkgate.start()
            world.token = world.linkgate.command("token", "create", "checker", "--scope", "url.check").strip()
            world.hunter = world.linkgate.command("token", "create", "hunter").strip()
            return claims.run(globals(), world)
        finally:
            world.linkgate.stop()
            server.shutdown()


if __name__ == "__main__":
    sys.exit(main())
