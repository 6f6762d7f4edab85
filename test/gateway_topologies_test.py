#!/usr/bin/env python3
"""The three examples of examples/postfix, as they stand there but for ports: real Postfix, real Dovecot, real mail."""
import pathlib
import re
import sys
import types

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from harness import claims, messages  # noqa: E402
from harness.installation import Installation  # noqa: E402
from harness.mailstack import Dovecot, Postfix  # noqa: E402
from harness.process import ROOT, free_port, wait_until, work_folder  # noqa: E402

EXAMPLES = ROOT / "examples" / "postfix"


class Ports:
    """Free ports in place of those that the examples name."""

    def __init__(self, **known):
        self.known = {int(number[1:]): port for number, port in known.items()}

    def of(self, number):
        return self.known.setdefault(number, free_port())

    def replaced(self, text):
        text = re.sub(r"127\.0\.0\.1:(\d+)", lambda m: f"127.0.0.1:{self.of(int(m.group(1)))}", text)
        text = re.sub(r"^smtp( +inet)", lambda m: f"127.0.0.1:{self.of(25)}{m.group(1)}", text, flags=re.M)
        text = re.sub(r"^submissions( +inet)", lambda m: f"127.0.0.1:{self.of(465)}{m.group(1)}", text, flags=re.M)
        return re.sub(r"^submission( +inet)", lambda m: f"127.0.0.1:{self.of(587)}{m.group(1)}", text, flags=re.M)


def example(name, part, ports):
    return ports.replaced((EXAMPLES / name / part).read_text()).replace("corp.example", "corp.test")


def listeners(name, ports):
    """The [[gateway.listener]] tables of an example."""
    text = example(name, "linkgate.toml", ports)
    return text[text.index("[[gateway.listener]]"):]


def html_mail(subject, url):
    return (f"From: x@ext.test\r\nTo: someone@corp.test\r\nSubject: {subject}\r\nMessage-ID: <{subject.replace(' ', '-')}@ext.test>\r\n"
            f'MIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<a href="{url.replace("&", "&amp;")}">x</a>\r\n').encode()


def delivered(dovecot, recipient, subject):
    return wait_until(f"'{subject}' for {recipient}",
                      lambda: [raw for raw in dovecot.messages(recipient) if messages.header(raw, "Subject") == subject], 60, 0.2)[0]


def sealed_for(link):
    return "/?url=" in link and "&data=" in link


def postfix(world, name, example_name, ports, port_number, extra_master=""):
    """A Postfix with the example's lines appended, as the example says."""
    server = Postfix(world.folder, world.dovecot.lmtp_port, name=name, extra=example(example_name, "main.cf", ports),
                     master=example(example_name, "master.cf", ports) + extra_master)
    if port_number is not None:
        server.port = ports.of(port_number)
    return server


def claim_a_mailboxes_here(world):
    world.a.send("x@ext.test", ["ada@corp.test", "bob@corp.test"], html_mail("topology a", "https://a.example.org/p?q=1&r=2"))
    links = {messages.links(delivered(world.dovecot, who, "topology a"))[0] for who in ("ada@corp.test", "bob@corp.test")}
    assert len(links) == 2 and all(sealed_for(link) for link in links), links
    row = wait_until("the row", lambda: world.linkgate.kql(
        'EmailEvents | where Subject == "topology a" and RecipientEmailAddress == "ada@corp.test" | project SenderIPv4, EmailDirection')[1])[0]
    assert row == ["127.0.0.1", "Inbound"], row


def claim_b_in_front_of_anything(world):
    world.b.send("x@ext.test", ["ada@corp.test", "eve@corp.test"], html_mail("topology b", "https://b.example.org/"))
    for who in ("ada@corp.test", "eve@corp.test"):
        raw = delivered(world.dovecot, who, "topology b")
        assert sealed_for(messages.links(raw)[0]), messages.links(raw)
        assert raw.count(b"X-Linkgate-Id:") == 1, "it went round the filter more than once"
    assert "status=deferred" not in world.b.log() and "status=bounced" not in world.b.log()


def claim_c_what_leaves_loses_our_wrappers(world):
    world.a.send("x@ext.test", ["ada@corp.test"], html_mail("to quote c", "https://c.example.org/offer?id=7&v=2"))
    link = messages.links(delivered(world.dovecot, "ada@corp.test", "to quote c"))[0]
    world.c.send("ada@corp.test", ["partner@outside.test"], html_mail("Re topology c", link))
    raw = delivered(world.dovecot, "partner@outside.test", "Re topology c")
    assert messages.links(raw) == ["https://c.example.org/offer?id=7&v=2"], messages.links(raw)
    assert b"X-Linkgate" not in raw
    rows = wait_until("the row", lambda: world.linkgate.kql(
        'EmailEvents | where RecipientEmailAddress == "partner@outside.test" | project EmailDirection')[1])
    assert rows == [["Outbound"]], rows


def main():
    world = types.SimpleNamespace()
    with work_folder("linkgate-topologies-") as folder:
        world.folder = folder
        world.dovecot = Dovecot(folder).start()
        world.ports = Ports()
        a_ports = Ports(p24=world.dovecot.lmtp_port)
        c_ports = Ports()
        extra = listeners("B-content-filter", world.ports) + listeners("C-outbound", c_ports)
        world.linkgate = Installation(folder, f"lmtp:127.0.0.1:{world.dovecot.lmtp_port}", extra=extra)
        a_ports.known[2424] = world.linkgate.lmtp_port
        world.a = postfix(world, "a", "A-mailboxes", a_ports, None)
        world.b = postfix(world, "b", "B-content-filter", world.ports, 25)
        world.c = postfix(world, "c", "C-outbound", c_ports, 587)
        world.c.etc.joinpath("main.cf").write_text(
            world.c.etc.joinpath("main.cf").read_text() + "\nvirtual_mailbox_domains = outside.test\nmilter_default_action = accept\n")
        servers = [world.a, world.b, world.c]
        try:
            for server in servers:
                server.start()
            world.linkgate.start()
            return claims.run(globals(), world)
        finally:
            for server in servers:
                server.stop()
            world.linkgate.stop()
            world.dovecot.stop()


if __name__ == "__main__":
    sys.exit(main())
