#!/usr/bin/env python3
"""Defender's table of URL entries (data set safelinks/tabl_url_cases.tsv) and the one of do-not-rewrite entries, through the command line: what
each entry matches, and which are refused, with the reason. Exit 77 where the data set is missing."""
import email.message
import json
import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from harness import claims  # noqa: E402
from harness.process import ROOT, program, work_folder  # noqa: E402

DATA = pathlib.Path(os.environ.get("LINKGATE_DATA", ROOT.parent / "shared" / "data"))
CASES = DATA / "safelinks" / "tabl_url_cases.tsv"
EXPECTED_CASES = 147

# "Safe Links in Microsoft Defender", entry syntax for "Do not rewrite the following URLs".
DO_NOT_REWRITE = [
    ("contoso.com", ["https://contoso.com", "http://contoso.com/"], ["https://www.contoso.com/", "https://contoso.com/a"]),
    ("*.contoso.com/*", ["https://www.contoso.com/", "https://maps.contoso.com/", "https://www.contoso.com/a"], ["https://falsecontoso.com/a"]),
    ("https://contoso.com/a", ["https://contoso.com/a"], ["https://contoso.com/a/b"]),
    ("https://contoso.com/a/*", ["https://contoso.com/a", "https://contoso.com/a/b"], ["https://contoso.com/ab"]),
    ("*.contoso.com", ["https://www.contoso.com/"], ["https://contoso.com/"]),
    ("contoso.com/*", ["https://contoso.com/", "https://contoso.com/vdir1"], ["https://www.contoso.com/vdir1"]),
]
NOT_DO_NOT_REWRITE = [("a.example/*/*/*/*", "more than three wildcards"), ("*contoso.com", "'*' stands in front, as '*.'"), ("*.com/*", "top-level domain"),
                      ("mailto://a@contoso.com", "only http, https and ftp"), ("user@contoso.com", "user and password")]


def rows():
    for line in CASES.read_text().splitlines():
        if line and not line.startswith("#"):
            action, entry, url, match = (line.split("\t") + ["", ""])[:4]
            yield action, entry, url, match == "1"


class World:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder)

    def run(self, data, *arguments, stdin=None):
        (self.folder / data).mkdir(exist_ok=True)
        return subprocess.run([program("linkgate"), "--data", str(self.folder / data), *arguments], capture_output=True, text=True, input=stdin, timeout=60)

    def must(self, data, *arguments, stdin=None):
        done = self.run(data, *arguments, stdin=stdin)
        assert done.returncode == 0, f"{arguments}: {done.returncode} {done.stderr}"
        return done.stdout

    def listed(self, data, urls):
        """What the organisation's own lists say of each: "block", "allow" or None."""
        done = self.run(data, "check", "--static", "--jsonl", stdin="".join(json.dumps({"url": url}) + "\n" for url in urls))
        answers = [json.loads(line) for line in done.stdout.splitlines()]
        assert [a["url"] for a in answers] == urls, done.stdout + done.stderr
        codes = [[e["code"] for e in a.get("evidence", [])] for a in answers]
        return ["block" if "list.block" in c else "allow" if "list.allow" in c else None for c in codes]


def claim_all_rows_are_there(_):
    assert len(list(rows())) == EXPECTED_CASES, len(list(rows()))


def claim_each_entry_matches_what_the_table_says_and_nothing_else(world):
    entries, wrong, asked = {}, [], 0
    for action, entry, url, match in rows():
        if action != "invalid":
            entries.setdefault((action, entry), []).append((url, match))
    for number, ((action, entry), cases) in enumerate(entries.items()):
        if action == "allow" and entry == "*.xyz/*":
            continue
        world.must(f"t{number}", "list", "add", action, "url", entry)
        said = world.listed(f"t{number}", ["https://" + url for url, _ in cases])
        for (url, match), answer in zip(cases, said):
            asked += 1
            if (answer == action) != match:
                wrong.append(f"{action} {entry}: {url}: {answer}, wanted {match}")
    print(f"      {asked} cases of {len(entries)} entries")
    assert not wrong, "\n".join(wrong)
    assert asked == sum(1 for action, *_ in rows() if action != "invalid")


def claim_what_is_no_entry_is_refused_with_the_reason_and_not_kept(world):
    for action, entry, _, _ in rows():
        if action != "invalid":
            continue
        for verb in ("block", "allow"):
            done = world.run("invalid", "list", "add", verb, "url", "--", entry)
            assert done.returncode == 2, (entry, done.returncode, done.stderr)
            assert f'"{entry}": ' in done.stderr and len(done.stderr.strip().splitlines()) == 1, done.stderr
    assert json.loads(world.must("invalid", "list", "show", "--format", "json")) == []


def claim_do_not_rewrite_follows_its_own_table(world):
    for number, (entry, kept, sealed) in enumerate(DO_NOT_REWRITE):
        data = f"r{number}"
        assert world.run(data, "rewrite", "--recipient", "ada@corp.test", stdin="Subject: x\n\nx\n").returncode == 3, "there is no key yet"
        world.must(data, "keys", "rotate")
        world.must(data, "policy", "create", "P", f"DoNotRewriteUrls={entry}", "RecipientDomainIs=corp.test")
        message = email.message.EmailMessage()
        message["From"], message["To"], message["Subject"] = "a@ext.test", "ada@corp.test", "links"
        message.set_content("see\n")
        message.add_alternative("".join(f'<a href="{url}">x</a>' for url in kept + sealed), subtype="html")
        out = world.must(data, "rewrite", "--recipient", "ada@corp.test", stdin=message.as_string())
        body = email.message_from_string(out).get_payload()[1].get_payload(decode=True).decode()
        for url in kept + sealed:
            assert (f'href="{url}"' in body) == (url in kept), (entry, url, body)


def claim_the_two_lists_read_one_entry_differently(world):
    world.must("both", "list", "add", "allow", "url", "contoso.com/*")
    assert world.listed("both", ["https://contoso.com/", "https://contoso.com/a"]) == [None, "allow"]
    world.must("both2", "list", "add", "allow", "url", "*.contoso.com/*")
    assert world.listed("both2", ["https://www.contoso.com/", "https://www.contoso.com/a"]) == [None, "allow"]


def claim_what_is_no_do_not_rewrite_entry_is_refused_with_the_reason(world):
    for entry, why in NOT_DO_NOT_REWRITE:
        done = world.run("refused", "policy", "set", "P", f"DoNotRewriteUrls={entry}")
        assert done.returncode == 2 and entry in done.stderr and why in done.stderr, (entry, done.returncode, done.stderr)
    assert "P " not in world.must("refused", "policy", "list")


def main():
    if not CASES.exists():
        print(f"SKIPPED: there is no {CASES}; set LINKGATE_DATA")
        return 77
    with work_folder() as folder:
        return claims.run(globals(), World(folder))


if __name__ == "__main__":
    sys.exit(main())
