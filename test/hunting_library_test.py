#!/usr/bin/env python3
"""Every query of examples/hunting finds what was planted for it in a made-up month, and nothing else; and all compile to what the
official columns are called. A query without a case here fails, and so does a case without a query."""
import datetime
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from harness.installation import Installation  # noqa: E402
from harness.process import ROOT, free_port, work_folder  # noqa: E402
from harness.store import Store  # noqa: E402
from hunting.cases import CASES  # noqa: E402
from hunting.story import Story  # noqa: E402

LIBRARY = ROOT / "examples" / "hunting"


def answer_of(linkgate, path):
    columns, rows = linkgate.kql(path.read_text())
    return [dict(zip(columns, row)) for row in rows]


def same(expected, row):
    """What was expected of a row; arrays in any order, times by their hours and minutes."""
    for name, value in expected.items():
        got = row[name]
        if isinstance(value, list) and not isinstance(value[0], int):
            got, value = sorted(got), sorted(value)
        if isinstance(got, str) and isinstance(value, str) and name in ("Earlier", "Longest"):
            got = got[: len(value)]
        if got != value:
            return False
    return True


def check(name, query_case, expected, rows):
    mine = [row for row in rows if query_case.mark in json.dumps(row)]
    assert len(mine) == len(expected) and all(same(one, row) for one, row in zip(expected, mine)), f"expected {expected}, not {mine}"
    if not query_case.background:
        strangers = [row for row in rows if any(f"site{number}.example" in json.dumps(row) for number in range(5))]
        assert not strangers, f"ordinary mail was found: {strangers[:2]}"


def main():
    queries = {path.stem: path for path in sorted(LIBRARY.glob("*.kql"))}
    assert queries.keys() == CASES.keys(), f"without a case or without a query: {queries.keys() ^ CASES.keys()}"
    manual = (LIBRARY / "README.md").read_text()
    story = Story(datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None))
    story.background()
    expected = {name: one.plant(story) for name, one in CASES.items()}
    failed = 0
    with work_folder("linkgate-hunting-") as folder:
        linkgate = Installation(folder, f"lmtp:127.0.0.1:{free_port()}").start()
        try:
            story.insert_into(Store(linkgate.data))
            for name, path in queries.items():
                try:
                    sentence = path.read_text().splitlines()[0].removeprefix("// ")
                    assert f"| [{name}]({name}.kql) | {sentence} |" in manual, "its first line is not the sentence of README.md"
                    check(name, CASES[name], expected[name], answer_of(linkgate, path))
                    print(f"ok    {name}")
                except AssertionError as failure:
                    failed += 1
                    print(f"FAIL  {name}: {failure}")
        finally:
            linkgate.stop()
    print(f"{len(queries) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
