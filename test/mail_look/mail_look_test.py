#!/usr/bin/env python3
"""A rewritten mail looks as it did: the HTML parts of real mails, before and after `linkgate rewrite`, in the same Chromium without
any network. Not one pixel may differ, nor anything of the document but where its links lead; each link is ours and opens as what it was.

The one thing that may look different is an address in the text that the sender made no link of: clients make one themselves, so the
rewriter puts a link around it. Pixels outside such links may not differ even then.

usage: ./dev look [--short] [NAME]     --short: 12 mails, the form that ctest runs; NAME: only mails whose name has it
Mails are taken from LINKGATE_DATA or ../shared/data. Pictures of mails that differ are kept in build/mail_look/."""
import argparse
import collections
import email
import email.policy
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tarfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from harness.process import ROOT, program, work_folder  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
DATA = pathlib.Path(os.environ.get("LINKGATE_DATA", ROOT.parent / "shared" / "data"))
CORPORA = [("newsletters.tar.xz", ""), ("spamassassin_public_corpus.tar.xz", "hard-ham")]
ORIGIN = "https://links.corp.test"
SKIPPED = 77  # ctest's SKIP_RETURN_CODE
SHORT = 12
CONFIG = """
[linkgate]
data = "{data}"
[gateway]
hostname = "gateway.corp.test"
accepted_domains = ["corp.test"]
[[gateway.listener]]
listen = "127.0.0.1:2525"
direction = "inbound"
next_hop = "lmtp:127.0.0.1:24"
[click]
origin = "{origin}"
"""


class Linkgate:
    """The command, with an installation of its own that nothing runs on."""

    def __init__(self, folder):
        self.config = folder / "linkgate.toml"
        self.config.write_text(CONFIG.format(data=folder / "data", origin=ORIGIN))
        self.run("keys", "rotate")

    def run(self, *arguments, stdin=b""):
        done = subprocess.run([program("linkgate"), *arguments, "--config", str(self.config)], input=stdin, capture_output=True, timeout=120)
        if done.returncode != 0:
            raise AssertionError(f"linkgate {arguments[0]}: {done.stderr.decode(errors='replace').strip()}")
        return done.stdout

    def rewrite(self, raw):
        return self.run("rewrite", "--quiet", "--recipient", "ada.lovelace@corp.test", stdin=raw)

    def normal_forms(self, urls):
        """Where each leads in the end, spelled as browsers do: seals and other vendors' wrappers taken off."""
        lines = "".join(json.dumps({"url": url}) + "\n" for url in urls)
        opened = [json.loads(line).get("url", "") for line in self.run("unwrap", "--jsonl", stdin=lines.encode()).splitlines()]
        lines = "".join(json.dumps({"input": url}) + "\n" for url in opened)
        answers = self.run("url", "--jsonl", stdin=lines.encode()).splitlines()
        return [json.loads(line).get("href", url) for line, url in zip(answers, opened)]


def html_parts(raw):
    """(bytes, charset) of each HTML part, as they come out of their transfer encoding."""
    for part in email.message_from_bytes(raw, policy=email.policy.compat32).walk():
        if part.get_content_type() == "text/html" and part.get_content_disposition() != "attachment":
            charset = part.get_content_charset()
            content = part.get_payload(decode=True)
            if charset is None and not re.search(rb"<meta[^>]+charset", content, re.I):
                charset = "windows-1252"  # else Chromium guesses by the letters, of which links have many
            yield content, charset


def mails(count, name_has):
    """(name, bytes) of mails with an HTML part; with a count evenly spread over the corpora."""
    for archive_name, folder in CORPORA:
        with tarfile.open(DATA / "mail" / archive_name) as archive:
            found = []
            for member in archive:
                if not member.isfile() or not member.name.removeprefix("./").startswith(folder) or name_has not in member.name:
                    continue
                raw = re.sub(rb"^From [^\n]*\n", b"", archive.extractfile(member).read())
                if any(True for _ in html_parts(raw)):
                    found.append((member.name.removeprefix("./").removesuffix(".eml").removesuffix(".txt"), raw))
        found.sort()
        share = len(found) if count is None else count // len(CORPORA)
        yield from found[::max(1, len(found) // max(share, 1))][:share]


def write_pairs(linkgate, chosen, folder):
    """The parts of every mail before and after, as files; one line for each."""
    pairs = []
    for name, raw in chosen:
        before, after = list(html_parts(raw)), list(html_parts(linkgate.rewrite(raw)))
        assert len(before) == len(after), f"{name}: has {len(after)} HTML parts, {len(before)} before"
        for i, ((old, charset), (new, _)) in enumerate(zip(before, after)):
            pair = {"name": f"{name}.{i + 1}" if len(before) > 1 else name, "charset": charset}
            for side, content in (("before", old), ("after", new)):
                file = folder / f"{len(pairs)}-{side}.html"
                file.write_bytes(content)
                pair[side] = str(file)
            pairs.append(pair)
    return pairs


CONTROL = "control"


def control_pair(pair, folder):
    """A mail with a link that was not rewritten and a word more: who finds nothing wrong with it would find nothing anywhere."""
    control = {"name": CONTROL, "charset": pair["charset"]}
    for side, word in (("before", b"one"), ("after", b"one more")):
        file = folder / f"control-{side}.html"
        file.write_bytes(pathlib.Path(pair["before"]).read_bytes() + b"<p><a href='https://past.example/'>link</a> " + word + b"</p>")
        control[side] = str(file)
    return control


def check_control(answer, broken):
    if not (answer.get("differing") and answer.get("trouble") and answer.get("open")):
        broken.append(f"the comparison does not see that a mail was changed: {str(answer)[:300]}")
    for picture in answer.get("pictures", []):
        pathlib.Path(picture).unlink()


def check_targets(linkgate, answers, broken):
    """Each link opens as what stood there before."""
    for answer in answers:
        links = answer.get("links", [])
        if not links:
            continue
        before, after = linkgate.normal_forms([b for b, _ in links]), linkgate.normal_forms([a for _, a in links])
        for (was, now), old, new in zip(links, before, after):
            without_base = f"http://{was.lstrip('/')}"  # www.example.com/x: clients open it as http
            if old != new and linkgate.normal_forms([without_base]) != [new]:
                broken.append(f"{answer['name']}: {was} now leads to {new} ({now})")


def main():
    arguments = argparse.ArgumentParser(prog="./dev look", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--short", action="store_true")
    arguments.add_argument("name", nargs="?", default="")
    arguments = arguments.parse_args()
    if not (DATA / "mail").is_dir():
        print(f"SKIPPED: no corpora under {DATA}; set LINKGATE_DATA")
        return SKIPPED
    kept = pathlib.Path(os.environ.get("LINKGATE_BIN", ROOT / "build" / "bin")).parent / "mail_look"
    shutil.rmtree(kept, ignore_errors=True)
    kept.mkdir(parents=True)
    with work_folder("linkgate-look-") as folder:
        linkgate = Linkgate(folder)
        chosen = list(mails(SHORT if arguments.short else None, arguments.name))
        pairs = write_pairs(linkgate, chosen, folder)
        if not pairs:
            print("no mail has an HTML part or such a name")
            return 1
        print(f"{len(chosen)} mails, {len(pairs)} HTML parts", flush=True)
        done = subprocess.run(["node", str(HERE / "compare_looks.mjs"), ORIGIN, str(kept)], capture_output=True, text=True,
                              input="".join(json.dumps(pair) + "\n" for pair in [control_pair(pairs[0], folder), *pairs]), timeout=3600)
        if done.returncode == SKIPPED:
            print(done.stderr.strip())
            return SKIPPED
        answers = [json.loads(line) for line in done.stdout.splitlines()]
        broken = [] if done.returncode == 0 and len(answers) == len(pairs) + 1 else [f"the browser ended: {done.stderr[-2000:]}"]
        check_control(answers.pop(0) if answers else {}, broken)
        check_targets(linkgate, answers, broken)
    numbers = collections.Counter()
    for answer in answers:
        if answer.get("trouble"):
            broken.append(f"{answer['name']}: {answer['trouble']}")
        if answer.get("differing"):
            broken.append(f"{answer['name']}: {answer['differing']} pixels differ: {' '.join(answer['pictures'])}")
        for url in answer.get("open", []):
            broken.append(f"{answer['name']}: leads past us: {url}")
        if answer.get("in_new_links"):
            print(f"{answer['name']}: {answer['in_new_links']} pixels of {answer['new_links']} addresses in the text that are links now")
        numbers["links"] += len(answer.get("links", []))
        numbers["links put around text"] += answer.get("new_links", 0)
        numbers["elements"] += answer.get("elements", [0])[0]
        numbers["pixels"] += answer.get("pixels", 0)
        numbers["differing"] += answer.get("differing", 0)
    for line in broken:
        print("BROKEN", line)
    print(", ".join(f"{key} {value:,}" for key, value in numbers.items()))
    print(f"{len(pairs)} parts of {len(chosen)} mails compared, {len(broken)} claims broken")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
