#!/usr/bin/env python3
"""The long runs: what must not be lost is counted while programs are killed, disks fill and connections break.

usage: ./dev soak [--short] [CASE ...]     --short: the form that ctest runs
cases: kill cut torn store-down full-disk restart scan freshness contradiction (default: all)"""
import argparse
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import contradiction_test  # noqa: E402
from soak import cut, freshness, full_disk, kill, restart, scan, store_down, torn  # noqa: E402


def contradiction(short):
    """Two thousand histories, with a program killed every few of them."""
    contradiction_test.run(seed=int(time.time()), histories=30 if short else 2000, batch=25, kills=4, patient=False)


CASES = {"kill": kill.run, "cut": cut.run, "torn": torn.run, "store-down": store_down.run, "full-disk": full_disk.run,
         "restart": restart.run, "scan": scan.run, "freshness": freshness.run, "contradiction": contradiction}


def main():
    arguments = argparse.ArgumentParser(prog="./dev soak", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--short", action="store_true")
    arguments.add_argument("case", nargs="*", choices=[*CASES, []])
    arguments = arguments.parse_args()
    failed = []
    for name in arguments.case or CASES:
        print(f"\n== {name}", flush=True)
        start = time.monotonic()
        try:
            CASES[name](short=arguments.short)
            print(f"{name}: held, {time.monotonic() - start:.0f} s", flush=True)
        except AssertionError as broken:
            failed.append(name)
            print(f"{name}: BROKEN after {time.monotonic() - start:.0f} s: {broken}", flush=True)
    print(f"\n{len(arguments.case or CASES) - len(failed)} passed, {len(failed)} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
