#!/usr/bin/env python3
"""Compiles the headers of src/ on their own, with the flags of their folder. Exit 0 when each says what it needs.

Syntax only. Which headers passed in their present form, and in that of all that they include, is remembered in build/.

usage: check_headers.py [--changed]   --changed: only those that the newest commits touched"""
import concurrent.futures
import json
import os
import pathlib
import shlex
import subprocess
import sys

import sources
from check_layers import test_headers
from sources import ROOT

BUILD = ROOT / "build"
CACHE = BUILD / "header-check.json"


def flags_by_folder():
    flags = {}
    for entry in json.loads((BUILD / "compile_commands.json").read_text()):
        file = pathlib.Path(entry["file"])
        if ROOT / "src" not in file.parents:
            continue
        folder = file.parent.name
        if folder in flags:
            continue
        words = shlex.split(entry["command"])
        keep, skip = [], False
        for word in words[1:]:
            if skip:
                skip = False
            elif word in {"-o", "-c", "-include"}:
                skip = True
            elif word.startswith(("-I", "-D", "-std", "-isystem", "-W", "-f")) and "cmake_pch" not in word:
                keep.append(word)
            elif keep and keep[-1] == "-isystem":
                keep.append(word)
        flags[folder] = keep
    return flags


def main():
    flags = flags_by_folder()
    passed = json.loads(CACHE.read_text()) if CACHE.exists() else {}
    tests_only = test_headers()  # these need what only a test's compile line defines
    headers = sorted(h for h in (ROOT / "src").rglob("*.h") if str(h.relative_to(ROOT / "src")) not in tests_only)
    if "--changed" in sys.argv:
        recent = sources.recently_changed()
        headers = [h for h in headers if h in recent]
    todo = [h for h in headers if passed.get(str(h.relative_to(ROOT))) != sources.state_of(h)]

    def check(header):
        command = ["g++", "-std=c++20", "-fsyntax-only", "-x", "c++", *flags.get(header.parent.name, [f"-I{ROOT}/src"]), "-w", str(header)]
        done = subprocess.run(command, capture_output=True, text=True)
        return header, done.returncode, done.stderr

    bad = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for header, code, text in pool.map(check, todo):
            name = str(header.relative_to(ROOT))
            if code != 0:
                bad += 1
                print(f"{name} does not compile alone:\n{text}")
            else:
                passed[name] = sources.state_of(header)
    print(f"check_headers: {len(headers)} headers, {len(todo)} looked at, {bad} breaches")
    CACHE.write_text(json.dumps(passed))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
