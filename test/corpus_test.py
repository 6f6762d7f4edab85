#!/usr/bin/env python3
"""Real mails pass the gateway: every one is delivered, every link is sealed or counted under a reason, rewriting a second
time changes nothing, and outbound gives the links back.

usage: corpus_test.py [COUNT]     default 500, taken evenly from the corpora in LINKGATE_DATA or ../shared/data"""
import collections
import json
import os
import pathlib
import re
import subprocess
import sys
import tarfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from harness import messages  # noqa: E402
from harness.installation import Installation  # noqa: E402
from harness.mailstack import Dovecot  # noqa: E402
from harness.process import ROOT, program, wait_until, work_folder  # noqa: E402
from soak.lmtp import Lmtp  # noqa: E402

DATA = pathlib.Path(os.environ.get("LINKGATE_DATA", ROOT.parent / "shared" / "data"))
CORPORA = ["phishing_pot.tar.xz", "spamassassin_public_corpus.tar.xz", "newsletters.tar.xz", "fixtures.tar.xz"]
SKIPPED = 77  # ctest's SKIP_RETURN_CODE


def samples(count):
    """`count` mails, evenly spread over the corpora, with CRLF line ends as SMTP brings them."""
    share = count // len(CORPORA)
    for name in CORPORA:
        with tarfile.open(DATA / "mail" / name) as archive:
            members = [m for m in archive.getmembers() if m.isfile() and 64 < m.size < 2_000_000 and not m.name.endswith((".html", ".json"))]
            step = max(1, len(members) // share)
            for member in members[::step][:share]:
                raw = archive.extractfile(member).read()
                raw = re.sub(rb"^From [^\n]*\n", b"", raw)
                # SMTP carries lines, no bare CR and no NUL; an MTA would have refused or mended such a mail before us.
                raw = re.sub(rb"\r\n|\r|\n", b"\r\n", raw).replace(b"\0", b"")
                yield f"{name}:{member.name}", raw


def rewrite(linkgate, raw, *options):
    done = subprocess.run([program("linkgate"), "rewrite", "--config", str(linkgate.config), *options], input=raw,
                          capture_output=True, timeout=120)
    return done.returncode, done.stdout, done.stderr.decode(errors="replace")


def originals(linkgate, links):
    """What sealed links stand for."""
    lines = "".join(json.dumps({"url": link}) + "\n" for link in links)
    answers = linkgate.command("unwrap", "--jsonl", stdin=lines).splitlines()
    return [json.loads(answer)["url"] for answer in answers]


def safe_links(raw):
    try:
        return messages.links(raw)
    except (LookupError, ValueError, AttributeError, KeyError, AssertionError, TypeError, IndexError):
        return None  # Python's own reader gives up on this one: it says nothing about us


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    if not (DATA / "mail").is_dir():
        print(f"SKIPPED: no corpora under {DATA}; set LINKGATE_DATA")
        return SKIPPED
    broken, numbers = [], collections.Counter()
    with work_folder("linkgate-corpus-") as folder:
        dovecot = Dovecot(folder).start()
        linkgate = Installation(folder, f"lmtp:127.0.0.1:{dovecot.lmtp_port}").start()
        try:
            host = re.match(r"https?://[^/]+", linkgate.command("wrap", "--recipient", "corpus@corp.test", "https://a.example/")).group(0)
            client, taken = Lmtp(linkgate.lmtp_port), []
            for name, raw in samples(count):
                numbers["mails"] += 1
                try:
                    code = client.deliver("sender@ext.test", ["corpus@corp.test"], raw, f"C{numbers['mails']:06}")[0]
                except (ConnectionError, AssertionError, TimeoutError) as error:
                    broken.append(f"{name}: {error!r}")
                    client = Lmtp(linkgate.lmtp_port)
                    continue
                numbers[f"answered {code}"] += 1
                if code != 250:
                    broken.append(f"{name}: answered {code}")
                taken.append((name, raw))
            wait_until("every mail in the box", lambda: len(dovecot.files("corpus@corp.test")) >= numbers["answered 250"], 60, 0.2)
            boxes = [file.read_bytes() for file in dovecot.files("corpus@corp.test")]
            numbers["delivered"] = len(boxes)
            for raw in boxes:
                for link in safe_links(raw) or []:
                    numbers["links sealed" if link.startswith(host + "/") else "links left"] += 1
            rows = wait_until("the rows of all mails", lambda: (n := linkgate.kql("EmailEvents | count")[1][0][0]) >= numbers["answered 250"] and n, 60, 0.2)
            numbers["EmailEvents rows"] = rows
            for name, raw in taken:
                check_rewriting(linkgate, host, name, raw, numbers, broken)
            metrics = linkgate.get(linkgate.admin_port, "/metrics")[2].decode()
            reasons = {m.group(1): float(m.group(2)) for m in re.finditer(r'linkgate_gateway_links_total\{[^}]*result="([^"]+)"[^}]*\} ([\d.e+]+)', metrics)}
            print("links by result: " + ", ".join(f"{k} {v:.0f}" for k, v in sorted(reasons.items())))
            rows_by_result = linkgate.kql((ROOT / "examples" / "links-by-result.kql").read_text())[1]
            print("rows by result: " + ", ".join(f"{result} {links} in {mails} mails" for result, links, mails in rows_by_result))
            asked = {result: links for result, links, _ in rows_by_result}
            if asked != {k: v for k, v in reasons.items() if v > 0}:
                broken.append(f"examples/links-by-result.kql counts {asked}")
            counted = sum(v for k, v in reasons.items() if k != "sealed")
            if numbers["links left"] > counted:
                broken.append(f"{numbers['links left']} links stand unsealed in mailboxes, only {counted:.0f} were counted under a reason")
        finally:
            linkgate.stop()
            dovecot.stop()
    print(", ".join(f"{k} {v}" for k, v in sorted(numbers.items())))
    for line in broken[:40]:
        print("BROKEN", line)
    if numbers["delivered"] != numbers["mails"] or rows != numbers["mails"]:
        broken.append("not every mail arrived, or not every mail has its row")
        print("BROKEN", broken[-1])
    print(f"{numbers['mails'] - len(broken)} passed, {len(broken)} failed")
    return 1 if broken else 0


def same_urls(linkgate, links):
    """Links as browsers would read them, other vendors' wrappers taken off: a spelling counts for nothing."""
    links = originals(linkgate, links) if links else []
    lines = "".join(json.dumps({"input": link}) + "\n" for link in links)
    answers = linkgate.command("url", "--jsonl", stdin=lines).splitlines() if links else []
    return collections.Counter(json.loads(answer).get("href", link) for answer, link in zip(answers, links))


def check_rewriting(linkgate, host, name, raw, numbers, broken):
    message = ["--message", "6f1f3a52-6d5c-4b0e-9c1f-2f0a5f1c9d10"]
    code, once, error = rewrite(linkgate, raw, "--recipient", "corpus@corp.test", *message)
    if code != 0:
        numbers["not rewritten: " + error.strip()[:60]] += 1
        return
    code, twice, error = rewrite(linkgate, once, "--recipient", "corpus@corp.test", *message)
    if code != 0 or once != twice:
        broken.append(f"{name}: rewriting twice is not rewriting once {error}")
    code, back, error = rewrite(linkgate, once, "--recipient", "corpus@corp.test", "--outbound")
    before, after = safe_links(raw), safe_links(back)
    if code != 0:
        broken.append(f"{name}: outbound failed: {error}")
    elif before is not None and after is not None and any(link.startswith(host + "/") for link in after):
        # What somebody here signed, leaves as it was signed.
        numbers["outbound, left in signed parts"] += 1
        if b"multipart/signed" not in raw.lower() and b"BEGIN PGP SIGNED" not in raw:
            broken.append(f"{name}: outbound leaves a sealed link")
    elif before is not None and after is not None:
        lost = same_urls(linkgate, before) - same_urls(linkgate, after)
        if lost:
            broken.append(f"{name}: outbound did not give back {list(lost)[:2]}")
        numbers["links given back"] += len(before)
        numbers["links made absolute"] += len(after) - len(before)  # relative ones and www. names come back with a scheme


if __name__ == "__main__":
    sys.exit(main())
