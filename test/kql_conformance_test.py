#!/usr/bin/env python3
"""Public KQL cases are answered at least as often as test/kql_conformance.counts says: the recorded answers of other engines,
the documentation's examples, and hunting queries that must bind. docs/kql_differences.md says what is left and why.

usage: kql_conformance_test.py [--update]     --update writes what was counted into the file, for somebody to judge

The cases and their runner lie beside each other in LINKGATE_DATA (kql/*.jsonl) and LINKGATE_DATA/../tools; without them the
test is skipped."""
import os
import pathlib
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from harness.process import ROOT, program  # noqa: E402

DATA = pathlib.Path(os.environ.get("LINKGATE_DATA", ROOT.parent / "shared" / "data"))
RUNNER = DATA.parent / "tools" / "kql_conformance.py"
COUNTS = pathlib.Path(__file__).with_name("kql_conformance.counts")
SKIPPED = 77  # ctest's SKIP_RETURN_CODE
# Some answers hang on which of several rows comes first, which no engine promises.
SLACK = 3


def expected():
    """File name to the number of cases that must pass."""
    lines = [line.split("#")[0].split() for line in COUNTS.read_text().splitlines()]
    return {name: int(count) for name, count in (line for line in lines if line)}


def counted(names):
    """File name to (passed, all), as the runner prints them."""
    with tempfile.TemporaryDirectory() as folder:  # without an installation: all tables are empty, those of externaldata too
        command = f"{program('linkgate')} kql --jsonl"
        files = [str(DATA / "kql" / name) for name in names]
        run = subprocess.run([sys.executable, str(RUNNER), "--command", command, *files], capture_output=True, text=True, timeout=800, cwd=folder)
    found = re.findall(r"^(\S+\.jsonl) (\d+)/(\d+)$", run.stdout, re.M)
    assert len(found) == len(names), f"the runner did not finish:\n{run.stdout[-2000:]}\n{run.stderr[-2000:]}"
    return {name: (int(passed), int(total)) for name, passed, total in found}


def main():
    wanted = expected()
    if not RUNNER.exists() or not all((DATA / "kql" / name).exists() for name in wanted):
        print(f"SKIPPED: no KQL cases in {DATA} or no runner at {RUNNER}; set LINKGATE_DATA", file=sys.stderr)
        return SKIPPED
    got = counted(list(wanted))
    for name, (passed, total) in got.items():
        print(f"{name} {passed}/{total}, at least {wanted[name]} wanted")
    if "--update" in sys.argv:
        head = [line for line in COUNTS.read_text().splitlines() if line.startswith("#")]
        COUNTS.write_text("\n".join(head + [f"{name} {passed}" for name, (passed, _) in got.items()]) + "\n")
        return 0
    fewer = [name for name, (passed, _) in got.items() if passed < wanted[name] - SLACK]
    more = [name for name, (passed, _) in got.items() if passed > wanted[name] + SLACK]
    if more:
        print(f"more than wanted: {', '.join(more)}; keep it with --update")
    if fewer:
        print(f"FAILED: fewer than wanted: {', '.join(fewer)}; the runner with --failures 20 shows which", file=sys.stderr)
    return 1 if fewer else 0


sys.exit(main())
