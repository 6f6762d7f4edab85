#!/usr/bin/env python3
"""clang-tidy over the sources of src/ (tests apart), remembering in build/ which files passed in their present form.

usage: run_clang_tidy.py [--all]   --all: forget what passed before"""
import concurrent.futures
import hashlib
import json
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = ROOT / "build"
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache")) / "linkgate-clang-tidy.json"


def state_of(file, headers, settings):
    return hashlib.sha256(settings + headers + file.read_bytes()).hexdigest()


def main():
    known = {e["file"] for e in json.loads((BUILD / "compile_commands.json").read_text())}
    files = [f for f in sorted((ROOT / "src").rglob("*.cc")) if str(f) in known and not f.name.endswith("_test.cc")]
    settings = (ROOT / ".clang-tidy").read_bytes()
    headers = hashlib.sha256()
    for header in sorted((ROOT / "src").rglob("*.h")):
        headers.update(header.read_bytes())
    digest = headers.digest()
    passed = {} if "--all" in sys.argv or not CACHE.exists() else json.loads(CACHE.read_text())
    todo = [f for f in files if passed.get(str(f.relative_to(ROOT))) != state_of(f, digest, settings)]

    def check(file):
        done = subprocess.run(["clang-tidy-14", "-p", str(BUILD), "--quiet", "--extra-arg=-Wno-unknown-warning-option",
                               "--extra-arg=-Wno-ignored-optimization-argument", str(file)], capture_output=True, text=True)
        return file, done.returncode, done.stdout + "\n".join(l for l in done.stderr.split("\n") if "error:" in l)

    def remember():
        CACHE.parent.mkdir(parents=True, exist_ok=True)
        CACHE.write_text(json.dumps(passed))

    bad = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for file, code, text in pool.map(check, todo):
            name = str(file.relative_to(ROOT))
            if code != 0:
                bad += 1
                print(f"{name}:\n{text}")
            else:
                passed[name] = state_of(file, digest, settings)
                remember()
    print(f"clang-tidy: {len(files)} files, {len(todo)} looked at, {bad} with findings")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
