#!/usr/bin/env python3
"""Policies, rules, presets, groups and lists change while everything runs: gateway and click server act on each change within seconds, and
nothing is restarted."""
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from harness import claims, messages  # noqa: E402
from harness.installation import Installation, continue_form  # noqa: E402
from harness.mailstack import Dovecot, Postfix  # noqa: E402
from harness.process import wait_until, work_folder  # noqa: E402

WITHIN = 5  # seconds from the end of the command
EVIL = "https://evil.example.org/login"


class World:
    number = 0

    def deliver(self, recipient, url):
        """One mail through Postfix and the gateway, as it lies in the mailbox."""
        World.number += 1
        subject = f"change {World.number}"
        self.postfix.send("x@ext.test", [recipient], (
            f"From: x@ext.test\r\nTo: {recipient}\r\nSubject: {subject}\r\nMessage-ID: <{World.number}@ext.test>\r\nMIME-Version: 1.0\r\n"
            f'Content-Type: text/html; charset=utf-8\r\n\r\n<a href="{url}">a</a>\r\n').encode())
        found = wait_until(subject, lambda: [raw for raw in self.dovecot.messages(recipient) if messages.header(raw, "Subject") == subject], 60, 0.1)
        return found[0]

    def is_sealed(self, recipient):
        return b"links.corp.test" in self.deliver(recipient, "https://plans.example.org/a")

    def link(self, recipient, url):
        return self.linkgate.command("wrap", "--recipient", recipient, url).strip()

    def change(self, *arguments):
        self.linkgate.command("policy", *arguments)
        self.changed = time.monotonic()

    def seen_within(self, what, condition):
        """The first answer that shows the change; how long it took is printed."""
        wait_until(what, condition, WITHIN - (time.monotonic() - self.changed), 0.05)
        print(f"      {what}: {time.monotonic() - self.changed:.2f} s after the command", flush=True)


def way_on(world, link):
    status, _, page = world.linkgate.click(link)
    assert status == 200, status
    return continue_form(page.decode()) is not None


def claim_a_new_policy_reaches_the_gateway(world):
    assert world.is_sealed("ada@corp.test")
    world.change("create", "Plain", "DisableUrlRewrite=true", "SentTo=ada@corp.test")
    world.seen_within("the gateway leaves links alone", lambda: not world.is_sealed("ada@corp.test"))
    assert world.is_sealed("bob@corp.test")


def claim_a_preset_goes_before_it_and_its_end_gives_way_again(world):
    world.change("preset", "set", "strict", "Enabled=true", "SentTo=ada@corp.test")
    world.seen_within("Strict seals", lambda: world.is_sealed("ada@corp.test"))
    world.change("preset", "set", "strict", "Enabled=false")
    world.seen_within("the rule again", lambda: not world.is_sealed("ada@corp.test"))


def claim_a_deleted_policy_is_gone_at_the_gateway(world):
    world.change("delete", "Plain")
    world.seen_within("built-in protection seals", lambda: world.is_sealed("ada@corp.test"))


def claim_a_change_reaches_links_that_were_sealed_long_since(world):
    link = world.link("ada@corp.test", EVIL)
    assert not way_on(world, link)
    world.change("group", "set", "Deciders", "bob@corp.test")
    world.change("create", "May", "AllowClickThrough=true", "SentToMemberOf=Deciders")
    assert not way_on(world, link), "ada is in no group"
    world.change("group", "add", "Deciders", "ada@corp.test")
    world.seen_within("the click server offers a way on", lambda: way_on(world, link))
    world.change("group", "remove", "Deciders", "ada@corp.test")
    world.seen_within("and none any more", lambda: not way_on(world, link))


def claim_priorities_decide_which_of_two_rules_a_click_meets(world):
    link = world.link("cid@corp.test", EVIL)
    world.change("create", "No", "RecipientDomainIs=corp.test")
    world.change("create", "Yes", "AllowClickThrough=true", "SentTo=cid@corp.test")
    assert not way_on(world, link)
    world.change("priority", "Yes", "0")
    world.seen_within("the first rule is another", lambda: way_on(world, link))


def claim_a_file_is_applied_at_once(world):
    link = world.link("cid@corp.test", EVIL)
    file = world.folder / "policies.toml"
    file.write_text('[[policy]]\nName = "All"\nCustomNotificationText = "Call 4711."\n\n[[rule]]\nName = "All"\nSafeLinksPolicy = "All"\nRecipientDomainIs = ["corp.test"]\n')
    world.change("apply", file, "--prune")
    world.seen_within("the page has the policy's text", lambda: b"Call 4711." in world.linkgate.click(link)[2])
    assert not way_on(world, link)


def claim_groups_of_a_file_are_followed(world):
    link = world.link("dan@corp.test", EVIL)
    world.groups.write_text("Deciders,dan@corp.test\n")
    wait_until("the group is there", lambda: "dan@corp.test" in world.linkgate.command("policy", "group", "list"), 20, 0.1)
    world.change("create", "May", "AllowClickThrough=true", "SentToMemberOf=Deciders")
    world.change("priority", "May", "0")
    world.seen_within("a member may go on", lambda: way_on(world, link))
    world.groups.write_text("Deciders,eve@corp.test\n")
    wait_until("who left may not", lambda: not way_on(world, link), 20, 0.1)


def claim_a_list_entry_is_honoured(world):
    link = world.link("ada@corp.test", "https://shop.example.org/x")
    assert world.linkgate.click(link)[0] == 302
    world.linkgate.command("list", "add", "block", "url", "~shop.example.org~")
    world.changed = time.monotonic()
    world.seen_within("the organisation's page", lambda: world.linkgate.click(link)[0] == 200)


def claim_nothing_was_restarted(world):
    assert world.linkgate.pids() == world.pids


def main():
    with work_folder() as folder:
        world = World()
        world.folder = pathlib.Path(folder)
        world.dovecot = Dovecot(folder)
        world.groups = world.folder / "groups.csv"
        world.groups.write_text("")
        feed = world.folder / "feed.txt"
        feed.write_text(EVIL + "\n")
        world.linkgate = Installation(folder, f"lmtp:127.0.0.1:{world.dovecot.lmtp_port}", feeds=[("evil", feed)],
                                      extra=f'[groups]\nfile = "{world.groups}"\nrefresh = "1s"\n')
        world.postfix = Postfix(folder, world.linkgate.lmtp_port)
        try:
            world.dovecot.start()
            world.linkgate.start()
            world.postfix.start()
            world.pids = world.linkgate.pids()
            return claims.run(globals(), world)
        finally:
            world.postfix.stop()
            world.linkgate.stop()
            world.dovecot.stop()


if __name__ == "__main__":
    sys.exit(main())
