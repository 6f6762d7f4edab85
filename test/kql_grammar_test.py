#!/usr/bin/env python3
"""Random queries that the binder accepts (fuzz/kql_grammar.h) are answered by the store, or refused by it for what they cost or for
their data; never because their SQL is wrong.

usage: kql_grammar_test.py [--count N] [--seed N]     prints each kind of answer and how often it came"""
import argparse
import collections
import json
import re
import subprocess
import sys
import tempfile
import pathlib

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from harness.process import program  # noqa: E402

# What a sound query may meet, by the engine's codes: limits of memory, time and size, and values that a function cannot take.
ALLOWED = {69: "argument out of bounds", 128: "too large an array", 131: "too long a text", 159: "time", 241: "memory", 307: "too many rows or bytes", 407: "decimal overflow"}
OURS = {"limit exceeded", "TooLarge"}


def answers(queries):
    with tempfile.TemporaryDirectory() as folder:
        run = subprocess.Popen([program("linkgate"), "kql", "--jsonl"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=folder)
        for query in queries:
            run.stdin.write(query + "\n")
            run.stdin.flush()
            line = run.stdout.readline()
            assert line, f"linkgate ended with {run.wait()} on {query}"
            yield json.loads(query), json.loads(line)
        run.stdin.close()
        assert run.wait() == 0, f"linkgate ended with {run.returncode}"


def kind_of(answer):
    """What came of it, and whether a sound query may."""
    if "error" not in answer:
        return "answered", True
    code, message = answer["error"]["code"], answer["error"]["message"]
    found = re.search(r"\bCode: (\d+)\.", message)
    if found is None:
        return code, code in OURS
    number = int(found.group(1))
    return ALLOWED.get(number, f"engine code {number}"), number in ALLOWED


def main():
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("--count", type=int, default=400)
    options.add_argument("--seed", type=int, default=1)
    options = options.parse_args()
    made = subprocess.run([program("kql_queries"), str(options.seed), str(options.count)], capture_output=True, text=True, check=True).stdout.splitlines()
    kinds, wrong = collections.Counter(), []
    for query, answer in answers(made):
        kind, sound = kind_of(answer)
        kinds[kind] += 1
        if not sound:
            wrong.append((kind, query, answer["error"]["message"]))
    for kind, count in kinds.most_common():
        print(f"{count:7} {kind}")
    for kind, query, message in wrong[:20]:
        print(f"\n{kind}, query {query['id']}:\n  {query['query']}\n  {message[:400]}")
    print(f"{len(made) - len(wrong)} sound, {len(wrong)} not")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
