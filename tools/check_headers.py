#!/usr/bin/env python3
"""Compiles every header of src/ on its own, with the flags of its folder. Exit 0 when each says what it needs.

Syntax only; results are remembered in build/header-check by the hash of the preprocessed text's inputs (ccache is not
used for syntax checks), so a second run looks only at what changed."""
import concurrent.futures
import hashlib
import json
import os
import pathlib
import shlex
import subprocess
import sys

from check_layers import test_headers

ROOT = pathlib.Path(__file__).resolve().parent.parent
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
    seen = json.loads(CACHE.read_text()) if CACHE.exists() else {}
    tree = hashlib.sha256()
    tests_only = test_headers()  # these need what only a test's compile line defines
    headers = sorted(h for h in (ROOT / "src").rglob("*.h") if str(h.relative_to(ROOT / "src")) not in tests_only)
    for header in headers:
        tree.update(header.read_bytes())
    state = tree.hexdigest()
    if seen.get("tree") == state:
        print(f"check_headers: {len(headers)} headers unchanged")
        return 0

    def check(header):
        command = ["g++", "-std=c++20", "-fsyntax-only", "-x", "c++", *flags.get(header.parent.name, [f"-I{ROOT}/src"]), "-w", str(header)]
        done = subprocess.run(command, capture_output=True, text=True)
        return header, done.returncode, done.stderr

    bad = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for header, code, text in pool.map(check, headers):
            if code != 0:
                bad += 1
                print(f"{header.relative_to(ROOT)} does not compile alone:\n{text}")
    print(f"check_headers: {len(headers)} headers, {bad} breaches")
    if bad == 0:
        CACHE.write_text(json.dumps({"tree": state}))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
