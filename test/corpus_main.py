#!/usr/bin/env python3
"""All mail corpora through the real `linkgate rewrite`. For each mail: no crash and no sanitizer report; rewriting twice is
rewriting once; every byte outside the patches stays; every http(s) link is sealed or left alone for a reason that is named;
outbound gives the same URLs back. What Python's email package reads is compared, not what Linkgate says of itself.

usage: ./dev corpus [--short] [--asan] [--jobs N] [--show N] [CORPUS ...]
  --short   the form that ctest runs: 150 mails of each corpus
  --asan    the sanitized build (build-asan), which ./dev builds first; without it the plain one
corpora: phishing_pot spamassassin nazario newsletters fixtures (default: all)"""
import argparse
import collections
import os
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from harness.process import work_folder  # noqa: E402
from corpus import laws, mails, table  # noqa: E402
from corpus.rewriting import Rewriting  # noqa: E402

SKIPPED = 77          # ctest's SKIP_RETURN_CODE
SHORT = 150           # mails of each corpus
MOST_LEFT_ALONE = 1.0  # percent of phishing_pot's http(s) links, for other reasons than policy


def check(rewriting, corpus, folder, count):
    """What became of a corpus: a laws.Outcome."""
    box = mails.Mails(corpus, folder, count)
    outcome = laws.Outcome(corpus, len(box))
    sealed = ["--recipient", "corpus@corp.test"]
    once = rewriting.rewrite(box, list(range(len(box))), "raw", "once", sealed)
    good = outcome.take(box, once)
    twice = rewriting.rewrite(box, good, "once", "twice", sealed)
    good = outcome.take_again(box, good, twice, "a second time")
    back = rewriting.rewrite(box, good, "once", "back", ["--outbound"])
    good = outcome.take_again(box, good, back, "outbound")
    laws.compare(rewriting, box, good, once, outcome)
    return outcome


def main():
    arguments = argparse.ArgumentParser(prog="./dev corpus", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--short", action="store_true")
    arguments.add_argument("--asan", action="store_true", help=argparse.SUPPRESS)  # ./dev has acted on it
    arguments.add_argument("--jobs", type=int, default=os.cpu_count())
    arguments.add_argument("--show", type=int, default=20, metavar="N", help="so many of the mails that break a law")
    arguments.add_argument("corpus", nargs="*", choices=[*mails.CORPORA, []])
    arguments = arguments.parse_args()
    if not mails.DATA.is_dir():
        print(f"SKIPPED: no corpora under {mails.DATA}; set LINKGATE_DATA")
        return SKIPPED
    outcomes = []
    with work_folder("linkgate-corpus-") as folder:
        rewriting = Rewriting(folder, arguments.jobs)
        for corpus in arguments.corpus or mails.CORPORA:
            start = time.monotonic()
            outcomes.append(check(rewriting, corpus, folder, SHORT if arguments.short else None))
            print(f"{corpus}: {outcomes[-1].mails} mails, {len(outcomes[-1].broken)} broken laws, {time.monotonic() - start:.0f} s",
                  file=sys.stderr, flush=True)
    print(table.of(outcomes))
    failures = collections.Counter()
    for outcome in outcomes:
        for line in outcome.broken[:arguments.show]:
            print(f"BROKEN {outcome.corpus}: {line}")
        failures["broken laws"] += len(outcome.broken)
        if outcome.corpus == "phishing_pot" and outcome.left_percent() >= MOST_LEFT_ALONE:
            print(f"BROKEN phishing_pot: {outcome.left_percent():.2f} % of its http(s) links are left alone, not under {MOST_LEFT_ALONE} %")
            failures["too many links left alone"] += 1
    print(f"{sum(o.mails for o in outcomes)} mails, {sum(failures.values())} failed")
    return 1 if sum(failures.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
